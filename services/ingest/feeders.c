/* feeders.c - requests in, documents into the journal's batch, replies after the commit. */
#include "feeders.h"

#include <assert.h>
#include <czmq.h>

#include "../../libcommon/log.h"
#include "../../proto/doc_fields.h"
#include "../../proto/feed.h"
#include "rates.h"
#include "split.h"

enum {
    WATER = 32,                /* requests of one feeder that wait in the socket */
    WAITING_MAX = 4096,        /* replies that wait for a commit; it sends them all at once, so the socket must hold as many */
    RETRY_BUSY_MS = 500, RETRY_FULL_MS = 1000,
    REPLY_MAX = 16 << 20,
    PACED_MOST_MS = 5000,      /* told to one who has brought too much; it asks again then */
    LINGER_MS = 1000,
    PARTS_MAX = 3,             /* of a message: who, REQ's empty delimiter, the request */
    NAME_MOST = 200,
};

/* A reply that waits for the commit. */
struct waiting {
    zframe_t *who;
    char *ref;
    size_t ref_len;
    bool delimited; /* the peer is a REQ, or a DEALER that sends REQ's empty frame */
    struct buf reply;
};

/* One request while it is being worked on. */
struct request {
    struct feed_request in;
    zframe_t *who;
    bool delimited;
    struct rate *rate; /* of its feeder */
};

/* The request that was taken on last, while its documents join the batch. */
struct job {
    struct request r;
    zmq_msg_t part[PARTS_MAX]; /* of its message, in which it lies */
    struct split_docs docs;
    struct slices keys;
    size_t next; /* of docs */
    uint64_t now_ms;
};

struct feeders {
    struct feeders_settings set;
    struct journal *journal;
    zsock_t *sock;
    struct rates *rates;
    struct arena *mem;
    struct buf frame; /* of one document */
    struct job job;
    struct waiting *waiting;
    size_t len, documents;
    bool working; /* on the job */
    uint64_t hold_off_ms;
    struct feeders_stats stats;
};

struct feeders *feeders_open(const struct feeders_settings *s, struct journal *j, struct trouble *t)
{
    struct link_settings link = {.type = ZMQ_ROUTER, .water = WATER, .water_back = WAITING_MAX, .frame_max = FEED_FRAME_MAX, .linger_ms = LINGER_MS,
                                 .public = true, .trusted_network = s->trusted_network, .doors = s->doors, .admits = "feeder"};
    struct feeders *f = calloc(1, sizeof *f);
    trouble_say(t, 75, "out of memory");
    if (f == NULL) return NULL;
    *f = (struct feeders){.set = *s, .journal = j, .frame = buf_make(DOC_FRAME_MAX)};
    f->mem = arena_create((size_t)SPLIT_ARENA + FEED_FRAME_MAX);
    f->waiting = calloc(WAITING_MAX, sizeof *f->waiting);
    f->rates = rates_create(s->documents, s->bytes);
    for (size_t i = 0; i < PARTS_MAX; i++) zmq_msg_init(&f->job.part[i]);
    if (f->mem && f->waiting && f->rates) f->sock = link_bind(&link, s->state, s->endpoint, t);
    if (f->sock) return f;
    feeders_close(&f);
    return NULL;
}

static void drop(struct waiting *w)
{
    zframe_destroy(&w->who);
    free(w->ref);
    buf_free(&w->reply);
}

/* The request in hand is done with. */
static void finish(struct feeders *f)
{
    for (size_t i = 0; i < PARTS_MAX; i++) zmq_msg_close(&f->job.part[i]);
    zframe_destroy(&f->job.r.who);
    f->job = (struct job){.next = 0};
    for (size_t i = 0; i < PARTS_MAX; i++) zmq_msg_init(&f->job.part[i]);
    f->working = false;
}

void feeders_close(struct feeders **f)
{
    if (*f == NULL) return;
    for (size_t i = 0; i < (*f)->len; i++) drop(&(*f)->waiting[i]);
    finish(*f);
    free((*f)->waiting);
    link_unbind(&(*f)->sock);
    rates_destroy(&(*f)->rates);
    arena_destroy(&(*f)->mem);
    buf_free(&(*f)->frame);
    free(*f);
    *f = NULL;
}

zsock_t *feeders_socket(const struct feeders *f)
{
    return f->sock;
}

/* --- replies --- */

static void count(struct feeders *f, enum feed_status s)
{
    if (s == FEED_OK) f->stats.ok++;
    else if (s == FEED_BUSY) f->stats.busy++;
    else f->stats.refused++;
}

/* To a feeder that has gone or reads nothing it is lost, and the feeder asks again: the key is known by then. */
static void send_reply(struct feeders *f, zframe_t *who, bool delimited, struct slice reply)
{
    zmsg_t *m = zmsg_new();
    zframe_t *to = zframe_dup(who);
    if (m == NULL || to == NULL || zmsg_append(m, &to) != 0 || (delimited && zmsg_addmem(m, "", 0) != 0) ||
        zmsg_addmem(m, reply.ptr, reply.len) != 0 || zmsg_send(&m, f->sock) != 0) {
        log_event(LOG_WARN, "reply_lost", "bytes=%zu reason=\"%s\"", reply.len, zmq_strerror(zmq_errno()));
        zmsg_destroy(&m);
    }
}

static void answer(struct feeders *f, zframe_t *who, bool delimited, const struct feed_reply *r)
{
    struct buf out = buf_make(REPLY_MAX);
    if (feed_reply_encode(r, &out) == OK) send_reply(f, who, delimited, buf_slice(&out));
    else log_event(LOG_ERROR, "reply_unmade", "status=%s", feed_status_name(r->status));
    count(f, r->status);
    buf_free(&out);
}

static void answer_busy(struct feeders *f, const struct request *r, const char *detail, uint64_t retry_ms)
{
    answer(f, r->who, r->delimited, &(struct feed_reply){.ref = r->in.ref, .status = FEED_BUSY, .error = SLICE("full"),
                                                         .detail = slice_of(detail), .retry_ms = retry_ms});
}

static void answer_refused(struct feeders *f, const struct request *r, enum err e, struct slice detail, uint64_t at)
{
    answer(f, r->who, r->delimited, &(struct feed_reply){.ref = r->in.ref, .status = FEED_REFUSED, .error = slice_of(err_name(e)),
                                                         .detail = detail, .at = at});
}

/* Keeps the reply until the commit; takes r->who over. */
static enum err keep_reply(struct feeders *f, struct request *r, struct slices keys, uint64_t skipped)
{
    struct waiting *w = &f->waiting[f->len];
    *w = (struct waiting){.delimited = r->delimited, .reply = buf_make(REPLY_MAX), .ref = malloc(r->in.ref.len + 1), .ref_len = r->in.ref.len};
    enum err e = w->ref ? feed_reply_encode(&(struct feed_reply){.ref = r->in.ref, .status = FEED_OK, .keys = keys, .skipped = skipped}, &w->reply) : ERR_NOMEM;
    if (e != OK) {
        drop(w);
        return e;
    }
    if (r->in.ref.len > 0) memcpy(w->ref, r->in.ref.ptr, r->in.ref.len);
    w->who = r->who;
    r->who = NULL;
    f->len++;
    return OK;
}

/* --- documents --- */

/* Whom it is for, its place in the journal and its time. */
static void stamp(struct doc *doc, struct journal *j, uint64_t now_ms)
{
    doc->v = DOC_VERSION;
    doc->to = STAGE_NORMALIZE;
    doc_set(doc, DOC_V);
    doc_set(doc, DOC_TO);
    doc->instance = journal_instance(j);
    doc->seq = journal_next(j);
    doc->accepted = now_ms;
    doc_set(doc, DOC_INSTANCE);
    doc_set(doc, DOC_SEQ);
    doc_set(doc, DOC_ACCEPTED);
}

/* What stands in the way of one document: of the journal, or of the document itself. */
struct obstacle {
    enum err journal, document;
    struct slice detail;
};

static void add_document(struct feeders *f, const struct feed_request *in, const struct split_doc *d, uint64_t now_ms, struct slice *key,
                         struct obstacle *o)
{
    struct doc doc;
    uint64_t held = 0;
    o->journal = split_document(in, d, f->mem, &doc);
    *key = doc.key;
    if (o->journal == OK) o->journal = journal_find(f->journal, *key, &held);
    if (o->journal != OK) return;
    if (held != 0) {
        f->stats.known++;
        return;
    }
    stamp(&doc, f->journal, now_ms);
    buf_clear(&f->frame);
    o->document = doc_encode(&doc, &f->frame);
    if (o->document != OK) {
        const char *field = doc_culprit(&doc) < DOC_FIELD_COUNT ? doc_fields[doc_culprit(&doc)].column.key : "the whole";
        o->detail = arena_printf(f->mem, "%.*s: %s breaks its limit", (int)d->name.len, d->name.ptr ? d->name.ptr : "", field);
        return;
    }
    struct original original = {.key = *key, .hash = doc.hash, .raw = doc.raw, .accepted = now_ms};
    if (f->set.originals != NULL && doc.raw.ptr != NULL) o->journal = originals_add(f->set.originals, &original);
    if (o->journal == OK) o->journal = journal_add(f->journal, *key, buf_slice(&f->frame));
    if (o->journal == OK) f->documents++;
}

/* The request's documents, which join the batch one by one; none when it was refused. */
static void take_on(struct feeders *f, struct job *job)
{
    struct split_trouble why = {0};
    job->docs = (struct split_docs){.before = job->r.in.records, .before_bytes = job->r.in.bytes};
    enum err e = split(&job->r.in, f->mem, &job->docs, &why);
    size_t n = job->docs.len;
    rate_take(job->r.rate, e == OK && n > 0 ? n : 1, job->r.in.body.len);
    job->keys = (struct slices){e == OK ? arena_array(f->mem, n ? n : 1, sizeof(struct slice)) : NULL, n};
    f->working = e == OK && job->keys.ptr != NULL;
    if (e != OK) answer_refused(f, &job->r, e, slice_of(why.detail), why.at);
    else if (!f->working) answer_busy(f, &job->r, "no memory to take it now", RETRY_FULL_MS);
}

/* The next document, or behind the last one the reply that waits. An error is the journal's. */
static enum err join(struct feeders *f, struct job *job)
{
    struct obstacle o = {0};
    if (job->next < job->docs.len) {
        add_document(f, &job->r.in, &job->docs.ptr[job->next], job->now_ms, &job->keys.ptr[job->next], &o);
        job->next++;
    } else {
        o.journal = keep_reply(f, &job->r, job->keys, job->docs.skipped);
        if (o.journal == OK) finish(f);
    }
    if (o.document != OK) { /* checked by split() already, so this is rare: the batch goes, its neighbours are fed again */
        answer_refused(f, &job->r, o.document, o.detail, 0);
        return ERR_SCHEMA;
    }
    if (o.journal != OK) answer_busy(f, &job->r, "journal or archive cannot take it now", RETRY_FULL_MS);
    return o.journal;
}

enum err feeders_next(struct feeders *f)
{
    assert(f->working);
    enum err e = join(f, &f->job);
    if (e != OK) finish(f);
    return e;
}

bool feeders_working(const struct feeders *f)
{
    return f->working;
}

/* --- the socket --- */

/* Takes a whole message, of which at most PARTS_MAX parts are kept; returns how many it had. */
static size_t receive_parts(zsock_t *sock, zmq_msg_t part[PARTS_MAX])
{
    size_t n = 0;
    for (bool more = true; more;) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, zsock_resolve(sock), ZMQ_DONTWAIT) < 0) {
            int why = zmq_errno();
            zmq_msg_close(&m);
            if (why == EINTR) continue;
            break;
        }
        more = zmq_msg_more(&m);
        if (n < PARTS_MAX) zmq_msg_move(&part[n], &m);
        zmq_msg_close(&m);
        n++;
    }
    return n;
}

/* The name by which a feeder's rate is kept: its key's, else its address; a local process has one too. Of a part that the feeder sent: the one
 * that says who it is is libzmq's own, and says no more after a poll. */
static struct slice feeder_name(zmq_msg_t *m)
{
    const char *name = zmq_msg_gets(m, "User-Id");
    if (name == NULL || *name == '\0') name = zmq_msg_gets(m, "Peer-Address");
    return slice_cut(slice_of(name), 0, NAME_MOST);
}

/* [who][""?][frame] into the job and *body; other shapes leave the body without a pointer. False: there was no message. */
static bool receive(struct feeders *f, struct job *job, struct slice *body)
{
    size_t n = receive_parts(f->sock, job->part);
    *body = (struct slice){NULL, 0};
    if (n == 0) return false;
    job->r.who = zframe_new(zmq_msg_data(&job->part[0]), zmq_msg_size(&job->part[0]));
    job->r.delimited = n > 2 && zmq_msg_size(&job->part[1]) == 0;
    size_t at = job->r.delimited ? 2 : 1;
    if (n == at + 1) *body = (struct slice){zmq_msg_data(&job->part[at]), zmq_msg_size(&job->part[at])};
    return true;
}

static void answer_paced(struct feeders *f, const struct request *r, uint64_t wait_ms)
{
    f->stats.paced++;
    answer_busy(f, r, "this feeder has brought more than --feeder-documents or --feeder-bytes a second", wait_ms < PACED_MOST_MS ? wait_ms : PACED_MOST_MS);
}

static void work(struct feeders *f, struct job *job, struct slice body)
{
    struct journal_counts held = journal_counts(f->journal);
    struct request *r = &job->r;
    enum err e = body.ptr == NULL ? ERR_MALFORMED : feed_request_decode(body, f->mem, &r->in);
    uint64_t wait = rate_wait(f->rates, r->rate);
    if (e != OK) rate_take(r->rate, 1, body.len);
    if (e != OK) answer_refused(f, r, e, SLICE("the request is not {v: 1, ref?, source?, id?, name, type?, body, meta?} in msgpack: see README, Feeding"), 0);
    else if (job->now_ms < f->hold_off_ms) answer_busy(f, r, "the disk under journal or archive is full, or one of them is at its ceiling", RETRY_FULL_MS);
    else if (held.bytes >= f->set.journal_max) answer_busy(f, r, "the journal has reached its ceiling (--journal-max)", RETRY_BUSY_MS);
    else if (wait > 0) answer_paced(f, r, wait);
    else take_on(f, job);
}

bool feeders_take(struct feeders *f, uint64_t now_ms)
{
    struct slice body;
    assert(!f->working);
    if (f->len == WAITING_MAX || !(zsock_events(f->sock) & ZMQ_POLLIN)) return false;
    bool took = receive(f, &f->job, &body);
    if (took && f->job.r.who != NULL) { /* without memory for who it is it is asked again */
        f->job.now_ms = now_ms;
        f->job.r.rate = rates_of(f->rates, feeder_name(&f->job.part[1]), now_ms);
        f->stats.requests++;
        arena_reset(f->mem);
        work(f, &f->job, body);
    }
    if (!f->working) finish(f);
    return took;
}

size_t feeders_waiting(const struct feeders *f)
{
    return f->len;
}

size_t feeders_waiting_documents(const struct feeders *f)
{
    return f->documents;
}

void feeders_settle(struct feeders *f, enum err e)
{
    for (size_t i = 0; i < f->len; i++) {
        struct waiting *w = &f->waiting[i];
        struct feed_reply busy = {.ref = {w->ref_len ? w->ref : NULL, w->ref_len}, .status = FEED_BUSY, .error = slice_of(err_name(e)),
                                  .detail = SLICE("journal or archive could not be written; nothing of it was taken"), .retry_ms = RETRY_FULL_MS};
        if (e == OK) {
            send_reply(f, w->who, w->delimited, buf_slice(&w->reply));
            f->stats.ok++;
        } else {
            answer(f, w->who, w->delimited, &busy);
        }
        drop(w);
    }
    if (e == OK) f->stats.documents += f->documents;
    f->len = f->documents = 0;
}

void feeders_hold_off(struct feeders *f, uint64_t until_ms)
{
    f->hold_off_ms = until_ms;
}

struct feeders_stats feeders_stats(const struct feeders *f)
{
    return f->stats;
}
