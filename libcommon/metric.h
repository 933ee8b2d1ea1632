/* metric.h - what a daemon counts, in tables from which both /status (JSON) and /metrics (Prometheus text 0.0.4) are printed.
 *
 * A row names a member of a struct of values. Names follow Prometheus's conventions: base units (seconds, bytes), counters end in
 * _total, a unit stands last. */
#ifndef WD_METRIC_H
#define WD_METRIC_H

#include "buf.h"
#include "histogram.h"

enum metric_kind {
    METRIC_COUNTER,    /* uint64_t; only grows while the process lives */
    METRIC_GAUGE,      /* uint64_t */
    METRIC_REAL,       /* double, a gauge */
    METRIC_FLAG,       /* bool, a gauge of 1 or 0; true or false in /status */
    METRIC_TIME,       /* uint64_t ns, a gauge in seconds; in /status ms where the member's name ends in _ms, else seconds */
    METRIC_TIME_TOTAL, /* the same, a counter */
    METRIC_TIMES,      /* struct histogram by histogram_time(); in /status p50 and p99 in ms */
    METRIC_SIZES,      /* struct histogram by histogram_size(); in /status p50 and p99 */
    METRIC_TEXT,       /* const char *, plain words; in /status only, and left out there when it is NULL */
};

struct metric_row {
    const char *name;   /* "resends_total" for wiredesk_resends_total; process_... is printed as it is; NULL: in /status only */
    const char *label;  /* NULL, or `outcome="reported"`; rows of one name stand together, and the first one's help counts */
    enum metric_kind kind;
    size_t at;          /* offsetof in the struct of values */
    const char *status; /* "in", or "journal.bytes" for a member of an object; NULL: in /metrics only */
    const char *help;   /* one sentence */
};

/* The tables of one daemon with their values, as they were when they were added. */
enum { METRIC_TABLES = 8, METRIC_BYTES = 8192 };
struct metrics {
    const char *stage; /* the label `stage` of each sample */
    size_t len, used;
    struct {
        const struct metric_row *rows; /* ended by a row without name and status */
        size_t at;                     /* in bytes */
    } table[METRIC_TABLES];
    _Alignas(8) char bytes[METRIC_BYTES];
};

void metrics_begin(struct metrics *m, const char *stage);

/* Adds a table; `size` bytes of values are copied. What they point to must live until they are printed. */
void metrics_add(struct metrics *m, const struct metric_row *rows, const void *values, size_t size);

/* Both append. /status: one object in the order of the tables; members of one inner object stand in rows that follow each other. */
void metrics_status(const struct metrics *m, struct buf *json);
void metrics_text(const struct metrics *m, struct buf *text);

#endif
