/* note.c - outcomes and notices on their way back to ingest. */
#include "note.h"

#include "codec.h"
#include "doc_fields.h"
#include "mp.h"

static const char *const kinds[] = {"none", "outcome", "busy", "faulted", "interrupted", "refused", NULL};
static const char *const outcomes[] = {"none", "reported", "duplicate", "rejected", "again", NULL};

static const struct column columns[] = {
    {"kind", COLUMN_CHOICE, offsetof(struct note, kind), .required = true, .choices = kinds},
    {"instance", COLUMN_BYTES, offsetof(struct note, instance), .max = INSTANCE_SIZE},
    {"seq", COLUMN_U64, offsetof(struct note, seq)},
    {"epoch", COLUMN_U64, offsetof(struct note, epoch)},
    {"try", COLUMN_U64, offsetof(struct note, try)},
    {"key", COLUMN_TEXT, offsetof(struct note, key), .max = DOC_KEY_MAX},
    {"outcome", COLUMN_CHOICE, offsetof(struct note, outcome), .choices = outcomes},
    {"stage", COLUMN_CHOICE, offsetof(struct note, stage), .choices = doc_stage_choices},
    {"worker", COLUMN_TEXT, offsetof(struct note, worker), .max = 128},
    {"strike", COLUMN_BYTES, offsetof(struct note, strike), .max = 16},
    {"error", COLUMN_TEXT, offsetof(struct note, error), .max = 64},
    {"detail", COLUMN_TEXT, offsetof(struct note, detail), .max = 1024},
    {"ms", COLUMN_U64, offsetof(struct note, ms)},
};
static const struct record note_record = {
    .name = "note", .size = sizeof(struct note), .columns = columns, .n = sizeof columns / sizeof *columns};

const char NOTE_TO_ALL[INSTANCE_SIZE] = "all";

const char *outcome_name(enum outcome o)
{
    return (unsigned)o < OUTCOME_COUNT ? outcomes[o] : "none";
}

enum err note_encode(const struct note *n, struct buf *out)
{
    if (n->instance.ptr != NULL && n->instance.len != INSTANCE_SIZE) return ERR_SCHEMA;
    size_t before = out->len;
    buf_add(out, n->instance.ptr ? n->instance.ptr : NOTE_TO_ALL, INSTANCE_SIZE);
    enum err e = codec_pack_record(&note_record, n, out);
    if (e == OK && out->len - before > NOTE_MAX) e = ERR_TOO_BIG;
    if (e != OK) out->len = before;
    return e;
}

/* A kind that this release does not know is no error: the note is for someone newer. */
static bool known_kind(struct slice map)
{
    struct mp_head h;
    if (mp_head(map, &h) != OK || h.kind != MP_MAP) return true;
    size_t at = h.size, len;
    for (uint32_t i = 0, n = h.count; i < n; i++) {
        struct mp_head key, value;
        if (mp_head(slice_cut(map, at, map.len), &key) != OK) return true;
        at += key.size;
        if (mp_head(slice_cut(map, at, map.len), &value) != OK) return true;
        if (slice_eq(key.bytes, SLICE("kind")) && value.kind == MP_STR) {
            for (int k = 1; kinds[k] != NULL; k++)
                if (slice_eq(value.bytes, slice_of(kinds[k]))) return true;
            return false;
        }
        if (mp_measure(slice_cut(map, at, map.len), DOC_DEPTH_MAX, &len) != OK) return true;
        at += len;
    }
    return true;
}

enum err note_decode(struct slice frame, struct arena *mem, struct note *n)
{
    size_t len;
    memset(n, 0, sizeof *n);
    if (frame.len > NOTE_MAX) return ERR_TOO_BIG;
    if (frame.len < INSTANCE_SIZE) return ERR_MALFORMED;
    struct slice map = slice_cut(frame, INSTANCE_SIZE, frame.len);
    enum err e = mp_measure(map, DOC_DEPTH_MAX, &len);
    if (e != OK) return e;
    if (len != map.len) return ERR_MALFORMED;
    if (!known_kind(map)) return OK;
    e = codec_unpack_record(&note_record, map, mem, n);
    if (e != OK) return e;
    if (n->instance.ptr != NULL && n->instance.len != INSTANCE_SIZE) return ERR_SCHEMA;
    return n->strike.ptr == NULL || n->strike.len == 16 ? OK : ERR_SCHEMA;
}
