/* sender.c - the window, the flow clock, what is lost, and the budget for sending it again. */
#include "sender.h"

#include <assert.h>
#include <stdlib.h>

#define MS ((uint64_t)1000000)
#define SECOND (1000 * MS)

enum { KEY_SIZE = 64, SHIFT_MAX = 6 };
static const uint64_t GAP_MOST = 50 * MS;         /* how far one outcome moves the flow clock at most */
static const uint64_t REO_LEAST = 20 * MS, REO_MOST = SECOND;
static const uint64_t REO_FADES = 2 * SECOND;     /* without a new maximum the old one sinks by a quarter */
static const uint64_t TIMEOUT_LEAST = SECOND, TIMEOUT_MOST = 60 * SECOND;
static const uint64_t BUSY_HOLDS = 700 * MS;
static const double BUDGET_MOST = 64, BUDGET_FIRST = .1, BUDGET_PROVEN = 2;

enum why { NOT_LOST = 0, OVERTAKEN, STRUCK };

struct entry {
    uint64_t seq, bytes;
    uint64_t first, last;       /* when the first and the last copy were sent */
    uint64_t order;             /* of the last copy among all transmissions */
    uint64_t try;
    uint64_t passed, passed_first; /* flow clock when the last and the first copy were seen overtaken; 0: not yet */
    uint64_t hold;              /* not lost before this */
    enum why lost;
    int prev, next;             /* by last transmission */
    char key[KEY_SIZE];
    size_t key_len;
};

struct sender {
    struct entry *entry;
    int *free, *table;          /* free entries; entries by seq (open addressing, -1: empty) */
    size_t docs, free_len, table_mask;
    uint64_t bytes_most, bytes;
    uint64_t epoch;
    int head, tail;             /* oldest and newest transmission */
    uint64_t order, order_proven; /* transmissions made; the latest of them that has its outcome */
    uint64_t flow;              /* the flow clock, ns; starts at 1 so that 0 means never */
    uint64_t heard;             /* when the last outcome came, or the window was filled from empty */
    uint64_t overtaking, overtaking_at; /* the largest seen, and since when */
    uint64_t death;             /* when a worker was last heard to have died; 0: never */
    double srtt, rttvar;
    unsigned backoff;
    double budget, proven;      /* resends that may be made: earned by first sends; by resends that were right */
    size_t lost_len;            /* entries marked */
    struct sender_stats stats;
};

/* --- the table --- */

static size_t home(const struct sender *s, uint64_t seq)
{
    return (size_t)(seq * UINT64_C(0x9E3779B97F4A7C15) >> 32) & s->table_mask;
}

static size_t place(const struct sender *s, uint64_t seq)
{
    size_t at = home(s, seq);
    while (s->table[at] >= 0 && s->entry[s->table[at]].seq != seq) at = (at + 1) & s->table_mask;
    return at;
}

static struct entry *find(const struct sender *s, uint64_t seq)
{
    int i = s->table[place(s, seq)];
    return i >= 0 ? &s->entry[i] : NULL;
}

/* Takes the place out and moves up those behind it that would no longer be found. */
static void vacate(struct sender *s, size_t at)
{
    s->table[at] = -1;
    for (size_t i = (at + 1) & s->table_mask; s->table[i] >= 0; i = (i + 1) & s->table_mask) {
        size_t want = home(s, s->entry[s->table[i]].seq);
        bool reachable = at < i ? want > at && want <= i : want > at || want <= i;
        if (reachable) continue;
        s->table[at] = s->table[i];
        s->table[i] = -1;
        at = i;
    }
}

static bool grow(struct sender *s, size_t docs)
{
    size_t slots = 16;
    while (slots < 2 * docs) slots *= 2;
    struct entry *entry = realloc(s->entry, docs * sizeof *entry);
    if (entry) s->entry = entry;
    int *empty = realloc(s->free, docs * sizeof *empty);
    if (empty) s->free = empty;
    int *table = malloc(slots * sizeof *table);
    if (entry == NULL || empty == NULL || table == NULL) {
        free(table);
        return false;
    }
    memset(table, 0xFF, slots * sizeof *table);
    free(s->table);
    s->table = table;
    s->table_mask = slots - 1;
    for (int i = s->head; i >= 0; i = s->entry[i].next) s->table[place(s, s->entry[i].seq)] = i;
    for (size_t i = docs; i > s->docs; i--) s->free[s->free_len++] = (int)(i - 1);
    s->docs = docs;
    return true;
}

struct sender *sender_create(size_t docs, uint64_t bytes, uint64_t epoch)
{
    struct sender *s = calloc(1, sizeof *s);
    if (s == NULL) return NULL;
    s->bytes_most = bytes;
    s->epoch = epoch;
    s->head = s->tail = -1;
    s->flow = 1;
    s->budget = BUDGET_MOST;
    if (docs >= 1 && docs <= SENDER_DOCS_MAX && grow(s, docs)) return s;
    sender_destroy(&s);
    return NULL;
}

void sender_destroy(struct sender **s)
{
    if (*s == NULL) return;
    free((*s)->entry);
    free((*s)->free);
    free((*s)->table);
    free(*s);
    *s = NULL;
}

bool sender_widen(struct sender *s, size_t docs)
{
    if (docs > SENDER_DOCS_MAX) docs = SENDER_DOCS_MAX;
    return docs <= s->docs || grow(s, docs);
}

/* --- the order of transmissions --- */

static void unlink_entry(struct sender *s, struct entry *e)
{
    if (e->prev >= 0) s->entry[e->prev].next = e->next;
    else s->head = e->next;
    if (e->next >= 0) s->entry[e->next].prev = e->prev;
    else s->tail = e->prev;
}

static void append_entry(struct sender *s, struct entry *e)
{
    int i = (int)(e - s->entry);
    e->prev = s->tail;
    e->next = -1;
    if (s->tail >= 0) s->entry[s->tail].next = i;
    else s->head = i;
    s->tail = i;
}

static void mark(struct sender *s, struct entry *e, enum why why)
{
    if (e->lost == NOT_LOST && why != NOT_LOST) s->lost_len++;
    if (e->lost != NOT_LOST && why == NOT_LOST) s->lost_len--;
    e->lost = why;
}

static void leave(struct sender *s, struct entry *e)
{
    mark(s, e, NOT_LOST);
    unlink_entry(s, e);
    vacate(s, place(s, e->seq));
    s->bytes -= e->bytes;
    s->free[s->free_len++] = (int)(e - s->entry);
}

bool sender_room(const struct sender *s, uint64_t bytes)
{
    return s->free_len > 0 && (s->bytes == 0 || (bytes <= s->bytes_most && s->bytes <= s->bytes_most - bytes));
}

void sender_first(struct sender *s, uint64_t seq, struct slice key, uint64_t bytes, uint64_t now)
{
    assert(s->free_len > 0 && key.len <= KEY_SIZE);
    size_t at = place(s, seq);
    assert(s->table[at] < 0);
    if (s->head < 0) s->heard = now; /* silence begins with having something to wait for */
    int i = s->free[--s->free_len];
    struct entry *e = &s->entry[i];
    *e = (struct entry){.seq = seq, .bytes = bytes, .first = now, .last = now, .order = ++s->order, .key_len = key.len};
    memcpy(e->key, key.ptr, key.len);
    s->table[at] = i;
    append_entry(s, e);
    s->bytes += bytes;
    s->budget = s->budget + BUDGET_FIRST < BUDGET_MOST ? s->budget + BUDGET_FIRST : BUDGET_MOST;
    s->stats.firsts++;
}

/* --- what an outcome teaches --- */

static uint64_t reordering(const struct sender *s)
{
    uint64_t reo = s->overtaking + s->overtaking / 2;
    return reo < REO_LEAST ? REO_LEAST : reo > REO_MOST ? REO_MOST : reo;
}

static void sample_time(struct sender *s, uint64_t rtt)
{
    double r = (double)rtt, off;
    if (s->srtt <= 0) {
        s->srtt = r;
        s->rttvar = r / 2;
        return;
    }
    off = s->srtt > r ? s->srtt - r : r - s->srtt;
    s->rttvar += (off - s->rttvar) / 4;
    s->srtt += (r - s->srtt) / 8;
}

/* How far was a first copy overtaken that arrived all the same? */
static void sample_overtaking(struct sender *s, const struct entry *e, uint64_t now)
{
    uint64_t since = e->try == 0 ? e->passed : e->passed_first;
    uint64_t by = since ? s->flow - since : 0;
    if (by <= s->overtaking) return;
    s->overtaking = by;
    s->overtaking_at = now;
}

static void learn(struct sender *s, const struct entry *e, uint64_t try, uint64_t now)
{
    if (try > e->try) return; /* no copy of ours */
    if (try == e->try) sample_time(s, now - e->last);
    else if (try == 0) sample_time(s, now - e->first);
    if (try == 0) sample_overtaking(s, e, now);
    if (try == e->try && e->order > s->order_proven) s->order_proven = e->order;
    if (try == e->try && try > 0) s->proven = s->proven + BUDGET_PROVEN < (double)s->docs ? s->proven + BUDGET_PROVEN : (double)s->docs;
    s->stats.false_resends += e->try - try;
}

static bool is(const struct entry *e, struct slice key)
{
    return slice_eq((struct slice){e->key, e->key_len}, key);
}

bool sender_outcome(struct sender *s, uint64_t seq, struct slice key, uint64_t epoch, uint64_t try, uint64_t now)
{
    uint64_t gap = now > s->heard ? now - s->heard : 0;
    s->flow += gap < GAP_MOST ? gap : GAP_MOST;
    s->heard = now;
    s->backoff = 0;
    struct entry *e = find(s, seq);
    if (e == NULL || !is(e, key)) {
        s->stats.strays++;
        return false;
    }
    if (epoch == s->epoch) learn(s, e, try, now);
    leave(s, e);
    return true;
}

bool sender_holds(const struct sender *s, uint64_t seq, struct slice key)
{
    const struct entry *e = find(s, seq);
    return e != NULL && is(e, key);
}

void sender_hold(struct sender *s, uint64_t seq, uint64_t now)
{
    struct entry *e = find(s, seq);
    if (e) e->hold = now + BUSY_HOLDS;
}

void sender_lost(struct sender *s, uint64_t seq, uint64_t epoch, uint64_t try, uint64_t now)
{
    struct entry *e = find(s, seq);
    if (e == NULL || epoch != s->epoch || try != e->try) return;
    mark(s, e, STRUCK);
    s->death = now;
}

void sender_changed(struct sender *s, uint64_t seq, uint64_t now)
{
    struct entry *e = find(s, seq);
    if (e != NULL) sender_lost(s, seq, s->epoch, e->try, now);
}

/* --- judging --- */

static void judge(struct sender *s, uint64_t now)
{
    if (s->overtaking > 0 && now - s->overtaking_at > REO_FADES) {
        s->overtaking -= s->overtaking / 4;
        s->overtaking_at = now;
    }
    uint64_t reo = reordering(s), behind = 0;
    for (int i = s->head; i >= 0 && s->entry[i].order < s->order_proven; i = s->entry[i].next) {
        struct entry *e = &s->entry[i];
        unsigned shift = e->try < SHIFT_MAX ? (unsigned)e->try : SHIFT_MAX;
        bool waits = e->order <= behind && e->last > s->death;
        if (e->hold > now) behind = e->order + s->docs;
        if (e->passed == 0 || waits) e->passed = s->flow;
        else if (e->hold <= now && s->flow - e->passed > reo << shift && e->lost == NOT_LOST) mark(s, e, OVERTAKEN);
    }
}

static uint64_t timeout(const struct sender *s)
{
    uint64_t t = s->srtt > 0 ? (uint64_t)(s->srtt + 4 * s->rttvar) : TIMEOUT_LEAST;
    if (t < TIMEOUT_LEAST) t = TIMEOUT_LEAST;
    if (t > TIMEOUT_MOST) t = TIMEOUT_MOST;
    t <<= s->backoff < SHIFT_MAX ? s->backoff : SHIFT_MAX;
    return t > TIMEOUT_MOST ? TIMEOUT_MOST : t;
}

static struct entry *first_lost(const struct sender *s)
{
    bool paid = s->budget >= 1 || s->proven >= 1;
    if (s->lost_len == 0) return NULL;
    for (int i = s->head; i >= 0; i = s->entry[i].next)
        if (s->entry[i].lost == STRUCK || (paid && s->entry[i].lost == OVERTAKEN)) return &s->entry[i];
    return NULL;
}

bool sender_due(struct sender *s, uint64_t now, uint64_t *seq, uint64_t *try)
{
    if (s->head < 0) return false;
    judge(s, now);
    const struct entry *e = first_lost(s);
    if (e == NULL && now - s->heard > timeout(s) && s->entry[s->head].hold <= now) e = &s->entry[s->head];
    if (e == NULL) return false;
    *seq = e->seq;
    *try = e->try + 1;
    return true;
}

void sender_again(struct sender *s, uint64_t seq, uint64_t now)
{
    struct entry *e = find(s, seq);
    if (e == NULL) return;
    if (e->lost == NOT_LOST) { /* a probe: the next one only after another, longer silence */
        s->stats.probes++;
        s->heard = now;
        s->backoff++;
    } else {
        s->stats.resends++;
        if (e->lost == STRUCK) s->stats.struck++;
        else if (s->proven >= 1) s->proven--;
        else s->budget--;
    }
    mark(s, e, NOT_LOST);
    if (e->try == 0) e->passed_first = e->passed;
    unlink_entry(s, e);
    append_entry(s, e);
    e->try++;
    e->last = now;
    e->order = ++s->order;
    e->passed = 0;
}

void sender_forget(struct sender *s, uint64_t seq)
{
    struct entry *e = find(s, seq);
    if (e) leave(s, e);
}

bool sender_waits(const struct sender *s)
{
    return s->head >= 0;
}

struct sender_stats sender_stats(const struct sender *s, uint64_t now)
{
    struct sender_stats out = s->stats;
    uint64_t oldest = now;
    for (int i = s->head; i >= 0; i = s->entry[i].next)
        if (s->entry[i].first < oldest) oldest = s->entry[i].first;
    out.oldest_ns = now - oldest;
    out.outstanding = s->docs - s->free_len;
    out.outstanding_bytes = s->bytes;
    out.window = s->docs;
    out.window_bytes = s->bytes_most;
    out.srtt_ns = (uint64_t)s->srtt;
    out.reo_ns = reordering(s);
    out.timeout_ns = timeout(s);
    return out;
}
