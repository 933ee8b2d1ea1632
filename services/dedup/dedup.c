/* dedup.c - takes a document through key, copies and stories, and keeps the index and what is in memory in step. */
#include "dedup.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "copies.h"
#include "moment.h"
#include "stories.h"
#include "verdict.h"

enum {
    EXPIRE_MOST = 4,       /* documents forgotten for each that comes */
    PASS_EVERY = 32,       /* documents between two looks for silent stories */
    LEXICON_EVERY = 4096,  /* documents between two savings of the lexicon */
    RECORD_MAX = 32 << 20,
    PASSAGES_MAX = 64,     /* reported of one copy, the longest are not preferred: text order */
};

struct deduper {
    struct index *index;
    struct copies *copies;
    struct postings *postings;
    struct lexicon *lexicon;
    struct counters counters;
    struct stories stories;
    struct member scratch;
    uint32_t horizon, silence; /* minutes */
    struct buf record;
};

const doc_mask dedup_reads = DOC_BIT(DOC_KEY) | DOC_BIT(DOC_ACCEPTED) | DOC_BIT(DOC_SOURCE) | DOC_BIT(DOC_ID) | DOC_BIT(DOC_TEXT) |
    DOC_BIT(DOC_TITLE) | DOC_BIT(DOC_OUTLET) | DOC_BIT(DOC_PUBLISHED) | DOC_BIT(DOC_ENTITIES);
const doc_mask dedup_needs = DOC_BIT(DOC_KEY) | DOC_BIT(DOC_TEXT);
const doc_mask dedup_writes = DOC_BIT(DOC_VERDICT) | DOC_BIT(DOC_SHARED) | DOC_BIT(DOC_STORY) | DOC_BIT(DOC_CHANGES);

/* --- start and end --- */

static enum err load_hot(void *self, struct slice key, struct slice value)
{
    struct deduper *d = self;
    struct hot h;
    if (get_hot(value, &h) != OK) return ERR_MALFORMED;
    if (d->counters.began == 0) d->counters.began = h.clock;
    return copies_load(d->copies, h.posted, h.n_posted, index_numbered(key, 0));
}

static enum err count_member(void *self, struct slice key, struct slice value)
{
    struct deduper *d = self;
    (void)key;
    if (get_member(value, &d->scratch) != OK) return ERR_MALFORMED;
    for (size_t i = 0; i < d->scratch.vector.n; i++) lexicon_count(d->lexicon, d->scratch.vector.term[i].id);
    lexicon_next(d->lexicon);
    return OK;
}

/* The saved lexicon, and the documents since. */
static enum err load_lexicon(struct deduper *d)
{
    struct slice v;
    struct number_key k;
    enum err e = OK;
    if (d->counters.lexicon) {
        e = index_get(d->index, TABLE_META, SLICE("lexicon"), &v);
        if (e == OK) e = lexicon_load(d->lexicon, v);
        if (e != OK) return ERR_MALFORMED;
    }
    return index_walk(d->index, TABLE_VECTOR, index_number(d->counters.lexicon + 1, &k), count_member, d);
}

/* Takes the first format's records over, each whole, so that this may be broken off and gone on with. */
static enum err move_bodies(struct deduper *d)
{
    enum { GROUP = 1024 };
    struct buf member = buf_make(RECORD_MAX);
    struct slice from, v;
    struct number_key k;
    enum err e;
    for (unsigned n = 1; (e = index_seek(d->index, TABLE_BODY, SLICE(""), &from, &v)) == OK; n++) {
        struct slice key = index_number(index_numbered(from, 0), &k);
        buf_clear(&d->record);
        buf_clear(&member);
        e = move_body(v, &d->record, &member) == OK ? OK : ERR_MALFORMED;
        if (e == OK) e = index_put(d->index, TABLE_SKETCH, key, buf_slice(&d->record));
        if (e == OK) e = index_put(d->index, TABLE_VECTOR, key, buf_slice(&member));
        if (e == OK) e = index_drop(d->index, TABLE_BODY, key);
        if (e == OK && n % GROUP == 0) e = index_commit(d->index);
        if (e != OK) break;
    }
    buf_free(&member);
    return e == ERR_MISSING ? index_commit(d->index) : e;
}

static enum err load(struct deduper *d)
{
    struct slice v;
    enum err e = move_bodies(d);
    if (e == OK) e = index_get(d->index, TABLE_META, SLICE("counters"), &v);
    if (e == ERR_MISSING) {
        d->counters.oldest = 1;
        return OK;
    }
    if (e == OK) e = get_counters(v, &d->counters) == OK ? OK : ERR_MALFORMED;
    if (e == OK) e = copies_load_begin(d->copies, d->counters.documents + 1 - d->counters.oldest);
    if (e == OK) e = index_walk(d->index, TABLE_HOT, SLICE(""), load_hot, d);
    if (e == OK) e = copies_load_end(d->copies);
    if (e == OK) e = stories_load(&d->stories);
    return e == OK ? load_lexicon(d) : e;
}

enum err dedup_create(struct index *index, const struct dedup_settings *settings, struct deduper **out)
{
    struct deduper *d = calloc(1, sizeof *d);
    *out = NULL;
    if (d == NULL) return ERR_NOMEM;
    d->index = index;
    d->copies = copies_create();
    d->postings = postings_create();
    d->lexicon = terms_create();
    d->record = buf_make(RECORD_MAX);
    d->horizon = (uint32_t)(settings->horizon_ms / 60000);
    d->silence = (uint32_t)(settings->silence_ms / 60000);
    d->stories = (struct stories){index, d->postings, &d->counters};
    enum err e = d->copies && d->postings && d->lexicon ? load(d) : ERR_NOMEM;
    if (e != OK) dedup_destroy(&d);
    *out = d;
    return e;
}

void dedup_destroy(struct deduper **dp)
{
    struct deduper *d = *dp;
    if (d == NULL) return;
    copies_destroy(&d->copies);
    postings_destroy(&d->postings);
    terms_destroy(&d->lexicon);
    buf_free(&d->record);
    free(d);
    *dp = NULL;
}

/* --- records --- */

static enum err read_hot(struct deduper *d, uint32_t number, struct hot *h)
{
    struct number_key k;
    struct slice v;
    enum err e = index_get(d->index, TABLE_HOT, index_number(number, &k), &v);
    if (e != OK) return e;
    return get_hot(v, h) == OK ? OK : ERR_IO;
}

static enum err read_sketch(void *self, uint32_t number, struct slice *record)
{
    struct deduper *d = self;
    struct number_key k;
    return index_get(d->index, TABLE_SKETCH, index_number(number, &k), record);
}

/* The key that document `number` came with, in mem. */
static enum err read_key(struct deduper *d, struct arena *mem, uint32_t number, struct slice *key)
{
    struct number_key k;
    struct slice v;
    enum err e = index_get(d->index, TABLE_JUDGED, index_number(number, &k), &v);
    if (e == OK) e = get_judged_key(v, key);
    if (e != OK) return ERR_IO;
    *key = arena_copy(mem, *key);
    return key->ptr ? OK : ERR_NOMEM;
}

/* A table whose records are document numbers. ERR_MISSING when there is none. */
static enum err read_number(struct deduper *d, enum table t, struct slice key, uint32_t *number)
{
    struct slice v;
    enum err e = index_get(d->index, t, key, &v);
    if (e == OK && v.len != 4) return ERR_IO;
    if (e == OK) *number = index_numbered(v, 0);
    return e;
}

static enum err write_number(struct deduper *d, enum table t, struct slice key, uint32_t number)
{
    struct number_key k;
    return index_put(d->index, t, key, index_number(number, &k));
}

/* --- one document --- */

struct work {
    uint32_t number, outlet, source;
    struct link_time time;
    struct sketch sketch;
    struct aligner aligner;
    struct words words;
    struct vector vector;
    struct slots slots;
    struct telling telling;
    char key_hash[16], exact_hash[8];
    uint32_t of; /* the document that it copies, or 0 */
    struct hot hot;
    struct placing placing;
};

static uint32_t text_hash(struct slice s)
{
    if (s.len == 0) return 0;
    uint32_t h = (uint32_t)XXH3_64bits(s.ptr, s.len);
    return h ? h : 1;
}

/* The document's time, and the clock, which never goes back. A publication after the clock is not believed. Of a text
 * without one it is kept when it arrived, which link_probability() uses with caution. */
static void tell_time(struct deduper *d, const struct doc *doc, struct work *w)
{
    uint32_t accepted = (uint32_t)(doc->accepted / 60000), published = 0;
    if (doc_has(doc, DOC_PUBLISHED)) published = moment_minutes(doc->published.value);
    if ((accepted && published > accepted + 1440) || published > INT32_MAX) published = 0;
    if (accepted > INT32_MAX) accepted = 0;
    w->time = (struct link_time){published, published ? 0 : accepted};
    uint32_t now = accepted ? accepted : published;
    if (now > d->counters.clock) d->counters.clock = now;
    if (d->counters.began == 0) d->counters.began = d->counters.clock;
}

static enum err look_at(struct deduper *d, struct arena *mem, const struct doc *doc, struct work *w)
{
    tell_time(d, doc, w);
    w->number = d->counters.documents + 1;
    w->outlet = doc_has(doc, DOC_OUTLET) ? text_hash(doc->outlet.value) : 0;
    if (doc->source.len && doc->id.len) w->source = text_hash(doc->source) ^ (text_hash(doc->id) * 31);
    enum err e = sketch_make(doc->text, mem, &w->sketch);
    if (e == OK) align_begin(&w->sketch, &w->aligner);
    if (e == OK) e = words_cut(doc->text, span_empty(doc->title) ? 0 : doc->title.e, mem, &w->words);
    if (e == OK) e = vector_make(&w->words, d->lexicon, mem, &w->vector);
    if (e != OK) return e;
    slots_find(doc, &w->words, &w->slots);
    w->telling = (struct telling){w->number, w->time, &w->vector, &w->slots, &w->words, doc->text};
    for (int i = 0; i < 8; i++) w->exact_hash[i] = (char)(w->sketch.exact >> 8 * i);
    return OK;
}

static double thousandths(double v)
{
    return (double)lround(v * 1000) / 1000;
}

/* Widens a passage's end to the character that it would cut. */
static void fit(struct slice text, uint32_t *b, uint32_t *e)
{
    if (*e > text.len) *e = (uint32_t)text.len;
    while (*b > 0 && !utf8_boundary(text, *b)) --*b;
    while (*e < text.len && !utf8_boundary(text, *e)) ++*e;
}

/* The passages shared with document `number`. */
static enum err give_shared(struct deduper *d, struct arena *mem, uint32_t number, const struct work *w, struct doc *doc)
{
    struct alignment al;
    struct slice old;
    enum err e = read_sketch(d, number, &old);
    if (e != OK) return e == ERR_MISSING ? OK : e;
    if (align_with(&w->aligner, old, &al) != OK) return ERR_IO;
    if (al.n > PASSAGES_MAX) al.n = PASSAGES_MAX;
    if (al.n == 0) return OK;
    doc->shared.ptr = arena_take(mem, al.n * sizeof *doc->shared.ptr);
    if (doc->shared.ptr == NULL) return ERR_NOMEM;
    memcpy(doc->shared.ptr, al.passage, al.n * sizeof *al.passage);
    doc->shared.len = al.n;
    for (size_t i = 0; i < al.n; i++) fit(doc->text, &doc->shared.ptr[i].b, &doc->shared.ptr[i].e);
    doc_set(doc, DOC_SHARED);
    return OK;
}

/* The same folded text came before: exact, for ever, also past the horizon. True in *is. */
static enum err judge_exact(struct deduper *d, struct arena *mem, struct work *w, struct doc *doc, bool *is)
{
    *is = false;
    if (w->sketch.folded == 0) return OK;
    enum err e = read_number(d, TABLE_EXACT, (struct slice){w->exact_hash, 8}, &w->of);
    if (e == ERR_MISSING) return write_number(d, TABLE_EXACT, (struct slice){w->exact_hash, 8}, w->number);
    if (e != OK) return e;
    *is = true;
    doc->verdict = (struct verdict){.kind = VERDICT_EXACT, .similarity = 1};
    return read_key(d, mem, w->of, &doc->verdict.of);
}

static enum err judge_near(struct deduper *d, struct arena *mem, struct work *w, struct doc *doc)
{
    struct match match[MATCHES_MAX];
    struct kin kin[MATCHES_MAX];
    size_t n;
    enum err e = copies_find(d->copies, &w->aligner, read_sketch, d, match, &n);
    for (size_t i = 0; e == OK && i < n; i++) {
        struct hot h;
        e = read_hot(d, match[i].doc, &h);
        kin[i] = (struct kin){match[i], h.root, h.outlet, h.source};
    }
    if (e != OK) return e;
    struct ruling r = verdict_choose(kin, n, &(struct newcomer){w->outlet, w->source, n > 0 && verdict_corrects(doc->text)});
    doc->verdict = (struct verdict){.kind = r.kind, .similarity = isnan(r.similarity) ? NAN : thousandths(r.similarity)};
    if (r.kind == VERDICT_ORIGINAL) return OK;
    w->of = kin[r.of].match.doc;
    if (r.kind == VERDICT_NEAR) {
        doc->verdict.agency = verdict_agency(doc->text);
        if (doc->verdict.agency.ptr) doc->verdict.kind = VERDICT_SYNDICATED;
    }
    return read_key(d, mem, w->of, &doc->verdict.of);
}

/* A copy of a whole or a part stands in its original's story; what only contains another text may tell of more. */
static bool follows(enum verdict_kind k)
{
    return k != VERDICT_ORIGINAL && k != VERDICT_CONTAINS;
}

static enum err place(struct deduper *d, struct arena *mem, struct work *w, struct doc *doc)
{
    struct hot of = {0};
    enum err e = OK;
    w->hot = (struct hot){.minutes = w->time.published, .clock = d->counters.clock, .root = w->number, .outlet = w->outlet, .source = w->source};
    if (w->of) e = read_hot(d, w->of, &of);
    if (e != OK && e != ERR_MISSING) return e;
    if (of.root) w->hot.root = of.root;
    w->hot.copy = of.root && follows(doc->verdict.kind);
    e = w->hot.copy ? stories_follow(&d->stories, mem, &w->telling, of.story, &w->placing) : stories_place(&d->stories, mem, &w->telling, &w->placing);
    w->hot.story = w->placing.story;
    return e;
}

static enum err tell_story(struct arena *mem, const struct placing *p, struct doc *doc)
{
    doc->story = (struct story){story_name(mem, p->story), storyline_name(mem, p->storyline), p->reasons,
        isnan(p->similarity) ? NAN : thousandths(p->similarity), p->fresh};
    if (doc->story.id.ptr == NULL || doc->story.storyline.ptr == NULL) return ERR_NOMEM;
    doc->changes = p->changes;
    doc_set(doc, DOC_VERDICT);
    doc_set(doc, DOC_STORY);
    if (doc->changes.len) doc_set(doc, DOC_CHANGES);
    return OK;
}

static enum err append(struct deduper *d, enum table t, uint32_t number, enum err put)
{
    struct number_key k;
    return put == OK ? index_append(d->index, t, index_number(number, &k), buf_slice(&d->record)) : put;
}

static enum err write_bodies(struct deduper *d, const struct work *w)
{
    buf_clear(&d->record);
    enum err e = append(d, TABLE_SKETCH, w->number, put_sketch(&w->sketch, &d->record));
    if (e != OK) return e;
    buf_clear(&d->record);
    return append(d, TABLE_VECTOR, w->number, put_member(w->time, &w->slots, &w->vector, &d->record));
}

static enum err post(struct deduper *d, struct work *w)
{
    size_t n;
    enum err e = copies_post(d->copies, &w->sketch, w->number, w->hot.posted, &n);
    if (e != OK) return e;
    w->hot.n_posted = (uint8_t)n;
    buf_clear(&d->record);
    return append(d, TABLE_HOT, w->number, put_hot(&w->hot, &d->record));
}

static enum err count_terms(struct deduper *d, const struct work *w)
{
    for (size_t i = 0; i < w->vector.n; i++) lexicon_count(d->lexicon, w->vector.term[i].id);
    lexicon_next(d->lexicon);
    if (w->number % LEXICON_EVERY != 0) return OK;
    buf_clear(&d->record);
    d->counters.lexicon = w->number;
    enum err e = lexicon_save(d->lexicon, &d->record);
    return e == OK ? index_put(d->index, TABLE_META, SLICE("lexicon"), buf_slice(&d->record)) : e;
}

static enum err remember(struct deduper *d, const struct work *w, const struct doc *doc)
{
    enum err e = write_number(d, TABLE_KEY, (struct slice){w->key_hash, 16}, w->number);
    buf_clear(&d->record);
    if (e == OK) e = append(d, TABLE_JUDGED, w->number, put_judged(doc, &d->record));
    d->counters.documents = w->number;
    return e;
}

/* --- the horizon --- */

static enum err forget(struct deduper *d, uint32_t number, const struct hot *h)
{
    struct number_key k;
    struct story_record r;
    uint32_t story;
    copies_drop(d->copies, h->posted, h->n_posted, number);
    enum err e = stories_find(&d->stories, h->story, &story, &r);
    if (e == OK) e = index_drop(d->index, TABLE_MEMBER, index_pair(story, number, &k));
    if (e == ERR_MISSING) e = index_drop(d->index, TABLE_MEMBER, index_pair(h->story, number, &k));
    if (e == OK) e = index_drop(d->index, TABLE_HOT, index_number(number, &k));
    if (e == OK) e = index_drop(d->index, TABLE_SKETCH, index_number(number, &k));
    return e == OK ? index_drop(d->index, TABLE_VECTOR, index_number(number, &k)) : e;
}

static enum err expire(struct deduper *d)
{
    for (int i = 0; i < EXPIRE_MOST && d->counters.oldest <= d->counters.documents; i++) {
        struct hot h;
        enum err e = read_hot(d, d->counters.oldest, &h);
        if (e == ERR_MISSING) { /* it was taken back */
            d->counters.oldest++;
            continue;
        }
        if (e != OK) return ERR_IO;
        if (d->counters.clock - (h.clock ? h.clock : d->counters.began) <= d->horizon) return OK;
        e = forget(d, d->counters.oldest, &h);
        if (e != OK) return e;
        d->counters.oldest++;
    }
    return OK;
}

/* A key that was judged before gets what it got. ERR_MISSING for a new one. */
static enum err recall(struct deduper *d, struct arena *mem, const char hash[16], struct doc *doc)
{
    struct number_key k;
    struct slice v;
    uint32_t number;
    enum err e = read_number(d, TABLE_KEY, (struct slice){hash, 16}, &number);
    if (e != OK) return e;
    e = index_get(d->index, TABLE_JUDGED, index_number(number, &k), &v);
    if (e != OK) return ERR_IO;
    v = arena_copy(mem, v);
    if (v.ptr == NULL) return ERR_NOMEM;
    return get_judged(v, mem, doc) == OK ? OK : ERR_IO;
}

/* Trouble in the middle of a document leaves the index half written: whatever it is, the process must start anew from the last
 * commit, or the next document would be judged by the half. */
static enum err judge(struct deduper *d, struct arena *mem, struct work *w, struct doc *doc)
{
    bool exact;
    enum err e = judge_exact(d, mem, w, doc, &exact);
    if (e == OK && !exact) e = judge_near(d, mem, w, doc);
    if (e == OK && w->of) e = give_shared(d, mem, w->of, w, doc);
    if (e == OK) e = write_bodies(d, w);
    if (e == OK) e = place(d, mem, w, doc);
    if (e == OK) e = expire(d);
    if (e == OK && w->number % PASS_EVERY == 0) e = stories_close_silent(&d->stories, mem, d->silence, &w->placing);
    if (e == OK) e = tell_story(mem, &w->placing, doc);
    if (e == OK) e = post(d, w);
    if (e == OK) e = count_terms(d, w);
    if (e == OK) e = remember(d, w, doc);
    return e == OK || e == ERR_FULL ? e : ERR_IO;
}

enum err dedup_doc(struct deduper *d, struct arena *mem, struct doc *doc)
{
    struct work *w = arena_array(mem, 1, sizeof *w);
    if (w == NULL) return ERR_NOMEM;
    key_hash(doc->key, w->key_hash);
    enum err e = recall(d, mem, w->key_hash, doc);
    if (e != ERR_MISSING) return e;
    e = look_at(d, mem, doc, w);
    return e == OK ? judge(d, mem, w, doc) : e;
}

/* The verdict without the words that it was given for. */
static enum err judged_bare(struct deduper *d, struct arena *mem, uint32_t number, const char hash[16], struct slice key)
{
    struct number_key k;
    struct doc doc = {.key = key};
    enum err e = recall(d, mem, hash, &doc);
    if (e != OK) return e;
    doc_clear(&doc, DOC_SHARED);
    doc.shared.len = doc.story.reasons.len = 0;
    for (size_t i = 0; i < doc.changes.len; i++) doc.changes.ptr[i].reasons.len = 0;
    buf_clear(&d->record);
    e = put_judged(&doc, &d->record);
    return e == OK ? index_put(d->index, TABLE_JUDGED, index_number(number, &k), buf_slice(&d->record)) : e;
}

enum err dedup_forget(struct deduper *d, struct slice key)
{
    char hash[16];
    uint32_t number = 0;
    struct hot h;
    key_hash(key, hash);
    enum err e = read_number(d, TABLE_KEY, (struct slice){hash, 16}, &number);
    if (e == OK) e = read_hot(d, number, &h);
    if (e == OK) e = forget(d, number, &h);
    struct arena *mem = arena_create(RECORD_MAX);
    if (mem == NULL) return ERR_NOMEM;
    if (e == OK || e == ERR_MISSING) e = judged_bare(d, mem, number, hash, key);
    arena_destroy(&mem);
    if (e == OK || e == ERR_MISSING) e = dedup_commit(d);
    if (e == OK) e = index_scrub(d->index);
    return e;
}

enum err dedup_commit(struct deduper *d)
{
    buf_clear(&d->record);
    enum err e = put_counters(&d->counters, &d->record);
    if (e == OK) e = index_put(d->index, TABLE_META, SLICE("counters"), buf_slice(&d->record));
    return e == OK ? index_commit(d->index) : e;
}

struct dedup_size dedup_size(struct deduper *d)
{
    return (struct dedup_size){d->counters.documents, d->counters.documents + 1 - d->counters.oldest, d->counters.stories,
        copies_bytes(d->copies) + postings_bytes(d->postings) + sizeof *d, index_bytes(d->index)};
}
