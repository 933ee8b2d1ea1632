/* test_replay.c - replay requests and their answers, as bytes, over a real ledger. */
#include "test.h"

#include <msgpack.h>
#include <unistd.h>

#include "../services/report/ledger.h"
#include "../services/report/replay.h"

enum { LINES = 5 };

#define BYTES(literal) {literal, sizeof(literal) - 1}

static char folder[] = "/tmp/wd-replay-XXXXXX"; /* shared: the group's */
static char path[64];                           /* shared: the group's */
static struct ledger *ledger;                   /* shared: the group's */

static int set_up(void **state)
{
    char why[400];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ledger.db", folder);
    assert_err(ledger_open(path, &ledger, why, sizeof why), OK, path);
    assert_err(ledger_begin(ledger), OK, "begin");
    for (uint64_t i = 1; i <= LINES; i++) {
        char text[32];
        snprintf(text, sizeof text, "{\"seq\":%d}", (int)i);
        struct ledger_line line = {i, SLICE("2026-01-02"), SLICE("stats"), SLICE("new"), SLICE("x"), slice_of(text)};
        assert_err(ledger_add_line(ledger, &line), OK, text);
    }
    return ledger_commit(ledger);
}

static int tear_down(void **state)
{
    (void)state;
    ledger_close(&ledger);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return rmdir(folder);
}

/* The answer as one line: "lines 1 2, next 3, last 5", or its error. */
static void answer(struct slice request, char *out, size_t size)
{
    struct buf reply = buf_make(1 << 20);
    msgpack_unpacked m;
    msgpack_unpacked_init(&m);
    assert_err(replay_answer(ledger, request, &reply), OK, "answer");
    assert_int_equal(msgpack_unpack_next(&m, reply.ptr, reply.len, NULL), MSGPACK_UNPACK_SUCCESS);
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < m.data.via.map.size; i++) {
        const msgpack_object_kv *kv = &m.data.via.map.ptr[i];
        if (kv->val.type == MSGPACK_OBJECT_STR) n += (size_t)snprintf(out + n, size - n, "%.*s", (int)kv->val.via.str.size, kv->val.via.str.ptr);
        else if (kv->val.type == MSGPACK_OBJECT_ARRAY) n += (size_t)snprintf(out + n, size - n, "%u lines", kv->val.via.array.size);
        else if (kv->key.via.str.size > 1) n += (size_t)snprintf(out + n, size - n, " %.4s %u", kv->key.via.str.ptr, (unsigned)kv->val.via.u64);
    }
    msgpack_unpacked_destroy(&m);
    buf_free(&reply);
}

static void each_request_gets_its_answer(void **state)
{
    (void)state;
    static const struct { const char *name; struct slice request; const char *want; } cases[] = {
        {"all", BYTES("\x82\xA1v\x01\xA4" "from\x01"), "5 lines firs 1 next 6 last 5"},
        {"from 0 is from the first", BYTES("\x82\xA1v\x01\xA4" "from\x00"), "5 lines firs 1 next 6 last 5"},
        {"two", BYTES("\x83\xA1v\x01\xA4" "from\x02\xA1n\x02"), "2 lines firs 1 next 4 last 5"},
        {"none, to learn the last", BYTES("\x83\xA1v\x01\xA4" "from\x01\xA1n\x00"), "0 lines firs 1 next 1 last 5"},
        {"beyond the end", BYTES("\x82\xA1v\x01\xA4" "from\x63"), "0 lines firs 1 next 99 last 98"},
        {"unknown members are passed over", BYTES("\x82\xA1v\x01\xA1x\x92\x01\x02"), "5 lines firs 1 next 6 last 5"},
        {"another version", BYTES("\x81\xA1v\x02"), "version"},
        {"no version", BYTES("\x80"), "version"},
        {"nothing", BYTES(""), "malformed"},
        {"no map", BYTES("\x01"), "malformed"},
        {"cut short", BYTES("\x82\xA1v\x01\xA4" "fro"), "malformed"},
        {"bytes behind it", BYTES("\x81\xA1v\x01\x00"), "malformed"},
        {"a count that lies", BYTES("\xDF\xFF\xFF\xFF\xFF"), "malformed"},
        {"from is no number", BYTES("\x82\xA1v\x01\xA4" "from\xA1x"), "schema"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[200];
        answer(cases[i].request, got, sizeof got);
        if (strcmp(got, cases[i].want) != 0) print_error("%s\n", cases[i].name);
        assert_string_equal(got, cases[i].want);
    }
    char big[REPLAY_REQUEST_MAX + 1] = {(char)0x81}, got[200];
    answer((struct slice){big, sizeof big}, got, sizeof got);
    assert_string_equal(got, "too_big");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_request_gets_its_answer)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
