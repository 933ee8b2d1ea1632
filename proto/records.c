/* records.c - whole records at the front of a stream: lines, WARC records. */
#include "records.h"

#include <strings.h>

static bool ends_nocase(struct slice s, struct slice with)
{
    return s.len > with.len && slice_eq_nocase(slice_cut(s, s.len - with.len, s.len), with);
}

static bool type_is(struct slice type, const char *const *names)
{
    size_t end = slice_find(type, SLICE(";"), 0);
    struct slice bare = slice_trim(slice_cut(type, 0, end == SIZE_MAX ? type.len : end));
    for (; *names != NULL; names++)
        if (slice_eq_nocase(bare, slice_of(*names))) return true;
    return false;
}

/* What the media type says of it; false when it says nothing, or only how it is packed. */
static bool said_by_type(struct slice type, enum records *kind)
{
    static const char *const lines[] = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines",
                                        "application/json-lines", "application/json-seq", "text/jsonl", NULL};
    static const char *const warc[] = {"application/warc", NULL};
    static const char *const packed[] = {"application/gzip", "application/x-gzip", "application/octet-stream", NULL};
    *kind = type_is(type, lines) ? RECORDS_LINES : type_is(type, warc) ? RECORDS_WARC : RECORDS_NONE;
    return type.len > 0 && !type_is(type, packed);
}

enum records records_of(struct slice type, const char *name, struct slice first)
{
    struct slice s = slice_of(name);
    enum records kind;
    if (slice_starts(first, SLICE("WARC/"))) return RECORDS_WARC;
    if (said_by_type(type, &kind)) return kind;
    if (ends_nocase(s, SLICE(".gz"))) s.len -= 3;
    if (ends_nocase(s, SLICE(".json"))) return RECORDS_NONE; /* may be one value on one line */
    if (ends_nocase(s, SLICE(".jsonl")) || ends_nocase(s, SLICE(".ndjson")) || ends_nocase(s, SLICE(".jsonlines"))) return RECORDS_LINES;
    if (first.len == 0 && (ends_nocase(s, SLICE(".warc")) || ends_nocase(s, SLICE(".wet")))) return RECORDS_WARC;
    size_t nl = first.len > 0 && first.ptr[0] == '{' ? slice_find(first, SLICE("\n"), 0) : SIZE_MAX;
    bool lines = nl != SIZE_MAX && slice_ends(slice_trim(slice_cut(first, 0, nl)), SLICE("}")) && slice_starts(slice_cut(first, nl + 1, first.len), SLICE("{"));
    return lines ? RECORDS_LINES : RECORDS_NONE;
}

/* --- WARC --- */

struct slice header_field(struct slice header, const char *name)
{
    size_t len = strlen(name);
    for (size_t b = 0; b < header.len;) {
        size_t e = slice_find(header, SLICE("\n"), b);
        if (e == SIZE_MAX) e = header.len;
        struct slice line = slice_cut(header, b, e);
        if (line.len > len && line.ptr[len] == ':' && strncasecmp(line.ptr, name, len) == 0) return slice_trim(slice_cut(line, len + 1, line.len));
        b = e + 1;
    }
    return (struct slice){NULL, 0};
}

/* Behind the empty line that ends a header at or after `at`; SIZE_MAX when there is none. */
static size_t header_end(struct slice s, size_t at)
{
    struct slice window = slice_cut(s, 0, at + WARC_HEADER_MAX);
    size_t crlf = slice_find(window, SLICE("\r\n\r\n"), at), lf = slice_find(window, SLICE("\n\n"), at);
    if (crlf != SIZE_MAX && (lf == SIZE_MAX || crlf < lf)) return crlf + 4;
    return lf == SIZE_MAX ? SIZE_MAX : lf + 2;
}

static bool read_length(struct slice text, size_t *out)
{
    size_t n = 0;
    if (text.len == 0 || text.len > 15) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        n = n * 10 + (size_t)(text.ptr[i] - '0');
    }
    *out = n;
    return true;
}

enum err warc_read(struct slice s, size_t at, struct warc_record *out)
{
    *out = (struct warc_record){{NULL, 0}};
    struct slice rest = slice_cut(s, at, s.len), start = SLICE("WARC/");
    if (rest.len < start.len && slice_starts(start, rest)) return ERR_MISSING;
    if (!slice_starts(rest, start)) return ERR_MALFORMED;
    size_t head = header_end(rest, 0), length;
    if (head == SIZE_MAX) return rest.len < WARC_HEADER_MAX ? ERR_MISSING : ERR_MALFORMED;
    out->header = slice_cut(rest, 0, head);
    if (!read_length(header_field(out->header, "Content-Length"), &length)) return ERR_MALFORMED;
    out->block = slice_cut(rest, head, head + length);
    size_t end = head + length;
    for (unsigned i = 0; i < 2; i++) { /* two line ends; a writer that leaves them out is understood */
        if (end + 1 < rest.len && rest.ptr[end] == '\r' && rest.ptr[end + 1] == '\n') end += 2;
        else if (end < rest.len && rest.ptr[end] == '\n') end++;
    }
    out->all = (struct slice){rest.ptr, end};
    if (head + length > rest.len) return ERR_MISSING;
    return OK;
}

size_t warc_next(struct slice s, size_t at)
{
    if (at > s.len) return s.len;
    for (;;) {
        size_t i = slice_find(s, SLICE("WARC/1."), at);
        if (i == SIZE_MAX) return s.len;
        if (i == 0 || s.ptr[i - 1] == '\n') return i;
        at = i + 1;
    }
}

/* Nothing or a record stands behind it, or at least none begins within it: it states its length truly. */
static bool length_is_true(struct slice s, size_t at, const struct warc_record *r)
{
    size_t end = at + r->all.len;
    struct slice behind = slice_cut(s, end, s.len);
    if (behind.len == 0 || slice_starts(behind, SLICE("WARC/"))) return true;
    return warc_next(slice_cut(s, 0, end), at + 1) == end;
}

enum err warc_step(struct slice s, size_t at, struct warc_record *out)
{
    enum err e = warc_read(s, at, out);
    if (e == OK && !length_is_true(s, at, out)) e = ERR_MISSING;
    if (e != OK) out->all = slice_cut(s, at, warc_next(s, at + 1));
    return e;
}

size_t warc_count(struct slice s)
{
    size_t n = 0;
    struct warc_record r;
    for (size_t at = 0; at < s.len;) {
        if (s.ptr[at] == '\r' || s.ptr[at] == '\n') {
            at++;
            continue;
        }
        enum err e = warc_step(s, at, &r);
        at += r.all.len;
        n += e == OK || r.all.len > 0;
    }
    return n;
}

/* The record at `at` in a stream that may go on: its end, or SIZE_MAX when more must be read to know it. */
static size_t warc_end(struct slice s, size_t at)
{
    enum { LOOK = 9 }; /* two line ends and "WARC/": what must be seen behind a record */
    struct warc_record r;
    enum err e = warc_read(s, at, &r);
    if (e == ERR_MISSING) return SIZE_MAX;
    if (e == OK && at + r.header.len + r.block.len + LOOK > s.len) return SIZE_MAX;
    if (e == OK && length_is_true(s, at, &r)) return at + r.all.len;
    size_t next = warc_next(s, at + 1); /* what is no record goes up to the next */
    return next < s.len ? next : SIZE_MAX;
}

static size_t cut_lines(struct slice have, size_t want)
{
    size_t from = want > 0 ? want - 1 : 0;
    const char *nl = from < have.len ? memchr(have.ptr + from, '\n', have.len - from) : NULL;
    if (nl == NULL) nl = memrchr(have.ptr, '\n', from < have.len ? from : have.len);
    return nl == NULL ? 0 : (size_t)(nl - have.ptr) + 1;
}

size_t records_cut(enum records kind, struct slice have, size_t want)
{
    if (have.len == 0 || kind == RECORDS_NONE) return 0;
    if (kind == RECORDS_LINES) return cut_lines(have, want);
    size_t at = 0;
    while (at < want || at == 0) {
        size_t end = warc_end(have, at);
        if (end == SIZE_MAX || end > have.len) break;
        at = end;
    }
    return at;
}

size_t records_first(enum records kind, struct slice have)
{
    struct warc_record r;
    if (kind == RECORDS_WARC) {
        enum err e = warc_read(have, 0, &r);
        size_t next = e == OK ? have.len : warc_next(have, 1);
        if (next < have.len) return next;
        return e == OK || (e == ERR_MISSING && r.header.len > 0) ? r.all.len : SIZE_MAX;
    }
    const char *nl = have.len ? memchr(have.ptr, '\n', have.len) : NULL;
    return nl == NULL ? SIZE_MAX : (size_t)(nl - have.ptr) + 1;
}
