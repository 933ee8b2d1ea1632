/* record.c - SQL in, JSON objects out. */
#include "record.h"

#include "view_parts.h"

#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../proto/pack.h"

enum { KEY_LEAST = 6, MERGES_MOST = 64, WAIT_MS = 5000 };

struct records {
    sqlite3 *db;
};

struct records *records_open(const char *path)
{
    struct records *r = calloc(1, sizeof *r);
    if (r == NULL) return NULL;
    int rc = sqlite3_open_v2(path, &r->db, SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_busy_timeout(r->db, WAIT_MS);
    if (rc == SQLITE_OK) rc = sqlite3_exec(r->db, "SELECT 1 FROM stories LIMIT 1", NULL, NULL, NULL);
    if (rc != SQLITE_OK) records_close(&r);
    return r;
}

void records_close(struct records **r)
{
    if (*r == NULL) return;
    sqlite3_close((*r)->db);
    free(*r);
    *r = NULL;
}

const char *records_trouble(const struct records *r)
{
    return sqlite3_errmsg(r->db);
}

/* A statement with its one text bound, or NULL. */
static sqlite3_stmt *ask(struct records *r, const char *sql, const char *text)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK) return NULL;
    if (sqlite3_bind_text(s, 1, text, -1, SQLITE_TRANSIENT) == SQLITE_OK) return s;
    sqlite3_finalize(s);
    return NULL;
}

static struct slice column(sqlite3_stmt *s, int i)
{
    const char *text = (const char *)sqlite3_column_text(s, i);
    return (struct slice){text ? text : "", text ? (size_t)sqlite3_column_bytes(s, i) : 0};
}

/* --- stories --- */

enum record_found records_story(struct records *r, const char *id, char *into, size_t into_size, struct buf *line)
{
    snprintf(into, into_size, "%s", id);
    for (unsigned i = 0; i < MERGES_MOST; i++) {
        sqlite3_stmt *s = ask(r, "SELECT s.into_story, t.line FROM stories s LEFT JOIN stream t ON t.seq = s.line_seq WHERE s.id = ?", into);
        if (s == NULL) return RECORD_ERROR;
        int rc = sqlite3_step(s);
        bool merged = rc == SQLITE_ROW && column(s, 0).len > 0;
        if (merged) snprintf(into, into_size, "%s", (const char *)sqlite3_column_text(s, 0));
        else if (rc == SQLITE_ROW) buf_put(line, column(s, 1));
        sqlite3_finalize(s);
        if (rc != SQLITE_ROW) return rc == SQLITE_DONE ? RECORD_NONE : RECORD_ERROR;
        if (!merged) return line->len == 0 ? RECORD_NONE : i > 0 ? RECORD_MERGED : RECORD_STORY;
    }
    return RECORD_NONE;
}

/* --- documents --- */

static json_t *value_of(sqlite3_stmt *s, int i)
{
    switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER: return json_integer(sqlite3_column_int64(s, i));
    case SQLITE_FLOAT: return json_real(sqlite3_column_double(s, i));
    case SQLITE_TEXT: return json_stringn(column(s, i).ptr, column(s, i).len);
    default: return NULL;
    }
}

/* The row as an object, without what is null. */
static json_t *row_of(sqlite3_stmt *s)
{
    json_t *o = json_object();
    for (int i = 0; o != NULL && i < sqlite3_column_count(s); i++) {
        json_t *value = value_of(s, i);
        if (value != NULL) json_object_set_new(o, sqlite3_column_name(s, i), value);
    }
    return o;
}

static json_t *rows_of(struct records *r, const char *sql, const char *key)
{
    json_t *list = json_array();
    sqlite3_stmt *s = ask(r, sql, key);
    while (s != NULL && sqlite3_step(s) == SQLITE_ROW) json_array_append_new(list, row_of(s));
    sqlite3_finalize(s);
    return list;
}

/* The keys that begin so, or whose documents have that name: how many (2: more than one), the last of them in `key`. */
static int find_key(struct records *r, const char *id, char key[256])
{
    bool hex = strlen(id) >= KEY_LEAST && strlen(id) <= 32;
    for (const char *p = id; *p != '\0'; p++) hex = hex && isxdigit((unsigned char)*p) && !isupper((unsigned char)*p);
    sqlite3_stmt *s = ask(r, hex ? "SELECT key FROM documents WHERE key >= ?1 AND key < ?1 || 'g' LIMIT 2"
                                 : "SELECT key FROM documents WHERE key = ?1 OR name = ?1 OR name LIKE '%/' || ?1 ORDER BY id DESC LIMIT 2", id);
    int n = 0, rc = SQLITE_DONE;
    if (s == NULL) return -1;
    for (; (rc = sqlite3_step(s)) == SQLITE_ROW; n++) snprintf(key, 256, "%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? n : -1;
}

enum record_found records_key(struct records *r, const char *id, char key[256])
{
    int n = find_key(r, id, key);
    return n < 0 ? RECORD_ERROR : n == 0 ? RECORD_NONE : n == 1 ? RECORD_DOCUMENT : RECORD_MANY;
}

void records_hash(struct records *r, const char *key, char hash[65])
{
    struct doc doc;
    struct arena *mem = arena_create(DOC_ARENA_MAX);
    sqlite3_stmt *s = ask(r, "SELECT b.frame_size, b.frame FROM bodies b JOIN documents d USING(id) WHERE d.key = ?", key);
    hash[0] = '\0';
    if (mem != NULL && s != NULL && sqlite3_step(s) == SQLITE_ROW) {
        struct slice frame, packed = {sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1)};
        bool good = frame_unpack(packed, sqlite3_column_int64(s, 0), mem, &frame) == OK;
        if (good && doc_peek(frame, DOC_BIT(DOC_HASH), mem, &doc) == OK && doc_has(&doc, DOC_HASH) && doc.hash.len == 64) snprintf(hash, 65, "%.64s", doc.hash.ptr);
    }
    sqlite3_finalize(s);
    arena_destroy(&mem);
}

static const char entities_sql[] = "SELECT name, type, count(*) AS n, entity AS id FROM mentions WHERE article = ? GROUP BY name, type ORDER BY n DESC, name";
static const char quotes_sql[] = "SELECT b, e, kind, speaker, words FROM quotes WHERE article = ? ORDER BY b";

enum record_found records_document(struct records *r, const char *id, json_t **out)
{
    char key[256];
    int n = find_key(r, id, key);
    *out = NULL;
    if (n != 1) return n < 0 ? RECORD_ERROR : n == 0 ? RECORD_NONE : RECORD_MANY;
    static const char *const views[] = {
        "SELECT r.state AS outcome, d.key, d.name, r.at, r.why AS detail, (SELECT count(*) FROM agains a WHERE a.key = r.key) AS fed_again"
        " FROM retracted r JOIN documents d ON d.key = r.key WHERE r.key = ?",
        "SELECT * FROM articles WHERE key = ?", "SELECT 'rejected' AS outcome, * FROM rejects WHERE key = ?"};
    for (size_t i = 0; i < sizeof views / sizeof *views && *out == NULL; i++) {
        sqlite3_stmt *s = ask(r, views[i], key);
        if (s != NULL && sqlite3_step(s) == SQLITE_ROW) *out = row_of(s);
        sqlite3_finalize(s);
    }
    if (*out == NULL) return RECORD_ERROR;
    json_object_set_new(*out, "entities", rows_of(r, entities_sql, key));
    json_object_set_new(*out, "quotes", rows_of(r, quotes_sql, key));
    return RECORD_DOCUMENT;
}

/* --- for people --- */

static void put_row(struct buf *out, const struct screen *screen, const char *label, struct slice s)
{
    struct buf clean = buf_make(4 << 20);
    if (s.len > 0 && screen_words(&clean, s) == OK) screen_item(out, screen, label, INK_BOLD, buf_slice(&clean));
    buf_free(&clean);
}

/* "original; story s1" or "near copy of KEY (91 %)": what became of it. */
static void put_outcome(const json_t *d, struct buf *text)
{
    static const char *const parts[] = {"verdict", "of", "agency", "stage", "error", "detail", "story"};
    buf_put(text, view_text(d, "outcome"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct slice s = view_text(d, parts[i]);
        if (s.len > 0) buf_printf(text, i == 0 || i >= 3 ? ", %s %.*s" : " %s %.*s", parts[i], (int)s.len, s.ptr);
    }
}

static void put_names(const json_t *d, struct buf *text)
{
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(d, "entities"), i, o)
    {
        struct slice name = view_text(o, "name"), type = view_text(o, "type");
        struct slice id = view_text(o, "id");
        buf_printf(text, "%s%.*s (%.*s, %lld%s%.*s)", i > 0 ? ", " : "", (int)name.len, name.ptr, (int)type.len, type.ptr,
                   (long long)json_integer_value(json_object_get(o, "n")), id.len > 0 ? ", " : "", (int)id.len, id.ptr);
    }
}

static void put_text(const json_t *d, const struct screen *screen, struct buf *out)
{
    struct slice text = view_text(d, "text");
    for (size_t at = 0; at < text.len;) {
        size_t nl = slice_find(text, SLICE("\n"), at), end = nl == SIZE_MAX ? text.len : nl;
        put_row(out, screen, "", slice_cut(text, at, end));
        at = end + 1;
    }
}

enum err record_put(const json_t *d, bool json, const struct screen *screen, struct buf *out)
{
    static const struct { const char *label, *key; } plain[] = {
        {"KEY", "key"}, {"FILE", "name"}, {"FROM", "source"}, {"TITLE", "title"}, {"OUTLET", "outlet"}, {"BY", "byline"},
        {"DATE", "published"}, {"LANG", "lang"}, {"URL", "url"}, {"TAKEN", "accepted"},
    };
    if (json) {
        char *line = json_dumps(d, JSON_COMPACT | JSON_REAL_PRECISION(6));
        enum err e = line != NULL ? buf_str(out, line) : ERR_NOMEM;
        free(line);
        return e == OK ? buf_char(out, '\n') : e;
    }
    struct buf text = buf_make(4 << 20);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) put_row(out, screen, plain[i].label, view_text(d, plain[i].key));
    put_outcome(d, &text);
    put_row(out, screen, "IS", buf_slice(&text));
    buf_clear(&text);
    put_names(d, &text);
    put_row(out, screen, "NAMES", buf_slice(&text));
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(d, "quotes"), i, o)
    {
        struct slice speaker = view_text(o, "speaker"), words = view_text(o, "words");
        buf_clear(&text);
        const char *mark = slice_eq(view_text(o, "kind"), SLICE("indirect")) ? "" : "\"";
        if (speaker.len == 0) speaker = SLICE("(no speaker)");
        buf_printf(&text, "%.*s  %s%.*s%s", (int)speaker.len, speaker.ptr, mark, (int)words.len, words.ptr, mark);
        put_row(out, screen, i == 0 ? "SAID" : "", buf_slice(&text));
    }
    buf_free(&text);
    buf_char(out, '\n');
    put_text(d, screen, out);
    return out->failed;
}
