/* train_rarity.c - learns how rare lemmas are in news: reads plain text, a line a paragraph, an empty line between articles, and
 * prints rarity_table.inc. Articles shorter than PAGE words are put together, so that a lead weighs as a lead. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "words.h"

enum { PAGE = 350, LEMMAS_MAX = 1 << 20, MIN_PAGES = 12 };

static struct lexicon lex;
static uint32_t pages_with[LEMMAS_MAX], last_page[LEMMAS_MAX];

static int by_text(const void *a, const void *b)
{
    return slice_cmp(lex.lemmas[*(const uint32_t *)a].text, lex.lemmas[*(const uint32_t *)b].text);
}

static uint32_t count(FILE *in)
{
    static char line[1 << 16];
    uint32_t page = 1, words = 0;
    while (fgets(line, sizeof line, in) != NULL) {
        if (words > PAGE && line[0] == '\n') {
            page++;
            words = 0;
        }
        for (char *p = strtok(line, " \t\n\"()[],;:!?-"); p != NULL; p = strtok(NULL, " \t\n\"()[],;:!?-")) {
            struct slice w = slice_of(p);
            if (!utf8_valid(w)) continue;
            if (slice_ends(w, SLICE("'s"))) w.len -= 2;
            else if (slice_ends(w, SLICE("\u2019s"))) w.len -= 4;
            uint32_t id = lexicon_id(&lex, w);
            words++;
            if (id == 0 || id >= LEMMAS_MAX || last_page[id] == page) continue;
            last_page[id] = page;
            pages_with[id]++;
        }
    }
    return page;
}

int main(void)
{
    struct arena *mem = arena_create((size_t)1 << 30);
    if (mem == NULL || lexicon_make(mem, &lex) != OK) return 75;
    uint32_t pages = count(stdin), n = 0;
    uint32_t *order = calloc(lex.len, sizeof *order);
    if (order == NULL) return 75;
    for (uint32_t i = 1; i < lex.len && i < LEMMAS_MAX; i++) {
        struct slice t = lex.lemmas[i].text;
        if (pages_with[i] >= MIN_PAGES && t.ptr[0] >= 'a' && t.ptr[0] <= 'z' && memchr(t.ptr, '\\', t.len) == NULL) order[n++] = i;
    }
    qsort(order, n, sizeof *order, by_text);
    printf("/* rarity_table.inc - printed by wiredesk-train-rarity from %u pages of news: lemma, ten times its idf. */\n", pages);
    size_t column = 0;
    for (uint32_t i = 0; i < n; i++) {
        double idf = -log((double)pages_with[order[i]] / pages + .001);
        column += (size_t)printf("%s{\"%.*s\", %d},", column ? " " : "    ", (int)lex.lemmas[order[i]].text.len, lex.lemmas[order[i]].text.ptr,
                                 (int)lround(10 * (idf < 0 ? 0 : idf)));
        if (column > 120 || i + 1 == n) {
            putchar('\n');
            column = 0;
        }
    }
    free(order);
    arena_destroy(&mem);
    return 0;
}
