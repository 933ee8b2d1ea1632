/* main.c - wiredesk-tag: builds the tagger, runs the worker, frees the tagger. */
#include <stdio.h>
#include <unistd.h>

#include "../../proto/worker.h"
#include "model.h"
#include "tag.h"

struct settings {
    struct stage_settings stage; /* first: stage_options point into it */
    const char *model, *names;
};

static const struct option_row options[] = {
    {"model", 0, "FILE", OPTION_TEXT, offsetof(struct settings, model), NULL, 0, 0,
     "The learned names; without it share/wiredesk/names.model beside the program's folder, or where it was installed."},
    {"names", 0, "FILE", OPTION_TEXT, offsetof(struct settings, names), NULL, 0, 0,
     "Names of your own, which win over the learned ones: TYPE, name and aliases of a line with tabs between; TYPE is person, organization, location, "
     "misc, or none for what is no name."},
    {0},
};
static const struct option_row *const rows[] = {stage_options, sandbox_options, options, NULL};

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

/* share/wiredesk/NAME beside the folder of this program, when it is there. */
static bool beside(char *path, size_t size)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return false;
    self[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(self, '/');
        if (slash == NULL) return false;
        *slash = '\0';
    }
    int len = snprintf(path, size, "%s/share/wiredesk/names.model", self);
    return len > 0 && (size_t)len < size && access(path, R_OK) == 0;
}

static int open_names(const char *asked, struct model *names)
{
    char path[4200];
    if (asked != NULL) snprintf(path, sizeof path, "%s", asked);
    else if (!beside(path, sizeof path)) snprintf(path, sizeof path, "%s/names.model", WD_DATA_DIR);
    enum err e = model_open(path, names);
    if (e == OK) return 0;
    fprintf(stderr, "wiredesk-tag: cannot use the model %s: %s\n", path, err_name(e));
    return EXIT_NEEDS_PERSON;
}

/* The user's list, when there is one. */
static int read_list(const char *path, struct tagger *tagger)
{
    enum { LIST_MAX = 64 << 20 };
    size_t line = 0;
    struct buf text = buf_make(LIST_MAX);
    FILE *f = fopen(path, "rb");
    enum err e = f == NULL ? ERR_IO : OK;
    for (size_t n = 1; e == OK && n > 0; text.len += n) {
        char *room = buf_room(&text, 1 << 16);
        if (room == NULL) e = ERR_TOO_BIG;
        n = e == OK ? fread(room, 1, 1 << 16, f) : 0;
    }
    if (f != NULL) fclose(f);
    if (e == OK) e = tagger_names(tagger, buf_slice(&text), &line);
    buf_free(&text);
    if (e == OK) return 0;
    fprintf(stderr, "wiredesk-tag: %s: line %zu: %s; want TYPE, name and aliases with tabs between\n", path, line, err_name(e));
    return EXIT_NEEDS_PERSON;
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
    struct model names = {0};
    int status = open_names(s.model, &names);
    if (status != 0) return status;
    struct tagger *tagger = tagger_create(&names);
    worker.self = tagger;
    if (tagger == NULL) {
        fprintf(stderr, "wiredesk-tag: out of memory\n");
        status = EXIT_TRY_AGAIN;
    } else if (s.names != NULL) status = read_list(s.names, tagger);
    if (status == 0) status = worker_run(&worker, &s.stage);
    tagger_destroy(&tagger);
    model_close(&names);
    return status;
}
