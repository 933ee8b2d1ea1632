/* journal_repair.c - journal records by their sums into a new journal; then keys and frames are held against each other. */
#include "journal_repair.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#include "../../libcommon/mdb_repair.h"
#include "../../proto/doc.h"
#include "journal_parts.h"

static const struct mdb_formats formats = JOURNAL_FORMATS;

struct repair {
    struct mdb_fresh fresh;
    struct arena *mem;
    struct journal_state state;
    char instance[INSTANCE_SIZE];
    bool has_state, has_instance, anew;
    uint64_t docs, bytes, lost_frames;
    json_t *lost;
};

static MDB_val val_u64(uint64_t *n)
{
    return (MDB_val){sizeof *n, n};
}

static uint64_t outcomes(const struct journal_state *s)
{
    uint64_t sum = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++) sum += s->outcome[i];
    return sum;
}

/* Every commit that matters counts one of these up. */
static uint64_t age(void *self, MDB_val key, MDB_val value)
{
    struct journal_state s;
    (void)self;
    if (!mdb_is(key, "state") || value.mv_size != sizeof s) return 0;
    memcpy(&s, value.mv_data, sizeof s);
    return s.next + s.epoch + outcomes(&s);
}

static bool key_of(struct repair *r, MDB_val frame, struct slice *key)
{
    struct doc doc;
    arena_reset(r->mem);
    bool good = doc_decode((struct slice){frame.mv_data, frame.mv_size}, DOC_BIT(DOC_KEY), r->mem, &doc) == OK;
    if (good) *key = doc.key;
    return good;
}

static void take_meta(struct repair *r, MDB_val key, MDB_val value, bool old)
{
    if (mdb_is(key, "state") && value.mv_size == sizeof r->state && (!r->has_state || (old && age(r, key, value) > r->state.next + r->state.epoch + outcomes(&r->state)))) {
        memcpy(&r->state, value.mv_data, sizeof r->state);
        r->has_state = true;
    }
    if (mdb_is(key, "instance") && value.mv_size == INSTANCE_SIZE && !r->has_instance) {
        memcpy(r->instance, value.mv_data, INSTANCE_SIZE);
        r->has_instance = true;
    }
}

static int take(void *self, size_t table, MDB_val key, MDB_val value, bool old)
{
    struct repair *r = self;
    struct slice name;
    if (table == JOURNAL_META) take_meta(r, key, value, old);
    if (table == JOURNAL_META || (table == JOURNAL_DOCS && (key.mv_size != sizeof(uint64_t) || !key_of(r, value, &name)))) return 0;
    return mdb_fresh_put(&r->fresh, table, key, value, true);
}

/* --- keys and frames --- */

/* Each frame has its key's record: one that has none gets it, and of two of one key that stays which the record names. */
static int frames_to_keys(struct repair *r)
{
    char at[512];
    uint64_t seq = 0;
    MDB_val from = {0, NULL}, k, v;
    int rc;
    while ((rc = mdb_fresh_seek(&r->fresh, JOURNAL_DOCS, from, true, at, &k, &v)) == 0) {
        struct slice key;
        memcpy(&seq, at, sizeof seq);
        from = val_u64(&seq);
        if (!key_of(r, v, &key)) return EBADMSG;
        MDB_val name = {key.len, (void *)(uintptr_t)key.ptr}, held = {0, NULL};
        char copy[512];
        if (name.mv_size > sizeof copy) return EBADMSG;
        memcpy(copy, name.mv_data, name.mv_size);
        name.mv_data = copy;
        uint64_t size = v.mv_size, other = seq;
        rc = mdb_sum_get(r->fresh.txn, &r->fresh.table[JOURNAL_KEYS], name, &held);
        if (rc == 0 && held.mv_size == sizeof other) memcpy(&other, held.mv_data, sizeof other);
        if (rc == MDB_NOTFOUND) rc = mdb_fresh_put(&r->fresh, JOURNAL_KEYS, name, val_u64(&seq), false);
        if (rc == 0 && other != seq) rc = mdb_fresh_drop(&r->fresh, JOURNAL_DOCS, val_u64(&seq));
        if (rc != 0) return rc;
        r->docs += other == seq;
        r->bytes += other == seq ? size : 0;
    }
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* A key without a frame: that document is lost. */
static int keys_to_frames(struct repair *r)
{
    char at[512];
    uint64_t seq;
    MDB_val from = {0, NULL}, k, v, frame;
    int rc;
    while ((rc = mdb_fresh_seek(&r->fresh, JOURNAL_KEYS, from, true, at, &k, &v)) == 0) {
        from = k;
        if (v.mv_size != sizeof seq) return EBADMSG;
        memcpy(&seq, v.mv_data, sizeof seq);
        rc = mdb_sum_get(r->fresh.txn, &r->fresh.table[JOURNAL_DOCS], val_u64(&seq), &frame);
        if (rc != MDB_NOTFOUND && rc != 0) return rc;
        if (rc == 0) continue;
        char name[1100];
        mdb_key_text(k, false, name, sizeof name);
        if (json_array_append_new(r->lost, json_string(name)) != 0) return ENOMEM;
        rc = mdb_fresh_drop(&r->fresh, JOURNAL_KEYS, k);
        if (rc == 0) rc = mdb_fresh_drop(&r->fresh, JOURNAL_STRIKES, k);
        if (rc != 0) return rc;
    }
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* --- counts --- */

static int renumber_one(struct repair *r, MDB_val frame, uint64_t from, uint64_t to)
{
    struct doc doc;
    struct buf out = buf_make(DOC_FRAME_MAX);
    arena_reset(r->mem);
    struct slice held = arena_copy(r->mem, (struct slice){frame.mv_data, frame.mv_size});
    enum err e = held.ptr != NULL ? doc_decode(held, DOC_BIT(DOC_KEY) | DOC_BIT(DOC_INSTANCE) | DOC_BIT(DOC_SEQ), r->mem, &doc) : ERR_NOMEM;
    if (e == OK) {
        doc.instance = (struct slice){r->instance, INSTANCE_SIZE};
        doc.seq = to;
        doc_set(&doc, DOC_INSTANCE);
        doc_set(&doc, DOC_SEQ);
        e = doc_encode(&doc, &out);
    }
    int rc = e == OK ? mdb_fresh_drop(&r->fresh, JOURNAL_DOCS, val_u64(&from)) : e == ERR_NOMEM ? ENOMEM : EBADMSG;
    if (rc == 0) rc = mdb_fresh_put(&r->fresh, JOURNAL_DOCS, val_u64(&to), (MDB_val){out.len, out.ptr}, false);
    if (rc == 0) rc = mdb_fresh_put(&r->fresh, JOURNAL_KEYS, (MDB_val){doc.key.len, (void *)(uintptr_t)doc.key.ptr}, val_u64(&to), false);
    r->bytes += out.len;
    buf_free(&out);
    return rc;
}

/* What was accepted and what came of it no longer add up: it goes on as another journal, which has accepted what it holds. Of its documents those that
 * have an outcome already are counted as `again`. */
static int begin_anew(struct repair *r)
{
    char at[512];
    uint64_t seq = 0, next = 1;
    MDB_val from = {0, NULL}, k, v;
    int rc;
    randombytes_buf(r->instance, INSTANCE_SIZE);
    r->anew = true;
    r->bytes = 0;
    while ((rc = mdb_fresh_seek(&r->fresh, JOURNAL_DOCS, from, true, at, &k, &v)) == 0) {
        memcpy(&seq, at, sizeof seq);
        from = val_u64(&seq);
        rc = renumber_one(r, v, seq, next++);
        if (rc != 0) return rc;
    }
    r->state = (struct journal_state){.next = next};
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int settle(struct repair *r)
{
    int rc = frames_to_keys(r);
    if (rc == 0) rc = keys_to_frames(r);
    if (rc != 0) return rc;
    uint64_t held = r->has_state ? r->state.next - 1 - outcomes(&r->state) : 0;
    r->lost_frames = held > r->docs ? held - r->docs : 0;
    if (!r->has_state || !r->has_instance || held != r->docs) rc = begin_anew(r);
    r->state.bytes = r->bytes;
    if (rc == 0) rc = mdb_fresh_put(&r->fresh, JOURNAL_META, (MDB_val){8, "instance"}, (MDB_val){INSTANCE_SIZE, r->instance}, false);
    return rc ? rc : mdb_fresh_put(&r->fresh, JOURNAL_META, (MDB_val){5, "state"}, (MDB_val){sizeof r->state, &r->state}, false);
}

static json_t *say(const struct repair *r, const char *damage, const char *kept)
{
    size_t named = json_array_size(r->lost);
    json_t *o = json_pack("{s:s, s:I, s:O, s:I, s:b}", "damage", damage, "saved", (json_int_t)r->docs, "lost", r->lost, "unknown",
                          (json_int_t)(r->lost_frames > named ? r->lost_frames - named : 0), "anew", r->anew);
    if (o != NULL && kept[0] != '\0') json_object_set_new(o, "kept", json_string(kept));
    return o;
}

json_t *journal_repair(const char *dir, bool dry, struct trouble *t)
{
    const struct mdb_layout layout = {journal_tables, journal_flags, JOURNAL_TABLES, &formats};
    struct repair r = {.lost = json_array(), .mem = arena_create(DOC_ARENA_MAX)};
    const struct mdb_salvage how = {journal_tables, JOURNAL_TABLES, take, age, &r};
    char damage[600], kept[4200] = "";
    json_t *said = NULL;
    int rc = r.mem == NULL || r.lost == NULL || sodium_init() < 0 ? ENOMEM : 0;
    if (rc == 0 && mdb_whole(dir, &layout, damage, sizeof damage)) {
        said = json_object();
    } else {
        if (rc == 0) rc = mdb_fresh_open(dir, &layout, &r.fresh);
        if (rc == 0) rc = mdb_salvage(dir, &how);
        if (rc == 0) rc = settle(&r);
        bool any = r.docs > 0 || r.has_state || r.has_instance;
        if (rc == 0 && !any) rc = MDB_INVALID;
        if (rc == 0 && !dry) rc = mdb_fresh_take(&r.fresh, dir, kept, sizeof kept);
        if (rc == 0) said = say(&r, damage, kept);
        mdb_fresh_close(&r.fresh);
    }
    if (rc == MDB_INVALID) trouble_say(t, 64, "%.300s; nothing in it is right by its sum: restore a backup, or move the folder '%.200s' away and feed again", damage, dir);
    else if (said == NULL) trouble_say(t, 75, "cannot repair the journal in '%.200s': %s", dir, mdb_strerror(rc));
    arena_destroy(&r.mem);
    json_decref(r.lost);
    return said;
}
