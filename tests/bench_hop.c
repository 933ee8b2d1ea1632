/* bench_hop.c - what one hop through a stage costs: the whole runtime around a worker that does nothing.
 *
 *   hop step N BYTES      N documents of BYTES bytes of text through worker_step(), no socket (for callgrind)
 *   hop pipe ROUNDS BYTES a feeder, the stage, a sink over local sockets; each round runs the stage and a bare relay (receive,
 *                         send) for a second each, side by side, so that what else the machine does cancels out
 */
#include "../proto/worker.h"

#include "../libcommon/clock.h"
#include "../libcommon/log.h"
#include "../libcommon/state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { ROUND_MS = 1000 };

static char dir[] = "/tmp/wd-hop-XXXXXX";

static enum err work(void *self, struct arena *mem, struct doc *doc)
{
    (void)self;
    (void)mem;
    (void)doc;
    return OK;
}

static const struct worker worker = {.stage = STAGE_TAG, .reads = DOC_BIT(DOC_TEXT), .needs = DOC_BIT(DOC_TEXT),
                                     .writes = DOC_BIT(DOC_ENTITIES), .work = work};

/* A document as normalize sends it. */
static struct buf frame_of(size_t bytes)
{
    static const char line[] = "The council of Fenwick met on Tuesday and agreed to mend the bridge before winter. ";
    struct doc doc;
    struct buf out = buf_make(DOC_FRAME_MAX);
    char *text = malloc(bytes + sizeof line);
    struct span *sentence = calloc(bytes / (sizeof line - 1) + 1, sizeof *sentence);
    if (text == NULL || sentence == NULL) exit(EXIT_TRY_AGAIN);
    size_t n = 0, sentences = 0;
    for (; n + sizeof line - 1 <= bytes; n += sizeof line - 1) {
        memcpy(text + n, line, sizeof line - 1);
        sentence[sentences++] = (struct span){(uint32_t)n, (uint32_t)(n + sizeof line - 2)};
    }
    doc_init(&doc);
    doc.v = DOC_VERSION;
    doc.to = STAGE_TAG;
    doc.instance = SLICE("0123456789abcdef");
    doc.seq = 12345;
    doc.epoch = doc.accepted = 1;
    doc.key = SLICE("00112233445566778899aabbccddeeff");
    doc.text = (struct slice){text, n};
    doc.sentences = (struct spans){sentence, sentences};
    static const enum doc_field set[] = {DOC_V, DOC_TO, DOC_INSTANCE, DOC_SEQ, DOC_EPOCH, DOC_KEY, DOC_ACCEPTED, DOC_TEXT, DOC_SENTENCES};
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) doc_set(&doc, set[i]);
    enum err e = doc_encode(&doc, &out);
    free(text);
    free(sentence);
    if (e == OK) return out;
    fprintf(stderr, "hop: cannot encode: %s\n", err_name(e));
    exit(EXIT_NEEDS_PERSON);
}

static int run_steps(unsigned long n, size_t bytes)
{
    struct buf in = frame_of(bytes), out = buf_make(DOC_FRAME_MAX);
    struct arena *mem = arena_create(DOC_ARENA_MAX);
    if (mem == NULL) return EXIT_TRY_AGAIN;
    uint64_t begin = clock_mono_ns();
    for (unsigned long i = 0; i < n; i++) {
        buf_clear(&out);
        if (worker_step(&worker, mem, buf_slice(&in), &out) != OK) return 1;
        arena_reset(mem);
    }
    printf("%.0f documents/s, %.2f us each, %zu bytes in, %zu out\n", (double)n * 1e9 / (double)(clock_mono_ns() - begin),
           (double)(clock_mono_ns() - begin) / 1e3 / (double)n, in.len, out.len);
    arena_destroy(&mem);
    buf_free(&in);
    buf_free(&out);
    return 0;
}

/* --- over sockets --- */

static void *open_socket(void *context, int type, bool bind, const char *name)
{
    char endpoint[100];
    int water = 256, wait = 3000, one = 1, linger = 0;
    void *sock = zmq_socket(context, type);
    if (sock == NULL) exit(EXIT_TRY_AGAIN);
    zmq_setsockopt(sock, ZMQ_SNDHWM, &water, sizeof water);
    zmq_setsockopt(sock, ZMQ_RCVHWM, &water, sizeof water);
    zmq_setsockopt(sock, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(sock, ZMQ_LINGER, &linger, sizeof linger);
    if (type == ZMQ_PUSH) zmq_setsockopt(sock, ZMQ_IMMEDIATE, &one, sizeof one);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/sock/%s", dir, name);
    if ((bind ? zmq_bind(sock, endpoint) : zmq_connect(sock, endpoint)) == 0) return sock;
    fprintf(stderr, "hop: %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
    exit(EXIT_TRY_AGAIN);
}

static void run_feeder(const char *to, size_t bytes)
{
    struct buf frame = frame_of(bytes);
    void *out = open_socket(zmq_ctx_new(), ZMQ_PUSH, false, to);
    for (;;) zmq_send(out, frame.ptr, frame.len, 0);
}

static void run_relay(void)
{
    void *context = zmq_ctx_new();
    void *in = open_socket(context, ZMQ_PULL, true, "relay.0.in"), *out = open_socket(context, ZMQ_PUSH, false, "dedup.0.in");
    zmq_msg_t message;
    for (;;) {
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, in, 0) < 0 || zmq_msg_send(&message, out, 0) < 0) zmq_msg_close(&message);
    }
}

static int run_stage(void)
{
    static const struct option_row *const rows[] = {stage_options, NULL};
    const struct option_table table = {.program = "hop", .purpose = "", .operands = "", .rows = rows};
    const char *args[] = {"hop", "--state", dir, "--log-level", "warn", NULL};
    struct stage_settings settings = {0};
    char why[300];
    if (options_try(&table, &settings, 5, (char **)(void *)args, why, sizeof why) < 0) return EXIT_NEEDS_PERSON;
    return worker_run(&worker, &settings);
}

static double measure(void *sink, bool stage, size_t bytes)
{
    uint64_t begin = 0, n = 0, now = 0;
    pid_t middle = fork();
    if (middle == 0) {
        if (!stage) run_relay();
        _exit(run_stage());
    }
    pid_t feeder = fork();
    if (feeder == 0) run_feeder(stage ? "tag.0.in" : "relay.0.in", bytes);
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (int i = 0; i < 500; i++) zmq_msg_recv(&message, sink, 0); /* warm */
    begin = clock_mono_ns();
    do {
        if (zmq_msg_recv(&message, sink, 0) >= 0) n++;
        now = clock_mono_ns();
    } while (now - begin < (uint64_t)ROUND_MS * 1000000u);
    kill(feeder, SIGKILL);
    waitpid(feeder, NULL, 0);
    kill(middle, SIGKILL);
    waitpid(middle, NULL, 0);
    while (zmq_msg_recv(&message, sink, ZMQ_DONTWAIT) >= 0) continue;
    zmq_msg_close(&message);
    return (double)n * 1e9 / (double)(now - begin);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle_of(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static int run_pipe(size_t rounds, size_t bytes)
{
    enum { ROUNDS_MAX = 100 };
    double stage[ROUNDS_MAX], relay[ROUNDS_MAX], ratio[ROUNDS_MAX];
    char command[100];
    if (rounds < 1 || rounds > ROUNDS_MAX || mkdtemp(dir) == NULL || state_folder(dir, "sock") != OK) return EXIT_NEEDS_PERSON;
    void *sink = open_socket(zmq_ctx_new(), ZMQ_PULL, true, "dedup.0.in");
    for (size_t i = 0; i < rounds; i++) {
        relay[i] = measure(sink, false, bytes);
        stage[i] = measure(sink, true, bytes);
        ratio[i] = stage[i] / relay[i];
    }
    printf("stage %.0f documents/s, bare relay %.0f, ratio %.2f (median of %zu rounds)\n", middle_of(stage, rounds),
           middle_of(relay, rounds), middle_of(ratio, rounds), rounds);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "step") == 0) return run_steps(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "pipe") == 0) return run_pipe(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    fprintf(stderr, "usage: hop step N BYTES | hop pipe ROUNDS BYTES\n");
    return EXIT_NEEDS_PERSON;
}
