/* record.c - packs and unpacks the records of the index. */
#include "record.h"

#include <math.h>
#include <xxhash.h>

#include "rice.h"

void key_hash(struct slice key, char out[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(key.ptr, key.len));
    memcpy(out, canonical.digest, 16);
}

enum err put_number(struct buf *out, uint64_t n)
{
    char bytes[10];
    size_t len = 0;
    for (; n >= 0x80; n >>= 7) bytes[len++] = (char)(n | 0x80);
    bytes[len++] = (char)n;
    return buf_add(out, bytes, len);
}

enum err put_text(struct buf *out, struct slice s)
{
    put_number(out, s.ptr ? s.len + 1 : 0); /* 0: absent */
    return s.ptr ? buf_put(out, s) : out->failed;
}

bool get_number(struct slice *in, uint64_t most, uint64_t *n)
{
    *n = 0;
    for (unsigned shift = 0, i = 0; i < in->len && shift < 64; i++, shift += 7) {
        unsigned char c = (unsigned char)in->ptr[i];
        *n |= (uint64_t)(c & 0x7F) << shift;
        if (c & 0x80) continue;
        *in = slice_cut(*in, i + 1, in->len);
        return *n <= most;
    }
    return false;
}

static bool get_u32(struct slice *in, uint32_t *n)
{
    uint64_t wide;
    if (!get_number(in, UINT32_MAX, &wide)) return false;
    *n = (uint32_t)wide;
    return true;
}

static bool get_text(struct slice *in, struct slice *s)
{
    uint64_t len;
    *s = (struct slice){NULL, 0};
    if (!get_number(in, in->len, &len)) return false;
    if (len == 0) return true;
    if (len - 1 > in->len) return false;
    *s = slice_cut(*in, 0, len - 1);
    *in = slice_cut(*in, len - 1, in->len);
    return true;
}

static bool get_u8(struct slice *in, uint64_t most, uint8_t *n)
{
    uint64_t wide;
    if (!get_number(in, most, &wide)) return false;
    *n = (uint8_t)wide;
    return true;
}

static enum err done(struct slice in, bool sound)
{
    return sound && in.len == 0 ? OK : ERR_MALFORMED;
}

/* Fixed width: these bits are random, seven to a byte would only make them longer. */
static char *set_fixed(char *at, uint32_t n, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) *at++ = (char)(n >> 8 * i);
    return at;
}

static void put_fixed(struct buf *out, uint32_t n, size_t bytes)
{
    char b[4];
    set_fixed(b, n, bytes);
    buf_add(out, b, bytes);
}

bool get_fixed(struct slice *in, size_t bytes, uint32_t *n)
{
    if (in->len < bytes) return false;
    *n = 0;
    for (size_t i = 0; i < bytes; i++) *n |= (uint32_t)(unsigned char)in->ptr[i] << 8 * i;
    *in = slice_cut(*in, bytes, in->len);
    return true;
}

enum { DISTANCES = 64 /* set where posted shingles stand as distances; in the first format each had four bytes */ };

enum err put_hot(const struct hot *h, struct buf *out)
{
    put_number(out, h->minutes);
    put_number(out, h->clock);
    put_number(out, h->root);
    put_number(out, h->story);
    put_fixed(out, h->outlet, 4);
    put_fixed(out, h->source, 4);
    put_number(out, DISTANCES | (uint64_t)h->n_posted << 1 | h->copy);
    for (size_t i = 0; i < h->n_posted; i++) put_number(out, h->posted[i] - (i ? h->posted[i - 1] : 0)); /* they ascend */
    return out->failed;
}

enum err get_hot(struct slice in, struct hot *h)
{
    uint8_t n = 0;
    *h = (struct hot){0};
    bool sound = get_u32(&in, &h->minutes) && get_u32(&in, &h->clock) && get_u32(&in, &h->root) && get_u32(&in, &h->story) &&
        get_fixed(&in, 4, &h->outlet) && get_fixed(&in, 4, &h->source) && get_u8(&in, DISTANCES | POSTED_MAX << 1 | 1, &n);
    h->n_posted = (n & ~DISTANCES) >> 1;
    h->copy = n & 1;
    sound = sound && h->n_posted <= POSTED_MAX;
    for (size_t i = 0; sound && i < h->n_posted; i++) {
        uint32_t before = i && n & DISTANCES ? h->posted[i - 1] : 0;
        sound = (n & DISTANCES ? get_u32(&in, &h->posted[i]) : get_fixed(&in, 4, &h->posted[i])) && h->posted[i] <= UINT32_MAX - before;
        if (sound) h->posted[i] += before;
    }
    return done(in, sound);
}

static void put_slots(const struct slots *s, struct buf *out)
{
    put_number(out, s->n_places);
    for (size_t i = 0; i < s->n_places; i++) {
        put_fixed(out, s->place[i].stem, 4);
        put_fixed(out, s->place[i].phase, 1);
        put_text(out, (struct slice){s->place[i].name, s->place[i].len});
    }
    put_number(out, s->n_durations);
    for (size_t i = 0; i < s->n_durations; i++) put_number(out, s->duration[i].minutes);
}

static bool get_slots(struct slice *in, struct slots *s)
{
    *s = (struct slots){0};
    bool sound = get_u8(in, SLOT_PLACES, &s->n_places);
    for (size_t i = 0; sound && i < s->n_places; i++) {
        struct slice name = {NULL, 0};
        uint32_t phase = 0;
        sound = get_fixed(in, 4, &s->place[i].stem) && get_fixed(in, 1, &phase) && (phase & ~(PLACE_HELD | PLACE_AHEAD)) == 0 && get_text(in, &name) && name.len <= PLACE_NAME;
        s->place[i].phase = (uint8_t)phase;
        if (sound && name.len) memcpy(s->place[i].name, name.ptr, name.len);
        s->place[i].len = (uint8_t)name.len;
    }
    sound = sound && get_u8(in, SLOT_DURATIONS, &s->n_durations);
    for (size_t i = 0; sound && i < s->n_durations; i++) sound = get_u32(in, &s->duration[i].minutes);
    return sound;
}

/* Of each term four bytes, the id and the weight, then of all their flags, half a byte each: read often, so read fast. */
static void put_vector(const struct vector *v, struct buf *out)
{
    const unsigned stored = TERM_NAME | TERM_TITLE | TERM_LEAD; /* that a term is a number counts for the text at hand, and for no merge */
    char packed[5 * VECTOR_MAX], *p = packed;
    put_number(out, v->n);
    put_number(out, v->words);
    for (size_t i = 0; i < v->n; i++) p = set_fixed(p, v->term[i].id << 8 | v->term[i].weight, 4);
    for (size_t i = 0; i < v->n; i += 2)
        p = set_fixed(p, (v->term[i].flags & stored) | (i + 1 < v->n ? (v->term[i + 1].flags & stored) << 4 : 0), 1);
    buf_add(out, packed, (size_t)(p - packed));
}

static uint32_t u32_at(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool get_vector(struct slice *in, struct vector *v)
{
    uint64_t n, words;
    uint32_t before = 0;
    bool ascend = true;
    if (!get_number(in, VECTOR_MAX, &n) || !get_number(in, UINT16_MAX, &words) || in->len < 4 * n + (n + 1) / 2) return false;
    const char *flags = in->ptr + 4 * n;
    v->n = (uint16_t)n;
    v->words = (uint16_t)words;
    for (size_t i = 0; i < n; i++) {
        uint32_t packed = u32_at(in->ptr + 4 * i), id = packed >> 8;
        v->term[i] = (struct term){id, (uint8_t)packed, (unsigned char)flags[i / 2] >> (i % 2 * 4) & 15};
        ascend &= id > before;
        before = id;
    }
    *in = slice_cut(*in, 4 * n + (n + 1) / 2, in->len);
    return ascend;
}

enum { SMALL_STEPS = 255 /* stands before the number of shingles where places are in Rice's code; before, each step had a byte, or 255 and four */ };

/* The bound, how many, the hashes, then the places, each as the distance from the one before. */
enum err put_stored_sketch(const struct stored_sketch *s, struct buf *out)
{
    char packed[6 + 2 * DENSE_MAX + RICE_BYTES], *p = packed;
    uint32_t step[DENSE_MAX];
    for (size_t i = 0; i < s->n; i++) step[i] = s->at[i] - (i ? s->at[i - 1] : 0);
    p = set_fixed(p, s->below, 4);
    p = set_fixed(p, SMALL_STEPS, 1);
    p = set_fixed(p, s->n, 1);
    for (size_t i = 0; i < s->n; i++) p = set_fixed(p, s->hash[i], 2);
    p += rice_put(step, s->n, (unsigned char *)p);
    return buf_add(out, packed, (size_t)(p - packed));
}

enum err put_sketch(const struct sketch *s, struct buf *out)
{
    struct stored_sketch stored = {.below = s->below, .n = (uint32_t)s->len};
    for (size_t i = 0; i < s->len; i++) {
        stored.at[i] = s->ptr[i].at;
        stored.hash[i] = shingle_short(s->ptr[i].hash, s->below);
    }
    return put_stored_sketch(&stored, out);
}

static bool get_byte_steps(struct slice in, size_t n, uint32_t *step)
{
    bool sound = true;
    for (size_t i = 0; sound && i < n; i++) {
        sound = get_fixed(&in, 1, &step[i]);
        if (sound && step[i] == 255) sound = get_fixed(&in, 4, &step[i]);
    }
    return sound && in.len == 0;
}

/* Takes what stands before the hashes. *small: the places are in Rice's code. */
static bool get_sketch_head(struct slice *in, struct stored_sketch *s, bool *small)
{
    if (!get_fixed(in, 4, &s->below) || !get_fixed(in, 1, &s->n)) return false;
    *small = s->n == SMALL_STEPS;
    return (!*small || get_fixed(in, 1, &s->n)) && s->n <= DENSE_MAX && in->len >= 2 * s->n;
}

enum err get_sketch_hashes(struct slice in, struct stored_sketch *s)
{
    bool small;
    if (!get_sketch_head(&in, s, &small)) return ERR_MALFORMED;
    const unsigned char *hash = (const unsigned char *)in.ptr;
    for (size_t i = 0; i < s->n; i++) s->hash[i] = (uint16_t)(hash[2 * i] | hash[2 * i + 1] << 8);
    return OK;
}

enum err get_sketch_places(struct slice in, struct stored_sketch *s)
{
    uint32_t at = 0;
    bool small;
    if (!get_sketch_head(&in, s, &small)) return ERR_MALFORMED;
    in = slice_cut(in, 2 * s->n, in.len);
    if (!(small ? rice_get(in, s->n, s->at) : get_byte_steps(in, s->n, s->at))) return ERR_MALFORMED;
    for (size_t i = 0; i < s->n; i++) { /* steps become places */
        if (s->at[i] > UINT32_MAX - at) return ERR_MALFORMED;
        s->at[i] = at += s->at[i];
    }
    return OK;
}

enum err get_sketch(struct slice in, struct stored_sketch *s)
{
    return get_sketch_hashes(in, s) == OK ? get_sketch_places(in, s) : ERR_MALFORMED;
}

/* Set in a time that is no publication; below it are the minutes of four thousand years. */
#define ARRIVED (UINT32_C(1) << 31)

enum err put_member(struct link_time time, const struct slots *slots, const struct vector *v, struct buf *out)
{
    put_number(out, time.published ? time.published : time.arrived ? time.arrived | ARRIVED : 0);
    put_slots(slots, out);
    put_vector(v, out);
    return out->failed;
}

enum err get_member(struct slice in, struct member *m)
{
    uint32_t time = 0;
    bool sound = get_u32(&in, &time);
    m->time = time & ARRIVED ? (struct link_time){0, time & ~ARRIVED} : (struct link_time){time, 0};
    return done(in, sound && get_slots(&in, &m->slots) && get_vector(&in, &m->vector));
}

enum err put_story(const struct story_record *s, struct buf *out)
{
    const uint32_t numbers[] = {s->into, s->storyline, s->weight, s->members, s->first, s->last, s->clock};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_number(out, numbers[i]);
    put_number(out, s->n_representatives);
    for (size_t i = 0; i < s->n_representatives; i++) put_number(out, s->representative[i]);
    put_number(out, s->n_terms);
    for (size_t i = 0; i < s->n_terms; i++) put_fixed(out, s->term[i], 3);
    return out->failed;
}

enum err get_story(struct slice in, struct story_record *s)
{
    *s = (struct story_record){0};
    uint32_t *const numbers[] = {&s->into, &s->storyline, &s->weight, &s->members, &s->first, &s->last, &s->clock};
    bool sound = true;
    for (size_t i = 0; sound && i < sizeof numbers / sizeof *numbers; i++) sound = get_u32(&in, numbers[i]);
    sound = sound && get_u8(&in, REPRESENTATIVES, &s->n_representatives);
    for (size_t i = 0; sound && i < s->n_representatives; i++) sound = get_u32(&in, &s->representative[i]);
    sound = sound && get_u8(&in, STORY_TERMS, &s->n_terms);
    for (size_t i = 0; sound && i < s->n_terms; i++) sound = get_fixed(&in, 3, &s->term[i]);
    return done(in, sound);
}

enum err put_counters(const struct counters *c, struct buf *out)
{
    const uint32_t numbers[] = {c->documents, c->stories, c->storylines, c->oldest, c->closing, c->clock, c->lexicon};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) put_fixed(out, numbers[i], 4);
    return out->failed;
}

enum err get_counters(struct slice in, struct counters *c)
{
    uint32_t *const numbers[] = {&c->documents, &c->stories, &c->storylines, &c->oldest, &c->closing, &c->clock, &c->lexicon};
    bool sound = true;
    for (size_t i = 0; sound && i < sizeof numbers / sizeof *numbers; i++) sound = get_fixed(&in, 4, numbers[i]);
    return done(in, sound);
}

/* Similarities are thousandths before anyone sees them, so that they come back as they went. 0: none. */
static void put_thousandths(double v, struct buf *out)
{
    put_number(out, isnan(v) ? 0 : (uint64_t)lround(v * 1000) + 1);
}

/* Up to 2: an index from before overlapping passages were counted once holds figures above 1, which come back as they went. */
static bool get_thousandths(struct slice *in, double *v)
{
    uint64_t n;
    if (!get_number(in, 2001, &n)) return false;
    *v = n == 0 ? NAN : (double)(n - 1) / 1000;
    return true;
}

static void put_texts(struct slices s, struct buf *out)
{
    put_number(out, s.len);
    for (size_t i = 0; i < s.len; i++) put_text(out, s.ptr[i]);
}

static bool get_texts(struct slice *in, struct arena *mem, struct slices *s)
{
    uint64_t n;
    if (!get_number(in, in->len, &n)) return false;
    *s = (struct slices){arena_array(mem, n, sizeof *s->ptr), n};
    if (s->ptr == NULL) return false;
    for (size_t i = 0; i < n; i++)
        if (!get_text(in, &s->ptr[i])) return false;
    if (n == 0) s->ptr = NULL;
    return true;
}

enum err put_judged(const struct doc *doc, struct buf *out)
{
    put_text(out, doc->key);
    put_number(out, doc->verdict.kind);
    put_text(out, doc->verdict.of);
    put_thousandths(doc->verdict.similarity, out);
    put_text(out, doc->verdict.agency);
    put_number(out, doc->shared.len);
    for (size_t i = 0; i < doc->shared.len; i++) {
        const struct shared *s = &doc->shared.ptr[i];
        put_number(out, s->b);
        put_number(out, s->e - s->b);
        put_number(out, s->ob);
        put_number(out, s->oe - s->ob);
    }
    put_text(out, doc->story.id);
    put_text(out, doc->story.storyline);
    put_texts(doc->story.reasons, out);
    put_thousandths(doc->story.similarity, out);
    put_number(out, doc->story.fresh);
    put_number(out, doc->changes.len);
    for (size_t i = 0; i < doc->changes.len; i++) {
        const struct change *c = &doc->changes.ptr[i];
        put_number(out, c->op);
        put_text(out, c->story);
        put_text(out, c->into);
        put_text(out, c->storyline);
        put_texts(c->docs, out);
        put_texts(c->reasons, out);
    }
    return out->failed;
}

static bool get_shared(struct slice *in, struct arena *mem, struct shareds *s)
{
    uint64_t n;
    if (!get_number(in, in->len, &n)) return false;
    *s = (struct shareds){arena_array(mem, n, sizeof *s->ptr), n};
    if (s->ptr == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        struct shared *p = &s->ptr[i];
        uint32_t len, other;
        if (!get_u32(in, &p->b) || !get_u32(in, &len) || !get_u32(in, &p->ob) || !get_u32(in, &other)) return false;
        if (len > UINT32_MAX - p->b || other > UINT32_MAX - p->ob) return false;
        p->e = p->b + len;
        p->oe = p->ob + other;
    }
    if (n == 0) s->ptr = NULL;
    return true;
}

static bool get_changes(struct slice *in, struct arena *mem, struct changes *changes)
{
    uint64_t n, op;
    if (!get_number(in, in->len, &n)) return false;
    *changes = (struct changes){arena_array(mem, n, sizeof *changes->ptr), n};
    if (changes->ptr == NULL) return false;
    for (size_t i = 0; i < n; i++) {
        struct change *c = &changes->ptr[i];
        if (!get_number(in, CHANGE_RELATE, &op) || !get_text(in, &c->story) || !get_text(in, &c->into) || !get_text(in, &c->storyline) ||
            !get_texts(in, mem, &c->docs) || !get_texts(in, mem, &c->reasons))
            return false;
        c->op = (enum change_op)op;
    }
    if (n == 0) changes->ptr = NULL;
    return true;
}

enum err get_judged_key(struct slice in, struct slice *key)
{
    return get_text(&in, key) && key->ptr != NULL ? OK : ERR_MALFORMED;
}

enum err get_judged(struct slice in, struct arena *mem, struct doc *doc)
{
    struct slice key;
    uint64_t kind = 0, fresh = 0;
    bool sound = get_text(&in, &key) && get_number(&in, VERDICT_CONTAINED, &kind) && get_text(&in, &doc->verdict.of) &&
        get_thousandths(&in, &doc->verdict.similarity) && get_text(&in, &doc->verdict.agency) && get_shared(&in, mem, &doc->shared) &&
        get_text(&in, &doc->story.id) && get_text(&in, &doc->story.storyline) && get_texts(&in, mem, &doc->story.reasons) &&
        get_thousandths(&in, &doc->story.similarity) && get_number(&in, 1, &fresh) && get_changes(&in, mem, &doc->changes);
    if (done(in, sound) != OK) return ERR_MALFORMED;
    doc->verdict.kind = (enum verdict_kind)kind;
    doc->story.fresh = fresh;
    doc_set(doc, DOC_VERDICT);
    if (doc->shared.len) doc_set(doc, DOC_SHARED);
    if (doc->story.id.ptr) doc_set(doc, DOC_STORY);
    if (doc->changes.len) doc_set(doc, DOC_CHANGES);
    return OK;
}
