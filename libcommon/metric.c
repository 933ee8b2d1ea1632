/* metric.c - tables of values printed as JSON and as Prometheus's text. */
#include "metric.h"

#include "json.h"

#include <assert.h>
#include <stdio.h>

void metrics_begin(struct metrics *m, const char *stage)
{
    m->stage = stage;
    m->len = m->used = 0;
}

void metrics_add(struct metrics *m, const struct metric_row *rows, const void *values, size_t size)
{
    assert(m->len < METRIC_TABLES && size <= METRIC_BYTES - m->used);
    memcpy(m->bytes + m->used, values, size);
    m->table[m->len].rows = rows;
    m->table[m->len++].at = m->used;
    m->used += (size + 7) / 8 * 8;
}

static uint64_t number(const void *value)
{
    uint64_t n;
    memcpy(&n, value, sizeof n);
    return n;
}

static double real(const void *value)
{
    double v;
    memcpy(&v, value, sizeof v);
    return v;
}

static const char *text(const void *value)
{
    const char *s;
    memcpy(&s, value, sizeof s);
    return s;
}

/* --- /status --- */

/* The bound below which that share of the samples lies; twice the last bound for what is above all; 0 without samples. */
static uint64_t quantile(const struct histogram *h, double share, uint64_t least, unsigned bounds)
{
    uint64_t seen = 0, bound = least;
    for (unsigned i = 0; h->count > 0; i++, bound = histogram_next(bound, i - 1)) {
        seen += h->bucket[i];
        if (i == bounds || (double)seen >= share * (double)h->count) return bound;
    }
    return 0;
}

static void put_quantiles(const struct histogram *h, bool times, struct buf *json)
{
    uint64_t least = times ? HISTOGRAM_TIME_LEAST : 1;
    unsigned bounds = times ? HISTOGRAM_TIMES : HISTOGRAM_SIZES;
    double unit = times ? 1e6 : 1;
    buf_printf(json, "{\"p50\":%g,\"p99\":%g}", (double)quantile(h, .5, least, bounds) / unit, (double)quantile(h, .99, least, bounds) / unit);
}

static void put_member(const struct metric_row *row, const void *value, struct buf *json)
{
    bool ms = slice_ends(slice_of(row->status), SLICE("_ms"));
    switch (row->kind) {
    case METRIC_COUNTER: case METRIC_GAUGE: buf_printf(json, "%ju", (uintmax_t)number(value)); break;
    case METRIC_REAL: buf_printf(json, "%.1f", real(value)); break;
    case METRIC_FLAG: buf_str(json, *(const bool *)value ? "true" : "false"); break;
    case METRIC_TIME: case METRIC_TIME_TOTAL: buf_printf(json, ms ? "%.2f" : "%.3f", (double)number(value) / (ms ? 1e6 : 1e9)); break;
    case METRIC_TIMES: case METRIC_SIZES: put_quantiles(value, row->kind == METRIC_TIMES, json); break;
    case METRIC_TEXT: json_put_text(json, slice_of(text(value))); break;
    }
}

static void enter(struct slice *in, struct slice object, bool *first, struct buf *json)
{
    if (slice_eq(*in, object)) return;
    if (in->len > 0) buf_char(json, '}');
    if (in->len > 0) *first = false;
    if (object.len > 0) {
        buf_printf(json, "%s\"%.*s\":{", *first ? "" : ",", (int)object.len, object.ptr);
        *first = true;
    }
    *in = object;
}

void metrics_status(const struct metrics *m, struct buf *json)
{
    struct slice in = {NULL, 0};
    bool first = true;
    buf_char(json, '{');
    for (size_t i = 0; i < m->len; i++) {
        for (const struct metric_row *row = m->table[i].rows; row->name != NULL || row->status != NULL; row++) {
            const void *value = m->bytes + m->table[i].at + row->at;
            if (row->status == NULL || (row->kind == METRIC_TEXT && text(value) == NULL)) continue;
            const char *dot = strchr(row->status, '.');
            enter(&in, (struct slice){row->status, dot ? (size_t)(dot - row->status) : 0}, &first, json);
            json_put_key(json, &first, dot ? dot + 1 : row->status);
            put_member(row, value, json);
        }
    }
    enter(&in, (struct slice){NULL, 0}, &first, json);
    buf_char(json, '}');
}

/* --- /metrics --- */

static const char *type_of(enum metric_kind kind)
{
    if (kind == METRIC_COUNTER || kind == METRIC_TIME_TOTAL) return "counter";
    return kind == METRIC_TIMES || kind == METRIC_SIZES ? "histogram" : "gauge";
}

/* `wiredesk_NAME SUFFIX {stage="...",LABEL,` and what `more` says, closed. */
static void put_name(const struct metrics *m, const struct metric_row *row, const char *suffix, const char *more, struct buf *out)
{
    bool process = strncmp(row->name, "process_", 8) == 0;
    const char *label = row->label ? row->label : "";
    buf_printf(out, "%s%s%s{stage=\"%s\"%s%s%s%s} ", process ? "" : "wiredesk_", row->name, suffix, m->stage, *label ? "," : "", label, *more ? "," : "", more);
}

static void put_histogram(const struct metrics *m, const struct metric_row *row, const struct histogram *h, struct buf *out)
{
    bool times = row->kind == METRIC_TIMES;
    uint64_t sum = 0, bound = times ? HISTOGRAM_TIME_LEAST : 1;
    unsigned bounds = times ? HISTOGRAM_TIMES : HISTOGRAM_SIZES;
    double unit = times ? 1e9 : 1;
    char le[40];
    for (unsigned i = 0; i < bounds; bound = histogram_next(bound, i), i++) {
        sum += h->bucket[i];
        snprintf(le, sizeof le, "le=\"%g\"", (double)bound / unit);
        put_name(m, row, "_bucket", le, out);
        buf_printf(out, "%ju\n", (uintmax_t)sum);
    }
    put_name(m, row, "_bucket", "le=\"+Inf\"", out);
    buf_printf(out, "%ju\n", (uintmax_t)h->count);
    put_name(m, row, "_sum", "", out);
    buf_printf(out, "%.15g\n", (double)h->sum / unit);
    put_name(m, row, "_count", "", out);
    buf_printf(out, "%ju\n", (uintmax_t)h->count);
}

static void put_sample(const struct metrics *m, const struct metric_row *row, const void *value, struct buf *out)
{
    if (row->kind == METRIC_TIMES || row->kind == METRIC_SIZES) return put_histogram(m, row, value, out);
    put_name(m, row, "", "", out);
    switch (row->kind) {
    case METRIC_REAL: buf_printf(out, "%.15g\n", real(value)); break;
    case METRIC_FLAG: buf_str(out, *(const bool *)value ? "1\n" : "0\n"); break;
    case METRIC_TIME: case METRIC_TIME_TOTAL: buf_printf(out, "%.15g\n", (double)number(value) / 1e9); break;
    default: buf_printf(out, "%ju\n", (uintmax_t)number(value)); break;
    }
}

void metrics_text(const struct metrics *m, struct buf *out)
{
    const char *last = "";
    for (size_t i = 0; i < m->len; i++) {
        for (const struct metric_row *row = m->table[i].rows; row->name != NULL || row->status != NULL; row++) {
            if (row->name == NULL) continue;
            const char *prefix = strncmp(row->name, "process_", 8) == 0 ? "" : "wiredesk_";
            if (strcmp(last, row->name) != 0)
                buf_printf(out, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix, row->name, row->help, prefix, row->name, type_of(row->kind));
            last = row->name;
            put_sample(m, row, m->bytes + m->table[i].at + row->at, out);
        }
    }
}
