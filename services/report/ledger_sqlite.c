/* ledger_sqlite.c - the SQLite ledger as a store: opening, schema, transactions, statements, counts. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../libcommon/log.h"
#include "../../libcommon/page_sums.h"
#include "ledger_pages_log.h"
#include "ledger_sql.h"

#define REMEDY "; nothing was changed: wiredesk repair saves the rest, wiredesk restore a backup"

enum {
    CHECKED_MAX = 256 << 20, /* bytes of a ledger that is read whole when it is opened */
    BUSY_MS = 10000          /* a writer that was killed may hold its locks until the kernel is done with it */
};

enum err ledger_err(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE: return OK;
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_NOMEM: return ERR_NOMEM;
    case SQLITE_TOOBIG: return ERR_TOO_BIG;
    case SQLITE_CORRUPT: case SQLITE_NOTADB: return ERR_MALFORMED;
    default: return ERR_IO;
    }
}

enum err ledger_exec(struct ledger *l, const char *sql)
{
    return ledger_err(sqlite3_exec(l->db, sql, NULL, NULL, NULL));
}

static enum err statement(struct ledger *l, enum ledger_statement which, sqlite3_stmt **out)
{
    if (l->statements[which] == NULL) {
        int rc = sqlite3_prepare_v3(l->db, ledger_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &l->statements[which], NULL);
        if (rc != SQLITE_OK) return ledger_err(rc);
    }
    sqlite3_reset(l->statements[which]);
    *out = l->statements[which];
    return OK;
}

static int bind_text(sqlite3_stmt *s, int at, struct slice v)
{
    if (v.ptr == NULL) return sqlite3_bind_null(s, at);
    return sqlite3_bind_text64(s, at, v.ptr, v.len, SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_blob(sqlite3_stmt *s, int at, struct slice v)
{
    if (v.ptr == NULL) return sqlite3_bind_null(s, at);
    return sqlite3_bind_blob64(s, at, v.ptr, v.len, SQLITE_STATIC);
}

enum err ledger_bind(struct ledger *l, enum ledger_statement which, sqlite3_stmt **out, const char *types, ...)
{
    sqlite3_stmt *s = NULL;
    enum err e = statement(l, which, &s);
    if (e != OK) return e;
    int rc = SQLITE_OK;
    va_list args;
    va_start(args, types);
    for (int at = 1; *types != '\0' && rc == SQLITE_OK; types++, at++) {
        switch (*types) {
        case 't': rc = bind_text(s, at, va_arg(args, struct slice)); break;
        case 'b': rc = bind_blob(s, at, va_arg(args, struct slice)); break;
        case 'i': rc = sqlite3_bind_int64(s, at, va_arg(args, int64_t)); break;
        case 'r': rc = sqlite3_bind_double(s, at, va_arg(args, double)); break; /* NAN becomes NULL */
        default: /* n: a number that is absent */
            (void)va_arg(args, int64_t);
            rc = sqlite3_bind_null(s, at);
            break;
        }
    }
    va_end(args);
    *out = s;
    return ledger_err(rc);
}

enum err ledger_step(sqlite3_stmt *s, bool *row)
{
    int rc = sqlite3_step(s);
    *row = rc == SQLITE_ROW;
    if (rc != SQLITE_ROW) sqlite3_reset(s);
    return ledger_err(rc);
}

enum err ledger_run(sqlite3_stmt *s)
{
    bool row;
    enum err e = ledger_step(s, &row);
    sqlite3_reset(s);
    return e;
}

enum err ledger_number(struct ledger *l, enum ledger_statement which, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    *out = 0;
    enum err e = ledger_bind(l, which, &s, "");
    if (e == OK) e = ledger_step(s, &row);
    if (row) *out = sqlite3_column_int64(s, 0);
    if (s != NULL) sqlite3_reset(s);
    return e;
}

struct slice ledger_column(sqlite3_stmt *s, int at)
{
    if (sqlite3_column_type(s, at) == SQLITE_NULL) return (struct slice){NULL, 0};
    const void *p = sqlite3_column_blob(s, at);
    int n = sqlite3_column_bytes(s, at);
    return (struct slice){n > 0 ? p : "", (size_t)n};
}

struct slice ledger_kept(struct arena *mem, sqlite3_stmt *s, int at, enum err *e)
{
    struct slice v = ledger_column(s, at);
    if (v.ptr == NULL || *e != OK) return (struct slice){NULL, 0};
    v = arena_copy(mem, v);
    if (v.ptr == NULL) *e = ERR_NOMEM;
    return v;
}

const char *ledger_trouble(struct ledger *l)
{
    if (l->trouble[0] != '\0') return l->trouble;
    return sqlite3_errcode(l->db) == SQLITE_OK ? strerror(errno) : sqlite3_errmsg(l->db);
}

/* --- opening --- */

static enum err pragma_number(struct ledger *l, const char *sql, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    *out = 0;
    int rc = sqlite3_prepare_v2(l->db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(s);
        if (rc == SQLITE_ROW) *out = sqlite3_column_int64(s, 0);
    }
    sqlite3_finalize(s);
    return ledger_err(rc);
}

static enum err migrate(struct ledger *l, char *why, size_t size)
{
    int64_t version = 0;
    enum err e = pragma_number(l, "PRAGMA user_version", &version);
    if (e == OK && version > LEDGER_VERSION) {
        snprintf(why, size, "the ledger has version %lld, this program knows up to %d: use a later release", (long long)version, LEDGER_VERSION);
        return ERR_VERSION;
    }
    while (e == OK && version < LEDGER_VERSION && !l->reader) {
        char done[64];
        snprintf(done, sizeof done, "PRAGMA user_version = %lld", (long long)version + 1);
        e = ledger_exec(l, "BEGIN IMMEDIATE");
        if (e == OK) e = ledger_functions(l->db);
        if (e == OK) e = ledger_exec(l, ledger_steps[version]);
        if (e == OK) e = ledger_exec(l, done);
        if (e == OK) e = ledger_exec(l, "COMMIT");
        version++;
    }
    if (e == OK && l->reader && version != LEDGER_VERSION) {
        snprintf(why, size, "the ledger has version %lld, this program reads %d", (long long)version, LEDGER_VERSION);
        return ERR_VERSION;
    }
    return e;
}

static const char *const count_names[OUTCOME_COUNT] = {NULL, "reported", "duplicate", "rejected", "again"};

enum err ledger_meta(struct ledger *l, struct slice name, uint64_t *value)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum err e = ledger_bind(l, SQL_COUNT, &s, "t", name);
    if (e == OK) e = ledger_step(s, &row);
    *value = row ? (uint64_t)sqlite3_column_int64(s, 0) : 0;
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_put_meta(struct ledger *l, struct slice name, uint64_t value)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_SAVE_COUNT, &s, "ti", name, (int64_t)value);
    return e == OK ? ledger_run(s) : e;
}

static enum err load_counts(struct ledger *l)
{
    enum err e = OK;
    for (int o = OUTCOME_REPORTED; o < OUTCOME_COUNT && e == OK; o++) e = ledger_meta(l, slice_of(count_names[o]), &l->counts[o]);
    memcpy(l->committed_counts, l->counts, sizeof l->counts);
    return e;
}

enum err ledger_integral(sqlite3 *db, char *why, size_t size)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    const char *found = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : NULL;
    bool good = found != NULL && strcmp(found, "ok") == 0;
    enum err e = rc == SQLITE_ROW ? good ? OK : ERR_MALFORMED : ledger_err(rc);
    if (!good) snprintf(why, size, "%.200s", found != NULL ? found : sqlite3_errmsg(db));
    for (char *p = why; !good && *p != '\0'; p++)
        if ((unsigned char)*p < ' ') *p = ' ';
    sqlite3_finalize(s);
    return e;
}

/* Whether tables and indices fit together. Of a ledger that is larger than this it would take minutes: there damage is met when it is read. */
static enum err check(struct ledger *l, const char *path, char *why, size_t size)
{
    char what[300];
    struct stat st;
    if (l->reader || stat(path, &st) != 0 || st.st_size > CHECKED_MAX) return OK;
    enum err e = ledger_integral(l->db, what, sizeof what);
    if (e == ERR_MALFORMED) snprintf(why, size, "%s is damaged: %s" REMEDY, path, what);
    return e;
}

static enum err settle(struct ledger *l, char *why, size_t size)
{
    enum err e = l->reader ? ledger_exec(l, "PRAGMA query_only = 1")
                           : ledger_exec(l, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                                           "PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864");
    if (e == OK) e = migrate(l, why, size);
    int64_t last = 0;
    if (e == OK) e = ledger_number(l, SQL_LAST_SEQ, &last);
    l->next_seq = l->committed_seq = (uint64_t)last + 1;
    if (e == OK) e = load_counts(l);
    return e;
}

/* Before SQLite opens it, which would cut it. */
static bool log_whole(const char *path, char *why, size_t size)
{
    char what[300];
    if (pages_log_whole(path, what, sizeof what)) return true;
    snprintf(why, size, "%s" REMEDY, what);
    return false;
}

/* A ledger of an earlier release gets its sums when that takes a second; a large one goes on without them until it is repaired. */
static void add_sums(struct ledger *l, const char *path)
{
    struct stat st;
    bool small = stat(path, &st) == 0 && st.st_size <= CHECKED_MAX;
    if (page_sums_there(l->db)) return;
    if (small && ledger_exec(l, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)") == OK) return;
    log_event(LOG_WARN, "ledger_without_sums", "why=\"%s\" what=\"damage in it is found where it breaks the structure; wiredesk repair gives it sums\"",
              small ? sqlite3_errmsg(l->db) : "it is large");
}

static enum err open_ledger(const char *path, bool reader, struct ledger **out, char *why, size_t size)
{
    *out = NULL;
    if (size > 0) why[0] = '\0';
    struct ledger *l = calloc(1, sizeof *l);
    if (l == NULL) return ERR_NOMEM;
    l->reader = reader;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (reader ? 0 : SQLITE_OPEN_CREATE);
    enum err e = reader || log_whole(path, why, size) ? ledger_err(page_sums_open(path, &l->db, flags)) : ERR_MALFORMED;
    if (e == OK) (void)sqlite3_busy_timeout(l->db, BUSY_MS);
    if (e == OK) e = check(l, path, why, size);
    if (e == OK) e = settle(l, why, size);
    if (e == OK && !reader) add_sums(l, path);
    if (e == OK) {
        *out = l;
        return OK;
    }
    if (size > 0 && why[0] == '\0' && e == ERR_MALFORMED)
        snprintf(why, size, "%s is damaged: %s" REMEDY, path, sqlite3_errmsg(l->db));
    if (size > 0 && why[0] == '\0') snprintf(why, size, "cannot open the ledger %s: %s", path, l->db ? sqlite3_errmsg(l->db) : "no memory");
    ledger_close(&l);
    return e;
}

enum err ledger_open(const char *path, struct ledger **out, char *why, size_t why_size)
{
    return open_ledger(path, false, out, why, why_size);
}

enum err ledger_open_reader(const char *path, struct ledger **out, char *why, size_t why_size)
{
    return open_ledger(path, true, out, why, why_size);
}

void ledger_keep_log(struct ledger *l, bool kept)
{
    (void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)kept, NULL);
}

void ledger_close(struct ledger **l)
{
    if (*l == NULL) return;
    if ((*l)->begun) ledger_rollback(*l);
    for (int i = 0; i < SQL_STATEMENT_COUNT; i++) sqlite3_finalize((*l)->statements[i]);
    sqlite3_close((*l)->db);
    free(*l);
    *l = NULL;
}

enum err ledger_ceiling(struct ledger *l, uint64_t bytes)
{
    int64_t page = 4096;
    enum err e = pragma_number(l, "PRAGMA page_size", &page);
    if (e != OK) return e;
    char sql[80];
    uint64_t pages = bytes == 0 ? 4294967294u : bytes / (uint64_t)page;
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %llu", (unsigned long long)(pages == 0 ? 1 : pages));
    int64_t now;
    return pragma_number(l, sql, &now);
}

/* --- transactions --- */

enum err ledger_begin(struct ledger *l)
{
    l->trouble[0] = '\0';
    enum err e = ledger_exec(l, "BEGIN IMMEDIATE");
    l->begun = e == OK;
    l->marked = false;
    return e;
}

static enum err save_counts(struct ledger *l)
{
    enum err e = OK;
    for (int o = OUTCOME_REPORTED; o < OUTCOME_COUNT && e == OK; o++) {
        if (l->counts[o] != l->committed_counts[o]) e = ledger_put_meta(l, slice_of(count_names[o]), l->counts[o]);
    }
    return e;
}

enum err ledger_commit(struct ledger *l)
{
    enum err e = save_counts(l);
    if (e == OK) e = ledger_exec(l, "COMMIT");
    if (e != OK) return e;
    l->begun = false;
    l->committed_seq = l->next_seq;
    memcpy(l->committed_counts, l->counts, sizeof l->counts);
    return OK;
}

void ledger_rollback(struct ledger *l)
{
    if (ledger_err(sqlite3_errcode(l->db)) != OK) snprintf(l->trouble, sizeof l->trouble, "%s", sqlite3_errmsg(l->db)); /* before ROLLBACK has its own */
    for (int i = 0; i < SQL_STATEMENT_COUNT; i++) {
        if (l->statements[i] != NULL) sqlite3_reset(l->statements[i]);
    }
    (void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL); /* fails when SQLite has rolled back by itself: the same end */
    l->begun = false;
    l->next_seq = l->committed_seq;
    l->instance.row = 0; /* its row may be gone */
    memcpy(l->counts, l->committed_counts, sizeof l->counts);
}

enum err ledger_savepoint(struct ledger *l)
{
    sqlite3_stmt *s = NULL;
    enum err e = OK;
    if (l->marked) e = ledger_bind(l, SQL_MARK_GONE, &s, "");
    if (l->marked && e == OK) e = ledger_run(s);
    l->marked_seq = l->next_seq;
    memcpy(l->marked_counts, l->counts, sizeof l->counts);
    if (e == OK) e = ledger_bind(l, SQL_MARK, &s, "");
    if (e == OK) e = ledger_run(s);
    l->marked = e == OK;
    return e;
}

enum err ledger_savepoint_undo(struct ledger *l)
{
    l->next_seq = l->marked_seq;
    l->instance.row = 0;
    memcpy(l->counts, l->marked_counts, sizeof l->counts);
    return ledger_exec(l, "ROLLBACK TO mark");
}

void ledger_counts(const struct ledger *l, uint64_t counts[OUTCOME_COUNT])
{
    memcpy(counts, l->committed_counts, sizeof l->committed_counts);
}
