/* tag.c - runs the parts of the stage over one document, in the order in which they need each other. */
#include "tag.h"

#include <math.h>
#include <stdlib.h>

#include "names_list.h"
#include "quantities.h"
#include "quotes.h"
#include "timex.h"
#include "who.h"

enum { RECORDS_MAX = 1 << 18 }; /* doc_fields.c: the most entities, quotes, times, quantities */

struct tagger {
    struct lexicon *lexicon;
    struct world *world;
    const struct model *names;
    struct names_list *list; /* or NULL */
};

struct tagger *tagger_create(const struct model *names)
{
    struct tagger *t = calloc(1, sizeof *t);
    if (t == NULL) return NULL;
    t->names = names;
    t->lexicon = lexicon_create();
    if (t->lexicon != NULL) t->world = world_create(t->lexicon);
    if (t->world == NULL) tagger_destroy(&t);
    return t;
}

enum err tagger_names(struct tagger *t, struct slice text, size_t *line)
{
    names_list_destroy(&t->list);
    return names_list_read(t->lexicon, text, &t->list, line);
}

void tagger_destroy(struct tagger **t)
{
    if (*t == NULL) return;
    world_destroy(&(*t)->world);
    names_list_destroy(&(*t)->list);
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

static enum err find_names(const struct tagger *t, struct arena *mem, const struct tokens *tokens, bool english, struct names *names)
{
    *names = (struct names){NULL, 0};
    enum err e = OK;
    if (english) e = t->names ? names_by_model(t->names, t->world, mem, tokens, names) : names_by_rule(t->world, mem, tokens, names);
    return e == OK && t->list != NULL ? names_list_apply(t->list, mem, tokens, names) : e;
}

static enum err who_says_what(const struct tagger *t, struct arena *mem, const struct tokens *tokens, bool english, uint8_t *used, struct doc *doc)
{
    struct names names;
    struct cast cast;
    enum err e = find_names(t, mem, tokens, english, &names);
    if (e == OK) e = who(t->world, mem, tokens, &names, &cast);
    if (e == OK) e = who_entities(mem, tokens, &names, &cast, &doc->entities);
    if (e == OK && english) e = quotes_find(mem, tokens, &names, &cast, &doc->quotes);
    if (e != OK) return e;
    for (size_t i = 0; i < names.len; i++)
        for (size_t k = names.ptr[i].first; k < names.ptr[i].end; k++) used[k] = USED_NAME;
    if (doc->entities.len > RECORDS_MAX) doc->entities.len = RECORDS_MAX;
    doc_set(doc, DOC_ENTITIES);
    if (!english) return OK;
    if (doc->quotes.len > RECORDS_MAX) doc->quotes.len = RECORDS_MAX;
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
    if (english || t->list != NULL) e = who_says_what(t, mem, &tokens, english, used, doc);
    if (e == OK) e = timex_find(mem, &tokens, doc_has(doc, DOC_PUBLISHED) ? &doc->published : NULL, english, used, &doc->times);
    if (e == OK) e = quantities_find(mem, &tokens, english, used, &doc->quantities);
    if (e != OK) return e;
    if (doc->times.len > RECORDS_MAX) doc->times.len = RECORDS_MAX;
    if (doc->quantities.len > RECORDS_MAX) doc->quantities.len = RECORDS_MAX;
    doc_set(doc, DOC_TIMES);
    doc_set(doc, DOC_QUANTITIES);
    return OK;
}
