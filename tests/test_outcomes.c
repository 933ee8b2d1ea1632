/* test_outcomes.c - outcomes kept for those who do not listen yet, over real sockets. */
#include <czmq.h>

#include "test.h"

#include "../proto/note.h"
#include "../services/report/outcomes.h"

enum { MORE_THAN_TOLD_APART = 1100, WAIT_MS = 10000 };

struct pair { zsock_t *returns, *ingest; struct outcomes *outcomes; };

static int set_up(void **state)
{
    struct pair *p = calloc(1, sizeof *p);
    if (p == NULL) return 1;
    p->returns = zsock_new(ZMQ_XPUB);
    p->ingest = zsock_new(ZMQ_SUB);
    if (p->returns == NULL || p->ingest == NULL) return 1;
    zsock_set_sndhwm(p->returns, 0);
    zsock_set_rcvhwm(p->ingest, 0);
    zsock_set_rcvtimeo(p->ingest, WAIT_MS);
    static unsigned pairs; /* an endpoint is free again only some time after its socket was closed */
    pairs++;
    if (zsock_bind(p->returns, "inproc://returns-%u", pairs) != 0 || zsock_connect(p->ingest, "inproc://returns-%u", pairs) != 0) return 1;
    p->outcomes = outcomes_open(p->returns);
    *state = p;
    return p->outcomes == NULL;
}

static int tear_down(void **state)
{
    struct pair *p = *state;
    outcomes_close(&p->outcomes);
    zsock_destroy(&p->ingest);
    zsock_destroy(&p->returns);
    free(p);
    return 0;
}

static struct slice note_of(char room[32], unsigned i)
{
    return (struct slice){room, (size_t)snprintf(room, 32, "instance-%07u:done", i)};
}

/* Returns when report has heard of it. */
static void listen_as(struct pair *p, unsigned i)
{
    char room[32];
    note_of(room, i);
    assert_int_equal(zmq_setsockopt(zsock_resolve(p->ingest), ZMQ_SUBSCRIBE, room, INSTANCE_SIZE), 0);
    assert_int_equal(zmq_poll(&(zmq_pollitem_t){.socket = zsock_resolve(p->returns), .events = ZMQ_POLLIN}, 1, WAIT_MS), 1);
    outcomes_hear(p->outcomes);
}

static void assert_comes(struct pair *p, unsigned i)
{
    char room[32], got[32];
    struct slice want = note_of(room, i);
    assert_int_equal(zmq_recv(zsock_resolve(p->ingest), got, sizeof got, 0), want.len);
    assert_memory_equal(got, want.ptr, want.len);
}

static void an_outcome_waits_for_the_ingest_that_it_is_for(void **state)
{
    struct pair *p = *state;
    char room[32];
    assert_int_equal(outcomes_send(p->outcomes, note_of(room, 1)), OK);
    assert_int_equal(outcomes_send(p->outcomes, note_of(room, 2)), OK);
    listen_as(p, 2);
    assert_comes(p, 2);
    listen_as(p, 1);
    assert_comes(p, 1);
}

static void more_ingests_than_can_be_told_apart_all_get_theirs(void **state)
{
    struct pair *p = *state;
    char room[32];
    assert_int_equal(outcomes_send(p->outcomes, note_of(room, MORE_THAN_TOLD_APART)), OK);
    for (unsigned i = 1; i <= MORE_THAN_TOLD_APART; i++) listen_as(p, i);
    assert_comes(p, MORE_THAN_TOLD_APART);
    for (unsigned i = 1; i <= MORE_THAN_TOLD_APART; i++) {
        assert_int_equal(outcomes_send(p->outcomes, note_of(room, i)), OK);
        assert_comes(p, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_outcome_waits_for_the_ingest_that_it_is_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_ingests_than_can_be_told_apart_all_get_theirs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
