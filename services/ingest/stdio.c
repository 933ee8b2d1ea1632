/* stdio.c - reads files through zlib, cuts long containers at their records, splits, prints. */
#include "stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../../proto/records.h"
#include "split.h"

enum { CHUNK = 256 << 10, PIECE = 1 << 20, FLUSH = 1 << 20 };
enum { STATUS_OK = 0, STATUS_REFUSED = 65, STATUS_WORLD = 75 };

struct filtering {
    const struct ingest_stdio *how;
    struct arena *mem;
    struct buf in, out;
    const char *path; /* for people */
    struct buf id;    /* for keys */
    size_t records;   /* of this file, in pieces before this one */
    size_t skipped;   /* of those, of kinds that are no documents */
    size_t at;        /* its bytes before this piece */
    int status;
};

static void worse(struct filtering *r, int status)
{
    if (status > r->status) r->status = status;
}

static void say(struct filtering *r, int status, size_t record, size_t at, const char *name, struct slice detail)
{
    worse(r, status);
    if (record > 0) dprintf(r->how->err, "wiredesk-ingest: %s: record %zu, byte %zu: %s: %.*s\n", r->path, record, at, name, (int)detail.len, detail.ptr);
    else if (at > 0) dprintf(r->how->err, "wiredesk-ingest: %s: byte %zu: %s: %.*s\n", r->path, at, name, (int)detail.len, detail.ptr);
    else dprintf(r->how->err, "wiredesk-ingest: %s: %s: %.*s\n", r->path, name, (int)detail.len, detail.ptr);
}

static bool flush(struct filtering *r)
{
    if (!write_all(r->how->out, buf_slice(&r->out))) {
        if (errno != EPIPE) dprintf(r->how->err, "wiredesk-ingest: standard output: %s\n", strerror(errno));
        worse(r, STATUS_WORLD);
        return false;
    }
    buf_clear(&r->out);
    return true;
}

/* --- documents --- */

static enum err print(struct filtering *r, const struct feed_request *q, const struct split_doc *d)
{
    struct doc doc;
    enum err e = split_document(q, d, r->mem, &doc);
    if (e != OK) return e;
    if (d->fail != OK) say(r, STATUS_REFUSED, 0, 0, err_name(d->fail), d->detail);
    if (r->how->accepted > 0) {
        doc.accepted = r->how->accepted;
        doc_set(&doc, DOC_ACCEPTED);
    }
    size_t before = r->out.len;
    e = doc_to_json(&doc, 0, r->mem, &r->out);
    if (e == OK) e = buf_char(&r->out, '\n');
    if (e != OK) {
        r->out.len = before;
        r->out.failed = OK;
        say(r, STATUS_REFUSED, 0, r->at + d->at, err_name(e), SLICE("the document that begins here breaks a limit"));
    }
    return r->out.len < FLUSH || flush(r) ? OK : ERR_IO;
}

/* Splits and prints one body. *bad is where a record that spoiled it stands, when the rest may still be read; else SIZE_MAX. */
static enum err split_and_print(struct filtering *r, struct slice body, enum records kind, size_t *bad)
{
    struct feed_request q = {.source = slice_of(r->how->source ? r->how->source : "feed"), .id = buf_slice(&r->id), .name = buf_slice(&r->id),
                             .type = slice_of(r->how->type), .body = body};
    if (q.type.len == 0 && kind == RECORDS_LINES) q.type = SLICE("application/x-ndjson"); /* a piece may be a single line */
    struct split_docs docs = {.before = r->records, .before_bytes = r->at};
    struct split_trouble why = {0};
    arena_reset(r->mem);
    enum err e = split(&q, r->mem, &docs, &why);
    *bad = SIZE_MAX;
    if (e != OK) {
        say(r, e == ERR_NOMEM ? STATUS_WORLD : STATUS_REFUSED, why.record, r->at + why.at, err_name(e), slice_of(why.detail));
        if (kind != RECORDS_LINES || why.record == 0) return OK; /* whole body or none */
        *bad = why.at;
    }
    for (size_t i = 0; i < docs.len; i++) {
        if (e != OK && docs.ptr[i].raw.ptr == NULL && docs.ptr[i].fail == OK) continue; /* the bad one */
        enum err printed = print(r, &q, &docs.ptr[i]);
        if (printed == ERR_IO) return printed;
        if (printed != OK) say(r, STATUS_WORLD, 0, 0, err_name(printed), SLICE("out of memory"));
    }
    r->skipped += docs.skipped;
    r->records = kind == RECORDS_LINES && e != OK ? why.record : docs.before + docs.len + docs.skipped;
    return OK;
}

/* A piece of a container; of lines, those that are bad are passed over. */
static enum err take_piece(struct filtering *r, struct slice piece, enum records kind)
{
    size_t start = r->at, done = 0;
    enum err e = OK;
    while (e == OK && slice_trim(slice_cut(piece, done, piece.len)).len > 0) {
        size_t bad;
        r->at = start + done;
        e = split_and_print(r, slice_cut(piece, done, piece.len), kind, &bad);
        if (bad == SIZE_MAX) break;
        size_t nl = slice_find(piece, SLICE("\n"), done + bad);
        done = nl == SIZE_MAX ? piece.len : nl + 1;
    }
    r->at = start + piece.len;
    return e;
}

/* --- files --- */

/* zlib's words without the descriptor that it puts before them. */
static const char *what_only(const char *said)
{
    const char *colon = strstr(said, ": ");
    return colon ? colon + 2 : said;
}

/* Up to CHUNK more bytes; false at the end or at trouble, which was said. */
static bool read_some(struct filtering *r, gzFile gz)
{
    char *room = buf_room(&r->in, CHUNK);
    if (room == NULL) {
        say(r, STATUS_REFUSED, 0, r->at, err_name(ERR_TOO_BIG), SLICE("larger than one body may be"));
        return false;
    }
    int n = gzread(gz, room, CHUNK), code = Z_OK;
    const char *what = n <= 0 ? gzerror(gz, &code) : NULL;
    if (n > 0) {
        r->in.len += (size_t)n;
        return true;
    }
    if (code == Z_ERRNO) say(r, STATUS_REFUSED, 0, 0, err_name(ERR_IO), slice_of(strerror(errno)));
    else if (code != Z_OK && code != Z_STREAM_END) {
        say(r, STATUS_REFUSED, 0, r->at + r->in.len, err_name(ERR_MALFORMED), slice_of(code == Z_BUF_ERROR ? "packed data that ends early" : what_only(what)));
    }
    return false;
}

static void drop_front(struct filtering *r, size_t n)
{
    memmove(r->in.ptr, r->in.ptr + n, r->in.len - n);
    r->in.len -= n;
}

/* Reads on until `n` bytes from here are passed over. */
static bool skip(struct filtering *r, gzFile gz, size_t n)
{
    while (n > r->in.len) {
        n -= r->in.len;
        r->at += r->in.len;
        r->in.len = 0;
        if (!read_some(r, gz)) return false;
    }
    r->at += n;
    drop_front(r, n);
    return true;
}

/* A record that is larger than a body may be: named and passed over. Of a line only its end tells its length. */
static bool skip_record(struct filtering *r, gzFile gz, enum records kind)
{
    say(r, STATUS_REFUSED, ++r->records, r->at, err_name(ERR_TOO_BIG), SLICE("a record larger than one body may be"));
    size_t n = records_first(kind, buf_slice(&r->in));
    if (n != SIZE_MAX) return skip(r, gz, n);
    for (;;) {
        const char *nl = r->in.len ? memchr(r->in.ptr, '\n', r->in.len) : NULL;
        if (nl != NULL) return skip(r, gz, (size_t)(nl - r->in.ptr) + 1);
        if (!skip(r, gz, r->in.len) || !read_some(r, gz)) return false;
    }
}

static enum err read_container(struct filtering *r, gzFile gz, enum records kind)
{
    bool more = true;
    enum err e = OK;
    while (e == OK && (more || r->in.len > 0)) {
        size_t n = records_cut(kind, buf_slice(&r->in), PIECE);
        if (n < PIECE && more && r->in.len <= FEED_BODY_MAX) {
            more = read_some(r, gz);
            continue;
        }
        if (n == 0 && more) {
            more = skip_record(r, gz, kind);
            continue;
        }
        if (!more && n < PIECE) n = r->in.len;
        e = take_piece(r, slice_cut(buf_slice(&r->in), 0, n), kind);
        drop_front(r, n);
    }
    return e;
}

static enum err read_file(struct filtering *r, gzFile gz)
{
    r->in.len = r->records = r->skipped = r->at = 0;
    r->in.failed = OK;
    int before = r->status;
    r->status = STATUS_OK;
    bool more = read_some(r, gz);
    enum records kind = records_of(slice_of(r->how->type), r->path, buf_slice(&r->in));
    if (kind != RECORDS_NONE) {
        worse(r, before);
        return read_container(r, gz, kind);
    }
    while (more) more = read_some(r, gz);
    int trouble = r->status;
    r->status = before;
    worse(r, trouble);
    size_t bad;
    return trouble == STATUS_OK ? split_and_print(r, buf_slice(&r->in), kind, &bad) : OK;
}

static enum err take_file(struct filtering *r, const char *path, int fd)
{
    r->path = path;
    if (strcmp(path, "-") == 0) r->path = "standard input";
    buf_clear(&r->id);
    if (feed_id(path, &r->id) != OK) {
        say(r, STATUS_REFUSED, 0, 0, err_name(r->id.failed), SLICE("its path is too long"));
        if (fd >= 0) close(fd);
        return OK;
    }
    gzFile gz = fd >= 0 ? gzdopen(fd, "rb") : NULL;
    if (gz == NULL) {
        say(r, STATUS_REFUSED, 0, 0, err_name(ERR_IO), slice_of(strerror(errno)));
        if (fd >= 0) close(fd);
        return OK;
    }
    gzbuffer(gz, CHUNK);
    enum err e = read_file(r, gz);
    gzclose(gz);
    if (r->skipped > 0) dprintf(r->how->err, "wiredesk-ingest: %s: %zu records, %zu of them no articles (requests, revisits, pictures ...)\n", r->path, r->records, r->skipped);
    return e;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A file, or all of a folder in the order of names; what begins with a dot or is still being written is left out unless named. */
static enum err take_path(struct filtering *r, char *path)
{
    if (strcmp(path, "-") == 0) return take_file(r, path, dup(STDIN_FILENO));
    char *roots[] = {path, NULL};
    FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (fts == NULL) return ERR_NOMEM;
    enum err e = OK;
    for (FTSENT *f; e == OK && (f = fts_read(fts)) != NULL;) {
        bool hidden = f->fts_level > 0 && feed_hidden(f->fts_name);
        if (f->fts_info == FTS_D && hidden) fts_set(fts, f, FTS_SKIP);
        if (f->fts_info == FTS_D || f->fts_info == FTS_DP || hidden || (f->fts_level > 0 && f->fts_info == FTS_DEFAULT)) continue;
        e = take_file(r, f->fts_path, open(f->fts_accpath, O_RDONLY | O_CLOEXEC));
    }
    fts_close(fts);
    return e;
}

int ingest_stdio(const struct ingest_stdio *how)
{
    static char standard_input[] = "-";
    struct filtering r = {.how = how, .mem = arena_create(SPLIT_ARENA), .in = buf_make(SPLIT_EXPANDED_MAX + CHUNK), .out = buf_make(4ul * DOC_FRAME_MAX),
                    .id = buf_make(4096)};
    enum err e = r.mem ? OK : ERR_NOMEM;
    if (e == OK && how->len == 0) e = take_path(&r, standard_input);
    for (size_t i = 0; e == OK && i < how->len; i++) e = take_path(&r, how->paths[i]);
    if (e == OK && !flush(&r)) e = ERR_IO;
    if (e == ERR_NOMEM) dprintf(how->err, "wiredesk-ingest: out of memory\n");
    arena_destroy(&r.mem);
    buf_free(&r.in);
    buf_free(&r.out);
    buf_free(&r.id);
    return e == OK ? r.status : STATUS_WORLD;
}
