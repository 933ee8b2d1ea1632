/* sandbox_paths.c - Landlock: of the file system a daemon keeps what it needs; nothing can be executed. */
#include "sandbox_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights by the version of Landlock that brought them; the distribution's headers may be older than the kernel. */
#define RIGHTS_1 ((UINT64_C(1) << 13) - 1)
#define RIGHT_REFER (UINT64_C(1) << 13)    /* version 2 */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14) /* version 3 */

#define READ ((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
#define NEVER ((uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK))
#define SOCKETS ((uint64_t)(READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE))
#define OF_FILES ((uint64_t)(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE) | RIGHT_TRUNCATE)

enum { PATH_BYTES = 4200 };

struct rules {
    int fd;
    uint64_t handled;
    int error; /* the first */
};

/* Grants `rights` at the open file or folder. */
static void grant_at(struct rules *r, int at, uint64_t rights)
{
    struct stat st;
    if (r->error != 0) return;
    if (fstat(at, &st) != 0) {
        r->error = errno;
        return;
    }
    if (!S_ISDIR(st.st_mode)) rights &= OF_FILES;
    struct landlock_path_beneath_attr attr = {.allowed_access = rights & r->handled, .parent_fd = at};
    if (syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &attr, 0) != 0) r->error = errno;
}

/* Grants `rights` at `path` and below; a path that is not there needs none. */
static void grant(struct rules *r, const char *path, uint64_t rights)
{
    int at = open(path, O_PATH | O_CLOEXEC);
    if (at < 0) return;
    grant_at(r, at, rights);
    close(at);
}

/* The folder of a file, or the folder itself. */
static void grant_folder(struct rules *r, const char *path, uint64_t rights)
{
    char folder[PATH_BYTES];
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return grant(r, path, rights);
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path), slash == NULL ? "." : path);
    grant(r, folder, rights);
}

/* The state directory, and where stores of it lie elsewhere behind a symbolic link. */
static void grant_state(struct rules *r, const char *state)
{
    char path[PATH_BYTES];
    grant(r, state, ~NEVER);
    DIR *dir = opendir(state);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (entry->d_type != DT_LNK) continue;
        snprintf(path, sizeof path, "%s/%s", state, entry->d_name);
        grant(r, path, ~NEVER);
    }
    if (dir != NULL) closedir(dir);
}

/* What glibc reads to look a name up, now and when it has changed; modules of it are loaded when they are first needed. */
static void grant_names(struct rules *r)
{
    static const char *const paths[] = {"/etc", "/run/systemd/resolve", "/run/resolvconf", "/usr/lib", "/lib", "/lib64"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) grant(r, paths[i], READ);
}

static void grant_endpoint(struct rules *r, const char *endpoint)
{
    if (endpoint == NULL) return;
    if (strncmp(endpoint, "ipc://", 6) == 0) return grant_folder(r, endpoint + 6, SOCKETS);
    const char *host = strncmp(endpoint, "tcp://", 6) == 0 ? endpoint + 6 : endpoint;
    if (*host != '[' && host[strspn(host, "0123456789.*")] != ':') grant_names(r); /* no numeric address */
}

/* The process's own figures. The folder stays open: its rule belongs to an inode that the kernel would otherwise make anew. */
static void grant_self(struct rules *r)
{
    int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (self >= 0) grant_at(r, self, READ);
    grant(r, "/dev/null", READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
    grant(r, "/dev/urandom", READ);
    grant(r, "/sys/devices/system/cpu", READ); /* how many there are */
    if (!SANDBOX_SANITIZED) return;
    grant(r, "/proc/self/exe", READ);
    grant(r, "/usr/lib", READ);
}

static void grant_all(struct rules *r, const char *state, const struct sandbox_needs *needs)
{
    grant_self(r);
    grant_state(r, state);
    for (size_t i = 0; i < SANDBOX_READS; i++)
        if (needs->read[i] != NULL) grant_folder(r, needs->read[i], READ);
    if (needs->file != NULL) grant(r, needs->file, READ);
    if (needs->folder != NULL) grant(r, needs->folder, ~NEVER);
    for (size_t i = 0; i < SANDBOX_ENDPOINTS; i++) grant_endpoint(r, needs->endpoint[i]);
    for (size_t i = 0; i < SANDBOX_LISTS; i++)
        for (size_t k = 0; needs->list[i] != NULL && k < needs->list[i]->len; k++) grant_endpoint(r, needs->list[i]->item[k]);
}

int sandbox_paths(const char *state, const struct sandbox_needs *needs)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return errno == EOPNOTSUPP ? ENOSYS : errno;
    struct rules r = {.handled = RIGHTS_1 | (version >= 2 ? RIGHT_REFER : 0) | (version >= 3 ? RIGHT_TRUNCATE : 0)};
    uint64_t handled = r.handled; /* the struct's first member; what it has grown by since is not wanted */
    r.fd = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (r.fd < 0) return errno;
    grant_all(&r, state, needs);
    if (r.error == 0 && syscall(SYS_landlock_restrict_self, r.fd, 0) != 0) r.error = errno;
    close(r.fd);
    return r.error;
}
