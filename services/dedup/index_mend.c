/* index_mend.c - verdicts first: what belongs to a document without one goes; then texts, memberships, stories and counters. */
#include "index_mend.h"

#include <errno.h>
#include <stdlib.h>

#include "index_parts.h"
#include "story_record.h"

enum { JUDGED = 1, HOT = 2, SKETCH = 4, VECTOR = 8, LIVE = HOT | SKETCH | VECTOR, COPY = 16, CHAIN = 10000 };

typedef int (*each_fn)(struct mend *m, struct slice key, struct slice value);

/* Calls fn for all records of the table; it may put and drop, and its value is void then. */
static int each(struct mend *m, enum table t, each_fn fn)
{
    char at[512];
    MDB_val from = {0, NULL}, k, v;
    int rc;
    while ((rc = mdb_fresh_seek(&m->fresh, t, from, true, at, &k, &v)) == 0) {
        from = k;
        rc = fn(m, slice_from(k), slice_from(v));
        if (rc != 0) return rc;
    }
    return rc == MDB_NOTFOUND ? 0 : rc;
}

struct sight {
    enum table t;
    each_fn fn;
};

static int look(struct mend *m, const struct sight *sights, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) rc = each(m, sights[i].t, sights[i].fn);
    return rc;
}

static int drop(struct mend *m, enum table t, struct slice key)
{
    return mdb_fresh_drop(&m->fresh, t, val(key));
}

static int drop_number(struct mend *m, enum table t, uint32_t n)
{
    struct number_key k;
    return drop(m, t, index_number(n, &k));
}

static bool is(const struct mend *m, uint32_t n, unsigned what)
{
    return n <= m->documents && (m->has[n] & what) == what;
}

static uint32_t named(struct slice s, uint32_t *most)
{
    uint64_t n = 0;
    for (size_t i = 1; i < s.len && n < UINT32_MAX / 16; i++) n = n * 10 + (uint64_t)(s.ptr[i] - '0');
    if (n > *most) *most = (uint32_t)n;
    return (uint32_t)n;
}

/* The verdict of a document; false when there is none. */
static bool verdict(struct mend *m, uint32_t number, struct doc *doc, struct slice *key)
{
    struct number_key k;
    MDB_val v;
    *doc = (struct doc){.has = 0};
    if (mdb_sum_get(m->fresh.txn, &m->fresh.table[TABLE_JUDGED], val(index_number(number, &k)), &v) != 0) return false;
    arena_reset(m->mem);
    struct slice copy = arena_copy(m->mem, slice_from(v));
    return copy.ptr != NULL && get_judged_key(copy, key) == OK && get_judged(copy, m->mem, doc) == OK;
}

/* --- numbers --- */

static int count_top(struct mend *m, struct slice key, struct slice value)
{
    uint32_t n = key.len == 16 || (key.len == 8 && value.len == 4) ? index_numbered(value, 0) : index_numbered(key, key.len == 8 ? 4 : 0);
    if (n > m->documents) m->documents = n;
    return 0;
}

static int count_story(struct mend *m, struct slice key, struct slice value)
{
    struct story_record r;
    uint32_t n = index_numbered(key, 0);
    if (n > m->stories) m->stories = n;
    if (get_story(value, &r) == OK && r.storyline > m->storylines) m->storylines = r.storyline;
    return 0;
}

static int count_member(struct mend *m, struct slice key, struct slice value)
{
    uint32_t story = index_numbered(key, 0);
    if (story > m->stories) m->stories = story;
    return count_top(m, key, value);
}

static int count_told(struct mend *m, struct slice key, struct slice value)
{
    struct hot h;
    if (get_hot(value, &h) == OK && h.story > m->stories) m->stories = h.story;
    return count_top(m, key, value);
}

static int count_names(struct mend *m, struct slice key, struct slice value)
{
    struct doc doc = {.has = 0};
    arena_reset(m->mem);
    if (get_judged(value, m->mem, &doc) == OK) {
        named(doc.story.id, &m->stories);
        named(doc.story.storyline, &m->storylines);
    }
    return count_top(m, key, value);
}

static int number(struct mend *m)
{
    static const struct sight counts[] = {{TABLE_KEY, count_top}, {TABLE_EXACT, count_top}, {TABLE_JUDGED, count_names}, {TABLE_HOT, count_told},
        {TABLE_SKETCH, count_top}, {TABLE_VECTOR, count_top}, {TABLE_STORY, count_story}, {TABLE_MEMBER, count_member}};
    m->documents = m->counters.documents;
    m->stories = m->counters.stories;
    m->storylines = m->counters.storylines;
    int rc = look(m, counts, sizeof counts / sizeof *counts);
    size_t n = (size_t)m->documents + 1, s = (size_t)m->stories + 1;
    m->has = calloc(n, sizeof *m->has);
    m->member_of = calloc(n, sizeof *m->member_of);
    m->told = calloc(n, sizeof *m->told);
    m->at = calloc(n, sizeof *m->at);
    m->into = calloc(s, sizeof *m->into);
    m->clock = calloc(s, sizeof *m->clock);
    m->there = calloc(s, sizeof *m->there);
    return rc ? rc : m->has && m->member_of && m->told && m->at && m->into && m->clock && m->there ? 0 : ENOMEM;
}

/* --- verdicts --- */

/* Its key's record follows from it. */
static int see_verdict(struct mend *m, struct slice key, struct slice value)
{
    struct number_key k;
    struct slice name;
    char hash[16];
    uint32_t n = index_numbered(key, 0);
    if (get_judged_key(value, &name) != OK) return drop(m, TABLE_JUDGED, key);
    m->has[n] |= JUDGED;
    m->verdicts++;
    key_hash(name, hash);
    return mdb_fresh_put(&m->fresh, TABLE_KEY, (MDB_val){sizeof hash, hash}, val(index_number(n, &k)), true);
}

static int see_key(struct mend *m, struct slice key, struct slice value)
{
    char hex[65];
    if (is(m, index_numbered(value, 0), JUDGED)) return 0;
    if (key.len > 32) return EBADMSG;
    hex_encode(key.ptr, key.len, hex);
    return json_array_append_new(m->lost, json_string(hex)) == 0 ? drop(m, TABLE_KEY, key) : ENOMEM;
}

static int see_exact(struct mend *m, struct slice key, struct slice value)
{
    return is(m, index_numbered(value, 0), JUDGED) ? 0 : drop(m, TABLE_EXACT, key);
}

/* --- texts within the horizon: all three records of one, or none --- */

static int see_hot(struct mend *m, struct slice key, struct slice value)
{
    struct hot h;
    uint32_t n = index_numbered(key, 0);
    if (get_hot(value, &h) != OK) return drop(m, TABLE_HOT, key);
    m->has[n] |= HOT | (h.copy ? COPY : 0);
    m->told[n] = h.story;
    m->at[n] = h.clock;
    return 0;
}

static int see_sketch(struct mend *m, struct slice key, struct slice value)
{
    (void)value;
    m->has[index_numbered(key, 0)] |= SKETCH;
    return 0;
}

static int see_vector(struct mend *m, struct slice key, struct slice value)
{
    (void)value;
    m->has[index_numbered(key, 0)] |= VECTOR;
    return 0;
}

static int drop_parts(struct mend *m)
{
    int rc = 0;
    for (uint32_t n = 1; n <= m->documents && rc == 0; n++) {
        struct doc doc;
        struct slice key;
        if (!(m->has[n] & LIVE) || is(m, n, JUDGED | LIVE)) continue;
        if (verdict(m, n, &doc, &key) && json_array_append_new(m->faded, json_stringn(key.ptr, key.len)) != 0) rc = ENOMEM;
        if (rc == 0) rc = drop_number(m, TABLE_HOT, n);
        if (rc == 0) rc = drop_number(m, TABLE_SKETCH, n);
        if (rc == 0) rc = drop_number(m, TABLE_VECTOR, n);
        m->has[n] &= JUDGED;
    }
    return rc;
}

/* --- stories --- */

static void note_story(struct mend *m, uint32_t s, const struct story_record *r)
{
    m->into[s] = r->into;
    m->clock[s] = r->clock;
    m->there[s] = 1;
}

static int see_story(struct mend *m, struct slice key, struct slice value)
{
    struct story_record r;
    uint32_t s = index_numbered(key, 0);
    if (get_story(value, &r) != OK) return drop(m, TABLE_STORY, key);
    note_story(m, s, &r);
    return 0;
}

/* Of two memberships of one document one is from before a merge. */
static int see_member(struct mend *m, struct slice key, struct slice value)
{
    uint32_t s = index_numbered(key, 0), n = index_numbered(key, 4);
    struct number_key k;
    (void)value;
    if (!is(m, n, LIVE)) return drop(m, TABLE_MEMBER, key);
    uint32_t other = m->member_of[n];
    if (other != 0 && m->there[s] && m->into[s] != 0) return drop(m, TABLE_MEMBER, key);
    m->member_of[n] = s;
    return other != 0 ? drop(m, TABLE_MEMBER, index_pair(other, n, &k)) : 0;
}

static int put_membership(struct mend *m, uint32_t s, uint32_t n)
{
    struct number_key k;
    m->member_of[n] = s;
    return mdb_fresh_put(&m->fresh, TABLE_MEMBER, val(index_pair(s, n, &k)), val(SLICE("")), true);
}

static int write_story(struct mend *m, uint32_t s, const struct story_record *r)
{
    struct number_key k;
    struct buf b = buf_make(STORY_BYTES);
    int rc = put_story(r, &b) == OK ? mdb_fresh_put(&m->fresh, TABLE_STORY, val(index_number(s, &k)), val(buf_slice(&b)), false) : ENOMEM;
    note_story(m, s, r);
    buf_free(&b);
    return rc;
}

/* A live document is a member of the story that its own has become; where the record of its own is gone, the membership says what that was. */
static int join_stories(struct mend *m)
{
    int rc = 0;
    for (uint32_t n = 1; n <= m->documents && rc == 0; n++) {
        uint32_t s = m->told[n], now = m->member_of[n];
        if (!is(m, n, LIVE) || s == 0) continue;
        if (now != 0 && now != s && !m->there[s] && m->there[now]) rc = write_story(m, s, &(struct story_record){.into = now, .clock = m->at[n]});
        for (int i = 0; now == 0 && i < CHAIN && s <= m->stories && m->there[s] && m->into[s] != 0; i++) s = m->into[s];
        if (rc == 0 && now == 0) rc = put_membership(m, s, n);
    }
    return rc;
}

static void post(struct story_record *r, const struct vector *v)
{
    uint8_t heavy[POSTED_TERMS];
    size_t n = vector_heaviest(v, POSTED_TERMS, heavy);
    for (size_t i = 0; i < n && r->n_terms < STORY_TERMS; i++) {
        uint32_t term = v->term[heavy[i]].id;
        if (!story_found_under(r, term)) r->term[r->n_terms++] = term;
    }
}

/* One more member of a story that is made anew; they come in their order. */
static int add_again(struct mend *m, struct story_record *r, uint32_t n)
{
    struct number_key k;
    struct doc doc;
    struct slice key;
    struct member *member = malloc(sizeof *member);
    MDB_val v;
    int rc = member == NULL ? ENOMEM : mdb_sum_get(m->fresh.txn, &m->fresh.table[TABLE_VECTOR], val(index_number(n, &k)), &v);
    if (rc == 0 && get_member(slice_from(v), member) != OK) rc = EBADMSG;
    if (rc == 0) {
        story_add_member(r, n, member->time.published, m->has[n] & COPY);
        if (m->at[n] > r->clock) r->clock = m->at[n];
        if (r->storyline == 0 && verdict(m, n, &doc, &key)) r->storyline = named(doc.story.storyline, &m->storylines);
        if (!(m->has[n] & COPY)) post(r, &member->vector);
    }
    free(member);
    return rc;
}

/* Stories without a record whose last document came within the silence that closes one. */
static int remake(struct mend *m)
{
    struct story_record *r = calloc((size_t)m->stories + 1, sizeof *r);
    int rc = r == NULL ? ENOMEM : 0;
    for (uint32_t n = 1; n <= m->documents && rc == 0; n++) {
        uint32_t s = m->member_of[n];
        if (is(m, n, LIVE) && s != 0 && s <= m->stories && !m->there[s]) rc = add_again(m, &r[s], n);
    }
    for (uint32_t s = 1; s <= m->stories && rc == 0; s++) {
        char name[16];
        if (m->there[s] || r[s].members == 0 || r[s].n_representatives == 0 || m->counters.clock - r[s].clock > m->silence) continue;
        if (r[s].storyline == 0) r[s].storyline = ++m->storylines;
        snprintf(name, sizeof name, "s%u", s);
        rc = json_array_append_new(m->remade, json_string(name)) == 0 ? write_story(m, s, &r[s]) : ENOMEM;
    }
    free(r);
    return rc;
}

/* --- counters --- */

static int put_counts(struct mend *m)
{
    struct counters *c = &m->counters;
    struct buf b = buf_make(256);
    uint32_t oldest = m->documents + 1;
    for (uint32_t n = m->documents; n >= 1; n--)
        if (is(m, n, LIVE)) oldest = n;
    if (!m->has_counters) c->oldest = oldest;
    if (!m->has_counters || !m->has_lexicon) c->lexicon = 0; /* it is counted anew, over the texts within the horizon */
    c->documents = m->documents;
    c->stories = m->stories;
    c->storylines = m->storylines;
    int rc = put_counters(c, &b) == OK ? mdb_fresh_put(&m->fresh, TABLE_META, (MDB_val){8, "counters"}, val(buf_slice(&b)), false) : ENOMEM;
    buf_free(&b);
    return rc;
}

static void find_clock(struct mend *m)
{
    for (uint32_t n = 1; n <= m->documents; n++)
        if (m->at[n] > m->counters.clock) m->counters.clock = m->at[n];
    for (uint32_t s = 1; s <= m->stories; s++)
        if (m->clock[s] > m->counters.clock) m->counters.clock = m->clock[s];
}

int mend(struct mend *m)
{
    static const struct sight sights[] = {
        {TABLE_JUDGED, see_verdict}, {TABLE_KEY, see_key}, {TABLE_EXACT, see_exact}, {TABLE_HOT, see_hot}, {TABLE_SKETCH, see_sketch}, {TABLE_VECTOR, see_vector}};
    int rc = number(m);
    if (rc == 0) rc = look(m, sights, sizeof sights / sizeof *sights);
    if (rc == 0) rc = drop_parts(m);
    if (rc == 0) rc = each(m, TABLE_STORY, see_story);
    if (rc == 0) find_clock(m);
    if (rc == 0) rc = each(m, TABLE_MEMBER, see_member);
    if (rc == 0) rc = join_stories(m);
    if (rc == 0) rc = remake(m);
    return rc ? rc : put_counts(m);
}

void mend_free(struct mend *m)
{
    free(m->has);
    free(m->member_of);
    free(m->told);
    free(m->at);
    free(m->into);
    free(m->clock);
    free(m->there);
}
