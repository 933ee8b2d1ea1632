/* ledger_repair.c - looks a ledger over, writes a new one beside it from what was salvaged and mended, and puts it in its place; then the day files. */
#include "ledger_repair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/log.h"
#include "../../libcommon/mdb_repair.h"
#include "../../libcommon/page_sums.h"
#include "../../libcommon/state.h"
#include "dayfile.h"
#include "ledger_mend.h"
#include "ledger_pages_log.h"
#include "ledger_rows.h"

#define FRESH "repaired.db"

/* --- looking --- */

/* The number of the last whole line in the newest of the day files, 0: there is none. */
static uint64_t last_filed(const char *days)
{
    char path[4400], day[LEDGER_DAY + 1] = "", *line = NULL;
    uint64_t seq, last = 0;
    size_t room = 0;
    bool some = dayfile_newest(days, day) == OK && day[0] != '\0';
    snprintf(path, sizeof path, "%s/%s.jsonl", days, day);
    FILE *f = some ? fopen(path, "re") : NULL;
    for (ssize_t n; f != NULL && (n = getline(&line, &room, f)) > 0;)
        if (line[n - 1] == '\n' && dayfile_number(line, &seq)) last = seq;
    if (f != NULL) fclose(f);
    free(line);
    return last;
}

/* Lines go to the files after they are in the ledger. */
static bool has_what_was_filed(sqlite3 *db, const char *days, char *why, size_t size)
{
    sqlite3_stmt *s = NULL;
    uint64_t filed = last_filed(days), have = 0;
    if (sqlite3_prepare_v2(db, "SELECT max(seq) FROM stream", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) have = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    if (filed > have) snprintf(why, size, "it ends with line %ju, the day files with line %ju", (uintmax_t)have, (uintmax_t)filed);
    return filed <= have;
}

/* Whatever its size, and without changing it. */
static bool whole(const char *path, const char *days, bool *sums, char *why, size_t size)
{
    char what[300] = "";
    sqlite3 *db = NULL;
    if (!pages_log_whole(path, why, size)) return false;
    bool good = page_sums_open(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX) == SQLITE_OK;
    if (good) sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    good = good && ledger_integral(db, what, sizeof what) == OK;
    *sums = good && page_sums_there(db);
    if (good) good = has_what_was_filed(db, days, what, sizeof what);
    sqlite3_close(db);
    if (!good) snprintf(why, size, "%.160s is damaged: %s", path, what[0] != '\0' ? what : "it cannot be opened");
    return good;
}

/* --- a new ledger --- */

static enum err fill(struct ledger *l, const char *old, const char *days, uint64_t *damaged, json_t *said)
{
    struct ledger_rows rows = {.ledger = l};
    enum err e = ledger_exec(l, "PRAGMA synchronous = OFF; " MEND_TABLES);
    if (e == OK) e = ledger_begin(l);
    if (e == OK) e = ledger_salvage(old, ledger_rows_put, &rows, damaged);
    ledger_rows_end(&rows);
    if (e == OK) e = ledger_exec(l, "CREATE INDEX temp.pairs_id ON pairs(id); CREATE INDEX temp.pairs_text ON pairs(text)");
    if (e == OK) e = ledger_mend(l, days, said);
    if (e == OK) e = ledger_exec(l, "COMMIT");
    l->begun = l->begun && e != OK;
    return e == OK ? ledger_exec(l, "PRAGMA wal_checkpoint(TRUNCATE)") : e;
}

static void clear(const char *dir)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[4200];
    for (size_t i = 0; i < 3; i++)
        if (state_path(path, sizeof path, dir, FRESH "%s", ends[i]) == OK) (void)unlink(path);
}

/* The old one goes aside with its log, which belongs to it alone. Until the new one has its name there is none: see wiredesk repair's mark. */
static enum err take_place(const char *dir, const char *old, char *kept, size_t size)
{
    char log[4300], aside[4300], new[4200];
    enum err e = state_path(new, sizeof new, dir, FRESH);
    if (e == OK) repair_own(old, new);
    if (e == OK) e = state_sync(dir, FRESH);
    if (e == OK) e = repair_keep(dir, "ledger.db", kept, size);
    snprintf(log, sizeof log, "%s-wal", old);
    snprintf(aside, sizeof aside, "%s-wal", kept);
    if (e == OK && rename(log, aside) != 0 && errno != ENOENT) e = ERR_IO;
    snprintf(log, sizeof log, "%s-shm", old);
    if (e == OK && unlink(log) != 0 && errno != ENOENT) e = ERR_IO;
    if (e == OK && rename(new, old) != 0) e = ERR_IO;
    return e == OK ? state_keep(dir) : e;
}

/* A repair that was cut short when the old ledger had its other name, and perhaps its log too, has done nothing yet: the log is put back. */
static enum err undo(const char *dir, const char *old, bool dry, char *why, size_t size)
{
    char kept[4200], log[4300], aside[4300];
    if (!repair_keeps(dir, "ledger.db", kept, sizeof kept)) return OK;
    snprintf(log, sizeof log, "%s-wal", old);
    snprintf(aside, sizeof aside, "%s-wal", kept);
    bool back = access(log, F_OK) != 0 && access(aside, F_OK) == 0;
    if (back && dry) {
        snprintf(why, size, "its repair was cut short: run wiredesk repair without --dry-run");
        return ERR_MISSING;
    }
    if (dry) return OK;
    if (back && rename(aside, log) != 0) return ERR_IO;
    if (unlink(kept) != 0) return ERR_IO;
    return state_keep(dir);
}

static enum err write_anew(const char *dir, const char *old, bool dry, json_t *said, char *why, size_t size)
{
    char path[4200], days[4200], kept[4200] = "";
    struct ledger *l = NULL;
    uint64_t damaged = 0;
    clear(dir);
    enum err e = state_path(path, sizeof path, dir, FRESH);
    if (e == OK) e = state_path(days, sizeof days, dir, "stream");
    if (e == OK) e = ledger_open(path, &l, why, size);
    if (e == OK) e = fill(l, old, days, &damaged, said);
    if (e != OK && l != NULL) snprintf(why, size, "%s", ledger_trouble(l));
    ledger_close(&l);
    bool nothing = e == OK && json_integer_value(json_object_get(said, "documents")) == 0 && json_integer_value(json_object_get(said, "stream")) == 0;
    if (nothing && damaged > 0) {
        snprintf(why, size, "no row of it could be read: restore a backup (wiredesk restore)");
        e = ERR_MISSING;
    }
    if (e == OK && !dry) e = take_place(dir, old, kept, sizeof kept);
    if (e == OK && kept[0] != '\0') json_object_set_new(said, "kept", json_string(kept));
    clear(dir);
    return e;
}

/* --- the day files --- */

struct sweep {
    const char *folder, *type, *label;
    sqlite3 *db;
    bool dry;
    json_t *days;
};

static sqlite3_stmt *lines_of(const struct sweep *s, const char *day)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, s->type ? "SELECT line FROM stream WHERE day = ?1 AND type = ?2 ORDER BY seq" : "SELECT line FROM stream WHERE day = ?1 ORDER BY seq", -1, &st, NULL);
    if (rc == SQLITE_OK) sqlite3_bind_text(st, 1, day, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK && s->type) sqlite3_bind_text(st, 2, s->type, -1, SQLITE_STATIC);
    return st;
}

/* Whether the file has the ledger's lines, each in its place; of the newest day the last ones may be missing yet. */
static bool same(const struct sweep *s, const char *day, const char *path, bool newest)
{
    FILE *f = fopen(path, "re");
    sqlite3_stmt *st = lines_of(s, day);
    char *line = NULL;
    size_t room = 0;
    bool good = st != NULL, ended = f == NULL;
    int rc = SQLITE_DONE;
    while (good && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct slice want = ledger_column(st, 0);
        ssize_t n = ended ? -1 : getline(&line, &room, f);
        ended = n < 0;
        if (ended) good = newest || (f == NULL && s->type == NULL && access(s->folder, F_OK) != 0);
        else good = (size_t)n == want.len + 1 && memcmp(line, want.ptr, want.len) == 0;
    }
    good = good && rc == SQLITE_DONE;
    if (good && f != NULL && !ended && getline(&line, &room, f) >= 0) good = newest; /* a torn end is cut off at the start */
    sqlite3_finalize(st);
    if (f != NULL) fclose(f);
    free(line);
    return good;
}

static enum err rewrite(const struct sweep *s, const char *day, const char *name)
{
    char path[4400], kept[4400];
    snprintf(path, sizeof path, "%s/.%s.new", s->folder, day);
    FILE *f = fopen(path, "we");
    sqlite3_stmt *st = lines_of(s, day);
    bool good = f != NULL && st != NULL;
    int rc = SQLITE_DONE;
    while (good && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct slice line = ledger_column(st, 0);
        good = fwrite(line.ptr, 1, line.len, f) == line.len && putc('\n', f) != EOF;
    }
    sqlite3_finalize(st);
    good = good && rc == SQLITE_DONE && fflush(f) == 0 && fsync(fileno(f)) == 0;
    if (f != NULL) fclose(f);
    if (!good) return ERR_IO;
    char to[4400];
    snprintf(to, sizeof to, "%s/%s", s->folder, name);
    repair_own(to, path);
    enum err e = repair_keep(s->folder, name, kept, sizeof kept);
    if (e == ERR_IO && errno == ENOENT) e = OK;
    return e == OK && rename(path, to) == 0 ? state_keep(s->folder) : ERR_IO;
}

static enum err sweep_days(struct sweep *s)
{
    sqlite3_stmt *st = NULL;
    enum err e = OK;
    if (access(s->folder, F_OK) != 0) return OK;
    int rc = sqlite3_prepare_v2(s->db, "SELECT DISTINCT day, day = (SELECT max(day) FROM stream) FROM stream ORDER BY day", -1, &st, NULL);
    while (e == OK && rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        char day[LEDGER_DAY + 1], name[32], path[4400];
        rc = SQLITE_OK;
        snprintf(day, sizeof day, "%s", (const char *)sqlite3_column_text(st, 0));
        snprintf(name, sizeof name, "%s.jsonl", day);
        snprintf(path, sizeof path, "%s/%s", s->folder, name);
        if (same(s, day, path, sqlite3_column_int(st, 1) != 0)) continue;
        json_array_append_new(s->days, json_sprintf("%s/%s", s->label, name));
        if (!s->dry) e = rewrite(s, day, name);
    }
    sqlite3_finalize(st);
    return e == OK && rc != SQLITE_DONE ? ledger_err(rc) : e;
}

static enum err days(const char *dir, const char *path, bool dry, json_t *said)
{
    char folder[2][4200];
    sqlite3 *db = NULL;
    json_t *list = json_array();
    enum err e = state_path(folder[0], sizeof folder[0], dir, "stream");
    if (e == OK) e = state_path(folder[1], sizeof folder[1], dir, "rejects");
    if (e == OK) e = ledger_err(page_sums_open(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX));
    if (e == OK) e = sweep_days(&(struct sweep){folder[0], NULL, "stream", db, dry, list});
    if (e == OK) e = sweep_days(&(struct sweep){folder[1], "reject", "rejects", db, dry, list});
    sqlite3_close(db);
    if (json_array_size(list) > 0) {
        json_object_set(said, "days", list);
        if (json_object_get(said, "damage") == NULL) json_object_set_new(said, "damage", json_string("the day files are not what the ledger has of them"));
    }
    json_decref(list);
    return e;
}

/* A ledger that is whole and has no sums yet gets them. */
static enum err add_sums(const char *path)
{
    sqlite3 *db = NULL;
    int rc = page_sums_open(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, "VACUUM", NULL, NULL, NULL);
    sqlite3_close(db);
    return ledger_err(rc);
}

json_t *ledger_repair(const char *report, bool dry, struct trouble *t)
{
    char path[4200], files[4200], why[500] = "";
    json_t *said = json_object();
    bool sums = false;
    enum err e = state_path(path, sizeof path, report, "ledger.db");
    if (e == OK) e = state_path(files, sizeof files, report, "stream");
    if (e == OK) e = undo(report, path, dry, why, sizeof why);
    if (e == OK && whole(path, files, &sums, why, sizeof why)) {
        if (!sums && !dry) e = add_sums(path);
    } else if (e == OK) {
        json_object_set_new(said, "damage", json_string(why));
        why[0] = '\0';
        e = write_anew(report, path, dry, said, why, sizeof why);
    }
    if (e == OK && (!dry || json_object_get(said, "damage") == NULL)) e = days(report, path, dry, said);
    if (e == OK) return said;
    json_decref(said);
    trouble_say(t, e == ERR_MISSING ? EXIT_NEEDS_PERSON : EXIT_TRY_AGAIN, "cannot repair the ledger in %.200s: %.300s", report, why[0] != '\0' ? why : e == ERR_IO ? strerror(errno) : err_name(e));
    return NULL;
}
