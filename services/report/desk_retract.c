/* desk_retract.c - a document taken back: out of its story and its company, told so; with `forget` its words go from all that was ever said. */
#include "desk_parts.h"

enum { STORIES_MAX = 64 }; /* of one storyline that are told anew; and how many more names a list has room for each time */

/* --- lines --- */

static enum err tell_retraction(struct desk *d, const struct ledger_doc *doc, struct slice why, bool forget, uint64_t now)
{
    size_t at = d->text.len;
    struct line_head head = desk_head(d, now, doc->outcome == OUTCOME_REJECTED ? "reject" : "article", "retract", doc->key);
    struct jot j = jot_make(&d->text);
    line_begin(&j, &head);
    jot_text(&j, "why", why);
    jot_maybe(&j, "story", doc->story);
    if (forget) jot_bool(&j, "forget", true);
    jot_end_object(&j);
    return d->text.failed == OK ? desk_add(d, &head, at) : d->text.failed;
}

struct parted { struct desk *desk; struct arena *one; uint64_t now; struct slice story; }; /* one: memory for one document */

/* A quote that had company has none any more: its line without same_as. */
static enum err tell_parted(void *self, struct slice article, uint32_t b, uint32_t e_)
{
    struct parted *p = self;
    struct desk *d = p->desk;
    const struct doc *doc;
    arena_reset(p->one);
    struct slice key = arena_copy(p->one, article);
    if (key.ptr == NULL) return ERR_NOMEM;
    enum err e = desk_read(d, p->one, key, DESK_READS, &doc);
    if (e != OK || doc == NULL) return e;
    for (size_t i = 0; i < doc->quotes.len; i++) {
        const struct quote *q = &doc->quotes.ptr[i];
        if (q->b != b || q->e != e_) continue;
        struct slice id = line_quote_id(key, q, p->one);
        if (id.ptr == NULL) return ERR_NOMEM;
        size_t at = d->text.len;
        struct line_head head = desk_head(d, p->now, "quote", "update", id);
        e = line_quote(&head, doc, q, &(struct line_context){.story = p->story}, &d->text);
        return e == OK ? desk_add(d, &head, at) : e;
    }
    return OK;
}

/* --- lines that were --- */

struct blank { struct desk *desk; struct arena *mem, *kept; struct slices *stories; };

/* A story whose line is blanked: its page goes. */
static enum err note_story(struct blank *b, struct slice id)
{
    struct slices *all = b->stories;
    for (size_t i = 0; i < all->len; i++) {
        if (slice_eq(all->ptr[i], id)) return OK;
    }
    if (all->len % STORIES_MAX == 0) {
        struct slice *more = arena_array(b->kept, all->len + STORIES_MAX, sizeof *more);
        if (more == NULL) return ERR_NOMEM;
        if (all->len > 0) memcpy(more, all->ptr, all->len * sizeof *more);
        all->ptr = more;
    }
    all->ptr[all->len] = arena_copy(b->kept, id);
    return all->ptr[all->len++].ptr != NULL ? OK : ERR_NOMEM;
}

/* What stays of a line: its number, time, type and id; as many bytes as it had, so that day files keep their shape. */
static enum err blank_line(void *self, const struct ledger_line *line)
{
    struct blank *b = self;
    struct buf *out = &b->desk->scratch;
    size_t ts = slice_find(line->line, SLICE("\"ts\":\""), 0), end = ts != SIZE_MAX ? slice_find(line->line, SLICE("\""), ts + 6) : SIZE_MAX;
    if (end == SIZE_MAX) return ERR_MALFORMED;
    buf_clear(out);
    struct jot j = jot_make(out);
    jot_object(&j, NULL);
    jot_count(&j, "v", 1);
    jot_count(&j, "seq", line->seq);
    jot_text(&j, "ts", slice_cut(line->line, ts + 6, end));
    jot_text(&j, "type", line->type);
    jot_text(&j, "op", SLICE("forgotten"));
    jot_text(&j, "id", line->id);
    while (out->failed == OK && out->len + 1 < line->line.len) buf_char(out, ' ');
    jot_end_object(&j);
    if (out->failed != OK) return out->failed;
    struct slice text = arena_copy(b->mem, buf_slice(out));
    if (slice_eq(line->type, SLICE("story")) && note_story(b, line->id) != OK) return ERR_NOMEM;
    return text.ptr != NULL ? ledger_blank_line(b->desk->ledger, line->seq, text) : ERR_NOMEM;
}

static enum err blank_lines(struct desk *d, struct arena *mem, struct slice key, struct desk_retracted *out)
{
    uint64_t *seqs;
    enum err e = ledger_lines_citing(d->ledger, key, mem, &seqs, &out->blanked);
    struct arena *own = arena_create(LINE_MAX_BYTES * 2);
    if (own == NULL) return ERR_NOMEM;
    struct blank b = {d, own, mem, &out->stories};
    for (size_t i = 0; i < out->blanked && e == OK; i++) {
        arena_reset(own);
        e = ledger_lines(d->ledger, seqs[i], 1, (struct slice){NULL, 0}, blank_line, &b);
    }
    arena_destroy(&own);
    return e;
}

/* --- stories --- */

/* The story and those of its storyline may quote it: each is told anew. */
static enum err affected(struct desk *d, struct arena *mem, struct slice story, struct slices *ids)
{
    struct ledger_story s;
    bool found = false;
    *ids = (struct slices){NULL, 0};
    if (story.ptr == NULL) return OK;
    enum err e = ledger_story(d->ledger, story, mem, &s, &found);
    if (e == OK && s.storyline.len > 0) e = ledger_storyline(d->ledger, s.storyline, story, STORIES_MAX, mem, ids);
    struct slice *all = arena_array(mem, ids->len + 1, sizeof *all);
    if (e != OK || all == NULL) return e == OK ? ERR_NOMEM : e;
    if (ids->len > 0) memcpy(all + 1, ids->ptr, ids->len * sizeof *all);
    all[0] = story;
    *ids = (struct slices){all, ids->len + 1};
    return OK;
}

static enum err owe(struct desk *d, struct arena *mem, struct slice id, uint64_t now, bool forget)
{
    struct ledger_story s;
    bool found;
    enum err e = ledger_story(d->ledger, id, mem, &s, &found);
    if (e != OK || !found) return e;
    struct ledger_digest g;
    if (forget) {
        s.title = (struct slice){NULL, 0};
        e = ledger_digest(d->ledger, id, mem, &g);
        g.digest = (struct slice){NULL, 0};
        if (e == OK) e = ledger_put_digest(d->ledger, id, &g);
        if (e != OK) return e;
    }
    if (s.state == STORY_OPEN) s.due = now == 0 ? 1 : now;
    return ledger_put_story(d->ledger, &s);
}

static enum err tell_anew(struct desk *d, struct slices ids, uint64_t now)
{
    struct arena *mem = arena_create(DOC_ARENA_MAX);
    enum err e = mem == NULL ? ERR_NOMEM : OK;
    for (size_t i = 0; i < ids.len && e == OK; i++) {
        arena_reset(mem);
        e = desk_tell(d, mem, ids.ptr[i], now);
    }
    arena_destroy(&mem);
    return e;
}

/* --- all of it --- */

static enum err withdraw(struct desk *d, struct arena *mem, const struct ledger_doc *doc, const struct desk_retraction *r, uint64_t now)
{
    struct slices ids;
    struct slice key[] = {doc->key};
    enum err e = affected(d, mem, doc->story, &ids);
    if (e == OK) e = tell_retraction(d, doc, r->why, r->forget, now);
    if (e == OK && doc->story.ptr != NULL) e = desk_note_left(d, mem, doc->story, (struct slices){key, 1});
    if (e == OK) e = ledger_withdraw(d->ledger, doc, r->forget);
    if (e == OK) e = ledger_put_retraction(d->ledger, doc->key, now, r->why, r->forget ? FORGETTING : RETRACTED);
    struct arena *one = arena_create(DOC_ARENA_MAX);
    if (one == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < ids.len && e == OK; i++) {
        e = ledger_part_quotes(d->ledger, ids.ptr[i], doc->key, tell_parted, &(struct parted){d, one, now, ids.ptr[i]});
        if (e == OK) e = owe(d, mem, ids.ptr[i], now, r->forget);
    }
    arena_destroy(&one);
    return e;
}

/* Everything that quoted it goes first, so that nothing of it is told again; then the stories that had such lines are told whole. */
static enum err forget(struct desk *d, struct arena *mem, struct slice key, uint64_t now, struct desk_retracted *out)
{
    enum err e = blank_lines(d, mem, key, out);
    if (e == OK) e = ledger_forget_rest(d->ledger, key);
    for (size_t i = 0; i < out->stories.len && e == OK; i++) e = owe(d, mem, out->stories.ptr[i], now, true);
    return e == OK ? tell_anew(d, out->stories, now) : e;
}

enum err desk_retract(struct desk *d, struct arena *mem, const struct desk_retraction *r, uint64_t now, struct desk_retracted *out)
{
    struct ledger_doc doc;
    *out = (struct desk_retracted){0};
    enum err e = ledger_find(d->ledger, r->key, mem, &doc, &out->found);
    if (e == OK && out->found) e = ledger_retraction(d->ledger, r->key, &out->before);
    if (e != OK || !out->found || out->before >= (r->forget ? FORGETTING : RETRACTED)) return e;
    out->story = doc.story;
    e = withdraw(d, mem, &doc, r, now);
    return e == OK && r->forget ? forget(d, mem, r->key, now, out) : e;
}

enum err desk_expire(struct desk *d, struct arena *mem, const struct ledger_doc *doc)
{
    struct ledger_story s = {.state = STORY_CLOSED};
    struct slice key[] = {doc->key};
    bool found = false;
    enum err e = doc->story.ptr != NULL ? ledger_story(d->ledger, doc->story, mem, &s, &found) : OK;
    if (e == OK && found && s.state == STORY_OPEN) e = desk_note_left(d, mem, doc->story, (struct slices){key, 1});
    return e == OK ? ledger_withdraw(d->ledger, doc, true) : e;
}
