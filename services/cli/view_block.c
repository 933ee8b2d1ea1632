/* view_block.c - the whole state of a story for people: one labelled row a section, a ceiling on each. */
#include "view_parts.h"
#include "../../proto/said.h"

#include <stdio.h>

enum { ALSO_SHOWN = 6, FACTS_SHOWN = 6, BOTH_SHOWN = 2, QUOTES_SHOWN = 4, CLASHES_SHOWN = 8, ONLY_SHOWN = 5, TIMES_SHOWN = 8, LINKS_SHOWN = 5,
       SENTENCES_SHOWN = 5, ROW_MAX = 1 << 20, SENTENCE_COLUMNS = 200, WORDS_COLUMNS = 60 };

struct block {
    const struct view *v;
    const json_t *line;
    struct buf *out;
    const char *label; /* of the section; only its first row has it */
};

static void row(struct block *b, enum ink ink, struct buf *text)
{
    screen_item(b->out, &b->v->choice.screen, b->label, ink, buf_slice(text));
    b->label = "";
    buf_clear(text);
}

static void begin(struct block *b, const char *label)
{
    b->label = label;
}

/* At most `columns` of s, clean. */
static void put_words(struct buf *out, struct slice s, size_t columns)
{
    struct buf clean = buf_make(ROW_MAX);
    screen_words(&clean, s);
    screen_fit(out, buf_slice(&clean), columns);
    buf_free(&clean);
}

static struct slice first_words(const json_t *spans)
{
    return view_text(json_array_get(spans, 0), "t");
}

/* In quotation marks, unless it has its own. */
static void put_quoted(struct buf *out, struct slice s)
{
    bool own = slice_starts(s, SLICE("\"")) || slice_starts(s, SLICE("\xE2\x80\x9C"));
    if (!own) buf_char(out, '"');
    put_words(out, s, SENTENCE_COLUMNS);
    if (!own) buf_char(out, '"');
}

/* " ... and N more" when the list is longer than what was shown. */
static void put_rest(struct block *b, const json_t *list, size_t shown, struct buf *text)
{
    size_t n = json_array_size(list);
    if (n <= shown) return;
    buf_printf(text, "and %zu more", n - shown);
    row(b, INK_PLAIN, text);
}

/* --- sections --- */

static void put_ruler(const struct block *b, struct buf *text)
{
    const struct screen *screen = &b->v->choice.screen;
    const json_t *parts = json_object_get(b->line, "articles");
    size_t i, copies = 0;
    json_t *part;
    char tail[160];
    json_array_foreach(parts, i, part) copies += slice_eq(view_text(part, "role"), SLICE("copy"));
    unsigned long long n = view_count(b->line, "n_articles");
    snprintf(tail, sizeof tail, " %llu article%s, %llu independent, %zu cop%s --", n, n == 1 ? "" : "s",
             (unsigned long long)view_count(b->line, "n_independent"), copies, copies == 1 ? "y" : "ies");
    buf_str(text, "-- ");
    screen_words(text, slice_cut(view_text(b->line, "id"), 0, 60));
    buf_printf(text, " rev %llu ", (unsigned long long)view_count(b->line, "rev"));
    size_t used = screen_width(buf_slice(text)) + strlen(tail);
    for (size_t k = used; k < screen->columns; k++) buf_char(text, '-');
    buf_str(text, tail);
    screen_ink(b->out, screen, INK_BOLD, buf_slice(text));
    buf_char(b->out, '\n');
    buf_clear(text);
}

static void put_headline(struct block *b, struct buf *text)
{
    struct slice outlet = view_text(b->line, "headline_outlet");
    screen_words(text, view_span(b->line, "headline"));
    if (outlet.len > 0) {
        buf_str(text, "  (");
        screen_words(text, outlet);
        buf_char(text, ')');
    }
    begin(b, "");
    if (text->len > 0) row(b, INK_PLAIN, text);
}

/* What happened, where, when, for how long; in the texts' words where they have some. */
static void put_event(struct block *b, struct buf *text)
{
    static const struct { const char *key; bool words; } parts[] = {{"type", false}, {"place", false}, {"when", true}, {"duration", true}};
    const json_t *event = json_object_get(b->line, "event"), *from = NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const json_t *part = json_object_get(event, parts[i].key), *spans = json_object_get(part, "spans");
        struct slice value = view_text(part, "value"), words = first_words(spans);
        struct slice shown = parts[i].words && words.len > 0 ? words : value.len > 0 ? value : words;
        if (shown.len == 0) continue;
        if (text->len > 0) buf_str(text, ", ");
        put_words(text, shown, WORDS_COLUMNS);
        if (from == NULL) from = spans;
    }
    if (text->len == 0) return;
    buf_char(text, ' ');
    view_put_names(b->v, from, text);
    begin(b, "WHAT");
    row(b, INK_BOLD, text);
}

static bool takes_part(const json_t *participants, struct slice name)
{
    size_t i;
    json_t *one;
    json_array_foreach(participants, i, one)
        if (slice_eq(view_text(one, "value"), name)) return true;
    return false;
}

static void put_actor(const json_t *actor, struct buf *text)
{
    struct slice role = view_text(json_array_get(json_object_get(actor, "roles"), 0), "role");
    screen_words(text, view_text(actor, "name"));
    if (role.len == 0) return;
    buf_str(text, " (");
    put_words(text, role, WORDS_COLUMNS);
    buf_char(text, ')');
}

static void put_who(struct block *b, struct buf *text)
{
    const json_t *in = json_object_get(json_object_get(b->line, "event"), "participants"), *all = json_object_get(b->line, "entities");
    size_t i, also = 0;
    json_t *actor;
    json_array_foreach(all, i, actor)
    {
        if (!takes_part(in, view_text(actor, "name"))) continue;
        if (text->len > 0) buf_str(text, ", ");
        put_actor(actor, text);
    }
    json_array_foreach(all, i, actor)
    {
        struct slice type = view_text(actor, "type");
        bool somebody = slice_eq(type, SLICE("person")) || slice_eq(type, SLICE("organization"));
        if (!somebody || takes_part(in, view_text(actor, "name")) || also == ALSO_SHOWN) continue;
        buf_str(text, also > 0 ? ", " : text->len > 0 ? "; also " : "");
        put_actor(actor, text);
        also++;
    }
    begin(b, "WHO");
    if (text->len > 0) row(b, INK_BOLD, text);
}

static void put_agreed(struct block *b, struct buf *text)
{
    const json_t *facts = json_object_get(b->line, "facts"), *both = json_object_get(b->line, "both_report");
    size_t i;
    json_t *o;
    begin(b, "AGREE");
    json_array_foreach(facts, i, o)
    {
        if (i == FACTS_SHOWN) break;
        const json_t *value = json_array_get(json_object_get(o, "values"), 0);
        struct slice shown = view_text(value, "shown"), subject = view_text(o, "subject");
        buf_printf(text, "%llu/%llu ", (unsigned long long)view_count(o, "independent"), (unsigned long long)view_count(b->line, "n_independent"));
        said_slot(view_text(o, "slot"), text);
        if (subject.len > 0) {
            buf_str(text, " of ");
            put_words(text, subject, WORDS_COLUMNS);
        }
        buf_str(text, ": ");
        put_words(text, shown.len > 0 ? shown : view_text(value, "value"), WORDS_COLUMNS);
        buf_char(text, ' ');
        view_put_names(b->v, json_object_get(value, "spans"), text);
        row(b, INK_GREEN, text);
    }
    put_rest(b, facts, FACTS_SHOWN, text);
    json_array_foreach(both, i, o)
    {
        if (i == BOTH_SHOWN) break;
        const json_t *spans = json_object_get(o, "spans");
        put_quoted(text, first_words(spans));
        buf_char(text, ' ');
        view_put_names(b->v, spans, text);
        row(b, INK_GREEN, text);
    }
}

static void put_version(const struct block *b, const json_t *version, struct buf *text)
{
    const json_t *words = json_object_get(version, "words");
    put_quoted(text, view_text(words, "t"));
    buf_str(text, "  ");
    buf_put(text, view_name(b->v, view_text(words, "d")));
}

/* A further version, if it has the first one's words (`other` false: its article's name is enough), or if it has others. */
static void put_same_or_other(const struct block *b, const json_t *version, bool other, struct buf *text)
{
    bool differs = json_array_size(json_object_get(version, "differences")) > 0;
    if (differs != other) return;
    buf_str(text, differs ? "; other words: " : " ");
    if (differs) put_version(b, version, text);
    else buf_put(text, view_name(b->v, view_text(json_object_get(version, "words"), "d")));
}

static void put_said(struct block *b, struct buf *text)
{
    const json_t *quotes = json_object_get(b->line, "quotes");
    size_t i, k;
    json_t *quote;
    begin(b, "SAID");
    json_array_foreach(quotes, i, quote)
    {
        if (i == QUOTES_SHOWN) break;
        struct slice speaker = view_text(quote, "speaker");
        screen_words(text, speaker.len > 0 ? speaker : SLICE("(no speaker)"));
        buf_str(text, "  ");
        const json_t *versions = json_object_get(quote, "versions");
        put_version(b, json_array_get(versions, 0), text);
        for (k = 1; k < json_array_size(versions); k++) put_same_or_other(b, json_array_get(versions, k), false, text);
        for (k = 1; k < json_array_size(versions); k++) put_same_or_other(b, json_array_get(versions, k), true, text);
        row(b, INK_BOLD, text);
    }
    put_rest(b, quotes, QUOTES_SHOWN, text);
}

static void put_clashes(struct block *b, struct buf *text, bool loud)
{
    size_t i, shown = 0;
    json_t *clash;
    begin(b, loud ? "CLASH" : "DIFF");
    json_array_foreach(json_object_get(b->line, "conflicts"), i, clash)
    {
        struct slice level = view_text(clash, "level");
        bool is_loud = slice_eq(level, SLICE("conflict")) || slice_eq(level, SLICE("open"));
        if (is_loud != loud || shown == CLASHES_SHOWN) continue;
        view_put_clash(b->v, clash, text);
        row(b, loud ? INK_RED : INK_YELLOW, text);
        shown++;
    }
}

static void put_only(struct block *b, struct buf *text)
{
    const json_t *only = json_object_get(b->line, "only");
    size_t i;
    json_t *o;
    begin(b, "ONLY");
    if (view_count(b->line, "n_independent") < 2) return; /* one account alone has everything alone */
    json_array_foreach(only, i, o)
    {
        if (i == ONLY_SHOWN) break;
        const json_t *span = json_object_get(o, "span");
        buf_put(text, view_name(b->v, view_text(span, "d")));
        buf_char(text, ' ');
        put_words(text, view_text(span, "t"), WORDS_COLUMNS);
        buf_str(text, ": ");
        put_quoted(text, view_span(o, "sentence"));
        row(b, INK_BOLD, text);
    }
    put_rest(b, only, ONLY_SHOWN, text);
}

static void put_when(struct block *b, struct buf *text)
{
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(b->line, "timeline"), i, o)
    {
        if (i == TIMES_SHOWN) {
            buf_str(text, " | ...");
            break;
        }
        if (i > 0) buf_str(text, " | ");
        screen_words(text, view_text(o, "value"));
        buf_str(text, " ");
        put_words(text, view_span(o, "when"), WORDS_COLUMNS);
        if (json_is_true(json_object_get(o, "planned"))) buf_str(text, " (planned)");
    }
    begin(b, "WHEN");
    if (text->len > 0) row(b, INK_BOLD, text);
}

static void put_summary(struct block *b, struct buf *text)
{
    size_t i;
    json_t *o;
    begin(b, "SUM");
    json_array_foreach(json_object_get(b->line, "summary"), i, o)
    {
        if (i == SENTENCES_SHOWN) break;
        const json_t *sentence = json_object_get(o, "sentence");
        screen_words(text, view_text(sentence, "t"));
        buf_str(text, "  ");
        buf_put(text, view_name(b->v, view_text(sentence, "d")));
        row(b, INK_BOLD, text);
    }
}

static void put_links(struct block *b, struct buf *text)
{
    size_t i, k;
    json_t *o, *reason;
    begin(b, "LINKS");
    json_array_foreach(json_object_get(b->line, "relations"), i, o)
    {
        if (i == LINKS_SHOWN) break;
        buf_str(text, "-> ");
        screen_words(text, view_text(o, "story"));
        buf_char(text, ' ');
        screen_words(text, view_text(o, "type"));
        json_array_foreach(json_object_get(o, "reasons"), k, reason)
        {
            buf_str(text, k == 0 ? ": " : "; ");
            screen_words(text, view_string(reason));
        }
        row(b, INK_BLUE, text);
    }
}

void view_put_block(const struct view *v, const json_t *line, struct buf *out)
{
    struct block b = {v, line, out, ""};
    struct buf text = buf_make(ROW_MAX);
    put_ruler(&b, &text);
    put_headline(&b, &text);
    put_event(&b, &text);
    put_who(&b, &text);
    put_agreed(&b, &text);
    put_said(&b, &text);
    put_clashes(&b, &text, true);
    put_clashes(&b, &text, false);
    put_only(&b, &text);
    put_when(&b, &text);
    if (v->choice.summary) put_summary(&b, &text);
    put_links(&b, &text);
    buf_free(&text);
}
