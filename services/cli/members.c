/* members.c - libarchive over a file: its members, under a ceiling for each and for how much the whole may expand. */
#include "members.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../proto/feed.h"
#include "../../proto/media.h"

enum { WORTH = 4 << 20, CHUNK = 64 << 10, RATIO_MOST = 200 };

struct members {
    struct archive *archive;
    uint64_t number, size, expanded; /* of the member, from 1; bytes of the file; bytes unpacked so far */
    char why[300];
};

static bool ends(const char *name, const char *with)
{
    struct slice s = slice_of(name), w = slice_of(with);
    return s.len > w.len && slice_eq_nocase(slice_cut(s, s.len - w.len, s.len), w);
}

bool members_worth(int fd, const char *path)
{
    struct stat st;
    char head[512];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < WORTH || pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head) return false;
    struct slice s = {head, sizeof head}, first = slice_cut(s, 30, sizeof head);
    if (slice_starts(s, SLICE("\x1F\x8B"))) return ends(path, ".tgz") || ends(path, ".tar.gz");
    if (slice_starts(s, SLICE("PK\3\4"))) return !slice_starts(first, SLICE("mimetype")) && !slice_starts(first, SLICE("[Content_Types].xml")); /* a document of its own */
    return slice_eq(slice_cut(s, 257, 262), SLICE("ustar"));
}

enum err members_open(int fd, struct members **out)
{
    struct members *m = calloc(1, sizeof *m);
    struct stat st;
    *out = m;
    if (m == NULL) return ERR_NOMEM;
    m->size = fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
    m->archive = archive_read_new();
    bool fine = m->archive != NULL && archive_read_support_format_zip(m->archive) >= ARCHIVE_WARN && archive_read_support_format_tar(m->archive) >= ARCHIVE_WARN &&
                archive_read_support_filter_gzip(m->archive) >= ARCHIVE_WARN;
    if (!fine) {
        members_close(out);
        return ERR_NOMEM;
    }
    if (archive_read_open_fd(m->archive, fd, CHUNK) == ARCHIVE_OK) return OK;
    members_close(out);
    return ERR_MALFORMED;
}

void members_close(struct members **m)
{
    if (*m == NULL) return;
    if ((*m)->archive != NULL) archive_read_free((*m)->archive);
    free(*m);
    *m = NULL;
}

static enum err bad(struct members *m, struct piece *piece, enum err e, const char *what)
{
    snprintf(m->why, sizeof m->why, "member %llu %.250s", (unsigned long long)m->number, what);
    piece->why = m->why;
    return e;
}

static const char *said_by(struct members *m)
{
    const char *s = archive_error_string(m->archive);
    return s ? s : "cannot be read";
}

static enum err read_member(struct members *m, size_t most, struct piece *piece, bool *more)
{
    for (;;) {
        char *room = buf_room(&piece->body, CHUNK);
        if (room == NULL) return ERR_NOMEM;
        la_ssize_t n = archive_read_data(m->archive, room, CHUNK);
        if (n == ARCHIVE_RETRY) continue;
        if (n == 0) return OK;
        if (n < 0) {
            *more = n != ARCHIVE_FATAL;
            return bad(m, piece, ERR_MALFORMED, said_by(m));
        }
        piece->body.len += (size_t)n;
        m->expanded += (uint64_t)n;
        *more = m->expanded / RATIO_MOST <= m->size;
        if (!*more) return bad(m, piece, ERR_TOO_BIG, "is where the archive has expanded more than 200 times");
        if (piece->body.len > most) return bad(m, piece, ERR_TOO_BIG, "is larger than one request may be");
    }
}

static enum err name_member(struct archive_entry *entry, struct piece *piece)
{
    const char *path = archive_entry_pathname_utf8(entry);
    if (path == NULL) path = archive_entry_pathname(entry);
    buf_clear(&piece->member);
    return path == NULL ? ERR_MALFORMED : feed_id(path, &piece->member);
}

/* Other packings than these ask for memory that their data names. */
static bool known_packing(struct members *m)
{
    const char *format = archive_format_name(m->archive);
    return archive_format(m->archive) != ARCHIVE_FORMAT_ZIP || format == NULL || strstr(format, "deflation") != NULL || strstr(format, "uncompressed") != NULL;
}

enum err members_next(struct members *m, size_t most, struct piece *piece, bool *more)
{
    piece->skipped = 0;
    for (;;) {
        struct archive_entry *entry;
        buf_clear(&piece->body);
        int rc = archive_read_next_header(m->archive, &entry);
        *more = rc != ARCHIVE_EOF && rc != ARCHIVE_FATAL;
        if (rc == ARCHIVE_EOF) return OK;
        m->number++;
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) return bad(m, piece, ERR_MALFORMED, said_by(m));
        enum err e = name_member(entry, piece);
        if (e != OK || piece->member.len == 0) return bad(m, piece, ERR_MALFORMED, "has no name");
        if (archive_entry_filetype(entry) != AE_IFREG) continue;
        if (archive_entry_is_encrypted(entry)) return bad(m, piece, ERR_UNSUPPORTED, "is encrypted");
        if (!known_packing(m)) return bad(m, piece, ERR_UNSUPPORTED, "is packed in a way that is not read");
        e = read_member(m, most, piece, more);
        if (e != OK) return e;
        if (!media_litter(buf_slice(&piece->member)) && media_of(buf_slice(&piece->body)) == NULL) return OK;
        piece->skipped++;
    }
}
