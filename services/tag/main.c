/* main.c - wiredesk-tag: builds the tagger, runs the worker, frees the tagger. */
#include <stdio.h>

#include "../../proto/worker.h"
#include "tag.h"

struct settings {
    struct stage_settings stage; /* first: stage_options point into it */
};

static const struct option_row *const rows[] = {stage_options, NULL};

static const struct option_table table = {
    .program = "wiredesk-tag",
    .purpose = "Finds names, who is who, quotes with their speakers, times and quantities in a document's text.",
    .operands = "",
    .rows = rows,
};

static enum err work(void *self, struct arena *mem, struct doc *doc)
{
    return tag_doc(self, mem, doc);
}

int main(int argc, char **argv)
{
    struct settings s = {0};
    int first = options_read(&table, &s, argc, argv);
    if (first < argc) {
        fprintf(stderr, "wiredesk-tag: '%s': it takes no operands\n", argv[first]);
        return EXIT_NEEDS_PERSON;
    }
    struct worker worker = {.stage = STAGE_TAG, .reads = TAG_READS, .needs = TAG_NEEDS, .writes = TAG_WRITES, .work = work};
    if (s.stage.probe || s.stage.check) return worker_run(&worker, &s.stage);
    struct tagger *tagger = tagger_create();
    if (tagger == NULL) {
        fprintf(stderr, "wiredesk-tag: out of memory\n");
        return EXIT_TRY_AGAIN;
    }
    worker.self = tagger;
    int status = worker_run(&worker, &s.stage);
    tagger_destroy(&tagger);
    return status;
}
