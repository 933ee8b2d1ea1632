/* export.c - `wiredesk export`: a view of the ledger as CSV or JSON Lines, for spreadsheets and scripts. */
#include "command.h"
#include "store.h"

#include <stdio.h>

#include "../../libcommon/json.h"

struct settings {
    const char *state, *story;
    bool json, spreadsheet;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: its ledger is read"},
    {"story", 0, "ID", OPTION_TEXT, AT(story), NULL, 0, 0, "Only of this story"},
    {"json", 'j', NULL, OPTION_FLAG, AT(json), NULL, 0, 0, "JSON Lines instead of CSV"},
    {"spreadsheet", 0, NULL, OPTION_FLAG, AT(spreadsheet), NULL, 0, 0,
     "Put ' before a cell that a spreadsheet would take for a formula, and a byte order mark at the beginning"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table export_table = {
    .program = "wiredesk export",
    .purpose = "Print articles, entities, mentions, quotes, stories, facts, conflicts or rejects as CSV",
    .operands = "WHAT",
    .epilog = "WHAT is a view of the ledger (report/ledger.db), with its columns; any SQL tool reads the same while the daemons run. The first row has the "
              "columns' names; b and e are bytes of the article's text.",
    .rows = tables,
};

#define OF_STORY "(?1 IS NULL OR story = ?1)"
static const struct { const char *name, *sql; } views[] = {
    {"articles", "SELECT * FROM articles WHERE " OF_STORY},
    {"entities", "SELECT e.* FROM entities e WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM names n JOIN documents d ON d.id = n.document WHERE"
                 " d.story = ?1 AND n.entity IS e.id AND (e.id IS NOT NULL OR (n.name = e.name AND n.type = e.type)))"
                 " ORDER BY articles DESC, mentions DESC, name, type"},
    {"mentions", "SELECT m.* FROM mentions m JOIN documents d ON d.key = m.article WHERE " OF_STORY},
    {"quotes", "SELECT * FROM quotes WHERE " OF_STORY},
    {"stories", "SELECT * FROM stories WHERE (?1 IS NULL OR id = ?1) ORDER BY line_seq"},
    {"facts", "SELECT * FROM facts WHERE " OF_STORY},
    {"conflicts", "SELECT * FROM conflicts WHERE " OF_STORY},
    {"rejects", "SELECT * FROM rejects WHERE ?1 IS NULL"},
};
enum { VIEWS = sizeof views / sizeof *views };

/* What begins so is a formula to spreadsheets; a plain negative number is not. */
static bool formula(struct slice s)
{
    return s.len > 0 && strchr("=+-@\t\r", s.ptr[0]) != NULL;
}

static void put_cell(struct buf *out, struct slice s, bool guard)
{
    bool quote = memchr(s.ptr, ',', s.len) || memchr(s.ptr, '"', s.len) || memchr(s.ptr, '\n', s.len) || memchr(s.ptr, '\r', s.len)
                 || (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ')) || (guard && formula(s));
    if (quote) buf_char(out, '"');
    if (guard && formula(s)) buf_char(out, '\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_char(out, '"');
        buf_char(out, s.ptr[i]);
    }
    if (quote) buf_char(out, '"');
}

static void put_csv(sqlite3_stmt *s, const struct settings *set, struct buf *out)
{
    for (int i = 0; i < sqlite3_column_count(s); i++) {
        if (i > 0) buf_char(out, ',');
        bool text = sqlite3_column_type(s, i) == SQLITE_TEXT;
        put_cell(out, store_column(s, i), set->spreadsheet && text);
    }
    buf_char(out, '\n');
}

static void put_json(sqlite3_stmt *s, struct buf *out)
{
    bool first = true;
    buf_char(out, '{');
    for (int i = 0; i < sqlite3_column_count(s); i++) {
        int type = sqlite3_column_type(s, i);
        if (type == SQLITE_NULL) continue;
        json_put_key(out, &first, sqlite3_column_name(s, i));
        if (type == SQLITE_INTEGER) buf_printf(out, "%lld", (long long)sqlite3_column_int64(s, i));
        else if (type == SQLITE_FLOAT) json_put_real(out, sqlite3_column_double(s, i));
        else json_put_text(out, store_column(s, i));
    }
    buf_str(out, "}\n");
}

static void put_names(sqlite3_stmt *s, const struct settings *set, struct buf *out)
{
    if (set->spreadsheet) buf_str(out, "\xEF\xBB\xBF");
    for (int i = 0; i < sqlite3_column_count(s); i++) buf_printf(out, i > 0 ? ",%s" : "%s", sqlite3_column_name(s, i));
    buf_char(out, '\n');
}

static enum err flush(struct buf *out)
{
    enum err e = out->failed;
    if (e == OK && out->len > 0 && fwrite(out->ptr, 1, out->len, stdout) != out->len) e = ERR_IO;
    buf_clear(out);
    return e;
}

static int print(sqlite3 *db, const struct settings *set, const char *sql)
{
    struct buf out = buf_make(64 << 20);
    sqlite3_stmt *s = NULL;
    enum err e = OK;
    int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(s, 1, set->story, -1, SQLITE_TRANSIENT);
    if (rc == SQLITE_OK && !set->json) put_names(s, set, &out);
    while (rc == SQLITE_OK && e == OK) {
        int step = sqlite3_step(s);
        if (step != SQLITE_ROW) {
            rc = step;
            break;
        }
        if (set->json) put_json(s, &out);
        else put_csv(s, set, &out);
        if (out.len > 65536 || out.failed != OK) e = flush(&out);
    }
    if (e == OK) e = flush(&out);
    if (e == OK && rc != SQLITE_DONE) fprintf(stderr, "wiredesk export: %s\n", sqlite3_errmsg(db));
    sqlite3_finalize(s);
    buf_free(&out);
    return e == OK && rc == SQLITE_DONE && fflush(stdout) == 0 ? 0 : EXIT_TRY_AGAIN;
}

int export_run(int argc, char **argv)
{
    struct settings set = {0};
    int first = options_read(&export_table, &set, argc, argv);
    const char *sql = NULL;
    for (size_t i = 0; i < VIEWS && first == argc - 1; i++)
        if (strcmp(argv[first], views[i].name) == 0) sql = views[i].sql;
    if (sql == NULL) {
        fputs("wiredesk export: name one of:", stderr);
        for (size_t i = 0; i < VIEWS; i++) fprintf(stderr, " %s", views[i].name);
        fputc('\n', stderr);
        return EXIT_NEEDS_PERSON;
    }
    sqlite3 *db = store_open(set.state, "wiredesk export");
    int status = db != NULL ? print(db, &set, sql) : EXIT_TRY_AGAIN;
    sqlite3_close(db);
    return status;
}
