/* page_story.c - what a story's line says, section by section, for both formats. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "page_pen.h"
#include "../../proto/said.h"

struct slice page_string(const json_t *o, const char *key)
{
    const json_t *s = json_object_get(o, key);
    return json_is_string(s) ? (struct slice){json_string_value(s), json_string_length(s)} : (struct slice){NULL, 0};
}

uint64_t page_number(const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    return json_is_integer(n) && json_integer_value(n) > 0 ? (uint64_t)json_integer_value(n) : 0;
}

size_t page_article_at(const struct page *p, struct slice key)
{
    for (size_t i = 0; i < p->n_articles; i++)
        if (slice_eq(p->articles[i].key, key)) return i;
    return SIZE_MAX;
}

void page_anchor(char out[48], size_t article, uint64_t b, uint64_t e)
{
    snprintf(out, 48, "a%zu-%" PRIu64 "-%" PRIu64, article + 1, b, e);
}

static const json_t *list_of(const json_t *o, const char *key)
{
    return json_object_get(o, key);
}

/* "money of Brightwell" */
static void say_what(struct pen *p, const json_t *o)
{
    struct slice subject = page_string(o, "subject");
    said_slot(page_string(o, "slot"), p->out);
    if (subject.len == 0) return;
    pen_say(p, ": ");
    pen_words(p, subject);
}

/* How many rows are shown of a list; says at the end how many are not. */
static size_t rows_of(const json_t *list)
{
    size_t n = json_array_size(list);
    return n < PAGE_ROWS_MAX ? n : PAGE_ROWS_MAX;
}

static void say_rest(struct pen *p, const json_t *list)
{
    size_t n = json_array_size(list);
    if (n <= PAGE_ROWS_MAX) return;
    pen_para(p);
    pen_sayf(p, "%zu more are not listed here.", n - PAGE_ROWS_MAX);
    pen_end_para(p);
}

/* A TIMEX3 value as people write it: "2026-03-04 evening", "a Tuesday" where the text names no date; others as they are. */
static void say_time(struct pen *p, struct slice v, bool strong)
{
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    static const struct { const char *code, *said; } parts[] = {
        {"TMO", " morning"}, {"TMI", " midday"}, {"TAF", " afternoon"}, {"TEV", " evening"}, {"TNI", " night"}, {"TDT", " daytime"},
    };
    const char *part = "";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!slice_ends(v, slice_of(parts[i].code))) continue;
        part = parts[i].said;
        v.len -= 3;
    }
    bool undated = slice_starts(v, SLICE("XXXX-WXX-")) && v.len == 10 && v.ptr[9] >= '1' && v.ptr[9] <= '7';
    if (undated) v = slice_of(days[v.ptr[9] - '1']);
    if (strong) pen_strong(p, v);
    else pen_words(p, v);
    pen_say(p, part);
    if (undated) pen_say(p, ", no date");
}

/* --- what happened --- */

static void event_row(struct pen *p, const char *label, const json_t *cited)
{
    if (cited == NULL) return;
    pen_item(p);
    pen_strong(p, slice_of(label));
    pen_say(p, " ");
    if (strcmp(label, "When") == 0) say_time(p, page_string(cited, "value"), false);
    else if (strcmp(label, "How long") == 0) pen_words(p, page_string(json_array_get(list_of(cited, "spans"), 0), "t")); /* PT5H says little to people */
    else pen_words(p, page_string(cited, "value"));
    pen_cites(p, list_of(cited, "spans"));
    pen_end_item(p);
}

static void put_event(struct pen *p)
{
    static const struct { const char *key, *label; } rows[] = {{"type", "What"}, {"place", "Where"}, {"when", "When"}, {"duration", "How long"}};
    const json_t *event = json_object_get(p->page->line, "event"), *who = list_of(event, "participants");
    if (json_object_size(event) == 0) return;
    pen_section(p, "event", "The event");
    pen_list(p);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) event_row(p, rows[i].label, json_object_get(event, rows[i].key));
    for (size_t i = 0; i < rows_of(who); i++) event_row(p, i == 0 ? "Who" : "and", json_array_get(who, i));
    pen_end_list(p);
    pen_end_section(p);
}

static void put_summary(struct pen *p)
{
    const json_t *all = list_of(p->page->line, "summary");
    if (json_array_size(all) == 0) return;
    pen_section(p, "summary", "In the sources’ own sentences");
    pen_list(p);
    for (size_t i = 0; i < rows_of(all); i++) {
        const json_t *s = json_array_get(all, i), *also = list_of(s, "also");
        pen_item(p);
        pen_span(p, json_object_get(s, "sentence"));
        pen_cite(p, json_object_get(s, "sentence"));
        if (json_array_size(also) > 0) pen_say(p, ", nearly so");
        pen_cites(p, also);
        pen_end_item(p);
    }
    pen_end_list(p);
    pen_end_section(p);
}

/* --- clashes, differences, updates --- */

static bool same_place(const json_t *a, const json_t *b)
{
    return slice_eq(page_string(a, "d"), page_string(b, "d")) && slice_eq_nocase(page_string(a, "t"), page_string(b, "t"));
}

/* Each outlet's words for one value, each once, with a link to every place where it has them. */
static void value_words(struct pen *p, const json_t *spans)
{
    size_t n = json_array_size(spans), rows = 0, left = 0;
    for (size_t i = 0; i < n; i++) {
        const json_t *s = json_array_get(spans, i);
        bool told = false;
        for (size_t k = 0; k < i && !told; k++) told = same_place(json_array_get(spans, k), s);
        if (told || rows == PAGE_CITES_MAX) {
            left += !told;
            continue;
        }
        size_t article = page_article_at(p->page, page_string(s, "d"));
        if (rows++ > 0) pen_break(p);
        pen_span(p, s);
        for (size_t k = i; k < n; k++)
            if (same_place(s, json_array_get(spans, k))) pen_cite(p, json_array_get(spans, k));
        if (article == SIZE_MAX || p->page->articles[article].outlet.len == 0) continue;
        pen_say(p, " ");
        pen_words(p, p->page->articles[article].outlet);
    }
    if (left > 0) pen_sayf(p, " and %zu more", left);
}

static void clash_values(struct pen *p, const json_t *c)
{
    static const char *const heads[] = {"Value", "Independent texts", "Words", NULL};
    const json_t *values = list_of(c, "values");
    pen_table(p, "Values and who has them", heads);
    for (size_t i = 0; i < rows_of(values); i++) {
        const json_t *v = json_array_get(values, i);
        struct slice shown = page_string(v, "shown"), value = page_string(v, "value");
        pen_row(p);
        pen_cell(p);
        pen_strong(p, shown.len > 0 ? shown : value);
        if (page_string(c, "majority").len > 0 && slice_eq(page_string(c, "majority"), value)) pen_say(p, " (most texts)");
        if (page_string(c, "resolved").len > 0 && slice_eq(page_string(c, "resolved"), value)) pen_say(p, " (the texts prove it)");
        pen_end_cell(p);
        pen_cell(p);
        pen_sayf(p, "%" PRIu64, page_number(v, "independent"));
        if (page_number(v, "articles") > page_number(v, "independent")) pen_sayf(p, " (%" PRIu64 " with copies)", page_number(v, "articles"));
        pen_end_cell(p);
        pen_cell(p);
        value_words(p, list_of(v, "spans"));
        pen_end_cell(p);
        pen_end_row(p);
    }
    pen_end_table(p);
}

static void put_clash(struct pen *p, const json_t *c)
{
    struct buf title = buf_make(1 << 16);
    struct slice slot = page_string(c, "slot"), subject = page_string(c, "subject");
    for (size_t i = 0; i < slot.len; i++) buf_char(&title, slot.ptr[i] == '_' ? ' ' : slot.ptr[i]);
    if (subject.len > 0) buf_str(&title, ": ");
    buf_put(&title, subject);
    pen_heading(p, buf_slice(&title));
    buf_free(&title);
    clash_values(p, c);
    const json_t *stories = list_of(c, "stories");
    if (json_array_size(stories) > 1) {
        pen_para(p);
        pen_say(p, "Across stories");
        for (size_t i = 0; i < rows_of(stories); i++) {
            struct slice id = {json_string_value(json_array_get(stories, i)), json_string_length(json_array_get(stories, i))};
            pen_say(p, i == 0 ? " " : ", ");
            pen_story(p, id);
        }
        pen_end_para(p);
    }
    if (page_string(c, "resolution").len == 0) return;
    pen_para(p);
    pen_say(p, "Resolved by the texts: ");
    pen_words(p, page_string(c, "resolution"));
    pen_cites(p, list_of(c, "evidence"));
    pen_end_para(p);
}

static size_t count_level(const json_t *conflicts, const char *level)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(conflicts); i++) n += slice_eq(page_string(json_array_get(conflicts, i), "level"), slice_of(level));
    return n;
}

static void put_level(struct pen *p, const char *level, const char *id, const char *heading)
{
    const json_t *all = list_of(p->page->line, "conflicts");
    if (count_level(all, level) == 0) return;
    pen_section(p, id, heading);
    size_t shown = 0;
    for (size_t i = 0; i < json_array_size(all) && shown < PAGE_ROWS_MAX; i++) {
        const json_t *c = json_array_get(all, i);
        if (!slice_eq(page_string(c, "level"), slice_of(level))) continue;
        put_clash(p, c);
        shown++;
    }
    pen_end_section(p);
}

/* --- agreement --- */

static void fact_row(struct pen *p, const json_t *f)
{
    const json_t *values = list_of(f, "values"), *first = json_array_get(values, 0);
    struct slice shown = page_string(first, "shown");
    pen_row(p);
    pen_cell(p);
    say_what(p, f);
    pen_end_cell(p);
    pen_cell(p);
    pen_strong(p, shown.len > 0 ? shown : page_string(first, "value"));
    for (size_t i = 1; i < rows_of(values); i++) {
        pen_say(p, i == 1 ? "; also " : ", ");
        pen_words(p, page_string(json_array_get(values, i), "shown"));
    }
    pen_end_cell(p);
    pen_cell(p);
    pen_sayf(p, "%" PRIu64, page_number(f, "independent"));
    pen_end_cell(p);
    pen_cell(p);
    for (size_t i = 0; i < rows_of(values); i++) pen_cites(p, list_of(json_array_get(values, i), "spans"));
    pen_end_cell(p);
    pen_end_row(p);
}

static void put_both(struct pen *p, const json_t *both)
{
    pen_list(p);
    for (size_t i = 0; i < rows_of(both); i++) {
        const json_t *spans = list_of(json_array_get(both, i), "spans");
        pen_item(p);
        for (size_t k = 0; k < json_array_size(spans) && k < PAGE_CITES_MAX; k++) {
            if (k > 0) pen_break(p);
            pen_span(p, json_array_get(spans, k));
            pen_cite(p, json_array_get(spans, k));
        }
        pen_end_item(p);
    }
    pen_end_list(p);
    say_rest(p, both);
}

static void put_agreement(struct pen *p)
{
    static const char *const heads[] = {"What", "Value", "Independent texts", "Where", NULL};
    const json_t *facts = list_of(p->page->line, "facts"), *both = list_of(p->page->line, "both_report");
    if (json_array_size(facts) + json_array_size(both) == 0) return;
    pen_section(p, "agree", "What independent accounts agree on");
    if (json_array_size(facts) > 0) {
        pen_table(p, "Agreed values", heads);
        for (size_t i = 0; i < rows_of(facts); i++) fact_row(p, json_array_get(facts, i));
        pen_end_table(p);
        say_rest(p, facts);
    }
    if (json_array_size(both) > 0) {
        pen_heading(p, SLICE("Sentences that tell the same"));
        put_both(p, both);
    }
    pen_end_section(p);
}

/* --- quotes --- */

static void put_wordings(struct pen *p, const json_t *differences)
{
    for (size_t i = 0; i < json_array_size(differences) && i < PAGE_CITES_MAX; i++) {
        const json_t *d = json_array_get(differences, i), *ours = json_object_get(d, "ours"), *theirs = json_object_get(d, "theirs");
        pen_say(p, i == 0 ? " (here " : "; here ");
        if (ours != NULL) pen_span(p, ours);
        else pen_say(p, "nothing");
        pen_say(p, ", above ");
        if (theirs != NULL) pen_span(p, theirs);
        else pen_say(p, "nothing");
    }
    if (json_array_size(differences) > 0) pen_say(p, ")");
}

static struct slice version_words(const json_t *versions, size_t i)
{
    return page_string(json_object_get(json_array_get(versions, i), "words"), "t");
}

/* The articles that have the words of version i too, behind it. */
static void cite_same(struct pen *p, const json_t *versions, size_t i)
{
    size_t cited = 0, n = json_array_size(versions);
    for (size_t k = i; k < n; k++) {
        if (!slice_eq(version_words(versions, i), version_words(versions, k))) continue;
        if (cited++ < PAGE_CITES_MAX) pen_cite(p, json_object_get(json_array_get(versions, k), "words"));
    }
    if (cited > PAGE_CITES_MAX) pen_sayf(p, " and %zu more", cited - PAGE_CITES_MAX);
}

/* Each wording once, the first one's row is the utterance's own. */
static void put_wording(struct pen *p, const json_t *versions, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (slice_eq(version_words(versions, i), version_words(versions, k))) return;
    const json_t *v = json_array_get(versions, i), *differences = list_of(v, "differences");
    if (i > 0) {
        pen_break(p);
        pen_say(p, json_array_size(differences) > 0 ? "in other words: " : "or: ");
    }
    pen_span(p, json_object_get(v, "words"));
    cite_same(p, versions, i);
    put_wordings(p, differences);
}

static void put_utterance(struct pen *p, const json_t *u)
{
    const json_t *versions = list_of(u, "versions");
    size_t n = json_array_size(versions);
    struct slice speaker = page_string(u, "speaker");
    pen_item(p);
    pen_strong(p, speaker.len > 0 ? speaker : SLICE("(nobody named)"));
    pen_say(p, " ");
    for (size_t i = 0; i < n && i < PAGE_ROWS_MAX; i++) put_wording(p, versions, i);
    const json_t *same = json_object_get(u, "same_speaker");
    if (json_is_false(same)) {
        pen_break(p);
        pen_say(p, "The texts name different speakers.");
    }
    pen_end_item(p);
}

static void put_quotes(struct pen *p)
{
    const json_t *all = list_of(p->page->line, "quotes");
    if (json_array_size(all) == 0) return;
    pen_section(p, "quotes", "Who said what");
    pen_list(p);
    for (size_t i = 0; i < rows_of(all); i++) put_utterance(p, json_array_get(all, i));
    pen_end_list(p);
    say_rest(p, all);
    pen_end_section(p);
}

/* --- what one account alone has, times, names, other stories --- */

static void put_only(struct pen *p)
{
    static const char *const heads[] = {"Article", "What", "Words", "Sentence", NULL};
    const json_t *all = list_of(p->page->line, "only");
    if (json_array_size(all) == 0) return;
    pen_section(p, "only", "What one account alone has");
    pen_table(p, "What one account alone has", heads);
    for (size_t i = 0; i < rows_of(all); i++) {
        const json_t *o = json_array_get(all, i), *span = json_object_get(o, "span"), *sentence = json_object_get(o, "sentence");
        size_t article = page_article_at(p->page, page_string(span, "d"));
        pen_row(p);
        pen_cell(p);
        if (article != SIZE_MAX) pen_words(p, p->page->articles[article].outlet.len > 0 ? p->page->articles[article].outlet : p->page->articles[article].name);
        pen_cite(p, span);
        pen_end_cell(p);
        pen_cell(p);
        say_what(p, o);
        pen_end_cell(p);
        pen_cell(p);
        pen_span(p, span);
        pen_end_cell(p);
        pen_cell(p);
        if (sentence != NULL) pen_span(p, sentence);
        pen_end_cell(p);
        pen_end_row(p);
    }
    pen_end_table(p);
    say_rest(p, all);
    pen_end_section(p);
}

static void put_times(struct pen *p)
{
    static const char *const heads[] = {"When", "Words", "Sentence", "Where", NULL};
    const json_t *all = list_of(p->page->line, "timeline");
    if (json_array_size(all) == 0) return;
    pen_section(p, "timeline", "Timeline");
    if (!p->md && page_timeline(p->page, p->out) != OK) return;
    pen_table(p, "Times", heads);
    for (size_t i = 0; i < rows_of(all); i++) {
        const json_t *t = json_array_get(all, i), *when = json_object_get(t, "when"), *sentence = json_object_get(t, "sentence");
        pen_row(p);
        pen_cell(p);
        say_time(p, page_string(t, "value"), true);
        if (json_is_true(json_object_get(t, "planned"))) pen_say(p, " planned");
        pen_end_cell(p);
        pen_cell(p);
        if (when != NULL) pen_span(p, when);
        pen_end_cell(p);
        pen_cell(p);
        if (sentence != NULL) pen_span(p, sentence);
        pen_end_cell(p);
        pen_cell(p);
        if (when != NULL) pen_cite(p, when);
        pen_cites(p, list_of(t, "more"));
        pen_end_cell(p);
        pen_end_row(p);
    }
    pen_end_table(p);
    say_rest(p, all);
    pen_end_section(p);
}

static void put_roles(struct pen *p, const json_t *roles)
{
    for (size_t i = 0; i < json_array_size(roles) && i < PAGE_CITES_MAX; i++) {
        const json_t *r = json_array_get(roles, i);
        if (i > 0) pen_say(p, "; ");
        pen_words(p, page_string(r, "role"));
        pen_cites(p, list_of(r, "spans"));
    }
}

static void put_aliases(struct pen *p, const json_t *aliases)
{
    for (size_t i = 0; i < json_array_size(aliases) && i < PAGE_CITES_MAX; i++) {
        const json_t *a = json_array_get(aliases, i);
        pen_say(p, i == 0 ? ", also " : ", ");
        pen_words(p, (struct slice){json_string_value(a), json_string_length(a)});
    }
}

static void put_entities(struct pen *p)
{
    static const char *const heads[] = {"Name", "Is", "Role in the texts", "Mentions", "Articles", "First", NULL};
    const json_t *all = list_of(p->page->line, "entities");
    if (json_array_size(all) == 0) return;
    pen_section(p, "entities", "People, organizations, places");
    pen_table(p, "Names by weight in the story", heads);
    for (size_t i = 0; i < rows_of(all); i++) {
        const json_t *a = json_array_get(all, i), *first = json_object_get(a, "first");
        struct slice id = page_string(a, "id");
        pen_row_of(p, id);
        pen_cell(p);
        pen_strong(p, page_string(a, "name"));
        if (p->md && id.len > 0) {
            pen_say(p, " ");
            pen_words(p, id);
        }
        put_aliases(p, list_of(a, "aliases"));
        if (json_is_true(json_object_get(a, "open"))) pen_say(p, " (not resolved)");
        pen_end_cell(p);
        pen_cell(p);
        pen_words(p, page_string(a, "type"));
        pen_end_cell(p);
        pen_cell(p);
        put_roles(p, list_of(a, "roles"));
        pen_end_cell(p);
        pen_cell(p);
        pen_sayf(p, "%" PRIu64, page_number(a, "mentions"));
        pen_end_cell(p);
        pen_cell(p);
        pen_sayf(p, "%" PRIu64, page_number(a, "articles"));
        pen_end_cell(p);
        pen_cell(p);
        if (first != NULL) pen_cite(p, first);
        pen_end_cell(p);
        pen_end_row(p);
    }
    pen_end_table(p);
    say_rest(p, all);
    pen_end_section(p);
}

static void put_relations(struct pen *p)
{
    const json_t *all = list_of(p->page->line, "relations");
    if (json_array_size(all) == 0) return;
    pen_section(p, "relations", "Related stories");
    pen_list(p);
    for (size_t i = 0; i < rows_of(all); i++) {
        const json_t *r = json_array_get(all, i), *why = list_of(r, "reasons");
        pen_item(p);
        pen_story(p, page_string(r, "story"));
        pen_say(p, " ");
        pen_words(p, page_string(r, "type"));
        for (size_t k = 0; k < json_array_size(why) && k < PAGE_CITES_MAX; k++) {
            const json_t *s = json_array_get(why, k);
            pen_say(p, k == 0 ? ": " : ", ");
            pen_words(p, (struct slice){json_string_value(s), json_string_length(s)});
        }
        pen_cites(p, list_of(r, "spans"));
        pen_end_item(p);
    }
    pen_end_list(p);
    pen_end_section(p);
}

/* --- articles --- */

static void article_is(struct pen *p, const struct page_article *a, const json_t *part)
{
    pen_words(p, page_string(part, "role"));
    if (a->verdict.len > 0 && !slice_eq(a->verdict, SLICE("original"))) {
        pen_say(p, ", ");
        pen_words(p, a->verdict);
    }
    size_t of = a->of.len > 0 ? page_article_at(p->page, a->of) : SIZE_MAX;
    if (of != SIZE_MAX) pen_sayf(p, " of %zu", of + 1);
    if (json_is_true(json_object_get(part, "independent"))) pen_say(p, ", independent");
}

static void article_link(struct pen *p, size_t i)
{
    const struct page_article *a = &p->page->articles[i];
    struct slice title = a->title.len > 0 ? a->title : a->name.len > 0 ? a->name : a->key;
    if (a->text.ptr != NULL) {
        if (p->md) buf_char(p->out, '[');
        else buf_printf(p->out, "<a href=\"#a%zu\">", i + 1);
        pen_words(p, title);
        if (p->md) buf_printf(p->out, "](%s#a%zu)", p->file, i + 1);
        else buf_str(p->out, "</a>");
    } else {
        pen_words(p, title);
    }
    if (!page_may_link(a->url)) return;
    pen_say(p, " (");
    pen_out(p, a->url, SLICE("at its outlet"));
    pen_say(p, ")");
}

static void put_articles(struct pen *p)
{
    static const char *const heads[] = {"No.", "Outlet", "Title", "Published", "Part in the story", NULL};
    const json_t *parts = list_of(p->page->line, "articles");
    pen_section(p, "articles", "Articles");
    pen_table(p, "Articles in order of arrival", heads);
    for (size_t i = 0; i < p->page->n_articles; i++) {
        const struct page_article *a = &p->page->articles[i];
        pen_row(p);
        pen_cell(p);
        pen_sayf(p, "%zu", i + 1);
        pen_end_cell(p);
        pen_cell(p);
        pen_words(p, a->outlet);
        pen_end_cell(p);
        pen_cell(p);
        article_link(p, i);
        pen_end_cell(p);
        pen_cell(p);
        pen_words(p, slice_cut(a->published, 0, 10));
        if (a->published.len >= 16) {
            pen_say(p, " ");
            pen_words(p, slice_cut(a->published, 11, a->published.len));
        }
        pen_end_cell(p);
        pen_cell(p);
        article_is(p, a, json_array_get(parts, i));
        pen_end_cell(p);
        pen_end_row(p);
    }
    pen_end_table(p);
    if (page_number(p->page->line, "more_articles") > 0) {
        pen_para(p);
        pen_sayf(p, "%" PRIu64 " more articles are not listed here.", page_number(p->page->line, "more_articles"));
        pen_end_para(p);
    }
    pen_end_section(p);
}

static void put_texts(struct pen *p)
{
    size_t left_out = 0;
    if (p->md) return;
    pen_section(p, "texts", "The articles’ texts");
    for (size_t i = 0; i < p->page->n_articles; i++) {
        if (p->page->articles[i].text.ptr == NULL) left_out++;
        else if (page_article_text(p->page, i, p->out) != OK) return;
    }
    if (left_out > 0) {
        pen_para(p);
        pen_sayf(p, "%zu texts are left out: nothing above is quoted from them, or the page would have become too large. wiredesk show KEY prints each.", left_out);
        pen_end_para(p);
    }
    pen_end_section(p);
}

/* --- the whole --- */

/* "3 articles, 2 outlets, 3 independent accounts, 1 clash" */
static void put_counts(struct pen *p)
{
    const json_t *line = p->page->line;
    static const struct { const char *key, *one, *many; } counts[] = {
        {"n_articles", "article", "articles"}, {"n_outlets", "outlet", "outlets"}, {"n_independent", "independent account", "independent accounts"},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t n = page_number(line, counts[i].key);
        pen_sayf(p, "%s%" PRIu64 " %s", i == 0 ? "" : ", ", n, n == 1 ? counts[i].one : counts[i].many);
    }
    size_t n = count_level(list_of(line, "conflicts"), "conflict");
    if (n == 0) pen_say(p, ", no clash");
    else pen_sayf(p, ", %zu clash%s", n, n == 1 ? "" : "es");
}

static void put_sections(struct pen *p)
{
    put_event(p);
    put_summary(p);
    put_level(p, "conflict", "clash", "Where accounts clash");
    put_level(p, "open", "open", "Open: may clash, may be two events");
    put_agreement(p);
    put_quotes(p);
    put_level(p, "update", "updates", "Numbers that moved");
    put_level(p, "difference", "differences", "Differences");
    put_only(p);
    put_times(p);
    put_entities(p);
    put_relations(p);
    put_articles(p);
    put_texts(p);
}

static struct slice title_of(const struct page *p)
{
    struct slice t = page_string(json_object_get(p->line, "headline"), "t");
    return t.len > 0 ? t : page_string(p->line, "id");
}

static void put_state(struct pen *p)
{
    const json_t *line = p->page->line;
    pen_words(p, page_string(line, "id"));
    struct slice at = page_string(line, "ts");
    pen_sayf(p, ", revision %" PRIu64 ", told ", page_number(line, "rev"));
    pen_words(p, slice_cut(at, 0, 10));
    pen_say(p, " ");
    pen_words(p, slice_cut(at, 11, 16));
    pen_sayf(p, " UTC, line %" PRIu64, page_number(line, "seq"));
}

static void put_headline_of(struct pen *p)
{
    const json_t *headline = json_object_get(p->page->line, "headline");
    struct slice outlet = page_string(p->page->line, "headline_outlet");
    if (headline == NULL) return;
    pen_say(p, "Headline");
    if (outlet.len > 0) pen_say(p, " of ");
    pen_words(p, outlet);
    pen_cite(p, headline);
    pen_say(p, ". ");
}

static const char about[] = "Everything in quotation marks is a source’s own and leads to where it stands; the numbers behind a statement are articles. "
                            "Independent accounts are those that copy no other.";

enum err page_html(const struct page *page, struct buf *out)
{
    struct pen p = {.out = out, .page = page};
    page_head(out, title_of(page), "../");
    buf_str(out, "<header>\n<p class=\"top\"><a href=\"../index.html\">All stories</a> ");
    put_state(&p);
    buf_str(out, "</p>\n<h1 dir=\"auto\">");
    page_escape(out, title_of(page));
    buf_str(out, "</h1>\n<p class=\"sub\">");
    put_headline_of(&p);
    put_counts(&p);
    buf_str(out, ".</p>\n</header>\n<main>\n");
    put_sections(&p);
    buf_printf(out, "</main>\n<footer><p>%s Made by wiredesk.</p></footer>\n</body>\n</html>\n", about);
    return out->failed;
}

enum err page_markdown(const struct page *page, struct buf *out)
{
    char file[PAGE_FILE_MAX + 8], name[PAGE_FILE_MAX];
    page_file(page_string(page->line, "id"), name);
    snprintf(file, sizeof file, "%s.html", name);
    struct pen p = {.out = out, .page = page, .md = true, .file = file};
    buf_str(out, "# ");
    page_escape_md(out, title_of(page));
    buf_str(out, "\n\n[All stories](../index.md), ");
    put_state(&p);
    buf_str(out, "\n\n");
    put_headline_of(&p);
    put_counts(&p);
    buf_str(out, ".\n\n");
    put_sections(&p);
    buf_printf(out, "%s\n", about);
    return out->failed;
}
