/* charset.c - from a file's bytes to UTF-8: mark, label, validity, statistics. */
#include "charset.h"

#include <strings.h>
#include <uchardet.h>
#include <unicode/ucnv.h>

enum { PRESCAN = 4096, DETECT_MAX = 1 << 20 };

/* Label, converter. WHATWG's Encoding standard: what a label means on the web, not what its registration says. */
static const struct { const char *label, *name; } labels[] = {
    {"utf-8", "UTF-8"}, {"utf8", "UTF-8"}, {"unicode-1-1-utf-8", "UTF-8"}, {"x-unicode20utf8", "UTF-8"},
    {"us-ascii", "windows-1252"}, {"ascii", "windows-1252"}, {"ansi_x3.4-1968", "windows-1252"}, {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"}, {"iso88591", "windows-1252"}, {"iso_8859-1", "windows-1252"}, {"latin1", "windows-1252"},
    {"latin-1", "windows-1252"}, {"l1", "windows-1252"}, {"cp819", "windows-1252"}, {"windows-1252", "windows-1252"},
    {"cp1252", "windows-1252"}, {"x-cp1252", "windows-1252"},
    {"iso-8859-2", "iso-8859-2"}, {"iso8859-2", "iso-8859-2"}, {"latin2", "iso-8859-2"}, {"l2", "iso-8859-2"},
    {"iso-8859-3", "iso-8859-3"}, {"latin3", "iso-8859-3"}, {"iso-8859-4", "iso-8859-4"}, {"latin4", "iso-8859-4"},
    {"iso-8859-5", "iso-8859-5"}, {"cyrillic", "iso-8859-5"}, {"iso-8859-6", "iso-8859-6"}, {"arabic", "iso-8859-6"},
    {"iso-8859-7", "iso-8859-7"}, {"greek", "iso-8859-7"}, {"iso-8859-8", "iso-8859-8"}, {"iso-8859-8-i", "iso-8859-8"},
    {"hebrew", "iso-8859-8"}, {"logical", "iso-8859-8"}, {"visual", "iso-8859-8"},
    {"iso-8859-9", "windows-1254"}, {"iso8859-9", "windows-1254"}, {"latin5", "windows-1254"}, {"windows-1254", "windows-1254"},
    {"iso-8859-10", "iso-8859-10"}, {"latin6", "iso-8859-10"}, {"iso-8859-11", "windows-874"}, {"tis-620", "windows-874"},
    {"windows-874", "windows-874"}, {"dos-874", "windows-874"}, {"iso-8859-13", "iso-8859-13"}, {"iso-8859-14", "iso-8859-14"},
    {"iso-8859-15", "iso-8859-15"}, {"latin9", "iso-8859-15"}, {"l9", "iso-8859-15"}, {"iso-8859-16", "iso-8859-16"},
    {"windows-1250", "windows-1250"}, {"cp1250", "windows-1250"}, {"windows-1251", "windows-1251"}, {"cp1251", "windows-1251"},
    {"windows-1253", "windows-1253"}, {"cp1253", "windows-1253"}, {"cp1254", "windows-1254"},
    {"windows-1255", "windows-1255"}, {"cp1255", "windows-1255"}, {"windows-1256", "windows-1256"}, {"cp1256", "windows-1256"},
    {"windows-1257", "windows-1257"}, {"cp1257", "windows-1257"}, {"windows-1258", "windows-1258"}, {"cp1258", "windows-1258"},
    {"koi8-r", "koi8-r"}, {"koi8", "koi8-r"}, {"koi", "koi8-r"}, {"koi8-u", "koi8-u"}, {"koi8-ru", "koi8-u"},
    {"macintosh", "macintosh"}, {"mac", "macintosh"}, {"x-mac-roman", "macintosh"}, {"x-mac-cyrillic", "x-mac-cyrillic"},
    {"mac-cyrillic", "x-mac-cyrillic"}, {"x-mac-ukrainian", "x-mac-cyrillic"}, {"ibm866", "ibm-866"}, {"cp866", "ibm-866"}, {"866", "ibm-866"},
    {"gb2312", "gb18030"}, {"gb_2312-80", "gb18030"}, {"gbk", "gb18030"}, {"x-gbk", "gb18030"}, {"gb18030", "gb18030"},
    {"chinese", "gb18030"}, {"hz-gb-2312", "HZ"}, {"big5", "Big5-HKSCS"}, {"big5-hkscs", "Big5-HKSCS"}, {"cn-big5", "Big5-HKSCS"},
    {"x-x-big5", "Big5-HKSCS"}, {"euc-jp", "EUC-JP"}, {"x-euc-jp", "EUC-JP"}, {"iso-2022-jp", "ISO-2022-JP"},
    {"shift_jis", "windows-31j"}, {"shift-jis", "windows-31j"}, {"sjis", "windows-31j"}, {"x-sjis", "windows-31j"}, {"ms_kanji", "windows-31j"},
    {"windows-31j", "windows-31j"}, {"cp932", "windows-31j"}, {"ms932", "windows-31j"}, {"euc-kr", "windows-949"},
    {"ks_c_5601-1987", "windows-949"}, {"korean", "windows-949"}, {"uhc", "windows-949"}, {"cp949", "windows-949"},
    {"windows-949", "windows-949"}, {"iso-2022-kr", "ISO-2022-KR"}, {"iso-2022-cn", "ISO-2022-CN"}, {"euc-tw", "EUC-TW"},
    {"utf-16", "UTF-16LE"}, {"utf-16le", "UTF-16LE"}, {"unicode", "UTF-16LE"}, {"utf-16be", "UTF-16BE"}, {"utf-32", "UTF-32"},
    {"utf-32le", "UTF-32LE"}, {"utf-32be", "UTF-32BE"}, {"utf-7", "UTF-7"},
    {"ibm852", "ibm-852"}, {"ibm855", "ibm-855"}, {"ibm862", "ibm-862"}, {"ibm865", "ibm-865"}, {"ibm850", "ibm-850"}, {"cp437", "ibm-437"},
    {"x-mac-ce", "x-mac-centraleurroman"}, {"mac-centraleurope", "x-mac-centraleurroman"},
};

const char *charset_of_label(struct slice label)
{
    label = slice_trim(label);
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (slice_eq_nocase(label, slice_of(labels[i].label))) return labels[i].name;
    return NULL;
}

static size_t count_bad(struct slice s)
{
    size_t n = 0, at = 0;
    while ((at = slice_find(s, slice_of("\xEF\xBF\xBD"), at)) != SIZE_MAX) {
        n++;
        at += 3;
    }
    return n;
}

enum err charset_convert(struct slice raw, const char *charset, struct arena *mem, struct slice *text, size_t *bad)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *from = ucnv_open(charset, &status);
    if (U_FAILURE(status)) return ERR_UNSUPPORTED;
    size_t cap = raw.len * 3 + 16;
    char *out = raw.len < INT32_MAX / 4 ? arena_take(mem, cap) : NULL;
    int32_t n = out ? ucnv_toAlgorithmic(UCNV_UTF8, from, out, (int32_t)cap, raw.ptr, (int32_t)raw.len, &status) : 0;
    ucnv_close(from);
    if (out == NULL) return ERR_NOMEM;
    if (U_FAILURE(status) || (size_t)n > cap) return ERR_UNSUPPORTED;
    for (int32_t i = 0; i < n; i++)
        if (out[i] == '\0') out[i] = '\x1A';
    *text = (struct slice){out, (size_t)n};
    *bad = count_bad(*text);
    return utf8_valid(*text) ? OK : ERR_UNSUPPORTED;
}

/* How long the well-formed sequence at p is (RFC 3629), or 0. */
static size_t sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    bool wrong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F);
    return wrong ? 0 : n;
}

struct census { size_t multi, bad, nul, escapes; };

/* Eight bytes that the census need not look at one by one: ASCII without NUL, ESC or '~'. */
static bool dull(const char *p)
{
    uint64_t v, ones = 0x0101010101010101U, highs = 0x8080808080808080U;
    memcpy(&v, p, sizeof v);
    uint64_t esc = v ^ ones * 0x1B, tilde = v ^ ones * '~';
    return (((v - ones) | (esc - ones) | (tilde - ones) | v) & highs) == 0;
}

static struct census take_census(struct slice s)
{
    struct census c = {0};
    for (size_t i = 0; i < s.len;) {
        if (s.len - i >= 8 && dull(s.ptr + i)) {
            i += 8;
            continue;
        }
        size_t n = sequence((const unsigned char *)s.ptr + i, s.len - i);
        if (n == 1) {
            c.nul += s.ptr[i] == '\0';
            c.escapes += s.ptr[i] == '\x1B' || (s.ptr[i] == '~' && i + 1 < s.len && (s.ptr[i + 1] == '{' || s.ptr[i + 1] == '}'));
        } else if (n == 0) {
            c.bad++;
        } else {
            c.multi++;
        }
        i += n ? n : 1;
    }
    return c;
}

/* A copy with SUB for each NUL and each byte that is not UTF-8: same length, so offsets stay. */
static enum err mend(struct slice raw, struct arena *mem, struct slice *out)
{
    char *copy = arena_take(mem, raw.len + 1);
    if (copy == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < raw.len;) {
        size_t n = sequence((const unsigned char *)raw.ptr + i, raw.len - i);
        if (n == 0 || raw.ptr[i] == '\0') {
            copy[i++] = '\x1A';
        } else {
            memcpy(copy + i, raw.ptr + i, n);
            i += n;
        }
    }
    *out = (struct slice){copy, raw.len};
    return OK;
}

static bool label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

/* What follows `word` and an equals sign in the first bytes: charset=..., encoding="...". */
static struct slice declared_by(struct slice head, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n < head.len; i++) {
        if (strncasecmp(head.ptr + i, word, n) != 0) continue;
        size_t b = i + n;
        while (b < head.len && strchr(" \t\r\n", head.ptr[b])) b++;
        if (b >= head.len || head.ptr[b] != '=') continue;
        for (b++; b < head.len && strchr(" \t\r\n\"'", head.ptr[b]);) b++;
        size_t e = b;
        while (e < head.len && label_char(head.ptr[e])) e++;
        if (e > b) return slice_cut(head, b, e);
    }
    return (struct slice){NULL, 0};
}

static const char *declared(struct slice raw)
{
    struct slice head = slice_cut(raw, 0, PRESCAN);
    const char *name = NULL;
    if (slice_starts(slice_trim(head), slice_of("<?xml"))) name = charset_of_label(declared_by(slice_cut(head, 0, 200), "encoding"));
    if (name == NULL) name = charset_of_label(declared_by(head, "charset"));
    if (name && strncmp(name, "UTF-", 4) == 0) name = "UTF-8"; /* the declaration was read as bytes: it cannot be UTF-16 */
    return name;
}

static const char *detected(struct slice raw)
{
    uchardet_t detector = uchardet_new();
    if (detector == NULL) return NULL;
    const char *name = NULL;
    if (uchardet_handle_data(detector, raw.ptr, raw.len < DETECT_MAX ? raw.len : DETECT_MAX) == 0) {
        uchardet_data_end(detector);
        const char *label = uchardet_get_charset(detector);
        name = charset_of_label(slice_of(label));
        if (name && strcmp(name, "UTF-8") == 0) name = NULL; /* it is not, as we know by then */
    }
    uchardet_delete(detector);
    return name;
}

static bool marked(struct slice raw, const char **name, size_t *skip)
{
    static const struct { const char *mark; size_t len; const char *name; } marks[] = {
        {"\xEF\xBB\xBF", 3, "UTF-8"}, {"\xFF\xFE\0\0", 4, "UTF-32LE"}, {"\0\0\xFE\xFF", 4, "UTF-32BE"},
        {"\xFF\xFE", 2, "UTF-16LE"}, {"\xFE\xFF", 2, "UTF-16BE"}, {"\x84\x31\x95\x33", 4, "gb18030"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (raw.len < marks[i].len || memcmp(raw.ptr, marks[i].mark, marks[i].len) != 0) continue;
        *name = marks[i].name;
        *skip = marks[i].len;
        return true;
    }
    return false;
}

/* UTF-16 or UTF-32 without a mark shows in where its zero bytes are. */
static const char *by_zeros(struct slice raw)
{
    size_t zero[4] = {0}, n = raw.len < PRESCAN ? raw.len & ~(size_t)3 : PRESCAN;
    if (n < 8) return NULL;
    for (size_t i = 0; i < n; i++) zero[i & 3] += raw.ptr[i] == '\0';
    size_t most = n / 4 * 6 / 10, few = n / 4 / 10;
    if (zero[0] > most && zero[1] > most && zero[2] > few && zero[3] <= few) return "UTF-32BE";
    if (zero[3] > most && zero[2] > most && zero[0] <= few) return "UTF-32LE";
    if (zero[0] > most && zero[2] > most && zero[1] <= few && zero[3] <= few) return "UTF-16BE";
    if (zero[1] > most && zero[3] > most && zero[0] <= few && zero[2] <= few) return "UTF-16LE";
    return NULL;
}

/* Letters of two-byte UTF-8 read as windows-1252 and written again: the classic wreck. */
static bool looks_mojibake(struct slice s)
{
    static const char *const wrecks[] = {"\xC3\xA2\xE2\x82\xAC", "\xC3\x83\xC2\xA9", "\xC3\x83\xC2\xBC", "\xC3\x83\xC2\xA4", "\xC3\x83\xC2\xB6", "\xC3\x82\xC2\xA0"};
    struct slice head = slice_cut(s, 0, 1 << 16);
    const char *p = head.ptr, *end = head.ptr + head.len;
    while (p < end && (p = memchr(p, 0xC3, (size_t)(end - p))) != NULL) { /* they all begin so */
        for (size_t i = 0; i < sizeof wrecks / sizeof *wrecks; i++)
            if (slice_starts((struct slice){p, (size_t)(end - p)}, slice_of(wrecks[i]))) return true;
        p++;
    }
    return false;
}

static enum err take_as_utf8(struct slice raw, const struct census *c, struct arena *mem, struct decoded *out)
{
    out->charset = "UTF-8";
    out->text = raw;
    enum err e = c->nul || c->bad ? mend(raw, mem, &out->text) : OK;
    if (e == OK) out->mojibake = c->multi > 0 && looks_mojibake(out->text);
    return e;
}

/* Tries one converter; a text with more than one bad character in 200 is not in that charset. */
static enum err attempt(struct slice raw, const char *name, const char *basis, struct arena *mem, struct decoded *out)
{
    size_t bad = 0;
    if (name == NULL || strcmp(name, "UTF-8") == 0) return ERR_UNSUPPORTED;
    enum err e = charset_convert(raw, name, mem, &out->text, &bad);
    if (e == OK && bad > 2 + out->text.len / 200) e = ERR_UNSUPPORTED;
    if (e == OK) {
        out->charset = name;
        out->basis = basis;
    }
    return e;
}

enum err charset_decode(struct slice raw, struct slice transport, bool markup, struct arena *mem, struct decoded *out)
{
    const char *name = NULL;
    *out = (struct decoded){.basis = "mark"};
    if (marked(raw, &name, &out->skip)) {
        struct census whole = take_census(raw);
        if (strcmp(name, "UTF-8") == 0) return take_as_utf8(raw, &whole, mem, out);
        size_t mark = out->skip;
        out->skip = 0; /* the converted text has none */
        return attempt(slice_cut(raw, mark, raw.len), name, "mark", mem, out);
    }
    struct census c = take_census(raw);
    if (c.nul * 8 > raw.len) {
        name = by_zeros(raw);
        if (name) return attempt(raw, name, "detected", mem, out);
    }
    if (c.nul * 20 > raw.len) return ERR_UNSUPPORTED;
    const char *http = charset_of_label(transport), *own = markup ? declared(raw) : NULL;
    bool seven_bit = c.multi + c.bad == 0;
    out->basis = "utf8";
    if (seven_bit && !c.escapes) return take_as_utf8(raw, &c, mem, out);
    if (!seven_bit && c.bad == 0) return take_as_utf8(raw, &c, mem, out);
    bool says_utf8 = (http && strcmp(http, "UTF-8") == 0) || (!http && own && strcmp(own, "UTF-8") == 0);
    if (!seven_bit && c.bad * 50 <= c.multi + (says_utf8 ? 100 : 0)) return take_as_utf8(raw, &c, mem, out);
    enum err e = attempt(raw, http, "transport", mem, out);
    if (e == ERR_UNSUPPORTED) e = attempt(raw, own, "declared", mem, out);
    if (e == ERR_UNSUPPORTED) e = attempt(raw, detected(raw), "detected", mem, out);
    if (e == ERR_UNSUPPORTED && seven_bit) return take_as_utf8(raw, &c, mem, out);
    if (e == ERR_UNSUPPORTED) e = attempt(raw, "windows-1252", "default", mem, out);
    return e;
}
