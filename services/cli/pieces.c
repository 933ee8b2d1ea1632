/* pieces.c - reads files whole, or cut at lines or WARC records, unpacking gzip; from a pipe only what is there already. */
#include "members.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../../proto/records.h"

enum { CHUNK = 64 << 10, DROP_MOST = 100 };

struct pieces {
    int fd;
    enum records kind;
    struct members *members; /* of a large archive */
    bool guess, ended, skipping;
    bool pipe;        /* reading may have to wait for somebody */
    bool begun, packed; /* of what is cut: whether the first bytes have been looked at, and say gzip */
    size_t size;
    uint64_t line;    /* of the first byte in `rest` */
    uint64_t records, bytes; /* before `rest` */
    uint64_t skip;    /* bytes of a record that is left out, to come */
    struct buf rest;  /* read, but not yet handed out: of lines never a whole one beyond `size` */
    z_stream z;
    size_t in_len;    /* bytes in `in`; packed: next_in points into them */
    unsigned char in[CHUNK];
};

enum err pieces_open(const char *path, int fd, enum pieces_how how, size_t size, struct pieces **out)
{
    struct pieces *p = calloc(1, sizeof *p);
    *out = NULL;
    if (p == NULL) return ERR_NOMEM;
    p->fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : fd;
    p->size = size;
    p->line = 1;
    p->rest = buf_make(SIZE_MAX / 2); /* held against `most` by pieces_next */
    p->guess = how == PIECES_GUESS;
    struct stat st;
    if (p->fd < 0) {
        int saved = errno;
        pieces_close(&p);
        errno = saved;
        return ERR_IO;
    }
    p->pipe = fstat(p->fd, &st) == 0 && !S_ISREG(st.st_mode);
    p->kind = how == PIECES_LINES ? RECORDS_LINES : how == PIECES_WARC ? RECORDS_WARC : RECORDS_NONE;
    if (p->guess && path != NULL) p->kind = records_of((struct slice){NULL, 0}, path, (struct slice){"", 0});
    *out = p;
    if (!p->guess || path == NULL || !members_worth(p->fd, path)) return OK;
    enum err e = members_open(p->fd, &p->members);
    if (e == ERR_NOMEM) pieces_close(out);
    return e == ERR_NOMEM ? e : OK; /* what libarchive does not know goes whole, for ingest to refuse */
}

void pieces_close(struct pieces **at)
{
    struct pieces *p = *at;
    if (p == NULL) return;
    members_close(&p->members);
    if (p->packed) inflateEnd(&p->z);
    if (p->fd >= 0) close(p->fd);
    buf_free(&p->rest);
    free(p);
    *at = NULL;
}

int pieces_wait_fd(const struct pieces *p)
{
    return p != NULL && p->pipe && !p->ended ? p->fd : -1;
}

/* ERR_FULL: a pipe has nothing just now. */
static enum err read_raw(struct pieces *p, void *to, size_t most, size_t *n, const char **why)
{
    struct pollfd now = {.fd = p->fd, .events = POLLIN};
    ssize_t got;
    *n = 0;
    if (p->pipe && poll(&now, 1, 0) == 0) return ERR_FULL;
    do got = read(p->fd, to, most);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        *why = strerror(errno);
        return ERR_IO;
    }
    *n = (size_t)got;
    return OK;
}

/* Looks at the first two bytes; they stay in `in`. */
static enum err begin(struct pieces *p, const char **why)
{
    size_t n = 1;
    while (p->in_len < 2 && n > 0) {
        enum err e = read_raw(p, p->in + p->in_len, sizeof p->in - p->in_len, &n, why);
        if (e != OK) return e;
        p->in_len += n;
    }
    p->begun = true;
    if (p->in_len < 2 || p->in[0] != 0x1F || p->in[1] != 0x8B) return OK;
    p->packed = inflateInit2(&p->z, 15 + 16) == Z_OK;
    p->z.next_in = p->in;
    p->z.avail_in = (unsigned)p->in_len;
    return p->packed ? OK : ERR_NOMEM;
}

/* Unpacks into room; members may follow one another, and what follows them and is no gzip is padding. */
static enum err unpack(struct pieces *p, char *room, size_t *n, const char **why)
{
    bool fresh = p->z.total_in == 0; /* nothing of this member has been read */
    p->z.next_out = (unsigned char *)room;
    p->z.avail_out = CHUNK;
    while (p->z.avail_out == CHUNK) {
        if (p->z.avail_in == 0) {
            enum err e = read_raw(p, p->in, sizeof p->in, &p->in_len, why);
            if (e != OK) return e;
            p->z.next_in = p->in;
            p->z.avail_in = (unsigned)p->in_len;
        }
        if (fresh && (p->z.avail_in == 0 || p->z.next_in[0] != 0x1F)) break;
        int rc = p->z.avail_in > 0 ? inflate(&p->z, Z_NO_FLUSH) : Z_BUF_ERROR;
        fresh = rc == Z_STREAM_END && inflateReset(&p->z) == Z_OK;
        if (rc == Z_OK || rc == Z_STREAM_END) continue;
        *why = "damaged or cut short gzip";
        return rc == Z_MEM_ERROR ? ERR_NOMEM : ERR_MALFORMED;
    }
    *n = CHUNK - p->z.avail_out;
    return OK;
}

/* Up to CHUNK bytes behind b->len; *n is 0 at the end. ERR_FULL: nothing yet. */
static enum err read_some(struct pieces *p, struct buf *b, size_t *n, const char **why)
{
    char *room = buf_room(b, CHUNK);
    *n = 0;
    if (room == NULL) return ERR_NOMEM;
    enum err e = p->kind != RECORDS_NONE && !p->begun ? begin(p, why) : OK;
    if (e == OK && p->packed) {
        e = unpack(p, room, n, why);
    } else if (e == OK && p->in_len > 0) {
        memcpy(room, p->in, p->in_len);
        *n = p->in_len;
        p->in_len = 0;
    } else if (e == OK) {
        e = read_raw(p, room, CHUNK, n, why);
    }
    if (e == OK) b->len += *n;
    return e;
}

static enum err next_whole(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    size_t n;
    do {
        enum err e = read_some(p, &p->rest, &n, &piece->why);
        if (e == ERR_FULL) return e;
        p->ended = e != OK || n == 0;
        if (e != OK) return e;
        bool lines = p->rest.len > most && p->guess && p->rest.ptr[0] == '{'; /* JSON Lines under another name */
        bool warc = p->rest.len > most && p->guess && slice_starts(buf_slice(&p->rest), SLICE("WARC/"));
        if (lines || warc) {
            p->kind = lines ? RECORDS_LINES : RECORDS_WARC;
            p->begun = true;
            p->ended = false;
            return OK;
        }
        if (p->rest.len > most) {
            p->ended = true;
            piece->why = "larger than one request may be";
            return ERR_TOO_BIG;
        }
    } while (n > 0);
    struct buf empty = piece->body;
    piece->body = p->rest;
    p->rest = empty;
    piece->line = 0;
    *more = true;
    return OK;
}

static uint64_t newlines(const char *p, size_t n)
{
    uint64_t count = 0;
    for (const char *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) count++;
    return count;
}

/* Hands out the first `end` bytes of rest. */
static enum err cut_at(struct pieces *p, size_t end, struct piece *piece)
{
    enum err e = buf_add(&piece->body, p->rest.ptr, end);
    if (e != OK) return e;
    piece->line = p->line;
    p->line += newlines(p->rest.ptr, end);
    memmove(p->rest.ptr, p->rest.ptr + end, p->rest.len - end);
    p->rest.len -= end;
    return OK;
}

/* Forgets an over-long line up to its end. */
static enum err skip_line(struct pieces *p, struct piece *piece)
{
    for (;;) {
        char *nl = p->rest.len ? memchr(p->rest.ptr, '\n', p->rest.len) : NULL;
        if (nl != NULL) {
            size_t n = (size_t)(nl - p->rest.ptr) + 1;
            memmove(p->rest.ptr, nl + 1, p->rest.len - n);
            p->rest.len -= n;
            p->line++;
            break;
        }
        size_t n;
        p->rest.len = 0;
        enum err e = read_some(p, &p->rest, &n, &piece->why);
        if (e != OK) return e;
        if (n == 0) break;
    }
    p->skipping = false;
    return OK;
}

enum { CUT_MORE = 0 }; /* read on */
#define CUT_NEVER SIZE_MAX /* the first line is over the ceiling */

/* How many bytes of rest make the next piece: at least p->size where that fits, whole lines, at most `most`. There is no line end in
 * [p->size - 1, from). */
static size_t find_cut(const struct pieces *p, size_t from, size_t most, bool ended)
{
    const char *rest = p->rest.ptr, *nl = NULL;
    size_t len = p->rest.len, size = p->size < most ? p->size : most;
    if (len < size) return ended ? len : CUT_MORE;
    if (from < size - 1) from = size - 1;
    if (from < len) nl = memchr(rest + from, '\n', len - from);
    size_t end = nl != NULL ? (size_t)(nl - rest) + 1 : ended ? len : CUT_MORE;
    if (end <= most && (end != CUT_MORE || len <= most)) return end;
    nl = memrchr(rest, '\n', size - 1); /* what begins before `size` goes on for too long: stop before it */
    return nl != NULL ? (size_t)(nl - rest) + 1 : CUT_NEVER;
}

/* How many bytes of rest are whole lines. */
static size_t whole_lines(const struct pieces *p)
{
    const char *nl = p->rest.len > 0 ? memrchr(p->rest.ptr, '\n', p->rest.len) : NULL;
    return nl != NULL ? (size_t)(nl - p->rest.ptr) + 1 : 0;
}

static enum err next_lines(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    enum err e = p->skipping ? skip_line(p, piece) : OK;
    size_t n, end = e == OK ? find_cut(p, 0, most, false) : CUT_MORE;
    while (e == OK && end == CUT_MORE) {
        size_t from = p->rest.len;
        e = read_some(p, &p->rest, &n, &piece->why);
        if (e == ERR_FULL && (end = whole_lines(p)) > 0) {
            e = OK; /* whoever writes into the pipe pauses: what is there goes */
            break;
        }
        if (e != OK) return e;
        end = find_cut(p, from, most, n == 0);
        if (n == 0 && end == CUT_MORE) p->ended = true;
        if (p->ended) return OK;
    }
    if (e != OK) return e;
    if (end == CUT_NEVER) {
        p->skipping = true;
        piece->line = p->line;
        piece->why = "a line larger than one request may be";
        return ERR_TOO_BIG;
    }
    *more = true;
    return cut_at(p, end, piece);
}

/* --- WARC --- */

static void drop_front(struct pieces *p, size_t n)
{
    if (n == 0) return;
    memmove(p->rest.ptr, p->rest.ptr + n, p->rest.len - n);
    p->rest.len -= n;
    p->bytes += n;
}

/* Forgets the record that is left out, as far as it is here. */
static void skip_here(struct pieces *p)
{
    size_t n = p->skip < p->rest.len ? (size_t)p->skip : p->rest.len;
    p->skip -= n;
    drop_front(p, n);
}

/* What a record over the ceiling is followed by: its length is known by its header or by where the next begins. */
static enum err leave_out(struct pieces *p, struct piece *piece)
{
    size_t n = records_first(RECORDS_WARC, buf_slice(&p->rest));
    p->skip = n == SIZE_MAX ? p->rest.len : n;
    piece->records = p->records++;
    piece->bytes = p->bytes;
    piece->line = 0;
    piece->why = "a record larger than one request may be";
    return ERR_TOO_BIG;
}

/* How many bytes of rest make the next piece: whole records, about p->size of them, at most `most`. */
static size_t warc_cut(const struct pieces *p, size_t most, bool all)
{
    struct slice have = slice_cut(buf_slice(&p->rest), 0, most);
    size_t n = records_cut(RECORDS_WARC, have, all ? have.len : p->size);
    return n >= p->size || all || have.len == most ? n : CUT_MORE;
}

/* Reads until a piece can be cut; *end is its length, 0 when there is no more. */
static enum err read_warc(struct pieces *p, size_t most, struct piece *piece, size_t *end)
{
    for (;;) {
        skip_here(p);
        *end = p->rest.len >= p->size ? warc_cut(p, most, false) : CUT_MORE;
        if (*end != CUT_MORE) return OK;
        if (p->rest.len > most) return leave_out(p, piece);
        size_t n;
        enum err e = read_some(p, &p->rest, &n, &piece->why);
        if (e == ERR_FULL && p->skip == 0 && (*end = warc_cut(p, most, true)) > 0) return OK; /* whoever writes into the pipe pauses */
        if (e == OK && n > 0) continue;
        if (e != OK && e != ERR_MALFORMED) return e;
        p->ended = e == OK;
        *end = p->rest.len; /* after damage too: what came before it is good, and the next call says so */
        return *end > 0 ? OK : e;
    }
}

static enum err next_warc(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    size_t end;
    enum err got = read_warc(p, most, piece, &end);
    if (got != OK || end == 0) return got;
    enum err e = buf_add(&piece->body, p->rest.ptr, end);
    if (e != OK) return e;
    piece->records = p->records;
    piece->bytes = p->bytes;
    piece->line = 0;
    p->records += warc_count(buf_slice(&piece->body));
    drop_front(p, end);
    *more = true;
    return OK;
}

/* --- any --- */

static enum err next_piece(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    enum err e = p->kind == RECORDS_NONE ? next_whole(p, most, piece, more) : OK;
    if (e == OK && p->kind == RECORDS_LINES) return next_lines(p, most, piece, more);
    return e == OK && p->kind == RECORDS_WARC ? next_warc(p, most, piece, more) : e;
}

static enum err next_member(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    bool on;
    enum err e = members_next(p->members, most, piece, &on);
    *more = e == OK && on;
    p->ended = !on;
    piece->line = piece->records = piece->bytes = 0;
    return e;
}

enum err pieces_next(struct pieces *p, size_t most, struct piece *piece, bool *more)
{
    enum err e = OK;
    piece->why = "";
    piece->dropped = 0;
    piece->skipped = 0;
    buf_clear(&piece->member);
    if (p->members != NULL && !p->ended) return next_member(p, most, piece, more);
    piece->records = piece->bytes = 0;
    do {
        *more = false;
        buf_clear(&piece->body);
        if (p->ended) return OK;
        e = next_piece(p, most, piece, more);
    } while (e == OK && *more && p->kind != RECORDS_NONE && slice_trim(buf_slice(&piece->body)).len == 0);
    if (e == ERR_IO || e == ERR_MALFORMED || e == ERR_NOMEM) p->ended = true;
    if (e != OK) *more = false;
    return e;
}

bool piece_drop_line(struct piece *piece, uint64_t at, uint64_t *line)
{
    struct buf *b = &piece->body;
    if (piece->line == 0 || at >= b->len || piece->dropped == DROP_MOST) return false;
    piece->dropped++;
    const char *before = memrchr(b->ptr, '\n', at);
    size_t begin = before ? (size_t)(before - b->ptr) + 1 : 0;
    const char *nl = memchr(b->ptr + at, '\n', b->len - at);
    size_t end = nl ? (size_t)(nl - b->ptr) : b->len; /* an empty line stays, so that the others keep their numbers */
    *line = piece->line + newlines(b->ptr, begin);
    memmove(b->ptr + begin, b->ptr + end, b->len - end);
    b->len -= end - begin;
    return true;
}
