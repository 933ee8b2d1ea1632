/* ledger_salvage.c - SQLite's pages and records by their published format: varints, cells, overflow chains. */
#include "ledger_salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcommon/page_sums.h"
#include "ledger_pages_log.h"

enum { TABLE_LEAF = 0x0D, INDEX_LEAF = 0x0A, INDEX_INNER = 0x02, FILE_HEAD = 100, ROWS_MOST = 65536 / 4, RECORD_MOST = 256 << 20 };

struct reading {
    struct pages_log log;
    int fd;
    size_t page_size, usable;
    uint64_t pages;
    bool sums;
    unsigned char *free; /* a bit a page */
    unsigned char *page, *far; /* the one looked at; one of an overflow chain */
    struct salvaged_row *row;
    char **kept; /* payloads of the page's rows that were put together */
    size_t n_kept;
};

static uint64_t get_be(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | p[i];
    return v;
}

/* Its bytes, or 0 when it does not end in n. */
static size_t varint(const unsigned char *p, size_t n, uint64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < n && i < 9; i++) {
        *v = i == 8 ? *v << 8 | p[i] : *v << 7 | (p[i] & 0x7F);
        if (i == 8 || !(p[i] & 0x80)) return i + 1;
    }
    return 0;
}

/* --- pages --- */

/* False when it cannot be read or is not what was written. */
static bool load(const struct reading *r, uint64_t number, unsigned char *to)
{
    if (number == 0 || number > r->pages) return false;
    off_t at = number <= r->log.room ? r->log.at[number - 1] : 0;
    if (at == LOG_DAMAGED) return false;
    if (at != 0) return pread(r->log.fd, to, r->page_size, at) == (ssize_t)r->page_size;
    if (pread(r->fd, to, r->page_size, (off_t)((number - 1) * r->page_size)) != (ssize_t)r->page_size) return false;
    return !r->sums || page_sum_good(to, (int)r->page_size, (int64_t)number);
}

static void mark_free(struct reading *r, uint64_t page)
{
    if (page > 0 && page <= r->pages) r->free[page / 8] |= (unsigned char)(1u << page % 8);
}

static void list_free(struct reading *r)
{
    if (!load(r, 1, r->page)) return;
    uint64_t trunk = get_be(r->page + 32, 4);
    for (uint64_t n = 0; n < r->pages && load(r, trunk, r->page); n++) {
        uint64_t leaves = get_be(r->page + 4, 4);
        mark_free(r, trunk);
        for (uint64_t i = 0; i < leaves && 8 + 4 * i + 4 <= r->usable; i++) mark_free(r, get_be(r->page + 8 + 4 * i, 4));
        trunk = get_be(r->page, 4);
    }
}

/* --- records --- */

/* The payload of a cell, whole: as it lies in the page, or put together from its chain. NULL when a part is damaged. */
static const unsigned char *payload(struct reading *r, const unsigned char *at, const unsigned char *end, uint64_t size, bool table)
{
    uint64_t most = table ? r->usable - 35 : (r->usable - 12) * 64 / 255 - 23, least = (r->usable - 12) * 32 / 255 - 23;
    uint64_t local = size <= most ? size : least + (size - least) % (r->usable - 4);
    if (size > most && local > most) local = least;
    if (size > RECORD_MOST || (uint64_t)(end - at) < local + (local < size ? 4 : 0)) return NULL;
    if (local == size) return at;
    char *all = malloc(size);
    if (all == NULL || r->n_kept == ROWS_MOST) {
        free(all);
        return NULL;
    }
    r->kept[r->n_kept++] = all;
    memcpy(all, at, local);
    uint64_t next = get_be(at + local, 4), done = local;
    while (done < size) {
        if (!load(r, next, r->far)) return NULL;
        uint64_t n = size - done < r->usable - 4 ? size - done : r->usable - 4;
        memcpy(all + done, r->far + 4, n);
        done += n;
        next = get_be(r->far, 4);
    }
    return (const unsigned char *)all;
}

static bool read_value(uint64_t type, const unsigned char *p, size_t left, struct salvaged_value *v, size_t *size)
{
    static const unsigned char widths[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    *v = (struct salvaged_value){.type = 'n'};
    if (type == 10 || type == 11) return false;
    *size = type < 10 ? widths[type] : (size_t)(type - 12) / 2;
    if (*size > left) return false;
    if (type >= 12) {
        v->type = type % 2 ? 't' : 'b';
        v->s = (struct slice){*size > 0 ? (const char *)p : "", *size};
    } else if (type == 7) {
        uint64_t bits = get_be(p, 8);
        v->type = 'r';
        memcpy(&v->r, &bits, sizeof v->r);
    } else if (type != 0) {
        uint64_t n = get_be(p, *size);
        if (*size > 0 && *size < 8 && p[0] & 0x80) n |= UINT64_MAX << 8 * *size;
        v->type = 'i';
        v->i = type >= 8 ? (int64_t)type - 8 : (int64_t)n;
    }
    return true;
}

static bool read_record(const unsigned char *p, uint64_t size, struct salvaged_row *row)
{
    uint64_t head, type;
    size_t at = varint(p, size, &head), width;
    if (at == 0 || head > size) return false;
    for (uint64_t body = head; at < head; body += width) {
        size_t n = varint(p + at, head - at, &type);
        if (n == 0 || row->n == SALVAGED_COLUMNS || !read_value(type, p + body, size - body, &row->v[row->n], &width)) return false;
        row->n++;
        at += n;
    }
    return true;
}

/* One cell; false when it is no cell or a part of it is damaged. */
static bool read_cell(struct reading *r, size_t at, int kind, struct salvaged_row *row)
{
    const unsigned char *p = r->page + at, *end = r->page + r->usable;
    uint64_t size, rowid = 0;
    if (kind == INDEX_INNER) p += 4;
    if (p >= end) return false;
    size_t n = varint(p, (size_t)(end - p), &size);
    p += n;
    if (n == 0 || (kind == TABLE_LEAF && (n = varint(p, (size_t)(end - p), &rowid)) == 0)) return false;
    if (kind == TABLE_LEAF) p += n;
    row->rowid = (int64_t)rowid;
    row->n = 0;
    const unsigned char *body = payload(r, p, end, size, kind == TABLE_LEAF);
    return body != NULL && read_record(body, size, row);
}

static enum err look(struct reading *r, uint64_t number, salvage_fn fn, void *self)
{
    size_t head = number == 1 ? FILE_HEAD : 0;
    int kind = r->page[head];
    size_t cells = get_be(r->page + head + 3, 2), first = head + (kind == INDEX_INNER ? 12 : 8), n = 0;
    if ((kind != TABLE_LEAF && kind != INDEX_LEAF && kind != INDEX_INNER) || first + 2 * cells > r->usable) return OK; /* a page that has no rows */
    for (size_t i = 0; i < cells && n < ROWS_MOST; i++) {
        size_t at = get_be(r->page + first + 2 * i, 2);
        n += at >= first && at < r->usable && read_cell(r, at, kind, &r->row[n]);
    }
    enum err e = n > 0 ? fn(self, r->row, n, kind == TABLE_LEAF) : OK;
    for (size_t i = 0; i < r->n_kept; i++) free(r->kept[i]);
    r->n_kept = 0;
    return e;
}

/* --- the file --- */

/* The head says how large pages are and whether they have sums; where it is damaged, most pages do. */
static void measure(struct reading *r)
{
    unsigned char head[FILE_HEAD];
    uint64_t size = 0, good = 0, seen = 0;
    bool whole = pread(r->fd, head, FILE_HEAD, 0) == FILE_HEAD && memcmp(head, "SQLite format 3", 16) == 0;
    if (whole) size = get_be(head + 16, 2) == 1 ? 65536 : get_be(head + 16, 2);
    if (size < 512 || (size & (size - 1)) != 0) {
        size = 4096;
        whole = false;
    }
    struct stat st;
    r->page_size = size;
    r->pages = fstat(r->fd, &st) == 0 ? (uint64_t)st.st_size / size : 0;
    unsigned char *p = malloc(size);
    for (uint64_t n = 2; p != NULL && n <= r->pages && seen < 64; n += 1 + r->pages / 64) {
        if (pread(r->fd, p, size, (off_t)((n - 1) * size)) != (ssize_t)size) continue;
        seen++;
        good += page_sum_good(p, (int)size, (int64_t)n);
    }
    free(p);
    r->sums = (whole && head[20] == PAGE_SUM) || (seen > 0 && good * 2 > seen);
    r->usable = size - (r->sums ? PAGE_SUM : whole && head[20] < 64 ? head[20] : 0);
}

static enum err look_at_all(struct reading *r, salvage_fn fn, void *self, uint64_t *damaged)
{
    enum err e = OK;
    list_free(r);
    for (uint64_t n = 1; n <= r->pages && e == OK; n++) {
        if (r->free[n / 8] >> n % 8 & 1) continue;
        if (load(r, n, r->page)) e = look(r, n, fn, self);
        else (*damaged)++;
    }
    return e;
}

enum err ledger_salvage(const char *path, salvage_fn fn, void *self, uint64_t *damaged)
{
    char log[4200];
    struct reading r = {.fd = open(path, O_RDONLY | O_CLOEXEC), .log = {.fd = -1}};
    *damaged = 0;
    snprintf(log, sizeof log, "%s-wal", path);
    if (r.fd < 0) return ERR_IO;
    measure(&r);
    enum err e = pages_log_open(log, r.page_size, &r.log);
    if (e == OK && r.log.pages > 0) r.pages = r.log.pages;
    r.free = calloc(1, r.pages / 8 + 1);
    r.page = malloc(r.page_size);
    r.far = malloc(r.page_size);
    r.row = malloc(ROWS_MOST * sizeof *r.row);
    r.kept = malloc(ROWS_MOST * sizeof *r.kept);
    if (r.free == NULL || r.page == NULL || r.far == NULL || r.row == NULL || r.kept == NULL) e = ERR_NOMEM;
    if (e == OK) e = look_at_all(&r, fn, self, damaged);
    pages_log_close(&r.log);
    close(r.fd);
    free(r.free);
    free(r.page);
    free(r.far);
    free(r.row);
    free(r.kept);
    return e;
}
