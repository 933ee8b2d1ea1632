/* ledger_mend.c - lines from the day files, documents from their texts, their indices and their lines, stories from their lines, counts from the rows. */
#include "ledger_mend.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../proto/pack.h"
#include "dayfile.h"
#include "desk.h"
#include "ledger_sql.h"

struct mending {
    struct ledger *l;
    struct desk *desk;
    struct arena *mem;
    json_t *said;
};

/* All rows of one column as a list under that name; none when it is empty. */
static enum err list(struct mending *m, const char *name, const char *sql)
{
    sqlite3_stmt *s = NULL;
    json_t *all = json_array();
    int rc = sqlite3_prepare_v2(m->l->db, sql, -1, &s, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        bool number = sqlite3_column_type(s, 0) == SQLITE_INTEGER;
        json_array_append_new(all, number ? json_integer(sqlite3_column_int64(s, 0)) : json_string((const char *)sqlite3_column_text(s, 0)));
        rc = SQLITE_OK;
    }
    sqlite3_finalize(s);
    json_object_set_new(m->said, name, all);
    return rc == SQLITE_DONE ? OK : ledger_err(rc);
}

static int64_t number(struct ledger *l, const char *sql)
{
    sqlite3_stmt *s = NULL;
    int64_t n = 0;
    if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

/* --- lines that the day files have --- */

static enum err add_line(struct ledger *l, const char *day, const char *text, size_t len)
{
    json_t *v = json_loadb(text, len, 0, NULL);
    const char *type = json_string_value(json_object_get(v, "type")), *op = json_string_value(json_object_get(v, "op")), *id = json_string_value(json_object_get(v, "id"));
    json_int_t seq = json_integer_value(json_object_get(v, "seq"));
    sqlite3_stmt *s = NULL;
    int rc = SQLITE_OK;
    if (seq > 0 && type != NULL && op != NULL && id != NULL) {
        rc = sqlite3_prepare_v2(l->db, "INSERT OR IGNORE INTO stream VALUES(?,?,?,?,?,?)", -1, &s, NULL);
        const char *const texts[] = {day, type, op, id};
        if (rc == SQLITE_OK) rc = sqlite3_bind_int64(s, 1, seq);
        for (int i = 0; i < 4 && rc == SQLITE_OK; i++) rc = sqlite3_bind_text(s, i + 2, texts[i], i == 0 ? LEDGER_DAY : -1, SQLITE_STATIC);
        if (rc == SQLITE_OK) rc = sqlite3_bind_text64(s, 6, text, len, SQLITE_STATIC, SQLITE_UTF8);
        if (rc == SQLITE_OK) rc = sqlite3_step(s) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(l->db);
    }
    sqlite3_finalize(s);
    json_decref(v);
    return ledger_err(rc);
}

static bool is_missing(struct ledger *l, const char *text)
{
    uint64_t seq;
    sqlite3_stmt *s = NULL;
    if (!dayfile_number(text, &seq)) return false;
    bool missing = ledger_bind(l, SQL_LINES, &s, "ii", (int64_t)seq, (int64_t)1) == OK && (sqlite3_step(s) != SQLITE_ROW || sqlite3_column_int64(s, 0) != (int64_t)seq);
    sqlite3_reset(s);
    return missing;
}

static enum err read_day(struct ledger *l, const char *folder, const char *name)
{
    char path[4400];
    char *line = NULL;
    size_t room = 0;
    enum err e = OK;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "re");
    for (ssize_t n; f != NULL && e == OK && (n = getline(&line, &room, f)) > 0;)
        if (line[n - 1] == '\n' && is_missing(l, line)) e = add_line(l, name, line, (size_t)n - 1);
    if (f != NULL) fclose(f);
    free(line);
    return e;
}

static enum err read_days(struct ledger *l, const char *folder)
{
    DIR *dir = opendir(folder);
    enum err e = OK;
    if (dir == NULL) return OK;
    for (struct dirent *d = readdir(dir); d != NULL && e == OK; d = readdir(dir)) {
        if (dayfile_named(d->d_name)) e = read_day(l, folder, d->d_name);
    }
    closedir(dir);
    return e;
}

/* --- documents --- */

/* A document whose text stands there, as it was when it came. */
static enum err unpack(struct mending *m, sqlite3_stmt *s, struct doc *doc)
{
    struct slice frame, text = ledger_column(s, 0);
    arena_reset(m->mem);
    enum err e = frame_unpack(ledger_column(s, 2), sqlite3_column_int64(s, 1), m->mem, &frame);
    if (text.ptr != NULL) text = arena_copy(m->mem, text);
    if (e == OK) e = doc_decode(frame, DESK_READS, m->mem, doc);
    if (e != OK || text.ptr == NULL) return e;
    doc->text = text;
    doc_set(doc, DOC_TEXT);
    return OK;
}

/* Calls `each` for the documents that can be read of those rows: text, frame_size, frame, id, and what it asks for behind them. */
static enum err each_body(struct mending *m, const char *sql, enum err (*each)(struct mending *, sqlite3_stmt *, const struct doc *, int64_t id))
{
    sqlite3_stmt *s = NULL;
    enum err e = OK;
    int rc = sqlite3_prepare_v2(m->l->db, sql, -1, &s, NULL);
    while (e == OK && rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct doc doc;
        rc = SQLITE_OK;
        if (unpack(m, s, &doc) == OK) e = each(m, s, &doc, sqlite3_column_int64(s, 3));
    }
    sqlite3_finalize(s);
    return e == OK && rc != SQLITE_DONE ? ledger_err(rc) : e;
}

static enum err remake(struct mending *m, sqlite3_stmt *s, const struct doc *doc, int64_t id)
{
    char sql[400];
    struct ledger_doc known;
    bool found = false;
    int64_t row = 0, outcome = sqlite3_column_int64(s, 4);
    enum err e = ledger_find(m->l, doc->key, m->mem, &known, &found);
    if (e != OK || found) return e; /* then this text is from a page that was no longer in use */
    e = desk_add_row(m->desk, m->mem, doc, outcome != 0 ? (enum outcome)outcome : desk_outcome(doc), doc->accepted, &row);
    if (e != OK || row == id) return e;
    snprintf(sql, sizeof sql, "UPDATE documents SET id = %lld WHERE id = %lld; UPDATE bodies SET id = %lld WHERE id = %lld", (long long)id, (long long)row, (long long)id, (long long)row);
    return ledger_exec(m->l, sql);
}

/* Rows of documents whose text is there: all that the row said stands in it. */
static enum err from_texts(struct mending *m)
{
    enum err e = ledger_exec(m->l, "CREATE TEMP TABLE remade(key TEXT); CREATE TEMP TABLE torn AS SELECT b.* FROM bodies b LEFT JOIN documents d ON d.id = b.id WHERE d.id IS NULL;"
                                   "DELETE FROM bodies WHERE id IN (SELECT id FROM torn)");
    if (e == OK) e = each_body(m, "SELECT b.text, b.frame_size, b.frame, b.id, (SELECT outcome FROM seqs WHERE seqs.id = b.id) FROM torn b", remake);
    return e == OK ? ledger_exec(m->l, "INSERT INTO remade SELECT key FROM documents WHERE id IN (SELECT id FROM torn)") : e;
}

/* The others: by the indices that they stand in, and by their line. */
static enum err from_lines(struct mending *m)
{
    enum err e = ledger_exec(m->l,
        "CREATE TEMP TABLE told AS SELECT id AS key, max(CASE WHEN op = 'new' THEN seq END) AS seq, max(type = 'reject') AS reject FROM stream"
        "  WHERE type IN ('article', 'reject') GROUP BY id;"
        "CREATE TEMP TABLE back AS SELECT q.id, p.text AS key, q.instance, q.seq, q.outcome FROM seqs q JOIN pairs p ON p.id = q.id"
        "  WHERE q.id NOT IN (SELECT id FROM documents) AND p.text NOT IN (SELECT key FROM documents) AND p.text NOT IN (SELECT id FROM story_rows)"
        "  AND p.text NOT IN (SELECT storyline FROM story_rows WHERE storyline IS NOT NULL)"
        "  AND (p.text IN (SELECT key FROM told) OR (SELECT count(*) FROM pairs o WHERE o.id = q.id AND o.text NOT IN (SELECT id FROM story_rows)) = 1) GROUP BY q.id;"
        "INSERT INTO back SELECT NULL, key, NULL, NULL, NULL FROM told WHERE key NOT IN (SELECT key FROM documents) AND key NOT IN (SELECT key FROM back);");
    if (e == OK) e = ledger_exec(m->l,
        "INSERT OR IGNORE INTO documents(id, key, instance, seq, outcome, accepted, written, name, source, title, url, published, lang, verdict, of, story, fail_stage,"
        "  fail_error, fail_detail) SELECT b.id, b.key, b.instance, b.seq, coalesce(b.outcome, CASE l.line ->> 'outcome' WHEN 'duplicate' THEN 2 WHEN 'reported' THEN 1"
        "  ELSE 3 END), CAST(1000 * unixepoch(l.line ->> 'accepted') AS INTEGER), coalesce(CAST(1000 * unixepoch(l.line ->> 'ts') AS INTEGER), 0), l.line ->> 'name',"
        "  l.line ->> 'source', l.line ->> '$.title.t', l.line ->> 'url', l.line ->> '$.published.value', l.line ->> 'lang', l.line ->> '$.verdict.kind',"
        "  l.line ->> '$.verdict.of', l.line ->> 'story', l.line ->> 'stage', l.line ->> 'error', l.line ->> 'detail'"
        "  FROM back b LEFT JOIN told t ON t.key = b.key LEFT JOIN stream l ON l.seq = t.seq AND json_valid(l.line) ORDER BY b.id IS NULL, b.id;"
        "INSERT INTO remade SELECT key FROM back WHERE key IN (SELECT key FROM documents);");
    return e == OK ? list(m, "remade", "SELECT key FROM remade ORDER BY key") : e;
}

static enum err add_instance(struct ledger *l, int64_t row, struct slice instance)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(l->db, "INSERT OR IGNORE INTO instances VALUES(?,?)", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_int64(s, 1, row);
    if (rc == SQLITE_OK) rc = sqlite3_bind_blob64(s, 2, instance.ptr, instance.len, SQLITE_STATIC);
    enum err e = rc == SQLITE_OK ? ledger_run(s) : ledger_err(rc);
    sqlite3_finalize(s);
    return e;
}

static enum err add_parts(struct mending *m, sqlite3_stmt *s, const struct doc *doc, int64_t id)
{
    char sql[200];
    int64_t instance = sqlite3_column_int64(s, 4), names = sqlite3_column_int64(s, 5);
    bool torn = (size_t)names != doc->entities.len;
    if (doc->text.ptr == NULL) return OK;
    snprintf(sql, sizeof sql, "DELETE FROM names WHERE document = %lld", (long long)id);
    enum err e = instance != 0 && doc->instance.len == INSTANCE_SIZE ? add_instance(m->l, instance, doc->instance) : OK;
    if (e == OK && torn) e = ledger_exec(m->l, sql);
    return e == OK ? desk_add_parts(m->desk, m->mem, doc, id, torn) : e;
}

/* Names, quotes and the instance of documents that have their text. Those of what was taken back stay gone. */
static enum err from_bodies(struct mending *m)
{
    return each_body(m, "SELECT b.text, b.frame_size, b.frame, b.id, d.instance, (SELECT count(*) FROM names n WHERE n.document = b.id) FROM bodies b"
                        " JOIN documents d ON d.id = b.id WHERE d.key NOT IN (SELECT key FROM retractions) ORDER BY b.id", add_parts);
}

/* --- the rest --- */

static enum err stories(struct mending *m)
{
    enum err e = ledger_exec(m->l,
        "CREATE TEMP TABLE silent AS SELECT s.id, (SELECT max(seq) FROM stream l WHERE l.type = 'story' AND l.id = s.id) AS seq, n, a, b FROM"
        "  (SELECT story AS id, count(*) AS n, min(accepted) AS a, max(accepted) AS b FROM documents WHERE story IS NOT NULL GROUP BY story) s"
        "  WHERE s.id NOT IN (SELECT id FROM story_rows);"
        "INSERT OR IGNORE INTO story_rows(id, storyline, state, into_story, rev, opened, updated, line_at, due, title, n_articles, n_outlets, n_independent, line_seq)"
        "  SELECT t.id, l.line ->> 'storyline', CASE l.op WHEN 'merge' THEN 2 WHEN 'close' THEN 3 ELSE 1 END, CASE l.op WHEN 'merge' THEN l.line ->> 'into' END,"
        "  coalesce(l.line ->> 'rev', 0), t.a, t.b, CAST(1000 * unixepoch(l.line ->> 'ts') AS INTEGER), CASE WHEN l.op IN ('merge', 'close') THEN NULL ELSE 1 END,"
        "  l.line ->> '$.headline.t', coalesce(l.line ->> 'n_articles', t.n), l.line ->> 'n_outlets', l.line ->> 'n_independent', l.seq"
        "  FROM silent t LEFT JOIN stream l ON l.seq = t.seq AND json_valid(l.line);"
        "UPDATE story_rows SET due = 1 WHERE state = 1 AND due IS NULL AND rev > 0 AND line_seq >= (SELECT min(seq) FROM stream) AND id NOT IN (SELECT story FROM digests);");
    for (int i = 0; i < 100 && e == OK && (i == 0 || sqlite3_changes(m->l->db) > 0); i++)
        e = ledger_exec(m->l, "UPDATE documents SET story = (SELECT into_story FROM story_rows s WHERE s.id = documents.story) WHERE story IN"
                      " (SELECT id FROM story_rows WHERE state = 2 AND into_story IS NOT NULL AND into_story <> id)");
    return e == OK ? list(m, "stories", "SELECT id FROM silent ORDER BY id") : e;
}

static enum err retractions(struct mending *m)
{
    return ledger_exec(m->l,
        "INSERT OR IGNORE INTO retractions SELECT id, coalesce(CAST(1000 * unixepoch(line ->> 'ts') AS INTEGER), 0), coalesce(line ->> 'why', ''),"
        "  CASE line ->> 'forget' WHEN 1 THEN 3 ELSE 1 END FROM stream WHERE type IN ('article', 'reject') AND op = 'retract' AND json_valid(line);"
        "UPDATE documents SET story = NULL WHERE key IN (SELECT key FROM retractions);");
}

/* What was counted before the damage against what is there: the difference nobody can name. */
static enum err counts(struct mending *m)
{
    int64_t before = number(m->l, "SELECT sum(value) FROM meta WHERE name IN ('reported', 'duplicate', 'rejected')"), now = number(m->l, "SELECT count(*) FROM documents");
    json_object_set_new(m->said, "documents", json_integer(now));
    json_object_set_new(m->said, "stream", json_integer(number(m->l, "SELECT count(*) FROM stream")));
    json_object_set_new(m->said, "unknown", json_integer(before > now ? before - now : 0));
    enum err e = ledger_exec(m->l,
        "INSERT OR REPLACE INTO meta SELECT 'reported', count(*) FROM documents WHERE outcome = 1; INSERT OR REPLACE INTO meta SELECT 'duplicate', count(*) FROM documents"
        "  WHERE outcome = 2; INSERT OR REPLACE INTO meta SELECT 'rejected', count(*) FROM documents WHERE outcome = 3;"
        "INSERT OR REPLACE INTO meta SELECT 'again', count(*) FROM agains; DELETE FROM meta WHERE name = 'indexed'");
    if (e == OK) e = list(m, "texts", "SELECT d.key FROM documents d WHERE coalesce(d.name, d.source, d.title, d.url, d.lang) IS NOT NULL"
                                      " AND d.id NOT IN (SELECT id FROM bodies) ORDER BY d.id");
    if (e == OK) e = list(m, "lines", "WITH e AS (SELECT seq, lag(seq, 1, seq - 1) OVER (ORDER BY seq) AS was FROM stream),"
                                      " gaps(n, upto) AS (SELECT was + 1, seq FROM e WHERE seq > was + 1 UNION ALL SELECT n + 1, upto FROM gaps WHERE n + 1 < upto) SELECT n FROM gaps ORDER BY n");
    return e;
}

enum err ledger_mend(struct ledger *l, const char *days, json_t *said)
{
    struct mending m = {l, desk_create(l, &(struct desk_settings){.coalesce = 500}), arena_create(DOC_ARENA_MAX), said};
    enum err e = m.desk == NULL || m.mem == NULL ? ERR_NOMEM : read_days(l, days);
    if (e == OK) e = from_texts(&m);
    if (e == OK) e = from_lines(&m);
    if (e == OK) e = retractions(&m);
    if (e == OK) e = from_bodies(&m);
    if (e == OK) e = stories(&m);
    if (e == OK) e = counts(&m);
    desk_destroy(&m.desk);
    arena_destroy(&m.mem);
    return e;
}
