/* origin.c - clean text being made from pieces of the source, with the map of what was copied verbatim. */
#include "origin.h"

#include "unicode.h"

enum err origin_init(struct origin *o, struct arena *mem, struct slice source, size_t cap)
{
    *o = (struct origin){.mem = mem, .source = source, .cap = cap, .gap_at = NOWHERE};
    o->text = arena_take(mem, cap ? cap : 1);
    return o->text ? OK : ERR_NOMEM;
}

static void map_run(struct origin *o, uint32_t text, uint32_t source, uint32_t len)
{
    struct run *last = o->n_runs ? &o->runs[o->n_runs - 1] : NULL;
    if (last && last->text + last->len == text && last->source + last->len == source) {
        last->len += len;
        return;
    }
    if (o->n_runs == o->cap_runs) {
        size_t cap = o->cap_runs ? o->cap_runs * 2 : 64;
        struct run *more = arena_take(o->mem, cap * sizeof *more);
        if (more == NULL) {
            o->cramped = true;
            return;
        }
        if (o->n_runs) memcpy(more, o->runs, o->n_runs * sizeof *more);
        o->runs = more;
        o->cap_runs = cap;
    }
    o->runs[o->n_runs++] = (struct run){text, source, len};
}

static bool room(struct origin *o, size_t n)
{
    if (o->cap - o->len >= n) return true;
    o->cramped = true;
    return false;
}

static void write_gap(struct origin *o)
{
    if (o->gap && o->len > o->floor && room(o, 1)) {
        if (!o->line && o->gap_at != NOWHERE) map_run(o, (uint32_t)o->len, o->gap_at, 1);
        o->text[o->len++] = o->line ? '\n' : ' ';
    }
    o->gap = o->line = false;
    o->gap_at = NOWHERE;
}

static void write_bytes(struct origin *o, const char *p, size_t n, size_t at)
{
    if (o->gap) write_gap(o);
    if (!room(o, n)) return;
    memcpy(o->text + o->len, p, n);
    bool there = at != NOWHERE && at + n <= o->source.len && memcmp(o->source.ptr + at, p, n) == 0;
    if (there) map_run(o, (uint32_t)o->len, (uint32_t)at, (uint32_t)n);
    o->len += n;
}

enum glyph { GLYPH_PLAIN, GLYPH_SPACE, GLYPH_NOTHING };

/* What the character at p (n bytes left) is, and its length. Only leads that may hide white space or nothing are looked at. */
static enum glyph glyph_at(const unsigned char *p, size_t n, size_t *len)
{
    unsigned char c = p[0];
    *len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (*len > n) *len = n;
    if (c < 0x80) return c == ' ' || (c >= 9 && c <= 13) ? GLYPH_SPACE : c < 0x20 || c == 0x7F ? GLYPH_NOTHING : GLYPH_PLAIN;
    if (*len == 2 && c == 0xC2) return p[1] == 0xA0 || p[1] == 0x85 ? GLYPH_SPACE : p[1] == 0xAD || p[1] < 0xA0 ? GLYPH_NOTHING : GLYPH_PLAIN;
    if (*len != 3) return GLYPH_PLAIN;
    uint32_t cp = (uint32_t)(c & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (uint32_t)(p[2] & 63);
    if ((cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000 || cp == 0x1680)
        return GLYPH_SPACE;
    if (cp == 0x200B || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x2064) ||
        (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF || cp == 0xFFFD || (cp >= 0xFFF9 && cp <= 0xFFFC) || cp == 0xFFFE || cp == 0xFFFF ||
        (cp >= 0xE000 && cp <= 0xF8FF))
        return GLYPH_NOTHING;
    return GLYPH_PLAIN;
}

/* Bytes that glyph_at() would call plain whatever follows them. */
static bool surely_plain(unsigned char c)
{
    return (c > 0x20 && c < 0x7F) || (c >= 0xC3 && c <= 0xDF) || (c >= 0xE4 && c <= 0xED) || c >= 0xF0 || (c >= 0x80 && c < 0xC0);
}

void origin_add(struct origin *o, struct slice bytes, size_t at)
{
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    if (at > NOWHERE) at = NOWHERE;
    for (size_t i = 0; i < bytes.len;) {
        size_t e = i;
        while (e < bytes.len && surely_plain(p[e])) e++;
        size_t n = 0;
        enum glyph g = GLYPH_PLAIN;
        while (e < bytes.len && (g = glyph_at(p + e, bytes.len - e, &n)) == GLYPH_PLAIN) {
            e += n;
            while (e < bytes.len && surely_plain(p[e])) e++;
        }
        if (e > i) write_bytes(o, bytes.ptr + i, e - i, at == NOWHERE ? NOWHERE : at + i);
        if (e >= bytes.len) return;
        if (g == GLYPH_SPACE && !o->gap) {
            o->gap = true;
            o->gap_at = at != NOWHERE && p[e] == ' ' && at + e < o->source.len && o->source.ptr[at + e] == ' ' ? (uint32_t)(at + e) : NOWHERE;
        }
        i = e + n;
    }
}

void origin_line(struct origin *o)
{
    o->gap = o->line = true;
    o->gap_at = NOWHERE;
}

void origin_space(struct origin *o)
{
    if (o->gap) return;
    o->gap = true;
    o->gap_at = NOWHERE;
}

struct span origin_end(struct origin *o)
{
    struct span s = {(uint32_t)o->floor, (uint32_t)o->len};
    o->gap = o->line = false;
    o->gap_at = NOWHERE;
    if (o->len > o->floor && room(o, 1)) o->text[o->len++] = '\n';
    o->floor = o->len;
    return s;
}

/* The first run that ends behind `at`. */
static size_t run_from(const struct origin *o, uint32_t at)
{
    size_t lo = 0, hi = o->n_runs;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (o->runs[mid].text + o->runs[mid].len <= at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void origin_copy(struct origin *o, const struct origin *from, struct span what)
{
    if (span_empty(what) || !room(o, what.e - what.b)) return;
    memcpy(o->text + o->len, from->text + what.b, what.e - what.b);
    for (size_t i = run_from(from, what.b); i < from->n_runs && from->runs[i].text < what.e; i++) {
        struct run r = from->runs[i];
        uint32_t b = r.text > what.b ? r.text : what.b, e = r.text + r.len < what.e ? r.text + r.len : what.e;
        map_run(o, (uint32_t)o->len + b - what.b, r.source + (b - r.text), e - b);
    }
    o->len += what.e - what.b;
}

void origin_literal(struct origin *o, struct slice bytes)
{
    if (bytes.len == 0 || !room(o, bytes.len)) return;
    memcpy(o->text + o->len, bytes.ptr, bytes.len);
    o->len += bytes.len;
}

struct composing { struct origin *old, *made; uint32_t **marks; size_t n; };

static bool take_edit(void *self, bool same, size_t from, size_t from_len, size_t to, size_t to_len)
{
    struct composing *c = self;
    for (size_t i = 0; i < c->n; i++) { /* a mark inside a change moves to its front; marks stand on line ends, where nothing changes */
        uint32_t *m = c->marks[i];
        if (*m >= from && *m < from + from_len) *m = (uint32_t)(to + (same ? *m - from : 0)) | 0x80000000u;
        else if (*m == from + from_len && *m == c->old->len) *m = (uint32_t)(to + to_len) | 0x80000000u;
    }
    if (same) {
        for (size_t i = run_from(c->old, (uint32_t)from); i < c->old->n_runs && c->old->runs[i].text < from + from_len; i++) {
            struct run r = c->old->runs[i];
            uint32_t b = r.text > from ? r.text : (uint32_t)from, e = r.text + r.len;
            if (e > from + from_len) e = (uint32_t)(from + from_len);
            map_run(c->made, (uint32_t)(b - from + to), r.source + (b - r.text), e - b);
        }
    }
    return !c->made->cramped;
}

enum err origin_compose(struct origin *o, uint32_t **marks, size_t n)
{
    if (nfc_is(o->text, o->len)) return OK;
    struct origin made;
    enum err e = origin_init(&made, o->mem, o->source, o->len * 3 + 16);
    if (e != OK) return e;
    struct composing c = {o, &made, marks, n};
    size_t len = nfc_apply(o->text, o->len, made.text, made.cap, take_edit, &c);
    if (len == SIZE_MAX) return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) *marks[i] &= 0x7FFFFFFFu;
    made.len = len;
    *o = made;
    return OK;
}
