/* byline.c - which sentences say only who wrote: "By Theo Banks", "Theo Banks, Market Morning", "(Reporting by ...; editing by ...)". */
#include "words.h"

enum { LINE_MAX = 14, CREDITS_MAX = 40, OPENING = 4 };

/* One of the article's writers, as normalize names them, stands in the sentence. */
static bool names_writer(const struct reading *r, const struct sentence *s)
{
    struct slice text = slice_cut(r->text, s->b, s->e);
    for (size_t i = 0; i < r->doc->byline.len; i++) {
        struct slice name = r->doc->byline.ptr[i];
        if (name.len > 3 && memmem(text.ptr, text.len, name.ptr, name.len) != NULL) return true;
    }
    return false;
}

static bool has_person(const struct reading *r, const struct sentence *s)
{
    for (uint32_t w = s->w0; w < s->w1; w++)
        if (r->words[w].flags & WORD_PERSON) return true;
    return false;
}

/* Nothing but names, and what stands between them in such a line. */
static bool only_names(const struct lexicon *lex, const struct reading *r, const struct sentence *s)
{
    static const char *const between = "by and of the for in from with at on special to staff writer reporter correspondent editor contributor columnist press publish updat";
    for (uint32_t w = s->w0; w < s->w1; w++)
        if (!(r->words[w].flags & (WORD_CAPITAL | WORD_DIGIT)) && !word_is(lex, r, w, between)) return false;
    return true;
}

/* "Additional reporting by", "Writing by", "Photos by" */
static bool credits(const struct lexicon *lex, const struct reading *r, const struct sentence *s)
{
    bool work = false;
    for (uint32_t w = s->w0; w < s->w1 && w < s->w0 + OPENING; w++) {
        struct slice x = word_text(r, w);
        if (work && slice_eq_nocase(x, SLICE("by"))) return true;
        static const char *const works[] = {"reporting", "reported", "writing", "written", "editing", "edited", "compiled", "photo", "photos", "photograph", "photography", "graphic", "graphics"};
        for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) work |= slice_eq_nocase(x, slice_of(works[i]));
        if (!work && !word_is(lex, r, w, "addition additional more further")) return false;
    }
    return false;
}

bool byline_sentence(const struct lexicon *lex, const struct reading *r, uint32_t sentence)
{
    const struct sentence *s = &r->sentences[sentence];
    uint32_t n = s->w1 - s->w0;
    if (s->title || n == 0 || n > CREDITS_MAX) return false;
    if (credits(lex, r, s)) return true;
    if (n > LINE_MAX || !only_names(lex, r, s)) return false;
    bool by = slice_eq_nocase(word_text(r, s->w0), SLICE("by")) && n > 1;
    return names_writer(r, s) || (by && has_person(r, s));
}
