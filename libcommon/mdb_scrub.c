/* mdb_scrub.c - free pages by LMDB's own list of them, the middle of live pages by their heads. */
#include "mdb_scrub.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mdb_pages.h"

/* The head of a page. */
struct page_head {
    uint64_t number;
    uint16_t pad, flags;
    uint16_t lower, upper; /* of a branch or leaf; of an overflow page together: how many pages it has */
};
enum { FREE_LIST = 0 };

struct scrub {
    int fd;
    size_t page_size;
    uint64_t pages;
    unsigned char *is_free; /* a bit a page */
    char *page, *zeros;
};

/* The oldest transaction that somebody reads, from LMDB's own table of readers: "pid thread txnid" a line. */
static int note_reader(const char *line, void *self)
{
    size_t *oldest = self, txn;
    if (sscanf(line, " %*d %*x %zu", &txn) == 1 && txn < *oldest) *oldest = txn;
    return 0;
}

/* A record of the free list is the number of pages and their numbers. */
static int mark(struct scrub *s, MDB_val v)
{
    uint64_t n, page;
    const char *at = v.mv_data;
    if (v.mv_size < sizeof n) return MDB_CORRUPTED;
    memcpy(&n, at, sizeof n);
    if (n > v.mv_size / sizeof n - 1) return MDB_CORRUPTED;
    for (uint64_t i = 1; i <= n; i++) {
        memcpy(&page, at + i * sizeof page, sizeof page);
        if (page < METAS || page >= s->pages) return MDB_CORRUPTED;
        s->is_free[page / 8] |= (unsigned char)(1u << page % 8);
    }
    return 0;
}

/* Pages that a transaction before `oldest` freed: LMDB itself would use them again. It shows its list to those who only read. */
static int mark_all(struct scrub *s, MDB_env *env, size_t oldest)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (rc == 0) rc = mdb_cursor_open(txn, FREE_LIST, &cursor);
    if (rc != 0) {
        if (txn != NULL) mdb_txn_abort(txn);
        return rc;
    }
    for (rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST); rc == 0; rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
        size_t freed;
        if (k.mv_size != sizeof freed) {
            rc = MDB_CORRUPTED;
            break;
        }
        memcpy(&freed, k.mv_data, sizeof freed);
        if (freed >= oldest) break;
        rc = mark(s, v);
        if (rc != 0) break;
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int put_zeros(struct scrub *s, uint64_t at, size_t n)
{
    errno = EIO;
    return n == 0 || pwrite(s->fd, s->zeros, n, (off_t)at) == (ssize_t)n ? 0 : errno;
}

static bool clean(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

/* A live page; *n: how many pages it is. What does not look like one is left alone. */
static int scrub_live(struct scrub *s, uint64_t page, uint64_t *n)
{
    struct page_head h;
    memcpy(&h, s->page, sizeof h);
    *n = 1;
    if (h.number != page) return 0;
    if (h.flags & OVERFLOW) {
        uint64_t many = h.lower | (uint64_t)h.upper << 16;
        if (many > 1 && many <= s->pages - page) *n = many;
        return 0;
    }
    if (!(h.flags & (BRANCH | LEAF)) || (h.flags & LEAF_FIXED) || h.lower < HEAD || h.upper < h.lower || h.upper > s->page_size) return 0;
    if (clean(s->page + h.lower, h.upper - h.lower)) return 0;
    return put_zeros(s, page * s->page_size + h.lower, h.upper - h.lower);
}

static int scrub_all(struct scrub *s)
{
    int rc = 0;
    for (uint64_t page = METAS, n = 1; page < s->pages && rc == 0; page += n) {
        n = 1;
        ssize_t got = pread(s->fd, s->page, s->page_size, (off_t)(page * s->page_size));
        if (got >= 0 && got < (ssize_t)s->page_size) break; /* the file ends where its last pages were never written */
        if (got < 0) return errno;
        if (!(s->is_free[page / 8] & 1u << page % 8)) rc = scrub_live(s, page, &n);
        else if (!clean(s->page, s->page_size)) rc = put_zeros(s, page * s->page_size, s->page_size);
    }
    return rc == 0 && fdatasync(s->fd) != 0 ? errno : rc;
}

int mdb_scrub(MDB_env *env)
{
    struct scrub s = {.fd = -1};
    MDB_txn *txn = NULL;
    MDB_envinfo info;
    MDB_stat stat;
    size_t oldest = SIZE_MAX;
    int rc = mdb_env_get_fd(env, &s.fd);
    if (rc == 0) rc = mdb_txn_begin(env, NULL, 0, &txn); /* nobody writes until it ends */
    if (rc != 0) return rc;
    rc = mdb_env_info(env, &info);
    if (rc == 0) rc = mdb_env_stat(env, &stat);
    if (rc == 0 && mdb_reader_list(env, note_reader, &oldest) < 0) rc = EIO;
    if (rc == 0 && oldest < info.me_last_txnid) rc = MDB_READERS_FULL;
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    s.page_size = stat.ms_psize;
    s.pages = info.me_last_pgno + 1;
    s.is_free = calloc(1, (size_t)(s.pages / 8 + 1));
    s.page = malloc(s.page_size);
    s.zeros = calloc(1, s.page_size);
    if (s.is_free == NULL || s.page == NULL || s.zeros == NULL) rc = ENOMEM;
    if (rc == 0) rc = mark_all(&s, env, info.me_last_txnid);
    if (rc == 0) rc = scrub_all(&s);
    mdb_txn_abort(txn);
    free(s.is_free);
    free(s.page);
    free(s.zeros);
    return rc;
}
