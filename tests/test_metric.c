/* test_metric.c - tables of values printed as /status and as /metrics; where the bounds of a histogram lie. */
#include "test.h"

#include "../libcommon/metric.h"

struct values {
    uint64_t in, ns, again;
    double rate;
    bool full;
    const char *word, *none;
    struct histogram work, batch;
};
#define AT(member) offsetof(struct values, member)

static const struct metric_row rows[] = {
    {NULL, NULL, METRIC_TEXT, AT(word), "word", NULL},
    {NULL, NULL, METRIC_TEXT, AT(none), "store.none", NULL},
    {"in_total", NULL, METRIC_COUNTER, AT(in), "in", "Taken."},
    {"rate", NULL, METRIC_REAL, AT(rate), "rate", "Each second."},
    {"full", NULL, METRIC_FLAG, AT(full), "store.full", "1 when full."},
    {"age_seconds", NULL, METRIC_TIME, AT(ns), "store.age_ms", "Of the oldest."},
    {"blocked_seconds_total", NULL, METRIC_TIME_TOTAL, AT(ns), "store.blocked_s", "Waiting."},
    {"answers_total", "to=\"a\"", METRIC_COUNTER, AT(in), "answers.a", "By kind."},
    {"answers_total", "to=\"b\"", METRIC_COUNTER, AT(again), "answers.b", NULL},
    {"process_open_fds", NULL, METRIC_GAUGE, AT(again), NULL, "Open."},
    {0},
};

static const struct metric_row more[] = {
    {NULL, NULL, METRIC_TIMES, AT(work), "work_ms", NULL},
    {NULL, NULL, METRIC_SIZES, AT(batch), "batch", NULL},
    {0},
};

static void one_table_is_an_object_and_a_text(void **state)
{
    (void)state;
    struct metrics m;
    struct buf out = buf_make(1 << 16);
    struct values v = {.in = 7, .ns = 1500000000, .again = 2, .rate = 1.25, .full = true, .word = "say \"so\""};
    for (int i = 0; i < 100; i++) histogram_time(&v.work, i < 60 ? 9000 : 150000000);
    metrics_begin(&m, "probe");
    metrics_add(&m, rows, &v, sizeof v);
    metrics_add(&m, more, &v, sizeof v);
    metrics_status(&m, &out);
    assert_slice(buf_slice(&out), "{\"word\":\"say \\\"so\\\"\",\"in\":7,\"rate\":1.2,\"store\":{\"full\":true,\"age_ms\":1500.00,\"blocked_s\":1.500},"
                                  "\"answers\":{\"a\":7,\"b\":2},\"work_ms\":{\"p50\":0.01,\"p99\":200},\"batch\":{\"p50\":0,\"p99\":0}}");
    buf_clear(&out);
    metrics_text(&m, &out);
    assert_slice(buf_slice(&out),
        "# HELP wiredesk_in_total Taken.\n# TYPE wiredesk_in_total counter\nwiredesk_in_total{stage=\"probe\"} 7\n"
        "# HELP wiredesk_rate Each second.\n# TYPE wiredesk_rate gauge\nwiredesk_rate{stage=\"probe\"} 1.25\n"
        "# HELP wiredesk_full 1 when full.\n# TYPE wiredesk_full gauge\nwiredesk_full{stage=\"probe\"} 1\n"
        "# HELP wiredesk_age_seconds Of the oldest.\n# TYPE wiredesk_age_seconds gauge\nwiredesk_age_seconds{stage=\"probe\"} 1.5\n"
        "# HELP wiredesk_blocked_seconds_total Waiting.\n# TYPE wiredesk_blocked_seconds_total counter\n"
        "wiredesk_blocked_seconds_total{stage=\"probe\"} 1.5\n"
        "# HELP wiredesk_answers_total By kind.\n# TYPE wiredesk_answers_total counter\n"
        "wiredesk_answers_total{stage=\"probe\",to=\"a\"} 7\nwiredesk_answers_total{stage=\"probe\",to=\"b\"} 2\n"
        "# HELP process_open_fds Open.\n# TYPE process_open_fds gauge\nprocess_open_fds{stage=\"probe\"} 2\n");
    buf_free(&out);
}

static const struct {
    const char *name;
    uint64_t value;
    unsigned bucket;
} places[] = {
    {"nothing", 0, 0}, {"the first bound itself", 1, 0}, {"just above", 2, 1}, {"between 2 and 5", 3, 2}, {"ten", 10, 3}, {"eleven", 11, 4},
    {"the last bound", 10000, 12}, {"above all", 10001, 13}, {"far above", UINT64_MAX / 2, 13},
};

static void a_sample_lies_below_its_bound_and_above_the_one_before(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct histogram h = {0};
        histogram_size(&h, places[i].value);
        if (h.bucket[places[i].bucket] != 1 || h.count != 1 || h.sum != places[i].value) fail_msg("%s", places[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_table_is_an_object_and_a_text),
        cmocka_unit_test(a_sample_lies_below_its_bound_and_above_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
