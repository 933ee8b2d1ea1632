/* archive.c - ZIP and tar: each member is read as if it had been fed alone, under ceilings that hold for the whole body. */
#include <archive.h>
#include <archive_entry.h>

#include "../../libcommon/buf.h"
#include "../../proto/media.h"
#include "split.h"

enum { CHUNK = 64 << 10, FREE_EXPANSION = 1 << 20, LOCAL_HEADER = 30, LOCAL_HEADER_MOST = 30 + 2 * 65535, NAME_MOST = 4096 };

/* One run over an archive. */
struct unpacking {
    const struct feed_request *in;
    struct arena *mem;
    struct split_docs *out;
    struct split_trouble *why;
    struct archive *archive;
    struct buf data; /* the member's content */
    size_t record;   /* of the member, from 1; folders count as in a listing */
    size_t at;       /* where its header begins */
    struct slice path, name; /* the member's own; with the archive's before it */
    bool nomem;
};

static const char *said_by(struct archive *a)
{
    const char *s = archive_error_string(a);
    return s ? s : "it cannot be read";
}

static enum err whole(struct unpacking *u, enum err e, const char *what)
{
    return split_refuse(u->why, e, u->record, u->at, "%s", what);
}

static enum err no_memory(struct unpacking *u)
{
    return whole(u, ERR_NOMEM, "out of memory while unpacking");
}

/* --- one member --- */

/* Where a ZIP's local header begins whose data begins at `data`: libarchive does not say. */
static size_t local_header(struct slice body, size_t data)
{
    for (size_t back = LOCAL_HEADER; back <= data && back <= LOCAL_HEADER_MOST; back++) {
        const unsigned char *p = (const unsigned char *)body.ptr + data - back;
        if (memcmp(p, "PK\3\4", 4) == 0 && LOCAL_HEADER + p[26] + p[27] * 256u + p[28] + p[29] * 256u == back) return data - back;
    }
    return data;
}

static size_t place_of(struct unpacking *u)
{
    int64_t header = archive_read_header_position(u->archive), now = archive_filter_bytes(u->archive, 0);
    if (archive_format(u->archive) != ARCHIVE_FORMAT_ZIP || now < 0 || (size_t)now > u->in->body.len) return header > 0 ? (size_t)header : 0;
    return local_header(u->in->body, (size_t)now);
}

/* The member's path as a feeder's id has it, and with the archive's name before it. */
static bool name_member(struct unpacking *u, struct archive_entry *entry)
{
    struct buf id = buf_make(NAME_MOST);
    struct slice outer = u->in->name.ptr ? u->in->name : u->in->id;
    const char *path = archive_entry_pathname_utf8(entry);
    if (path == NULL) path = archive_entry_pathname(entry);
    if (path == NULL || feed_id(path, &id) != OK || id.len == 0) {
        id.len = 0;
        id.failed = OK;
        buf_printf(&id, "member-%zu", u->record);
    }
    u->path = arena_copy(u->mem, buf_slice(&id));
    u->name = arena_printf(u->mem, "%.*s/%.*s", (int)outer.len, outer.ptr ? outer.ptr : "", (int)id.len, id.ptr);
    if (u->name.len > NAME_MOST) u->name = u->path;
    buf_free(&id);
    return u->path.ptr != NULL && u->name.ptr != NULL;
}

/* A document that says why this member is none. */
static enum err refuse_member(struct unpacking *u, enum err e, const char *what)
{
    struct split_doc *d = split_add(u->out, u->in, u->mem, u->why);
    if (d == NULL) return u->why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    d->id = u->path;
    d->name = u->name;
    d->type = SLICE("application/octet-stream");
    d->at = u->at;
    d->bytes = arena_copy(u->mem, buf_slice(&u->data));
    if (d->bytes.len == 0) d->bytes = slice_cut(u->in->body, u->at, u->at + LOCAL_HEADER); /* names its size and checksum: another member, another key */
    split_fail(d, e, u->record, 0, u->mem, &u->nomem, what);
    return u->nomem || d->bytes.ptr == NULL ? no_memory(u) : OK;
}

/* What was unpacked so far of this body, with `more`, is no more than any body may be. */
static enum err within(struct unpacking *u, size_t more)
{
    size_t sum = u->out->expanded + more;
    if (sum > SPLIT_EXPANDED_MAX) return split_refuse(u->why, ERR_TOO_BIG, u->record, u->at, "an archive that expands to more than %d MiB", SPLIT_EXPANDED_MAX >> 20);
    if (sum > FREE_EXPANSION && sum / SPLIT_RATIO_MAX > u->out->fed)
        return split_refuse(u->why, ERR_TOO_BIG, u->record, u->at, "an archive that expands more than %d times", SPLIT_RATIO_MAX);
    return OK;
}

/* The member's content into u->data. *broken: why it cannot be read; the archive may go on behind it unless *fatal. */
static enum err read_member(struct unpacking *u, const char **broken, bool *fatal)
{
    for (;;) {
        char *room = buf_room(&u->data, CHUNK);
        if (room == NULL) return no_memory(u);
        la_ssize_t n = archive_read_data(u->archive, room, CHUNK);
        if (n == ARCHIVE_RETRY) continue;
        if (n < 0) {
            *broken = said_by(u->archive);
            *fatal = n == ARCHIVE_FATAL;
            return OK;
        }
        if (n == 0) return OK;
        u->data.len += (size_t)n;
        enum err e = within(u, u->data.len);
        if (e != OK) return e;
    }
}

/* Splits the content; what is wrong with it is the member's affair alone. */
static enum err split_member(struct unpacking *u)
{
    struct feed_request inner = {.source = u->in->source, .id = u->path, .name = u->name, .meta = u->in->meta, .body = arena_copy(u->mem, buf_slice(&u->data))};
    struct split_docs docs = {.level = u->out->level, .fed = u->out->fed, .expanded = u->out->expanded};
    struct split_trouble trouble = {0};
    if (inner.body.ptr == NULL) return u->data.len == 0 ? refuse_member(u, ERR_EMPTY, "is empty") : no_memory(u);
    enum err e = split_within(&inner, u->mem, &docs, &trouble);
    u->out->expanded = docs.expanded;
    if (e == ERR_NOMEM) return no_memory(u);
    if (e != OK) {
        char what[400];
        const char *place = trouble.at > 0 ? " (at its byte " : "";
        snprintf(what, sizeof what, "cannot be read: %s", trouble.detail);
        if (*place) snprintf(what + strlen(what), sizeof what - strlen(what), "%s%zu)", place, trouble.at);
        return refuse_member(u, e, what);
    }
    for (size_t i = 0; i < docs.len; i++) {
        struct split_doc *d = split_add(u->out, u->in, u->mem, u->why);
        if (d == NULL) return u->why->record > SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
        *d = docs.ptr[i];
        d->at = u->at;
    }
    u->out->skipped += docs.skipped;
    return OK;
}

/* What archives hold beside articles. */
static bool left_out(const struct unpacking *u)
{
    return media_litter(u->path) || media_of(buf_slice(&u->data)) != NULL;
}

/* Other packings than these ask for memory that their data names. */
static bool known_packing(const struct unpacking *u)
{
    const char *format = archive_format_name(u->archive);
    return archive_format(u->archive) != ARCHIVE_FORMAT_ZIP || format == NULL || strstr(format, "deflation") != NULL || strstr(format, "uncompressed") != NULL;
}

static enum err take_member(struct unpacking *u, struct archive_entry *entry, bool *fatal)
{
    const char *broken = NULL;
    if (!name_member(u, entry)) return no_memory(u);
    if (archive_entry_filetype(entry) != AE_IFREG) return OK;
    if (archive_entry_is_encrypted(entry)) return refuse_member(u, ERR_UNSUPPORTED, "is encrypted");
    if (!known_packing(u)) return refuse_member(u, ERR_UNSUPPORTED, "is packed in a way that is not read");
    enum err e = read_member(u, &broken, fatal);
    if (e != OK) return e;
    u->out->expanded += u->data.len;
    if (broken != NULL) {
        char what[300];
        snprintf(what, sizeof what, "is broken: %.200s", broken);
        return refuse_member(u, ERR_MALFORMED, what);
    }
    if (left_out(u)) {
        u->out->skipped++;
        return OK;
    }
    return split_member(u);
}

/* --- all members --- */

/* A header that cannot be read: the members before it are good. */
static enum err take_broken(struct unpacking *u, bool first)
{
    char what[300];
    if (first) return split_refuse(u->why, ERR_MALFORMED, 0, u->at, "a broken archive: %.200s", said_by(u->archive));
    snprintf(what, sizeof what, "is broken: %.200s", said_by(u->archive));
    u->path = arena_printf(u->mem, "member-%zu", u->record);
    u->name = split_part_name(u->in, u->record, u->mem, &u->nomem);
    return u->path.ptr == NULL || u->nomem ? no_memory(u) : refuse_member(u, ERR_MALFORMED, what);
}

static enum err take_all(struct unpacking *u)
{
    bool fatal = false;
    while (!fatal) {
        struct archive_entry *entry;
        int rc = archive_read_next_header(u->archive, &entry);
        if (rc == ARCHIVE_EOF) return OK;
        if (++u->record > SPLIT_DOCS_MAX) return split_refuse(u->why, ERR_TOO_BIG, u->record, u->at, "more than %d members in one archive", SPLIT_DOCS_MAX);
        u->at = place_of(u);
        buf_clear(&u->data);
        fatal = rc == ARCHIVE_FATAL;
        enum err e = rc == ARCHIVE_OK || rc == ARCHIVE_WARN ? take_member(u, entry, &fatal) : take_broken(u, u->record == 1);
        if (e != OK) return e;
    }
    return OK;
}

enum err split_archive(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct unpacking u = {.in = in, .mem = mem, .out = out, .why = why, .data = buf_make(SPLIT_EXPANDED_MAX + 2 * CHUNK), .archive = archive_read_new()};
    enum err e = OK;
    if (u.archive == NULL || archive_read_support_format_zip(u.archive) < ARCHIVE_WARN || archive_read_support_format_tar(u.archive) < ARCHIVE_WARN ||
        archive_read_support_filter_none(u.archive) < ARCHIVE_WARN)
        e = no_memory(&u);
    if (e == OK && archive_read_open_memory(u.archive, in->body.ptr, in->body.len) != ARCHIVE_OK)
        e = split_refuse(why, ERR_MALFORMED, 0, 0, "a broken archive: %.200s", said_by(u.archive));
    if (e == OK) e = take_all(&u);
    if (u.archive != NULL) archive_read_free(u.archive);
    buf_free(&u.data);
    return e;
}
