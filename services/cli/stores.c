/* stores.c - finding, summing and copying the files of stores. */
#include "stores.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/state.h"

enum { BLOCK = 1 << 20, REPLICAS_MOST = 10000 };

const char *stores_journal_name(unsigned replica, char out[32])
{
    if (replica == 0) snprintf(out, 32, "journal");
    else snprintf(out, 32, "journal.%u", replica);
    return out;
}

bool stores_there(const char *state, const char *name)
{
    char path[4200];
    return state_path(path, sizeof path, state, "%s", name) == OK && access(path, F_OK) == 0;
}

size_t stores_journals(const char *state, unsigned replicas[STORES_JOURNALS])
{
    size_t n = 0;
    char name[32], file[64];
    for (unsigned r = 0; r < REPLICAS_MOST && n < STORES_JOURNALS; r++) {
        snprintf(file, sizeof file, "%s/data.mdb", stores_journal_name(r, name));
        if (stores_there(state, file)) replicas[n++] = r;
    }
    return n;
}

/* Calls `take` with all of a file, block by block. */
static enum err each_block(const char *path, enum err (*take)(void *self, const char *bytes, size_t n), void *self)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *block = malloc(BLOCK);
    enum err e = fd < 0 ? ERR_IO : block == NULL ? ERR_NOMEM : OK;
    while (e == OK) {
        ssize_t n = read(fd, block, BLOCK);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) break;
        e = n < 0 ? ERR_IO : take(self, block, (size_t)n);
    }
    int why = errno;
    free(block);
    if (fd >= 0) close(fd);
    errno = why;
    return e;
}

struct sum {
    crypto_generichash_state state;
    uint64_t size;
};

static enum err add(void *self, const char *bytes, size_t n)
{
    struct sum *s = self;
    s->size += n;
    return crypto_generichash_update(&s->state, (const unsigned char *)bytes, n) == 0 ? OK : ERR_IO;
}

enum err stores_sum(const char *path, char hex[2 * STORES_SUM + 1], uint64_t *size)
{
    struct sum s = {.size = 0};
    unsigned char hash[STORES_SUM];
    if (sodium_init() < 0 || crypto_generichash_init(&s.state, NULL, 0, STORES_SUM) != 0) return ERR_NOMEM;
    enum err e = each_block(path, add, &s);
    if (e != OK) return e;
    crypto_generichash_final(&s.state, hash, STORES_SUM);
    hex_encode(hash, STORES_SUM, hex);
    *size = s.size;
    return OK;
}

static enum err put(void *self, const char *bytes, size_t n)
{
    int fd = *(int *)self;
    while (n > 0) {
        ssize_t w = write(fd, bytes, n);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
        bytes += w;
        n -= (size_t)w;
    }
    return OK;
}

enum err stores_copy(const char *from, const char *to)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return ERR_IO;
    enum err e = each_block(from, put, &fd);
    if (e == OK && fsync(fd) != 0) e = ERR_IO;
    int why = errno;
    close(fd);
    errno = why;
    return e;
}
