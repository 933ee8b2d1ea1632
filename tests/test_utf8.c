/* test_utf8.c - UTF-8 by RFC 3629, at every place that the fast path cares about. */
#include "test.h"

/* The plain way: a code point is decoded, and its shortest form must be what was read. */
static bool plain_valid(struct slice s)
{
    for (size_t at = 0; at < s.len;) {
        unsigned char lead = (unsigned char)s.ptr[at];
        size_t n = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
        if (n == 0 || n > s.len - at) return false;
        uint32_t cp = n == 1 ? lead : lead & (0xFFu >> (n + 1));
        for (size_t i = 1; i < n; i++) {
            unsigned char c = (unsigned char)s.ptr[at + i];
            if ((c & 0xC0) != 0x80) return false;
            cp = cp << 6 | (c & 0x3F);
        }
        char again[4];
        if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF) || utf8_put(cp, again) != n) return false;
        at += n;
    }
    return true;
}

static const unsigned char edges[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                      0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};

/* Four bytes from the edges of every rule, at the edges of words and of groups of words, in front of ASCII and at the end. */
static void test_every_edge_is_judged_as_the_plain_way_does(void **state)
{
    (void)state;
    static const size_t places[] = {0, 5, 7, 8, 29, 31, 32, 61, 64};
    enum { EDGES = sizeof edges };
    char text[100];
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        for (unsigned n = 0; n < EDGES * EDGES * EDGES * EDGES; n++) {
            size_t at = places[p];
            memset(text, 'x', sizeof text);
            for (unsigned i = 0, m = n; i < 4; i++, m /= EDGES) text[at + i] = (char)edges[m % EDGES];
            for (size_t behind = 0; behind <= 33; behind += 33) {
                struct slice s = {text, at + 4 + (behind < sizeof text - at - 4 ? behind : sizeof text - at - 4)};
                if (utf8_valid(s) != plain_valid(s))
                    fail_msg("%02x %02x %02x %02x at %zu of %zu", (unsigned char)text[at], (unsigned char)text[at + 1],
                             (unsigned char)text[at + 2], (unsigned char)text[at + 3], at, s.len);
            }
        }
    }
}

static void test_every_character_passes_and_none_cut_short(void **state)
{
    (void)state;
    char text[40];
    memset(text, 'x', sizeof text);
    for (uint32_t cp = 0x80; cp <= 0x10FFFF; cp++) {
        if (cp == 0xD800) cp = 0xE000;
        size_t n = utf8_put(cp, text + 33), at = 33;
        if (!utf8_valid((struct slice){text, 33 + n})) fail_msg("U+%04X is refused", (unsigned)cp);
        if (utf8_valid((struct slice){text, 33 + n - 1})) fail_msg("U+%04X passes without its last byte", (unsigned)cp);
        if (utf8_next((struct slice){text, 33 + n}, &at) != cp || at != 33 + n) fail_msg("U+%04X is read as another", (unsigned)cp);
    }
}

static void a_start_has_whole_characters(void **state)
{
    static const struct { const char *text; size_t most, got; } cases[] = {
        {"abc", 8, 3}, {"abc", 3, 3}, {"abc", 2, 2}, {"abc", 0, 0}, {"", 4, 0}, {"a\xC7\x9B", 2, 1}, {"a\xC7\x9B", 3, 3}, {"\xF0\x9F\x93\xB0!", 3, 0}, {"\xF0\x9F\x93\xB0!", 4, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_int_equal(utf8_start(slice_of(cases[i].text), cases[i].most).len, cases[i].got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_has_whole_characters),
        cmocka_unit_test(test_every_edge_is_judged_as_the_plain_way_does),
        cmocka_unit_test(test_every_character_passes_and_none_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
