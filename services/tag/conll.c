/* conll.c - reads a labelled corpus and writes it as running text, as a newspaper would print it. */
#include "conll.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS_MAX = 4000, LINE_SIZE = 65536, RUN_OF_SENTENCES = 20, HEADLINE_WORDS = 22 };

struct word {
    char *text;
    int type;    /* -1: no name */
    bool begins; /* a name begins here */
};

struct reading {
    struct corpus *out;
    struct word word[WORDS_MAX];
    size_t words, sentences; /* of the sentence; of the document */
    struct buf text, heads;  /* the document so far, its made-up headlines */
    struct gold *gold, *head_gold;
    size_t golds, head_golds, cap, head_cap;
    bool headlines, marked;
    uint32_t dice;
};

static bool listed(const char *const *list, const char *w)
{
    for (; *list != NULL; list++)
        if (strcmp(*list, w) == 0) return true;
    return false;
}

static const char *const no_space_before[] = {".", ",", ";", ":", "?", "!", ")", "]", "}", "%", "'s", "'S", "’s", "n't", "n’t", "'re", "’re",
                                              "'ve", "’ve", "'ll", "’ll", "'d", "’d", "'m", "’m", "''", "...", "…", "”", "’", NULL};
static const char *const no_space_after[] = {"(", "[", "{", "$", "#", "``", "£", "€", "“", "‘", NULL};

/* A hyphen that is a word of its own joins its neighbours (30-year) or stands alone (26 June - Four). */
static bool joins(const struct reading *r, size_t i)
{
    if (i == 0 || i + 1 >= r->words) return false;
    const char *before = r->word[i - 1].text, *after = r->word[i + 1].text;
    unsigned char last = (unsigned char)before[strlen(before) - 1], next = (unsigned char)after[0];
    if (!isalnum(last) && last < 0x80) return false;
    return islower(next) || isdigit(next) || (i > 8 && isupper((unsigned char)before[0]) && isupper(next));
}

static bool gold_add(struct gold **list, size_t *n, size_t *cap, struct gold g)
{
    if (*n == *cap) {
        *cap = *cap * 2 + 64;
        struct gold *grown = realloc(*list, *cap * sizeof *grown);
        if (grown == NULL) return false;
        *list = grown;
    }
    (*list)[(*n)++] = g;
    return true;
}

/* Appends a word as it is, with a capital, or in capitals (ASCII only; longer scripts stay as they are). */
static void put_word(struct buf *out, const char *w, int dress)
{
    static const char *const small[] = {"a", "an", "the", "of", "in", "on", "at", "to", "for", "and", "or", "but", "by", "as", "with", "from", "'s", "’s", "n't", NULL};
    size_t n = strlen(w);
    if (dress == 0 || (dress == 1 && listed(small, w))) {
        buf_add(out, w, n);
        return;
    }
    for (size_t i = 0; i < n; i++) buf_char(out, i == 0 || dress == 3 ? (char)toupper((unsigned char)w[i]) : w[i]);
}

/* Writes the sentence as a paragraph; its names go to the list. */
static bool put_sentence(const struct reading *r, int dress, struct buf *out, struct gold **gold, size_t *golds, size_t *cap)
{
    bool quote_open = false, glue = true;
    struct gold cur = {0, 0, -1};
    if (out->len > 0) buf_str(out, "\n\n");
    for (size_t i = 0; i < r->words; i++) {
        const struct word *w = &r->word[i];
        bool space = !glue && !listed(no_space_before, w->text), straight = strcmp(w->text, "\"") == 0, hyphen = strcmp(w->text, "-") == 0;
        if (straight) space = i > 0 && !quote_open && !glue;
        if (hyphen) space = !joins(r, i);
        if (space && i > 0) buf_char(out, ' ');
        uint32_t b = (uint32_t)out->len;
        put_word(out, w->text, dress);
        if (cur.type >= 0 && (w->begins || w->type != cur.type)) {
            if (!gold_add(gold, golds, cap, cur)) return false;
            cur.type = -1;
        }
        if (w->type >= 0 && cur.type < 0) cur = (struct gold){b, 0, w->type};
        cur.e = (uint32_t)out->len;
        glue = listed(no_space_after, w->text) || (hyphen && joins(r, i));
        if (straight) {
            glue = !quote_open;
            quote_open = !quote_open;
        }
    }
    return cur.type < 0 || gold_add(gold, golds, cap, cur);
}

static uint32_t roll(struct reading *r)
{
    r->dice ^= r->dice << 13;
    r->dice ^= r->dice >> 17;
    return r->dice ^= r->dice << 5;
}

static enum err end_document(struct reading *r)
{
    r->sentences = 0;
    if (r->text.len == 0) return OK;
    uint32_t shift = (uint32_t)r->text.len + 2;
    if (r->heads.len > 0) {
        buf_str(&r->text, "\n\n");
        buf_put(&r->text, buf_slice(&r->heads));
    }
    for (size_t i = 0; i < r->head_golds; i++) {
        struct gold g = r->head_gold[i];
        if (!gold_add(&r->gold, &r->golds, &r->cap, (struct gold){g.b + shift, g.e + shift, g.type})) return ERR_NOMEM;
    }
    struct corpus *c = r->out;
    if (c->len == c->cap) {
        c->cap = c->cap * 2 + 64;
        struct labelled *grown = realloc(c->ptr, c->cap * sizeof *grown);
        if (grown == NULL) return ERR_NOMEM;
        c->ptr = grown;
    }
    if (r->text.failed != OK || r->heads.failed != OK) return ERR_NOMEM;
    c->ptr[c->len++] = (struct labelled){r->text.ptr, r->text.len, r->gold, r->golds};
    r->text = buf_make(r->text.max);
    r->gold = NULL;
    r->golds = r->cap = r->head_golds = 0;
    buf_clear(&r->heads);
    return OK;
}

static enum err end_sentence(struct reading *r)
{
    if (r->words == 0) return OK;
    bool ok = put_sentence(r, 0, &r->text, &r->gold, &r->golds, &r->cap);
    uint32_t dice = roll(r) % 100;
    if (ok && r->headlines && r->words >= 4 && r->words <= HEADLINE_WORDS && dice < 12)
        ok = put_sentence(r, dice < 6 ? 1 : dice < 9 ? 2 : 3, &r->heads, &r->head_gold, &r->head_golds, &r->head_cap);
    for (size_t i = 0; i < r->words; i++) free(r->word[i].text);
    r->words = 0;
    r->sentences++;
    if (!ok) return ERR_NOMEM;
    return !r->marked && r->sentences == RUN_OF_SENTENCES ? end_document(r) : OK;
}

static int type_named(const char *name)
{
    static const struct { const char *name; int type; } rows[] = {{"PER", 0}, {"PERSON", 0}, {"ORG", 1}, {"ORGANIZATION", 1}, {"LOC", 2}, {"LOCATION", 2}, {"GPE", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].type;
    return 3;
}

static enum err read_line(struct reading *r, char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "-DOCSTART-", 10) == 0) {
        enum err e = end_sentence(r);
        r->marked = true;
        return e == OK ? end_document(r) : e;
    }
    char *label = strrchr(line, '\t');
    if (label == NULL) return end_sentence(r);
    *label++ = '\0';
    if (line[0] == '\0') return OK; /* a label without a word: some corpora have them */
    if (r->words == WORDS_MAX) return ERR_MALFORMED;
    struct word *w = &r->word[r->words];
    *w = (struct word){strdup(line), strlen(label) > 2 ? type_named(label + 2) : -1, label[0] == 'B'};
    if (w->text == NULL) return ERR_NOMEM;
    r->words++;
    return OK;
}

enum err corpus_read(const char *path, bool headlines, struct corpus *out)
{
    FILE *f = fopen(path, "r");
    struct reading *r = calloc(1, sizeof *r);
    char *line = malloc(LINE_SIZE);
    enum err e = f == NULL ? ERR_IO : r == NULL || line == NULL ? ERR_NOMEM : OK;
    if (e == OK) {
        r->out = out;
        r->headlines = headlines;
        r->dice = 88172645;
        r->text = r->heads = buf_make(64 << 20);
    }
    while (e == OK && fgets(line, LINE_SIZE, f) != NULL) e = read_line(r, line);
    if (e == OK) e = end_sentence(r);
    if (e == OK) e = end_document(r);
    if (f != NULL) fclose(f);
    if (r != NULL) {
        buf_free(&r->text);
        buf_free(&r->heads);
        free(r->gold);
        free(r->head_gold);
    }
    free(r);
    free(line);
    return e;
}

void corpus_free(struct corpus *c)
{
    for (size_t i = 0; i < c->len; i++) {
        free(c->ptr[i].text);
        free(c->ptr[i].gold);
    }
    free(c->ptr);
    *c = (struct corpus){0};
}
