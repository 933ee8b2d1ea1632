/* codec.h - tables that describe structs, and the one codec (msgpack, JSON) that runs on them. */
#ifndef WD_CODEC_H
#define WD_CODEC_H

#include <jansson.h>
#include <msgpack.h>

#include "../libcommon/arena.h"
#include "../libcommon/buf.h"
#include "span.h"

/* kind: the C member -> msgpack -> JSON. "Absent" members are not written; in a top-level field they are written as nil. */
enum column_kind {
    COLUMN_BOOL,    /* bool -> boolean; absent: false */
    COLUMN_U32,     /* uint32_t -> integer; always written */
    COLUMN_U64,     /* uint64_t -> integer; absent: the column says so by `required` false and 0 */
    COLUMN_REAL,    /* double -> float 64; absent: NAN; infinities are errors */
    COLUMN_TEXT,    /* struct slice -> str; absent: NULL ptr */
    COLUMN_BYTES,   /* struct slice -> bin -> base64 text (hex where `hex` says so) */
    COLUMN_CHOICE,  /* an enum -> str, one of choices[1...]; absent: 0 */
    COLUMN_SPAN,    /* struct span -> [b, e]; absent: empty */
    COLUMN_SPANS,   /* struct spans -> [[b, e]...]; absent: none */
    COLUMN_TEXTS,   /* struct slices -> [str...]; absent: none */
    COLUMN_RUNS,    /* struct runs -> [[text, source, len]...] */
    COLUMN_RECORD,  /* a struct -> map */
    COLUMN_RECORDS, /* {ptr, len} of structs -> [map...] */
};

struct column {
    const char *key;
    enum column_kind kind;
    size_t at;         /* offset of the member */
    bool required;     /* in its record */
    size_t max;        /* texts: bytes; lists: elements; numbers: largest value (0: none) */
    size_t each;       /* TEXTS: bytes of one */
    const struct record *record;
    const char *const *choices; /* [0] is unused; ended by NULL */
    bool hex;          /* BYTES in JSON */
    const char *help;  /* for SCHEMA.md, may be NULL inside records */
};

enum record_place { PLACE_NONE, PLACE_TEXT, PLACE_SOURCE }; /* what the first two columns b, e are offsets of */

struct record {
    const char *name;
    size_t size; /* sizeof the struct */
    const struct column *columns;
    size_t n;
    enum record_place place;
};

/* Appends the encoded value of one column. ERR_SCHEMA, ERR_TOO_BIG when the member breaks the column's limits. */
enum err codec_pack(const struct column *c, const void *base, struct buf *out) MUST_CHECK;
/* Decodes one value, already measured, into the member. nil leaves the member absent. */
enum err codec_unpack(const struct column *c, struct slice value, struct arena *mem, void *base) MUST_CHECK;
/* The same for a whole record as a map (unknown keys ignored; ERR_DUPLICATE, ERR_MISSING). */
enum err codec_pack_record(const struct record *r, const void *base, struct buf *out) MUST_CHECK;
enum err codec_unpack_record(const struct record *r, struct slice value, struct arena *mem, void *base) MUST_CHECK;

/* Limits of a member; spans against `text` when it is given (ptr not NULL). */
enum err codec_check(const struct column *c, const void *base, struct slice text) MUST_CHECK;
/* The same for a member that was unpacked from a value that mp_measure() has measured: its texts are known to be UTF-8. */
enum err codec_check_measured(const struct column *c, const void *base, struct slice text) MUST_CHECK;
/* True when the member holds nothing that would be written. */
bool codec_absent(const struct column *c, const void *base);
/* Sets the member to absent. */
void codec_clear(const struct column *c, void *base);

/* JSON. codec_print appends the value ("null" when absent). codec_read takes a jansson value; texts are copied into mem. */
enum err codec_print(const struct column *c, const void *base, struct buf *out) MUST_CHECK;
enum err codec_read(const struct column *c, const json_t *value, struct arena *mem, void *base) MUST_CHECK;

/* A map head with `n` pairs, and a str: for whoever writes a frame field by field. */
void codec_map(struct buf *out, uint32_t n);
void codec_key(struct buf *out, const char *key);

#endif
