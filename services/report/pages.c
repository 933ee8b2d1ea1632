/* pages.c - the pass that writes pages: what was told since, files replaced whole, the cursor. */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/chaos.h"
#include "../../libcommon/json_read.h"
#include "../../libcommon/log.h"
#include "../../libcommon/state.h"
#include "page.h"

enum {
    FORMAT = 1,           /* raise it when pages look otherwise: all are written again */
    ARENA_MAX = 96 << 20, /* a story's line, its articles, their texts */
    INDEX_MAX = 500,
    FEED_MAX = 100,
    LINES_A_PASS = 64,
    LINE_DEPTH = 64,      /* what jot.h writes */
};

struct pages {
    struct ledger *ledger;
    struct arena *mem;
    struct buf out;
    struct json_reader *quick;
    int folder, stories; /* open directories */
    uint64_t cursor;     /* the last story line whose page is written */
    uint64_t sweep_end;
    uint64_t silent;     /* pages of stories whose last line was one up to this are gone, since that line is */
    bool unsettled;
    char ledger_id[37], boot[37];
    struct slice first_line;
    char *first_line_kept;
};

/* --- files --- */

static enum err world(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

static enum err write_whole(int fd, struct slice s)
{
    for (size_t at = 0; at < s.len;) {
        ssize_t n = write(fd, s.ptr + at, s.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return world();
        at += (size_t)n;
    }
    return OK;
}

static enum err replace(int folder, const char *name, struct slice content)
{
    char beside[160];
    snprintf(beside, sizeof beside, ".%s.new", name);
    int fd = openat(folder, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return world();
    chaos_point("pages.half_written");
    enum err e = write_whole(fd, content);
    if (close(fd) != 0 && e == OK) e = world();
    chaos_point("pages.before_rename");
    if (e == OK && renameat(folder, beside, folder, name) != 0) e = world();
    if (e != OK) unlinkat(folder, beside, 0);
    chaos_point("pages.after_rename");
    return e;
}

static enum err replace_page(struct pages *p, struct slice id, const char *ending)
{
    char file[PAGE_FILE_MAX], name[PAGE_FILE_MAX + 8];
    if (p->out.failed != OK) return p->out.failed;
    page_file(id, file);
    snprintf(name, sizeof name, "%s%s", file, ending);
    return replace(p->stories, name, buf_slice(&p->out));
}

/* --- the cursor --- */

static void read_boot(char boot[37])
{
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (f == NULL || fscanf(f, "%36[0-9a-f-]", boot) != 1) snprintf(boot, 37, "unknown");
    if (f != NULL) fclose(f);
}

/* Where the pages stand, or 0: all are to be written. */
static uint64_t read_cursor(struct pages *p)
{
    int format = 0;
    uint64_t seq = 0, last = 0, silent = 0;
    char ledger[37] = "", boot[37] = "";
    int fd = openat(p->folder, ".cursor", O_RDONLY | O_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (f == NULL) {
        if (fd >= 0) close(fd);
        return 0;
    }
    int fields = fscanf(f, "%d %" SCNu64 " %36[0-9a-f-] %36s %" SCNu64, &format, &seq, ledger, boot, &silent);
    bool read = fields >= 4;
    fclose(f);
    bool sound = strcmp(boot, "sound") == 0 || strcmp(boot, p->boot) == 0;
    bool there = faccessat(p->folder, "index.html", F_OK, 0) == 0 && ledger_last_seq(p->ledger, &last) == OK;
    read = read && sound && there && format == FORMAT && strcmp(ledger, p->ledger_id) == 0 && seq <= last;
    p->silent = read ? silent : 0;
    return read ? seq : 0;
}

static enum err write_cursor(struct pages *p, const char *boot)
{
    char text[160];
    int n = snprintf(text, sizeof text, "%d %" PRIu64 " %s %s", FORMAT, p->cursor, p->ledger_id, boot);
    if (p->silent > 0) n += snprintf(text + n, sizeof text - (size_t)n, " %" PRIu64, p->silent);
    text[n++] = '\n';
    return replace(p->folder, ".cursor", (struct slice){text, (size_t)n});
}

/* The ledger is known by its first line, which an empty one does not have yet. */
static enum err know_ledger(struct pages *p)
{
    struct slice line;
    if (p->first_line_kept != NULL) return OK;
    arena_reset(p->mem);
    enum err e = ledger_first_line(p->ledger, p->mem, &line);
    if (e != OK || line.ptr == NULL) return e;
    p->first_line_kept = malloc(line.len + 1);
    if (p->first_line_kept == NULL) return ERR_NOMEM;
    memcpy(p->first_line_kept, line.ptr, line.len);
    p->first_line = (struct slice){p->first_line_kept, line.len};
    page_uuid(p->first_line, SLICE("ledger"), p->ledger_id);
    p->cursor = read_cursor(p);
    return OK;
}

/* --- one story --- */

/* The keys that are quoted somewhere in the line, as a set. */
static void gather_cited(const json_t *v, json_t *cited)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_array(v)) {
        json_array_foreach((json_t *)v, i, member) gather_cited(member, cited);
    } else if (json_is_object(v)) {
        const char *d = json_string_value(json_object_get(v, "d"));
        if (d != NULL && json_object_get(v, "b") != NULL) json_object_set_new(cited, d, json_true());
        json_object_foreach((json_t *)v, name, member) gather_cited(member, cited);
    }
}

static enum err read_article(struct pages *p, const json_t *part, const json_t *cited, size_t *room, struct page_article *a)
{
    struct ledger_doc doc;
    bool found;
    struct slice key = page_string(part, "id");
    bool wanted = key.ptr != NULL && json_object_get(cited, key.ptr) != NULL && *room > 0;
    *a = (struct page_article){.key = key, .name = page_string(part, "name"), .outlet = page_string(part, "outlet")};
    enum err e = ledger_article(p->ledger, key, wanted, p->mem, &doc, &found);
    if (e != OK || !found) return e;
    a->title = doc.title;
    a->url = doc.url;
    a->byline = doc.byline;
    a->published = doc.published;
    a->lang = doc.lang;
    a->verdict = doc.verdict;
    a->of = doc.of;
    if (doc.text.len > *room || !utf8_valid(doc.text)) return OK;
    a->text = doc.text;
    *room -= doc.text.len;
    return OK;
}

static enum err read_articles(struct pages *p, const json_t *line, struct page *page)
{
    const json_t *parts = json_object_get(line, "articles");
    size_t n = json_array_size(parts), room = PAGE_TEXTS_MAX;
    struct page_article *all = arena_array(p->mem, n, sizeof *all);
    json_t *cited = json_object();
    enum err e = all == NULL || cited == NULL ? ERR_NOMEM : OK;
    if (e == OK) gather_cited(line, cited);
    for (size_t i = 0; i < n && e == OK; i++) e = read_article(p, json_array_get(parts, i), cited, &room, &all[i]);
    json_decref(cited);
    *page = (struct page){line, all, n};
    return e;
}

static enum err write_story(struct pages *p, struct slice id, struct slice text)
{
    json_error_t wrong;
    struct page page;
    json_t *line = json_read(p->quick, text, 0);
    if (line == NULL) line = json_loadb(text.ptr, text.len, 0, &wrong);
    enum err e = line == NULL ? ERR_MALFORMED : read_articles(p, line, &page);
    buf_clear(&p->out);
    if (e == OK) e = page_html(&page, &p->out);
    if (e == OK) e = replace_page(p, id, ".html");
    buf_clear(&p->out);
    if (e == OK) e = page_markdown(&page, &p->out);
    if (e == OK) e = replace_page(p, id, ".md");
    json_decref(line);
    return e;
}

static enum err write_gone(struct pages *p, const struct ledger_story *s)
{
    enum err e = OK;
    struct slice into = s->state == STORY_MERGED ? s->into : (struct slice){NULL, 0};
    for (int md = 0; md < 2 && e == OK; md++) {
        buf_clear(&p->out);
        e = page_gone(s->id, s->title, into, md == 1, &p->out);
        if (e == OK) e = replace_page(p, s->id, md == 1 ? ".md" : ".html");
    }
    return e;
}

static enum err write_page(struct pages *p, struct slice id)
{
    struct ledger_story s;
    struct slice line;
    bool found;
    enum err e = ledger_story(p->ledger, id, p->mem, &s, &found);
    if (e != OK || !found) return e;
    if (s.state != STORY_OPEN) return write_gone(p, &s);
    e = ledger_story_line(p->ledger, id, p->mem, &line);
    return e == OK && line.ptr != NULL ? write_story(p, id, line) : e; /* after a split the next line follows */
}

/* --- the pass --- */

static enum err refuse_page(struct slice id, enum err e)
{
    char quoted[100];
    if (e == OK || e == ERR_FULL || e == ERR_IO) return e;
    log_event(LOG_WARN, "page_not_written", "story=%s error=%s", log_quote(id, quoted, sizeof quoted), err_name(e));
    return OK;
}

/* Lines up to the end of the stream when the sweep began: of a story's lines among them only the last is followed, so a backlog costs a page a story; what is
 * told meanwhile belongs to the next sweep, so a story that never rests is not put off for ever. */
static enum err sweep(struct pages *p)
{
    return p->cursor < p->sweep_end ? OK : ledger_last_seq(p->ledger, &p->sweep_end);
}

static enum err pass_line(struct pages *p, const struct ledger_told *t, unsigned *wrote)
{
    uint64_t newest = 0;
    enum err e = ledger_story_seq(p->ledger, t->story, &newest);
    if (e != OK || (newest > t->seq && newest <= p->sweep_end)) return e;
    arena_reset(p->mem);
    (*wrote)++;
    return refuse_page(t->story, write_page(p, t->story));
}

/* Stories whose last line went for its age have no page any more. */
static enum err drop_silent(struct pages *p, struct arena *mem)
{
    static const char *const endings[] = {".html", ".md"};
    struct ledger_told *told;
    size_t n = 0;
    uint64_t first = 0;
    char file[PAGE_FILE_MAX], name[PAGE_FILE_MAX + 8];
    enum err e = ledger_first_seq(p->ledger, &first);
    if (e != OK || first <= p->silent + 1) return e;
    e = ledger_silent(p->ledger, p->silent, LINES_A_PASS, mem, &told, &n);
    for (size_t i = 0; i < 2 * n && e == OK; i++) {
        page_file(told[i / 2].story, file);
        snprintf(name, sizeof name, "%s%s", file, endings[i % 2]);
        if (unlinkat(p->stories, name, 0) != 0 && errno != ENOENT) e = ERR_IO;
    }
    if (e != OK) return e;
    p->silent = n == LINES_A_PASS ? told[n - 1].seq : first - 1;
    p->unsettled = true;
    return OK;
}

enum err pages_pass(struct pages *p, unsigned most, unsigned *wrote, bool *moved)
{
    struct ledger_told *told;
    size_t n = 0;
    *wrote = 0;
    *moved = false;
    enum err e = know_ledger(p);
    if (e != OK || p->first_line_kept == NULL) return e;
    struct arena *own = arena_create(4 << 20);
    e = own == NULL ? ERR_NOMEM : drop_silent(p, own);
    if (e == OK) e = sweep(p);
    if (e == OK) e = ledger_told(p->ledger, p->cursor, LINES_A_PASS, own, &told, &n);
    for (size_t i = 0; i < n && *wrote < most && e == OK; i++) {
        e = pass_line(p, &told[i], wrote);
        if (e != OK) break;
        p->cursor = told[i].seq;
        p->unsettled = *moved = true;
    }
    arena_destroy(&own);
    return e;
}

static enum err write_lists(struct pages *p, struct page_list *l)
{
    buf_clear(&p->out);
    enum err e = page_index(l, false, &p->out);
    if (e == OK) e = replace(p->folder, "index.html", buf_slice(&p->out));
    buf_clear(&p->out);
    if (e == OK) e = page_index(l, true, &p->out);
    if (e == OK) e = replace(p->folder, "index.md", buf_slice(&p->out));
    buf_clear(&p->out);
    if (l->len > FEED_MAX) l->len = FEED_MAX;
    if (e == OK) e = page_feed(l, &p->out);
    return e == OK ? replace(p->folder, "feed.atom", buf_slice(&p->out)) : e;
}

enum err pages_settle(struct pages *p)
{
    struct ledger_newest newest;
    if (!p->unsettled) return OK;
    arena_reset(p->mem);
    enum err e = ledger_newest(p->ledger, INDEX_MAX, p->mem, &newest);
    struct page_entry *entries = e == OK ? arena_array(p->mem, newest.len, sizeof *entries) : NULL;
    if (e == OK && entries == NULL) e = ERR_NOMEM;
    for (size_t i = 0; e == OK && i < newest.len; i++) {
        const struct ledger_story *s = &newest.ptr[i];
        entries[i] = (struct page_entry){s->id, s->title, s->n_articles, s->n_outlets, s->n_independent, newest.n_conflicts[i], s->rev, s->opened, s->line_at};
    }
    if (e == OK) e = write_lists(p, &(struct page_list){entries, newest.len, newest.all - newest.len, p->first_line});
    if (e == OK) e = write_cursor(p, p->boot);
    if (e == OK) p->unsettled = false;
    return e;
}

enum err pages_follow(struct pages *p)
{
    unsigned wrote;
    bool moved = true;
    enum err e = OK;
    while (e == OK && moved) e = pages_pass(p, LINES_A_PASS, &wrote, &moved);
    return e == OK ? pages_settle(p) : e;
}

/* --- opening --- */

static int open_folder(const char *state, const char *sub, struct trouble *t)
{
    char path[4200];
    int fd = -1;
    if (state_folder(state, sub) == OK && state_path(path, sizeof path, state, "%s", sub) == OK) fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) trouble_say(t, EXIT_TRY_AGAIN, "cannot make the folder %s/%s: %s", state, sub, strerror(errno));
    return fd;
}

struct pages *pages_open(const char *state, struct ledger *ledger, struct trouble *t)
{
    struct pages *p = calloc(1, sizeof *p);
    if (p == NULL || (p->mem = arena_create(ARENA_MAX)) == NULL || (p->quick = json_reader_create(LINE_DEPTH)) == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "out of memory");
        if (p != NULL) arena_destroy(&p->mem);
        free(p);
        return NULL;
    }
    p->ledger = ledger;
    p->out = buf_make(PAGE_BYTES_MAX);
    p->stories = -1;
    read_boot(p->boot);
    p->folder = open_folder(state, "report/pages", t);
    if (p->folder >= 0) p->stories = open_folder(state, "report/pages/stories", t);
    if (p->stories < 0) pages_close(&p, false);
    return p;
}

void pages_close(struct pages **p, bool sound)
{
    if (*p == NULL) return;
    if (sound && !(*p)->unsettled && (*p)->first_line_kept != NULL && syncfs((*p)->folder) == 0 && write_cursor(*p, "sound") != OK)
        log_event(LOG_WARN, "pages_cursor", "error=not_written");
    if ((*p)->folder >= 0) close((*p)->folder);
    if ((*p)->stories >= 0) close((*p)->stories);
    arena_destroy(&(*p)->mem);
    json_reader_destroy(&(*p)->quick);
    buf_free(&(*p)->out);
    free((*p)->first_line_kept);
    free(*p);
    *p = NULL;
}
