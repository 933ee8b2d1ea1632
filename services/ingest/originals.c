/* originals.c - the archive in LMDB: written by ingest. */
#include "originals_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

#include "../../libcommon/mdb.h"
#include "../../libcommon/mdb_check.h"
#include "../../libcommon/mdb_scrub.h"
#include "../../libcommon/state.h"

enum { LEVEL = 1 }; /* of zlib: news is taken by one thread */

struct originals {
    MDB_env *env;
    MDB_dbi dbi[ORIGINALS_TABLES];
    MDB_txn *txn; /* the batch, or NULL */
    int folder;   /* open and locked */
    struct buf packed;
};

const char *const originals_tables[ORIGINALS_TABLES] = {"meta", "keys", "contents", "uses", "ages"};

static MDB_val val(struct slice s)
{
    return (MDB_val){s.len, (void *)(uintptr_t)s.ptr};
}

/* --- opening --- */

static int check_format(struct originals *o)
{
    MDB_val k = val(SLICE("format")), v;
    int rc = mdb_get(o->txn, o->dbi[ORIGINALS_META], &k, &v);
    if (rc == 0) return slice_eq((struct slice){v.mv_data, v.mv_size}, SLICE(ORIGINALS_FORMAT)) ? 0 : MDB_VERSION_MISMATCH;
    v = val(SLICE(ORIGINALS_FORMAT));
    return rc == MDB_NOTFOUND ? mdb_put(o->txn, o->dbi[ORIGINALS_META], &k, &v, 0) : rc;
}

static int open_env(struct originals *o, const char *dir, uint64_t most)
{
    int rc = mdb_store_open(dir, most, MDB_NOTLS | MDB_NORDAHEAD, &o->env);
    if (rc == 0) rc = mdb_txn_begin(o->env, NULL, 0, &o->txn);
    for (int t = 0; t < ORIGINALS_TABLES && rc == 0; t++) rc = mdb_dbi_open(o->txn, originals_tables[t], MDB_CREATE, &o->dbi[t]);
    if (rc == 0) rc = check_format(o);
    if (rc != 0) return rc;
    rc = mdb_txn_commit(o->txn);
    o->txn = NULL;
    return rc;
}

struct originals *originals_open(const char *dir, uint64_t most, struct trouble *t)
{
    struct originals *o = calloc(1, sizeof *o);
    char why[500];
    trouble_say(t, 75, "out of memory");
    if (o == NULL) return NULL;
    *o = (struct originals){.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .packed = buf_make(compressBound(ORIGINALS_MOST) + ORIGINALS_HEAD)};
    int rc = o->folder < 0 ? errno : 0;
    if (rc != 0) trouble_say(t, state_status(rc), "--archive %s: %s", dir, strerror(rc));
    else if (flock(o->folder, LOCK_EX | LOCK_NB) != 0) trouble_say(t, 75, "--archive %s: another ingest keeps its originals there: each needs a folder of its own", dir);
    else if (!mdb_check(dir, why, sizeof why)) trouble_say(t, 64, "%s; nothing was changed: move the archive away", why);
    else if ((rc = open_env(o, dir, most)) == 0) return o;
    else if (rc == MDB_VERSION_MISMATCH || rc == MDB_INVALID) trouble_say(t, 64, "--archive %s: no archive that this release can read: name another folder", dir);
    else trouble_say(t, rc > 0 ? state_status(rc) : 75, "--archive %s: %s", dir, mdb_strerror(rc));
    originals_close(&o);
    return NULL;
}

void originals_close(struct originals **o)
{
    if (*o == NULL) return;
    if ((*o)->txn != NULL) mdb_txn_abort((*o)->txn);
    if ((*o)->env != NULL) mdb_env_close((*o)->env);
    if ((*o)->folder >= 0) close((*o)->folder);
    buf_free(&(*o)->packed);
    free(*o);
    *o = NULL;
}

/* --- the batch --- */

static int begin(struct originals *o)
{
    return o->txn != NULL ? 0 : mdb_txn_begin(o->env, NULL, 0, &o->txn);
}

/* How many documents have that content. */
static int uses(struct originals *o, MDB_val hash, uint64_t *n)
{
    MDB_val v;
    *n = 0;
    int rc = mdb_get(o->txn, o->dbi[ORIGINALS_USES], &hash, &v);
    if (rc == 0 && v.mv_size == sizeof *n) memcpy(n, v.mv_data, sizeof *n);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int put_content(struct originals *o, MDB_val hash, struct slice raw)
{
    struct originals_head head = {.size = raw.len};
    buf_clear(&o->packed);
    uLongf n = compressBound(raw.len);
    char *to = buf_room(&o->packed, sizeof head + n);
    if (to == NULL || compress2((Bytef *)to + sizeof head, &n, (const Bytef *)raw.ptr, raw.len, LEVEL) != Z_OK) return ENOMEM;
    memcpy(to, &head, sizeof head);
    MDB_val v = {sizeof head + n, to};
    return mdb_put(o->txn, o->dbi[ORIGINALS_CONTENTS], &hash, &v, 0);
}

static struct slice age_key(uint64_t accepted, struct slice key, char out[ORIGINALS_AGE_KEY])
{
    size_t n = key.len < ORIGINALS_AGE_KEY - 8 ? key.len : ORIGINALS_AGE_KEY - 8;
    for (int i = 0; i < 8; i++) out[i] = (char)(accepted >> (56 - 8 * i));
    memcpy(out + 8, key.ptr, n);
    return (struct slice){out, n + 8};
}

static int add(struct originals *o, const struct original *d)
{
    struct originals_entry entry = {.accepted = d->accepted};
    char age[ORIGINALS_AGE_KEY];
    uint64_t n = 0;
    if (!hex_decode(d->hash, entry.hash, ORIGINALS_HASH)) return EINVAL;
    MDB_val key = val(d->key), hash = {ORIGINALS_HASH, entry.hash}, v = {sizeof entry, &entry}, a = val(age_key(d->accepted, d->key, age)), none = {0, ""};
    int rc = begin(o);
    if (rc == 0) rc = mdb_put(o->txn, o->dbi[ORIGINALS_KEYS], &key, &v, MDB_NOOVERWRITE);
    if (rc != 0) return rc == MDB_KEYEXIST ? 0 : rc;
    rc = uses(o, hash, &n);
    if (rc == 0 && n == 0) rc = put_content(o, hash, d->raw);
    n++;
    MDB_val u = {sizeof n, &n};
    if (rc == 0) rc = mdb_put(o->txn, o->dbi[ORIGINALS_USES], &hash, &u, 0);
    return rc == 0 ? mdb_put(o->txn, o->dbi[ORIGINALS_AGES], &a, &none, 0) : rc;
}

enum err originals_add(struct originals *o, const struct original *d)
{
    return mdb_err(o->env, add(o, d));
}

enum err originals_commit(struct originals *o)
{
    if (o->txn == NULL) return OK;
    MDB_txn *txn = o->txn;
    o->txn = NULL; /* a commit that fails has ended it all the same */
    return mdb_err(o->env, mdb_txn_commit(txn));
}

void originals_abort(struct originals *o)
{
    if (o->txn != NULL) mdb_txn_abort(o->txn);
    o->txn = NULL;
}

/* --- what goes --- */

/* One document fewer has that content. */
static int release(struct originals *o, MDB_val hash)
{
    uint64_t n;
    int rc = uses(o, hash, &n);
    if (rc != 0 || n == 0) return rc;
    n--;
    MDB_val u = {sizeof n, &n};
    if (n > 0) return mdb_put(o->txn, o->dbi[ORIGINALS_USES], &hash, &u, 0);
    rc = mdb_del(o->txn, o->dbi[ORIGINALS_USES], &hash, NULL);
    if (rc == 0) rc = mdb_del(o->txn, o->dbi[ORIGINALS_CONTENTS], &hash, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Takes the document's original out; the key stays as one that is not taken again when it is to be `barred`. */
static int drop(struct originals *o, struct slice document, bool barred)
{
    struct originals_entry entry;
    char age[ORIGINALS_AGE_KEY];
    MDB_val key = val(document), v, none = {0, ""};
    int rc = mdb_get(o->txn, o->dbi[ORIGINALS_KEYS], &key, &v);
    bool there = rc == 0 && v.mv_size == sizeof entry;
    if (there) memcpy(&entry, v.mv_data, sizeof entry);
    if (rc == 0 || rc == MDB_NOTFOUND) rc = barred ? mdb_put(o->txn, o->dbi[ORIGINALS_KEYS], &key, &none, 0) : rc == 0 ? mdb_del(o->txn, o->dbi[ORIGINALS_KEYS], &key, NULL) : 0;
    if (rc != 0 || !there) return rc;
    MDB_val a = val(age_key(entry.accepted, document, age));
    rc = mdb_del(o->txn, o->dbi[ORIGINALS_AGES], &a, NULL);
    if (rc != 0 && rc != MDB_NOTFOUND) return rc;
    return release(o, (MDB_val){ORIGINALS_HASH, entry.hash});
}

/* The oldest document, its key copied; MDB_NOTFOUND when there is none. */
static int oldest(struct originals *o, MDB_txn *txn, char key[ORIGINALS_AGE_KEY], size_t *len, uint64_t *accepted)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_cursor_open(txn, o->dbi[ORIGINALS_AGES], &cursor);
    if (rc != 0) return rc;
    rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST);
    mdb_cursor_close(cursor);
    if (rc != 0) return rc;
    if (k.mv_size <= 8 || k.mv_size > ORIGINALS_AGE_KEY) return MDB_CORRUPTED;
    *accepted = 0;
    for (int i = 0; i < 8; i++) *accepted = *accepted << 8 | ((unsigned char *)k.mv_data)[i];
    *len = k.mv_size - 8;
    memcpy(key, (char *)k.mv_data + 8, *len);
    return 0;
}

enum err originals_age(struct originals *o, uint64_t before, unsigned most, uint64_t *n)
{
    char key[ORIGINALS_AGE_KEY];
    size_t len;
    uint64_t accepted;
    *n = 0;
    int rc = begin(o);
    while (rc == 0 && *n < most) {
        rc = oldest(o, o->txn, key, &len, &accepted);
        if (rc != 0 || accepted >= before) break;
        rc = drop(o, (struct slice){key, len}, false);
        (*n)++;
    }
    enum err e = rc == MDB_NOTFOUND ? OK : mdb_err(o->env, rc);
    if (e == OK && *n > 0) e = originals_commit(o);
    else originals_abort(o);
    if (e != OK) *n = 0;
    return e;
}

enum err originals_forget(struct originals *o, struct slice key)
{
    enum err e = originals_commit(o);
    /* A page is no longer needed, not even after a crash, two commits after it was freed. */
    for (int i = 0; i < 3 && e == OK; i++) {
        MDB_val k = val(SLICE("scrub")), v = {sizeof i, &i};
        int rc = begin(o);
        if (rc == 0 && i == 0) rc = drop(o, key, true);
        if (rc == 0) rc = mdb_put(o->txn, o->dbi[ORIGINALS_META], &k, &v, 0);
        e = mdb_err(o->env, rc);
        if (e == OK) e = originals_commit(o);
    }
    if (e != OK) {
        originals_abort(o);
        return e;
    }
    int rc = mdb_scrub(o->env);
    return rc == MDB_READERS_FULL ? ERR_NOMEM : mdb_err(o->env, rc);
}

/* --- counting --- */

struct originals_counts originals_counts(struct originals *o)
{
    struct originals_counts c = {0};
    char key[ORIGINALS_AGE_KEY];
    size_t len;
    MDB_txn *txn;
    MDB_stat ages, contents;
    if (mdb_txn_begin(o->env, NULL, MDB_RDONLY, &txn) != 0) return c;
    if (mdb_stat(txn, o->dbi[ORIGINALS_AGES], &ages) == 0) c.documents = ages.ms_entries;
    if (mdb_stat(txn, o->dbi[ORIGINALS_CONTENTS], &contents) == 0) {
        c.contents = contents.ms_entries;
        c.bytes = (uint64_t)(contents.ms_branch_pages + contents.ms_leaf_pages + contents.ms_overflow_pages) * contents.ms_psize;
    }
    if (oldest(o, txn, key, &len, &c.oldest) != 0) c.oldest = 0;
    mdb_txn_abort(txn);
    return c;
}
