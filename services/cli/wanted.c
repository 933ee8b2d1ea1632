/* wanted.c - typed words into an FTS5 query. */
#include "wanted.h"

struct word {
    struct slice text, column; /* column: absent for all */
    bool prefix, quoted, not;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Letters and digits, of any script: something that the index can have. */
static bool says_something(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    }
    return false;
}

static const char *column_named(struct slice s, size_t *used)
{
    static const struct { const char *typed, *column; } all[] = {{"title:", "title"}, {"name:", "names"}, {"outlet:", "outlet"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *used = strlen(all[i].typed);
        if (s.len > *used && slice_eq_nocase(slice_cut(s, 0, *used), slice_of(all[i].typed))) return all[i].column;
    }
    *used = 0;
    return NULL;
}

/* The next word at *at, past it. False at the end. */
static bool next_word(struct slice s, size_t *at, struct word *w)
{
    *w = (struct word){0};
    while (*at < s.len && is_space(s.ptr[*at])) (*at)++;
    if (*at == s.len) return false;
    if (s.ptr[*at] == '-') {
        w->not = true;
        (*at)++;
    }
    size_t used;
    w->column = slice_of(column_named(slice_cut(s, *at, s.len), &used));
    *at += used;
    w->quoted = *at < s.len && s.ptr[*at] == '"';
    size_t begin = *at + w->quoted, end = begin;
    while (end < s.len && (w->quoted ? s.ptr[end] != '"' : !is_space(s.ptr[end]))) end++;
    w->text = slice_cut(s, begin, end);
    *at = end + (w->quoted && end < s.len);
    if (*at < s.len && w->quoted && s.ptr[*at] == '*') {
        w->prefix = true;
        (*at)++;
    }
    if (!w->quoted && w->text.len > 1 && w->text.ptr[w->text.len - 1] == '*') {
        w->prefix = true;
        w->text.len--;
    }
    return true;
}

static void put_word(struct buf *out, const struct word *w)
{
    if (w->column.ptr != NULL) buf_printf(out, "%.*s : ", (int)w->column.len, w->column.ptr);
    buf_char(out, '"');
    for (size_t i = 0; i < w->text.len; i++) {
        char c = w->text.ptr[i];
        buf_char(out, c == '"' || c == '\0' ? ' ' : c);
    }
    buf_str(out, w->prefix ? "\"*" : "\"");
}

static bool plain_word(const struct word *w, const char *text)
{
    return !w->quoted && !w->prefix && w->column.ptr == NULL && slice_eq(w->text, slice_of(text));
}

enum err wanted_query(struct slice typed, struct buf *out)
{
    struct word words[WANTED_WORDS_MAX], w;
    size_t n = 0, at = 0;
    bool not = false, or = false, some = false; /* some: there is a word that has to be there */
    while (next_word(typed, &at, &w)) {
        if (plain_word(&w, "NOT") && !w.not) not = true;
        else if (plain_word(&w, "OR") && !w.not) or = some;
        else if (!plain_word(&w, "AND") && says_something(w.text)) {
            if (n == WANTED_WORDS_MAX) return ERR_TOO_BIG;
            w.not = w.not || not;
            not = false;
            if (!w.not) {
                buf_str(out, !some ? "((" : or ? ") OR (" : " AND ");
                put_word(out, &w);
                some = true;
                or = false;
            }
            words[n++] = w;
        }
    }
    if (!some) return ERR_EMPTY;
    buf_str(out, "))");
    for (size_t i = 0; i < n; i++) {
        if (!words[i].not) continue;
        buf_str(out, " NOT ");
        put_word(out, &words[i]);
    }
    return out->failed;
}
