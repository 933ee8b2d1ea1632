/* mdb.c - makes an LMDB environment beside its place, moves it there and opens it; what its errors are to us. */
#include "mdb.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"

static int make_at(const char *path)
{
    MDB_env *env = NULL;
    int rc = unlink(path) == 0 || errno == ENOENT ? mdb_env_create(&env) : errno; /* of a start that was cut short */
    if (rc == 0) rc = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600);
    if (rc == 0) rc = mdb_env_sync(env, 1);
    if (env != NULL) mdb_env_close(env);
    return rc;
}

static int make(const char *dir)
{
    char path[4200], beside[4200];
    struct stat st;
    if (state_path(path, sizeof path, dir, "data.mdb") != OK || state_path(beside, sizeof beside, dir, "new.mdb") != OK) return ENAMETOOLONG;
    if (stat(path, &st) == 0 && st.st_size > 0) return 0;
    int rc = make_at(beside);
    if (rc == 0 && rename(beside, path) != 0) rc = errno;
    return rc == 0 && state_keep(dir) != OK ? errno : rc;
}

int mdb_store_open(const char *dir, uint64_t most, unsigned flags, MDB_env **env)
{
    *env = NULL;
    int rc = make(dir);
    if (rc == 0) rc = mdb_env_create(env);
    if (rc == 0) rc = mdb_env_set_maxdbs(*env, MDB_TABLES);
    if (rc == 0) rc = mdb_env_set_mapsize(*env, most);
    return rc ? rc : mdb_env_open(*env, dir, flags, 0600);
}

enum err mdb_err(MDB_env *env, int rc)
{
    mdb_filehandle_t fd;
    if (rc == EIO && mdb_env_get_fd(env, &fd) == 0 && state_disk_full(fd)) rc = ENOSPC;
    switch (rc) {
    case 0: return OK;
    case MDB_NOTFOUND: return ERR_MISSING;
    case MDB_MAP_FULL: case MDB_TXN_FULL: case ENOSPC: case EDQUOT: case EFBIG: return ERR_FULL;
    case ENOMEM: return ERR_NOMEM;
    default: errno = rc > 0 ? rc : rc == MDB_CORRUPTED ? EBADMSG : EIO; return ERR_IO;
    }
}
