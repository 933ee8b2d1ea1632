/* index_copy.c - a copy of the index as of one moment, taken beside whoever has it open. */
#include <errno.h>
#include <lmdb.h>

#include "../../libcommon/state.h"
#include "index.h"

enum err index_copy(const char *from, const char *to)
{
    MDB_env *env = NULL;
    int rc = mdb_env_create(&env);
    if (rc == 0) rc = mdb_env_open(env, from, MDB_RDONLY | MDB_NOTLS, 0600);
    if (rc == 0) rc = mdb_env_copy2(env, to, MDB_CP_COMPACT);
    if (env != NULL) mdb_env_close(env);
    if (rc == 0 && state_sync(to, "data.mdb") != OK) rc = errno;
    if (rc == 0) return OK;
    errno = rc > 0 ? rc : EIO;
    return rc == ENOSPC || rc == EDQUOT ? ERR_FULL : rc == ENOMEM ? ERR_NOMEM : ERR_IO;
}
