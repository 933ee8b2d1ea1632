/* tables.c - reads the lists, counts, packs. */
#include "tables.h"

#include <stdlib.h>
#include <zlib.h>

#include "hashes.h"

enum { LINE_SIZE = 4096, PHRASE_LONGEST = 7, FULL_PERCENT = 85 };

static bool packed_put(uint32_t *slot, uint32_t slots, uint64_t hash, unsigned bits, uint32_t value)
{
    uint32_t check = packed_check(hash, bits), i = slot_of(hash, slots);
    if (value == 0) return true;
    for (uint32_t tried = 0; tried < slots; tried++, i = i + 1 < slots ? i + 1 : 0) {
        if (slot[i] != 0 && slot[i] >> bits == check) return true; /* the first of two keys that look the same stays */
        if (slot[i] != 0) continue;
        slot[i] = check << bits | value;
        return true;
    }
    return false;
}

static uint32_t slots_for(size_t keys)
{
    return (uint32_t)(keys * 100 / FULL_PERCENT) + 16;
}

/* --- words --- */

static enum err read_words(const char *path, size_t most, struct hashes *words)
{
    char line[LINE_SIZE];
    gzFile f = gzopen(path, "r");
    if (f == NULL) return ERR_IO;
    bool ok = true;
    while (ok && words->len < most && gzgets(f, line, sizeof line) != NULL) {
        char *tab = strchr(line, '\t'), *rest;
        if (tab == NULL) continue;
        unsigned long coarse = strtoul(tab + 1, &rest, 10), fine = strtoul(rest, NULL, 10);
        struct slice word = {line, (size_t)(tab - line)};
        if (coarse > 127 || fine > 1023 || !utf8_valid(word)) continue;
        uint32_t *at = hashes_at(words, hash_lower(word), true);
        ok = at != NULL;
        if (ok && *at == 0) *at = 1 + (uint32_t)(fine << 7 | coarse);
    }
    gzclose(f);
    return ok ? OK : ERR_NOMEM;
}

static enum err pack_words(struct hashes *words, struct tables *out)
{
    uint8_t *met = calloc(1u << WORD_BITS, 1);
    out->words = slots_for(words->len);
    out->word = calloc(out->words, sizeof *out->word);
    if (met == NULL || out->word == NULL) {
        free(met);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i <= words->mask; i++)
        if (words->slot[i].key != 0) met[words->slot[i].value - 1] = 1;
    while (met[out->word_flip] && out->word_flip + 1 < 1u << WORD_BITS) out->word_flip++;
    free(met);
    for (size_t i = 0; i <= words->mask; i++)
        if (words->slot[i].key != 0 && !packed_put(out->word, out->words, words->slot[i].key, WORD_BITS, (words->slot[i].value - 1) ^ out->word_flip))
            return ERR_NOMEM;
    return OK;
}

/* --- phrases and parts of persons' names --- */

struct lists {
    const struct lexicon *lex;
    struct arena *mem;
    struct hashes phrases, first, last;
};

static bool add_phrase(struct lists *l, struct slice kind, struct slice phrase)
{
    struct tokens t;
    if (!utf8_valid(phrase)) return true;
    arena_reset(l->mem);
    if (tokens_of(l->lex, l->mem, phrase, (struct spans){NULL, 0}, &t) != OK) return false;
    if (t.len == 0 || t.len > PHRASE_LONGEST) return true;
    if (slice_eq(kind, SLICE("PERSON"))) {
        uint32_t *first = hashes_at(&l->first, t.ptr[0].lower, true), *last = hashes_at(&l->last, t.ptr[t.len - 1].lower, true);
        if (first == NULL || last == NULL) return false;
        if (t.len < 2) return true;
        ++*first;
        ++*last;
    }
    for (unsigned k = 0; k < KNOWN_LISTS; k++) {
        if (!slice_eq(kind, slice_of(known_names[k]))) continue;
        uint64_t h = WORLD_SEED;
        for (size_t i = 0; i < t.len; i++) h = world_mix(h, t.ptr[i].lower);
        uint32_t *at = hashes_at(&l->phrases, h, true);
        if (at == NULL) return false;
        *at |= 1u << k;
    }
    return true;
}

static enum err read_phrases(const char *path, struct lists *l)
{
    char line[LINE_SIZE];
    gzFile f = gzopen(path, "r");
    if (f == NULL) return ERR_IO;
    bool ok = true;
    while (ok && gzgets(f, line, sizeof line) != NULL) {
        char *tab = strchr(line, '\t');
        if (tab == NULL) continue;
        ok = add_phrase(l, (struct slice){line, (size_t)(tab - line)}, slice_trim(slice_of(tab + 1)));
    }
    gzclose(f);
    return ok ? OK : ERR_NOMEM;
}

static uint32_t set_index(struct tables *out, uint32_t set, size_t *sets)
{
    for (size_t i = 1; i < *sets; i++)
        if (out->set[i] == set) return (uint32_t)i;
    if (*sets < SETS) {
        out->set[*sets] = set;
        return (uint32_t)(*sets)++;
    }
    return set_index(out, set & -set, sets); /* too many kinds of sets: its lowest kind alone, which is there */
}

static enum err pack_phrases(struct lists *l, struct tables *out)
{
    size_t sets = 1;
    for (unsigned k = 0; k < KNOWN_LISTS; k++) set_index(out, 1u << k, &sets);
    out->phrases = slots_for(l->phrases.len);
    out->phrase = calloc(out->phrases, sizeof *out->phrase);
    if (out->phrase == NULL) return ERR_NOMEM;
    for (size_t i = 0; i <= l->phrases.mask; i++)
        if (l->phrases.slot[i].key != 0
            && !packed_put(out->phrase, out->phrases, l->phrases.slot[i].key, PHRASE_BITS, set_index(out, l->phrases.slot[i].value, &sets)))
            return ERR_NOMEM;
    return OK;
}

static uint32_t often(uint32_t n)
{
    uint32_t c = 0;
    for (; n > 0 && c < 7; n /= 3) c++;
    return c;
}

static enum err pack_parts(struct lists *l, struct tables *out)
{
    struct hashes all = {0};
    bool ok = true;
    for (size_t i = 0; i <= l->first.mask && ok; i++)
        if (l->first.slot[i].value > 1) {
            uint32_t *at = hashes_at(&all, l->first.slot[i].key, true);
            ok = at != NULL;
            if (ok) *at |= often(l->first.slot[i].value);
        }
    for (size_t i = 0; i <= l->last.mask && ok; i++)
        if (l->last.slot[i].value > 1) {
            uint32_t *at = hashes_at(&all, l->last.slot[i].key, true);
            ok = at != NULL;
            if (ok) *at |= often(l->last.slot[i].value) << 3;
        }
    out->parts = slots_for(all.len);
    out->part = calloc(out->parts, sizeof *out->part);
    ok = ok && out->part != NULL;
    for (size_t i = 0; ok && all.slot != NULL && i <= all.mask; i++)
        if (all.slot[i].key != 0) ok = packed_put(out->part, out->parts, all.slot[i].key, PART_BITS, all.slot[i].value);
    hashes_free(&all);
    return ok ? OK : ERR_NOMEM;
}

enum err tables_read(const char *clusters, const char *phrases, size_t words_max, const struct lexicon *lex, struct tables *out)
{
    struct hashes words = {0};
    struct lists l = {.lex = lex, .mem = arena_create(1 << 20)};
    *out = (struct tables){0};
    enum err e = l.mem == NULL ? ERR_NOMEM : OK;
    if (e == OK && clusters != NULL) e = read_words(clusters, words_max, &words);
    if (e == OK && words.slot != NULL) e = pack_words(&words, out);
    if (e == OK && phrases != NULL) e = read_phrases(phrases, &l);
    if (e == OK && l.phrases.slot != NULL) e = pack_phrases(&l, out);
    if (e == OK && l.first.slot != NULL && l.last.slot != NULL) e = pack_parts(&l, out);
    hashes_free(&words);
    hashes_free(&l.phrases);
    hashes_free(&l.first);
    hashes_free(&l.last);
    arena_destroy(&l.mem);
    if (e != OK) tables_free(out);
    return e;
}

void tables_free(struct tables *t)
{
    free(t->word);
    free(t->phrase);
    free(t->part);
    *t = (struct tables){0};
}
