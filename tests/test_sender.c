/* test_sender.c - which documents are sent again, on a pipe of numbers: no clock, no socket. */
#include "test.h"

#include "../services/ingest/sender.h"

#define MS ((uint64_t)1000000)

enum { KEYS = 70000 };

static struct slice key_of(uint64_t seq)
{
    static char text[KEYS][9];
    snprintf(text[seq], sizeof *text, "%08x", (unsigned)seq);
    return (struct slice){text[seq], 8};
}

static void outcome(struct sender *s, uint64_t seq, uint64_t try, uint64_t now)
{
    assert_true(sender_outcome(s, seq, key_of(seq), 1, try, now));
}

/* Everything that is due at `now` goes out; returns how many. */
static int resend(struct sender *s, uint64_t now)
{
    uint64_t seq, try;
    int n = 0;
    while (n < 10000 && sender_due(s, now, &seq, &try)) {
        sender_again(s, seq, now);
        n++;
    }
    return n;
}

static void the_window_is_full_at_its_documents_and_at_its_bytes_but_never_for_a_lone_giant(void **state)
{
    (void)state;
    struct sender *s = sender_create(2, 1000, 1);
    assert_true(sender_room(s, 5000));
    sender_first(s, 1, key_of(1), 600, 0);
    assert_true(sender_room(s, 400));
    assert_false(sender_room(s, 401));
    sender_first(s, 2, key_of(2), 10, 0);
    assert_false(sender_room(s, 1));
    assert_true(sender_widen(s, 3));
    assert_true(sender_room(s, 1));
    outcome(s, 1, 0, MS);
    assert_true(sender_holds(s, 2, key_of(2)));
    assert_false(sender_holds(s, 1, key_of(1)));
    sender_destroy(&s);
}

static void an_outcome_counts_only_with_the_key_of_its_document(void **state)
{
    (void)state;
    struct sender *s = sender_create(8, 1000, 1);
    sender_first(s, 1, key_of(1), 1, 0);
    assert_false(sender_outcome(s, 1, key_of(2), 1, 0, MS));
    assert_false(sender_outcome(s, 2, key_of(2), 1, 0, MS));
    assert_int_equal(sender_stats(s, MS).strays, 2);
    assert_int_equal(sender_stats(s, MS).outstanding, 1);
    sender_destroy(&s);
}

/* 1 is lost; its neighbours' outcomes come every ms. */
static void what_later_ones_overtake_for_long_enough_is_sent_again_once(void **state)
{
    (void)state;
    struct sender *s = sender_create(512, 1 << 20, 1);
    uint64_t now = 0, resent_at = 0;
    int n = 0;
    for (uint64_t seq = 1; seq <= 400; seq++) {
        sender_first(s, seq, key_of(seq), 1, now);
        now += MS;
        if (seq > 1) outcome(s, seq, 0, now);
        int k = resend(s, now);
        if (k > 0 && resent_at == 0) resent_at = now;
        n += k;
        if (n == 1 && k == 1) outcome(s, 1, 1, now + MS / 2);
    }
    assert_int_equal(n, 1);
    assert_in_range(resent_at, 20 * MS, 30 * MS);
    assert_int_equal(sender_stats(s, now).false_resends, 0);
    assert_int_equal(sender_stats(s, now).outstanding, 0);
    sender_destroy(&s);
}

static void a_stalled_sink_stops_the_flow_clock_and_nothing_is_taken_for_lost(void **state)
{
    (void)state;
    struct sender *s = sender_create(512, 1 << 20, 1);
    for (uint64_t seq = 1; seq <= 100; seq++) sender_first(s, seq, key_of(seq), 1, 0);
    for (uint64_t seq = 51; seq <= 100; seq++) outcome(s, seq, 0, MS);
    assert_int_equal(resend(s, 2 * MS), 0);
    assert_int_equal(resend(s, 500 * MS), 0); /* half a second of silence: no judgement, and no probe yet */
    for (uint64_t seq = 1; seq <= 50; seq++) outcome(s, seq, 0, 600 * MS);
    assert_int_equal(resend(s, 601 * MS), 0);
    sender_destroy(&s);
}

static void in_silence_one_probe_at_a_time_goes_out_ever_more_slowly(void **state)
{
    (void)state;
    struct sender *s = sender_create(512, 1 << 20, 1);
    for (uint64_t seq = 1; seq <= 10; seq++) sender_first(s, seq, key_of(seq), 1, 0);
    int n = 0;
    uint64_t at[8] = {0};
    for (uint64_t now = 0; now < 40000 * MS; now += 10 * MS) {
        int k = resend(s, now);
        for (int i = 0; i < k && n < 8; i++) at[n++] = now;
    }
    assert_int_equal(n, 5); /* after 1, 2, 4, 8 and 16 s of silence */
    for (int i = 1; i < n; i++) assert_true(at[i] - at[i - 1] >= (uint64_t)900 * MS << i);
    assert_int_equal(sender_stats(s, 0).probes, 5);
    sender_destroy(&s);
}

static void a_probe_that_comes_through_brings_the_rest_of_a_lost_tail_back(void **state)
{
    (void)state;
    struct sender *s = sender_create(512, 1 << 20, 1);
    bool gone[64] = {false};
    size_t left = 20;
    for (uint64_t seq = 1; seq <= 20; seq++) sender_first(s, seq, key_of(seq), 1, 0);
    uint64_t now = 0;
    for (; now < 10000 * MS && left > 0; now += MS) { /* everything sent from now on arrives 5 ms later */
        uint64_t seq, try;
        while (sender_due(s, now, &seq, &try)) {
            sender_again(s, seq, now);
            assert_false(gone[seq]);
            gone[seq] = true;
            outcome(s, seq, try, now + 5 * MS);
            left--;
        }
    }
    assert_int_equal(left, 0);
    assert_in_range(now, 1000 * MS, 3500 * MS);
    sender_destroy(&s);
}

static void a_document_that_a_worker_is_busy_with_is_held_back(void **state)
{
    (void)state;
    struct sender *s = sender_create(512, 1 << 20, 1);
    uint64_t now = 0;
    int n = 0;
    for (uint64_t seq = 1; seq <= 2000; seq++) {
        sender_first(s, seq, key_of(seq), 1, now);
        now += MS;
        if (seq > 1) outcome(s, seq, 0, now);
        if (seq % 250 == 0) sender_hold(s, 1, now);
        if (seq >= 250) n += resend(s, now);
        else if (seq < 15) assert_int_equal(resend(s, now), 0);
    }
    assert_int_equal(n, 0);
    outcome(s, 1, 0, now);
    sender_destroy(&s);
}

/* Documents 1 to 4 go to one worker, which is busy with the first for three seconds; the others flow. */
static int resends_behind_a_busy_one(bool death)
{
    struct sender *s = sender_create(512, 1 << 20, 1);
    uint64_t now = 0;
    int n = 0;
    for (uint64_t seq = 1; seq <= 3000; seq++) {
        sender_first(s, seq, key_of(seq), 1, now);
        now += MS;
        if (seq > 5) outcome(s, seq, 0, now);
        if (seq == 200 && death) sender_lost(s, 5, 1, 0, now);
        if (seq % 10 == 0) sender_hold(s, 1, now); /* earlier than in life, so that nothing else holds them back */
        if (seq >= 10) n += resend(s, now);
    }
    for (uint64_t seq = 1; seq <= 4; seq++) outcome(s, seq, 0, now + seq * 10 * MS);
    sender_destroy(&s);
    return n;
}

static void what_may_wait_behind_a_busy_document_is_held_back_too_until_a_worker_dies(void **state)
{
    (void)state;
    assert_int_equal(resends_behind_a_busy_one(false), 0);
    assert_true(resends_behind_a_busy_one(true) >= 4); /* the struck one, and the three that may have died with it */
}

static void a_strike_sends_again_at_once_but_only_for_the_copy_that_died(void **state)
{
    (void)state;
    struct sender *s = sender_create(8, 1 << 20, 3);
    sender_first(s, 1, key_of(1), 1, 0);
    sender_lost(s, 1, 2, 0, MS);
    assert_int_equal(resend(s, MS), 0);
    sender_lost(s, 1, 3, 1, MS);
    assert_int_equal(resend(s, MS), 0);
    sender_lost(s, 1, 3, 0, MS);
    assert_int_equal(resend(s, MS), 1);
    assert_int_equal(sender_stats(s, MS).struck, 1);
    sender_destroy(&s);
}

static void what_has_changed_goes_out_at_once_whichever_copy_is_under_way(void **state)
{
    (void)state;
    struct sender *s = sender_create(8, 1 << 20, 3);
    sender_first(s, 1, key_of(1), 1, 0);
    sender_lost(s, 1, 3, 0, MS);
    assert_int_equal(resend(s, MS), 1);
    sender_lost(s, 1, 3, 0, 2 * MS); /* the first copy's death is told once more; the second is with somebody */
    assert_int_equal(resend(s, 2 * MS), 0);
    sender_changed(s, 1, 2 * MS);
    assert_int_equal(resend(s, 2 * MS), 1);
    sender_changed(s, 2, 2 * MS); /* not held: nothing */
    assert_int_equal(resend(s, 3 * MS), 0);
    sender_destroy(&s);
}

static void resends_that_were_wrong_use_the_budget_up(void **state)
{
    (void)state;
    struct sender *s = sender_create(4096, 1 << 30, 1);
    uint64_t now = 0;
    for (uint64_t seq = 1; seq <= 1000; seq++) sender_first(s, seq, key_of(seq), 1, now);
    int n = 0;
    for (uint64_t seq = 1001; seq <= 1100; seq++) { /* a thousand are stuck, later ones pass */
        sender_first(s, seq, key_of(seq), 1, now);
        now += 10 * MS;
        outcome(s, seq, 0, now);
        n += resend(s, now);
    }
    assert_in_range(n, 64, 64 + 110 + 1);
    sender_destroy(&s);
}

static void an_outcome_of_an_earlier_copy_shows_the_resend_as_false_and_one_of_another_epoch_teaches_nothing(void **state)
{
    (void)state;
    struct sender *s = sender_create(8, 1 << 20, 2);
    sender_first(s, 1, key_of(1), 1, 0);
    sender_first(s, 2, key_of(2), 1, 0);
    sender_lost(s, 1, 2, 0, MS);
    assert_int_equal(resend(s, MS), 1);
    assert_true(sender_outcome(s, 1, key_of(1), 2, 0, 2 * MS));
    assert_int_equal(sender_stats(s, MS).false_resends, 1);
    uint64_t before = sender_stats(s, MS).srtt_ns;
    assert_true(sender_outcome(s, 2, key_of(2), 1, 0, 900 * MS));
    assert_int_equal(sender_stats(s, MS).srtt_ns, before);
    sender_destroy(&s);
}

/* A pipe that loses every twentieth copy and delays every tenth, drawn by a fixed generator. */
enum { DOCS = 20000, COPIES = 40000 };
struct pipe {
    struct { uint64_t seq, try, at; bool live; } copy[COPIES];
    size_t first, len;
    uint64_t dice;
};

static void put_in(struct pipe *p, uint64_t seq, uint64_t try, uint64_t now)
{
    p->dice = p->dice * 6364136223846793005u + 1442695040888963407u;
    assert_true(p->len < COPIES);
    p->copy[p->len].seq = seq;
    p->copy[p->len].try = try;
    p->copy[p->len].at = now + ((p->dice >> 40) % 10 == 0 ? 15 : 3) * MS;
    p->copy[p->len++].live = (p->dice >> 33) % 20 != 0;
}

static size_t take_out(struct pipe *p, struct sender *s, uint64_t now)
{
    size_t done = 0;
    for (size_t i = p->first; i < p->len; i++) {
        if (!p->copy[i].live || p->copy[i].at > now) continue;
        p->copy[i].live = false;
        done += sender_outcome(s, p->copy[i].seq, key_of(p->copy[i].seq), 1, p->copy[i].try, now);
    }
    while (p->first < p->len && !p->copy[p->first].live) p->first++;
    return done;
}

static void through_a_pipe_that_loses_and_reorders_every_document_gets_its_outcome(void **state)
{
    static struct pipe pipe = {.dice = 42};
    (void)state;
    struct sender *s = sender_create(512, 1 << 30, 1);
    uint64_t now = 0, next = 1, done = 0, seq, try;
    for (; now < 120000 * MS && done < DOCS; now += MS) {
        while (sender_due(s, now, &seq, &try)) {
            sender_again(s, seq, now);
            put_in(&pipe, seq, try, now);
        }
        for (int i = 0; i < 20 && next <= DOCS && sender_room(s, 1); i++, next++) {
            sender_first(s, next, key_of(next), 1, now);
            put_in(&pipe, next, 0, now);
        }
        done += take_out(&pipe, s, now);
    }
    struct sender_stats st = sender_stats(s, now);
    assert_int_equal(done, DOCS);
    assert_int_equal(st.outstanding, 0);
    assert_true(st.resends + st.probes > DOCS / 25 && st.resends + st.probes < DOCS / 10);
    assert_true(st.false_resends < DOCS / 100);
    sender_destroy(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_is_full_at_its_documents_and_at_its_bytes_but_never_for_a_lone_giant),
        cmocka_unit_test(an_outcome_counts_only_with_the_key_of_its_document),
        cmocka_unit_test(what_later_ones_overtake_for_long_enough_is_sent_again_once),
        cmocka_unit_test(a_stalled_sink_stops_the_flow_clock_and_nothing_is_taken_for_lost),
        cmocka_unit_test(in_silence_one_probe_at_a_time_goes_out_ever_more_slowly),
        cmocka_unit_test(a_probe_that_comes_through_brings_the_rest_of_a_lost_tail_back),
        cmocka_unit_test(a_document_that_a_worker_is_busy_with_is_held_back),
        cmocka_unit_test(what_may_wait_behind_a_busy_document_is_held_back_too_until_a_worker_dies),
        cmocka_unit_test(a_strike_sends_again_at_once_but_only_for_the_copy_that_died),
        cmocka_unit_test(what_has_changed_goes_out_at_once_whichever_copy_is_under_way),
        cmocka_unit_test(resends_that_were_wrong_use_the_budget_up),
        cmocka_unit_test(an_outcome_of_an_earlier_copy_shows_the_resend_as_false_and_one_of_another_epoch_teaches_nothing),
        cmocka_unit_test(through_a_pipe_that_loses_and_reorders_every_document_gets_its_outcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
