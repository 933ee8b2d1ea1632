/* page_sums.c - the layer between SQLite and the file that puts a sum behind each page and holds it against what it reads. */
#include "page_sums.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "log.h"

enum { PAGE_LEAST = 512, PAGE_MOST = 65536, HEADER = 100, SUMS_AT = 20 /* the byte that says how many are kept free in each page */, ASK_SUMS = 0x77647375 };
#define LAYER "wiredesk-sums"
static const char magic[] = "SQLite format 3"; /* with its zero */

/* A database's file: ours, and behind it SQLite's own. */
struct summed {
    sqlite3_file base;
    sqlite3_file *real;
    const char *name; /* SQLite's, as long as the file is open */
    bool has;         /* its pages have sums */
    char *page;       /* room for one */
};

static struct summed *of(sqlite3_file *f)
{
    return (struct summed *)f;
}

static sqlite3_vfs *below(sqlite3_vfs *v)
{
    return v->pAppData;
}

/* --- sums --- */

static uint64_t sum_of(const void *page, int size, int64_t number)
{
    return XXH3_64bits_withSeed(page, (size_t)size - PAGE_SUM, (uint64_t)number);
}

static bool all_zeros(const char *page, int size)
{
    return page[0] == 0 && memcmp(page, page + 1, (size_t)size - 1) == 0;
}

bool page_sum_good(const void *page, int size, int64_t number)
{
    uint64_t have;
    memcpy(&have, (const char *)page + size - PAGE_SUM, PAGE_SUM);
    return have == sum_of(page, size, number) || all_zeros(page, size);
}

static bool is_page(int n, sqlite3_int64 at)
{
    return n >= PAGE_LEAST && n <= PAGE_MOST && (n & (n - 1)) == 0 && at % n == 0;
}

static void look_at_header(struct summed *f, const char *header)
{
    if (memcmp(header, magic, sizeof magic) == 0) f->has = header[SUMS_AT] == PAGE_SUM;
}

static int read_file(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct summed *f = of(file);
    int rc = f->real->pMethods->xRead(f->real, to, n, at);
    if (rc != SQLITE_OK) return rc;
    if (at == 0 && n >= HEADER) look_at_header(f, to);
    if (!f->has || !is_page(n, at) || page_sum_good(to, n, at / n + 1)) return SQLITE_OK;
    char quoted[600];
    log_event(LOG_ERROR, "page_damaged", "file=%s page=%lld", log_quote(slice_of(f->name), quoted, sizeof quoted), (long long)(at / n + 1));
    return SQLITE_CORRUPT;
}

/* Somebody else may have given it sums meanwhile. */
static bool has_now(struct summed *f)
{
    char header[HEADER];
    if (!f->has && f->real->pMethods->xRead(f->real, header, HEADER, 0) == SQLITE_OK) look_at_header(f, header);
    return f->has;
}

static int write_file(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct summed *f = of(file);
    if (at == 0 && n >= HEADER) look_at_header(f, from);
    if (!is_page(n, at) || !has_now(f)) return f->real->pMethods->xWrite(f->real, from, n, at);
    uint64_t sum = sum_of(from, n, at / n + 1);
    memcpy(f->page, from, (size_t)n - PAGE_SUM);
    memcpy(f->page + n - PAGE_SUM, &sum, PAGE_SUM);
    return f->real->pMethods->xWrite(f->real, f->page, n, at);
}

/* Asked through SQLite: a process that opened the file a second time would lose its locks on it when it closed that. */
static int control_file(sqlite3_file *file, int op, void *arg)
{
    struct summed *f = of(file);
    if (op != ASK_SUMS) return f->real->pMethods->xFileControl(f->real, op, arg);
    *(int *)arg = has_now(f);
    return SQLITE_OK;
}

/* --- the rest is SQLite's own --- */

static int close_file(sqlite3_file *f)
{
    free(of(f)->page);
    return of(f)->real->pMethods->xClose(of(f)->real);
}

#define REAL(call, ...) (of(f)->real->pMethods->call(of(f)->real, ##__VA_ARGS__))
static int truncate_file(sqlite3_file *f, sqlite3_int64 size) { return REAL(xTruncate, size); }
static int sync_file(sqlite3_file *f, int flags) { return REAL(xSync, flags); }
static int size_file(sqlite3_file *f, sqlite3_int64 *size) { return REAL(xFileSize, size); }
static int lock_file(sqlite3_file *f, int level) { return REAL(xLock, level); }
static int unlock_file(sqlite3_file *f, int level) { return REAL(xUnlock, level); }
static int reserved_file(sqlite3_file *f, int *out) { return REAL(xCheckReservedLock, out); }
static int sector_of_file(sqlite3_file *f) { return REAL(xSectorSize); }
static int nature_of_file(sqlite3_file *f) { return REAL(xDeviceCharacteristics); }
static int map_shared(sqlite3_file *f, int region, int size, int extend, void volatile **out) { return REAL(xShmMap, region, size, extend, out); }
static int lock_shared(sqlite3_file *f, int offset, int n, int flags) { return REAL(xShmLock, offset, n, flags); }
static void fence_shared(sqlite3_file *f) { REAL(xShmBarrier); }
static int unmap_shared(sqlite3_file *f, int drop) { return REAL(xShmUnmap, drop); }
#undef REAL

/* Version 2: without mapping, past which no sum would see. */
static const sqlite3_io_methods methods = {2, close_file, read_file, write_file, truncate_file, sync_file, size_file, lock_file, unlock_file, reserved_file,
                                           control_file, sector_of_file, nature_of_file, map_shared, lock_shared, fence_shared, unmap_shared, NULL, NULL};

/* Logs and temporary files have no sums of ours. */
static int open_file(sqlite3_vfs *v, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct summed *f = of(file);
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return below(v)->xOpen(below(v), name, file, flags, out);
    *f = (struct summed){.real = (sqlite3_file *)(f + 1), .name = name, .page = malloc(PAGE_MOST)};
    sqlite3_int64 size = -1;
    int rc = f->page != NULL ? below(v)->xOpen(below(v), name, f->real, flags, out) : SQLITE_NOMEM;
    if (rc == SQLITE_OK) f->base.pMethods = &methods;
    else free(f->page);
    if (rc == SQLITE_OK && f->real->pMethods->xFileSize(f->real, &size) == SQLITE_OK) f->has = size == 0; /* its first page may be written last */
    return rc;
}

static int make_known(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL), *v;
    if (sqlite3_vfs_find(LAYER) != NULL) return SQLITE_OK;
    v = real != NULL ? malloc(sizeof *v) : NULL; /* SQLite's for the life of the process */
    if (v == NULL) return SQLITE_NOMEM;
    *v = *real;
    v->pNext = NULL;
    v->zName = LAYER;
    v->pAppData = real;
    v->szOsFile = (int)sizeof(struct summed) + real->szOsFile;
    v->xOpen = open_file;
    return sqlite3_vfs_register(v, 0);
}

int page_sums_open(const char *path, sqlite3 **db, int flags)
{
    int bytes = PAGE_SUM, rc = make_known();
    *db = NULL;
    if (rc == SQLITE_OK) rc = sqlite3_open_v2(path, db, flags, LAYER);
    if (rc == SQLITE_OK) (void)sqlite3_file_control(*db, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes); /* of one that has none: a wish for its next VACUUM */
    return rc;
}

bool page_sums_there(sqlite3 *db)
{
    int there = 0;
    return sqlite3_file_control(db, "main", ASK_SUMS, &there) == SQLITE_OK && there;
}
