/* bench_wire.h - a news wire that never was, for benchmarks: any document is a function of its number alone.
 *
 * Of a hundred documents 36 open a story, 34 are another account of one that runs, 30 are copies: the same text, an edited one, a part, an
 * agency's text under other lines. Most come within three days of their source, a few after months. Words are Zipf's, names and numbers keep
 * coming new, lengths and outlets vary, 85 of 100 are dated. */
#ifndef WD_BENCH_WIRE_H
#define WD_BENCH_WIRE_H

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "../proto/doc.h"

enum { WORDS = 30000, WORD = 16, NAMES = 6, TOPICS = 24, ENTITY_MOST = 8, MENTIONS_MOST = 32 };

struct wire {
    uint32_t per_day; /* documents */
    char word[WORDS][WORD];
};

struct dice {
    uint64_t state;
};

static uint64_t roll(struct dice *d)
{
    uint64_t z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static struct dice dice_of(uint64_t what, uint64_t number)
{
    struct dice d = {what * 0xD1342543DE82EF95u ^ number * 0x9E3779B97F4A7C15u};
    roll(&d);
    return d;
}

static uint32_t below(struct dice *d, uint32_t n)
{
    return (uint32_t)((roll(d) >> 32) * n >> 32);
}

/* 1 to n, small ones likelier: Zipf's law. */
static uint32_t zipf(struct dice *d, uint32_t n)
{
    return (uint32_t)exp((double)(roll(d) >> 11) * 0x1p-53 * log(n));
}

static size_t spell(uint64_t number, int syllables, char *out)
{
    static const char first[] = "bdfghjklmnprstvz", second[] = "aeiou";
    size_t n = 0;
    for (int i = 0; i < syllables; i++, number /= 80) {
        out[n++] = first[number % 80 / 5];
        out[n++] = second[number % 5];
    }
    return n;
}

static void wire_begin(struct wire *w, uint32_t per_day)
{
    static const char *const function[] = {"the", "of", "and", "to", "a", "in", "that", "was", "for", "on", "with", "said", "is", "as", "at", "by", "from", "it",
        "be", "his", "had", "not", "are", "but", "have", "an", "were", "they", "which", "this", "who", "their", "been", "has", "will", "would", "more", "he",
        "she", "after", "one", "its", "or", "about", "when", "out", "up", "there", "all", "than", "her", "so", "over", "into", "also", "could", "what", "some",
        "other", "we", "them", "no", "if", "can", "you", "before", "only", "two", "under", "most", "any", "such", "through", "where", "our", "between", "both"};
    enum { FUNCTION = sizeof function / sizeof *function };
    *w = (struct wire){.per_day = per_day};
    for (uint32_t i = 0; i < WORDS; i++) {
        struct dice d = dice_of(1, i);
        if (i < FUNCTION) memcpy(w->word[i], function[i], strlen(function[i]));
        else spell(roll(&d), 2 + (int)below(&d, 3), w->word[i]);
    }
}

enum part { PART_NEW, PART_ACCOUNT, PART_EXACT, PART_EDITED, PART_EXCERPT, PART_AGENCY };

/* What a document is to its source, an earlier one. */
static enum part part_of(const struct wire *w, uint32_t number, uint32_t *source)
{
    struct dice d = dice_of(2, number);
    uint32_t u = below(&d, 100), days = below(&d, 50) == 0 ? 60 : u < 70 ? 4 : 2;
    double most = (double)days * w->per_day;
    uint32_t lag = days == 60 ? 1 + below(&d, (uint32_t)most) : (uint32_t)exp((double)(roll(&d) >> 11) * 0x1p-53 * log(most));
    *source = number;
    if (u < 36 || lag >= number) return PART_NEW;
    *source = number - lag;
    return u < 70 ? PART_ACCOUNT : u < 80 ? PART_EXACT : u < 92 ? PART_EDITED : u < 95 ? PART_EXCERPT : PART_AGENCY;
}

/* The document whose words a copy carries. */
static uint32_t origin_of(const struct wire *w, uint32_t number)
{
    uint32_t source;
    while (part_of(w, number, &source) > PART_ACCOUNT) number = source;
    return number;
}

static uint32_t story_of(const struct wire *w, uint32_t number)
{
    uint32_t source;
    while (part_of(w, number, &source) != PART_NEW) number = source;
    return number;
}

struct subject { /* what a story is about */
    char name[NAMES][2 * WORD], place[WORD];
    const char *topic[TOPICS];
};

static void capital(char *word)
{
    *word = (char)(*word - 32);
}

static void subject_of(const struct wire *w, uint32_t story, struct subject *s)
{
    struct dice d = dice_of(3, story);
    *s = (struct subject){0};
    for (int i = 0; i < NAMES; i++) { /* two that everyone knows, the others of this story alone or nearly */
        size_t n = spell(below(&d, 800) * 7919u, 2, s->name[i]);
        s->name[i][n] = ' ';
        spell((i < 2 ? zipf(&d, 3000) : below(&d, 2000000)) * UINT64_C(104729), i < 2 ? 3 : 4, s->name[i] + n + 1);
        capital(s->name[i]);
        capital(s->name[i] + n + 1);
    }
    spell(zipf(&d, 5000) * UINT64_C(15485863), 3, s->place);
    capital(s->place);
    for (int i = 0; i < TOPICS; i++) s->topic[i] = w->word[100 + below(&d, i < 8 ? 2000 : WORDS - 100)];
}

struct article { /* being written */
    struct buf text;
    struct entity entity[ENTITY_MOST];
    struct mention mention[ENTITY_MOST][MENTIONS_MOST];
    const struct wire *wire;
    struct subject subject;
};

static void name_of(struct article *a, uint32_t which)
{
    struct entity *e = &a->entity[which];
    const char *name = which < NAMES ? a->subject.name[which] : a->subject.place;
    uint32_t b = (uint32_t)a->text.len;
    buf_str(&a->text, name);
    if (e->mentions.len == MENTIONS_MOST) return;
    a->mention[which][e->mentions.len++] = (struct mention){b, (uint32_t)a->text.len, ENTITY_NONE, .9};
}

static void word_of(struct article *a, struct dice *d, bool title)
{
    uint32_t u = below(d, title ? 60 : 100);
    char fresh[WORD] = "";
    if (u < 8) name_of(a, below(d, 2) ? below(d, NAMES) : below(d, 2));
    else if (u < 10) name_of(a, NAMES);
    else if (u < 26) buf_str(&a->text, a->subject.topic[zipf(d, TOPICS) - 1]);
    else if (u < 27) buf_printf(&a->text, "%u", below(d, 400));
    else if (u < 28) buf_add(&a->text, fresh, spell(roll(d), 4, fresh));
    else buf_str(&a->text, a->wire->word[zipf(d, WORDS) - 1]);
}

static void sentence(struct article *a, uint64_t number, uint32_t at)
{
    struct dice d = dice_of(number, 1000 + at);
    size_t n = 8 + below(&d, 18), b = a->text.len;
    for (size_t i = 0; i < n; i++) {
        if (i) buf_char(&a->text, ' ');
        word_of(a, &d, false);
    }
    if (a->text.ptr[b] >= 'a') a->text.ptr[b] = (char)(a->text.ptr[b] - 32);
    buf_str(&a->text, below(&d, 4) ? ". " : ".\n\n");
}

/* Title and sentences of `origin`, with what `part` does to them by the hand of `number`. */
static void text_of(struct article *a, uint32_t origin, enum part part, uint32_t number)
{
    struct dice d = dice_of(4, origin), hand = dice_of(5, number);
    size_t n = 9 + below(&d, 9);
    uint32_t sentences = 4 + zipf(&d, 12) + below(&d, 14);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_char(&a->text, ' ');
        word_of(a, &d, true);
    }
    buf_str(&a->text, "\n\n");
    if (part == PART_AGENCY) buf_printf(&a->text, "%s (Reuters) - ", a->subject.place);
    if (part == PART_EXCERPT) sentences = sentences / 3 + 3;
    for (uint32_t i = 0; i < sentences; i++) {
        bool other = part >= PART_EDITED && below(&hand, 12) == 0;
        if (other && below(&hand, 2)) continue;
        sentence(a, other ? number : origin, i);
    }
    if (part == PART_AGENCY) sentence(a, 7 + below(&hand, 40), 0); /* the same line under many texts: furniture */
}

static struct slice date_of(struct arena *mem, uint64_t ms)
{
    struct tm tm;
    time_t t = (time_t)(ms / 1000);
    gmtime_r(&t, &tm);
    return arena_printf(mem, "%04d-%02d-%02dT%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}

static void wire_document(const struct wire *w, uint32_t number, struct arena *mem, struct doc *doc)
{
    struct dice d = dice_of(6, number);
    struct article *a = arena_array(mem, 1, sizeof *a);
    uint32_t source, origin = origin_of(w, number);
    if (a == NULL) abort();
    a->text = buf_make(1 << 16);
    a->wire = w;
    subject_of(w, story_of(w, number), &a->subject);
    text_of(a, origin, part_of(w, number, &source), number);
    doc_init(doc);
    doc->v = DOC_VERSION;
    doc->to = STAGE_DEDUP;
    doc->seq = number;
    doc->instance = SLICE("0123456789abcdef");
    doc->key = arena_printf(mem, "%016llx%016llx", (unsigned long long)roll(&d), (unsigned long long)number);
    doc->accepted = UINT64_C(1700000000000) + number * UINT64_C(86400000) / w->per_day;
    doc->source = SLICE("bench");
    doc->id = arena_printf(mem, "wire/%u", number);
    doc->text = arena_copy(mem, buf_slice(&a->text));
    doc->title = (struct span){0, (uint32_t)slice_find(doc->text, SLICE("\n"), 0)};
    doc->body = doc->title.e + 2;
    doc->outlet = (struct sourced){arena_printf(mem, "Outlet %u", zipf(&d, 400)), SLICE("meta")};
    doc->entities.ptr = arena_array(mem, ENTITY_MOST, sizeof(struct entity));
    for (uint32_t i = 0; i <= NAMES; i++) {
        if (a->entity[i].mentions.len == 0) continue;
        a->entity[i].mentions.ptr = a->mention[i];
        a->entity[i].name = slice_of(i < NAMES ? a->subject.name[i] : a->subject.place);
        a->entity[i].type = i < NAMES ? ENTITY_PERSON : ENTITY_LOCATION;
        doc->entities.ptr[doc->entities.len++] = a->entity[i];
    }
    for (int f = DOC_V; f <= DOC_ACCEPTED; f++)
        if (f != DOC_EPOCH && f != DOC_TRY) doc_set(doc, (enum doc_field)f);
    static const enum doc_field fields[] = {DOC_SOURCE, DOC_ID, DOC_TEXT, DOC_TITLE, DOC_BODY, DOC_OUTLET, DOC_ENTITIES};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) doc_set(doc, fields[i]);
    if (below(&d, 100) < 85) {
        doc->published = (struct moment){date_of(mem, doc->accepted - below(&d, 6 * 3600) * UINT64_C(1000)), SLICE("meta"), PRECISION_MINUTE};
        doc_set(doc, DOC_PUBLISHED);
    }
    buf_free(&a->text);
}

#endif
