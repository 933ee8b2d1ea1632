/* ledger_rows.c - the shapes of the ledger's rows, and what is done with those that fit one. */
#include "ledger_rows.h"

/* Types of columns as ledger_salvage.h has them, and: k the row's number, which its record has as NULL; v any; R real or integer. In capitals: may be NULL
 * too, or absent at the end. */
static const struct shape {
    const char *types;
    bool table;
    const char *sql;
} shapes[LEDGER_SHAPES] = {
    {"ktIIiIiTTTTTTTTTTTTITTTRTTTT", true, "INSERT OR IGNORE INTO documents VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
    {"kTib", true, "INSERT OR IGNORE INTO bodies VALUES(?,?,?,?)"},
    {"kttttt", true, "INSERT OR IGNORE INTO stream VALUES(?,?,?,?,?,?)"},
    {"tTiTiIIIITIIII", true, "INSERT OR IGNORE INTO story_rows VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
    {"tTiT", true, "INSERT OR IGNORE INTO digests VALUES(?,?,?,?)"},
    {"kb", true, "INSERT OR IGNORE INTO instances VALUES(?,?)"},
    {"iiti", false, "INSERT OR IGNORE INTO agains VALUES(?,?,?,?)"},
    {"iittitT", false, "INSERT OR IGNORE INTO names VALUES(?,?,?,?,?,?,?)"},
    {"iiitTTTtRT", false, "INSERT OR IGNORE INTO quotations VALUES(?,?,?,?,?,?,?,?,?,?)"},
    {"tittTTit", false, "INSERT OR IGNORE INTO facts VALUES(?,?,?,?,?,?,?,?)"},
    {"ttttit", false, "INSERT OR IGNORE INTO conflicts VALUES(?,?,?,?,?,?)"},
    {"ittt", false, "INSERT OR IGNORE INTO bearers VALUES(?,?,?,?)"},
    {"titi", false, "INSERT OR IGNORE INTO retractions VALUES(?,?,?,?)"},
    {"IIii", false, "INSERT OR IGNORE INTO temp.seqs(instance, seq, outcome, id) VALUES(?,?,?,?)"}, /* the index documents_seq */
    {"tv", false, NULL}, /* the table meta; and indices of a text, among them that of the documents' keys */
};

static bool fits_value(char type, char have)
{
    char least = type >= 'A' && type <= 'Z' ? (char)(type - 'A' + 'a') : type;
    if (have == 'n') return type == 'k' || type == 'v' || least != type;
    return type == 'v' || least == have || (least == 'r' && have == 'i');
}

static bool fits(const struct shape *s, const struct salvaged_row *row)
{
    size_t columns = strlen(s->types);
    if (row->n > columns) return false;
    for (size_t i = 0; i < columns; i++)
        if (!fits_value(s->types[i], i < row->n ? row->v[i].type : 'n')) return false;
    return strcmp(s->types, "kb") != 0 || row->v[1].s.len == INSTANCE_SIZE;
}

static const char *const known_meta[] = {"reported", "duplicate", "rejected", "again", "identity", "silent", "residue"};

/* Numbers that are kept by name; where the day files end and where the full-text index does is found out anew. */
static bool is_meta(struct slice name)
{
    for (size_t i = 0; i < sizeof known_meta / sizeof *known_meta; i++)
        if (slice_eq(name, slice_of(known_meta[i]))) return true;
    return false;
}

static const char *statement_for(const struct shape *s, const struct salvaged_row *row)
{
    if (s->sql != NULL) return s->sql;
    if (is_meta(row->v[0].s)) return "INSERT OR REPLACE INTO meta VALUES(?,?)";
    return row->v[1].type == 'i' ? "INSERT INTO temp.pairs(text, id) VALUES(?,?)" : NULL;
}

static int bind(sqlite3_stmt *s, int at, const struct salvaged_value *v)
{
    switch (v->type) {
    case 'i': return sqlite3_bind_int64(s, at, v->i);
    case 'r': return sqlite3_bind_double(s, at, v->r);
    case 't': return sqlite3_bind_text64(s, at, v->s.ptr, v->s.len, SQLITE_STATIC, SQLITE_UTF8);
    case 'b': return sqlite3_bind_blob64(s, at, v->s.ptr, v->s.len, SQLITE_STATIC);
    default: return sqlite3_bind_null(s, at);
    }
}

static enum err put(struct ledger_rows *r, size_t shape, const struct salvaged_row *row)
{
    const struct shape *s = &shapes[shape];
    const char *sql = statement_for(s, row);
    sqlite3_stmt **at = &r->put[shape];
    int rc = SQLITE_OK;
    if (sql == NULL) return OK;
    if (*at != NULL && strcmp(sqlite3_sql(*at), sql) != 0) { /* of a page with texts: the other one */
        sqlite3_finalize(*at);
        *at = NULL;
    }
    if (*at == NULL) rc = sqlite3_prepare_v2(r->ledger->db, sql, -1, at, NULL);
    for (size_t i = 0; s->types[i] != '\0' && rc == SQLITE_OK; i++) {
        struct salvaged_value number = {.type = 'i', .i = row->rowid}, none = {.type = 'n'};
        rc = bind(*at, (int)i + 1, s->types[i] == 'k' ? &number : i < row->n ? &row->v[i] : &none);
    }
    enum err e = rc == SQLITE_OK ? ledger_run(*at) : ledger_err(rc);
    if (*at != NULL) sqlite3_clear_bindings(*at);
    return e;
}

enum err ledger_rows_put(void *self, const struct salvaged_row *rows, size_t n, bool table)
{
    struct ledger_rows *r = self;
    for (size_t i = 0; i < LEDGER_SHAPES; i++) {
        bool all = shapes[i].table == table;
        for (size_t k = 0; k < n && all; k++) all = fits(&shapes[i], &rows[k]);
        if (!all) continue;
        enum err e = OK;
        for (size_t k = 0; k < n && e == OK; k++) e = put(r, i, &rows[k]);
        return e;
    }
    return OK;
}

void ledger_rows_end(struct ledger_rows *r)
{
    for (size_t i = 0; i < LEDGER_SHAPES; i++) {
        sqlite3_finalize(r->put[i]);
        r->put[i] = NULL;
    }
}
