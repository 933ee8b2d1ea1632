/* schema_md.c - prints SCHEMA.md from the table of fields; a test compares the two. */
#include <stdio.h>

#include "doc_fields.h"

static const char *wire_of(const struct column *c)
{
    switch (c->kind) {
    case COLUMN_BOOL: return "boolean";
    case COLUMN_U32:
    case COLUMN_U64: return "integer";
    case COLUMN_REAL: return "float";
    case COLUMN_TEXT: return "str";
    case COLUMN_BYTES: return "bin";
    case COLUMN_CHOICE: return "word";
    case COLUMN_SPAN: return "[b, e]";
    case COLUMN_SPANS: return "[[b, e]...]";
    case COLUMN_TEXTS: return "[str...]";
    case COLUMN_RUNS: return "[[text, source, length]...]";
    case COLUMN_RECORD: return "map";
    case COLUMN_RECORDS: return "[map...]";
    }
    return "?";
}

static void print_limit(const struct column *c)
{
    bool bytes = c->kind == COLUMN_TEXT || c->kind == COLUMN_BYTES;
    if (c->kind == COLUMN_CHOICE) {
        for (int i = 1; c->choices[i] != NULL; i++) printf("%s%s", i > 1 ? ", " : "", c->choices[i]);
    } else if (c->max) {
        printf("%zu%s", c->max, bytes ? " B" : "");
        if (c->each) printf(" of %zu B", c->each);
    }
}

static void print_kind(const struct column *c)
{
    printf("%s", wire_of(c));
    if (c->record != NULL) printf(" [%s](#%s)", c->record->name, c->record->name);
}

static void print_record(const struct record *r)
{
    printf("\n### %s\n\n", r->name);
    if (r->place == PLACE_TEXT) printf("Begins with a span of `text`.\n\n");
    if (r->place == PLACE_SOURCE) printf("Begins with a span of the source.\n\n");
    printf("| key | form | limit | |\n|---|---|---|---|\n");
    for (size_t i = 0; i < r->n; i++) {
        const struct column *c = &r->columns[i];
        printf("| %s | ", c->key);
        print_kind(c);
        printf(" | ");
        print_limit(c);
        printf(" | %s%s |\n", c->required ? "always there" : "", c->help ? c->help : "");
    }
}

int main(void)
{
    printf("# The document\n\n"
           "Printed from `doc_fields[]` by `schema_md`; do not edit. One msgpack map a message, keys in this order, then whatever a later\n"
           "release has added, byte for byte. Each field is written by one stage and left out behind its last reader. Limits are ceilings:\n"
           "a message that breaks one is refused with an error's name. Offsets are bytes; spans are half open, on character boundaries.\n\n"
           "A frame has at most %d bytes and %d levels. Integers may come in any width, floats in both; extension types, map keys that are\n"
           "not strings, strings that are not UTF-8, a key twice, and a `v` other than %d are refused.\n\n",
           DOC_FRAME_MAX, DOC_DEPTH_MAX, DOC_VERSION);
    printf("| field | form | limit | written by | last read by | |\n|---|---|---|---|---|---|\n");
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        const struct doc_row *row = &doc_fields[f];
        printf("| %s | ", row->column.key);
        print_kind(&row->column);
        printf(" | ");
        print_limit(&row->column);
        printf(" | %s | %s | %s |\n", row->writer == STAGE_NONE ? "any" : stage_name(row->writer), stage_name(row->reader), row->sentence);
    }
    printf("\n## Records\n");
    for (size_t i = 0; doc_records[i] != NULL; i++) print_record(doc_records[i]);
    return ferror(stdout) ? 75 : 0;
}
