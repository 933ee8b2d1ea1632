/* main.c - wiredesk-normalize: the daemon and the filter around normalize_doc(). */
#include <stdio.h>

#include "../../proto/worker.h"
#include "normalize.h"

static enum err work(void *self, struct arena *mem, struct doc *doc)
{
    return normalize_doc(self, mem, doc);
}

int main(int argc, char **argv)
{
    static const struct option_row *const rows[] = {stage_options, sandbox_options, NULL};
    static const struct option_table table = {
        .program = "wiredesk-normalize", .purpose = "Turns a document's bytes into clean text, with title, outlet, date, language and an origin map.",
        .operands = "", .rows = rows};
    struct stage_settings settings = {0};
    if (options_read(&table, &settings, argc, argv) < argc) {
        fprintf(stderr, "wiredesk-normalize: takes no operands; documents come on standard input (--stdio) or from ingest\n");
        return 64;
    }
    struct normalizer *normalizer = normalizer_create();
    if (normalizer == NULL) {
        fprintf(stderr, "wiredesk-normalize: out of memory\n");
        return 75;
    }
    int status = worker_run(&(struct worker){.stage = STAGE_NORMALIZE, .reads = NORMALIZE_READS, .needs = DOC_BIT(DOC_RAW), .writes = NORMALIZE_WRITES,
                                             .work = work, .self = normalizer}, &settings);
    normalizer_destroy(&normalizer);
    return status;
}
