/* view.c - stream lines as events for people. */
#include "view_parts.h"
#include "../../proto/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NAMES_MOST = 200000, WAITING_MOST = 200, NAME_MOST = 25, ADDS_SHOWN = 4, ADD_MOST = 48 };

struct view *view_create(const struct view_choice *choice)
{
    struct view *v = calloc(1, sizeof *v);
    if (v == NULL) return NULL;
    *v = (struct view){*choice, json_object(), json_object()};
    if (v->names == NULL || v->waiting == NULL) view_destroy(&v);
    return v;
}

void view_destroy(struct view **v)
{
    if (*v == NULL) return;
    json_decref((*v)->names);
    json_decref((*v)->waiting);
    free(*v);
    *v = NULL;
}

/* --- reading --- */

struct slice view_string(const json_t *s)
{
    return json_is_string(s) ? (struct slice){json_string_value(s), json_string_length(s)} : (struct slice){"", 0};
}

struct slice view_text(const json_t *o, const char *key)
{
    return view_string(json_object_get(o, key));
}

uint64_t view_count(const json_t *o, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(o, key));
    return n > 0 ? (uint64_t)n : 0;
}

struct slice view_span(const json_t *o, const char *key)
{
    return view_text(json_object_get(o, key), "t");
}

struct slice view_name(const struct view *v, struct slice key)
{
    const json_t *name = json_object_getn(v->names, key.ptr, key.len);
    return name != NULL ? view_string(name) : utf8_start(key, 8);
}

/* "seeds/003_623cb32d.txt" -> "003": without folders, ending and what follows the first underscore; `part` of a container stays. */
void view_remember(struct view *v, struct slice key, struct slice file)
{
    struct slice s = file;
    for (size_t i = s.len; i > 0; i--) {
        if (s.ptr[i - 1] != '/') continue;
        s = slice_cut(s, i, s.len);
        break;
    }
    struct slice part = {"", 0};
    size_t hash = slice_find(s, SLICE("#"), 0);
    if (hash != SIZE_MAX) part = slice_cut(s, hash, s.len), s = slice_cut(s, 0, hash);
    size_t dot = slice_find(s, SLICE("."), 1), bar = slice_find(s, SLICE("_"), 1);
    s = slice_cut(s, 0, dot < bar ? dot : bar);
    struct buf out = buf_make(4096);
    screen_words(&out, s);
    screen_words(&out, part);
    if (json_object_size(v->names) >= NAMES_MOST) json_object_clear(v->names);
    struct slice name = utf8_start(buf_slice(&out), NAME_MOST);
    if (name.len > 0) json_object_setn_new(v->names, key.ptr, key.len, json_stringn(name.ptr, name.len));
    buf_free(&out);
}

void view_put_names(const struct view *v, const json_t *spans, struct buf *out)
{
    struct slice seen[8];
    size_t n = 0, i, more = 0;
    json_t *span;
    json_array_foreach(spans, i, span)
    {
        struct slice key = view_text(span, "d");
        bool again = false;
        for (size_t k = 0; k < n; k++) again = again || slice_eq(seen[k], key);
        if (again) continue;
        if (n == sizeof seen / sizeof *seen) {
            more++;
            continue;
        }
        seen[n++] = key;
        buf_char(out, ' ');
        buf_put(out, view_name(v, key));
    }
    if (more > 0) buf_str(out, " ...");
}

void view_put_clash(const struct view *v, const json_t *clash, struct buf *out)
{
    size_t i;
    json_t *value;
    struct slice level = view_text(clash, "level"), resolved = view_text(clash, "resolved"), subject = view_text(clash, "subject");
    said_slot(view_text(clash, "slot"), out);
    if (subject.len > 0) {
        buf_str(out, " of ");
        screen_words(out, subject);
    }
    buf_str(out, ":");
    json_array_foreach(json_object_get(clash, "values"), i, value)
    {
        struct slice shown = view_text(value, "shown");
        buf_str(out, i > 0 ? " | " : " ");
        screen_words(out, shown.len > 0 ? shown : view_text(value, "value"));
        view_put_names(v, json_object_get(value, "spans"), out);
    }
    if (resolved.len > 0) {
        buf_str(out, " -> ");
        screen_words(out, resolved);
    } else if (slice_eq(level, SLICE("open"))) {
        buf_str(out, " -> open");
    }
}

/* --- events --- */

struct event {
    const struct view *v;
    const json_t *line;
    struct buf *out;
};

/* "20:30:01 #000042 " and the word and the story; text is cut to the screen. */
static void put_event(const struct event *e, const char *word, enum ink ink, struct slice story, struct slice text)
{
    struct slice ts = view_text(e->line, "ts");
    struct tm tm = {0};
    char clock[16] = "--:--:--", at[32];
    snprintf(at, sizeof at, "%.*s", (int)(ts.len < 31 ? ts.len : 31), ts.ptr);
    if (strptime(at, "%Y-%m-%dT%H:%M:%S", &tm) != NULL) {
        time_t t = timegm(&tm);
        if (localtime_r(&t, &tm) != NULL) strftime(clock, sizeof clock, "%H:%M:%S", &tm);
    }
    const struct screen *screen = &e->v->choice.screen;
    snprintf(at, sizeof at, "%s #%06llu ", clock, (unsigned long long)view_count(e->line, "seq"));
    screen_ink(e->out, screen, INK_DIM, slice_of(at));
    char padded[16];
    snprintf(padded, sizeof padded, "%-7s", word);
    screen_ink(e->out, screen, ink, slice_of(padded));
    size_t used = strlen(at) + strlen(padded);
    if (story.len > 0) {
        struct buf id = buf_make(256);
        screen_words(&id, slice_cut(story, 0, 60));
        buf_printf(e->out, "%-*.*s ", 9, (int)id.len, id.ptr);
        used += (id.len > 9 ? id.len : 9) + 1;
        buf_free(&id);
    }
    size_t columns = screen->columns > used + 20 ? screen->columns - used : 20;
    screen_fit(e->out, text, screen->whole ? SIZE_MAX : columns);
    buf_char(e->out, '\n');
}

static void put_article(const struct event *e)
{
    const json_t *verdict = json_object_get(e->line, "verdict");
    struct slice kind = view_text(verdict, "kind"), of = view_text(verdict, "of"), agency = view_text(verdict, "agency");
    struct slice title = view_span(e->line, "title"), outlet = view_text(json_object_get(e->line, "outlet"), "value");
    struct buf text = buf_make(1 << 16);
    const char *word = "ART";
    buf_put(&text, view_name(e->v, view_text(e->line, "id")));
    if (outlet.len > 0) {
        buf_str(&text, " (");
        screen_words(&text, outlet);
        buf_str(&text, ")");
    }
    if (of.len > 0) {
        bool revision = slice_eq(kind, SLICE("revision")), holds = slice_eq(kind, SLICE("contains"));
        word = revision ? "REVISE" : holds ? "HOLDS" : "COPY";
        if (revision) buf_str(&text, " is a later version of ");
        else if (holds) buf_str(&text, " contains ");
        else buf_printf(&text, " is %s ", slice_eq(kind, SLICE("contained")) ? "contained in" : slice_eq(kind, SLICE("exact")) ? "an exact copy of"
                        : slice_eq(kind, SLICE("syndicated")) ? "syndicated with" : "a near copy of");
        buf_put(&text, view_name(e->v, of));
        double similarity = json_number_value(json_object_get(verdict, "similarity"));
        if (similarity > 0) buf_printf(&text, " (%.0f %%)", similarity * 100);
        if (agency.len > 0) {
            buf_str(&text, ", text by ");
            screen_words(&text, agency);
        }
    } else if (title.len > 0) {
        buf_str(&text, ": ");
        screen_words(&text, title);
    }
    if (of.len > 0 || e->v->choice.all)
        put_event(e, word, of.len > 0 ? INK_BLUE : INK_PLAIN, view_text(e->line, "story"), buf_slice(&text));
    buf_free(&text);
}

static void put_quote(const struct event *e)
{
    struct buf text = buf_make(1 << 16);
    struct slice speaker = view_text(e->line, "speaker");
    const char *mark = slice_eq(view_text(e->line, "kind"), SLICE("indirect")) ? "" : "\"";
    if (!e->v->choice.all) return;
    buf_put(&text, view_name(e->v, view_text(e->line, "article")));
    buf_str(&text, " ");
    screen_words(&text, speaker.len > 0 ? speaker : SLICE("(no speaker)"));
    buf_printf(&text, ": %s", mark);
    screen_words(&text, view_span(e->line, "quote"));
    buf_str(&text, mark);
    put_event(e, "SAID", INK_PLAIN, view_text(e->line, "story"), buf_slice(&text));
    buf_free(&text);
}

static const json_t *part_of(const json_t *line, struct slice key)
{
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(line, "articles"), i, part)
        if (slice_eq(view_text(part, "id"), key)) return part;
    return NULL;
}

static void put_source(const struct event *e, struct slice key)
{
    const json_t *part = part_of(e->line, key), *adds = json_object_get(part, "adds");
    size_t i;
    json_t *span;
    if (part == NULL || slice_eq(view_text(part, "role"), SLICE("copy"))) return; /* the article's own line said so */
    struct buf text = buf_make(1 << 16);
    struct slice outlet = view_text(part, "outlet");
    buf_put(&text, view_name(e->v, key));
    buf_str(&text, " (");
    screen_words(&text, outlet.len > 0 ? outlet : SLICE("no outlet"));
    buf_str(&text, ")");
    json_array_foreach(adds, i, span)
    {
        if (i == ADDS_SHOWN) break;
        buf_str(&text, i == 0 ? ": adds " : ", ");
        struct buf clean = buf_make(1 << 16);
        screen_words(&clean, view_text(span, "t"));
        screen_fit(&text, buf_slice(&clean), ADD_MOST);
        buf_free(&clean);
    }
    if (json_array_size(adds) > ADDS_SHOWN) buf_printf(&text, " and %zu more", json_array_size(adds) - ADDS_SHOWN);
    buf_printf(&text, "  %llu src %llu ind", (unsigned long long)view_count(e->line, "n_articles"),
               (unsigned long long)view_count(e->line, "n_independent"));
    put_event(e, "+SRC", INK_GREEN, view_text(e->line, "id"), buf_slice(&text));
    buf_free(&text);
}

static void put_story(const struct event *e)
{
    const json_t *added = json_object_get(json_object_get(json_object_get(e->line, "delta"), "articles"), "added");
    struct slice id = view_text(e->line, "id");
    size_t i;
    json_t *key;
    if (!slice_eq(view_text(e->line, "op"), SLICE("new"))) {
        json_array_foreach(added, i, key) put_source(e, view_string(key));
        return;
    }
    struct buf text = buf_make(1 << 16);
    const json_t *first = json_array_get(json_object_get(e->line, "articles"), 0);
    screen_words(&text, view_span(e->line, "headline"));
    buf_str(&text, " [");
    buf_put(&text, view_name(e->v, view_text(first, "id")));
    buf_str(&text, "]");
    put_event(e, "NEW", INK_GREEN, id, buf_slice(&text));
    buf_free(&text);
    json_array_foreach(added, i, key) if (i > 0) put_source(e, view_string(key));
}

static void put_turn(const struct event *e)
{
    struct slice op = view_text(e->line, "op"), into = view_text(e->line, "into");
    struct buf text = buf_make(1 << 16);
    size_t i;
    json_t *reason;
    if (slice_eq(op, SLICE("close"))) {
        if (!e->v->choice.all) return;
        buf_str(&text, "nothing new for long");
    } else {
        buf_printf(&text, "%zu article%s to ", json_array_size(json_object_get(e->line, "docs")),
                   json_array_size(json_object_get(e->line, "docs")) == 1 ? "" : "s");
        screen_words(&text, into);
    }
    json_array_foreach(json_object_get(e->line, "reasons"), i, reason)
    {
        buf_str(&text, i == 0 ? ": " : "; ");
        screen_words(&text, view_string(reason));
    }
    put_event(e, slice_eq(op, SLICE("merge")) ? "MERGE" : slice_eq(op, SLICE("split")) ? "SPLIT" : "CLOSE", INK_MAGENTA, view_text(e->line, "id"),
              buf_slice(&text));
    buf_free(&text);
}

static void put_conflict(const struct event *e)
{
    struct slice level = view_text(e->line, "level"), op = view_text(e->line, "op");
    bool loud = slice_eq(level, SLICE("conflict")) || slice_eq(level, SLICE("open"));
    struct buf text = buf_make(1 << 16);
    if (!loud && !e->v->choice.all) return;
    view_put_clash(e->v, e->line, &text);
    struct slice story = view_string(json_array_get(json_object_get(e->line, "stories"), 0));
    put_event(e, slice_eq(op, SLICE("close")) ? "AGREED" : loud ? "CLASH" : slice_eq(level, SLICE("update")) ? "MOVES" : "DIFF",
              loud ? INK_RED : INK_YELLOW, story, buf_slice(&text));
    buf_free(&text);
}

static void put_reject(const struct event *e)
{
    struct buf text = buf_make(1 << 16);
    struct slice name = view_text(e->line, "name"), detail = view_text(e->line, "detail");
    screen_words(&text, name.len > 0 ? name : view_text(e->line, "id"));
    buf_str(&text, ": ");
    screen_words(&text, view_text(e->line, "stage"));
    buf_str(&text, ": ");
    screen_words(&text, view_text(e->line, "error"));
    if (detail.len > 0) {
        buf_str(&text, ": ");
        screen_words(&text, detail);
    }
    put_event(e, "REJECT", INK_RED, (struct slice){NULL, 0}, buf_slice(&text));
    buf_free(&text);
}

static void put_alert(const struct event *e)
{
    struct buf text = buf_make(1 << 16);
    screen_words(&text, view_text(e->line, "rule"));
    buf_str(&text, ": ");
    buf_put(&text, view_name(e->v, view_text(e->line, "article")));
    size_t i;
    json_t *span;
    json_array_foreach(json_object_get(e->line, "matches"), i, span)
    {
        if (i == ADDS_SHOWN) break;
        buf_str(&text, i == 0 ? ": " : ", ");
        screen_words(&text, view_text(span, "t"));
    }
    put_event(e, "ALERT", INK_YELLOW, view_text(e->line, "story"), buf_slice(&text));
    buf_free(&text);
}

static void put_stats(const struct event *e)
{
    struct buf text = buf_make(1 << 12);
    if (!e->v->choice.all) return;
    buf_printf(&text, "%llu in", (unsigned long long)view_count(e->line, "in"));
    static const char *const outcomes[] = {"reported", "duplicate", "rejected", "again"};
    for (size_t i = 0; i < 4; i++) buf_printf(&text, ", %llu %s", (unsigned long long)view_count(e->line, outcomes[i]), outcomes[i]);
    put_event(e, "STATS", INK_DIM, (struct slice){NULL, 0}, buf_slice(&text));
    buf_free(&text);
}

static void put_line(const struct event *e)
{
    static const struct { const char *type; void (*put)(const struct event *); } types[] = {
        {"article", put_article}, {"quote", put_quote}, {"story", put_story}, {"conflict", put_conflict},
        {"reject", put_reject}, {"alert", put_alert}, {"stats", put_stats},
    };
    struct slice type = view_text(e->line, "type"), op = view_text(e->line, "op");
    bool turn = slice_eq(op, SLICE("merge")) || slice_eq(op, SLICE("split")) || slice_eq(op, SLICE("close"));
    if (slice_eq(type, SLICE("story")) && turn) {
        put_turn(e);
        return;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq(type, slice_of(types[i].type))) types[i].put(e);
}

static void remember(struct view *v, const json_t *line)
{
    size_t i;
    json_t *part;
    struct slice name = view_text(line, "name");
    if (slice_eq(view_text(line, "type"), SLICE("article")) && name.len > 0) view_remember(v, view_text(line, "id"), name);
    json_array_foreach(json_object_get(line, "articles"), i, part)
        if (view_text(part, "name").len > 0) view_remember(v, view_text(part, "id"), view_text(part, "name"));
}

enum err view_line(struct view *v, struct slice text, struct buf *out)
{
    json_t *line = json_loadb(text.ptr, text.len, 0, NULL);
    if (!json_is_object(line)) {
        json_decref(line);
        return buf_str(out, "(a line that is no JSON object)\n");
    }
    remember(v, line);
    if (v->choice.pick == NULL || pick_line(v->choice.pick, line)) {
        put_line(&(struct event){v, line, out});
        struct slice id = view_text(line, "id");
        bool whole = json_is_array(json_object_get(line, "articles")), story = slice_eq(view_text(line, "type"), SLICE("story"));
        if (v->choice.blocks && story && whole) {
            if (json_object_size(v->waiting) >= WAITING_MOST) json_object_clear(v->waiting);
            json_object_deln(v->waiting, id.ptr, id.len); /* to the end of the order */
            if (json_object_setn(v->waiting, id.ptr, id.len, line) != 0) out->failed = ERR_NOMEM;
        } else if (story && !whole && json_object_getn(v->waiting, id.ptr, id.len) != NULL && view_text(line, "into").len > 0) {
            json_object_deln(v->waiting, id.ptr, id.len);
        }
    }
    json_decref(line);
    return out->failed;
}

bool view_owes(const struct view *v)
{
    return json_object_size(v->waiting) > 0;
}

enum err view_quiet(struct view *v, struct buf *out)
{
    const char *id;
    json_t *line;
    json_object_foreach(v->waiting, id, line) view_put_block(v, line, out);
    json_object_clear(v->waiting);
    return out->failed;
}
