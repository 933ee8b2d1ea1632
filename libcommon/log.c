/* log.c - one line an event to stderr, one write each; repeated events are held back and counted. */
#include "log.h"

#include "clock.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, WATCHED = 64, BURST = 20 };
#define WINDOW_NS 10000000000u

static const char *const levels[] = {[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

/* How often an event was said in the current window. */
struct watched {
    char event[40];
    uint64_t since; /* ns */
    unsigned said, held;
    enum log_level level;
};

static struct {
    pthread_mutex_t mutex;
    char program[64];
    enum log_level most;
    struct watched watched[WATCHED];
    unsigned count;
    struct log_counts counts;
} self = {.mutex = PTHREAD_MUTEX_INITIALIZER, .most = LOG_INFO};

void log_open(const char *program, enum log_level most)
{
    pthread_mutex_lock(&self.mutex);
    snprintf(self.program, sizeof self.program, "%s", program);
    self.most = most;
    pthread_mutex_unlock(&self.mutex);
}

bool log_level_named(const char *name, enum log_level *level)
{
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (levels[i] != NULL && strcmp(name, levels[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* The record of an event; when the table is full the oldest that owes no count gives way, or NULL when all are in use. */
static struct watched *watch(const char *event, uint64_t now)
{
    struct watched *oldest = &self.watched[0];
    for (unsigned i = 0; i < self.count; i++) {
        struct watched *w = &self.watched[i];
        if (strncmp(w->event, event, sizeof w->event - 1) == 0) return w;
        if (oldest->held > 0 || (w->held == 0 && w->since < oldest->since)) oldest = w;
    }
    if (self.count < WATCHED) {
        oldest = &self.watched[self.count++];
    } else if (oldest->held > 0 || now - oldest->since < WINDOW_NS) {
        return NULL;
    }
    *oldest = (struct watched){.since = now};
    snprintf(oldest->event, sizeof oldest->event, "%s", event);
    return oldest;
}

/* True when the event may be printed; *held is what was held back since the last line of it. */
static bool admit(enum log_level level, const char *event, unsigned *held)
{
    uint64_t now = clock_mono_ns();
    self.counts.errors += level == LOG_ERROR;
    self.counts.warnings += level == LOG_WARN;
    *held = 0;
    if (level > self.most) return false;
    struct watched *w = watch(event, now);
    if (w == NULL || level == LOG_ERROR) return true;
    if (now - w->since >= WINDOW_NS) {
        w->since = now;
        w->said = 0;
    }
    w->level = level;
    if (++w->said > BURST) {
        w->held++;
        self.counts.held++;
        return false;
    }
    *held = w->held;
    w->held = 0;
    return true;
}

static size_t cut(int n, size_t size)
{
    if (n < 0) return 0;
    return (size_t)n < size ? (size_t)n : size - 1;
}

static void print(enum log_level level, const char *event, const char *text, unsigned held)
{
    char line[LINE_MAX_BYTES], when[25], tail[24] = "";
    clock_rfc3339(clock_wall_ms(), when);
    if (held > 0) snprintf(tail, sizeof tail, " held=%u", held);
    size_t room = sizeof line - sizeof tail - 1; /* the last byte is for the newline */
    size_t len = cut(snprintf(line, room, "%s %s %s event=%s%s%s", when, levels[level], self.program, event, *text ? " " : "", text), room);
    len += cut(snprintf(line + len, sizeof tail, "%s", tail), sizeof tail);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20) line[i] = ' '; /* a line stays a line */
    line[len++] = '\n';
    while (write(STDERR_FILENO, line, len) < 0) /* nowhere to report a lost line to */
        break;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
    unsigned held;
    if (level > self.most && level > LOG_WARN) return; /* neither printed nor counted */
    pthread_mutex_lock(&self.mutex);
    bool admitted = admit(level, event, &held);
    pthread_mutex_unlock(&self.mutex);
    if (!admitted) return;
    char text[LINE_MAX_BYTES] = "";
    va_list args;
    va_start(args, fmt);
    if (fmt != NULL) vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    print(level, event, text, held);
}

/* Takes one event that owes its count; false: there is none. */
static bool settle_one(uint64_t now, bool all, struct watched *out)
{
    bool found = false;
    pthread_mutex_lock(&self.mutex);
    for (unsigned i = 0; i < self.count && !found; i++) {
        struct watched *w = &self.watched[i];
        found = w->held > 0 && (all || now - w->since >= WINDOW_NS);
        if (found) *out = *w;
        if (found) w->held = 0;
    }
    pthread_mutex_unlock(&self.mutex);
    return found;
}

void log_settle(bool all)
{
    struct watched w;
    for (uint64_t now = clock_mono_ns(); settle_one(now, all, &w);) print(w.level, w.event, "", w.held);
}

struct log_counts log_counts(void)
{
    pthread_mutex_lock(&self.mutex);
    struct log_counts counts = self.counts;
    pthread_mutex_unlock(&self.mutex);
    return counts;
}

const char *log_quote(struct slice s, char *out, size_t size)
{
    size_t at = 0;
    if (size < 3) {
        if (size > 0) *out = '\0';
        return out;
    }
    out[at++] = '"';
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        char piece[8];
        int n = c == '"' || c == '\\' ? snprintf(piece, sizeof piece, "\\%c", c)
              : c < 0x20 || c == 0x7F ? snprintf(piece, sizeof piece, "\\x%02x", c)
                                      : snprintf(piece, sizeof piece, "%c", c);
        if (at + (size_t)n + 2 > size) break;
        memcpy(out + at, piece, (size_t)n);
        at += (size_t)n;
    }
    out[at++] = '"';
    out[at] = '\0';
    return out;
}
