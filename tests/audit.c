/* audit.c - what the three stores of a pipe hold, read with the daemons' own code while no daemon runs: what the proofs are judged by.
 *
 * audit STATE...: opens journal, index, ledger and day files of each, as the daemons do when they start (each that is there), and prints a line
 * for each thing found: "held KEY HASH", "journal ACCEPTED IN_FLIGHT", "judged KEY HASH", "outcome KEY OUTCOME" and "end STATE" when all could be read.
 * Exits with 1 and the store's own words when one could not. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../libcommon/log.h"
#include "../libcommon/state.h"
#include "../services/dedup/dedup.h"
#include "../services/dedup/record.h"
#include "../services/ingest/journal.h"
#include "../services/report/office.h"

static const char *doing = "";

static void must(enum err e, const char *what)
{
    if (e == OK) return;
    fprintf(stderr, "audit: %s: %s: %s\n", doing, what, err_name(e));
    exit(1);
}

static void must_open(bool open, const struct trouble *t)
{
    if (open) return;
    fprintf(stderr, "audit: %s: %d: %s\n", doing, t->status, t->line);
    exit(1);
}

/* The store's folder, when it has something in it. */
static bool there(const char *state, const char *store, const char *file, char path[4200])
{
    must(state_path(path, 4200, state, "%s/%s", store, file), "path");
    if (access(path, F_OK) != 0) return false;
    must(state_path(path, 4200, state, "%s", store), "path");
    return true;
}

static void print_hashed(const char *what, struct slice key, struct slice value)
{
    char hash[16], hex[33];
    crypto_generichash((unsigned char *)hash, sizeof hash, (const unsigned char *)value.ptr, value.len, NULL, 0);
    hex_encode(hash, sizeof hash, hex);
    printf("%s %.*s %s\n", what, (int)key.len, key.ptr, hex);
}

static void read_journal(const char *state)
{
    char path[4200];
    struct trouble t = {0};
    if (!there(state, "journal", "data.mdb", path)) return;
    struct journal *j = journal_open(path, 1ull << 30, &t);
    must_open(j != NULL, &t);
    struct arena *mem = arena_create(DOC_ARENA_MAX);
    uint64_t seq = 0;
    struct slice frame;
    struct doc doc;
    for (;;) {
        must(journal_read(j, seq + 1, &seq, &frame), "journal_read");
        if (seq == 0) break;
        arena_reset(mem);
        must(doc_decode(frame, DOC_BIT(DOC_KEY), mem, &doc), "a held frame");
        print_hashed("held", doc.key, frame);
    }
    struct journal_counts c = journal_counts(j);
    printf("journal %ju %ju\n", (uintmax_t)c.accepted, (uintmax_t)c.in_flight);
    arena_destroy(&mem);
    journal_close(&j);
}

static enum err judged(void *self, struct slice number, struct slice value)
{
    struct slice key;
    (void)self, (void)number;
    enum err e = get_judged_key(value, &key);
    if (e == OK) print_hashed("judged", key, value);
    return e;
}

static void read_index(const char *state)
{
    char path[4200];
    struct index *index;
    struct deduper *d;
    struct trouble t = {0};
    if (!there(state, "index", "data.mdb", path)) return;
    must(index_open(path, (size_t)64 << 30, &index), "index_open");
    must_open(index_check(index, path, t.line, sizeof t.line), &t);
    must(dedup_create(index, &(struct dedup_settings){30 * 86400000ull, 14 * 86400000ull}, &d), "dedup_create");
    must(index_walk(index, TABLE_JUDGED, SLICE(""), judged, NULL), "index_walk");
    dedup_destroy(&d);
    index_close(&index);
}

static enum err no_line(void *self, uint64_t seq, struct slice line)
{
    (void)self, (void)seq, (void)line;
    return OK;
}

/* The day files are brought up to the ledger by this; outcomes are read with SQL by whoever asks. */
static void read_report(const char *state)
{
    char path[4200];
    struct trouble t = {0};
    struct office office = {.line = no_line};
    struct report_settings s = {.stage = {.state = state}, .coalesce = 500};
    if (!there(state, "report", "ledger.db", path)) return;
    must_open(office_open(&office, &s, true, &t), &t);
    office_close(&office);
}

int main(int argc, char **argv)
{
    if (argc < 2 || sodium_init() < 0) return 64;
    log_open("audit", LOG_ERROR);
    for (int i = 1; i < argc; i++) {
        doing = argv[i];
        read_journal(argv[i]);
        read_index(argv[i]);
        read_report(argv[i]);
        printf("end %s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}
