/* dates.c - dates as pages write them, read and written as ISO 8601. */
#include "dates.h"

#include <stdio.h>

#include "lines.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { LOOK = 240, TOKENS = 64 };

/* By month; names and abbreviations in lower case, without full stops. */
static const char *const months[12] = {
    " january jan januar jänner jaenner janvier janv enero ene gennaio gen janeiro januari января январь янв січня stycznia ocak januarie ianuarie leden ledna tammikuuta januára január ιανουαρίου ",
    " february feb februar februari fév février fevrier févr febrero febbraio febb fevereiro fev feber февраля февраль фев лютого lutego şubat februarie února února helmikuuta február februára φεβρουαρίου ",
    " march mar märz maerz mrz mars marzo março marco maart mrt maret марта март мар березня marca mart martie března maaliskuuta március μαρτίου ",
    " april apr avril avr abril abr aprile april апреля апрель апр квітня kwietnia nisan aprilie dubna huhtikuuta április απριλίου ",
    " may mai mayo maggio mag maio mei maj мая май травня maja mayıs květen května toukokuuta május mája μαΐου ",
    " june jun juni juin junio giugno giu junho июня июнь июн червня czerwca haziran iunie června kesäkuuta június ιουνίου ",
    " july jul juli juillet juil julio luglio lug julho июля июль июл липня lipca temmuz iulie července heinäkuuta július ιουλίου ",
    " august aug août aout agosto ago augustus agustus августа август авг серпня sierpnia ağustos srpna elokuuta augusztus αυγούστου ",
    " september sep sept septembre septiembre settembre set setembro setiembre сентября сентябрь сен вересня września eylül septembrie září syyskuuta szeptember σεπτεμβρίου ",
    " october oct oktober okt octobre octubre ottobre ott outubro out октября октябрь окт жовтня października ekim octombrie října lokakuuta október οκτωβρίου ",
    " november nov novembre noviembre novembro nopember ноября ноябрь ноя листопада kasım noiembrie listopadu marraskuuta νοεμβρίου ",
    " december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro desember декабря декабрь дек грудня grudnia aralık decembrie prosince joulukuuta δεκεμβρίου "};

static const struct { const char *name; int offset; } zones[] = {
    {"z", 0}, {"utc", 0}, {"gmt", 0}, {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420},
    {"cet", 60}, {"cest", 120}, {"mez", 60}, {"mesz", 120}, {"bst", 60}, {"eet", 120}, {"eest", 180}, {"ist", 330}, {"jst", 540}, {"kst", 540}, {"msk", 180},
    {"aest", 600}, {"aedt", 660}, {"sgt", 480}, {"hkt", 480}, {"eat", 180}, {"wat", 60}, {"sast", 120}, {"wib", 420}};

enum token_kind { TOKEN_NUMBER, TOKEN_WORD, TOKEN_MARK };
struct token { enum token_kind kind; size_t b, e; int64_t value; }; /* value of up to 14 digits */
struct scan { struct slice s; struct token t[TOKENS]; size_t n; };

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool wordy(char c) { return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80; }

static void scan(struct scan *sc, struct slice s)
{
    sc->s = s;
    sc->n = 0;
    for (size_t i = 0; i < s.len && sc->n < TOKENS;) {
        size_t b = i;
        struct token *t = &sc->t[sc->n];
        if (s.ptr[i] == ' ' || s.ptr[i] == '\n' || s.ptr[i] == '\t') {
            i++;
            continue;
        }
        *t = (struct token){TOKEN_MARK, b, 0, 0};
        if (digit(s.ptr[i])) {
            t->kind = TOKEN_NUMBER;
            for (; i < s.len && digit(s.ptr[i]); i++) t->value = i - b < 14 ? t->value * 10 + (s.ptr[i] - '0') : -1;
        } else if (wordy(s.ptr[i])) {
            t->kind = TOKEN_WORD;
            while (i < s.len && wordy(s.ptr[i])) i++;
        } else {
            i++;
        }
        t->e = i;
        sc->n++;
    }
}

static struct slice words_of(const struct scan *sc, size_t i)
{
    return i < sc->n ? slice_cut(sc->s, sc->t[i].b, sc->t[i].e) : (struct slice){NULL, 0};
}

static bool is_mark(const struct scan *sc, size_t i, char c)
{
    return i < sc->n && sc->t[i].kind == TOKEN_MARK && sc->s.ptr[sc->t[i].b] == c;
}

static bool is_word(const struct scan *sc, size_t i, const char *word)
{
    return i < sc->n && slice_eq(words_of(sc, i), slice_of(word));
}

static size_t digits(const struct scan *sc, size_t i)
{
    return i < sc->n && sc->t[i].kind == TOKEN_NUMBER ? sc->t[i].e - sc->t[i].b : 0;
}

static int month_named(struct slice w)
{
    char key[40];
    if (w.len < 3 || w.len + 3 > sizeof key) return 0;
    snprintf(key, sizeof key, " %.*s ", (int)w.len, w.ptr);
    for (int m = 0; m < 12; m++)
        if (strstr(months[m], key)) return m + 1;
    return 0;
}

static int month_at(const struct scan *sc, size_t i)
{
    return i < sc->n && sc->t[i].kind == TOKEN_WORD ? month_named(words_of(sc, i)) : 0;
}

static bool year_ok(int64_t y) { return y >= 1970 && y <= 2100; }

static int days_in(int64_t y, int64_t m)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0) ? 29 : m >= 1 && m <= 12 ? days[m - 1] : 0;
}

static bool put_day(struct date *d, int64_t y, int64_t m, int64_t day)
{
    if (!year_ok(y) || m < 1 || m > 12 || day < 1 || day > days_in(y, m)) return false;
    *d = (struct date){(int)y, (int)m, (int)day, 0, 0, 0, NO_OFFSET, PRECISION_DAY};
    return true;
}

static size_t skip_small(const struct scan *sc, size_t i)
{
    static const char *const small[] = {"st", "nd", "rd", "th", "de", "del", "di", "of", "er", "º", "ª", "го", "року", "г"};
    for (bool more = true; more && i < sc->n;) {
        more = is_mark(sc, i, '.') || is_mark(sc, i, ',') || is_mark(sc, i, '-') || is_mark(sc, i, '/');
        for (size_t k = 0; k < COUNT(small) && !more; k++) more = is_word(sc, i, small[k]);
        if (more) i++;
    }
    return i;
}

/* 2021-03-04, 2021/3/4, 2021.03.04, 2021年3月4日; returns how many tokens, 0 when it is none. */
static size_t year_first(const struct scan *sc, size_t i, struct date *d)
{
    const struct token *t = sc->t;
    if (digits(sc, i) != 4) return 0;
    if (i + 4 < sc->n && t[i + 1].kind != TOKEN_NUMBER && digits(sc, i + 2) && digits(sc, i + 2) <= 2 && t[i + 3].kind == t[i + 1].kind && digits(sc, i + 4) &&
        digits(sc, i + 4) <= 2) {
        char mark = sc->s.ptr[t[i + 1].b];
        bool plain = strchr("-/.", mark) && sc->s.ptr[t[i + 3].b] == mark, cjk = is_word(sc, i + 1, "年") || is_word(sc, i + 1, "년");
        if ((plain || cjk) && put_day(d, t[i].value, t[i + 2].value, t[i + 4].value)) return cjk ? 6 : 5;
    }
    int m = month_at(sc, i + 1);
    size_t behind = skip_small(sc, i + 3);
    bool other = digits(sc, behind) == 4 && year_ok(t[behind].value); /* "The best of 2024 September 1st, 2023" */
    if (m && !other && digits(sc, i + 2) && put_day(d, t[i].value, m, t[i + 2].value)) return 3;
    return 0;
}

/* 4.3.2021, 3/4/2021, 04-03-2021, and two-digit years behind dots and slashes. */
static size_t year_last(const struct scan *sc, size_t i, bool month_first, struct date *d)
{
    const struct token *t = sc->t;
    if (i + 4 >= sc->n || !digits(sc, i) || digits(sc, i) > 2 || digits(sc, i + 2) > 2 || !digits(sc, i + 2)) return 0;
    char mark = sc->s.ptr[t[i + 1].b];
    if (!strchr("-/.", mark) || !is_mark(sc, i + 3, mark)) return 0;
    int64_t y = t[i + 4].value, a = t[i].value, b = t[i + 2].value;
    if (digits(sc, i + 4) == 2 && mark != '-') y += 2000;
    else if (digits(sc, i + 4) != 4) return 0;
    bool swap = a > 12 ? false : b > 12 ? true : month_first && mark != '.';
    return put_day(d, y, swap ? a : b, swap ? b : a) ? 5 : 0;
}

/* March 4, 2021; 4 de marzo de 2021; 4. März 2021; 04 Mar 21 when a time follows. */
static size_t month_named_date(const struct scan *sc, size_t i, struct date *d)
{
    const struct token *t = sc->t;
    int m = month_at(sc, i);
    size_t k = skip_small(sc, i + 1);
    if (m && digits(sc, k) && digits(sc, k) <= 2) {
        size_t y = skip_small(sc, k + 1);
        if (digits(sc, y) == 4 && put_day(d, t[y].value, m, t[k].value)) return y + 1 - i;
    }
    if (digits(sc, i) == 0 || digits(sc, i) > 2) return 0;
    m = month_at(sc, k);
    size_t y = skip_small(sc, k + 1);
    if (m && digits(sc, y) == 4 && put_day(d, t[y].value, m, t[i].value)) return y + 1 - i;
    if (m && digits(sc, y) == 2 && is_mark(sc, y + 2, ':') && put_day(d, t[y].value + 2000, m, t[i].value)) return y + 1 - i;
    return 0;
}

static void read_zone(const struct scan *sc, size_t i, struct date *d)
{
    for (size_t k = 0; k < COUNT(zones); k++)
        if (is_word(sc, i, zones[k].name)) {
            d->offset = zones[k].offset;
            if (d->offset != 0) return;
            i++; /* GMT+2 */
            break;
        }
    bool minus = is_mark(sc, i, '-');
    if (!minus && !is_mark(sc, i, '+')) return;
    size_t n = digits(sc, i + 1);
    int64_t v = n ? sc->t[i + 1].value : -1, hours = n == 4 ? v / 100 : v, rest = n == 4 ? v % 100 : 0;
    if (n != 1 && n != 2 && n != 4) return;
    if (n <= 2 && is_mark(sc, i + 2, ':') && digits(sc, i + 3) == 2) rest = sc->t[i + 3].value;
    if (hours > 14 || rest > 59) return;
    d->offset = (int)(hours * 60 + rest) * (minus ? -1 : 1);
}

/* The time behind the date, if any, at most six tokens away. */
static void read_time(const struct scan *sc, size_t i, struct date *d)
{
    size_t end = i + 6;
    for (; i < end && i + 2 < sc->n; i++) {
        bool colon = is_mark(sc, i + 1, ':') || is_mark(sc, i + 1, '.') || is_word(sc, i + 1, "h");
        if (!digits(sc, i)) continue;
        if (digits(sc, i) > 2 || !colon || digits(sc, i + 2) != 2) return;
        int64_t h = sc->t[i].value, m = sc->t[i + 2].value;
        if (h > 24 || m > 59) return;
        d->hour = (int)h;
        d->minute = (int)m;
        d->precision = PRECISION_MINUTE;
        i += 3;
        if (is_mark(sc, i, ':') && digits(sc, i + 1) == 2 && sc->t[i + 1].value < 61) {
            d->second = (int)(sc->t[i + 1].value > 59 ? 59 : sc->t[i + 1].value);
            d->precision = PRECISION_SECOND;
            i += 2;
            if (is_mark(sc, i, '.') && digits(sc, i + 1)) i += 2;
        }
        bool pm = is_word(sc, i, "pm") || (is_word(sc, i, "p") && is_mark(sc, i + 1, '.')), am = is_word(sc, i, "am") || (is_word(sc, i, "a") && is_mark(sc, i + 1, '.'));
        if (pm && d->hour < 12) d->hour += 12;
        if (am && d->hour == 12) d->hour = 0;
        if (pm || am) i += is_mark(sc, i + 1, '.') ? 4 : 1;
        if (d->hour == 24) d->hour = 0;
        if (is_mark(sc, i, '(') || is_mark(sc, i, ',')) i++;
        if (is_word(sc, i, "uhr")) i++;
        read_zone(sc, i, d);
        return;
    }
}

/* --- the calendar --- */

/* Days since 1970-01-01 of a day in the Gregorian calendar. */
static int64_t day_number(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool from_epoch(int64_t seconds, struct date *d)
{
    if (seconds < 0 || seconds > 4102444800) return false;
    int64_t days = seconds / 86400, rest = seconds % 86400, y = 1970, m = 1;
    while (days >= (days_in(y, 2) == 29 ? 366 : 365)) days -= days_in(y++, 2) == 29 ? 366 : 365;
    while (days >= days_in(y, m)) days -= days_in(y, m++);
    *d = (struct date){(int)y, (int)m, (int)days + 1, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), 0, PRECISION_SECOND};
    return true;
}

int64_t date_earliest(const struct date *d)
{
    int64_t ms = day_number(d->year, d->month ? d->month : 1, d->day ? d->day : 1) * 86400000;
    if (d->precision < PRECISION_MINUTE) return ms - 14 * 3600000;
    ms += ((int64_t)d->hour * 3600 + d->minute * 60 + d->second) * 1000;
    return ms - (d->offset == NO_OFFSET ? 14 * 60 : d->offset) * (int64_t)60000;
}

/* True where the page has that day with a time behind it that is the same minute. */
static bool same_minute(struct slice page, struct slice day, const struct date *utc, struct date *out)
{
    enum { LOOKED_AT = 100 };
    int64_t minute = date_earliest(utc) / 60000;
    size_t at = slice_find(page, day, 0);
    for (int i = 0; i < LOOKED_AT && at != SIZE_MAX; i++, at = slice_find(page, day, at + day.len)) {
        struct slice near = slice_cut(page, at, at + 32);
        if (!date_read(near, false, out) || out->precision < PRECISION_MINUTE || out->offset == NO_OFFSET || out->offset == 0) continue;
        if (date_earliest(out) / 60000 == minute) return true;
    }
    return false;
}

bool date_local(struct slice page, const struct date *utc, struct date *out)
{
    if (utc->precision < PRECISION_MINUTE || utc->offset != 0) return false;
    for (int step = -1; step <= 1; step += 2) {
        struct date day;
        char text[DATE_MAX];
        if (!from_epoch(date_earliest(utc) / 1000 + step * 86400, &day)) continue;
        day.precision = PRECISION_DAY;
        if (same_minute(page, (struct slice){text, date_write(&day, text)}, utc, out)) return true;
    }
    return false;
}

size_t date_write(const struct date *d, char out[DATE_MAX])
{
    int n = snprintf(out, DATE_MAX, "%04d", d->year % 10000);
    if (d->precision >= PRECISION_MONTH) n += snprintf(out + n, (size_t)(DATE_MAX - n), "-%02d", d->month % 100);
    if (d->precision >= PRECISION_DAY) n += snprintf(out + n, (size_t)(DATE_MAX - n), "-%02d", d->day % 100);
    if (d->precision >= PRECISION_MINUTE) n += snprintf(out + n, (size_t)(DATE_MAX - n), "T%02d:%02d", d->hour % 100, d->minute % 100);
    if (d->precision >= PRECISION_SECOND) n += snprintf(out + n, (size_t)(DATE_MAX - n), ":%02d", d->second % 100);
    if (d->precision >= PRECISION_MINUTE && d->offset == 0) n += snprintf(out + n, (size_t)(DATE_MAX - n), "Z");
    else if (d->precision >= PRECISION_MINUTE && d->offset != NO_OFFSET) {
        int o = d->offset < 0 ? -d->offset : d->offset;
        n += snprintf(out + n, (size_t)(DATE_MAX - n), "%c%02d:%02d", d->offset < 0 ? '-' : '+', o / 60 % 100, o % 60);
    }
    return (size_t)n;
}

/* --- the doors --- */

bool date_read(struct slice s, bool month_first, struct date *out)
{
    char room[LOOK + 8];
    struct scan sc;
    s = slice_trim(s);
    size_t cut = s.len < LOOK ? s.len : LOOK;
    while (cut < s.len && cut > 0 && ((unsigned char)s.ptr[cut] & 0xC0) == 0x80) cut--;
    scan(&sc, line_lower(slice_cut(s, 0, cut), room));
    if (sc.n == 1 && (digits(&sc, 0) == 10 || digits(&sc, 0) == 13)) return from_epoch(sc.t[0].value / (digits(&sc, 0) == 13 ? 1000 : 1), out);
    for (size_t i = 0; i < sc.n; i++) {
        size_t n = year_first(&sc, i, out);
        if (n == 0) n = month_named_date(&sc, i, out);
        if (n == 0) n = year_last(&sc, i, month_first, out);
        if (n == 0 && digits(&sc, i) == 8 && put_day(out, sc.t[i].value / 10000, sc.t[i].value / 100 % 100, sc.t[i].value % 100)) n = 1;
        if (n == 0) continue;
        if (n == 1 && is_word(&sc, i + 1, "t") && digits(&sc, i + 2) == 6) {
            int64_t v = sc.t[i + 2].value;
            if (v / 10000 > 23 || v / 100 % 100 > 59 || v % 100 > 59) return true;
            out->hour = (int)(v / 10000);
            out->minute = (int)(v / 100 % 100);
            out->second = (int)(v % 100);
            out->precision = PRECISION_SECOND;
            read_zone(&sc, i + 3, out);
            return true;
        }
        read_time(&sc, i + n, out);
        return true;
    }
    if (sc.n == 2 && month_at(&sc, 0) && digits(&sc, 1) == 4 && year_ok(sc.t[1].value)) {
        *out = (struct date){(int)sc.t[1].value, month_at(&sc, 0), 0, 0, 0, 0, NO_OFFSET, PRECISION_MONTH};
        return true;
    }
    return false;
}

static size_t number_at(struct slice s, size_t at, size_t most, int64_t *value)
{
    size_t n = 0;
    for (*value = 0; at + n < s.len && n < most && digit(s.ptr[at + n]); n++) *value = *value * 10 + (s.ptr[at + n] - '0');
    return n;
}

bool date_in_url(struct slice url, struct date *out)
{
    for (size_t i = 1; i + 8 <= url.len; i++) {
        int64_t y, m, d;
        if (digit(url.ptr[i - 1]) || number_at(url, i, 4, &y) != 4 || !year_ok(y) || i + 8 > url.len) continue;
        char mark = url.ptr[i + 4];
        if (digit(mark)) {
            bool ends = i + 8 == url.len || !digit(url.ptr[i + 8]);
            if (ends && number_at(url, i + 4, 2, &m) == 2 && number_at(url, i + 6, 2, &d) == 2 && y >= 1990 && put_day(out, y, m, d)) return true;
            continue;
        }
        if (!strchr("/-_.", mark)) continue;
        size_t at = i + 5, n = number_at(url, at, 2, &m);
        if (n == 0) { /* /2021/mar/04/ */
            char name[4] = {0};
            if (at + 4 > url.len || url.ptr[at + 3] != mark) continue;
            for (size_t k = 0; k < 3; k++) name[k] = (char)(url.ptr[at + k] | 32);
            m = month_named(slice_of(name));
            n = 3;
        }
        if (m == 0 || at + n >= url.len || !strchr("/-_.", url.ptr[at + n])) continue;
        size_t more = number_at(url, at + n + 1, 2, &d), end = at + n + 1 + more;
        if (more && (end == url.len || !digit(url.ptr[end])) && put_day(out, y, m, d)) return true;
    }
    return false;
}
