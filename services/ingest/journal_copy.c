/* journal_copy.c - a copy of the journal as of one moment, taken beside whoever has it open. */
#include <errno.h>
#include <lmdb.h>

#include "../../libcommon/state.h"
#include "journal_parts.h"

/* What a copy holds, read without changing it. */
static int read_copy(MDB_env *env, const char *dir, struct journal_counts *counts)
{
    MDB_txn *txn = NULL;
    struct mdb_table t[JOURNAL_TABLES];
    MDB_stat stat;
    MDB_val k = {5, "state"}, v;
    struct journal_state state;
    int rc = mdb_env_set_maxdbs(env, 8);
    if (rc == 0) rc = mdb_env_open(env, dir, MDB_RDONLY | MDB_NOLOCK, 0600);
    if (rc == 0) rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (rc == 0) rc = journal_open_tables(txn, 0, t);
    if (rc == 0) rc = mdb_stat(txn, t[JOURNAL_DOCS].dbi, &stat);
    if (rc == 0) rc = mdb_get(txn, t[JOURNAL_META].dbi, &k, &v);
    if (rc == 0 && v.mv_size != sizeof state) rc = mdb_sum_take(&t[JOURNAL_META], k, &v); /* of the first format it has no sum */
    if (rc == 0 && v.mv_size != sizeof state) rc = MDB_CORRUPTED;
    if (rc == 0) {
        memcpy(&state, v.mv_data, sizeof state);
        *counts = (struct journal_counts){.accepted = state.next - 1, .in_flight = stat.ms_entries, .bytes = state.bytes};
        memcpy(counts->outcome, state.outcome, sizeof counts->outcome);
    }
    if (txn != NULL) mdb_txn_abort(txn);
    return rc;
}

static int copy(const char *from, const char *to)
{
    MDB_env *env = NULL;
    int rc = mdb_env_create(&env);
    if (rc == 0) rc = mdb_env_open(env, from, MDB_RDONLY | MDB_NOTLS, 0600);
    if (rc == 0) rc = mdb_env_copy2(env, to, MDB_CP_COMPACT);
    if (env != NULL) mdb_env_close(env);
    return rc == 0 && state_sync(to, "data.mdb") != OK ? errno : rc;
}

bool journal_copy(const char *from, const char *to, struct journal_counts *counts, struct trouble *t)
{
    MDB_env *env = NULL;
    int rc = copy(from, to);
    if (rc == 0) rc = mdb_env_create(&env);
    if (rc == 0) rc = read_copy(env, to, counts);
    if (env != NULL) mdb_env_close(env);
    if (rc == 0) return true;
    trouble_say(t, rc == ENOENT || rc == EACCES || rc == EEXIST ? 64 : 75, "cannot copy the journal in '%s' to '%s': %s", from, to, mdb_strerror(rc));
    return false;
}
