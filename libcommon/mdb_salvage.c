/* mdb_salvage.c - finds LMDB 0.9's pages in use, and in them every record whose sum is right. */
#include "mdb_salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mdb_pages.h"

enum {
    VALUE_MAX = 1 << 30,
    ROOT_AT = offsetof(struct table, root), FREE_AT = HEAD + offsetof(struct meta, free), MAIN_AT = HEAD + offsetof(struct meta, tables),
    LAST_AT = HEAD + offsetof(struct meta, last_page), TXN_AT = HEAD + offsetof(struct meta, txn),
};

struct run {
    const struct mdb_salvage *how;
    int fd, rc;
    size_t page_size;
    uint64_t pages, seed[MDB_SALVAGE_TABLES];
    unsigned char *used, *free; /* a bit a page: the tree has it; the list of free pages has it */
    bool list_whole;            /* that list could be read */
    size_t likely;              /* the table of the last record */
    uint64_t age;
};

struct node {
    uint16_t flags;
    MDB_val key;
    uint32_t size;     /* of the value */
    const char *value; /* or the number of its page */
    size_t end;        /* of the node in its page */
};

static bool has(const unsigned char *bits, uint64_t page)
{
    return bits[page / 8] >> page % 8 & 1;
}

static void set(unsigned char *bits, uint64_t page)
{
    bits[page / 8] |= (unsigned char)(1u << page % 8);
}

/* --- pages --- */

static bool load(const struct run *r, uint64_t page, char *to)
{
    return pread(r->fd, to, r->page_size, (off_t)(page * r->page_size)) == (ssize_t)r->page_size;
}

static bool headed(const struct run *r, uint64_t page, const char *p, int kind)
{
    uint16_t lower = get16(p + 12), upper = get16(p + 14);
    return get64(p) == page && get16(p + 10) & kind && lower >= HEAD && lower % 2 == 0 && upper >= lower && upper <= r->page_size;
}

static size_t nodes_in(const char *p)
{
    return (size_t)(get16(p + 12) - HEAD) / 2;
}

/* What stands at `at` as a leaf's node; false when it cannot be one. */
static bool node_at(const struct run *r, const char *p, size_t at, struct node *n)
{
    if (at < HEAD || at % 2 != 0 || at + NODE > r->page_size) return false;
    n->flags = get16(p + at + 4);
    n->key = (MDB_val){get16(p + at + 6), (void *)(uintptr_t)(p + at + NODE)};
    n->size = node_size(p + at);
    n->value = p + at + NODE + n->key.mv_size;
    if (n->key.mv_size == 0 || n->key.mv_size > KEY_MAX || n->flags & ~(BIG | TABLE)) return false;
    size_t inside = n->flags & BIG ? sizeof(uint64_t) : n->size;
    n->end = at + NODE + n->key.mv_size + inside;
    return inside <= r->page_size && n->end <= r->page_size;
}

/* --- which pages are in use --- */

static void walk(struct run *r, uint64_t page, unsigned depth, bool main_table);

static void walk_node(struct run *r, const char *p, size_t at, unsigned depth, bool main_table, bool leaf)
{
    struct node n;
    if (!leaf && at + NODE <= r->page_size) {
        walk(r, node_child(p + at), depth + 1, main_table);
    } else if (leaf && main_table && node_at(r, p, at, &n) && n.flags == TABLE && n.size >= ROOT_AT + 8) {
        walk(r, get64(n.value + ROOT_AT), 0, false);
    }
}

static void walk(struct run *r, uint64_t page, unsigned depth, bool main_table)
{
    if (page < METAS || page >= r->pages || depth > DEPTH_MAX || has(r->used, page)) return;
    set(r->used, page);
    char *p = malloc(r->page_size);
    if (p == NULL) r->rc = ENOMEM;
    if (p != NULL && load(r, page, p) && headed(r, page, p, BRANCH | LEAF)) {
        bool leaf = get16(p + 10) & LEAF;
        for (size_t i = 0; i < nodes_in(p); i++) walk_node(r, p, get16(p + HEAD + 2 * i), depth, main_table, leaf);
    }
    free(p);
}

static bool list_free(struct run *r, uint64_t page, unsigned depth);

static bool list_node(struct run *r, const char *p, size_t at, unsigned depth, bool leaf)
{
    struct node n;
    if (!leaf) return at + NODE <= r->page_size && list_free(r, node_child(p + at), depth + 1);
    if (!node_at(r, p, at, &n) || n.size < 8 || n.size % 8 != 0 || n.size > VALUE_MAX) return false;
    char *v = malloc(n.size);
    bool good = v != NULL;
    if (good && n.flags & BIG) good = pread(r->fd, v, n.size, (off_t)(get64(n.value) * r->page_size + HEAD)) == (ssize_t)n.size;
    else if (good) memcpy(v, n.value, n.size);
    good = good && get64(v) == n.size / 8 - 1;
    for (uint64_t i = 1; good && i < n.size / 8; i++) {
        uint64_t freed = get64(v + 8 * i);
        good = freed >= METAS && freed < r->pages && !has(r->free, freed);
        if (good) set(r->free, freed);
    }
    if (good && n.flags & BIG)
        for (uint64_t i = 0, n_pages = overflow_pages(n.size, r->page_size); i < n_pages && get64(n.value) + i < r->pages; i++) set(r->free, get64(n.value) + i);
    free(v);
    return good;
}

/* The pages of the list itself hold no records either. */
static bool list_free(struct run *r, uint64_t page, unsigned depth)
{
    if (page == NO_PAGE) return true;
    if (page < METAS || page >= r->pages || depth > DEPTH_MAX || has(r->free, page)) return false;
    set(r->free, page);
    char *p = malloc(r->page_size);
    bool good = p != NULL && load(r, page, p) && headed(r, page, p, BRANCH | LEAF);
    for (size_t i = 0; good && i < nodes_in(p); i++) good = list_node(r, p, get16(p + HEAD + 2 * i), depth, get16(p + 10) & LEAF);
    free(p);
    return good;
}

/* --- records --- */

/* Whose record it is, by its sum; n when nobody's. */
static size_t table_of(struct run *r, MDB_val key, MDB_val value)
{
    for (size_t i = 0; i < r->how->n; i++) {
        size_t t = (r->likely + i) % r->how->n;
        if (mdb_sum_good(r->seed[t], key, value)) return r->likely = t;
    }
    return r->how->n;
}

/* True when the node is a record that is right; `use` is called with it. */
static bool try_node(struct run *r, const struct node *n, void (*use)(struct run *, size_t, MDB_val, MDB_val, bool), bool old)
{
    MDB_val value = {n->size, (void *)(uintptr_t)n->value};
    char *far = NULL;
    if (n->flags & TABLE || n->size < MDB_SUM || n->size > VALUE_MAX) return false;
    if (n->flags & BIG) {
        far = malloc(n->size);
        if (far == NULL || pread(r->fd, far, n->size, (off_t)(get64(n->value) * r->page_size + HEAD)) != (ssize_t)n->size) value.mv_size = 0;
        value.mv_data = far;
    }
    size_t table = value.mv_size > 0 ? table_of(r, n->key, value) : r->how->n;
    value.mv_size -= value.mv_size > 0 ? MDB_SUM : 0;
    if (table < r->how->n && use != NULL) use(r, table, n->key, value, old);
    free(far);
    return table < r->how->n;
}

static void give(struct run *r, size_t table, MDB_val key, MDB_val value, bool old)
{
    if (r->rc == 0) r->rc = r->how->record(r->how->self, table, key, value, old);
}

static void note_age(struct run *r, size_t table, MDB_val key, MDB_val value, bool old)
{
    uint64_t age = table == 0 && !old ? r->how->age(r->how->self, key, value) : 0;
    if (age > r->age) r->age = age;
}

/* Records of a page without a head: they lie behind each other up to its end, where also those may stand that were there before. */
static void comb(struct run *r, const char *p)
{
    bool *right = calloc(r->page_size + 2, sizeof *right);
    struct node n;
    if (right == NULL) r->rc = ENOMEM;
    if (right == NULL) return;
    right[r->page_size] = true;
    for (size_t at = r->page_size - NODE; at >= HEAD; at -= 2)
        right[at] = node_at(r, p, at, &n) && right[n.end + n.end % 2] && try_node(r, &n, NULL, true);
    for (size_t at = HEAD; at < r->page_size; at += 2)
        if (right[at] && node_at(r, p, at, &n)) (void)try_node(r, &n, give, true);
    free(right);
}

/* One page in use: first those with heads, in a second round the others. Returns how many pages it is. */
static uint64_t look(struct run *r, uint64_t page, char *p, bool combing)
{
    struct node n;
    if (!load(r, page, p)) return 1;
    if (get64(p) == page && get16(p + 10) == OVERFLOW) {
        uint64_t many = get16(p + 12) | (uint64_t)get16(p + 14) << 16;
        return many > 0 && many <= r->pages - page ? many : 1;
    }
    bool good = headed(r, page, p, BRANCH | LEAF);
    if (!good && combing) comb(r, p);
    if (!good || combing || !(get16(p + 10) & LEAF)) return 1;
    for (size_t i = 0; i < nodes_in(p); i++)
        if (node_at(r, p, get16(p + HEAD + 2 * i), &n)) (void)try_node(r, &n, give, false);
    return 1;
}

static void look_at_all(struct run *r)
{
    char *p = malloc(r->page_size);
    if (p == NULL) r->rc = ENOMEM;
    for (int combing = 0; combing < 2; combing++) {
        for (uint64_t page = METAS, n; page < r->pages && r->rc == 0; page += n) {
            n = 1;
            if (r->list_whole ? !has(r->free, page) : has(r->used, page)) n = look(r, page, p, combing);
        }
    }
    free(p);
}

/* --- where to begin --- */

static bool meta_good(const struct run *r, const char *p, uint64_t page)
{
    uint32_t magic, size;
    memcpy(&magic, p + HEAD, sizeof magic);
    memcpy(&size, p + FREE_AT, sizeof size);
    return get64(p) == page && magic == (uint32_t)MAGIC && size == r->page_size && get64(p + LAST_AT) >= METAS - 1 && get64(p + LAST_AT) < (uint64_t)1 << 40;
}

/* How late a tree is whose root of roots is that page; 0 when it is none. */
static uint64_t age_of(struct run *r, uint64_t page, const char *p)
{
    struct node n;
    uint64_t root = NO_PAGE;
    char *leaf = malloc(r->page_size);
    if (leaf == NULL || !headed(r, page, p, LEAF) || nodes_in(p) == 0) {
        free(leaf);
        return 0;
    }
    for (size_t i = 0; i < nodes_in(p); i++) {
        if (!node_at(r, p, get16(p + HEAD + 2 * i), &n) || n.flags != TABLE || n.size < ROOT_AT + 8) break;
        if (n.key.mv_size == strlen(r->how->tables[0]) && memcmp(n.key.mv_data, r->how->tables[0], n.key.mv_size) == 0) root = get64(n.value + ROOT_AT);
    }
    r->age = 0;
    if (root >= METAS && root < r->pages && load(r, root, leaf) && headed(r, root, leaf, LEAF)) {
        for (size_t i = 0; i < nodes_in(leaf); i++)
            if (node_at(r, leaf, get16(leaf + HEAD + 2 * i), &n)) (void)try_node(r, &n, note_age, false);
    }
    free(leaf);
    return r->age;
}

/* The latest of the trees in the file, when a head of it is damaged. */
static void find_latest(struct run *r, uint64_t *root)
{
    char *p = malloc(r->page_size);
    uint64_t most = 0;
    if (p == NULL) r->rc = ENOMEM;
    if (p != NULL && *root != NO_PAGE && load(r, *root, p)) most = age_of(r, *root, p);
    for (uint64_t page = METAS; p != NULL && page < r->pages; page++) {
        uint64_t age = load(r, page, p) ? age_of(r, page, p) : 0;
        if (age <= most) continue;
        most = age;
        *root = page;
    }
    free(p);
}

static int begin(struct run *r)
{
    char p[METAS][HEAD + sizeof(struct meta)];
    bool good[METAS];
    struct stat st;
    r->page_size = (size_t)sysconf(_SC_PAGESIZE);
    if (fstat(r->fd, &st) != 0) return errno;
    r->pages = (uint64_t)st.st_size / r->page_size;
    for (uint64_t i = 0; i < METAS; i++) good[i] = pread(r->fd, p[i], sizeof p[i], (off_t)(i * r->page_size)) == (ssize_t)sizeof p[i] && meta_good(r, p[i], i);
    int newest = good[1] && (!good[0] || get64(p[1] + TXN_AT) > get64(p[0] + TXN_AT));
    bool follow = good[0] && good[1] && get64(p[newest] + TXN_AT) - get64(p[!newest] + TXN_AT) <= 1;
    uint64_t root = good[newest] ? get64(p[newest] + MAIN_AT + ROOT_AT) : NO_PAGE;
    if (good[newest] && get64(p[newest] + LAST_AT) + 1 < r->pages) r->pages = follow ? get64(p[newest] + LAST_AT) + 1 : r->pages;
    r->used = calloc(1, (size_t)(r->pages / 8 + 1));
    r->free = calloc(1, (size_t)(r->pages / 8 + 1));
    if (r->used == NULL || r->free == NULL) return ENOMEM;
    r->list_whole = follow && list_free(r, get64(p[newest] + FREE_AT + ROOT_AT), 0);
    if (!follow) find_latest(r, &root);
    if (root != NO_PAGE) walk(r, root, 0, true);
    return r->rc;
}

int mdb_salvage(const char *dir, const struct mdb_salvage *how)
{
    char path[4200];
    struct run r = {.how = how};
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    r.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r.fd < 0) return errno;
    for (size_t i = 0; i < how->n && i < MDB_SALVAGE_TABLES; i++) r.seed[i] = mdb_sum_seed(how->tables[i]);
    r.rc = begin(&r);
    if (r.rc == 0) look_at_all(&r);
    free(r.used);
    free(r.free);
    close(r.fd);
    return r.rc;
}
