/* mdb_repair.c - looks a store over, begins a new one beside it, and puts it in its place. */
#include "mdb_repair.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mdb_check.h"
#include "state.h"

enum { KEPT_MOST = 1000, GROUP = 4096, SLACK = 256 << 20 };

/* --- looking --- */

/* Whether its records have sums: it says so, or what it says is damaged, which only a sum tells. */
static bool summed(MDB_txn *txn, const struct mdb_layout *l, const struct mdb_table *meta)
{
    int rc = mdb_format(txn, meta, l->formats);
    return rc == 0 || rc == MDB_CORRUPTED;
}

static bool look(MDB_env *env, const char *dir, const struct mdb_layout *l, char *why, size_t size)
{
    MDB_txn *txn = NULL;
    struct mdb_table t[MDB_SALVAGE_TABLES];
    int rc = mdb_env_set_maxdbs(env, MDB_SALVAGE_TABLES);
    if (rc == 0) rc = mdb_env_open(env, dir, MDB_RDONLY | MDB_NOLOCK, 0600);
    if (rc == 0) rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    for (size_t i = 0; i < l->n && rc == 0; i++) rc = mdb_table_open(txn, l->tables[i], l->flags ? l->flags[i] : 0, &t[i]);
    bool good = rc == 0 ? !summed(txn, l, t) || mdb_sums_check(txn, t, l->n, dir, why, size) : rc == MDB_NOTFOUND; /* a store that was just made */
    if (rc != 0 && !good) snprintf(why, size, "%s/data.mdb is damaged: %s", dir, mdb_strerror(rc));
    if (txn != NULL) mdb_txn_abort(txn);
    return good;
}

bool mdb_whole(const char *dir, const struct mdb_layout *l, char *why, size_t size)
{
    MDB_env *env = NULL;
    if (!mdb_check_all(dir, why, size)) return false;
    bool good = mdb_env_create(&env) == 0 && look(env, dir, l, why, size);
    if (env != NULL) mdb_env_close(env);
    return good;
}

/* --- a new store --- */

int mdb_fresh_open(const char *dir, const struct mdb_layout *l, struct mdb_fresh *f)
{
    struct stat st;
    char old[4200];
    *f = (struct mdb_fresh){.env = NULL};
    if (state_path(old, sizeof old, dir, "data.mdb") != OK || state_path(f->path, sizeof f->path, dir, "repaired.mdb") != OK) return ENAMETOOLONG;
    if (stat(old, &st) != 0 || (unlink(f->path) != 0 && errno != ENOENT)) return errno;
    int rc = mdb_env_create(&f->env);
    if (rc == 0) rc = mdb_env_set_maxdbs(f->env, MDB_SALVAGE_TABLES);
    if (rc == 0) rc = mdb_env_set_mapsize(f->env, (size_t)st.st_size * 3 + SLACK);
    if (rc == 0) rc = mdb_env_open(f->env, f->path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600);
    if (rc == 0) rc = mdb_txn_begin(f->env, NULL, 0, &f->txn);
    for (size_t i = 0; i < l->n && rc == 0; i++) rc = mdb_table_open(f->txn, l->tables[i], MDB_CREATE | (l->flags ? l->flags[i] : 0), &f->table[i]);
    return rc ? rc : mdb_fresh_put(f, 0, (MDB_val){6, "format"}, (MDB_val){strlen(l->formats->now), (void *)(uintptr_t)l->formats->now}, false);
}

static int now_and_then(struct mdb_fresh *f)
{
    if (++f->puts % GROUP != 0) return 0;
    int rc = mdb_txn_commit(f->txn);
    f->txn = NULL;
    return rc ? rc : mdb_txn_begin(f->env, NULL, 0, &f->txn);
}

int mdb_fresh_put(struct mdb_fresh *f, size_t table, MDB_val key, MDB_val value, bool keep)
{
    int rc = now_and_then(f);
    if (rc == 0) rc = mdb_sum_put(f->txn, &f->table[table], key, value, keep ? MDB_NOOVERWRITE : 0);
    return rc == MDB_KEYEXIST ? 0 : rc;
}

int mdb_fresh_drop(struct mdb_fresh *f, size_t table, MDB_val key)
{
    int rc = mdb_del(f->txn, f->table[table].dbi, &key, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int mdb_fresh_seek(struct mdb_fresh *f, size_t table, MDB_val from, bool behind, char *key, MDB_val *k, MDB_val *v)
{
    MDB_cursor *cursor;
    *k = from;
    int rc = mdb_cursor_open(f->txn, f->table[table].dbi, &cursor);
    if (rc != 0) return rc;
    rc = mdb_cursor_get(cursor, k, v, from.mv_size > 0 ? MDB_SET_RANGE : MDB_FIRST);
    if (rc == 0 && behind && k->mv_size == from.mv_size && memcmp(k->mv_data, from.mv_data, from.mv_size) == 0) rc = mdb_cursor_get(cursor, k, v, MDB_NEXT);
    mdb_cursor_close(cursor);
    if (rc == 0) rc = mdb_sum_take(&f->table[table], *k, v);
    if (rc != 0) return rc;
    memmove(key, k->mv_data, k->mv_size);
    k->mv_data = key;
    return 0;
}

static int end(struct mdb_fresh *f)
{
    int rc = 0;
    if (f->txn != NULL) rc = mdb_txn_commit(f->txn);
    f->txn = NULL;
    if (rc == 0 && f->env != NULL) rc = mdb_env_sync(f->env, 1);
    if (f->env != NULL) mdb_env_close(f->env);
    f->env = NULL;
    return rc;
}

int mdb_fresh_take(struct mdb_fresh *f, const char *dir, char *kept, size_t size)
{
    char lock[4200];
    char data[4200];
    int rc = end(f);
    if (rc == 0 && state_path(data, sizeof data, dir, "data.mdb") != OK) rc = ENAMETOOLONG;
    if (rc == 0) repair_own(data, f->path);
    if (rc == 0 && (repair_keep(dir, "data.mdb", kept, size) != OK || rename(f->path, data) != 0 || state_keep(dir) != OK)) rc = errno;
    if (rc == 0 && state_path(lock, sizeof lock, dir, "lock.mdb") == OK) (void)unlink(lock); /* of readers of the old file */
    return rc;
}

void mdb_fresh_close(struct mdb_fresh *f)
{
    if (f->txn != NULL) mdb_txn_abort(f->txn);
    f->txn = NULL;
    if (f->env != NULL) mdb_env_close(f->env);
    f->env = NULL;
    if (f->path[0] != '\0') (void)unlink(f->path);
}

/* --- in its place --- */

static enum err kept_name(const char *dir, const char *name, int i, char *kept, size_t size)
{
    char number[16] = "";
    if (i > 1) snprintf(number, sizeof number, ".%d", i);
    return state_path(kept, size, dir, "%s.damaged%s", name, number);
}

enum err repair_keep(const char *dir, const char *name, char *kept, size_t size)
{
    char old[4200];
    if (state_path(old, sizeof old, dir, "%s", name) != OK) return ERR_TOO_BIG;
    for (int i = 1; i < KEPT_MOST; i++) {
        if (kept_name(dir, name, i, kept, size) != OK) return ERR_TOO_BIG;
        if (link(old, kept) == 0) return state_keep(dir);
        if (errno != EEXIST) return ERR_IO;
    }
    return ERR_IO;
}

bool repair_keeps(const char *dir, const char *name, char *kept, size_t size)
{
    char old[4200];
    struct stat own, other;
    if (state_path(old, sizeof old, dir, "%s", name) != OK || stat(old, &own) != 0 || own.st_nlink < 2) return false;
    for (int i = 1; i < KEPT_MOST && kept_name(dir, name, i, kept, size) == OK; i++)
        if (stat(kept, &other) == 0 && other.st_dev == own.st_dev && other.st_ino == own.st_ino) return true;
    return false;
}

void repair_own(const char *old, const char *fresh)
{
    struct stat st;
    if (stat(old, &st) != 0) return;
    if (chown(fresh, st.st_uid, st.st_gid) != 0 && errno != EPERM) return;
    (void)chmod(fresh, st.st_mode & 07777);
}
