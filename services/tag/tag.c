/* tag.c - runs the parts of the stage over one document, in the order in which they need each other. */
#include "tag.h"

#include <math.h>
#include <stdlib.h>

#include "names.h"
#include "quantities.h"
#include "quotes.h"
#include "timex.h"
#include "who.h"

enum { RECORDS_MAX = 1 << 18 }; /* doc_fields.c: the most entities, quotes, times, quantities */

struct tagger {
    struct lexicon *lexicon;
    struct world *world;
};

struct tagger *tagger_create(void)
{
    struct tagger *t = calloc(1, sizeof *t);
    if (t == NULL) return NULL;
    t->lexicon = lexicon_create();
    if (t->lexicon != NULL) t->world = world_create(t->lexicon);
    if (t->world == NULL) tagger_destroy(&t);
    return t;
}

void tagger_destroy(struct tagger **t)
{
    if (*t == NULL) return;
    world_destroy(&(*t)->world);
    if ((*t)->lexicon != NULL) lexicon_destroy(&(*t)->lexicon);
    free(*t);
    *t = NULL;
}

/* By the language stated, else by the share of the commonest words; a text of a few words is taken for English. */
static bool is_english(const struct doc *doc, const struct tokens *t)
{
    if (doc_has(doc, DOC_LANG) && doc->lang.value.len > 0 && !slice_eq(doc->lang.value, SLICE("und")))
        return slice_eq_nocase(slice_cut(doc->lang.value, 0, 2), SLICE("en")) && (doc->lang.value.len == 2 || doc->lang.value.ptr[2] == '-');
    size_t words = 0, common = 0;
    for (size_t i = 0; i < t->len; i++) {
        if (!(t->ptr[i].kind & TOKEN_WORD)) continue;
        words++;
        if (t->ptr[i].word & WORD_FUNCTION) common++;
    }
    return words < 40 || common * 12 >= words;
}

static enum err who_says_what(const struct tagger *t, struct arena *mem, const struct tokens *tokens, uint8_t *used, struct doc *doc)
{
    struct names names;
    struct cast cast;
    enum err e = names_by_rule(t->world, mem, tokens, &names);
    if (e == OK) e = who(t->world, mem, tokens, &names, &cast);
    if (e == OK) e = who_entities(mem, tokens, &names, &cast, &doc->entities);
    if (e == OK) e = quotes_find(mem, tokens, &names, &cast, &doc->quotes);
    if (e != OK) return e;
    for (size_t i = 0; i < names.len; i++)
        for (size_t k = names.ptr[i].first; k < names.ptr[i].end; k++) used[k] = USED_NAME;
    if (doc->entities.len > RECORDS_MAX) doc->entities.len = RECORDS_MAX;
    if (doc->quotes.len > RECORDS_MAX) doc->quotes.len = RECORDS_MAX;
    doc_set(doc, DOC_ENTITIES);
    doc_set(doc, DOC_QUOTES);
    return OK;
}

enum err tag_doc(const struct tagger *t, struct arena *mem, struct doc *doc)
{
    struct tokens tokens;
    enum err e = tokens_of(t->lexicon, mem, doc->text, doc_has(doc, DOC_SENTENCES) ? doc->sentences : (struct spans){NULL, 0}, &tokens);
    if (e != OK) return e;
    bool english = is_english(doc, &tokens);
    uint8_t *used = arena_array(mem, tokens.len + 1, 1);
    if (used == NULL) return ERR_NOMEM;
    if (english) e = who_says_what(t, mem, &tokens, used, doc);
    if (e == OK) e = timex_find(mem, &tokens, doc_has(doc, DOC_PUBLISHED) ? &doc->published : NULL, english, used, &doc->times);
    if (e == OK) e = quantities_find(mem, &tokens, english, used, &doc->quantities);
    if (e != OK) return e;
    if (doc->times.len > RECORDS_MAX) doc->times.len = RECORDS_MAX;
    if (doc->quantities.len > RECORDS_MAX) doc->quantities.len = RECORDS_MAX;
    doc_set(doc, DOC_TIMES);
    doc_set(doc, DOC_QUANTITIES);
    return OK;
}
