/* bench_dedup.c - what dedup costs while its index grows: documents a second of one core, memory, disk, restart. Run by scripts/bench.
 *
 * bench_dedup DIR PER_DAY N...: judges a made wire of so many documents a day, as frames in and frames out, with a commit every 256, and
 * tells at each N. The time is the thread's CPU time; making the documents is not in it. */
#include <stdio.h>
#include <sys/stat.h>

#include "../proto/worker.h"
#include "../services/dedup/copies.h"
#include "../services/dedup/dedup.h"
#include "bench_wire.h"

enum { GROUP = 256, WINDOW = 20480 /* documents before each N over which the rate is taken */ };

struct bench {
    struct wire wire;
    struct index *index;
    struct deduper *deduper;
    struct worker worker;
    struct arena *made, *mem;
    struct buf frames, out;
    size_t end[GROUP];
    double kinds[8];
    size_t memory; /* bytes before there was an index */
    const char *dir;
};

static void must(enum err e, const char *what)
{
    if (e == OK) return;
    fprintf(stderr, "bench_dedup: %s: %s\n", what, err_name(e));
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Bytes of memory that are no file's. */
static size_t anonymous(void)
{
    char line[128];
    size_t kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %zu", &kb) == 1) break;
    if (f) fclose(f);
    return kb * 1024;
}

static enum err work(void *self, struct arena *mem, struct doc *doc)
{
    struct bench *b = self;
    enum err e = dedup_doc(b->deduper, mem, doc);
    if (e == OK) b->kinds[doc->verdict.kind]++;
    return e;
}

static void open_index(struct bench *b)
{
    must(index_open(b->dir, (size_t)1 << 38, &b->index), b->dir);
    must(dedup_create(b->index, &(struct dedup_settings){30 * UINT64_C(86400000), 14 * UINT64_C(86400000)}, &b->deduper), "deduper");
}

static void close_index(struct bench *b)
{
    dedup_destroy(&b->deduper);
    index_close(&b->index);
}

/* A group of frames from document `first` on. */
static void make(struct bench *b, uint32_t first)
{
    buf_clear(&b->frames);
    for (uint32_t i = 0; i < GROUP; i++) {
        struct doc doc;
        arena_reset(b->made);
        wire_document(&b->wire, first + i, b->made, &doc);
        must(doc_encode(&doc, &b->frames), "frame");
        b->end[i] = b->frames.len;
    }
}

/* CPU seconds that the group takes. */
static double judge(struct bench *b)
{
    double began = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0, at = 0; i < GROUP; at = b->end[i++]) {
        arena_reset(b->mem);
        buf_clear(&b->out);
        must(worker_step(&b->worker, b->mem, slice_cut(buf_slice(&b->frames), at, b->end[i]), &b->out), "document");
    }
    must(dedup_commit(b->deduper), "commit");
    return seconds(CLOCK_THREAD_CPUTIME_ID) - began;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Prints documents a second by all groups of a window, and by its faster ones: where others share the machine, their caches' misses are in the first. */
static void tell_rate(const char *what, double *took, size_t groups)
{
    double all = 0;
    qsort(took, groups, sizeof *took, by_value);
    for (size_t i = 0; i < groups; i++) all += took[i];
    printf("  %s %.0f/s (median %.0f, fastest tenth %.0f)\n", what, (double)(groups * GROUP) / all, GROUP / took[groups / 2], GROUP / took[groups / 10]);
    fflush(stdout);
}

static enum err load_hot(void *self, struct slice key, struct slice value)
{
    struct hot h;
    must(get_hot(value, &h), "hot");
    return copies_load(self, h.posted, h.n_posted, index_numbered(key, 0));
}

static enum err read_sketch(void *self, uint32_t doc, struct slice *record)
{
    struct number_key k;
    return index_get(self, TABLE_SKETCH, index_number(doc, &k), record);
}

/* Exact or near: what dedup asks of the index for one text before it comes to stories, and what it writes for it. */
static void copy(struct bench *b, struct copies *copies, struct slice text, uint32_t number)
{
    struct sketch sketch;
    struct aligner aligner;
    struct match match[MATCHES_MAX];
    struct number_key k;
    struct slice v, exact;
    uint32_t posted[POSTED_MAX];
    size_t n;
    must(sketch_make(text, b->mem, &sketch), "sketch");
    exact = (struct slice){(const char *)&sketch.exact, sizeof sketch.exact};
    align_begin(&sketch, &aligner);
    if (index_get(b->index, TABLE_EXACT, exact, &v) == ERR_MISSING) {
        must(index_put(b->index, TABLE_EXACT, exact, index_number(number, &k)), "exact");
        must(copies_find(copies, &aligner, read_sketch, b->index, match, &n), "copies");
    }
    must(copies_post(copies, &sketch, number, posted, &n), "post");
    buf_clear(&b->out);
    must(put_sketch(&sketch, &b->out), "sketch");
    must(index_append(b->index, TABLE_SKETCH, index_number(number, &k), buf_slice(&b->out)), "sketch");
}

/* The judgement of copies alone, over the documents behind the first `n`; nothing of it stays. */
static void bench_copies(struct bench *b, uint32_t n)
{
    double took[WINDOW / GROUP];
    struct copies *copies = copies_create();
    if (copies == NULL) must(ERR_NOMEM, "copies");
    must(index_open(b->dir, (size_t)1 << 38, &b->index), b->dir);
    must(copies_load_begin(copies, n), "copies");
    must(index_walk(b->index, TABLE_HOT, SLICE(""), load_hot, copies), "copies");
    must(copies_load_end(copies), "copies");
    for (size_t g = 0; g < 2 * WINDOW / GROUP; g++) { /* the first window brings the store's pages into the map, where a running stage has them */
        struct slice text[GROUP];
        arena_reset(b->made);
        for (size_t i = 0; i < GROUP; i++) {
            struct doc doc;
            wire_document(&b->wire, n + (uint32_t)(g * GROUP + i) + 1, b->made, &doc);
            text[i] = doc.text;
        }
        double began = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (size_t i = 0; i < GROUP; i++) {
            arena_reset(b->mem);
            copy(b, copies, text[i], n + (uint32_t)(g * GROUP + i) + 1);
        }
        took[g % (WINDOW / GROUP)] = seconds(CLOCK_THREAD_CPUTIME_ID) - began;
    }
    index_close(&b->index);
    copies_destroy(&copies);
    tell_rate("copies alone", took, WINDOW / GROUP);
}

static void tell(struct bench *b, uint32_t n)
{
    char path[4096];
    struct stat file = {0};
    struct dedup_size s = dedup_size(b->deduper);
    double live = (double)s.live, used = (double)(anonymous() - b->memory);
    snprintf(path, sizeof path, "%s/data.mdb", b->dir);
    if (stat(path, &file) != 0) exit(1);
    close_index(b);
    bench_copies(b, n);
    double cpu = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    open_index(b);
    cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    printf("%u documents, %.0f live: memory %.1f MB, %.0f a live one (tables %.0f); disk %.0f MB, %.0f a live one, file %.0f MB; restart %.2f s CPU, %.2f s\n", n, live,
        used / 1e6, used / live, (double)s.memory / live, (double)s.disk / 1e6, (double)s.disk / live, (double)file.st_blocks * 512 / 1e6, cpu, wall);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc < 4) {
        fprintf(stderr, "usage: bench_dedup DIR PER_DAY N...\n");
        return 64;
    }
    b.dir = argv[1];
    wire_begin(&b.wire, (uint32_t)strtoul(argv[2], NULL, 10));
    b.made = arena_create(64 << 20);
    b.mem = arena_create(DOC_ARENA_MAX);
    b.frames = buf_make(64 << 20);
    b.out = buf_make(DOC_FRAME_MAX);
    b.worker = (struct worker){.stage = STAGE_DEDUP, .reads = dedup_reads, .needs = dedup_needs, .writes = dedup_writes, .work = work, .self = &b};
    if (b.made == NULL || b.mem == NULL) return 75;
    b.memory = anonymous();
    open_index(&b);
    uint32_t n = 0;
    for (int i = 3; i < argc; i++) {
        uint32_t upto = (uint32_t)strtoul(argv[i], NULL, 10);
        double took[WINDOW / GROUP + 1];
        size_t counted = 0;
        for (; n + GROUP <= upto; n += GROUP) {
            make(&b, n + 1);
            double t = judge(&b);
            if (n + WINDOW < upto) continue;
            took[counted++] = t;
        }
        tell(&b, n);
        tell_rate("whole stage", took, counted);
    }
    for (int k = 1; k < 8; k++) printf("%s%.1f %%", k > 1 ? ", " : "kinds: ", 100 * b.kinds[k] / n);
    printf("\n");
    close_index(&b);
    return 0;
}
