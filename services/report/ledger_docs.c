/* ledger_docs.c - the ledger's documents, their names and quotes, and who came again. */
#include <zlib.h>

#include "../../proto/pack.h"
#include "ledger_sql.h"

enum { PACK_LEAST = 512 }; /* bytes */

/* The row number that stands for an instance; made when `make`, else 0 when it is not there. */
static enum err instance_row(struct ledger *l, struct slice instance, bool make, int64_t *row)
{
    *row = 0;
    if (instance.ptr == NULL) return OK;
    if (instance.len != INSTANCE_SIZE) return ERR_SCHEMA;
    if (l->instance.row != 0 && memcmp(l->instance.id, instance.ptr, INSTANCE_SIZE) == 0) {
        *row = l->instance.row;
        return OK;
    }
    sqlite3_stmt *s = NULL;
    bool there = false;
    enum err e = ledger_bind(l, SQL_INSTANCE, &s, "b", instance);
    if (e == OK) e = ledger_step(s, &there);
    if (there) *row = sqlite3_column_int64(s, 0);
    if (s != NULL) sqlite3_reset(s);
    if (e == OK && !there && make) {
        e = ledger_bind(l, SQL_ADD_INSTANCE, &s, "b", instance);
        if (e == OK) e = ledger_run(s);
        if (e == OK) *row = sqlite3_last_insert_rowid(l->db);
    }
    if (e == OK && *row != 0) {
        memcpy(l->instance.id, instance.ptr, INSTANCE_SIZE);
        l->instance.row = *row;
    }
    return e;
}

static void read_doc(sqlite3_stmt *s, struct ledger_doc *d)
{
    struct slice *texts[] = {&d->name, &d->source, &d->title, &d->title_basis, &d->outlet, &d->outlet_basis, &d->url, &d->byline,
                             &d->published, &d->published_basis, &d->lang, &d->stub};
    *d = (struct ledger_doc){.row = sqlite3_column_int64(s, 0), .key = ledger_column(s, 1), .instance = ledger_column(s, 2)};
    d->seq = (uint64_t)sqlite3_column_int64(s, 3);
    d->outcome = (enum outcome)sqlite3_column_int(s, 4);
    d->accepted = (uint64_t)sqlite3_column_int64(s, 5);
    d->written = (uint64_t)sqlite3_column_int64(s, 6);
    for (int i = 0; i < 12; i++) *texts[i] = ledger_column(s, 7 + i);
    d->bytes = (uint64_t)sqlite3_column_int64(s, 19);
    d->verdict = ledger_column(s, 20);
    d->of = ledger_column(s, 21);
    d->agency = ledger_column(s, 22);
    d->similarity = sqlite3_column_type(s, 23) == SQLITE_NULL ? __builtin_nan("") : sqlite3_column_double(s, 23);
    d->story = ledger_column(s, 24);
    d->fail_stage = ledger_column(s, 25);
    d->fail_error = ledger_column(s, 26);
    d->fail_detail = ledger_column(s, 27);
}

/* Text and frame, the frame unpacked into mem. */
static enum err read_body(sqlite3_stmt *s, struct arena *mem, struct ledger_doc *d)
{
    d->text = ledger_column(s, 28);
    struct slice packed = ledger_column(s, 30);
    return packed.ptr != NULL ? frame_unpack(packed, sqlite3_column_int64(s, 29), mem, &d->frame) : OK;
}

static enum err keep(struct arena *mem, struct slice *v)
{
    if (v->ptr == NULL) return OK;
    *v = arena_copy(mem, *v);
    return v->ptr == NULL ? ERR_NOMEM : OK;
}

static enum err keep_doc(struct arena *mem, struct ledger_doc *d)
{
    struct slice *all[] = {&d->key, &d->instance, &d->name, &d->source, &d->title, &d->title_basis, &d->outlet, &d->outlet_basis, &d->url,
                           &d->byline, &d->published, &d->published_basis, &d->lang, &d->stub, &d->verdict, &d->of, &d->agency, &d->story,
                           &d->fail_stage, &d->fail_error, &d->fail_detail, &d->text};
    enum err e = OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && e == OK; i++) e = keep(mem, all[i]);
    return e;
}

static enum err fetch(struct ledger *l, enum ledger_statement which, struct slice key, struct arena *mem, struct ledger_doc *doc, bool *found)
{
    sqlite3_stmt *s = NULL;
    *found = false;
    *doc = (struct ledger_doc){0};
    enum err e = ledger_bind(l, which, &s, "t", key);
    if (e == OK) e = ledger_step(s, found);
    if (e == OK && *found) {
        read_doc(s, doc);
        if (which == SQL_LOAD) e = read_body(s, mem, doc);
        if (e == OK) e = keep_doc(mem, doc);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_find(struct ledger *l, struct slice key, struct arena *mem, struct ledger_doc *doc, bool *found)
{
    return fetch(l, SQL_FIND, key, mem, doc, found);
}

enum err ledger_load(struct ledger *l, struct slice key, struct arena *mem, struct ledger_doc *doc, bool *found)
{
    return fetch(l, SQL_LOAD, key, mem, doc, found);
}

/* As compress2() at level 1, in a window no larger than the frame: most are small, and clearing tables for 32 KiB cost more than the rest. */
static enum err pack(struct slice frame, char *to, uLongf *n)
{
    int bits = 9;
    while (bits < MAX_WBITS && (size_t)1 << bits < frame.len) bits++;
    z_stream z = {0};
    if (deflateInit2(&z, 1, Z_DEFLATED, bits, bits - 7, Z_DEFAULT_STRATEGY) != Z_OK) return ERR_NOMEM;
    z.next_in = (z_const Bytef *)frame.ptr;
    z.avail_in = (uInt)frame.len; /* at most DOC_FRAME_MAX */
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)*n;
    int rc = deflate(&z, Z_FINISH);
    *n = z.total_out;
    deflateEnd(&z);
    return rc == Z_STREAM_END ? OK : ERR_NOMEM;
}

static enum err put_body(struct ledger *l, const struct ledger_doc *d, struct slice frame)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_ADD_BODY, &s, "itib", d->row, d->text, (int64_t)d->frame.len, frame);
    if (e == OK) e = ledger_run(s);
    if (s != NULL) sqlite3_clear_bindings(s);
    return e;
}

/* A small frame stands as it is: it would shrink by a few bytes, and packing it took a fifth of the whole stage. */
static enum err add_body(struct ledger *l, const struct ledger_doc *d)
{
    if (d->frame.len < PACK_LEAST && frame_plain(d->frame, d->frame.len)) return put_body(l, d, d->frame);
    uLongf n = d->frame.len + d->frame.len / 8 + d->frame.len / 64 + 64; /* what deflateBound() says of any window, and some */
    char *packed = sqlite3_malloc64(n);
    if (packed == NULL) return ERR_NOMEM;
    enum err e = pack(d->frame, packed, &n);
    if (e == OK) e = put_body(l, d, (struct slice){packed, n});
    sqlite3_free(packed);
    return e;
}

enum err ledger_add_doc(struct ledger *l, struct ledger_doc *d)
{
    int64_t instance = 0;
    sqlite3_stmt *s = NULL;
    enum err e = instance_row(l, d->instance, true, &instance);
    if (e == OK)
        e = ledger_bind(l, SQL_ADD_DOC, &s, instance != 0 ? "tiiiiittttttttttttitttrtttt" : "tnniiittttttttttttitttrtttt", d->key, instance,
                        (int64_t)d->seq, (int64_t)d->outcome, (int64_t)d->accepted, (int64_t)d->written, d->name, d->source, d->title,
                        d->title_basis, d->outlet, d->outlet_basis, d->url, d->byline, d->published, d->published_basis, d->lang, d->stub,
                        (int64_t)d->bytes, d->verdict, d->of, d->agency, d->similarity, d->story, d->fail_stage, d->fail_error,
                        d->fail_detail);
    if (e == OK) e = ledger_run(s);
    if (e == OK) d->row = sqlite3_last_insert_rowid(l->db);
    if (e == OK && d->frame.ptr != NULL) e = add_body(l, d);
    if (e == OK) l->counts[d->outcome]++;
    return e;
}

enum err ledger_add_again(struct ledger *l, struct slice instance, uint64_t seq, struct slice key, uint64_t now, bool *fresh)
{
    int64_t row = 0;
    sqlite3_stmt *s = NULL;
    *fresh = false;
    enum err e = instance_row(l, instance, true, &row);
    if (e != OK || row == 0) return e;
    e = ledger_bind(l, SQL_ADD_AGAIN, &s, "iiti", row, (int64_t)seq, key, (int64_t)now);
    if (e == OK) e = ledger_run(s);
    *fresh = e == OK && sqlite3_changes(l->db) > 0;
    if (*fresh) l->counts[OUTCOME_AGAIN]++;
    return e;
}

enum err ledger_move(struct ledger *l, struct slice key, struct slice story)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_MOVE, &s, "tt", key, story);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_add_quote(struct ledger *l, int64_t row, const struct ledger_quote *q)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_ADD_QUOTE, &s, "iiitttttr", row, (int64_t)q->b, (int64_t)q->e, q->kind, q->speaker, q->holder, q->cue,
                             q->words, q->score);
    return e == OK ? ledger_run(s) : e;
}

enum err ledger_move_all(struct ledger *l, struct slice from, struct slice to)
{
    sqlite3_stmt *s = NULL;
    enum err e = ledger_bind(l, SQL_MOVE_ALL, &s, "tt", from, to);
    return e == OK ? ledger_run(s) : e;
}

static enum err grow(struct arena *mem, struct ledger_members *m, size_t *room)
{
    if (m->len < *room) return OK;
    size_t more = *room == 0 ? 16 : *room * 2;
    struct ledger_member *p = arena_array(mem, more, sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    if (m->len > 0) memcpy(p, m->ptr, m->len * sizeof *p);
    m->ptr = p;
    *room = more;
    return OK;
}

enum err ledger_members(struct ledger *l, struct slice story, struct arena *mem, struct ledger_members *out)
{
    sqlite3_stmt *s = NULL;
    size_t room = 0;
    *out = (struct ledger_members){NULL, 0};
    enum err e = ledger_bind(l, SQL_MEMBERS, &s, "t", story);
    while (e == OK) {
        bool row;
        e = ledger_step(s, &row);
        if (e != OK || !row) break;
        e = grow(mem, out, &room);
        if (e != OK) break;
        struct ledger_member *m = &out->ptr[out->len++];
        *m = (struct ledger_member){sqlite3_column_int64(s, 0), ledger_column(s, 1), ledger_column(s, 2), ledger_column(s, 3),
                                    ledger_column(s, 4), ledger_column(s, 5)};
        struct slice *texts[] = {&m->key, &m->name, &m->outlet, &m->verdict, &m->of};
        for (int i = 0; i < 5 && e == OK; i++) e = keep(mem, texts[i]);
    }
    if (s != NULL) sqlite3_reset(s);
    return e;
}

static enum err count_rows(struct ledger *l, int64_t instance, uint64_t upto, uint64_t counts[OUTCOME_COUNT])
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    enum err e = ledger_bind(l, SQL_COUNT_UPTO, &s, "ii", instance, (int64_t)upto);
    while (e == OK) {
        e = ledger_step(s, &row);
        if (!row) break;
        int outcome = sqlite3_column_int(s, 0);
        if (outcome > OUTCOME_NONE && outcome < OUTCOME_COUNT) counts[outcome] = (uint64_t)sqlite3_column_int64(s, 1);
    }
    if (e == OK) e = ledger_bind(l, SQL_COUNT_AGAIN_UPTO, &s, "ii", instance, (int64_t)upto);
    if (e == OK) e = ledger_step(s, &row);
    if (e == OK && row) counts[OUTCOME_AGAIN] = (uint64_t)sqlite3_column_int64(s, 0);
    if (s != NULL) sqlite3_reset(s);
    return e;
}

enum err ledger_count_upto(struct ledger *l, struct slice instance, uint64_t upto, uint64_t counts[OUTCOME_COUNT])
{
    memset(counts, 0, sizeof(uint64_t) * OUTCOME_COUNT);
    if (upto > INT64_MAX) upto = INT64_MAX;
    int64_t row = 0;
    enum err e = instance_row(l, instance, false, &row);
    if (e != OK || row == 0) return e;
    /* One snapshot for both counts. */
    bool own = !l->begun;
    if (own) e = ledger_err(sqlite3_exec(l->db, "BEGIN", NULL, NULL, NULL));
    if (e == OK) e = count_rows(l, row, upto, counts);
    if (own) (void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    return e;
}

/* --- the full-text pass --- */

static enum err index_place(struct ledger *l, int64_t *done, int64_t *last)
{
    enum err e = ledger_number(l, SQL_INDEXED, done);
    return e == OK ? ledger_number(l, SQL_LAST_DOC, last) : e;
}

enum err ledger_unindexed(struct ledger *l, uint64_t *n)
{
    int64_t done = 0, last = 0;
    enum err e = index_place(l, &done, &last);
    *n = e == OK && last > done ? (uint64_t)(last - done) : 0;
    return e;
}

enum err ledger_index(struct ledger *l, unsigned most, uint64_t *left)
{
    int64_t done = 0, last = 0;
    *left = 0;
    enum err e = index_place(l, &done, &last);
    if (e != OK || done >= last) return e;
    int64_t to = last - done > (int64_t)most ? done + (int64_t)most : last;
    sqlite3_stmt *s = NULL;
    e = ledger_begin(l);
    if (e == OK) e = ledger_bind(l, SQL_INDEX, &s, "ii", done, to);
    if (e == OK) e = ledger_run(s);
    if (e == OK) e = ledger_bind(l, SQL_SAVE_INDEXED, &s, "i", to);
    if (e == OK) e = ledger_run(s);
    if (e == OK) e = ledger_commit(l);
    if (e != OK) ledger_rollback(l);
    *left = (uint64_t)(last - (e == OK ? to : done));
    return e;
}
