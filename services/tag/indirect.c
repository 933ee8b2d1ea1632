/* indirect.c - what is reported without quotation marks: X said that …, according to X, X rejects …, …, X said. */
#include "quotes.h"

enum { NOBODY = UINT32_MAX };

/* Words that begin a clause of their own behind a comma. */
static bool new_clause(const struct stage_of_speech *s, size_t i, size_t end)
{
    const struct tokens *t = s->t;
    if (i + 1 >= end) return false;
    struct slice next = token_text(t, i + 1);
    if (token_in(t, i + 1, WORD_SUBORDINATE)) return true;
    if (slice_eq_nocase(next, SLICE("according"))) return true;
    return slice_ends(next, SLICE("ing")) && next.len > 5 && !(t->ptr[i + 1].kind & TOKEN_UPPER);
}

size_t clause_end(const struct stage_of_speech *s, size_t i, size_t end)
{
    const struct tokens *t = s->t;
    size_t begin = i;
    for (; i < end; i++) {
        if (s->quoted[i]) continue;
        if (i > begin + 2 && token_is(t, i, ',') && new_clause(s, i, end)) break;
        if (token_is(t, i, ';')) break;
        if (i > begin + 2 && (t->ptr[i].kind & TOKEN_DASH) && token_text(t, i).len > 1 && !slice_eq_nocase(token_text(t, i + 1 < end ? i + 1 : i), SLICE("and")))
            break;
        if (i > begin + 3 && slice_eq(token_text(t, i), SLICE("but")) && i + 1 < end && token_in(t, i + 1, WORD_SAY | WORD_AUXILIARY | WORD_PRONOUN)) break;
    }
    while (i > begin && !(t->ptr[i - 1].kind & (TOKEN_WORD | TOKEN_NUMBER | TOKEN_CLOSE)) && !token_is(t, i - 1, ')') && !token_is(t, i - 1, '%')) i--;
    return i;
}

static void add(struct findings *f, size_t first, size_t end, size_t cue, size_t cue_end, struct speaker who_said, const char *rule, float score)
{
    if (end < first + 2 || f->len == f->cap) return;
    f->ptr[f->len++] = (struct finding){.first = (uint32_t)first, .end = (uint32_t)end, .kind = QUOTE_INDIRECT, .cue = (uint32_t)cue,
                                        .cue_end = (uint32_t)cue_end, .speaker = who_said, .holder = NOBODY, .score = score, .rule = rule};
}

/* Every token of [first, end) that is a word lies in quotation marks: the direct quote has it already. */
static bool all_quoted(const struct stage_of_speech *s, size_t first, size_t end)
{
    size_t words = 0, quoted = 0;
    for (size_t i = first; i < end; i++) {
        if (!(s->t->ptr[i].kind & TOKEN_WORD)) continue;
        words++;
        if (s->quoted[i]) quoted++;
    }
    return quoted * 5 >= words * 4;
}

static void by_according(const struct stage_of_speech *s, struct sentence n, size_t i, struct findings *f)
{
    const struct tokens *t = s->t;
    struct speaker got = speaker_forward(s, i + 2, n.end);
    if (!got.found) { /* whoever it is, up to the comma */
        size_t e = i + 2;
        while (e < n.end && !token_is(t, e, ',') && !token_is(t, e, '.')) e++;
        if (e == i + 2 || e > i + 14) return;
        got = (struct speaker){true, (uint32_t)i + 2, (uint32_t)e, NOBODY, true, 0, 0};
    }
    if (i == n.first || (i == n.first + 1 && !(t->ptr[n.first].kind & TOKEN_WORD))) {
        size_t b = got.end;
        while (b < n.end && !token_is(t, b, ',')) b++;
        if (b + 1 >= n.end) return;
        size_t e = clause_end(s, b + 1, n.end);
        if (!all_quoted(s, b + 1, e)) add(f, b + 1, e, i, i + 2, got, "according", 0.85f);
        return;
    }
    size_t e = i;
    while (e > n.first && !(t->ptr[e - 1].kind & (TOKEN_WORD | TOKEN_NUMBER | TOKEN_CLOSE))) e--;
    if (!all_quoted(s, n.first, e)) add(f, n.first, e, i, i + 2, got, "according", 0.85f);
}

/* "…, X said." and "…, X confirms, …": what stands before is X's. */
static bool trailing(const struct stage_of_speech *s, struct sentence n, size_t c, struct speaker got, struct findings *f)
{
    const struct tokens *t = s->t;
    if (!token_in(t, c, WORD_SAY) || c + 1 > n.end) return false;
    bool ends = c + 1 == n.end || token_is(t, c + 1, '.') || token_is(t, c + 1, ',') || token_in(t, c + 1, WORD_WEEKDAY)
        || (slice_eq(token_text(t, c + 1), SLICE("on")) && token_in(t, c + 2, WORD_WEEKDAY));
    if (!ends) return false;
    size_t b = got.first;
    while (b > n.first && !token_is(t, b, ',') && got.first - b < 8) b--;
    if (b <= n.first + 3 || !token_is(t, b, ',')) return false;
    if (all_quoted(s, n.first, b)) return true;
    add(f, n.first, b, c, c + 1, got, "trailing", 0.75f);
    return true;
}

static bool is_that(const struct tokens *t, size_t i)
{
    return i < t->len && slice_eq_nocase(token_text(t, i), SLICE("that"));
}

/* Past "to reporters", "the BBC", "on Monday" between the verb and that. */
static size_t find_that(const struct stage_of_speech *s, size_t c, size_t end)
{
    size_t limit = c + 8 < end ? c + 8 : end;
    for (size_t i = c + 1; i < limit; i++) {
        if (is_that(s->t, i)) return i;
        if (s->quoted[i] || token_is(s->t, i, ':') || token_in(s->t, i, WORD_SUBORDINATE | WORD_SAY | WORD_AUXILIARY)) return SIZE_MAX;
    }
    return SIZE_MAX;
}

static bool plain_said(const struct tokens *t, size_t c)
{
    static const char *const verbs[] = {"said", "says", "say", "insists", "insisted", "claimed", "claims", "admitted", "added", "denied", "announced", "confirmed", "warned"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (slice_eq(token_text(t, c), slice_of(verbs[i]))) return true;
    return false;
}

/* A verb within a few words: what follows "said" is a clause and not "said goodbye". */
static bool has_verb(const struct tokens *t, size_t i, size_t end)
{
    size_t limit = i + 14 < end ? i + 14 : end;
    for (size_t k = i + 1; k < limit; k++) {
        struct slice w = token_text(t, k);
        if (token_in(t, k, WORD_AUXILIARY) || (slice_ends(w, SLICE("ed")) && w.len > 3)) return true;
    }
    return false;
}

/* "urged Moscow to …", "rejected a plan", "insists on …", "described the talks as …": what is wanted, refused or thought of it. */
static bool complement(const struct stage_of_speech *s, size_t c, size_t end)
{
    const struct tokens *t = s->t;
    if (c + 2 >= end || s->quoted[c + 1]) return false;
    const struct token *k = &t->ptr[c + 1];
    if (token_in(t, c, WORD_DEMAND | WORD_CALL) || slice_eq(token_text(t, c), SLICE("insists")))
        return (k->kind & TOKEN_WORD) && !(k->word & (WORD_AUXILIARY | WORD_SUBORDINATE | WORD_SAY))
            && !slice_eq(token_text(t, c + 1), SLICE("by"));
    return false;
}

/* "was urged by": passive, or a participle that belongs to a noun. */
static bool passive(const struct tokens *t, size_t first, size_t c)
{
    for (size_t i = c; i-- > first && c - i < 4;) {
        if (!token_in(t, i, WORD_AUXILIARY | WORD_ADVERB)) return false;
        struct slice w = token_text(t, i);
        static const char *const be[] = {"is", "are", "was", "were", "be", "been", "being"};
        for (size_t k = 0; k < sizeof be / sizeof *be; k++)
            if (slice_eq_nocase(w, slice_of(be[k]))) return true;
    }
    return false;
}

static bool verb_here(const struct stage_of_speech *s, struct sentence n, size_t c)
{
    const struct tokens *t = s->t;
    if (s->quoted[c] || c == n.first || (t->ptr[c].kind & TOKEN_UPPER)) return false;
    if (token_in(t, c - 1, WORD_DETERMINER | WORD_PREPOSITION)) return false;
    return !passive(t, n.first, c);
}

static void by_verb(const struct stage_of_speech *s, struct sentence n, size_t c, struct findings *f)
{
    const struct tokens *t = s->t;
    size_t that = find_that(s, c, n.end);
    bool clause = that != SIZE_MAX && token_in(t, c, WORD_SAY | WORD_THAT | WORD_DEMAND);
    bool bare = !clause && plain_said(t, c) && c + 2 < n.end && !s->quoted[c + 1] && (t->ptr[c + 1].kind & (TOKEN_WORD | TOKEN_NUMBER))
        && has_verb(t, c, n.end);
    bool object = !clause && !bare && complement(s, c, n.end);
    struct speaker got = speaker_backward(s, n.first, c);
    if (!got.found || trailing(s, n, c, got, f)) return;
    if (!clause && !bare && !object) return;
    size_t b = clause ? that : c + 1, e = clause_end(s, b, n.end);
    if (all_quoted(s, b, e)) return;
    add(f, b, e, c, c + 1, got, clause ? "that" : bare ? "said" : "wants", clause ? 0.9f : bare ? 0.75f : 0.6f);
}

void indirect_find(const struct stage_of_speech *s, struct sentence n, struct findings *f)
{
    const struct tokens *t = s->t;
    size_t covered = 0;
    for (size_t i = n.first; i < n.end; i++) {
        if (i + 2 < n.end && !s->quoted[i] && slice_eq_nocase(token_text(t, i), SLICE("according")) && slice_eq(token_text(t, i + 1), SLICE("to"))) {
            by_according(s, n, i, f);
            continue;
        }
        if (!token_in(t, i, WORD_SAY | WORD_THAT | WORD_CALL | WORD_DEMAND) || !verb_here(s, n, i)) continue;
        size_t before = f->len;
        if (i < covered && !slice_ends(token_text(t, i), SLICE("ing")) && find_that(s, i, n.end) == SIZE_MAX) continue;
        by_verb(s, n, i, f);
        if (f->len > before) covered = f->ptr[f->len - 1].end;
    }
}
