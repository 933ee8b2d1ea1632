/* mdb_check.c - a walk over LMDB 0.9's pages with pread(), every number held against its bounds. */
#include "mdb_check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mdb_pages.h"

#define ALL_MAX ((int64_t)256 << 20) /* bytes of a file whose records are walked, too: half a second a GB, and a large index must be back in two */

struct walk {
    int fd;
    int64_t bytes;
    size_t page_size;
    uint64_t pages;
    unsigned char *seen; /* a bit a page */
    bool shallow;        /* leaves of tables are not read */
    const char *path;
    char *why;
    size_t why_size;
};

/* Of one table, while it is walked. */
struct count { uint64_t branches, leaves, overflows, entries; };

static bool wrong(const struct walk *w, uint64_t page, const char *what)
{
    snprintf(w->why, w->why_size, "%s is damaged: page %ju (byte %ju): %s", w->path, (uintmax_t)page, (uintmax_t)(page * w->page_size), what);
    return false;
}

/* Marks pages as in use: each once. */
static bool take(struct walk *w, uint64_t page, uint64_t n)
{
    if (page < METAS || page >= w->pages || n > w->pages - page) return wrong(w, page, "a page that the file does not have is pointed to");
    for (uint64_t i = page; i < page + n; i++) {
        if (w->seen[i / 8] & 1u << i % 8) return wrong(w, i, "it is in use twice");
        w->seen[i / 8] |= (unsigned char)(1u << i % 8);
    }
    return true;
}

static bool read_page(const struct walk *w, uint64_t page, char *to)
{
    if (pread(w->fd, to, w->page_size, (off_t)(page * w->page_size)) != (ssize_t)w->page_size) return wrong(w, page, "it cannot be read");
    return get64(to) == page || wrong(w, page, "it does not bear its number");
}

static bool walk_table(struct walk *w, const struct table *t, bool free_list, bool main_table);

/* --- values --- */

static bool walk_overflow(struct walk *w, uint64_t page, uint32_t size, struct count *c)
{
    char head[HEAD];
    uint64_t n = overflow_pages(size, w->page_size);
    if (!take(w, page, n)) return false;
    if (pread(w->fd, head, HEAD, (off_t)(page * w->page_size)) != HEAD) return wrong(w, page, "it cannot be read");
    uint32_t has;
    memcpy(&has, head + 12, sizeof has);
    if (get64(head) != page || !(get16(head + 10) & OVERFLOW) || has != n) return wrong(w, page, "its head is none of a long record");
    if ((int64_t)((page + n - 1) * w->page_size) + 1 > w->bytes) return wrong(w, page, "a long record ends behind the file");
    c->overflows += n;
    return true;
}

/* The free list's values are lists of pages: number, then the pages from the highest down; none of them is in use. */
static bool walk_free(struct walk *w, uint64_t page, const char *v, uint32_t size)
{
    uint64_t n = size >= 8 ? get64(v) : UINT64_MAX;
    if (size % 8 != 0 || n != size / 8 - 1) return wrong(w, page, "a list of free pages has another length than it says");
    for (uint64_t i = 1; i <= n; i++) {
        if (!take(w, get64(v + 8 * i), 1)) return false;
    }
    return true;
}

static bool walk_free_far(struct walk *w, uint64_t page, uint32_t size)
{
    char *v = malloc(size);
    if (v == NULL) return wrong(w, page, "out of memory");
    bool good = pread(w->fd, v, size, (off_t)(page * w->page_size + HEAD)) == (ssize_t)size ? walk_free(w, page, v, size) : wrong(w, page, "it cannot be read");
    free(v);
    return good;
}

struct kind { bool free_list, main_table; uint16_t flags; };

static bool walk_value(struct walk *w, uint64_t page, const char *node, const char *value, struct kind k, struct count *c)
{
    uint32_t size = node_size(node);
    uint16_t flags = get16(node + 4);
    struct table t;
    if (flags & ~(BIG | TABLE) || (flags & TABLE && (flags & BIG || !k.main_table || size != sizeof t))) return wrong(w, page, "a record is of a kind that we have not");
    if (flags & TABLE) {
        memcpy(&t, value, sizeof t);
        return walk_table(w, &t, false, false);
    }
    if (k.main_table) return wrong(w, page, "the list of tables has something else in it");
    if (!(flags & BIG)) return !k.free_list || walk_free(w, page, value, size);
    return walk_overflow(w, get64(value), size, c) && (!k.free_list || walk_free_far(w, get64(value), size));
}

/* --- pages --- */

static int order(const char *a, size_t na, const char *b, size_t nb, uint16_t flags)
{
    if (flags & INTEGER_KEYS && na == 8 && nb == 8) return get64(a) < get64(b) ? -1 : get64(a) > get64(b);
    int c = memcmp(a, b, na < nb ? na : nb);
    return c != 0 ? c : na < nb ? -1 : na > nb;
}

static bool walk_page(struct walk *w, uint64_t page, unsigned depth, struct kind k, struct count *c);

/* Node i of a page whose head is good: in its bounds, behind the key before it. */
static bool check_node(const struct walk *w, uint64_t page, const char *p, size_t i, struct kind k)
{
    bool leaf = get16(p + 10) & LEAF;
    size_t at = get16(p + HEAD + 2 * i), upper = get16(p + 14);
    if (at < upper || at + NODE > w->page_size || at % 2 != 0) return wrong(w, page, "a record lies outside");
    const char *node = p + at;
    size_t key = get16(node + 6), size = node_size(node);
    size_t inside = !leaf ? 0 : get16(node + 4) & BIG ? 8 : size;
    if (key > KEY_MAX || (key == 0 && (leaf || i > 0)) || at + NODE + key + inside > w->page_size) return wrong(w, page, "a record is longer than its page");
    if (k.flags & INTEGER_KEYS && key != 8 && (leaf || i > 0)) return wrong(w, page, "a number is no number");
    if (i <= (leaf ? 0u : 1u)) return true;
    const char *before = p + get16(p + HEAD + 2 * (i - 1));
    return order(before + NODE, get16(before + 6), node + NODE, key, k.flags) < 0 || wrong(w, page, "keys are out of order");
}

static bool walk_nodes(struct walk *w, uint64_t page, const char *p, unsigned depth, struct kind k, struct count *c)
{
    bool leaf = get16(p + 10) & LEAF;
    size_t n = (size_t)(get16(p + 12) - HEAD) / 2;
    for (size_t i = 0; i < n; i++) {
        if (!check_node(w, page, p, i, k)) return false;
        const char *node = p + get16(p + HEAD + 2 * i);
        if (leaf ? !walk_value(w, page, node, node + NODE + get16(node + 6), k, c) : !walk_page(w, node_child(node), depth - 1, k, c)) return false;
    }
    c->entries += leaf ? n : 0;
    return true;
}

static bool walk_page(struct walk *w, uint64_t page, unsigned depth, struct kind k, struct count *c)
{
    if (!take(w, page, 1)) return false;
    if (depth == 1) c->leaves++;
    else c->branches++;
    if (depth == 1 && w->shallow && !k.free_list && !k.main_table) return true;
    char *p = malloc(w->page_size);
    if (p == NULL) return wrong(w, page, "out of memory");
    bool good = read_page(w, page, p);
    uint16_t lower = get16(p + 12), upper = get16(p + 14);
    if (good && (get16(p + 10) & ~DIRTY) != (depth == 1 ? LEAF : BRANCH)) good = wrong(w, page, "it is of another kind than the tree says");
    if (good && (lower < HEAD + 2 || lower % 2 != 0 || upper < lower || upper > w->page_size)) good = wrong(w, page, "its head does not fit it");
    if (good) good = walk_nodes(w, page, p, depth, k, c);
    free(p);
    return good;
}

static bool walk_table(struct walk *w, const struct table *t, bool free_list, bool main_table)
{
    struct count c = {0};
    struct kind k = {free_list, main_table, free_list ? INTEGER_KEYS : main_table ? 0 : t->flags};
    if (t->root == NO_PAGE) return (t->depth == 0 && t->entries == 0) || wrong(w, 0, "a table without pages has records");
    if (t->depth == 0 || t->depth > DEPTH_MAX) return wrong(w, t->root, "a table's depth is out of bounds");
    if (!walk_page(w, t->root, t->depth, k, &c)) return false;
    bool same = c.branches == t->branches && c.leaves == t->leaves && (w->shallow || (c.overflows == t->overflows && c.entries == t->entries));
    return same || wrong(w, t->root, "a table has not as many pages or records as it says");
}

/* --- the file --- */

static bool meta_good(const struct walk *w, uint64_t page, const char *p, const struct meta *m)
{
    if (get64(p) != page || get16(p + 10) != META || m->magic != MAGIC || m->version != VERSION) return wrong(w, page, "it is no head of an LMDB file");
    return (m->free.pad == w->page_size && m->last_page >= METAS - 1 && m->map_size / w->page_size > m->last_page) || wrong(w, page, "the file's head does not fit it");
}

static bool read_metas(struct walk *w, struct meta *newest)
{
    struct meta m[METAS];
    char p[HEAD + sizeof *m];
    w->page_size = (size_t)sysconf(_SC_PAGESIZE);
    for (uint64_t i = 0; i < METAS; i++) {
        if (pread(w->fd, p, sizeof p, (off_t)(i * w->page_size)) != (ssize_t)sizeof p) return wrong(w, i, "it cannot be read");
        memcpy(&m[i], p + HEAD, sizeof m[i]);
        if (!meta_good(w, i, p, &m[i])) return false;
    }
    *newest = m[m[1].txn > m[0].txn];
    if (m[0].txn == 0 && m[1].txn == 0) return true;
    return (m[0].txn % 2 == 0 && m[1].txn % 2 == 1 && m[0].txn + m[1].txn == 2 * newest->txn - 1) || wrong(w, 0, "the file's two heads do not follow each other");
}

static bool walk_all(struct walk *w)
{
    struct meta m;
    if (!read_metas(w, &m)) return false;
    w->pages = m.last_page + 1;
    if (w->pages / 8 > (uint64_t)w->bytes) return wrong(w, 0, "the file is cut short");
    w->seen = calloc(1, (size_t)(w->pages / 8 + 1));
    if (w->seen == NULL) return wrong(w, 0, "out of memory");
    return walk_table(w, &m.tables, false, true) && walk_table(w, &m.free, true, false);
}

static bool check(const char *dir, int64_t all_max, char *why, size_t size)
{
    char path[4200];
    struct stat st;
    struct walk w = {.path = path, .why = why, .why_size = size};
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    w.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (w.fd < 0) return true; /* LMDB says why it cannot be opened */
    bool good = fstat(w.fd, &st) != 0 || st.st_size == 0;
    w.bytes = st.st_size;
    w.shallow = w.bytes > all_max;
    if (!good) good = walk_all(&w);
    free(w.seen);
    close(w.fd);
    return good;
}

bool mdb_check(const char *dir, char *why, size_t size)
{
    return check(dir, ALL_MAX, why, size);
}

bool mdb_check_all(const char *dir, char *why, size_t size)
{
    return check(dir, INT64_MAX, why, size);
}

bool mdb_small(const char *dir)
{
    char path[4200];
    struct stat st;
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    return stat(path, &st) != 0 || st.st_size <= ALL_MAX;
}
