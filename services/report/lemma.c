/* lemma.c - what a word is counted under: endings cut, irregular forms and synonyms folded. */
#include "words.h"

/* Sorted by form. Irregular forms, nouns that stand for the verb, and spellings that news uses for one thing. */
static const struct pair { const char *form, *lemma; } irregular[] = {
    {"america", "u.s"}, {"american", "u.s"}, {"americans", "u.s"}, {"are", "be"}, {"arrests", "arrest"}, {"began", "begin"}, {"begun", "begin"},
    {"bought", "buy"}, {"cease-fire", "ceasefire"}, {"children", "child"}, {"dead", "die"}, {"death", "die"}, {"deaths", "die"}, {"died", "die"}, {"dies", "die"},
    {"dying", "die"}, {"elected", "elect"}, {"election", "elect"}, {"elections", "elect"}, {"envoys", "envoy"}, {"fell", "fall"}, {"found", "find"},
    {"gave", "give"}, {"given", "give"}, {"gone", "go"}, {"got", "get"}, {"grew", "grow"}, {"held", "hold"}, {"injured", "injure"}, {"injuries", "injure"},
    {"injury", "injure"}, {"is", "be"}, {"kept", "keep"}, {"kiev", "kyiv"}, {"killed", "kill"}, {"killing", "kill"}, {"killings", "kill"}, {"knew", "know"},
    {"known", "know"}, {"leaves", "leave"}, {"led", "lead"}, {"left", "leave"}, {"lies", "lie"}, {"lives", "life"}, {"lost", "lose"}, {"made", "make"},
    {"meeting", "meet"}, {"meetings", "meet"}, {"men", "man"}, {"met", "meet"}, {"optimistic", "optimism"}, {"paid", "pay"}, {"people", "person"},
    {"peoples", "person"}, {"ran", "run"}, {"restoration", "restore"}, {"restoring", "restore"}, {"rose", "rise"}, {"said", "say"}, {"says", "say"}, {"sent", "send"}, {"shooting", "shoot"}, {"shootings", "shoot"},
    {"shot", "shoot"}, {"sold", "sell"}, {"sovereignty", "sovereign"}, {"spent", "spend"}, {"spoke", "speak"}, {"spoken", "speak"}, {"st", "saint"}, {"stole", "steal"}, {"stolen", "steal"},
    {"taken", "take"}, {"taxes", "tax"}, {"thieves", "thief"}, {"told", "tell"}, {"took", "take"}, {"u.s.a", "u.s"}, {"uk", "u.k"}, {"un", "u.n"}, {"us", "we"}, {"victims", "victim"},
    {"was", "be"}, {"went", "go"}, {"were", "be"}, {"wives", "wife"}, {"women", "woman"}, {"won", "win"}, {"wounded", "injure"}, {"wounding", "injure"}, {"wrote", "write"},
    {"zelenskiy", "zelensky"}, {"zelenskyy", "zelensky"},
};

static const char *fold_irregular(struct slice w)
{
    size_t lo = 0, hi = sizeof irregular / sizeof irregular[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = cstr_cmp(irregular[mid].form, w);
        if (c == 0) return irregular[mid].lemma;
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    return NULL;
}

static bool ends(struct slice w, const char *suffix)
{
    return slice_ends(w, slice_of(suffix));
}

static bool doubled(struct slice w)
{
    return w.len > 3 && w.ptr[w.len - 1] == w.ptr[w.len - 2] && w.ptr[w.len - 1] != 's' && w.ptr[w.len - 1] != 'l';
}

/* How much of w is its stem; *y says that the last letter becomes y. */
static size_t stem(struct slice w, bool *y)
{
    *y = false;
    if (w.len <= 3) return w.len;
    if (strchr("sgd", w.ptr[w.len - 1]) == NULL) return w.len > 4 && w.ptr[w.len - 1] == 'e' ? w.len - 1 : w.len;
    if (w.len > 4 && ends(w, "ies")) {
        *y = true;
        return w.len - 2;
    }
    if (w.len > 4 && (ends(w, "sses") || ends(w, "xes") || ends(w, "ches") || ends(w, "shes"))) return w.len - 2;
    size_t n = w.len;
    if (w.len > 6 && ends(w, "ing")) n -= 3;
    else if (w.len > 5 && ends(w, "ed")) n -= 2;
    if (n < w.len) {
        struct slice cut = slice_cut(w, 0, n);
        if (doubled(cut)) n--;
        else if (n > 4 && cut.ptr[n - 1] == 'e') n--;
        return n;
    }
    if (ends(w, "s") && !ends(w, "ss") && !ends(w, "us") && !ends(w, "is")) n--;
    if (n > 4 && w.ptr[n - 1] == 'e') n--;
    return n;
}

size_t lemma_of(struct slice lower, char *out, size_t max)
{
    const char *folded = fold_irregular(lower);
    struct slice w = folded ? slice_of(folded) : lower;
    if (w.len > max) w.len = max;
    bool y = false;
    size_t n = folded || (w.len > 0 && w.ptr[0] >= '0' && w.ptr[0] <= '9') ? w.len : stem(w, &y);
    memcpy(out, w.ptr, n);
    if (y) out[n - 1] = 'y';
    return n;
}
