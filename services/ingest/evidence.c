/* evidence.c - three faults (two when the CPU limit was passed), eight interruptions or one refusal convict. */
#include "evidence.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>

static struct slice worker(const struct note *n)
{
    return n->worker.ptr ? n->worker : slice_of(stage_name(n->stage));
}

/* The worker died of the CPU limit. */
static bool spent(const struct note *n)
{
    char limit[32];
    snprintf(limit, sizeof limit, NOTE_SIGNAL, SIGXCPU);
    return n->kind == NOTE_FAULTED && slice_eq(n->detail, slice_of(limit));
}

static enum err weigh_strike(struct journal *j, const struct note *n, enum note_kind kind, struct slice id, struct arena *mem, struct condemnation *out)
{
    struct strikes s;
    enum err e = journal_strike(j, n->key, kind, id, &s);
    if (e != OK) return e;
    out->guilty = s.faulted >= (spent(n) ? SPENT_CONVICT : FAULTS_CONVICT) || s.interrupted >= INTERRUPTIONS_CONVICT;
    out->error = ERR_FAULT;
    out->detail = arena_printf(mem, "workers died while they held it: %u by a fault or the CPU limit, %u killed from outside; the last was %.*s",
                               s.faulted, s.interrupted, (int)worker(n).len, worker(n).ptr);
    return OK;
}

/* A stage that is short of memory refuses what another try may get through: it counts as a fault, once for each copy. */
static enum err weigh_no_memory(struct journal *j, const struct note *n, struct arena *mem, struct condemnation *out)
{
    unsigned char id[16];
    uint64_t copy[4] = {n->seq, n->epoch, n->try, (uint64_t)n->stage};
    crypto_generichash(id, sizeof id, (const unsigned char *)copy, sizeof copy, NULL, 0);
    return weigh_strike(j, n, NOTE_FAULTED, (struct slice){(const char *)id, sizeof id}, mem, out);
}

enum err evidence_weigh(struct journal *j, const struct note *n, struct arena *mem, struct condemnation *out)
{
    *out = (struct condemnation){0};
    if (n->kind != NOTE_REFUSED) return weigh_strike(j, n, n->kind, n->strike, mem, out);
    enum err why = err_named(n->error);
    if (why == ERR_ADDRESS) return OK;
    if (why == ERR_NOMEM) return weigh_no_memory(j, n, mem, out);
    out->guilty = true;
    out->error = why == ERR_COUNT ? ERR_MALFORMED : why;
    out->detail = arena_printf(mem, "%.*s would not take it; the frame is in its quarantine folder", (int)worker(n).len, worker(n).ptr);
    return OK;
}

enum err evidence_condemn(struct journal *j, const struct note *n, const struct condemnation *c, struct arena *mem, struct buf *frame, bool *done)
{
    struct slice held;
    struct doc doc;
    uint64_t seq, at;
    *done = false;
    enum err e = journal_find(j, n->key, &seq);
    if (e != OK || seq == 0 || seq != n->seq) return e;
    e = journal_read(j, seq, &at, &held);
    if (e != OK || at != seq) return e;
    arena_reset(mem);
    buf_clear(frame);
    e = doc_decode(held, DOC_BIT(DOC_FAIL), mem, &doc);
    if (e != OK || doc_has(&doc, DOC_FAIL)) return e;
    doc_clear(&doc, DOC_RAW);
    doc_clear(&doc, DOC_META);
    doc_fail(&doc, mem, n->stage, c->error, "%.*s", (int)c->detail.len, c->detail.ptr ? c->detail.ptr : "");
    e = doc_encode(&doc, frame);
    if (e == OK) e = journal_replace(j, seq, buf_slice(frame));
    *done = e == OK;
    return e;
}
