/* journal_lmdb.c - the journal in LMDB: frames by seq, seqs by key, strikes by key, and one record of counters. */
#include "journal_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdlib.h>

#include "../../libcommon/mdb.h"
#include "../../libcommon/mdb_check.h"
#include "../../libcommon/mdb_scrub.h"

enum { MAP_SLACK = 64 << 20 };

struct journal {
    MDB_env *env;
    struct mdb_table table[JOURNAL_TABLES];
    MDB_txn *write, *read; /* the batch, or NULL; the snapshot, or NULL */
    bool reading;
    char instance[INSTANCE_SIZE];
    struct journal_state now, durable; /* with the batch, and as committed */
    uint64_t in_flight, watermark; /* as committed */
};

const char *const journal_tables[JOURNAL_TABLES] = {"meta", "docs", "keys", "strikes"};
const unsigned journal_flags[JOURNAL_TABLES] = {0, MDB_INTEGERKEY, 0, 0};

static MDB_val val(struct slice s)
{
    return (MDB_val){s.len, (void *)s.ptr};
}

static MDB_val val_u64(uint64_t *n)
{
    return (MDB_val){sizeof *n, n};
}

static int put(struct journal *j, int table, MDB_val key, MDB_val value, unsigned flags)
{
    return mdb_sum_put(j->write, &j->table[table], key, value, flags);
}

static int get(struct journal *j, int table, MDB_val key, MDB_val *value)
{
    return mdb_sum_get(j->write, &j->table[table], key, value);
}

/* --- opening --- */

static int begin_write(struct journal *j)
{
    if (j->write != NULL) return 0;
    j->now = j->durable;
    return mdb_txn_begin(j->env, NULL, 0, &j->write);
}

/* What is derived: how many are held, and the lowest of them. */
static int look(struct journal *j, MDB_txn *txn)
{
    MDB_stat stat;
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_stat(txn, j->table[JOURNAL_DOCS].dbi, &stat);
    if (rc == 0) rc = mdb_cursor_open(txn, j->table[JOURNAL_DOCS].dbi, &cursor);
    if (rc != 0) return rc;
    j->in_flight = stat.ms_entries;
    rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST);
    uint64_t first = j->now.next;
    if (rc == 0) memcpy(&first, k.mv_data, sizeof first);
    mdb_cursor_close(cursor);
    j->watermark = first - 1;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int put_state(struct journal *j)
{
    return put(j, JOURNAL_META, val(SLICE("state")), (MDB_val){sizeof j->now, &j->now}, 0);
}

static int make_new(struct journal *j)
{
    randombytes_buf(j->instance, INSTANCE_SIZE);
    j->now.next = 1;
    return put(j, JOURNAL_META, val(SLICE("instance")), (MDB_val){INSTANCE_SIZE, j->instance}, 0);
}

/* Reads the identity and the counters, or makes them. */
static int read_state(struct journal *j)
{
    MDB_val v;
    int rc = get(j, JOURNAL_META, val(SLICE("instance")), &v);
    if (rc == MDB_NOTFOUND) return make_new(j);
    if (rc != 0 || v.mv_size != INSTANCE_SIZE) return rc ? rc : MDB_CORRUPTED;
    memcpy(j->instance, v.mv_data, INSTANCE_SIZE);
    rc = get(j, JOURNAL_META, val(SLICE("state")), &v);
    if (rc != 0 || v.mv_size != sizeof j->now) return rc == 0 || rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    memcpy(&j->now, v.mv_data, sizeof j->now);
    return 0;
}

static int open_tables(struct journal *j)
{
    static const struct mdb_formats formats = JOURNAL_FORMATS;
    int rc = begin_write(j);
    if (rc == 0) rc = journal_open_tables(j->write, MDB_CREATE, j->table);
    if (rc != 0) return rc;
    rc = mdb_txn_commit(j->write);
    j->write = NULL;
    return rc ? rc : mdb_upgrade(j->env, j->table, JOURNAL_TABLES, &formats);
}

/* False with a line in `why`: a record is damaged. */
static bool check_records(struct journal *j, const char *dir, char *why, size_t size)
{
    MDB_txn *txn;
    if (!mdb_small(dir) || mdb_txn_begin(j->env, NULL, MDB_RDONLY, &txn) != 0) return true;
    bool good = mdb_sums_check(txn, j->table, JOURNAL_TABLES, dir, why, size);
    mdb_txn_abort(txn);
    return good;
}

/* A new epoch begins. */
static int enter(struct journal *j)
{
    int rc = begin_write(j);
    if (rc == 0) rc = read_state(j);
    if (rc != 0) return rc;
    j->now.epoch++;
    rc = put_state(j);
    if (rc == 0) rc = look(j, j->write);
    if (rc != 0) return rc;
    rc = mdb_txn_commit(j->write);
    j->write = NULL;
    j->durable = j->now;
    return rc;
}

static void say(struct trouble *t, const char *dir, int rc)
{
    if (rc == MDB_VERSION_MISMATCH || rc == MDB_INVALID)
        trouble_say(t, 64, "'%s' is no journal that this release can read: move it away, or run the release that made it", dir);
    else if (rc == MDB_CORRUPTED)
        trouble_say(t, 64, "%s/data.mdb is damaged: what it says of itself is none of ours; nothing was changed: see wiredesk repair --help", dir);
    else if (rc == EACCES || rc == EROFS || rc == ENOENT || rc == ENOTDIR)
        trouble_say(t, 64, "cannot open the journal in '%s': %s", dir, strerror(rc));
    else trouble_say(t, 75, "cannot open the journal in '%s': %s", dir, mdb_strerror(rc));
}

struct journal *journal_open(const char *dir, uint64_t most, struct trouble *t)
{
    struct journal *j = calloc(1, sizeof *j);
    char why[500] = "";
    int rc = j == NULL || sodium_init() < 0 ? ENOMEM : 0;
    if (rc == 0 && !mdb_check(dir, why, sizeof why)) rc = MDB_CORRUPTED;
    if (rc == 0) rc = mdb_store_open(dir, most + most / 2 + MAP_SLACK, MDB_NOTLS, &j->env); /* pages are never quite full */
    if (rc == 0) rc = open_tables(j);
    if (rc == 0 && !check_records(j, dir, why, sizeof why)) rc = MDB_CORRUPTED;
    if (rc == 0) rc = enter(j);
    if (rc == 0) return j;
    if (why[0] != '\0') trouble_say(t, 64, "%s; nothing was changed: wiredesk repair saves the rest, wiredesk restore a backup", why);
    else say(t, dir, rc);
    journal_close(&j);
    return NULL;
}

void journal_close(struct journal **j)
{
    if (*j == NULL) return;
    if ((*j)->write) mdb_txn_abort((*j)->write);
    if ((*j)->read) mdb_txn_abort((*j)->read);
    if ((*j)->env) mdb_env_close((*j)->env);
    free(*j);
    *j = NULL;
}

struct slice journal_instance(const struct journal *j)
{
    return (struct slice){j->instance, INSTANCE_SIZE};
}

uint64_t journal_epoch(const struct journal *j)
{
    return j->now.epoch;
}

/* --- changes --- */

static int find(struct journal *j, struct slice key, uint64_t *seq)
{
    MDB_val v;
    *seq = 0;
    int rc = begin_write(j);
    if (rc == 0) rc = get(j, JOURNAL_KEYS, val(key), &v);
    if (rc == 0 && v.mv_size == sizeof *seq) memcpy(seq, v.mv_data, sizeof *seq);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

enum err journal_find(struct journal *j, struct slice key, uint64_t *seq)
{
    return mdb_err(j->env, find(j, key, seq));
}

uint64_t journal_next(const struct journal *j)
{
    return j->write ? j->now.next : j->durable.next;
}

enum err journal_add(struct journal *j, struct slice key, struct slice frame)
{
    int rc = begin_write(j);
    uint64_t seq = j->now.next;
    MDB_val s = val_u64(&seq);
    if (rc == 0) rc = put(j, JOURNAL_KEYS, val(key), s, MDB_NOOVERWRITE);
    if (rc == 0) rc = put(j, JOURNAL_DOCS, s, val(frame), MDB_APPEND);
    if (rc != 0) return mdb_err(j->env, rc);
    j->now.next++;
    j->now.bytes += frame.len;
    return OK;
}

enum err journal_replace(struct journal *j, uint64_t seq, struct slice frame)
{
    MDB_val s = val_u64(&seq), old;
    int rc = begin_write(j);
    if (rc == 0) rc = get(j, JOURNAL_DOCS, s, &old);
    if (rc != 0) return mdb_err(j->env, rc);
    uint64_t before = old.mv_size;
    rc = put(j, JOURNAL_DOCS, s, val(frame), 0);
    if (rc == 0) j->now.bytes = j->now.bytes - before + frame.len;
    return mdb_err(j->env, rc);
}

enum err journal_retire(struct journal *j, uint64_t seq, struct slice key, enum outcome o, bool *was)
{
    uint64_t held;
    MDB_val k = val(key), s = val_u64(&seq), v;
    *was = false;
    int rc = find(j, key, &held);
    if (rc != 0 || held != seq || seq == 0) return mdb_err(j->env, rc);
    rc = get(j, JOURNAL_DOCS, s, &v);
    if (rc != 0) return mdb_err(j->env, rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc); /* a key without its frame */
    uint64_t size = v.mv_size;
    rc = mdb_del(j->write, j->table[JOURNAL_DOCS].dbi, &s, NULL);
    if (rc == 0) rc = mdb_del(j->write, j->table[JOURNAL_KEYS].dbi, &k, NULL);
    if (rc == 0) rc = mdb_del(j->write, j->table[JOURNAL_STRIKES].dbi, &k, NULL);
    if (rc == MDB_NOTFOUND) rc = 0; /* most have no strikes */
    if (rc != 0) return mdb_err(j->env, rc);
    j->now.bytes -= size;
    j->now.outcome[o]++;
    *was = true;
    return OK;
}

static bool struck_by(const struct strike_record *r, struct slice id)
{
    for (uint32_t i = 0; i < r->n && i < STRIKE_IDS; i++)
        if (memcmp(r->id[i], id.ptr, STRIKE_ID) == 0) return true;
    return false;
}

enum err journal_strike(struct journal *j, struct slice key, enum note_kind kind, struct slice id, struct strikes *now)
{
    struct strike_record r = {0};
    uint64_t seq;
    MDB_val v;
    *now = (struct strikes){0, 0};
    int rc = find(j, key, &seq);
    if (rc != 0 || seq == 0 || id.len != STRIKE_ID) return mdb_err(j->env, rc);
    rc = get(j, JOURNAL_STRIKES, val(key), &v);
    if (rc == 0 && v.mv_size == sizeof r) memcpy(&r, v.mv_data, sizeof r);
    if (rc == MDB_NOTFOUND) rc = 0;
    if (rc == 0 && !struck_by(&r, id)) {
        if (kind == NOTE_FAULTED) r.faulted++;
        else r.interrupted++;
        memcpy(r.id[r.n++ % STRIKE_IDS], id.ptr, STRIKE_ID);
        rc = put(j, JOURNAL_STRIKES, val(key), (MDB_val){sizeof r, &r}, 0);
    }
    *now = (struct strikes){r.faulted, r.interrupted};
    return mdb_err(j->env, rc);
}

bool journal_dirty(const struct journal *j)
{
    return j->write != NULL;
}

enum err journal_commit(struct journal *j)
{
    if (j->write == NULL) return OK;
    uint64_t in_flight = j->in_flight, watermark = j->watermark;
    journal_release(j);
    int rc = memcmp(&j->now, &j->durable, sizeof j->now) != 0 ? put_state(j) : 0;
    if (rc == 0) rc = look(j, j->write);
    if (rc == 0) {
        rc = mdb_txn_commit(j->write); /* frees the transaction whatever comes of it */
        j->write = NULL;
    }
    if (rc == 0) {
        j->durable = j->now;
        return OK;
    }
    journal_abort(j);
    j->in_flight = in_flight;
    j->watermark = watermark;
    return mdb_err(j->env, rc);
}

void journal_abort(struct journal *j)
{
    if (j->write) mdb_txn_abort(j->write);
    j->write = NULL;
    j->now = j->durable;
}

enum err journal_scrub(struct journal *j)
{
    enum err e = journal_commit(j);
    /* A page is no longer needed, not even after a crash, two commits after it was freed. */
    for (int i = 0; i < 3 && e == OK; i++) {
        int rc = begin_write(j);
        if (rc == 0) rc = put(j, JOURNAL_META, val(SLICE("scrub")), (MDB_val){sizeof i, &i}, 0);
        e = mdb_err(j->env, rc);
        if (e == OK) e = journal_commit(j);
    }
    journal_release(j);
    if (e != OK) {
        journal_abort(j);
        return e;
    }
    int rc = mdb_scrub(j->env);
    return rc == MDB_READERS_FULL ? ERR_NOMEM : mdb_err(j->env, rc);
}

/* --- reading --- */

static int begin_read(struct journal *j)
{
    if (j->reading) return 0;
    int rc = j->read ? mdb_txn_renew(j->read) : mdb_txn_begin(j->env, NULL, MDB_RDONLY, &j->read);
    j->reading = rc == 0;
    return rc;
}

enum err journal_read(struct journal *j, uint64_t from, uint64_t *seq, struct slice *frame)
{
    MDB_cursor *cursor;
    MDB_val k = val_u64(&from), v;
    *seq = 0;
    int rc = begin_read(j);
    if (rc == 0) rc = mdb_cursor_open(j->read, j->table[JOURNAL_DOCS].dbi, &cursor);
    if (rc != 0) return mdb_err(j->env, rc);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    if (rc == 0) rc = mdb_sum_take(&j->table[JOURNAL_DOCS], k, &v);
    if (rc == 0) {
        memcpy(seq, k.mv_data, sizeof *seq);
        *frame = (struct slice){v.mv_data, v.mv_size};
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? OK : mdb_err(j->env, rc);
}

void journal_release(struct journal *j)
{
    if (j->reading) mdb_txn_reset(j->read);
    j->reading = false;
}

struct journal_counts journal_counts(const struct journal *j)
{
    struct journal_counts c = {.accepted = j->durable.next - 1, .in_flight = j->in_flight, .bytes = j->durable.bytes, .watermark = j->watermark};
    memcpy(c.outcome, j->durable.outcome, sizeof c.outcome);
    return c;
}
