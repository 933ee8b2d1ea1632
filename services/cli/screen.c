/* screen.c - terminal text: cleaning, widths, wrapping, colours. */
#include "screen.h"

/* Characters that change the order or direction of what follows. */
static bool reorders(uint32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x2028 || c == 0x2029;
}

enum err screen_words(struct buf *out, struct slice s)
{
    bool space = false, begun = false;
    for (size_t at = 0; at < s.len;) {
        size_t begin = at;
        uint32_t c = utf8_next(s, &at);
        if (is_space(c)) {
            space = true;
            continue;
        }
        if (space && begun) buf_char(out, ' ');
        space = false;
        begun = true;
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || reorders(c)) buf_str(out, "\xEF\xBF\xBD");
        else buf_put(out, slice_cut(s, begin, at));
    }
    return out->failed;
}

static size_t columns_of(uint32_t c)
{
    static const struct { uint32_t from, to; } none[] = {{0x300, 0x36F}, {0x483, 0x489}, {0x591, 0x5BD}, {0x610, 0x61A}, {0x64B, 0x65F},
                                                         {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}},
                                               two[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                                                        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (c < 0x300) return 1;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (c >= none[i].from && c <= none[i].to) return 0;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (c >= two[i].from && c <= two[i].to) return 2;
    return 1;
}

size_t screen_width(struct slice s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len;) n += columns_of(utf8_next(s, &at));
    return n;
}

/* How many bytes of s fit `columns`. */
static size_t fitting(struct slice s, size_t columns)
{
    size_t at = 0, used = 0;
    while (at < s.len) {
        size_t next = at;
        used += columns_of(utf8_next(s, &next));
        if (used > columns) break;
        at = next;
    }
    return at;
}

enum err screen_fit(struct buf *out, struct slice s, size_t columns)
{
    size_t n = fitting(s, columns);
    if (n == s.len) return buf_put(out, s);
    n = fitting(s, columns > 3 ? columns - 3 : 0);
    buf_put(out, slice_trim(slice_cut(s, 0, n)));
    return buf_str(out, "...");
}

enum err screen_ink(struct buf *out, const struct screen *screen, enum ink ink, struct slice s)
{
    static const char *const code[] = {"", "1", "2", "31", "32", "33", "34", "35"};
    bool on = screen->colour && ink != INK_PLAIN;
    if (on) buf_printf(out, "\033[%sm", code[ink]);
    buf_put(out, s);
    if (on) buf_str(out, "\033[0m");
    return out->failed;
}

/* How many bytes make the next line: up to the last space that fits, or as much as fits when there is none. */
static size_t line_of(struct slice text, size_t columns)
{
    size_t n = fitting(text, columns);
    if (n == text.len) return n;
    for (size_t i = n; i > 0; i--)
        if (text.ptr[i] == ' ') return i;
    size_t first = 0;
    if (n == 0) (void)utf8_next(text, &first); /* always on by one character */
    return n > 0 ? n : first;
}

enum err screen_item(struct buf *out, const struct screen *screen, const char *label, enum ink ink, struct slice text)
{
    size_t columns = screen->columns > SCREEN_INDENT + 20 ? screen->columns - SCREEN_INDENT : 20, used = strlen(label);
    if (used > 0) {
        buf_char(out, ' ');
        screen_ink(out, screen, ink, slice_of(label));
        used++;
    }
    for (bool first = true; first || text.len > 0; first = false) {
        size_t n = line_of(text, columns);
        struct slice shown = slice_trim(slice_cut(text, 0, n));
        buf_printf(out, "%*s%.*s\n", (int)(used < SCREEN_INDENT ? SCREEN_INDENT - used : 1), "", (int)shown.len, shown.ptr ? shown.ptr : "");
        text = slice_trim(slice_cut(text, n, text.len));
        used = 0;
        if (out->failed != OK) break;
    }
    return out->failed;
}
