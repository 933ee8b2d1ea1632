/* originals_parts.h - what the archive's writer and reader share; nobody else includes it. */
#ifndef WD_INGEST_ORIGINALS_PARTS_H
#define WD_INGEST_ORIGINALS_PARTS_H

#include <lmdb.h>

#include "../../proto/doc.h"
#include "originals.h"

#define ORIGINALS_FORMAT "wiredesk-originals 1"

enum { ORIGINALS_META, ORIGINALS_KEYS, ORIGINALS_CONTENTS, ORIGINALS_USES, ORIGINALS_AGES, ORIGINALS_TABLES };
extern const char *const originals_tables[ORIGINALS_TABLES];

/* Of a document, under its key; an empty record: forgotten, not to be taken again. */
struct originals_entry {
    uint64_t accepted;
    unsigned char hash[ORIGINALS_HASH];
};

/* Before a content's compressed bytes. */
struct originals_head {
    uint64_t size; /* of what they unpack to */
};

enum { ORIGINALS_MOST = DOC_RAW_MAX, ORIGINALS_HEAD = sizeof(struct originals_head), ORIGINALS_AGE_KEY = 8 + DOC_KEY_MAX };

#endif
