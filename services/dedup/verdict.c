/* verdict.c - rules over matches. */
#include "verdict.h"

#include <math.h>

#include "tables.h"
#include "words.h"

#define COPY_LEAST 0.50  /* of either text's shingles in common passages; */
#define PART_MOST 0.65   /* under so many, these passages must not be sparse: */
#define PART_DENSE 1.25  /* what is in them, and how much of that is really shared, come to this. Noise thins out a text that is there as a whole; where a part
                            is thin, two have said one thing in their own words */
#define OTHER_MOST 0.25  /* under this two texts have nothing in common */
#define WHOLE_LEAST 0.45 /* of the longer text, for the two to be one and not a part */
enum { SHINGLES_LEAST = 8 /* fewer prove nothing */ };

static double contained(const struct match *m)
{
    return m->of_new > m->of_old ? m->of_new : m->of_old;
}

static bool is_copy(const struct match *m)
{
    double c = contained(m);
    if (c < COPY_LEAST || m->least < SHINGLES_LEAST) return false;
    return c >= PART_MOST || c + m->shared / (c * m->least) >= PART_DENSE;
}

/* Members of the root's copies that match, less those that do not. */
static int agreement(const struct kin *kin, size_t n, uint32_t root)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (kin[i].root != root) continue;
        if (is_copy(&kin[i].match)) sum++;
        else if (contained(&kin[i].match) < OTHER_MOST) sum--;
    }
    return sum;
}

/* From the same desk: by outlet or address; a text that corrects itself corrects its own, unless another outlet's is known. */
static bool same_desk(const struct kin *k, const struct newcomer *of)
{
    bool differ = of->outlet && k->outlet && of->outlet != k->outlet;
    return (of->outlet && of->outlet == k->outlet) || (of->source && of->source == k->source) || (of->corrects && !differ);
}

struct ruling verdict_choose(const struct kin *kin, size_t n, const struct newcomer *of)
{
    struct ruling r = {VERDICT_ORIGINAL, 0, NAN};
    size_t best = n;
    int most = 0;
    for (size_t i = 0; i < n && is_copy(&kin[i].match); i++) {
        int sum = agreement(kin, n, kin[i].root);
        if (sum <= most) continue;
        most = sum;
        best = i;
    }
    if (best == n) return r;
    const struct match *m = &kin[best].match;
    r.of = best;
    r.similarity = contained(m);
    double least = m->of_new < m->of_old ? m->of_new : m->of_old;
    if (least >= WHOLE_LEAST) r.kind = same_desk(&kin[best], of) ? VERDICT_REVISION : VERDICT_NEAR;
    else r.kind = m->of_new > m->of_old ? VERDICT_CONTAINED : VERDICT_CONTAINS;
    return r;
}

bool verdict_corrects(struct slice text)
{
    enum { HEAD = 400, TAIL = 800 };
    static const char *const notes[] = {"correction:", "corrections:", "correction -", "clarification:", "earlier version of this", "previous version of this",
                                        "this article has been corrected", "this story has been corrected", "this article was amended"};
    struct slice ends[] = {slice_cut(text, 0, HEAD), slice_cut(text, text.len > HEAD + TAIL ? text.len - TAIL : 0, text.len)};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < ends[k].len; i++) {
            char first = (char)(ends[k].ptr[i] | 0x20);
            if (strchr("cept", first) == NULL) continue; /* none begins so */
            for (size_t n = 0; n < sizeof notes / sizeof *notes; n++)
                if (notes[n][0] == first && slice_eq_nocase(slice_cut(ends[k], i, i + strlen(notes[n])), slice_of(notes[n]))) return true;
        }
    return false;
}

/* The agency that words i and on name, as in "(AP)", "Reuters -", "Associated Press". */
static struct slice agency_at(struct slice text, const struct words *w, size_t i)
{
    char first[64];
    size_t n = word_fold(slice_cut(text, w->ptr[i].b, w->ptr[i].e), first);
    for (const struct table_agency *a = table_agencies; a->words; a++) {
        if (n == 0 || a->words[0] != first[0]) continue;
        struct slice rest = slice_of(a->words);
        size_t k = i;
        while (rest.len && k < w->len) {
            char folded[64];
            n = word_fold(slice_cut(text, w->ptr[k].b, w->ptr[k].e), folded);
            if (!slice_starts(rest, (struct slice){folded, n}) || !(w->ptr[k].flags & WORD_CAPITAL)) break;
            rest = slice_cut(rest, n, rest.len);
            if (rest.len && rest.ptr[0] != ' ') break;
            if (rest.len) rest = slice_cut(rest, 1, rest.len);
            k++;
        }
        if (rest.len == 0) return slice_of(a->name);
    }
    return (struct slice){NULL, 0};
}

struct slice verdict_agency(struct slice text)
{
    enum { HEAD = 300, TAIL = 200, WORDS = 256 };
    struct word room[WORDS];
    struct slice ends[] = {slice_cut(text, 0, HEAD), slice_cut(text, text.len > TAIL ? text.len - TAIL : 0, text.len)};
    for (size_t k = 0; k < 2; k++) {
        struct words w = {room, 0};
        words_cut_into(ends[k], 0, WORDS, &w);
        for (size_t i = 0; i < w.len; i++) {
            struct slice name = w.ptr[i].flags & WORD_CAPITAL ? agency_at(ends[k], &w, i) : (struct slice){NULL, 0};
            if (name.ptr) return name;
        }
    }
    return (struct slice){NULL, 0};
}
