/* desk.c - the desk itself, its gathered lines, and what one document causes. */
#include "desk_parts.h"

#include <math.h>
#include <stdlib.h>

#include "../../proto/doc_fields.h"

enum { GATHER_MAX = 1 << 30, LINES_MAX = 1 << 20 };

const doc_mask DESK_READS = DOC_ALL & ~(DOC_BIT(DOC_RAW) | DOC_BIT(DOC_META) | DOC_BIT(DOC_MAP) | DOC_BIT(DOC_TYPE) | DOC_BIT(DOC_SENTENCES));

struct desk *desk_create(struct ledger *ledger, const struct desk_settings *settings)
{
    struct desk *d = calloc(1, sizeof *d);
    if (d == NULL) return NULL;
    d->ledger = ledger;
    d->settings = *settings;
    d->text = buf_make(GATHER_MAX);
    d->scratch = buf_make(LINE_MAX_BYTES);
    d->digest = buf_make(LINE_MAX_BYTES);
    d->frame = buf_make(DOC_FRAME_MAX);
    if (ledger_last_day(ledger, d->day) != OK) desk_destroy(&d);
    if (d != NULL) memcpy(d->committed_day, d->day, sizeof d->day);
    return d;
}

void desk_destroy(struct desk **d)
{
    if (*d == NULL) return;
    buf_free(&(*d)->text);
    buf_free(&(*d)->scratch);
    buf_free(&(*d)->digest);
    buf_free(&(*d)->frame);
    free((*d)->lines);
    free(*d);
    *d = NULL;
}

/* True for errors that are the world's, not a document's. */
static bool is_world(enum err e)
{
    return e == ERR_FULL || e == ERR_IO || e == ERR_MALFORMED;
}

/* --- gathered lines --- */

const struct desk_line *desk_lines(const struct desk *d, size_t *n, struct slice *text)
{
    *n = d->n_lines;
    *text = buf_slice(&d->text);
    return d->lines;
}

void desk_published(struct desk *d)
{
    buf_clear(&d->text);
    d->n_lines = 0;
    d->committed_counts = d->counts;
    memcpy(d->committed_day, d->day, sizeof d->day);
}

void desk_undo(struct desk *d)
{
    buf_clear(&d->text);
    d->n_lines = 0;
    d->counts = d->committed_counts;
    memcpy(d->day, d->committed_day, sizeof d->day);
}

struct line_head desk_head(const struct desk *d, uint64_t now, const char *type, const char *op, struct slice id)
{
    return (struct line_head){.seq = ledger_next_seq(d->ledger), .ts = now, .type = type, .op = op, .id = id};
}

static enum err room_for_line(struct desk *d)
{
    if (d->n_lines < d->room_lines) return OK;
    if (d->room_lines >= LINES_MAX) return ERR_NOMEM;
    size_t room = d->room_lines == 0 ? 1024 : d->room_lines * 2;
    struct desk_line *p = realloc(d->lines, room * sizeof *p);
    if (p == NULL) return ERR_NOMEM;
    d->lines = p;
    d->room_lines = room;
    return OK;
}

enum err desk_add(struct desk *d, const struct line_head *head, size_t at)
{
    char day[LEDGER_DAY + 1];
    line_day(head->ts, day);
    if (strcmp(day, d->day) > 0) memcpy(d->day, day, sizeof day);
    struct slice line = slice_cut(buf_slice(&d->text), at, d->text.len);
    struct ledger_line row = {head->seq, {d->day, LEDGER_DAY}, slice_of(head->type), slice_of(head->op), head->id, line};
    enum err e = room_for_line(d);
    if (e == OK) e = ledger_add_line(d->ledger, &row);
    if (e == OK) e = buf_char(&d->text, '\n');
    if (e != OK) return e == ERR_TOO_BIG ? ERR_NOMEM : e;
    struct desk_line *l = &d->lines[d->n_lines++];
    *l = (struct desk_line){.seq = head->seq, .reject = strcmp(head->type, "reject") == 0, .at = at, .len = line.len};
    memcpy(l->day, d->day, sizeof l->day);
    return OK;
}

/* A line that did not fit leaves nothing behind. */
static enum err fits(struct desk *d, size_t at, enum err e)
{
    if (e == OK && d->text.len - at > LINE_MAX_BYTES) e = ERR_TOO_BIG;
    if (e == OK) return OK;
    d->text.len = at;
    d->text.failed = OK;
    return e;
}

/* --- one document's rows --- */

static struct slice joined(struct slices v, struct arena *mem)
{
    struct slice all = {NULL, 0};
    for (size_t i = 0; i < v.len; i++) {
        struct slice more = i == 0 ? arena_copy(mem, v.ptr[i])
                                   : arena_printf(mem, "%.*s; %.*s", (int)all.len, all.ptr, (int)v.ptr[i].len, v.ptr[i].ptr);
        if (more.ptr == NULL) break;
        all = more;
    }
    return all;
}

/* The document as the ledger keeps it: without its text, which has a column of its own, and without what it set off. */
static enum err keep_frame(struct desk *d, const struct doc *doc, struct slice *frame)
{
    struct doc bare = *doc;
    bare.to = STAGE_REPORT;
    doc_set(&bare, DOC_TO);
    doc_clear(&bare, DOC_TEXT);
    doc_clear(&bare, DOC_CHANGES);
    buf_clear(&d->frame);
    enum err e = doc_encode(&bare, &d->frame);
    *frame = buf_slice(&d->frame);
    return e;
}

static struct slice choice(enum doc_field f, unsigned value)
{
    return line_choice(doc_fields[f].column.choices, value);
}

enum err desk_add_row(struct desk *d, struct arena *mem, const struct doc *doc, enum outcome outcome, uint64_t now, int64_t *row)
{
    const struct column *verdict = &doc_fields[DOC_VERDICT].column.record->columns[0];
    struct ledger_doc r = {
        .key = doc->key, .instance = doc->instance, .seq = doc->seq, .outcome = outcome, .accepted = doc->accepted, .written = now,
        .name = doc->name, .source = doc->source, .title_basis = choice(DOC_TITLE_BASIS, doc->title_basis),
        .outlet = doc->outlet.value, .outlet_basis = doc->outlet.basis, .url = doc->url, .byline = joined(doc->byline, mem),
        .published = doc->published.value, .published_basis = doc->published.basis, .lang = doc->lang.value,
        .stub = choice(DOC_STUB, doc->stub), .bytes = doc_has(doc, DOC_BYTES) ? doc->bytes : doc->text.len,
        .verdict = line_choice(verdict->choices, doc->verdict.kind), .of = doc->verdict.of, .agency = doc->verdict.agency,
        .similarity = doc_has(doc, DOC_VERDICT) ? doc->verdict.similarity : NAN, .story = doc->story.id, .text = doc->text,
    };
    if (!span_empty(doc->title)) r.title = span_of(doc->text, doc->title);
    if (outcome == OUTCOME_REJECTED) {
        r.story = (struct slice){NULL, 0};
        r.fail_stage = slice_of(stage_name(doc->fail.stage));
        r.fail_error = doc->fail.error;
        r.fail_detail = doc->fail.detail;
    }
    enum err e = keep_frame(d, doc, &r.frame);
    if (e == OK) e = ledger_add_doc(d->ledger, &r);
    *row = r.row;
    return e;
}

static enum err add_names(struct desk *d, const struct doc *doc, const struct named *who, int64_t row)
{
    const struct column *type = &doc_fields[DOC_ENTITIES].column.record->columns[1];
    enum err e = OK;
    for (size_t i = 0; i < doc->entities.len && e == OK; i++) {
        const struct entity *n = &doc->entities.ptr[i];
        buf_clear(&d->scratch);
        buf_char(&d->scratch, '[');
        for (size_t k = 0; k < n->mentions.len; k++) {
            buf_str(&d->scratch, k == 0 ? "[" : ",[");
            buf_count(&d->scratch, n->mentions.ptr[k].b);
            buf_char(&d->scratch, ',');
            buf_count(&d->scratch, n->mentions.ptr[k].e);
            buf_char(&d->scratch, ']');
        }
        e = buf_char(&d->scratch, ']');
        if (e == OK)
            e = ledger_add_entity(d->ledger, row, &(struct ledger_entity){(unsigned)i, (unsigned)n->mentions.len, n->name,
                                                                          line_choice(type->choices, n->type), buf_slice(&d->scratch), who[i].id});
    }
    return e == OK ? desk_show(d, doc) : e;
}

static enum err add_quotes(struct desk *d, const struct doc *doc, int64_t row)
{
    const struct column *kind = &doc_fields[DOC_QUOTES].column.record->columns[2];
    enum err e = OK;
    for (size_t i = 0; i < doc->quotes.len && e == OK; i++) {
        const struct quote *q = &doc->quotes.ptr[i];
        struct ledger_quote r = {.b = q->b, .e = q->e, .kind = line_choice(kind->choices, q->kind), .speaker = q->speaker, .holder = q->holder,
                                 .words = slice_cut(doc->text, q->b, q->e), .score = q->score};
        if (!span_empty(q->cue)) r.cue = span_of(doc->text, q->cue);
        e = ledger_add_quote(d->ledger, row, &r);
    }
    return e;
}

enum err desk_add_parts(struct desk *d, struct arena *mem, const struct doc *doc, int64_t row, bool names)
{
    struct named *who = NULL;
    enum err e = names ? desk_name(d, mem, doc, &who) : desk_show(d, doc);
    if (e == OK && names) e = add_names(d, doc, who, row);
    return e == OK ? add_quotes(d, doc, row) : e;
}

/* --- one document's lines --- */

static bool is_copy(const struct doc *doc)
{
    enum verdict_kind k = doc->verdict.kind;
    return k == VERDICT_EXACT || k == VERDICT_NEAR || k == VERDICT_SYNDICATED || k == VERDICT_CONTAINED;
}

enum outcome desk_outcome(const struct doc *doc)
{
    return doc_has(doc, DOC_FAIL) ? OUTCOME_REJECTED : is_copy(doc) ? OUTCOME_DUPLICATE : OUTCOME_REPORTED;
}

static enum err tell_reject(struct desk *d, const struct doc *doc, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "reject", "new", doc->key);
    enum err e = fits(d, at, line_reject(&head, doc, &d->text));
    return e == OK ? desk_add(d, &head, at) : e;
}

/* A quote is named by its span: the first one with it counts. `seen` is a hash table of quotes, their index + 1, with free places. */
static bool same_words_before(const struct doc *doc, size_t i, uint32_t *seen, size_t mask)
{
    const struct quote *all = doc->quotes.ptr;
    size_t at = ((all[i].b * UINT64_C(0x9E3779B97F4A7C15)) ^ (all[i].e * UINT64_C(0xC2B2AE3D27D4EB4F))) >> 32 & mask;
    for (; seen[at] != 0; at = (at + 1) & mask) {
        const struct quote *other = &all[seen[at] - 1];
        if (other->b == all[i].b && other->e == all[i].e) return true;
    }
    seen[at] = (uint32_t)i + 1;
    return false;
}

static enum err tell_quotes(struct desk *d, struct arena *mem, const struct doc *doc, const struct named *who, uint64_t now)
{
    size_t places = 8;
    while (places < doc->quotes.len * 2) places *= 2;
    uint32_t *seen = arena_array(mem, places, sizeof *seen);
    enum err e = seen != NULL ? OK : ERR_NOMEM;
    for (size_t i = 0; i < doc->quotes.len && e == OK; i++) {
        const struct quote *q = &doc->quotes.ptr[i];
        size_t at = d->text.len;
        if (same_words_before(doc, i, seen, places - 1)) continue;
        struct slice id = line_quote_id(doc->key, q, mem);
        if (id.ptr == NULL) return ERR_NOMEM;
        struct line_head head = desk_head(d, now, "quote", "new", id);
        struct line_context in = {.story = doc->story.id, .speaker = desk_named(doc, who, q->speaker)};
        e = fits(d, at, line_quote(&head, doc, q, &in, &d->text));
        if (e == OK) e = desk_add(d, &head, at);
    }
    return e;
}

/* A copy repeats its original's quotes: it has an article line alone. */
static enum err tell_article(struct desk *d, struct arena *mem, const struct doc *doc, const struct named *who, uint64_t now)
{
    enum outcome outcome = is_copy(doc) ? OUTCOME_DUPLICATE : OUTCOME_REPORTED;
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "article", "new", doc->key);
    enum err e = fits(d, at, line_article(&head, doc, who, slice_of(outcome_name(outcome)), &d->text));
    if (e == OK) e = desk_add(d, &head, at);
    if (e == OK && outcome == OUTCOME_REPORTED) e = tell_quotes(d, mem, doc, who, now);
    if (e == OK && outcome == OUTCOME_REPORTED) e = desk_tell_alerts(d, mem, doc, now);
    return e;
}

/* --- its story --- */

void desk_owe(const struct desk *d, struct ledger_story *s, uint64_t now)
{
    if (s->due != 0) return;
    uint64_t at = s->line_at == 0 ? now : s->line_at + d->settings.coalesce;
    if (at < now) at = now;
    if (at > now + d->settings.coalesce) at = now + d->settings.coalesce; /* the clock was set back */
    s->due = at == 0 ? 1 : at;
}

static enum err join_story(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now)
{
    struct ledger_story s;
    bool found;
    enum err e = ledger_story(d->ledger, doc->story.id, mem, &s, &found);
    if (e != OK) return e;
    if (!found) s.opened = doc->accepted;
    if (s.state == STORY_CLOSED) s.state = STORY_OPEN;
    if (doc->story.storyline.ptr != NULL) s.storyline = doc->story.storyline;
    if (doc->accepted > s.updated) s.updated = doc->accepted;
    desk_owe(d, &s, now);
    return ledger_put_story(d->ledger, &s);
}

/* --- taking --- */

static enum err take_known(struct desk *d, const struct doc *doc, const struct ledger_doc *known, uint64_t now, struct desk_taken *out)
{
    bool same = slice_eq(known->instance, doc->instance) && (known->seq == doc->seq || doc->instance.ptr == NULL);
    *out = (struct desk_taken){same ? known->outcome : OUTCOME_AGAIN, true};
    if (same) {
        d->counts.repeated++;
        return OK;
    }
    bool fresh = false;
    enum err e = ledger_add_again(d->ledger, doc->instance, doc->seq, doc->key, now, &fresh);
    out->repeated = !fresh;
    d->counts.again += fresh;
    d->counts.repeated += !fresh;
    return e;
}

static enum err take_article(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now, enum outcome outcome)
{
    int64_t row = 0;
    struct named *who = NULL;
    enum err e = desk_name(d, mem, doc, &who);
    if (e == OK) e = tell_article(d, mem, doc, who, now);
    if (e == OK) e = desk_add_row(d, mem, doc, outcome, now, &row);
    if (e == OK) e = add_names(d, doc, who, row);
    if (e == OK) e = add_quotes(d, doc, row);
    if (e == OK && doc->story.id.ptr != NULL) e = join_story(d, mem, doc, now);
    return e;
}

void desk_strip(struct doc *doc)
{
    static const enum doc_field heavy[] = {DOC_TEXT, DOC_TITLE, DOC_STANDFIRST, DOC_BODY, DOC_MAP, DOC_SENTENCES, DOC_DROPPED, DOC_ENTITIES,
                                           DOC_QUOTES, DOC_TIMES, DOC_QUANTITIES, DOC_SHARED, DOC_STORY, DOC_META, DOC_RAW};
    for (size_t i = 0; i < sizeof heavy / sizeof *heavy; i++) doc_clear(doc, heavy[i]);
    doc->text = (struct slice){NULL, 0};
    doc->title = doc->standfirst = (struct span){0, 0};
    doc->entities = (struct entities){NULL, 0};
    doc->quotes = (struct quotes){NULL, 0};
    doc->unknown = (struct slices){NULL, 0};
}

static enum err take_reject(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now)
{
    int64_t row = 0;
    enum err e = tell_reject(d, doc, now);
    return e == OK ? desk_add_row(d, mem, doc, OUTCOME_REJECTED, now, &row) : e;
}

static enum err take_new(struct desk *d, struct arena *mem, struct doc *doc, uint64_t now, struct desk_taken *out)
{
    enum err e = OK;
    enum outcome outcome = is_copy(doc) ? OUTCOME_DUPLICATE : OUTCOME_REPORTED;
    if (!doc_has(doc, DOC_FAIL) && !doc_has(doc, DOC_TEXT)) doc_fail(doc, mem, STAGE_REPORT, ERR_MISSING, "the document has no text");
    if (!doc_has(doc, DOC_FAIL)) {
        e = ledger_savepoint(d->ledger);
        size_t lines = d->n_lines, text = d->text.len;
        if (e == OK) e = take_article(d, mem, doc, now, outcome);
        if (e != OK && !is_world(e)) {
            doc_fail(doc, mem, STAGE_REPORT, e, "the document does not fit its lines: %s", err_name(e));
            desk_strip(doc);
            d->n_lines = lines;
            d->text.len = text;
            e = ledger_savepoint_undo(d->ledger);
        }
    }
    if (e == OK && doc_has(doc, DOC_FAIL)) {
        outcome = OUTCOME_REJECTED;
        e = take_reject(d, mem, doc, now);
    }
    for (size_t i = 0; i < doc->changes.len && e == OK; i++) e = desk_change(d, mem, doc, &doc->changes.ptr[i], now);
    uint64_t *count[] = {NULL, &d->counts.reported, &d->counts.duplicate, &d->counts.rejected};
    (*count[outcome])++;
    *out = (struct desk_taken){outcome, false};
    return e;
}

enum err desk_take(struct desk *d, struct arena *mem, struct doc *doc, uint64_t now, struct desk_taken *out)
{
    struct ledger_doc known;
    bool found = false;
    if (d->counts.in == 0) d->counts.since = now;
    d->counts.in++;
    enum err e = ledger_find(d->ledger, doc->key, mem, &known, &found);
    if (e != OK) return e;
    return found ? take_known(d, doc, &known, now, out) : take_new(d, mem, doc, now, out);
}

/* --- stats --- */

uint64_t desk_taken_since(const struct desk *d)
{
    return d->counts.in;
}

enum err desk_stats(struct desk *d, const struct desk_gauges *g, uint64_t now)
{
    uint64_t total[OUTCOME_COUNT];
    ledger_counts(d->ledger, total);
    const struct desk_counts *c = &d->counts;
    struct line_stats s = {.since = c->since, .in = c->in, .reported = c->reported, .duplicate = c->duplicate, .rejected = c->rejected,
                           .again = c->again, .repeated = c->repeated, .p50_ms = g->p50_ms, .p99_ms = g->p99_ms,
                           .pending_stories = g->pending_stories, .unindexed = g->unindexed};
    memcpy(s.total, &total[OUTCOME_REPORTED], sizeof s.total);
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, "stats", "new", SLICE("report"));
    enum err e = line_stats(&head, &s, &d->text);
    if (e == OK) e = desk_add(d, &head, at);
    if (e == OK) d->counts = (struct desk_counts){.since = now};
    return e;
}
