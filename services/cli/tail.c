/* tail.c - `wiredesk tail`: the report's stream, for people or line by line. */
#include "ask.h"
#include "backlog.h"
#include "command.h"
#include "stream.h"
#include "terminal.h"
#include "view.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/clock.h"
#include "../../libcommon/signals.h"
#include "../../libcommon/state.h"
#include "../../proto/doc.h"

struct settings {
    const char *state, *live, *replay, *colour, *keys, *key;
    struct pick pick;
    struct option_list at;
    uint64_t from, last, wait, pid, columns;
    bool json, all, no_blocks, no_follow, settled;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"state", 's', "DIR", OPTION_TEXT, AT(state), ".wiredesk", 0, 0, "The pipe's directory: its report is followed"},
    {"stream", 0, "ENDPOINT", OPTION_TEXT, AT(live), NULL, 0, 0, "Follow this stream instead: tcp://HOST:5556 (give --replay too)"},
    {"replay", 0, "ENDPOINT", OPTION_TEXT, AT(replay), NULL, 0, 0, "Where earlier lines are asked for: tcp://HOST:5557"},
    {"keys", 0, "DIR", OPTION_TEXT, AT(keys), NULL, 0, 0, "Show a key of DIR and expect report's (wiredesk keygen); for --stream tcp://"},
    {"key", 0, "NAME", OPTION_TEXT, AT(key), "reader", 0, 0, "With --keys: the key to show, DIR/secret/NAME.key"},
    {"from", 0, "SEQ", OPTION_NUMBER, AT(from), "0", 0, 1e15, "Begin with this line; 1 is the first of all"},
    {"last", 'n', "N", OPTION_NUMBER, AT(last), "10", 0, 1e9, "Without --from: begin with the newest N lines, of those that are shown"},
    {"json", 'j', NULL, OPTION_FLAG, AT(json), NULL, 0, 0, "The lines as they are, instead of the view for people"},
    {"all", 'a', NULL, OPTION_FLAG, AT(all), NULL, 0, 0, "Show articles, quotes, differences and counts too, not only what stories do"},
    {"story", 0, "ID", OPTION_TEXT, AT(pick.story), NULL, 0, 0, "Only this story"},
    {"outlet", 0, "NAME", OPTION_TEXT, AT(pick.outlet), NULL, 0, 0, "Only what this outlet has, and the stories that it is in"},
    {"entity", 0, "NAME", OPTION_TEXT, AT(pick.entity), NULL, 0, 0, "Only what is about this person, organization or place, or said by it: words of its name, or its id"},
    {"no-blocks", 0, NULL, OPTION_FLAG, AT(no_blocks), NULL, 0, 0, "Do not show a story whole when it has gone quiet"},
    {"no-follow", 0, NULL, OPTION_FLAG, AT(no_follow), NULL, 0, 0, "End when all that is there has been shown"},
    {"settled", 0, NULL, OPTION_FLAG, AT(settled), NULL, 0, 0, "End when every accepted document has its outcome and all of it has been shown"},
    {"pid", 0, "PID", OPTION_NUMBER, AT(pid), "0", 0, 1e9, "With --settled: not before this process (a feeder) has ended"},
    {"at", 0, "HOST:PORT", OPTION_LIST, AT(at), NULL, 0, 0, "With --settled: ask ingest and report at these addresses; may be given again"},
    {"wait", 0, "TIME", OPTION_TIME, AT(wait), "30s", 100, 86400000, "With --no-follow or --settled: give up (status 75) after so long without an answer"},
    {"colour", 0, "WHEN", OPTION_TEXT, AT(colour), "auto", 0, 0, "auto, always or never"},
    {"columns", 0, "N", OPTION_NUMBER, AT(columns), "0", 0, 1000, "Width of the view; 0: the terminal's"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table tail_table = {
    .program = "wiredesk tail",
    .purpose = "Follow the report: for people, or as JSON Lines",
    .operands = "",
    .epilog = "No line is lost or shown twice: what the live socket did not bring is asked for. Exit status: 0, or 75 when report did not answer.",
    .rows = tables,
};

enum { TURN_MS = 250, QUIET_MS = 1500, LOOK_MS = 300, OUT_MOST = 64 << 20,
       BACK = 50, BACK_LEAST = 1000 /* lines that are looked through for those that --last wants: for one that is shown many are not */ };

struct tailing {
    struct settings set;
    struct stream *stream;
    struct view *view, *trial; /* trial: as view, to see what a line would show */
    struct backlog *backlog;   /* until the stream's end has been reached for the first time; NULL with --from, and where every line is shown */
    struct buf out;
    char at_live[4200], at_replay[4200], server[KEY_NAME_MAX];
    uint64_t line_at, look_at; /* ms: the last line; when to look again whether all has settled */
    uint64_t missed;           /* the line that was gone on with because those before it are not kept; told */
    bool told, closed;         /* that we wait; nobody reads us any more */
};

static enum err flush(struct tailing *t)
{
    enum err e = t->out.failed;
    if (e == OK && t->out.len > 0 && (fwrite(t->out.ptr, 1, t->out.len, stdout) != t->out.len || fflush(stdout) != 0)) e = ERR_IO;
    t->closed = e == ERR_IO && errno == EPIPE;
    buf_clear(&t->out);
    return e;
}

/* For --json, which does not read lines unless it has to. */
static bool wanted(struct tailing *t, struct slice text)
{
    struct pick *p = &t->set.pick;
    if (p->story == NULL && p->outlet == NULL && p->entity == NULL) return true;
    json_t *o = json_loadb(text.ptr, text.len, 0, NULL);
    bool wants = json_is_object(o) && pick_line(p, o);
    json_decref(o);
    return wants;
}

static bool shows(struct tailing *t, struct slice text)
{
    struct buf out = buf_make(OUT_MOST);
    bool some = t->trial != NULL ? view_line(t->trial, text, &out) == OK && out.len > 0 : wanted(t, text);
    buf_free(&out);
    return some;
}

static enum err line(void *self, uint64_t seq, struct slice text)
{
    struct tailing *t = self;
    t->line_at = clock_mono_ms();
    if (t->backlog != NULL) return backlog_add(t->backlog, seq, text, shows(t, text));
    if (t->view != NULL) return view_line(t->view, text, &t->out) == OK && t->out.len < 65536 ? OK : flush(t);
    if (!wanted(t, text)) return OK;
    buf_put(&t->out, text);
    buf_char(&t->out, '\n');
    return t->out.len < 65536 ? t->out.failed : flush(t);
}

/* True once the process is gone, or only waits to be buried. */
static bool gone(uint64_t pid)
{
    char path[64], stat[512];
    if (pid == 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)) return true;
    snprintf(path, sizeof path, "/proc/%llu/stat", (unsigned long long)pid);
    FILE *f = fopen(path, "re");
    size_t n = f != NULL ? fread(stat, 1, sizeof stat - 1, f) : 0;
    if (f != NULL) fclose(f);
    stat[n] = '\0';
    const char *name_ends = strrchr(stat, ')');
    return name_ends != NULL && strncmp(name_ends, ") Z", 3) == 0;
}

static bool all_shown(struct tailing *t)
{
    struct cursor at = stream_at(t->stream);
    uint64_t seq = 0;
    if (t->backlog != NULL) return false;
    if (t->set.no_follow) return stream_heard(t->stream) && at.next > 0 && !cursor_behind(&at);
    if (!t->set.settled || clock_mono_ms() < t->look_at) return false;
    t->look_at = clock_mono_ms() + LOOK_MS;
    return gone(t->set.pid) && ask_rest(t->set.state, &t->set.at, LOOK_MS * 10, &seq) == REST_DONE && at.next > seq;
}

static void tell_missed(struct tailing *t)
{
    uint64_t to = stream_skipped_to(t->stream);
    if (to != t->missed) fprintf(stderr, "lines before #%06ju are not kept any more\n", (uintmax_t)to);
    t->missed = to;
}

static bool gave_up(struct tailing *t)
{
    uint64_t unheard = stream_unheard_ms(t->stream);
    if (unheard > 2000 && !t->told) fprintf(stderr, "waiting for report%s%s%s\n", t->set.live ? " at " : "", t->set.live ? t->set.live : "",
                                               t->set.keys != NULL ? " (has it the .pub of this key, with the role reader, and have we its own?)" : "");
    t->told = unheard > 2000;
    return (t->set.no_follow || t->set.settled) && unheard > t->set.wait;
}

/* The newest lines are there: they are shown. */
static enum err end_backlog(struct tailing *t)
{
    struct backlog *b = t->backlog;
    struct cursor at = stream_at(t->stream);
    if (b == NULL || !stream_heard(t->stream) || at.next == 0 || cursor_behind(&at)) return OK;
    t->backlog = NULL;
    view_destroy(&t->trial);
    enum err e = backlog_give(b, line, t);
    backlog_destroy(&b);
    return e;
}

static int follow(struct tailing *t)
{
    enum err e = OK;
    while (e == OK && !signals_stop()) {
        e = stream_turn(t->stream, TURN_MS);
        tell_missed(t);
        if (e == OK) e = end_backlog(t);
        struct cursor at = stream_at(t->stream);
        bool quiet = clock_mono_ms() - t->line_at > QUIET_MS && !cursor_behind(&at);
        if (e == OK && quiet && t->view != NULL && view_owes(t->view)) e = view_quiet(t->view, &t->out);
        if (e == OK) e = flush(t);
        if (e == OK && all_shown(t)) break;
        if (e == OK && gave_up(t)) {
            fprintf(stderr, "wiredesk tail: report has not answered for %.0f s\n", (double)t->set.wait / 1000);
            return EXIT_TRY_AGAIN;
        }
    }
    if (e == OK && t->view != NULL) e = view_quiet(t->view, &t->out);
    if (e == OK) e = flush(t);
    if (e == OK || t->closed) return 0;
    fprintf(stderr, "wiredesk tail: %s: %s\n", err_name(e), strerror(errno));
    return EXIT_TRY_AGAIN;
}

static int begin(struct tailing *t)
{
    char *live = t->at_live, *replay = t->at_replay;
    struct trouble why;
    bool all = t->set.json && t->set.pick.story == NULL && t->set.pick.outlet == NULL && t->set.pick.entity == NULL;
    uint64_t back = t->set.last == 0 || all ? t->set.last : t->set.last * BACK + BACK_LEAST;
    struct stream_want want = {t->set.from, back, line, t, live, replay, {t->set.keys, t->set.key, stage_name(STAGE_REPORT)}};
    if ((t->set.live == NULL) != (t->set.replay == NULL)) {
        fputs("wiredesk tail: --stream and --replay belong together: give both or neither\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    if (t->set.live != NULL) {
        snprintf(live, sizeof t->at_live, "%s", t->set.live);
        snprintf(replay, sizeof t->at_replay, "%s", t->set.replay);
    } else if (state_endpoint(live, sizeof t->at_live, t->set.state, "stream") != OK
               || state_endpoint(replay, sizeof t->at_replay, t->set.state, "replay") != OK) {
        fprintf(stderr, "wiredesk tail: no pipe in '%s': is wiredesk up with this --state?\n", t->set.state);
        return EXIT_TRY_AGAIN;
    }
    if (!t->set.json) {
        struct view_choice choice = {.all = t->set.all, .pick = &t->set.pick, .blocks = !t->set.no_blocks};
        if (!terminal_screen(t->set.colour, (unsigned)t->set.columns, &choice.screen)) {
            fprintf(stderr, "wiredesk tail: --colour '%s' must be auto, always or never\n", t->set.colour);
            return EXIT_NEEDS_PERSON;
        }
        t->view = view_create(&choice);
        t->trial = view_create(&choice);
        if (t->view == NULL || t->trial == NULL) return EXIT_TRY_AGAIN;
    }
    if (t->set.from == 0 && !all && (t->backlog = backlog_create(t->set.last)) == NULL) return EXIT_TRY_AGAIN;
    bool named = entry_split(live, t->server, &want.entry.server) && entry_split(replay, t->server, &want.entry.server);
    if (!named) trouble_say(&why, EXIT_NEEDS_PERSON, "'%.250s' and '%.250s': behind # stands the name of a key", t->set.live, t->set.replay);
    if (named && stream_make(&want, &t->stream, &why)) return 0;
    fprintf(stderr, "wiredesk tail: %s\n", why.line);
    return why.status;
}

int tail_run(int argc, char **argv)
{
    struct tailing t = {.out = buf_make(OUT_MOST)};
    if (options_read(&tail_table, &t.set, argc, argv) < argc) {
        fprintf(stderr, "wiredesk tail: takes no operands; wiredesk show ID shows one story (see --help)\n");
        return EXIT_NEEDS_PERSON;
    }
    if (signals_open() < 0) return EXIT_TRY_AGAIN;
    int status = begin(&t);
    if (status == 0) status = follow(&t);
    stream_free(&t.stream);
    view_destroy(&t.view);
    view_destroy(&t.trial);
    backlog_destroy(&t.backlog);
    pick_forget(&t.set.pick);
    buf_free(&t.out);
    return status;
}
