/* fuzz_tag.c - any text into the tagger: every span lies in the text on character boundaries, in order, and the result passes the schema. */
#include <assert.h>
#include <stdlib.h>

#include "../services/tag/model.h"
#include "../services/tag/tag.h"

static struct tagger *tagger;

/* With the model when it is run from the source's folder, else by rule. */
static void make_tagger(void)
{
    static struct model names;
    tagger = tagger_create(model_open("services/tag/names.model", &names) == OK ? &names : NULL);
}

static void ordered_times(const struct doc *d)
{
    for (size_t i = 1; i < d->times.len; i++) assert(d->times.ptr[i - 1].e <= d->times.ptr[i].b);
    for (size_t i = 1; i < d->quantities.len; i++) assert(d->quantities.ptr[i - 1].e <= d->quantities.ptr[i].b);
    for (size_t i = 1; i < d->quotes.len; i++) assert(d->quotes.ptr[i - 1].b <= d->quotes.ptr[i].b);
}

static void sound_entities(const struct doc *d)
{
    for (size_t i = 0; i < d->entities.len; i++) {
        const struct entity *e = &d->entities.ptr[i];
        assert(e->mentions.len > 0 && e->name.len > 0);
        for (size_t k = 0; k < e->mentions.len; k++) {
            assert(e->mentions.ptr[k].b < e->mentions.ptr[k].e);
            assert(k == 0 || e->mentions.ptr[k - 1].e <= e->mentions.ptr[k].b);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const langs[] = {"en", "de", NULL, "en-GB"};
    struct slice text = {(const char *)data, size};
    if (size < 2 || size > 1 << 20 || !utf8_valid(slice_cut(text, 1, size))) return 0;
    if (tagger == NULL) make_tagger();
    struct arena *mem = arena_create(512 << 20);
    assert(tagger != NULL && mem != NULL);
    struct doc doc;
    doc_init(&doc);
    doc.text = slice_cut(text, 1, size);
    doc_set(&doc, DOC_TEXT);
    if (langs[data[0] & 3] != NULL) {
        doc.lang.value = slice_of(langs[data[0] & 3]);
        doc_set(&doc, DOC_LANG);
    }
    if (data[0] & 4) {
        doc.published.value = SLICE("2025-04-14");
        doc_set(&doc, DOC_PUBLISHED);
    }
    enum err e = tag_doc(tagger, mem, &doc);
    assert(e == OK);
    assert(doc_culprit(&doc) == DOC_FIELD_COUNT);
    ordered_times(&doc);
    if (doc_has(&doc, DOC_ENTITIES)) sound_entities(&doc);
    arena_destroy(&mem);
    return 0;
}
