/* view.c - builds a story's view: reads the accounts, then asks one part of the judgement after the other. */
#include "scene.h"

#include <xxhash.h>

enum { CHOICE_BITS = 1 << 17 };

/* --- which accounts to read --- */

static bool repeats(enum verdict_kind k)
{
    return k == VERDICT_EXACT || k == VERDICT_NEAR || k == VERDICT_SYNDICATED || k == VERDICT_CONTAINED;
}

static size_t choice_bit(struct slice key)
{
    return XXH3_64bits(key.ptr != NULL ? key.ptr : "", key.len) & (CHOICE_BITS - 1);
}

/* Picks up to `room` of the accounts that are copies (or that are not): the first third of the room from the front, the rest
 * from the back. Returns how many. */
static size_t pick_some(struct accounts story, const uint8_t *keys, bool copies, size_t room, bool *pick)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < story.len; i++) {
        size_t bit = choice_bit(story.ptr[i].of);
        bool copy = repeats(story.ptr[i].verdict) && story.ptr[i].of.len > 0 && (keys[bit / 8] >> bit % 8 & 1);
        if (copy == copies) n++;
    }
    size_t take = n < room ? n : room, front = take < n ? take / 3 : take;
    for (size_t i = 0; i < story.len; i++) {
        size_t bit = choice_bit(story.ptr[i].of);
        bool copy = repeats(story.ptr[i].verdict) && story.ptr[i].of.len > 0 && (keys[bit / 8] >> bit % 8 & 1);
        if (copy != copies) continue;
        if (at < front || at >= n - (take - front)) pick[i] = true;
        at++;
    }
    return take;
}

/* Whether an original is in the story is asked of a bitmap of hashed keys: a wrong yes, one in dozens in a story of thousands,
 * only sends an account to the copies. */
void account_choose(struct accounts story, bool *pick)
{
    uint8_t keys[CHOICE_BITS / 8] = {0};
    for (size_t i = 0; i < story.len; i++) {
        size_t bit = choice_bit(story.ptr[i].key);
        keys[bit / 8] |= (uint8_t)(1 << bit % 8);
        pick[i] = false;
    }
    size_t n = pick_some(story, keys, false, VIEW_READ_MAX, pick);
    if (n < VIEW_READ_MAX) (void)pick_some(story, keys, true, VIEW_READ_MAX - n, pick);
}

/* --- reading --- */

static enum err index_keys(struct scene *s)
{
    size_t n = 16;
    while (n < s->story.len * 2) n *= 2;
    s->keys = arena_array(s->mem, n, sizeof *s->keys);
    s->keys_mask = n - 1;
    if (s->keys == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < s->story.len; i++) {
        struct slice key = s->story.ptr[i].key;
        size_t at = XXH3_64bits(key.ptr != NULL ? key.ptr : "", key.len) & s->keys_mask;
        while (s->keys[at] != 0 && !slice_eq(s->story.ptr[s->keys[at] - 1].key, key)) at = (at + 1) & s->keys_mask;
        if (s->keys[at] == 0) s->keys[at] = i + 1;
    }
    return OK;
}

static enum err count_outlets(struct scene *s)
{
    size_t n = s->keys_mask + 1;
    uint32_t *seen = arena_array(s->mem, n, sizeof *seen);
    if (seen == NULL) return ERR_NOMEM;
    for (uint32_t i = 0; i < s->story.len; i++) {
        struct slice o = s->story.ptr[i].outlet;
        if (o.len == 0) continue;
        size_t at = XXH3_64bits(o.ptr, o.len) & s->keys_mask;
        while (seen[at] != 0 && !slice_eq(s->story.ptr[seen[at] - 1].outlet, o)) at = (at + 1) & s->keys_mask;
        if (seen[at] != 0) continue;
        seen[at] = i + 1;
        s->out->n_outlets++;
    }
    return OK;
}

static bool readable(const struct account *a)
{
    return a->doc != NULL && a->doc->text.len > 0;
}

static enum err read_accounts(struct scene *s)
{
    uint32_t most = VIEW_READ_MAX + VIEW_NEIGHBOURS_MAX * VIEW_NEIGHBOUR_READ_MAX;
    s->readings = arena_array(s->mem, most, sizeof *s->readings);
    s->values = arena_array(s->mem, most, sizeof *s->values);
    s->source = arena_array(s->mem, most, sizeof *s->source);
    s->read_as = arena_array(s->mem, s->story.len, sizeof *s->read_as);
    enum err e = s->readings && s->values && s->source && s->read_as ? lexicon_make(s->mem, &s->lex) : ERR_NOMEM;
    for (uint32_t i = 0; i < s->story.len && e == OK; i++) {
        s->read_as[i] = UINT32_MAX;
        if (!readable(&s->story.ptr[i]) || s->n_own == VIEW_READ_MAX) continue;
        s->read_as[i] = (uint32_t)s->n_own;
        e = reading_make(&s->lex, s->story.ptr[i].doc, 0, i, &s->readings[s->n_own++]);
    }
    s->n_readings = s->n_own;
    for (uint32_t n = 0; n < s->others.len && n < VIEW_NEIGHBOURS_MAX; n++) {
        const struct accounts *in = &s->others.ptr[n].accounts;
        uint32_t taken = 0;
        for (uint32_t i = 0; i < in->len && taken < VIEW_NEIGHBOUR_READ_MAX && e == OK; i++) {
            if (!readable(&in->ptr[i])) continue;
            taken++;
            e = reading_make(&s->lex, in->ptr[i].doc, n + 1, i, &s->readings[s->n_readings++]);
        }
    }
    for (size_t r = 0; r < s->n_readings && e == OK; r++) e = slots_read(&s->lex, &s->readings[r], &s->values[r]);
    return e;
}

enum err scene_begin(struct scene *s)
{
    struct story_view *out = s->out;
    out->n_articles = (uint32_t)s->story.len;
    out->parts = (struct parts){arena_array(s->mem, s->story.len, sizeof *out->parts.ptr), s->story.len};
    if (out->parts.ptr == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < s->story.len; i++) out->parts.ptr[i].of = UINT32_MAX;
    enum err e = index_keys(s);
    if (e == OK) e = count_outlets(s);
    if (e == OK) e = read_accounts(s);
    if (e == OK && s->n_own == 0) e = ERR_EMPTY;
    out->n_read = (uint32_t)s->n_own;
    return e;
}

static enum err (*const steps[])(struct scene *) = {
    find_sources, find_actors, find_quotes, find_event, find_neighbours, find_facts, find_states, find_statements, find_differences, drop_disputed, find_headline,
    find_summary, find_timeline, find_only, find_relations, find_parts,
};

enum err story_view_build(struct accounts story, struct neighbours others, struct known_names known, struct arena *mem, struct story_view *out)
{
    *out = (struct story_view){0};
    if (story.len >= UINT32_MAX) return ERR_TOO_BIG;
    struct scene s = {.story = story, .others = others, .known = known, .mem = mem, .out = out};
    enum err e = scene_begin(&s);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && e == OK; i++) e = steps[i](&s);
    for (size_t i = 0; i < out->parts.len; i++) out->n_independent += out->parts.ptr[i].independent;
    return e;
}
