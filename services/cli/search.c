/* search.c - `wiredesk search`: articles by their words, from the ledger's full-text index. */
#include "command.h"
#include "screen.h"
#include "store.h"
#include "terminal.h"
#include "wanted.h"

#include <stdio.h>

#include "../../libcommon/json.h"

struct settings {
    const char *state, *colour, *outlet, *story, *since, *until, *entity;
    uint64_t columns, most;
    bool json, newest;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: its ledger is read"},
    {"most", 'n', "N", OPTION_NUMBER, AT(most), "20", 1, 1e6, "At most so many articles"},
    {"newest", 0, NULL, OPTION_FLAG, AT(newest), NULL, 0, 0, "The newest first, not the best"},
    {"outlet", 0, "NAME", OPTION_TEXT, AT(outlet), NULL, 0, 0, "Only of this outlet"},
    {"story", 0, "ID", OPTION_TEXT, AT(story), NULL, 0, 0, "Only in this story"},
    {"entity", 0, "ID", OPTION_TEXT, AT(entity), NULL, 0, 0, "Only what names this entity, whatever it calls it: an id of `wiredesk export entities`"},
    {"since", 0, "DATE", OPTION_TEXT, AT(since), NULL, 0, 0, "Published (else: taken in) on that day or later: 2026-03-04"},
    {"until", 0, "DATE", OPTION_TEXT, AT(until), NULL, 0, 0, "Published (else: taken in) on that day or before"},
    {"json", 'j', NULL, OPTION_FLAG, AT(json), NULL, 0, 0, "One JSON object an article, the words that matched as spans"},
    {"colour", 0, "WHEN", OPTION_TEXT, AT(colour), "auto", 0, 0, "auto, always or never"},
    {"columns", 0, "N", OPTION_NUMBER, AT(columns), "0", 0, 1000, "Width of the view; 0: the terminal's"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table search_table = {
    .program = "wiredesk search",
    .purpose = "Find articles by their words",
    .operands = "WORDS...",
    .epilog = "All words have to be there; \"several words\" in quotes of their own stand so, one behind the other; word* is a beginning; -- -word is not "
              "there; OR stands between two wishes; title:, name: and outlet: look there alone. Accents do not matter. The daemons need not run. "
              "Exit status: 0, 1 when nothing was found.",
    .rows = tables,
};

/* The excerpt is a piece of the text with \1 and \2 around what matched. */
static const char sql[] =
    "SELECT d.key, coalesce(d.title, ''), coalesce(d.outlet, ''), substr(coalesce(d.published, strftime('%Y-%m-%d', d.accepted / 1000, 'unixepoch'),"
    " ''), 1, 10) AS day, coalesce(d.story, ''), coalesce(d.name, ''), snippet(search, 1, char(1), char(2), '', 32), search.text"
    " FROM search JOIN documents d ON d.id = search.rowid WHERE search MATCH ?1 AND (?2 IS NULL OR d.outlet = ?2 COLLATE NOCASE)"
    " AND (?3 IS NULL OR d.story = ?3) AND (?4 IS NULL OR day >= ?4) AND (?5 IS NULL OR day <= ?5)"
    " AND (?8 IS NULL OR d.id IN (SELECT document FROM names WHERE entity = ?8))"
    " ORDER BY CASE WHEN ?6 THEN -d.id ELSE bm25(search, 4.0, 1.0, 2.0, 1.0) END, d.id LIMIT ?7";
enum { KEY, TITLE, OUTLET, DAY, STORY, NAME, EXCERPT, TEXT };

/* The excerpt without its marks. */
static enum err unmarked(struct slice marked, struct buf *out)
{
    for (size_t i = 0; i < marked.len; i++)
        if (marked.ptr[i] != 1 && marked.ptr[i] != 2) buf_char(out, marked.ptr[i]);
    return out->failed;
}

static void put_members(sqlite3_stmt *s, bool *first, struct buf *out)
{
    static const char *const names[] = {"key", "title", "outlet", "date", "story", "name"};
    for (int i = KEY; i <= NAME; i++) {
        if (store_column(s, i).len == 0) continue;
        json_put_key(out, first, names[i]);
        json_put_text(out, store_column(s, i));
    }
}

static void put_match(struct buf *out, bool *first, struct slice key, size_t b, struct slice words)
{
    buf_str(out, *first ? "{\"d\":" : ",{\"d\":");
    *first = false;
    json_put_text(out, key);
    buf_printf(out, ",\"b\":%zu,\"e\":%zu,\"t\":", b, b + words.len);
    json_put_text(out, words);
    buf_char(out, '}');
}

/* The words that matched, as spans of the text in which the excerpt stands. */
static void put_matches(sqlite3_stmt *s, size_t at, struct buf *out)
{
    struct slice marked = store_column(s, EXCERPT);
    bool first = true;
    size_t begin = 0, from = 0;
    for (size_t i = 0; i < marked.len; i++) {
        if (marked.ptr[i] == 1) {
            begin = i + 1;
            from = at;
        } else if (marked.ptr[i] == 2) {
            put_match(out, &first, store_column(s, KEY), from, slice_cut(marked, begin, i));
        } else {
            at++;
        }
    }
}

static enum err put_json(sqlite3_stmt *s, struct buf *out)
{
    bool first = true;
    struct buf plain = buf_make(1 << 20);
    enum err e = unmarked(store_column(s, EXCERPT), &plain);
    size_t at = e == OK ? slice_find(store_column(s, TEXT), buf_slice(&plain), 0) : SIZE_MAX;
    buf_char(out, '{');
    put_members(s, &first, out);
    if (at != SIZE_MAX) {
        json_put_key(out, &first, "excerpt");
        bool head = true;
        put_match(out, &head, store_column(s, KEY), at, buf_slice(&plain));
        json_put_key(out, &first, "matches");
        buf_char(out, '[');
        put_matches(s, at, out);
        buf_char(out, ']');
    }
    buf_str(out, "}\n");
    buf_free(&plain);
    return e == OK ? out->failed : e;
}

static bool blank(char c)
{
    return c == ' ' || c == '\n';
}

/* The excerpt, what matched in bold. */
static enum err put_excerpt(const struct screen *screen, struct slice marked, struct buf *out)
{
    struct buf text = buf_make(1 << 20), piece = buf_make(1 << 20);
    for (size_t i = 0, begin = 0; i <= marked.len; i++) {
        if (i < marked.len && marked.ptr[i] != 1 && marked.ptr[i] != 2) continue;
        buf_clear(&piece);
        struct slice raw = slice_cut(marked, begin, i);
        if (raw.len > 0 && blank(raw.ptr[0])) buf_char(&piece, ' ');
        screen_words(&piece, raw);
        if (raw.len > 0 && blank(raw.ptr[raw.len - 1])) buf_char(&piece, ' ');
        bool hit = i < marked.len && marked.ptr[i] == 2;
        if (piece.len > 0) screen_ink(&text, screen, hit ? INK_BOLD : INK_PLAIN, buf_slice(&piece));
        begin = i + 1;
    }
    enum err e = text.failed != OK ? text.failed : screen_item(out, screen, "", INK_PLAIN, buf_slice(&text));
    buf_free(&piece);
    buf_free(&text);
    return e;
}

static enum err put_people(sqlite3_stmt *s, const struct screen *screen, struct buf *out)
{
    struct buf head = buf_make(1 << 20);
    screen_words(&head, store_column(s, store_column(s, TITLE).len > 0 ? TITLE : NAME));
    screen_ink(out, screen, INK_BOLD, buf_slice(&head));
    buf_clear(&head);
    static const int order[] = {OUTLET, DAY, STORY};
    for (size_t i = 0; i < 3; i++) {
        if (store_column(s, order[i]).len == 0) continue;
        buf_str(&head, head.len > 0 ? ", " : "");
        screen_words(&head, store_column(s, order[i]));
    }
    buf_str(&head, head.len > 0 ? ", " : "");
    screen_words(&head, utf8_start(store_column(s, KEY), 12));
    buf_str(out, "  ");
    screen_ink(out, screen, INK_DIM, buf_slice(&head));
    buf_char(out, '\n');
    enum err e = head.failed != OK ? head.failed : put_excerpt(screen, store_column(s, EXCERPT), out);
    buf_free(&head);
    return e;
}

static sqlite3_stmt *ask(sqlite3 *db, const struct settings *set, const char *query)
{
    sqlite3_stmt *s = NULL;
    const char *const texts[] = {query, set->outlet, set->story, set->since, set->until};
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    for (int i = 0; i < 5 && rc == SQLITE_OK; i++) rc = sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK) rc = sqlite3_bind_int(s, 6, set->newest);
    if (rc == SQLITE_OK) rc = sqlite3_bind_int64(s, 7, (sqlite3_int64)set->most);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(s, 8, set->entity, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK) return s;
    sqlite3_finalize(s);
    return NULL;
}

/* The index follows the documents: says how many it has yet to take. */
static void tell_lag(sqlite3 *db)
{
    sqlite3_stmt *s = NULL;
    static const char lag[] = "SELECT coalesce((SELECT max(id) FROM documents), 0) - coalesce((SELECT value FROM meta WHERE name = 'indexed'), 0)";
    if (sqlite3_prepare_v2(db, lag, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_int64(s, 0) > 0)
        fprintf(stderr, "the newest %lld documents are not indexed yet\n", (long long)sqlite3_column_int64(s, 0));
    sqlite3_finalize(s);
}

static int search(sqlite3 *db, const struct settings *set, const struct screen *screen, const char *query)
{
    struct buf out = buf_make(64 << 20);
    sqlite3_stmt *s = ask(db, set, query);
    uint64_t found = 0;
    enum err e = OK;
    int rc = s != NULL ? SQLITE_ROW : SQLITE_ERROR;
    while (e == OK && s != NULL && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        found++;
        e = set->json ? put_json(s, &out) : put_people(s, screen, &out);
        if (e == OK && fwrite(out.ptr, 1, out.len, stdout) != out.len) e = ERR_IO;
        buf_clear(&out);
    }
    if (rc != SQLITE_DONE && e == OK) fprintf(stderr, "wiredesk search: %s\n", sqlite3_errmsg(db));
    if (e != OK) fprintf(stderr, "wiredesk search: %s\n", err_name(e));
    tell_lag(db);
    sqlite3_finalize(s);
    buf_free(&out);
    if (e != OK || rc != SQLITE_DONE || fflush(stdout) != 0) return EXIT_TRY_AGAIN;
    return found == 0 ? EXIT_FOUND_WRONG : 0;
}

/* All operands with blanks between; one that a shell took out of its quotes has blanks in it and is a phrase again. */
static enum err query_of(int argc, char **argv, int first, struct buf *query)
{
    struct buf typed = buf_make(1 << 16);
    for (int i = first; i < argc; i++) {
        bool phrase = argc - first > 1 && strchr(argv[i], ' ') != NULL && strchr(argv[i], '"') == NULL;
        buf_printf(&typed, phrase ? "\"%s\" " : "%s ", argv[i]);
    }
    enum err e = typed.failed;
    if (e == OK && !utf8_valid(buf_slice(&typed))) e = ERR_UTF8;
    if (e == OK) e = wanted_query(buf_slice(&typed), query);
    buf_free(&typed);
    return e;
}

int search_run(int argc, char **argv)
{
    struct settings set = {0};
    struct screen screen;
    struct buf query = buf_make(1 << 17);
    int first = options_read(&search_table, &set, argc, argv);
    enum err e = query_of(argc, argv, first, &query);
    if (e != OK || !terminal_screen(set.colour, (unsigned)set.columns, &screen)) {
        if (e == ERR_EMPTY) fputs("wiredesk search: name at least one word that has to be there (see --help)\n", stderr);
        else if (e != OK) fprintf(stderr, "wiredesk search: these words cannot be searched for: %s\n", err_name(e));
        else fprintf(stderr, "wiredesk search: --colour '%s' must be auto, always or never\n", set.colour);
        buf_free(&query);
        return EXIT_NEEDS_PERSON;
    }
    const char *match = buf_cstr(&query);
    sqlite3 *db = match != NULL ? store_open(set.state, "wiredesk search") : NULL;
    int status = db != NULL ? search(db, &set, &screen, match) : EXIT_TRY_AGAIN;
    sqlite3_close(db);
    buf_free(&query);
    return status;
}
