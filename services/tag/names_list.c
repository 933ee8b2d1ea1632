/* names_list.c - phrases of a list by the hash of their tokens; the longest that begins at a token counts. */
#include "names_list.h"

#include <stdlib.h>

enum { PHRASES_MAX = 100000, SLOTS = 1 << 18, PHRASE_TOKENS_MAX = 12, FIELD_MAX = 1000 };

struct phrase {
    uint64_t hash; /* 0: free */
    enum entity_type type; /* ENTITY_NONE: forbidden */
    struct slice name;     /* canonical; into text */
};

struct names_list {
    char *text;
    size_t phrases;
    struct phrase slot[SLOTS];
};

static const struct { const char *name; enum entity_type type; } types[] = {
    {"person", ENTITY_PERSON}, {"organization", ENTITY_ORGANIZATION}, {"location", ENTITY_LOCATION}, {"misc", ENTITY_MISC}, {"none", ENTITY_NONE},
};

/* The slot of a hash, or a free one for it. */
static size_t slot_at(const struct names_list *l, uint64_t hash)
{
    if (hash == 0) hash = 1;
    size_t i = (hash ^ hash >> 32) % SLOTS;
    while (l->slot[i].hash != 0 && l->slot[i].hash != hash) i = (i + 1) % SLOTS;
    return i;
}

static enum err add_phrase(const struct lexicon *lex, struct arena *mem, struct names_list *l, struct slice text, enum entity_type type, struct slice name)
{
    struct tokens t;
    arena_reset(mem);
    enum err e = tokens_of(lex, mem, text, (struct spans){NULL, 0}, &t);
    if (e != OK) return e;
    if (t.len == 0 || t.len > PHRASE_TOKENS_MAX) return ERR_MALFORMED;
    if (l->phrases == PHRASES_MAX) return ERR_TOO_BIG;
    uint64_t h = WORLD_SEED;
    for (size_t i = 0; i < t.len; i++) h = world_mix(h, t.ptr[i].exact);
    struct phrase *p = &l->slot[slot_at(l, h)];
    if (p->hash == 0) l->phrases++;
    *p = (struct phrase){h ? h : 1, type, name};
    return OK;
}

static struct slice field(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '\t') n++;
    struct slice got = slice_trim(slice_cut(*rest, 0, n));
    *rest = slice_cut(*rest, n < rest->len ? n + 1 : n, rest->len);
    return got;
}

static enum err add_line(const struct lexicon *lex, struct arena *mem, struct names_list *l, struct slice line)
{
    struct slice kind = field(&line), name = field(&line);
    size_t k = 0, n = sizeof types / sizeof *types;
    while (k < n && !slice_eq(kind, slice_of(types[k].name))) k++;
    if (k == n || name.len == 0 || name.len > FIELD_MAX) return ERR_MALFORMED;
    enum err e = add_phrase(lex, mem, l, name, types[k].type, name);
    while (e == OK && line.len > 0) {
        struct slice alias = field(&line);
        if (alias.len > FIELD_MAX) return ERR_MALFORMED;
        if (alias.len > 0) e = add_phrase(lex, mem, l, alias, types[k].type, name);
    }
    return e;
}

enum err names_list_read(const struct lexicon *lex, struct slice text, struct names_list **out, size_t *line)
{
    struct arena *mem = arena_create(1 << 22);
    struct names_list *l = calloc(1, sizeof *l);
    *line = 0;
    *out = l;
    if (l != NULL) l->text = malloc(text.len + 1);
    enum err e = mem == NULL || l == NULL || l->text == NULL ? ERR_NOMEM : utf8_valid(text) ? OK : ERR_UTF8;
    if (e == OK && text.len > 0) memcpy(l->text, text.ptr, text.len);
    for (size_t at = 0; e == OK && at < text.len;) {
        size_t end = at;
        while (end < text.len && l->text[end] != '\n') end++;
        struct slice row = {l->text + at, end - at};
        at = end + 1;
        ++*line;
        if (row.len > 0 && row.ptr[row.len - 1] == '\r') row.len--;
        if (slice_trim(row).len > 0 && row.ptr[0] != '#') e = add_line(lex, mem, l, row);
    }
    arena_destroy(&mem);
    if (e != OK) names_list_destroy(out);
    return e;
}

void names_list_destroy(struct names_list **l)
{
    if (*l == NULL) return;
    free((*l)->text);
    free(*l);
    *l = NULL;
}

/* The longest phrase that begins at token i; *len gets its tokens. */
static const struct phrase *longest(const struct names_list *l, const struct tokens *t, size_t i, size_t *len)
{
    const struct phrase *best = NULL;
    uint64_t h = WORLD_SEED;
    for (size_t k = i; k < t->len && k < i + PHRASE_TOKENS_MAX; k++) {
        h = world_mix(h, t->ptr[k].exact);
        const struct phrase *p = &l->slot[slot_at(l, h)];
        if (p->hash == 0) continue;
        best = p;
        *len = k + 1 - i;
    }
    return best;
}

enum err names_list_apply(const struct names_list *l, struct arena *mem, const struct tokens *t, struct names *names)
{
    struct names out = {arena_array(mem, names->len + t->len + 1, sizeof *out.ptr), 0};
    if (out.ptr == NULL) return ERR_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < t->len;) {
        size_t len = 1;
        const struct phrase *p = longest(l, t, i, &len);
        while (n < names->len && names->ptr[n].first < i) n++; /* overlapped by a name of the list, or passed */
        bool whole = n < names->len && names->ptr[n].first == i;
        if (p != NULL && p->type != ENTITY_NONE) {
            while (out.len > 0 && out.ptr[out.len - 1].end > i) out.len--;
            out.ptr[out.len++] = (struct name){.first = (uint32_t)i, .end = (uint32_t)(i + len), .type = p->type, .score = 1, .known = p->name};
            i += len;
            continue;
        }
        if (whole && !(p != NULL && names->ptr[n].end == i + len)) out.ptr[out.len++] = names->ptr[n];
        i++;
    }
    *names = out;
    return OK;
}
