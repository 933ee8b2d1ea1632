/* feed.c - `wiredesk feed`: files, folders, standard input or a watched folder, to ingest. */
#include "command.h"
#include "feeder.h"
#include "paths.h"
#include "tally.h"
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/signals.h"
#include "../../libcommon/state.h"
#include "../../proto/records.h"

struct settings {
    const char *state, *ingest, *source, *type, *watch;
    const char *keys, *key;
    struct option_list meta;
    uint64_t window, piece, wait, silence;
    bool quiet;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: documents go to its ingest"},
    {"ingest", 0, "ENDPOINT", OPTION_TEXT, AT(ingest), NULL, 0, 0, "Feed this ingest instead: tcp://HOST:5550, with #NAME behind it when its key is not called ingest"},
    {"keys", 0, "DIR", OPTION_TEXT, AT(keys), NULL, 0, 0, "Show a key of DIR and expect ingest's (wiredesk keygen); for --ingest tcp://"},
    {"key", 0, "NAME", OPTION_TEXT, AT(key), "feeder", 0, 0, "With --keys: the key to show, DIR/secret/NAME.key"},
    {"source", 0, "WORD", OPTION_TEXT, AT(source), "feed", 0, 0, "Who the documents come from; part of their keys"},
    {"type", 't', "TYPE", OPTION_TEXT, AT(type), NULL, 0, 0, "Media type of all files: text/html, application/jsonl ...; else ingest looks"},
    {"meta", 'm', "NAME=VALUE", OPTION_LIST, AT(meta), NULL, 0, 0, "Said of every document: outlet, url, published, modified, lang, title or section"},
    {"watch", 'w', "DIR", OPTION_TEXT, AT(watch), NULL, 0, 0, "Then go on: feed each new or changed file below DIR once it is whole"},
    {"window", 0, "N", OPTION_NUMBER, AT(window), "64", 1, 4096, "Requests without an answer, at most"},
    {"piece", 0, "SIZE", OPTION_SIZE, AT(piece), "256K", 1, 16 << 20, "Cut JSON Lines and WARC into requests of about this size"},
    {"wait", 0, "TIME", OPTION_TIME, AT(wait), "30s", 0, 86400000, "Give up (status 75) when ingest cannot be reached for so long; with --watch it goes on waiting"},
    {"silence", 0, "TIME", OPTION_TIME, AT(silence), "30s", 1000, 86400000, "Connect anew when ingest has answered nothing for so long"},
    {"quiet", 'q', NULL, OPTION_FLAG, AT(quiet), NULL, 0, 0, "No progress, no summary; what is refused is still told"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table feed_table = {
    .program = "wiredesk feed",
    .purpose = "Feed files, folders or standard input (-) to ingest",
    .operands = "[PATH...]",
    .epilog = "Returns when each document is on ingest's disk. Exit status: 0 all accepted, 1 some refused, 75 ingest could not be reached, 130 interrupted.",
    .rows = tables,
};

enum { WINDOW_BYTES = 32 << 20, LOOK_MS = 500, TOLD_MOST = 50, PROGRESS_MS = 100, EXIT_INTERRUPTED = 130 };

struct feeding {
    struct settings set;
    struct window window;
    struct feeder *feeder;
    struct paths paths;
    size_t next;           /* of paths, to be opened */
    struct pieces *open;   /* of paths.ptr[next - 1] */
    struct watch watch;
    struct tally tally;
    char *endpoint, server[KEY_NAME_MAX];
    uint64_t began, look_at, shown, told_busy; /* ms */
    bool terminal, was_up, told_alone, told_away;
};

/* --- telling --- */

static void wipe(const struct feeding *f)
{
    if (f->terminal) fputs("\r\033[K", stderr);
}

static void refuse(struct feeding *f, const char *id, const struct piece *piece, uint64_t line, struct slice error, struct slice detail)
{
    tally_refuse(&f->tally, error);
    if (f->tally.refused > TOLD_MOST) return;
    wipe(f);
    fprintf(stderr, "refused %s", id);
    if (piece != NULL && piece->member.len > 0) fprintf(stderr, "/%.*s", (int)piece->member.len, piece->member.ptr);
    if (line > 0) fprintf(stderr, " line %llu", (unsigned long long)line);
    fprintf(stderr, ": %.*s%s%.*s\n", (int)error.len, error.ptr ? error.ptr : "", detail.len ? ": " : "", (int)detail.len,
            detail.ptr ? detail.ptr : "");
    if (f->tally.refused == TOLD_MOST) fputs("(more refusals are only counted)\n", stderr);
}

static void refuse_path(void *self, const char *at, int error)
{
    refuse(self, at, NULL, 0, slice_of(err_name(ERR_IO)), slice_of(strerror(error)));
}

static void show_progress(struct feeding *f, bool now)
{
    if (!f->terminal || (!now && clock_mono_ms() - f->shown < PROGRESS_MS)) return;
    struct winsize size = {0};
    struct buf line = buf_make(4096);
    unsigned columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
    tally_progress(&f->tally, clock_mono_ms() - f->began, columns, &line);
    fprintf(stderr, "\r\033[K%.*s", (int)line.len, line.ptr ? line.ptr : "");
    fflush(stderr);
    buf_free(&line);
    f->shown = clock_mono_ms();
}

static void print_summary(const struct feeding *f)
{
    struct buf text = buf_make(1 << 16);
    tally_summary(&f->tally, clock_mono_ms() - f->began, &text);
    wipe(f);
    fwrite(text.ptr, 1, text.len, stdout);
    buf_free(&text);
}

/* --- what the feeder tells us --- */

static void settle(struct feeding *f, const struct path *path)
{
    if (path->read && path->unanswered == 0) f->tally.files_done++;
}

/* A place at the very beginning may also mean that there is none to name: then the kind of error decides. */
static bool one_line_is_at_fault(const struct feed_reply *reply)
{
    enum err e = err_named(reply->error);
    return reply->at > 0 || e == ERR_MALFORMED || e == ERR_SCHEMA || e == ERR_MISSING || e == ERR_UTF8 || e == ERR_DUPLICATE;
}

static bool answered(void *self, struct request *r, const struct feed_reply *reply)
{
    struct feeding *f = self;
    uint64_t line = r->piece.line;
    if (reply->status == FEED_OK) {
        f->tally.documents += reply->keys.len;
        f->tally.skipped += reply->skipped;
        f->tally.bytes += r->piece.body.len;
        if (f->set.watch != NULL && !f->terminal && !f->set.quiet) {
            char name[512];
            log_event(LOG_INFO, "fed", "file=%s documents=%zu", log_quote(slice_of(r->id), name, sizeof name), reply->keys.len);
        }
    } else if (one_line_is_at_fault(reply) && piece_drop_line(&r->piece, reply->at, &line)) {
        refuse(f, r->id, &r->piece, line, reply->error, reply->detail);
        if (slice_trim(buf_slice(&r->piece.body)).len > 0) return true; /* the other lines are good until proved otherwise */
    } else {
        refuse(f, r->id, &r->piece, line, reply->error, reply->detail);
    }
    struct path *path = &f->paths.ptr[r->file];
    path->unanswered--;
    settle(f, path);
    return false;
}

static void busy(void *self, struct slice why)
{
    struct feeding *f = self;
    if (clock_mono_ms() - f->told_busy < 10000 && f->told_busy > 0) return;
    f->told_busy = clock_mono_ms();
    wipe(f);
    fprintf(stderr, "ingest is busy (%.*s); trying again until it takes more\n", (int)why.len, why.ptr ? why.ptr : "");
}

static void link_changed(void *self, bool up, size_t to_resend)
{
    struct feeding *f = self;
    wipe(f);
    if (!up) fprintf(stderr, "connection to ingest lost; waiting for it\n");
    else if (f->was_up) fprintf(stderr, "connected again; %zu request%s sent again\n", to_resend, to_resend == 1 ? "" : "s");
    f->was_up = f->was_up || up;
}

/* --- filling the window --- */

static void close_file(struct feeding *f)
{
    struct path *path = &f->paths.ptr[f->next - 1];
    pieces_close(&f->open);
    path->read = true;
    settle(f, path);
}

/* A media type that was said is the last word: a .jsonl said to be text/plain goes whole. */
static enum pieces_how how_of(const char *type)
{
    enum records kind = records_of(slice_of(type), "", (struct slice){NULL, 0});
    bool packed = type == NULL || strstr(type, "gzip") != NULL || strstr(type, "octet-stream") != NULL || strstr(type, "zip") != NULL || strstr(type, "x-tar") != NULL;
    return kind == RECORDS_LINES ? PIECES_LINES : kind == RECORDS_WARC ? PIECES_WARC : packed ? PIECES_GUESS : PIECES_WHOLE;
}

static enum err open_next(struct feeding *f)
{
    struct path *path = &f->paths.ptr[f->next++];
    bool in = strcmp(path->at, "-") == 0;
    int fd = in ? dup(STDIN_FILENO) : -1;
    enum err e = pieces_open(in ? NULL : path->at, fd, how_of(f->set.type), f->set.piece, &f->open);
    if (e != ERR_IO) return e;
    refuse(f, path->id, NULL, 0, slice_of(err_name(e)), slice_of(strerror(errno)));
    close_file(f);
    return OK;
}

/* Reads one piece of the open file into the window. */
static enum err read_piece(struct feeding *f, struct request *r)
{
    struct path *path = &f->paths.ptr[f->next - 1];
    bool more;
    enum err e = pieces_next(f->open, FEED_BODY_MAX, &r->piece, &more);
    if (e == ERR_NOMEM || e == ERR_FULL) return e;
    f->tally.skipped += r->piece.skipped;
    if (e != OK) refuse(f, path->id, &r->piece, r->piece.line, slice_of(err_name(e)), slice_of(r->piece.why));
    if (e != OK) return OK; /* the next call goes on behind it, or says that there is no more */
    if (!more) {
        close_file(f);
        return OK;
    }
    r->id = path->id;
    r->file = f->next - 1;
    path->unanswered++;
    window_put(&f->window, r);
    return OK;
}

/* Reads ahead while there is room. *idle: there is nothing to read now. */
static enum err fill(struct feeding *f, bool *idle)
{
    struct request *r;
    enum err e = OK;
    *idle = false;
    while (e == OK && (r = window_room(&f->window)) != NULL) {
        if (f->open == NULL && f->next == f->paths.len) {
            *idle = true;
            return OK;
        }
        e = f->open == NULL ? open_next(f) : read_piece(f, r);
    }
    return e == ERR_FULL ? OK : e; /* a pipe that has nothing yet: feeder_turn() waits for it */
}

static enum err look(struct feeding *f)
{
    uint64_t now = clock_mono_ms(), before = f->paths.len;
    if (f->next == f->paths.len && f->open == NULL && f->window.used == 0) {
        paths_free(&f->paths); /* a watcher may run for years */
        f->next = before = 0;
    }
    enum err e = watch_look(&f->watch, f->set.watch, now, &f->paths);
    f->tally.files += f->paths.len - before;
    uint64_t took = clock_mono_ms() - now;
    f->look_at = now + took + (took * 10 > LOOK_MS ? took * 10 : LOOK_MS);
    return e;
}

/* --- the run --- */

/* "outlet=Harbour Post" into meta; false when it is no such name. */
static bool said_of_all(struct meta *meta, const char *text)
{
    const struct { const char *name; struct slice *at; } known[] = {
        {"outlet", &meta->outlet}, {"url", &meta->url}, {"published", &meta->published}, {"modified", &meta->modified},
        {"lang", &meta->lang}, {"title", &meta->title}, {"section", &meta->section},
    };
    const char *equals = strchr(text, '=');
    for (size_t i = 0; equals != NULL && i < sizeof known / sizeof *known; i++) {
        if (!slice_eq((struct slice){text, (size_t)(equals - text)}, slice_of(known[i].name))) continue;
        *known[i].at = slice_of(equals + 1);
        return true;
    }
    return false;
}

static int begin(struct feeding *f, char **operands)
{
    char endpoint[4200];
    struct feeder_said said = {.source = slice_of(f->set.source), .type = slice_of(f->set.type), .silence_ms = f->set.silence,
                               .entry = {f->set.keys, f->set.key, stage_name(STAGE_INGEST)}};
    struct trouble t = {EXIT_TRY_AGAIN, "out of memory"};
    for (size_t i = 0; i < f->set.meta.len; i++) {
        if (said_of_all(&said.meta, f->set.meta.item[i])) continue;
        fprintf(stderr, "wiredesk feed: --meta '%s' must be outlet, url, published, modified, lang, title or section, with =VALUE\n",
                f->set.meta.item[i]);
        return EXIT_NEEDS_PERSON;
    }
    for (; *operands != NULL; operands++) {
        enum err e = paths_add(&f->paths, *operands, NULL, refuse_path, f);
        if (e == ERR_IO) refuse_path(f, *operands, errno);
        else if (e != OK) return EXIT_TRY_AGAIN;
    }
    f->tally.files = f->paths.len;
    if (f->set.ingest == NULL && state_endpoint(endpoint, sizeof endpoint, f->set.state, "feed") != OK) {
        fprintf(stderr, "wiredesk feed: no pipe in '%s': is wiredesk up with this --state?\n", f->set.state);
        return EXIT_TRY_AGAIN;
    }
    f->endpoint = strdup(f->set.ingest ? f->set.ingest : endpoint);
    struct feeder_events events = {answered, busy, link_changed, f};
    bool room = f->endpoint != NULL && window_make(&f->window, f->set.window, WINDOW_BYTES) == OK;
    bool named = room && entry_split(f->endpoint, f->server, &said.entry.server);
    if (room && !named) trouble_say(&t, EXIT_NEEDS_PERSON, "'%.400s': behind # stands the name of a key", f->set.ingest);
    if (named && feeder_make(f->endpoint, &f->window, &said, &events, &f->feeder, &t)) return 0;
    fprintf(stderr, "wiredesk feed: %s\n", t.line);
    return t.status;
}

/* That ingest does not let us in is known seconds after it is only known that nobody answers: it lets strangers wait. */
static bool gave_up(struct feeding *f)
{
    uint64_t alone = feeder_alone_ms(f->feeder);
    bool away = feeder_turned_away(f->feeder);
    if (alone > 1000 && (!f->told_alone || (away && !f->told_away))) {
        wipe(f);
        fprintf(stderr, "waiting for ingest at %s%s\n", f->endpoint, !away ? "" : f->set.keys == NULL
                ? ": it is there and wants a key (--keys DIR)"
                : ": it is there and does not let us in: has it the .pub of this key, with the role feeder, and have we its own?");
        f->told_away = away;
    }
    f->told_alone = alone > 1000;
    f->told_away = f->told_away && f->told_alone;
    return f->set.watch == NULL && alone > f->set.wait;
}

static int feed(struct feeding *f)
{
    enum err e = OK;
    while (e == OK && !signals_stop()) {
        bool idle;
        if (f->set.watch != NULL && clock_mono_ms() >= f->look_at) e = look(f);
        if (e == OK) e = fill(f, &idle);
        if (e != OK) break;
        if (idle && f->window.used == 0 && f->set.watch == NULL) return f->tally.refused > 0 ? EXIT_FOUND_WRONG : 0;
        int also = window_room(&f->window) != NULL ? pieces_wait_fd(f->open) : -1;
        e = feeder_turn(f->feeder, f->terminal ? PROGRESS_MS : LOOK_MS, also);
        if (gave_up(f)) {
            wipe(f);
            fprintf(stderr, "wiredesk feed: no ingest at %s for %.0f s\n", f->endpoint, (double)f->set.wait / 1000);
            return EXIT_TRY_AGAIN;
        }
        show_progress(f, false);
    }
    if (e != OK) fprintf(stderr, "wiredesk feed: %s: %s\n", err_name(e), strerror(errno));
    if (e != OK) return EXIT_TRY_AGAIN;
    return f->set.watch != NULL ? 0 : EXIT_INTERRUPTED;
}

int feed_run(int argc, char **argv)
{
    struct feeding f = {0};
    int first = options_read(&feed_table, &f.set, argc, argv);
    if (first == argc && f.set.watch == NULL) {
        fputs("wiredesk feed: name files or folders, - for standard input, or --watch DIR (see --help)\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    log_open("feed", LOG_INFO);
    if (signals_open() < 0) return EXIT_TRY_AGAIN;
    f.began = clock_mono_ms();
    f.terminal = isatty(STDERR_FILENO) && !f.set.quiet;
    int status = begin(&f, argv + first);
    if (status == 0) status = feed(&f);
    wipe(&f);
    if (f.feeder != NULL && !f.set.quiet) print_summary(&f);
    if (f.window.used > 0) fprintf(stderr, "%zu request%s had no answer yet\n", f.window.used, f.window.used == 1 ? "" : "s");
    pieces_close(&f.open);
    feeder_free(&f.feeder);
    if (f.window.slot != NULL) window_free(&f.window);
    paths_free(&f.paths);
    watch_free(&f.watch);
    free(f.endpoint);
    return status;
}
