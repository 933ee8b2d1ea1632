/* worker.c - decode, work, encode; what cannot be worked on travels on with `fail`; what cannot be read is refused. */
#include "worker.h"

#include "../libcommon/chaos.h"
#include "../libcommon/filter.h"
#include "../libcommon/json_read.h"
#include "doc_fields.h"
#include "note.h"

static const char *field_name(enum doc_field f)
{
    return f < DOC_FIELD_COUNT ? doc_fields[f].column.key : "the document";
}

static void clear_writes(const struct worker *w, struct doc *doc)
{
    for (doc_mask left = w->writes & doc->has; left != 0; left &= left - 1) doc_clear(doc, (enum doc_field)__builtin_ctzll(left));
}

static void fail_missing(const struct worker *w, struct arena *mem, struct doc *doc)
{
    doc_mask missing = w->needs & ~doc->has;
    if (missing == 0) return;
    enum doc_field f = (enum doc_field)__builtin_ctzll(missing);
    doc_fail(doc, mem, w->stage, ERR_MISSING, "%s needs the field %s", stage_name(w->stage), field_name(f));
}

/* A test build told not to judge: normalize hands the bytes on, tag adds nothing, dedup judges the first few bytes and keeps
 * the story to itself, so that report has none to compare. */
static enum err work_idle(const struct worker *w, struct arena *mem, struct doc *doc)
{
    enum { GLANCE = 24 };
    struct slice text = doc->text;
    if (w->stage == STAGE_NORMALIZE) {
        doc->text = doc->raw;
        doc_set(doc, DOC_TEXT);
        return OK;
    }
    if (w->stage != STAGE_DEDUP) return OK;
    doc->text.len = text.len < GLANCE ? text.len : GLANCE;
    enum err e = w->work(w->self, mem, doc);
    doc->text = text;
    if (e == OK && doc_has(doc, DOC_STORY)) doc_clear(doc, DOC_STORY);
    return e;
}

/* Adds the stage's fields, or `fail`. Only a failed world is an error. */
static enum err work_on(const struct worker *w, struct arena *mem, struct doc *doc)
{
    clear_writes(w, doc);
    fail_missing(w, mem, doc);
    if (doc_has(doc, DOC_FAIL)) return OK;
    enum err e = chaos_idle() ? work_idle(w, mem, doc) : w->work(w->self, mem, doc);
    if (e == ERR_IO || e == ERR_FULL) return e;
    if (e != OK) doc_fail(doc, mem, w->stage, e, "%s could not process it: %s", stage_name(w->stage), err_name(e));
    if (doc_has(doc, DOC_FAIL)) clear_writes(w, doc);
    return OK;
}

/* Encodes; when the result breaks a limit, the document goes on without this stage's fields and with `fail`. */
static enum err send_on(const struct worker *w, struct arena *mem, struct doc *doc, struct buf *out)
{
    size_t before = out->len;
    enum err e = doc_encode(doc, out);
    if (e == OK || e == ERR_NOMEM) return e;
    enum doc_field culprit = doc_culprit(doc);
    out->len = before;
    out->failed = OK;
    clear_writes(w, doc);
    doc_fail(doc, mem, w->stage, e, "the result of %s breaks the limits of %s", stage_name(w->stage), field_name(culprit));
    return doc_encode(doc, out);
}

/* worker_step() that counts the documents which fail here. */
static enum err step_counted(const struct worker *w, struct arena *mem, struct slice in, struct buf *out, uint64_t *failed)
{
    struct doc doc;
    enum err e = doc_decode(in, DOC_BIT(DOC_FAIL), mem, &doc);
    if (e == OK && doc.to != w->stage) e = ERR_ADDRESS;
    bool came_failed = e == OK && doc_has(&doc, DOC_FAIL);
    if (e == OK && !came_failed) e = doc_open(&doc, w->reads | w->needs, mem);
    if (e == OK && !came_failed) e = work_on(w, mem, &doc);
    if (e != OK) return e;
    doc.to = w->stage + 1;
    doc_set(&doc, DOC_TO);
    e = send_on(w, mem, &doc, out);
    *failed += e == OK && !came_failed && doc_has(&doc, DOC_FAIL);
    return e;
}

enum err worker_step(const struct worker *w, struct arena *mem, struct slice in, struct buf *out)
{
    uint64_t failed = 0;
    return step_counted(w, mem, in, out, &failed);
}

struct job {
    const struct worker *w;
    uint64_t failed; /* documents that failed here */
    struct json_reader *quick; /* for the filter's lines, or NULL */
};

/* One document in the JSON view, one line in, one or more lines out. */
static enum err line(void *self, struct arena *mem, struct slice in, struct buf *out)
{
    struct doc doc;
    const struct job *job = self;
    const struct worker *w = job->w;
    enum err e = doc_read_json(job->quick, in, mem, &doc);
    if (e == OK && !doc_has(&doc, DOC_FAIL)) e = work_on(w, mem, &doc);
    if (e != OK) return e;
    enum doc_field culprit = doc_culprit(&doc);
    if (culprit != DOC_FIELD_COUNT) {
        e = doc_check(&doc, culprit);
        clear_writes(w, &doc);
        doc_fail(&doc, mem, w->stage, e, "the result of %s breaks the limits of %s", stage_name(w->stage), field_name(culprit));
    }
    e = doc_to_json(&doc, doc_behind(w->stage + 1) | DOC_BIT(DOC_V) | DOC_BIT(DOC_TO), mem, out);
    if (e != OK) return e;
    e = buf_char(out, '\n');
    return e == OK && w->after_line ? w->after_line(w->self, mem, &doc, out) : e;
}

/* --- what the stage runtime calls --- */

static enum err step(void *self, struct arena *mem, struct slice in, struct buf *out)
{
    struct job *job = self;
    return step_counted(job->w, mem, in, out, &job->failed);
}

static enum err commit(void *self)
{
    const struct job *job = self;
    return job->w->commit(job->w->self);
}

static const struct metric_row rows[] = {
    {"documents_failed_total", NULL, METRIC_COUNTER, offsetof(struct job, failed), "failed", "Documents that this stage could not process; they travel on with the reason."},
    {0},
};

static void metrics(void *self, struct metrics *m)
{
    const struct job *job = self;
    metrics_add(m, rows, job, sizeof *job);
    if (job->w->metrics) job->w->metrics(job->w->self, m);
}

/* A notice about a frame of which as much as possible is known; left out when not even its key can be read. */
static void notice(const struct job *job, struct slice in, struct note *n, struct buf *out)
{
    struct arena *mem = arena_create(1 << 20);
    struct doc doc;
    if (mem == NULL) return;
    doc_mask envelope = DOC_BIT(DOC_INSTANCE) | DOC_BIT(DOC_SEQ) | DOC_BIT(DOC_EPOCH) | DOC_BIT(DOC_TRY);
    if (doc_peek(in, envelope, mem, &doc) == OK) {
        n->instance = doc.instance;
        n->seq = doc.seq;
        n->epoch = doc.epoch;
        n->try = doc.try;
        n->key = doc.key;
        n->stage = job->w->stage;
        if (note_encode(n, out) != OK) buf_clear(out);
    }
    arena_destroy(&mem);
}

static void refuse(void *self, struct slice in, enum err why, struct buf *out)
{
    struct note n = {.kind = NOTE_REFUSED, .error = slice_of(err_name(why))};
    if (why == ERR_ADDRESS) return; /* a message that went astray says nothing against its document, which will be sent again */
    notice(self, in, &n, out);
}

static void busy(void *self, struct slice in, uint64_t ms, struct buf *out)
{
    struct note n = {.kind = NOTE_BUSY, .ms = ms};
    notice(self, in, &n, out);
}

static void strike(void *self, const struct strike *s, struct buf *out)
{
    char detail[64] = "";
    if (s->faulted) snprintf(detail, sizeof detail, NOTE_SIGNAL, (int)s->signal);
    struct note n = {
        .kind = s->faulted ? NOTE_FAULTED : NOTE_INTERRUPTED,
        .worker = slice_of(s->worker),
        .strike = {(const char *)s->id, STRIKE_ID},
        .error = s->faulted ? slice_of(err_name(ERR_FAULT)) : (struct slice){NULL, 0},
        .detail = s->faulted ? slice_of(detail) : (struct slice){NULL, 0},
    };
    notice(self, (struct slice){s->bytes, s->len}, &n, out);
}

static unsigned forget(void *self, const char *key, struct buf *body)
{
    const struct job *job = self;
    return job->w->forget(job->w->self, key, body);
}

int worker_run(const struct worker *w, const struct stage_settings *settings)
{
    struct job job = {w, 0, settings->stdio ? json_reader_create(DOC_JSON_DEPTH) : NULL};
    struct stage_hooks hooks = {
        .name = stage_name(w->stage),
        .next = stage_name(w->stage + 1),
        .from = stage_name(w->stage - 1),
        .ingest = stage_name(STAGE_INGEST),
        .frame_max = DOC_FRAME_MAX,
        .arena_max = DOC_ARENA_MAX,
        .water_in = w->stage <= STAGE_TAG ? 4 : 256, /* in front of the slow, replicated stages few may wait behind one */
        .water_out = w->stage < STAGE_TAG ? 4 : 256,
        .step = step,
        .commit = w->commit ? commit : NULL,
        .refuse = refuse,
        .busy = busy,
        .strike = strike,
        .forget = w->forget ? forget : NULL,
        .line = line,
        .metrics = metrics,
        .self = &job,
    };
    int status = stage_run(&hooks, settings);
    json_reader_destroy(&job.quick);
    return status;
}
