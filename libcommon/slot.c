/* slot.c - the mapped file, the handler that marks it, and the strikes that earlier workers left. */
#include "slot.h"

#include "clock.h"
#include "log.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EMPTY = 0, WORKING = 1, FAULTED = 2, PAGE = 4096, TICKS = 8, ALT_STACK = 64 << 10, PATH_BYTES = 4096 };

/* The file as it is mapped. */
struct page {
    _Atomic uint32_t state;
    int32_t signal;
    uint32_t len;
    char bytes[SLOT_BYTES];
};

struct slot {
    struct page *page;
    pthread_mutex_t mutex; /* between the worker and those who copy */
    uint64_t since;
    timer_t timer;
    bool timed;
    char *alt_stack;
    char strikes_path[PATH_BYTES];
    struct strike strikes[STRIKES_MAX];
    size_t count;
};

/* What the handler needs, and nothing else. */
static struct {
    struct page *page;
    pid_t thread;
    volatile uint64_t serial, ticked; /* messages noted; the one that the last tick saw */
    volatile unsigned ticks;          /* seen on that one */
} armed;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static void die(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    struct page *page = armed.page;
    if (page != NULL && syscall(SYS_gettid) == armed.thread && atomic_load(&page->state) == WORKING) {
        page->signal = number;
        atomic_store(&page->state, FAULTED);
    }
    sigaction(number, &action, NULL);
    raise(number); /* delivered when this handler returns */
}

static void on_fatal(int number)
{
    die(number);
}

/* An eighth of the CPU budget has gone by on this thread. */
static void on_tick(int number)
{
    if (armed.page == NULL || atomic_load(&armed.page->state) != WORKING) return;
    if (armed.ticked != armed.serial) {
        armed.ticked = armed.serial;
        armed.ticks = 0;
    }
    if (++armed.ticks > TICKS) die(number);
}

static bool arm(struct slot *s, uint64_t cpu_budget_ms)
{
    stack_t stack = {.ss_size = ALT_STACK};
    s->alt_stack = malloc(ALT_STACK);
    stack.ss_sp = s->alt_stack;
    if (s->alt_stack == NULL || sigaltstack(&stack, NULL) != 0) return false;
    armed.page = s->page;
    armed.thread = (pid_t)syscall(SYS_gettid);
    struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        if (sigaction(fatal[i], &action, NULL) != 0) return false;
    if (cpu_budget_ms == 0) return true;
    action = (struct sigaction){.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGXCPU};
    event._sigev_un._tid = armed.thread;
    uint64_t ns = cpu_budget_ms * 1000000u / TICKS;
    struct timespec each = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    struct itimerspec spec = {.it_interval = each, .it_value = each};
    if (sigaction(SIGXCPU, &action, NULL) != 0 || timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &s->timer) != 0) return false;
    s->timed = true;
    return timer_settime(s->timer, 0, &spec, NULL) == 0;
}

static void disarm(struct slot *s)
{
    if (s->timed) timer_delete(s->timer);
    if (armed.page != s->page || s->page == NULL) return;
    armed.page = NULL;
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) sigaction(fatal[i], &action, NULL);
    action.sa_handler = SIG_IGN; /* a last tick may be on its way */
    if (s->timed) sigaction(SIGXCPU, &action, NULL);
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
}

/* --- strikes --- */

static void load_strikes(struct slot *s)
{
    uint64_t now = clock_wall_ms();
    FILE *f = fopen(s->strikes_path, "rbe");
    struct strike strike;
    while (f != NULL && s->count < STRIKES_MAX && fread(&strike, sizeof strike, 1, f) == 1) {
        bool fresh = strike.found <= now && now - strike.found < STRIKE_MS;
        if (fresh && strike.len <= SLOT_BYTES) s->strikes[s->count++] = strike;
    }
    if (f != NULL) fclose(f);
}

static bool save_strikes(const struct slot *s)
{
    char temporary[PATH_BYTES + 8];
    snprintf(temporary, sizeof temporary, "%s.new", s->strikes_path);
    FILE *f = fopen(temporary, "wbe");
    if (f == NULL) return false;
    bool good = fwrite(s->strikes, sizeof *s->strikes, s->count, f) == s->count && fflush(f) == 0 && fdatasync(fileno(f)) == 0;
    return fclose(f) == 0 && good && rename(temporary, s->strikes_path) == 0;
}

/* Turns what is in the slot into a strike. When strikes are many, the oldest gives way. */
static bool find_strike(struct slot *s, const char *name)
{
    struct page *page = s->page;
    uint32_t at = atomic_load(&page->state);
    if (at == EMPTY) return true;
    struct strike strike = {.found = clock_wall_ms(), .faulted = at == FAULTED, .signal = at == FAULTED ? page->signal : 0};
    snprintf(strike.worker, sizeof strike.worker, "%s", name);
    strike.len = page->len <= SLOT_BYTES ? page->len : SLOT_BYTES;
    memcpy(strike.bytes, page->bytes, strike.len);
    if (getrandom(strike.id, sizeof strike.id, 0) != (ssize_t)sizeof strike.id) return false;
    if (s->count == STRIKES_MAX) memmove(s->strikes, s->strikes + 1, --s->count * sizeof *s->strikes);
    s->strikes[s->count++] = strike;
    if (!save_strikes(s)) return false;
    log_event(LOG_WARN, "strike", "kind=%s signal=%d", at == FAULTED ? "faulted" : "interrupted", (int)strike.signal);
    atomic_store(&page->state, EMPTY);
    return true;
}

const struct strike *slot_strikes(const struct slot *s, size_t *count)
{
    *count = s->count;
    return s->strikes;
}

/* --- outside --- */

struct slot *slot_open(const char *state, const char *name, uint64_t cpu_budget_ms, struct trouble *t)
{
    char path[PATH_BYTES];
    int fd = -1;
    struct slot *s = calloc(1, sizeof *s);
    if (s == NULL) goto fail;
    pthread_mutex_init(&s->mutex, NULL);
    if (state_folder(state, "run") != OK || state_path(path, sizeof path, state, "run/%s.slot", name) != OK) goto fail;
    if (state_path(s->strikes_path, sizeof s->strikes_path, state, "run/%s.strikes", name) != OK) goto fail;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, PAGE) != 0) goto fail;
    void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) goto fail;
    s->page = map;
    close(fd);
    fd = -1;
    load_strikes(s);
    if (find_strike(s, name) && arm(s, cpu_budget_ms)) return s;
fail:
    trouble_say(t, EXIT_TRY_AGAIN, "cannot use the slot %s/run/%s.slot: %s", state, name, strerror(errno));
    if (fd >= 0) close(fd);
    if (s != NULL) {
        disarm(s);
        if (s->page != NULL) munmap(s->page, PAGE);
        free(s->alt_stack);
        free(s);
    }
    return NULL;
}

void slot_note(struct slot *s, struct slice message)
{
    struct page *page = s->page;
    pthread_mutex_lock(&s->mutex);
    page->len = (uint32_t)(message.len < SLOT_BYTES ? message.len : SLOT_BYTES);
    if (page->len > 0) memcpy(page->bytes, message.ptr, page->len);
    s->since = clock_mono_ns();
    armed.serial++;
    atomic_store_explicit(&page->state, WORKING, memory_order_release);
    pthread_mutex_unlock(&s->mutex);
}

void slot_clear(struct slot *s)
{
    pthread_mutex_lock(&s->mutex);
    atomic_store_explicit(&s->page->state, EMPTY, memory_order_release);
    pthread_mutex_unlock(&s->mutex);
}

void slot_wipe(struct slot *s)
{
    pthread_mutex_lock(&s->mutex);
    if (atomic_load(&s->page->state) == EMPTY) {
        memset(s->page->bytes, 0, sizeof s->page->bytes);
        s->page->len = 0;
    }
    pthread_mutex_unlock(&s->mutex);
}

bool slot_current(struct slot *s, char bytes[SLOT_BYTES], size_t *len, uint64_t *since)
{
    pthread_mutex_lock(&s->mutex);
    bool working = atomic_load(&s->page->state) == WORKING;
    if (working) {
        *len = s->page->len;
        *since = s->since;
        memcpy(bytes, s->page->bytes, *len);
    }
    pthread_mutex_unlock(&s->mutex);
    return working;
}

void slot_close(struct slot **s)
{
    struct slot *self = *s;
    if (self == NULL) return;
    *s = NULL;
    disarm(self);
    atomic_store(&self->page->state, EMPTY);
    munmap(self->page, PAGE);
    pthread_mutex_destroy(&self->mutex);
    free(self->alt_stack);
    free(self);
}
