/* filter.c - report --stdio: JSON documents in, stream lines out, with the daemon's own desk and ledger. */
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/daemon.h"
#include "../../libcommon/filter.h"
#include "../../libcommon/json_read.h"
#include "lines.h"
#include "office.h"
#include "pages.h"

enum { BATCH = 256 };

struct desk_filter {
    struct office office;
    struct buf *out; /* where lines go while they are gathered */
    uint64_t clock;  /* ms: the latest `accepted`; wall time until there is one */
    bool told_time, begun;
    struct json_reader *quick; /* or NULL */
};

/* The desk's lines so far into `out`, which is printed once they are committed. */
static enum err gather(struct desk_filter *f, struct buf *out)
{
    f->out = out;
    return office_publish(&f->office);
}

static enum err append(void *self, uint64_t seq, struct slice line)
{
    struct desk_filter *f = self;
    (void)seq;
    buf_put(f->out, line);
    return buf_char(f->out, '\n');
}

static enum err begin(struct desk_filter *f)
{
    if (f->begun) return OK;
    enum err e = ledger_begin(f->office.ledger);
    f->begun = e == OK;
    return e;
}

/* Time is the documents' own, so that the same documents give the same lines. */
static void tell_time(struct desk_filter *f, const struct doc *doc)
{
    if (doc_has(doc, DOC_ACCEPTED) && doc->accepted > 0 && (!f->told_time || doc->accepted > f->clock)) {
        f->clock = doc->accepted;
        f->told_time = true;
    }
    if (!f->told_time) f->clock = clock_wall_ms();
}

/* What fails behind the decoding is the world: the whole run ends and nothing of the batch is kept. */
static enum err take(void *self, struct arena *mem, struct slice in, struct buf *out)
{
    struct desk_filter *f = self;
    struct doc doc;
    struct desk_taken taken;
    unsigned told;
    enum err e = doc_read_json(f->quick, in, mem, &doc);
    if (e != OK) return e;
    tell_time(f, &doc);
    e = begin(f);
    if (e == OK) e = desk_take(f->office.desk, mem, &doc, f->clock, &taken);
    if (e == OK) e = office_tell(&f->office, f->clock, f->clock, BATCH, &told);
    if (e == OK) e = gather(f, out);
    return e == OK || e == ERR_FULL ? e : ERR_IO;
}

static enum err commit(void *self)
{
    struct desk_filter *f = self;
    if (!f->begun) return OK;
    f->begun = false;
    return ledger_commit(f->office.ledger);
}

/* Everything that is still owed: lines of stories, then the stats. */
static enum err finish(struct desk_filter *f)
{
    struct buf out = buf_make(SIZE_MAX);
    unsigned told = 1;
    enum err e = begin(f);
    while (e == OK && told > 0) e = office_tell(&f->office, UINT64_MAX, f->clock, BATCH, &told);
    if (e == OK && desk_taken_since(f->office.desk) > 0) e = desk_stats(f->office.desk, &(struct desk_gauges){0}, f->clock);
    if (e == OK) e = gather(f, &out);
    if (e == OK) e = commit(f);
    if (e == OK && ((out.len > 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len) || fflush(stdout) != 0)) e = ERR_IO;
    buf_free(&out);
    for (uint64_t left = 1; e == OK && left > 0;) e = ledger_index(f->office.ledger, BATCH, &left);
    return e;
}

static int run(struct desk_filter *f, const struct report_settings *s)
{
    const struct filter filter = {
        .name = "report", .line_max = (size_t)2 * DOC_FRAME_MAX, .out_max = (size_t)4 * DOC_FRAME_MAX, .arena_max = DOC_ARENA_MAX,
        .batch = s->stage.batch, .line = take, .commit = commit, .self = f,
    };
    int status = filter_run(&filter, STDIN_FILENO, STDOUT_FILENO);
    if (status == EXIT_TRY_AGAIN) {
        fprintf(stderr, "wiredesk-report: the ledger: %s\n", ledger_trouble(f->office.ledger));
        return status;
    }
    enum err e = finish(f);
    if (e == OK) return status;
    fprintf(stderr, "wiredesk-report: %s: %s\n", err_name(e), ledger_trouble(f->office.ledger));
    return EXIT_TRY_AGAIN;
}

/* The pages of all that this run told. */
static bool write_pages(struct desk_filter *f, const struct report_settings *s, struct trouble *t)
{
    struct pages *p = pages_open(s->stage.state, f->office.ledger, t);
    if (p == NULL) return false;
    enum err e = pages_follow(p);
    pages_close(&p, false);
    if (e != OK) trouble_say(t, EXIT_TRY_AGAIN, "the pages cannot be written: %s", err_name(e));
    return e == OK;
}

int report_filter(const struct report_settings *s)
{
    struct desk_filter f = {.office = {.line = append}, .quick = json_reader_create(DOC_JSON_DEPTH)};
    struct trouble t = {EXIT_TRY_AGAIN, "out of memory"};
    enum log_level level = LOG_INFO;
    f.office.self = &f;
    if (!daemon_check("report", &s->stage, &t)) return daemon_fail("report", &t);
    if (log_level_named(s->stage.log_level, &level)) log_open("report", level);
    bool open = office_open(&f.office, s, false, &t);
    int status = open ? run(&f, s) : daemon_fail("report", &t);
    if (f.begun) office_undo(&f.office);
    if (open && status != EXIT_TRY_AGAIN && !s->no_pages && !write_pages(&f, s, &t)) status = daemon_fail("report", &t);
    office_close(&f.office);
    json_reader_destroy(&f.quick);
    return status;
}
