/* warc.c - web archives as crawls of news have them: pages out of HTTP responses, texts out of conversions; the rest is counted. */
#include <strings.h>

#include "../../proto/records.h"
#include "split.h"

struct warc {
    const struct feed_request *in;
    struct arena *mem;
    struct split_docs *out;
    struct split_trouble *why;
    size_t record;
    bool nomem;
};

/* A media type without its parameters. */
static struct slice bare_type(struct slice type)
{
    size_t end = type.len ? slice_find(type, SLICE(";"), 0) : SIZE_MAX;
    return slice_trim(slice_cut(type, 0, end == SIZE_MAX ? type.len : end));
}

static struct slice charset_of(struct slice type)
{
    for (size_t i = 0; i + 8 < type.len; i++) {
        if (!slice_eq_nocase(slice_cut(type, i, i + 8), SLICE("charset="))) continue;
        struct slice rest = slice_trim(slice_cut(type, i + 8, type.len));
        size_t end = 0, quote = rest.len > 0 && (rest.ptr[0] == '"' || rest.ptr[0] == '\'');
        while (quote + end < rest.len && strchr("\"'; \t", rest.ptr[quote + end]) == NULL) end++;
        return split_said(slice_cut(rest, quote, quote + end), 64);
    }
    return (struct slice){NULL, 0};
}

/* Takes the chunks of RFC 9112 together, or leaves the body as it is: crawlers keep the header and not the chunks. */
static struct slice without_chunks(struct slice body, struct arena *mem, bool *nomem)
{
    char *p = NULL;
    size_t len = 0;
    for (size_t at = 0; at < body.len;) {
        size_t e = slice_find(slice_cut(body, 0, at + 200), SLICE("\n"), at), n = 0, digits = 0;
        if (e == SIZE_MAX) return body;
        for (size_t i = at; i < e && digits < 8; i++, digits++) {
            const char *digit = body.ptr[i] ? strchr("0123456789abcdefABCDEF", body.ptr[i]) : NULL;
            if (digit == NULL) break;
            size_t v = (size_t)(digit - "0123456789abcdefABCDEF");
            n = n * 16 + (v > 15 ? v - 6 : v);
        }
        if (digits == 0 || n > body.len - e - 1) return body;
        if (n == 0) return (struct slice){p ? p : body.ptr, len};
        if (p == NULL && (p = arena_take(mem, body.len)) == NULL) {
            *nomem = true;
            return body;
        }
        memcpy(p + len, body.ptr + e + 1, n);
        len += n;
        at = e + 1 + n;
        if (at < body.len && body.ptr[at] == '\r') at++;
        if (at < body.len && body.ptr[at] == '\n') at++;
    }
    return p ? (struct slice){p, len} : body; /* cut off before its last chunk */
}

enum taken { TAKEN, SKIPPED, REFUSED };

/* The page's bytes with what HTTP did to them undone. */
static enum err undo_http(struct warc *w, struct slice headers, struct slice *body, const char **what)
{
    struct slice coding = header_field(headers, "Content-Encoding");
    struct split_trouble trouble = {0};
    if (slice_eq_nocase(header_field(headers, "Transfer-Encoding"), SLICE("chunked"))) *body = without_chunks(*body, w->mem, &w->nomem);
    bool gzip = slice_eq_nocase(coding, SLICE("gzip")) || slice_eq_nocase(coding, SLICE("x-gzip"));
    enum err e = OK;
    if (gzip && slice_starts(*body, SLICE("\x1F\x8B"))) e = split_gunzip(*body, w->mem, body, &trouble);
    else if (slice_eq_nocase(coding, SLICE("deflate"))) e = split_inflate(*body, w->mem, body, &trouble);
    else if ((slice_eq_nocase(coding, SLICE("br")) || slice_eq_nocase(coding, SLICE("zstd"))) && !utf8_valid(slice_cut(*body, 0, 4))) e = ERR_UNSUPPORTED;
    *what = e == ERR_UNSUPPORTED ? "is packed in a way that is not read" : e == ERR_TOO_BIG ? "expands beyond what is allowed" : "holds broken packed data";
    return e;
}

/* What a news desk reads: a page or a text. */
static enum taken take_type(struct split_doc *d, struct slice type, struct slice identified)
{
    struct slice bare = bare_type(type);
    if (bare.len == 0) bare = bare_type(identified);
    d->meta.charset = charset_of(type);
    if (slice_eq_nocase(bare, SLICE("text/html")) || slice_eq_nocase(bare, SLICE("application/xhtml+xml"))) d->type = SLICE("text/html");
    else if (slice_eq_nocase(bare, SLICE("text/plain"))) d->type = SLICE("text/plain");
    else if (bare.len == 0) d->type = split_text_type(slice_cut(d->raw, 0, 4096));
    else return SKIPPED;
    return TAKEN;
}

static enum taken take_response(struct warc *w, const struct warc_record *r, struct split_doc *d)
{
    size_t crlf = slice_find(r->block, SLICE("\r\n\r\n"), 0), lf = slice_find(r->block, SLICE("\n\n"), 0);
    size_t end = crlf != SIZE_MAX && crlf < lf ? crlf + 4 : lf == SIZE_MAX ? SIZE_MAX : lf + 2;
    const char *what = "has no HTTP header";
    if (!slice_starts(r->block, SLICE("HTTP/")) || end == SIZE_MAX) {
        split_fail(d, ERR_MALFORMED, w->record, w->out->before_bytes, w->mem, &w->nomem, what);
        return REFUSED;
    }
    struct slice headers = slice_cut(r->block, 0, end);
    size_t blank = slice_find(headers, SLICE(" "), 0);
    if (blank == SIZE_MAX || blank + 1 >= headers.len || headers.ptr[blank + 1] != '2') return SKIPPED; /* a redirect, an error */
    d->raw = slice_cut(r->block, end, r->block.len);
    enum taken t = take_type(d, header_field(headers, "Content-Type"), header_field(r->header, "WARC-Identified-Payload-Type"));
    if (t != TAKEN) return t;
    enum err e = undo_http(w, headers, &d->raw, &what);
    if (e == OK) return TAKEN;
    split_fail(d, e, w->record, w->out->before_bytes, w->mem, &w->nomem, what);
    return REFUSED;
}

/* Addresses may stand in angle brackets. */
static struct slice unbracketed(struct slice s)
{
    return slice_starts(s, SLICE("<")) && slice_ends(s, SLICE(">")) ? slice_cut(s, 1, s.len - 1) : s;
}

static enum taken take(struct warc *w, const struct warc_record *r, struct split_doc *d)
{
    struct slice type = header_field(r->header, "WARC-Type"), id = split_said(unbracketed(header_field(r->header, "WARC-Record-ID")), 4096);
    struct slice url = split_said(unbracketed(header_field(r->header, "WARC-Target-URI")), 4096);
    bool response = slice_eq_nocase(type, SLICE("response"));
    if (!response && !slice_eq_nocase(type, SLICE("resource")) && !slice_eq_nocase(type, SLICE("conversion"))) return SKIPPED;
    if (response && !slice_starts(url, SLICE("http"))) return SKIPPED; /* the crawler's own: DNS, metadata */
    if (id.ptr != NULL) d->id = id;
    d->meta.url = url;
    d->raw = r->block;
    enum taken t = response ? take_response(w, r, d)
                            : take_type(d, header_field(r->header, "Content-Type"), header_field(r->header, "WARC-Identified-Payload-Type"));
    if (t != TAKEN) return t;
    if (slice_trim(d->raw).len > 0 && d->raw.len <= DOC_RAW_MAX) return TAKEN;
    bool large = d->raw.len > DOC_RAW_MAX;
    split_fail(d, large ? ERR_TOO_BIG : ERR_EMPTY, w->record, w->out->before_bytes, w->mem, &w->nomem, large ? "is larger than a document may be" : "is empty");
    return REFUSED;
}

static enum err out_of_memory(struct warc *w, size_t at)
{
    return split_refuse(w->why, ERR_NOMEM, w->record, at, "out of memory");
}

/* One more document in `out`, or none when the record is of no kind that is read. */
static enum err add(struct warc *w, const struct warc_record *r, size_t at, const char *broken)
{
    struct split_doc *d = split_add(w->out, w->in, w->mem, w->why);
    if (d == NULL) return w->out->len >= SPLIT_DOCS_MAX ? ERR_TOO_BIG : ERR_NOMEM;
    d->at = at;
    d->bytes = r->all;
    d->type = SLICE("application/warc");
    d->name = split_part_name(w->in, w->record, w->mem, &w->nomem);
    if (broken != NULL) split_fail(d, ERR_MALFORMED, w->record, w->out->before_bytes, w->mem, &w->nomem, broken);
    else if (take(w, r, d) == SKIPPED) {
        w->out->len--;
        w->out->skipped++;
    }
    return w->nomem ? out_of_memory(w, at) : OK;
}

enum err split_warc(const struct feed_request *in, struct arena *mem, struct split_docs *out, struct split_trouble *why)
{
    struct warc w = {.in = in, .mem = mem, .out = out, .why = why, .record = out->before};
    struct slice body = in->body;
    for (size_t at = 0; at < body.len;) {
        while (at < body.len && (body.ptr[at] == '\r' || body.ptr[at] == '\n')) at++;
        if (at == body.len) break;
        struct warc_record r;
        enum err e = warc_step(body, at, &r);
        const char *broken = e == OK ? NULL : e == ERR_MALFORMED ? "has no sound header" : "is cut off or states a wrong length";
        w.record++;
        e = add(&w, &r, at, broken);
        if (e != OK) return e;
        at += r.all.len;
    }
    return OK;
}
