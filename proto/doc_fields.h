/* doc_fields.h - the one table of document fields: what SCHEMA.md, the codec and the tests run on. */
#ifndef WD_DOC_FIELDS_H
#define WD_DOC_FIELDS_H

#include "codec.h"
#include "doc.h"

struct doc_row {
    struct column column;
    enum stage writer; /* the one stage that sets it */
    enum stage reader; /* the last stage that reads it: later messages are without it */
    const char *sentence;
};

extern const struct doc_row doc_fields[DOC_FIELD_COUNT];

/* Nested records, by name, for SCHEMA.md; ended by NULL. */
extern const struct record *const doc_records[];

/* `meta` by itself, for the feed protocol. */
extern const struct record doc_meta_record;
extern const char *const doc_stage_choices[];

#endif
