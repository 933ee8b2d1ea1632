/* pages_thread.c - the pass over the pages beside the daemon: its own ledger reader, low priority, long pauses. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/log.h"
#include "pages.h"

enum {
    LOOK_MS = 250,      /* how often it looks when there is nothing to do */
    REST_SHARE = 4,     /* it rests this many times as long as it worked: a fifth of a core */
    SETTLE_MS = 2000,   /* index and feed at most so often */
    AGAIN_MS = 5000,    /* after an error */
    END_MS = 2000,
    NICE = 10,
};

struct pages_thread {
    struct ledger *reader;
    struct pages *pages;
    pthread_t thread;
    atomic_bool stop;
};

static void nap(struct pages_thread *t, uint64_t ms)
{
    for (uint64_t end = clock_mono_ms() + ms, now; !atomic_load(&t->stop) && (now = clock_mono_ms()) < end;) {
        uint64_t part = end - now < 50 ? end - now : 50;
        nanosleep(&(struct timespec){.tv_nsec = (long)part * 1000000}, NULL);
    }
}

/* What it did so far, slowly. */
static void work(struct pages_thread *t)
{
    uint64_t settled = 0;
    while (!atomic_load(&t->stop)) {
        unsigned wrote = 0;
        bool moved = false;
        uint64_t start = clock_mono_ms();
        enum err e = pages_pass(t->pages, 1, &wrote, &moved);
        if (e == OK && (settled == 0 || clock_mono_ms() - settled >= SETTLE_MS)) {
            e = pages_settle(t->pages);
            settled = clock_mono_ms();
        }
        uint64_t took = clock_mono_ms() - start, least = 1000 / PAGES_A_SECOND;
        if (e != OK) {
            log_event(LOG_WARN, "pages_wait", "error=%s", err_name(e));
            nap(t, AGAIN_MS);
        } else {
            nap(t, !moved ? LOOK_MS : wrote == 0 ? 1 : took * REST_SHARE > least ? took * REST_SHARE : least);
        }
    }
}

static void *serve(void *self)
{
    struct pages_thread *t = self;
    if (setpriority(PRIO_PROCESS, (id_t)gettid(), NICE) != 0) log_event(LOG_DEBUG, "pages_nice", "refused");
    work(t);
    enum err e = OK;
    unsigned wrote;
    bool moved = true;
    for (uint64_t end = clock_mono_ms() + END_MS; e == OK && moved && clock_mono_ms() < end;) e = pages_pass(t->pages, 1, &wrote, &moved);
    if (e == OK) e = pages_settle(t->pages);
    if (e != OK) log_event(LOG_WARN, "pages_wait", "error=%s", err_name(e));
    pages_close(&t->pages, e == OK);
    return NULL;
}

struct pages_thread *pages_start(const char *ledger, const char *state, struct trouble *t)
{
    char why[400];
    struct pages_thread *p = calloc(1, sizeof *p);
    if (p == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        return NULL;
    }
    if (ledger_open_reader(ledger, &p->reader, why, sizeof why) != OK) {
        trouble_say(t, EXIT_TRY_AGAIN, "%s", why);
    } else {
        p->pages = pages_open(state, p->reader, t);
        if (p->pages != NULL && pthread_create(&p->thread, NULL, serve, p) == 0) return p;
        if (p->pages != NULL) trouble_say(t, EXIT_TRY_AGAIN, "cannot start a thread");
    }
    pages_close(&p->pages, false);
    ledger_close(&p->reader);
    free(p);
    return NULL;
}

void pages_stop(struct pages_thread **t)
{
    if (*t == NULL) return;
    atomic_store(&(*t)->stop, true);
    pthread_join((*t)->thread, NULL);
    ledger_close(&(*t)->reader);
    free(*t);
    *t = NULL;
}
