/* fuzz_alerts.c - any bytes as a watch list: read or refused with a reason, and matched without a span outside the text. */
#include <stdlib.h>

#include "../services/report/alerts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err look(void *self, const struct alert_match *m)
{
    const struct doc *doc = self;
    for (size_t i = 0; i < m->n_spans; i++)
        if (m->spans[i].b >= m->spans[i].e || m->spans[i].e > doc->text.len || !utf8_boundary(doc->text, m->spans[i].b)) abort();
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char text[] = "Ferry strike at Port Calder. \xC3\x9C" "berfahrt: \"We sail,\" said Ines Calder of the WHO.";
    struct mention mentions[] = {{.b = 16, .e = 27}};
    struct entity entities[] = {{.name = SLICE("Port Calder"), .type = 1, .mentions = {mentions, 1}}};
    struct quote quotes[] = {{.b = 43, .e = 50, .kind = QUOTE_DIRECT, .speaker = SLICE("Ines Calder")}};
    struct doc doc = {.text = slice_of(text), .outlet = {.value = SLICE("Northern Wire")}, .entities = {entities, 1}, .quotes = {quotes, 1}};
    struct alert_rules *r = NULL;
    char why[200];
    enum err e = alert_rules_read((struct slice){(const char *)data, size}, &r, why, sizeof why);
    if ((e == OK) != (r != NULL)) abort();
    struct arena *mem = arena_create(64 << 20);
    if (r != NULL && mem != NULL && alert_rules_match(r, &doc, mem, look, &doc) != OK) abort();
    alert_rules_free(&r);
    arena_destroy(&mem);
    return 0;
}
