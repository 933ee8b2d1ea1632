/* quotes.c - quotation marks paired within their paragraphs, then attributed by rules that each have a name and a score. */
#include "quotes.h"

#include <math.h>
#include <stdlib.h>

enum { NOBODY = UINT32_MAX, FULL_WORDS = 6, SINGLE_MAX = 160, PHRASE_WORDS = 12 };

/* How often each rule is right, as measured on text that was not used to write it. */
static const struct rule_score { const char *name; float score; } scores[] = {
    {"after", 0.95f}, {"before", 0.9f}, {"according", 0.85f}, {"statement", 0.8f}, {"carry", 0.85f}, {"carry-paragraph", 0.7f},
    {"block", 0.8f}, {"manner", 0.85f}, {"colon", 0.75f}, {"subject", 0.6f}, {"unattributed", 0.4f},
};

static float score_of(const char *rule)
{
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
        if (strcmp(scores[i].name, rule) == 0) return scores[i].score;
    return 0.5f;
}

/* --- marks --- */

static bool is_mark(const struct tokens *t, size_t i, bool *single)
{
    if (!(t->ptr[i].kind & (TOKEN_OPEN | TOKEN_CLOSE)) || t->ptr[i].e - t->ptr[i].b > 3) return false;
    struct slice s = token_text(t, i);
    *single = s.ptr[0] == '\'' || slice_eq(s, SLICE("‘")) || slice_eq(s, SLICE("’"));
    return true;
}

static bool straight(const struct tokens *t, size_t i)
{
    return token_is(t, i, '"');
}

static bool word_glued(const struct tokens *t, size_t i)
{
    return i < t->len && (t->ptr[i].kind & TOKEN_GLUED) && (t->ptr[i].kind & (TOKEN_WORD | TOKEN_NUMBER));
}

/* A double mark that may open: “ „ « ", and » where the words stand »so«. */
static bool opens(const struct tokens *t, size_t i)
{
    if (slice_eq(token_text(t, i), SLICE("»"))) return !(t->ptr[i].kind & TOKEN_GLUED) && word_glued(t, i + 1);
    return (t->ptr[i].kind & TOKEN_OPEN) || straight(t, i);
}

/* A double mark that closes what `open` opened: „so“ and „so”, «so», »so«, “so”, "so". */
static bool closes(const struct tokens *t, size_t open, size_t i)
{
    struct slice o = token_text(t, open), c = token_text(t, i);
    if (slice_eq(o, SLICE("„"))) return slice_eq(c, SLICE("“")) || slice_eq(c, SLICE("”")) || straight(t, i);
    if (slice_eq(o, SLICE("»"))) return slice_eq(c, SLICE("«"));
    if (slice_eq(o, SLICE("«"))) return slice_eq(c, SLICE("»"));
    return straight(t, i) == straight(t, open) || (t->ptr[i].kind & TOKEN_CLOSE);
}

static void add_marked(struct findings *f, size_t open, size_t close, bool closed, bool single)
{
    if (open + 1 >= close || f->len == f->cap) return;
    f->ptr[f->len++] = (struct finding){.first = (uint32_t)open + 1, .end = (uint32_t)close, .open = (uint32_t)open, .close = (uint32_t)close,
                                        .closed = closed, .single = single, .speaker = {.entity = NOBODY}, .holder = NOBODY, .rule = ""};
}

/* Where the single mark that opened at `open` closes in its paragraph: a ’ or ' that no letter follows; behind a word in s (the
 * growers’ demand) only when no later one does. 0 when nowhere near. */
static size_t single_close(const struct tokens *t, size_t open, size_t end)
{
    size_t weak = 0;
    for (size_t i = open + 1; i < end && i < open + SINGLE_MAX; i++) {
        bool single;
        if (!is_mark(t, i, &single) || !single || word_glued(t, i + 1)) continue;
        if (t->ptr[i].kind & TOKEN_CLOSE) {
            bool owner = slice_ends(token_text(t, i - 1), SLICE("s")) && i + 1 < end && !(t->ptr[i + 1].kind & TOKEN_GLUED);
            if (!owner) return i;
            if (weak == 0) weak = i;
        } else if (weak != 0) break;
    }
    return weak;
}

/* Pairs the marks of paragraph [first, end). */
static void pair_marks(const struct tokens *t, size_t first, size_t end, bool next_opens, struct findings *f)
{
    size_t open = NOBODY, inner = NOBODY, inner_close = 0;
    unsigned depth = 0;
    for (size_t i = first; i < end; i++) {
        bool single;
        if (!is_mark(t, i, &single)) continue;
        if (single) {
            size_t close = open == NOBODY && (t->ptr[i].kind & TOKEN_OPEN) ? single_close(t, i, end) : 0;
            if (close != 0) {
                add_marked(f, i, close, true, true);
                i = close;
            }
            continue;
        }
        if (open == NOBODY) {
            if (opens(t, i)) open = i;
            depth = 0;
            inner_close = 0;
        } else if (straight(t, i) && straight(t, open) && (t->ptr[i].kind & TOKEN_OPEN) && !(t->ptr[i].kind & TOKEN_GLUED)) {
            open = i; /* the one before never closed */
        } else if (slice_eq(token_text(t, i), token_text(t, open)) && !straight(t, open)) {
            depth++;
            inner = i;
        } else if (closes(t, open, i)) {
            if (depth > 0) {
                depth--;
                inner_close = i;
                continue;
            }
            add_marked(f, open, i, true, false);
            open = NOBODY;
        }
    }
    if (open == NOBODY) return;
    /* a quote that goes on in the next paragraph stays open, and so does one that is whole sentences up to its paragraph's end */
    if (inner_close > inner && inner != NOBODY && inner > open && !next_opens) add_marked(f, inner, inner_close, true, false);
    else if (next_opens || open == first || (t->ptr[open].kind & TOKEN_FIRST)) add_marked(f, open, end, false, false);
}

/* --- what a quote looks like --- */

static size_t words_in(const struct tokens *t, const struct finding *q)
{
    size_t n = 0;
    for (size_t i = q->first; i < q->end; i++)
        if ((t->ptr[i].kind & (TOKEN_WORD | TOKEN_NUMBER)) && !((t->ptr[i].kind & TOKEN_GLUED) && t->text.ptr[t->ptr[i].b] == '\'')) n++;
    return n;
}

static bool ends_with(const struct tokens *t, const struct finding *q, const char *marks)
{
    struct slice s = token_text(t, q->end - 1);
    return s.len > 0 && strchr(marks, s.ptr[0]) != NULL;
}

static bool stop_mark(const struct tokens *t, const struct finding *q)
{
    return ends_with(t, q, ".,?!") || slice_eq(token_text(t, q->end - 1), SLICE("…")) || (t->ptr[q->end - 1].kind & TOKEN_DASH);
}

/* “60 Minutes”, “The Long Way Home”: a title, not words that someone said. */
static bool looks_like_title(const struct tokens *t, const struct finding *q)
{
    size_t words = 0, upper = 0;
    if (ends_with(t, q, "?!") && q->end - q->first > 3) return false;
    for (size_t i = q->first; i < q->end; i++) {
        const struct token *k = &t->ptr[i];
        if (!(k->kind & (TOKEN_WORD | TOKEN_NUMBER)) || (k->kind & TOKEN_GLUED)) continue;
        if ((k->word & (WORD_FUNCTION | WORD_LINK)) && i > q->first && !(k->kind & TOKEN_UPPER)) continue;
        words++;
        if (k->kind & (TOKEN_UPPER | TOKEN_NUMBER)) upper++;
    }
    return words > 0 && upper == words && words <= 8 && !(words == 1 && ends_with(t, q, ".,?!"));
}

static bool begins_upper(const struct tokens *t, const struct finding *q)
{
    size_t i = q->first;
    while (i < q->end && !(t->ptr[i].kind & (TOKEN_WORD | TOKEN_NUMBER))) i++;
    return i < q->end && (t->ptr[i].kind & (TOKEN_UPPER | TOKEN_NUMBER));
}

/* --- attribution --- */

static void settle(struct finding *q, enum quote_kind kind, const char *rule, size_t cue, size_t cue_end, struct speaker who_said)
{
    q->kind = kind;
    q->rule = rule;
    q->cue = (uint32_t)cue;
    q->cue_end = (uint32_t)cue_end;
    q->speaker = who_said;
    q->score = score_of(rule);
}

/* Where the sentence that holds token i begins and ends, the quote's own sentences taken as one with what follows. */
static size_t sentence_end_behind(const struct stage_of_speech *s, size_t i, size_t end)
{
    size_t limit = i + 48 < end ? i + 48 : end;
    for (size_t k = i; k < limit; k++) {
        if (k > i && (s->t->ptr[k].kind & TOKEN_FIRST)) return k;
        if (s->quoted[k] || (s->t->ptr[k].kind & TOKEN_OPEN)) return k;
    }
    return limit;
}

/* A verb of any kind in the place of "said": fumed, scoffs, remembers. */
static bool any_verb(const struct tokens *t, size_t i)
{
    if (i >= t->len || !(t->ptr[i].kind & TOKEN_WORD) || (t->ptr[i].kind & (TOKEN_UPPER | TOKEN_GLUED))) return false;
    struct slice s = token_text(t, i);
    if (t->ptr[i].word & (WORD_FUNCTION | WORD_ROLE | WORD_GROUP | WORD_NEWS | WORD_UNIT | WORD_SCALE | WORD_SUBORDINATE)) return false;
    return s.len >= 4 && (slice_ends(s, SLICE("ed")) || slice_ends(s, SLICE("s")));
}

static bool can_speak(const struct stage_of_speech *s, struct speaker who_said)
{
    return who_said.found && (token_in(s->t, who_said.first, WORD_PRONOUN) || (who_said.entity != NOBODY && s->cast->ptr[who_said.entity].type == ENTITY_PERSON));
}

/* “…,” fumed X; “…,” X remembers. The words end in a comma or the like, and the person stands right beside the verb. */
static bool try_manner(const struct stage_of_speech *s, struct finding *q, size_t i, size_t stop)
{
    struct speaker got;
    if (i >= stop || !ends_with(s->t, q, ",?!")) return false;
    if (any_verb(s->t, i)) {
        got = speaker_forward(s, i + 1, stop);
        if (!can_speak(s, got) || got.first > i + 6) return false;
        settle(q, QUOTE_DIRECT, "manner", i, i + 1, got);
        return true;
    }
    got = speaker_forward(s, i, stop);
    if (!can_speak(s, got) || got.first > i + 6) return false;
    size_t v = got.end;
    while (v < stop && token_in(s->t, v, WORD_ADVERB | WORD_AUXILIARY)) v++;
    if (v >= stop || !any_verb(s->t, v)) return false;
    settle(q, QUOTE_DIRECT, "manner", v, v + 1, got);
    return true;
}

/* “…,” said X; “…,” X said; “…,” X, who …, told reporters. */
static bool try_after(const struct stage_of_speech *s, struct finding *q, size_t end)
{
    const struct tokens *t = s->t;
    size_t i = q->close + 1;
    bool comma = i < end && (token_is(t, i, ',') || (t->ptr[i].kind & TOKEN_DASH));
    if (!q->closed || i >= end || (t->ptr[i].kind & TOKEN_FIRST && !ends_with(t, q, ",?!"))) return false;
    if (!comma && !ends_with(t, q, ",?!") && !(t->ptr[q->end - 1].kind & TOKEN_DASH)) return false;
    if (comma) i++;
    size_t stop = sentence_end_behind(s, i, end), v = i;
    while (v < stop && token_in(t, v, WORD_ADVERB | WORD_AUXILIARY) && !token_in(t, v, WORD_SAY)) v++;
    if (token_in(t, v, WORD_SAY)) {
        struct speaker got = speaker_forward(s, v + 1, stop);
        if (got.found) {
            settle(q, QUOTE_DIRECT, "after", v, v + 1, got);
            return true;
        }
    }
    for (v = i + 1; v < stop && v < i + 32; v++) {
        if (!token_in(t, v, WORD_SAY) || (t->ptr[v].kind & TOKEN_UPPER)) continue;
        struct speaker got = speaker_backward(s, i, v);
        if (!got.found || got.first > i + 4 + (got.relayed ? 2u : 6u)) continue;
        settle(q, QUOTE_DIRECT, "after", v, v + 1, got);
        return true;
    }
    return try_manner(s, q, i, stop);
}

static bool noun_like(const struct tokens *t, size_t first, size_t c)
{
    if (c == first) return true;
    const struct token *k = &t->ptr[c - 1];
    struct slice before = token_text(t, c - 1);
    bool glued_owner = (k->kind & TOKEN_GLUED) && (slice_eq(before, SLICE("'s")) || slice_eq(before, SLICE("’s")));
    return (k->word & (WORD_DETERMINER | WORD_PREPOSITION | WORD_CARDINAL)) != 0 || glued_owner || (t->ptr[c].kind & TOKEN_UPPER);
}

/* "The dam, said Anna Berg, “…”": the speaker between the verb at c and the mark. */
static struct speaker inverted(const struct stage_of_speech *s, size_t c, size_t first, size_t open)
{
    struct speaker none = {.entity = NOBODY};
    if (c <= first || !token_is(s->t, c - 1, ',') || !token_in(s->t, c, WORD_SAY) || !token_is(s->t, open - 1, ',')) return none;
    struct speaker got = speaker_forward(s, c + 1, open - 1);
    return got.found && got.end + 1 >= open ? got : none;
}

/* X smiled: “…”: a whole sentence behind a colon is the subject's. */
static bool try_colon(const struct stage_of_speech *s, struct finding *q, size_t first)
{
    if (q->open <= first + 1 || !token_is(s->t, q->open - 1, ':') || !begins_upper(s->t, q) || !stop_mark(s->t, q)) return false;
    struct speaker got = speaker_of_clause(s, first, q->open - 1);
    if (!can_speak(s, got)) return false;
    settle(q, QUOTE_DIRECT, "colon", q->open, q->open, got);
    return true;
}

/* X said: “…”; called it “…”; X emphasized that they “…”. The nearest verb before the quote in its sentence. */
static bool try_before(const struct stage_of_speech *s, struct finding *q, size_t first)
{
    const struct tokens *t = s->t;
    for (size_t c = q->open; c-- > first && q->open - c < 40;) {
        if (s->quoted[c] || (t->ptr[c].kind & TOKEN_CLOSE && !(t->ptr[c].kind & TOKEN_WORD))) continue;
        if (!token_in(t, c, WORD_SAY | WORD_THAT | WORD_CALL | WORD_DEMAND) || noun_like(t, first, c)) continue;
        struct speaker got = inverted(s, c, first, q->open);
        if (!got.found) got = speaker_backward(s, first, c);
        if (!got.found) continue;
        bool close_by = q->open - c <= 1 || token_is(t, q->open - 1, ',') || token_is(t, q->open - 1, ':');
        bool whole = close_by && begins_upper(t, q) && (stop_mark(t, q) || token_is(t, q->open - 1, ':'));
        if (looks_like_title(t, q) && !whole && !token_in(t, c, WORD_CALL)) return false;
        settle(q, whole ? QUOTE_DIRECT : QUOTE_MIXED, "before", c, c + 1, got);
        return true;
    }
    return try_colon(s, q, first);
}

static size_t find_according(const struct tokens *t, size_t first, size_t end)
{
    for (size_t i = first; i + 2 < end; i++)
        if (slice_eq_nocase(token_text(t, i), SLICE("according")) && slice_eq(token_text(t, i + 1), SLICE("to"))) return i;
    return SIZE_MAX;
}

static bool try_according(const struct stage_of_speech *s, struct finding *q, size_t first, size_t end)
{
    size_t i = find_according(s->t, first, end);
    if (i == SIZE_MAX || s->quoted[i] || (looks_like_title(s->t, q) && !stop_mark(s->t, q))) return false;
    struct speaker got = speaker_forward(s, i + 2, end);
    if (!got.found) return false;
    settle(q, begins_upper(s->t, q) && stop_mark(s->t, q) ? QUOTE_DIRECT : QUOTE_MIXED, "according", i, i + 2, got);
    return true;
}

/* "the Kremlin's statement that “…”", "in a letter from X: “…”": the owner of the words. */
static bool try_statement(const struct stage_of_speech *s, struct finding *q, size_t first)
{
    const struct tokens *t = s->t;
    for (size_t c = q->open; c-- > first && q->open - c < 8;) {
        if (!token_in(t, c, WORD_NEWS)) continue;
        if (c < first + 2) return false;
        struct slice own = token_text(t, c - 1);
        const struct name *n = speech_name(s, c - 2);
        if (n == NULL || !(slice_eq(own, SLICE("'s")) || slice_eq(own, SLICE("’s")))) return false;
        struct speaker got = {true, n->first, n->end, n->entity, false, 0, 0};
        settle(q, QUOTE_MIXED, "statement", c, c + 1, got);
        return true;
    }
    return false;
}

/* "The Post quoted Berg as saying: “…”": the speaker is the one quoted, and who quotes is the holder. */
static void note_quoted_as(const struct stage_of_speech *s, struct finding *q, size_t first)
{
    const struct tokens *t = s->t;
    size_t as = q->cue - 1;
    if (q->cue < first + 4 || !slice_eq(token_text(t, q->cue), SLICE("saying")) || !slice_eq(token_text(t, as), SLICE("as"))) return;
    for (size_t v = as; v-- > first + 1 && as - v < PHRASE_WORDS;) {
        struct slice verb = token_text(t, v);
        if (!slice_eq(verb, SLICE("quoted")) && !slice_eq(verb, SLICE("cited")) && !slice_eq(verb, SLICE("quotes"))) continue;
        struct speaker quoted = speaker_forward(s, v + 1, as), holder = speaker_backward(s, first, v);
        if (!quoted.found || token_in(t, v - 1, WORD_AUXILIARY)) return;
        q->speaker = quoted;
        if (holder.found && holder.entity != quoted.entity) q->holder = holder.entity;
        return;
    }
}

/* "According to the Post, Berg called it “…”"; "“…,” Berg said, according to the Post": Berg's words, the Post relays them. */
static void note_holder(const struct stage_of_speech *s, struct finding *q, size_t first, size_t end)
{
    bool before = strcmp(q->rule, "before") == 0, after = strcmp(q->rule, "after") == 0;
    if (!before && !after) return;
    size_t i = find_according(s->t, after ? q->cue_end : first, end);
    if (i != SIZE_MAX && !s->quoted[i]) {
        struct speaker got = speaker_forward(s, i + 2, end);
        if (got.found && got.entity != q->speaker.entity) q->holder = got.entity;
    } else if (before) note_quoted_as(s, q, first);
}

struct paragraph_state {
    const struct finding *last;      /* the last attributed quote of this paragraph */
    const struct finding *previous;  /* and of the paragraph before */
};

/* “…,” said X, “and …”: the sentence goes on behind the speaker. */
static bool goes_on(const struct tokens *t, const struct finding *last, const struct finding *q)
{
    size_t from = last->speaker.end > last->cue_end ? last->speaker.end : last->cue_end;
    return q->open > from && q->open - from <= 6 && token_is(t, q->open - 1, ',') && words_in(t, q) >= 3;
}

/* Benali was not impressed. “They can keep it.” The subject of the sentence right before, when no words were quoted in between. */
static bool try_subject(const struct stage_of_speech *s, struct finding *q, size_t first, size_t from)
{
    uint32_t n = s->sentence_at[q->open];
    if (n == 0 || q->open == first) return false;
    struct sentence before = s->t->sentence[n - 1];
    if (before.first < from || before.first < first || s->quoted[before.first] || s->quoted[before.end - 1]) return false;
    struct speaker got = speaker_of_clause(s, before.first, before.end);
    if (!can_speak(s, got)) return false;
    settle(q, QUOTE_DIRECT, "subject", q->open, q->open, got);
    return true;
}

static bool try_carry(const struct stage_of_speech *s, struct finding *q, size_t first, const struct paragraph_state *p)
{
    const struct tokens *t = s->t;
    bool whole = begins_upper(t, q) && words_in(t, q) >= 4 && (stop_mark(t, q) || !q->closed) && !looks_like_title(t, q);
    bool own = q->open == first || (t->ptr[q->open].kind & TOKEN_FIRST) != 0; /* it is a sentence by itself */
    if (p->last != NULL && (strcmp(p->last->rule, "after") == 0 || strcmp(p->last->rule, "manner") == 0) && goes_on(t, p->last, q)) {
        settle(q, QUOTE_DIRECT, "carry", q->open, q->open, p->last->speaker);
        return true;
    }
    bool sentence = begins_upper(t, q) && own && (stop_mark(t, q) || !q->closed);
    if (!whole && !(sentence && p->last != NULL)) return false;
    if (own && try_subject(s, q, first, p->last != NULL ? p->last->close + 1 : first)) return true;
    if (p->last != NULL && (own || (q->open > 0 && token_is(t, q->open - 1, ',')))) {
        settle(q, QUOTE_DIRECT, "carry", q->open, q->open, p->last->speaker);
        return true;
    }
    if (p->previous != NULL && q->open == first) {
        settle(q, QUOTE_DIRECT, "carry-paragraph", q->open, q->open, p->previous->speaker);
        return true;
    }
    return false;
}

static void attribute(const struct stage_of_speech *s, struct finding *q, size_t first, size_t end, const struct paragraph_state *p)
{
    const struct tokens *t = s->t;
    size_t sentence = s->sentence_at[q->open], b = t->sentence[sentence].first;
    if (b < first) b = first;
    size_t after = q->close + 1 < end ? sentence_end_behind(s, q->close + 1, end) : end;
    if (after > q->close + 1 && (t->ptr[q->close + 1].kind & TOKEN_FIRST)) after = q->close + 1;
    if (try_after(s, q, end)) {
        note_holder(s, q, b, after);
        return;
    }
    if (q->open > b && (try_before(s, q, b) || try_according(s, q, b, q->open) || try_statement(s, q, b))) {
        note_holder(s, q, b, q->open);
        return;
    }
    if (q->close + 1 < after && try_according(s, q, q->close + 1, after)) return;
    if (try_carry(s, q, first, p)) return;
    if (words_in(t, q) >= FULL_WORDS && !looks_like_title(t, q) && !q->single && (stop_mark(t, q) || begins_upper(t, q)))
        settle(q, stop_mark(t, q) && begins_upper(t, q) ? QUOTE_DIRECT : QUOTE_MIXED, "unattributed", q->open, q->open,
               (struct speaker){.entity = NOBODY});
}

/* A paragraph that ends "…, saying:" makes a block quote of the next, when that has no marks of its own. */
static bool block_follows(const struct stage_of_speech *s, size_t first, size_t end, size_t *cue)
{
    const struct tokens *t = s->t;
    if (end < first + 3 || !token_is(t, end - 1, ':')) return false;
    for (size_t c = end - 1; c-- > first && end - c < 8;) {
        if (!token_in(t, c, WORD_SAY) || noun_like(t, first, c)) continue;
        *cue = c;
        return true;
    }
    return false;
}

static void add_block(const struct stage_of_speech *s, size_t first, size_t cue, size_t b, size_t e, struct findings *f)
{
    size_t begin = s->t->sentence[s->sentence_at[cue]].first;
    if (begin < first) begin = first;
    struct speaker got = speaker_backward(s, begin, cue);
    if (!got.found) got = speaker_of_clause(s, begin, cue);
    if (!got.found || f->len == f->cap) return;
    struct finding *q = &f->ptr[f->len++];
    *q = (struct finding){.first = (uint32_t)b, .end = (uint32_t)e, .open = (uint32_t)b, .close = (uint32_t)e, .holder = NOBODY};
    settle(q, QUOTE_BLOCK, "block", cue, cue + 1, got);
    for (size_t i = b; i < e; i++) s->quoted[i] = 1;
}

static size_t paragraph_end(const struct tokens *t, size_t first)
{
    size_t e = first + 1;
    while (e < t->len && !(t->ptr[e].kind & TOKEN_PARAGRAPH)) e++;
    return e;
}

static bool has_double_mark(const struct tokens *t, size_t first, size_t end)
{
    bool single;
    for (size_t i = first; i < end; i++)
        if (is_mark(t, i, &single) && !single) return true;
    return false;
}

static void paragraphs(const struct stage_of_speech *s, struct findings *f)
{
    const struct tokens *t = s->t;
    size_t previous = SIZE_MAX; /* index of the last attributed quote of the paragraph before */
    for (size_t first = 0, end; first < t->len; first = end) {
        end = paragraph_end(t, first);
        size_t from = f->len, last = SIZE_MAX, cue;
        bool single, next_opens = end < t->len && is_mark(t, end, &single) && !single;
        pair_marks(t, first, end, next_opens, f);
        for (size_t i = from; i < f->len; i++)
            for (size_t k = f->ptr[i].open; k < f->ptr[i].end; k++) s->quoted[k] = 1;
        for (size_t i = from; i < f->len; i++) {
            struct paragraph_state p = {last != SIZE_MAX ? &f->ptr[last] : NULL, previous != SIZE_MAX ? &f->ptr[previous] : NULL};
            attribute(s, &f->ptr[i], first, end, &p);
            if (f->ptr[i].kind != QUOTE_NONE && f->ptr[i].speaker.found) last = i;
        }
        previous = last;
        if (end < t->len && block_follows(s, first, end, &cue)) {
            size_t block = paragraph_end(t, end);
            if (!has_double_mark(t, end, block) && block > end + 3) add_block(s, first, cue, end, block, f);
        }
    }
}

/* --- what the document gets --- */

static void fill(const struct stage_of_speech *s, const struct finding *q, struct quote *out)
{
    const struct tokens *t = s->t;
    *out = (struct quote){.b = t->ptr[q->first].b, .e = t->ptr[q->end - 1].e, .kind = q->kind, .score = round(q->score * 1000) / 1000,
                          .rule = slice_of(q->rule)};
    if (q->cue < q->cue_end) out->cue = (struct span){t->ptr[q->cue].b, t->ptr[q->cue_end - 1].e};
    if (q->speaker.found) {
        out->speaker_span = (struct span){t->ptr[q->speaker.first].b, t->ptr[q->speaker.end - 1].e};
        struct span as = out->speaker_span;
        if (q->speaker.as < q->speaker.as_end) as = (struct span){t->ptr[q->speaker.as].b, t->ptr[q->speaker.as_end - 1].e};
        out->speaker = q->speaker.entity != NOBODY ? s->cast->ptr[q->speaker.entity].name : span_of(t->text, as);
        if (out->speaker.len > 1000) out->speaker = (struct slice){NULL, 0};
    }
    if (q->holder != NOBODY) out->holder = s->cast->ptr[q->holder].name;
}

static int by_place(const void *a, const void *b)
{
    const struct quote *x = a, *y = b;
    if (x->b != y->b) return x->b < y->b ? -1 : 1;
    if (x->e != y->e) return x->e > y->e ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

enum err quotes_find(struct arena *mem, const struct tokens *t, const struct names *names, const struct cast *cast, struct quotes *out)
{
    struct stage_of_speech s;
    size_t marks = 0, cues = 0;
    enum err e = speech_prepare(mem, t, names, cast, &s);
    if (e != OK) return e;
    for (size_t i = 0; i < t->len; i++) {
        if (t->ptr[i].kind & (TOKEN_OPEN | TOKEN_CLOSE)) marks++;
        if (t->ptr[i].word & (WORD_SAY | WORD_THAT | WORD_CALL | WORD_DEMAND)) cues++;
        if (slice_eq_nocase(token_text(t, i), SLICE("according"))) cues++;
    }
    struct findings f = {.cap = marks + cues * 2 + 1};
    f.ptr = arena_array(mem, f.cap, sizeof *f.ptr);
    if (f.ptr == NULL) return ERR_NOMEM;
    paragraphs(&s, &f);
    for (size_t i = 0; i < t->sentences; i++) indirect_find(&s, t->sentence[i], &f);
    *out = (struct quotes){arena_array(mem, f.len, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < f.len; i++)
        if (f.ptr[i].kind != QUOTE_NONE && f.ptr[i].first < f.ptr[i].end) fill(&s, &f.ptr[i], &out->ptr[out->len++]);
    qsort(out->ptr, out->len, sizeof *out->ptr, by_place);
    return OK;
}
