/* timex.c - rules for times, each a function that looks at a token and says how far it reaches and what it is worth. */
#include "timex.h"

#include "numbers.h"

enum { HALF_YEAR = 6 * 32 };

struct day { int y, m, d; };

struct clockwork {
    struct arena *mem;
    const struct tokens *t;
    struct day anchor; /* y == 0: none */
    const char *basis;
    struct sentence in; /* the sentence at hand */
    uint8_t may[256];   /* by the low byte of a word's hash: a time may begin with it */
};

struct hit {
    size_t end; /* token behind it; 0: nothing */
    size_t begin; /* may reach back */
    enum time_type type;
    struct slice value;
    const char *basis;
};

/* --- calendar --- */

static long days_of(struct day x)
{
    long y = x.y - (x.m <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    long doy = (153 * (x.m + (x.m > 2 ? -3 : 9)) + 2) / 5 + x.d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static struct day day_of(long n)
{
    n += 719468;
    long era = (n >= 0 ? n : n - 146096) / 146097, doe = n - era * 146097;
    long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int m = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct day){(int)(yoe + era * 400 + (m <= 2)), m, (int)(doy - (153 * mp + 2) / 5 + 1)};
}

static int weekday_of(long days) /* 1 Monday to 7 */
{
    return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

static void iso_week(long days, int *year, int *week)
{
    long thursday = days - weekday_of(days) + 4;
    struct day th = day_of(thursday);
    *year = th.y;
    *week = (int)((thursday - days_of((struct day){th.y, 1, 1})) / 7) + 1;
}

static bool read_day(struct slice s, struct day *out)
{
    int part[3] = {0, 0, 0};
    size_t at = 0;
    for (int k = 0; k < 3; k++) {
        size_t digits = k == 0 ? 4 : 2;
        if (at + digits > s.len) return false;
        for (size_t i = 0; i < digits; i++, at++) {
            if (s.ptr[at] < '0' || s.ptr[at] > '9') return false;
            part[k] = part[k] * 10 + (s.ptr[at] - '0');
        }
        if (k < 2 && (at >= s.len || s.ptr[at++] != '-')) return false;
    }
    if (part[0] < 1000 || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31) return false;
    *out = (struct day){part[0], part[1], part[2]};
    return true;
}

/* --- small questions --- */

static bool is(const struct clockwork *c, size_t i, const char *word)
{
    return token_is_word(c->t, i, word);
}

static bool any(const struct clockwork *c, size_t i, const char *const *words)
{
    for (; *words != NULL; words++)
        if (is(c, i, *words)) return true;
    return false;
}

static bool glued(const struct clockwork *c, size_t i)
{
    return i < c->t->len && (c->t->ptr[i].kind & TOKEN_GLUED) != 0;
}

static bool dash(const struct clockwork *c, size_t i)
{
    return i < c->t->len && (c->t->ptr[i].kind & TOKEN_DASH) != 0;
}

static long year_at(const struct clockwork *c, size_t i)
{
    if (i >= c->in.end || c->t->ptr[i].e - c->t->ptr[i].b != 4) return 0;
    long y = digits_at(c->t, i);
    return y >= 1500 && y <= 2199 ? y : 0;
}

static long day_number(const struct clockwork *c, size_t i)
{
    if (i >= c->in.end) return 0;
    long d = digits_at(c->t, i);
    if (d < 0) d = (c->t->ptr[i].kind & TOKEN_NUMBER) ? ordinal_at(c->t, i) : 0;
    return d >= 1 && d <= 31 ? d : 0;
}

/* "will", "plans to", "next" within a few words before: the time lies ahead. */
static bool lies_ahead(const struct clockwork *c, size_t i)
{
    static const char *const ahead[] = {"will", "would", "to", "plans", "planned", "scheduled", "expected", "due", "until", "by", "upcoming", "next",
                                        "deadline", "begins", "opens", "starts", "resumes", "expires", "takes", "ends", "closes", "set", "coming", NULL};
    size_t from = i > c->in.first + 8 ? i - 8 : c->in.first;
    for (size_t k = i; k-- > from;)
        if (any(c, k, ahead)) return true;
    return false;
}

static struct hit hit(const struct clockwork *c, size_t begin, size_t end, enum time_type type, struct slice value, const char *basis)
{
    (void)c;
    return (struct hit){end, begin, type, value, basis};
}

static struct hit date_hit(const struct clockwork *c, size_t begin, size_t end, struct day x)
{
    return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04d-%02d-%02d", x.y, x.m, x.d), c->basis);
}

static const struct hit nothing = {0};

static const char unit_letter[][3] = {"", "S", "M", "H", "D", "W", "M", "Q", "Y", "DE", "C", "WE"};

static struct slice duration(const struct clockwork *c, double n, int unit)
{
    const char *u = unit_letter[unit], *clock = unit <= UNIT_HOUR ? "T" : "";
    if (n < 0) return arena_printf(c->mem, "P%sX%s", clock, u);
    return arena_printf(c->mem, "P%s%g%s", clock, n, u);
}

/* --- figures: 2025-04-11, 4/11/2025, 10:30, 3 p.m., 1990s, 2022 --- */

static struct hit iso_date(const struct clockwork *c, size_t i)
{
    if (!year_at(c, i) || !dash(c, i + 1) || !glued(c, i + 1) || !glued(c, i + 2) || !glued(c, i + 3) || i + 5 > c->in.end) return nothing;
    struct day x;
    struct slice s = slice_cut(c->t->text, c->t->ptr[i].b, c->t->ptr[i + 4].e);
    if (s.len != 10 || !read_day(s, &x)) return nothing;
    return hit(c, i, i + 5, TIME_DATE, s, "text");
}

static struct hit slash_date(const struct clockwork *c, size_t i)
{
    if (i + 5 > c->in.end || !token_is(c->t, i + 1, '/') || !token_is(c->t, i + 3, '/')) return nothing;
    long a = digits_at(c->t, i), b = digits_at(c->t, i + 2), y = year_at(c, i + 4);
    if (a < 1 || b < 1 || a > 31 || b > 31 || y == 0 || (a > 12 && b > 12)) return nothing;
    if (a <= 12 && b <= 12 && a != b) return hit(c, i, i + 5, TIME_DATE, arena_printf(c->mem, "%04ld-XX-XX", y), "text");
    long m = a > 12 ? b : a, d = a > 12 ? a : b;
    return hit(c, i, i + 5, TIME_DATE, arena_printf(c->mem, "%04ld-%02ld-%02ld", y, m, d), "text");
}

/* 11.04.2025, 3.4.2025: day first, as all who write dots do */
static struct hit dotted_date(const struct clockwork *c, size_t i)
{
    struct slice s = token_text(c->t, i);
    long part[3] = {0, 0, 0};
    size_t digits[3] = {0, 0, 0}, n = 0;
    if (s.len < 8 || s.len > 10) return nothing;
    for (size_t k = 0; k < s.len; k++) {
        if (s.ptr[k] == '.' && n < 2) n++;
        else if (s.ptr[k] >= '0' && s.ptr[k] <= '9') part[n] = part[n] * 10 + (s.ptr[k] - '0'), digits[n]++;
        else return nothing;
    }
    if (digits[2] != 4 || part[0] < 1 || part[0] > 31 || part[1] < 1 || part[1] > 12 || part[2] < 1500 || part[2] > 2199) return nothing;
    return hit(c, i, i + 1, TIME_DATE, arena_printf(c->mem, "%04ld-%02ld-%02ld", part[2], part[1], part[0]), "text");
}

static bool half_of_day(const struct clockwork *c, size_t i, int *add)
{
    static const char *const am[] = {"am", "a.m.", "a.m", NULL}, *const pm[] = {"pm", "p.m.", "p.m", NULL};
    *add = any(c, i, pm) ? 12 : 0;
    return i < c->in.end && (any(c, i, am) || *add == 12);
}

static struct hit clock_time(const struct clockwork *c, size_t i)
{
    struct slice s = token_text(c->t, i);
    long hour = 0, minute = 0;
    size_t k = 0;
    while (k < s.len && k < 2 && s.ptr[k] >= '0' && s.ptr[k] <= '9') hour = hour * 10 + (s.ptr[k++] - '0');
    bool colon = k > 0 && k + 3 <= s.len && (s.ptr[k] == ':' || s.ptr[k] == '.') && s.ptr[k + 1] >= '0' && s.ptr[k + 1] <= '5' && s.ptr[k + 2] >= '0' && s.ptr[k + 2] <= '9';
    if (colon) minute = (s.ptr[k + 1] - '0') * 10 + (s.ptr[k + 2] - '0');
    bool real_colon = colon && s.ptr[k] == ':';
    size_t used = colon ? k + 3 : k;
    int add = 0;
    size_t end = i + 1;
    bool half;
    if (used == s.len) {
        half = half_of_day(c, i + 1, &add);
        if (half) end++;
    } else {
        struct slice tail = slice_cut(s, used, s.len);
        half = slice_eq_nocase(tail, SLICE("am")) || slice_eq_nocase(tail, SLICE("pm"));
        add = slice_eq_nocase(tail, SLICE("pm")) ? 12 : 0;
        if (!half) return nothing;
    }
    if (k == 0 || hour > 24 || (!half && !(real_colon && used == s.len)) || (half && (hour > 12 || hour == 0))) return nothing;
    if (half) hour = hour % 12 + add;
    return hit(c, i, end, TIME_TIME, arena_printf(c->mem, "T%02ld:%02ld", hour, minute), "text");
}

static struct hit decade_figure(const struct clockwork *c, size_t i)
{
    struct slice s = token_text(c->t, i);
    if (s.len != 5 || s.ptr[4] != 's' || s.ptr[3] != '0' || (s.ptr[0] != '1' && s.ptr[0] != '2')) return nothing;
    return hit(c, i, i + 1, TIME_DATE, slice_cut(s, 0, 3), "text");
}

static struct hit plain_year(const struct clockwork *c, size_t i)
{
    long y = year_at(c, i);
    if (y < 1700 || y > 2100) return nothing;
    bool before = i > c->in.first && !glued(c, i);
    if (i > c->in.first && (token_is(c->t, i - 1, '$') || (dash(c, i - 1) && glued(c, i) && !(i > 1 && year_at(c, i - 2))))) return nothing;
    const struct token *next = i + 1 < c->in.end ? &c->t->ptr[i + 1] : NULL;
    bool counted = next != NULL && (next->kind & TOKEN_WORD) && !(next->kind & (TOKEN_GLUED | TOKEN_UPPER)) && !(next->word & (WORD_FUNCTION | WORD_SAY | WORD_ADVERB))
        && slice_ends(token_text(c->t, i + 1), SLICE("s"));
    static const char *const leads[] = {"in", "since", "of", "by", "from", "until", "to", "late", "early", "mid", "the", "year", "during", "before", "after", "and", "through", NULL};
    if (counted && !(before && any(c, i - 1, leads) && !is(c, i - 1, "the") && !is(c, i - 1, "of") && !is(c, i - 1, "to"))) return nothing;
    if (next != NULL && (next->word & WORD_SCALE)) return nothing;
    return hit(c, i, i + 1, TIME_DATE, token_text(c->t, i), "text");
}

/* --- months and days --- */

static struct hit month_value(const struct clockwork *c, size_t begin, size_t end, int m, long d, long y, size_t at)
{
    const char *basis = "text";
    if (y == 0 && c->anchor.y != 0) {
        basis = c->basis;
        y = c->anchor.y;
        bool ahead = lies_ahead(c, at);
        int now = c->anchor.m * 32 + c->anchor.d, then = m * 32 + (d > 0 ? (int)d : 0);
        if (d > 0) { /* a day of the year without its year is one of the months around */
            if (!ahead && then - now > HALF_YEAR) y--;
            if (now - then > (ahead ? 2 * 32 : HALF_YEAR)) y++;
        } else {
            if (!ahead && then > now) y--;
            if (ahead && c->anchor.m - m > 2) y++;
        }
    }
    struct slice value = y == 0 ? d > 0 ? arena_printf(c->mem, "XXXX-%02d-%02ld", m, d) : arena_printf(c->mem, "XXXX-%02d", m)
                                : d > 0 ? arena_printf(c->mem, "%04ld-%02d-%02ld", y, m, d) : arena_printf(c->mem, "%04ld-%02d", y, m);
    return hit(c, begin, end, TIME_DATE, value, y == 0 ? "open" : basis);
}

static bool month_at(const struct clockwork *c, size_t i)
{
    return i < c->in.end && token_in(c->t, i, WORD_MONTH) && (c->t->ptr[i].kind & TOKEN_UPPER);
}

/* Words that are months only where they stand like one: May, March, and the short ones without a dot. */
static bool doubtful(const struct clockwork *c, size_t i)
{
    struct slice s = token_text(c->t, i);
    return slice_eq(s, SLICE("May")) || slice_eq(s, SLICE("March")) || s.len <= 3;
}

static struct hit month_first(const struct clockwork *c, size_t i)
{
    static const char *const leads[] = {"in", "since", "by", "until", "last", "next", "this", "early", "late", "mid", "of", "from", "through", "during",
                                        "before", "after", "to", "and", "between", "every", "each", NULL};
    if (!month_at(c, i)) return nothing;
    int m = c->t->ptr[i].value;
    long d = day_number(c, i + 1), y = 0;
    size_t end = i + 1;
    if (d > 0 && !(c->t->ptr[i + 1].e - c->t->ptr[i + 1].b == 4)) {
        end = i + 2;
        if (token_is(c->t, end, ',') && year_at(c, end + 1)) y = year_at(c, ++end), end++;
        else if (year_at(c, end)) y = year_at(c, end++);
        return month_value(c, i, end, m, d, y, i);
    }
    size_t k = end;
    if (is(c, k, "of") || token_is(c->t, k, ',')) k++;
    if (year_at(c, k)) return month_value(c, i, k + 1, m, 0, year_at(c, k), i);
    bool led = i > c->in.first && any(c, i - 1, leads);
    if (i > c->in.first + 1 && dash(c, i - 1) && (is(c, i - 2, "mid") || is(c, i - 2, "late") || is(c, i - 2, "early"))) led = true;
    if (doubtful(c, i) && (!led || is(c, i - 1, "to") || is(c, i - 1, "and") || (i + 1 < c->in.end && (c->t->ptr[i + 1].kind & TOKEN_UPPER)))) return nothing;
    if (led && c->anchor.y != 0 && (is(c, i - 1, "last") || is(c, i - 1, "next"))) {
        long year = c->anchor.y + (is(c, i - 1, "last") ? (m >= c->anchor.m ? -1 : 0) : (m <= c->anchor.m ? 1 : 0));
        struct hit h = month_value(c, i - 1, end, m, 0, year, i);
        h.basis = c->basis;
        return h;
    }
    return month_value(c, i, end, m, 0, 0, i);
}

static struct hit day_first(const struct clockwork *c, size_t i)
{
    long d = day_number(c, i);
    size_t m = i + 1;
    if (is(c, m, "of")) m++;
    if (d == 0 || !month_at(c, m) || (c->t->ptr[i].e - c->t->ptr[i].b > 4)) return nothing;
    size_t end = m + 1;
    if (token_is(c->t, end, ',') && year_at(c, end + 1)) end++;
    long y = year_at(c, end);
    if (y > 0) end++;
    else end = m + 1;
    return month_value(c, i, end, c->t->ptr[m].value, d, y, i);
}

/* --- days of the week, today --- */

static const char *part_of_day(const struct clockwork *c, size_t i)
{
    if (is(c, i, "morning")) return "TMO";
    if (is(c, i, "afternoon")) return "TAF";
    if (is(c, i, "evening")) return "TEV";
    if (is(c, i, "night")) return "TNI";
    return "";
}

static struct hit weekday(const struct clockwork *c, size_t i)
{
    if (!token_in(c->t, i, WORD_WEEKDAY) || !(c->t->ptr[i].kind & TOKEN_UPPER)) return nothing;
    int k = c->t->ptr[i].value;
    size_t begin = i, end = i + 1;
    if (token_is(c->t, end, ',') && month_at(c, end + 1) && day_number(c, end + 2)) { /* Friday, April 11, 2025 */
        struct hit h = month_first(c, end + 1);
        h.begin = i;
        return h;
    }
    bool last = i > c->in.first && (is(c, i - 1, "last") || is(c, i - 1, "past")), next = i > c->in.first && (is(c, i - 1, "next") || is(c, i - 1, "coming"));
    if (last || next) begin--;
    const char *part = part_of_day(c, end);
    if (*part) end++;
    bool set = slice_ends(token_text(c->t, i), SLICE("s"));
    if (set) return hit(c, begin, end, TIME_SET, arena_printf(c->mem, "XXXX-WXX-%d", k), "text");
    enum time_type type = *part ? TIME_TIME : TIME_DATE;
    if (c->anchor.y == 0) return hit(c, begin, end, type, arena_printf(c->mem, "XXXX-WXX-%d%s", k, part), "open");
    long now = days_of(c->anchor), then;
    int today = weekday_of(now);
    if (next || (!last && lies_ahead(c, i))) then = now + ((k - today + 7) % 7 == 0 ? (next ? 7 : 0) : (k - today + 7) % 7);
    else then = now - ((today - k + 7) % 7 == 0 ? (last ? 7 : 0) : (today - k + 7) % 7);
    struct day x = day_of(then);
    return hit(c, begin, end, type, arena_printf(c->mem, "%04d-%02d-%02d%s", x.y, x.m, x.d, part), c->basis);
}

static struct hit near_day(const struct clockwork *c, size_t i)
{
    static const struct { const char *word, *part; int add; } rows[] = {
        {"today", "", 0}, {"yesterday", "", -1}, {"tomorrow", "", 1}, {"tonight", "TNI", 0},
    };
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        if (!is(c, i, rows[k].word) || (glued(c, i) && i > c->in.first && !(c->t->ptr[i - 1].kind & (TOKEN_OPEN | TOKEN_DASH)))) continue;
        if (glued(c, i + 1) && i + 1 < c->in.end && c->t->text.ptr[c->t->ptr[i].b] < 'a') return nothing; /* USA Today's */
        if (i > c->in.first && (c->t->ptr[i].kind & TOKEN_UPPER) && !(c->t->ptr[i].kind & TOKEN_FIRST) && (c->t->ptr[i - 1].kind & TOKEN_UPPER)) return nothing;
        const char *part = rows[k].part;
        size_t end = i + 1;
        if (!*part && *part_of_day(c, end)) part = part_of_day(c, end++);
        enum time_type type = *part ? TIME_TIME : TIME_DATE;
        if (c->anchor.y == 0) {
            const char *open = rows[k].add < 0 ? "DCT-P1D" : rows[k].add > 0 ? "DCT+P1D" : "DCT";
            return hit(c, i, end, type, arena_printf(c->mem, "%s%s", open, part), "open");
        }
        struct day x = day_of(days_of(c->anchor) + rows[k].add);
        return hit(c, i, end, type, arena_printf(c->mem, "%04d-%02d-%02d%s", x.y, x.m, x.d, part), c->basis);
    }
    return nothing;
}

/* --- counted and named units --- */

static int unit_at(const struct clockwork *c, size_t i)
{
    return i < c->in.end && token_in(c->t, i, WORD_UNIT) ? c->t->ptr[i].value : i < c->in.end && is(c, i, "second") ? UNIT_SECOND : 0;
}

static bool unit_plural(const struct clockwork *c, size_t i)
{
    return slice_ends(token_text(c->t, i), SLICE("s"));
}

/* The anchor moved by n units, as exact as the unit. */
static struct hit moved(const struct clockwork *c, size_t begin, size_t end, double n, int unit)
{
    if (unit == UNIT_DECADE) {
        n *= 10;
        unit = UNIT_YEAR;
    }
    long k = (long)n;
    struct day a = c->anchor;
    if (unit == UNIT_WEEKEND && a.y != 0 && n == (double)k && k <= 60 && k >= -60) {
        int y, w;
        iso_week(days_of(a) + 7 * k, &y, &w);
        return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04d-W%02d-WE", y, w), c->basis);
    }
    if (unit <= UNIT_HOUR || unit >= UNIT_DECADE || n != (double)k || a.y == 0 || k > 10000 || k < -10000) {
        const char *sign = n < 0 ? "-" : "+", *clock = unit <= UNIT_HOUR ? "T" : "";
        if (k == 0) return nothing;
        return hit(c, begin, end, unit <= UNIT_HOUR ? TIME_TIME : TIME_DATE,
                   arena_printf(c->mem, "DCT%sP%s%g%s", sign, clock, n < 0 ? -n : n, unit_letter[unit]), "open");
    }
    if (unit == UNIT_DAY) return date_hit(c, begin, end, day_of(days_of(a) + k));
    if (unit == UNIT_WEEK) {
        int y, w;
        iso_week(days_of(a) + 7 * k, &y, &w);
        return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04d-W%02d", y, w), c->basis);
    }
    if (unit == UNIT_YEAR) return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04ld", a.y + k), c->basis);
    long months = a.y * 12L + a.m - 1 + k * (unit == UNIT_QUARTER ? 3 : 1);
    if (unit == UNIT_QUARTER) return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04ld-Q%ld", months / 12, months % 12 / 3 + 1), c->basis);
    return hit(c, begin, end, TIME_DATE, arena_printf(c->mem, "%04ld-%02ld", months / 12, months % 12 + 1), c->basis);
}

/* "1.5 million cars a year", "$3 a month", "twice a week": a unit behind what is counted. */
static bool rate(const struct clockwork *c, size_t i, size_t end)
{
    static const char *const often_[] = {"once", "twice", "%", NULL}, *const on[] = {"before", "after", "of", "in", NULL};
    if (i <= c->in.first || any(c, end, on) || glued(c, end + 1)) return false;
    const struct token *k = &c->t->ptr[i - 1];
    if (any(c, i - 1, often_) || (k->kind & TOKEN_NUMBER) || (k->word & (WORD_SCALE | WORD_MONEY))) return true;
    size_t from = i > c->in.first + 4 ? i - 4 : c->in.first;
    bool plural = (k->kind & TOKEN_WORD) && !(k->word & (WORD_FUNCTION | WORD_SAY | WORD_UNIT)) && slice_ends(token_text(c->t, i - 1), SLICE("s"));
    for (size_t n = from; plural && n + 1 < i; n++)
        if ((c->t->ptr[n].kind & TOKEN_NUMBER) || (c->t->ptr[n].word & (WORD_SCALE | WORD_CARDINAL))) return true;
    return false;
}

/* five-hour, three years ago, the past two weeks, 68-year-old */
static struct hit counted(const struct clockwork *c, size_t i)
{
    static const char *const vague[] = {"several", "few", "many", "some", "couple", NULL};
    struct number n = number_at(c->t, i, c->in.end);
    size_t u = n.end, begin = i;
    double value = n.value;
    if (!n.found) {
        bool article = is(c, i, "a") || is(c, i, "an");
        bool half = is(c, i, "half") && (is(c, i + 1, "a") || is(c, i + 1, "an") || (dash(c, i + 1) && glued(c, i + 1)));
        if (half && unit_at(c, i + 2) && !unit_plural(c, i + 2)) return hit(c, i, i + 3, TIME_DURATION, duration(c, 0.5, unit_at(c, i + 2)), "text");
        if (article && unit_at(c, i + 1) && !unit_plural(c, i + 1) && unit_at(c, i + 1) != UNIT_SECOND) value = 1, u = i + 1;
        else if (any(c, i, vague)) value = -1, u = i + (is(c, i + 1, "of") ? 2 : 1);
        else return nothing;
    } else if (n.plural) {
        if (!is(c, u, "of")) return nothing;
        u++;
        value = -1;
    }
    if (n.found && is(c, u, "and") && (is(c, u + 1, "a") || is(c, u + 1, "one")) && is(c, u + 2, "half")) {
        value += 0.5;
        u += 3;
    }
    if (dash(c, u) && glued(c, u) && glued(c, u + 1)) u++;
    if (is(c, u, "consecutive") || is(c, u, "more") || is(c, u, "full") || is(c, u, "straight")) u++;
    int unit = unit_at(c, u);
    if (unit == 0) return nothing;
    size_t end = u + 1;
    static const char *const back[] = {"ago", "before", NULL}, *const away[] = {"later", "earlier", NULL};
    bool article_only = !n.found && value == 1;
    if (any(c, end, back) && !(is(c, end, "before") && c->anchor.y != 0)) {
        if (value < 0) return hit(c, begin, end + 1, TIME_DATE, arena_printf(c->mem, "PAST_REF"), "open");
        return moved(c, begin, end + 1, -value, unit);
    }
    if (is(c, end, "from") && is(c, end + 1, "now")) return moved(c, begin, end + 2, value < 0 ? 1 : value, unit);
    if (any(c, end, away)) return hit(c, begin, end + 1, TIME_DURATION, duration(c, value, unit), "text"); /* from what was told before */
    if (article_only && rate(c, i, end)) return hit(c, begin, end, TIME_SET, duration(c, 1, unit), "text");
    if (article_only && !(i > c->in.first && (is(c, i - 1, "for") || is(c, i - 1, "than") || is(c, i - 1, "within") || is(c, i - 1, "half")))) return nothing;
    if (dash(c, end) && glued(c, end) && is(c, end + 1, "old")) end += 2;
    else if (is(c, end, "old")) end++;
    if (unit == UNIT_WEEKEND && value < 0) return nothing;
    return hit(c, begin, end, TIME_DURATION, duration(c, value, unit), "text");
}

/* every day, each morning, every Monday, every two weeks, every other month, per year */
static struct hit every(const struct clockwork *c, size_t i)
{
    bool per = is(c, i, "per");
    if (!per && !is(c, i, "each") && !is(c, i, "every")) return nothing;
    int unit = unit_at(c, i + 1);
    if (unit != 0 && !unit_plural(c, i + 1)) return hit(c, i, i + 2, TIME_SET, duration(c, 1, unit), "text");
    if (per || i + 1 >= c->in.end) return nothing;
    if (*part_of_day(c, i + 1)) return hit(c, i, i + 2, TIME_SET, SLICE("P1D"), "text");
    if (token_in(c->t, i + 1, WORD_WEEKDAY)) return hit(c, i, i + 2, TIME_SET, arena_printf(c->mem, "XXXX-WXX-%d", c->t->ptr[i + 1].value), "text");
    if (month_at(c, i + 1)) return hit(c, i, i + 2, TIME_SET, arena_printf(c->mem, "XXXX-%02d", c->t->ptr[i + 1].value), "text");
    struct number n = number_at(c->t, i + 1, c->in.end);
    size_t u = n.end;
    double value = n.value;
    if (is(c, i + 1, "other") || is(c, i + 1, "second")) value = 2, u = i + 2;
    else if (!n.found) return nothing;
    unit = unit_at(c, u);
    return unit != 0 && value > 0 ? hit(c, i, u + 1, TIME_SET, duration(c, value, unit), "text") : nothing;
}

/* this morning, last night, overnight */
static struct hit part_of(const struct clockwork *c, size_t i)
{
    bool over = is(c, i, "overnight") && !(glued(c, i + 1) && dash(c, i + 1)), last = is(c, i, "last"), same = is(c, i, "this");
    const char *part = over ? "TNI" : i + 1 < c->in.end ? part_of_day(c, i + 1) : "";
    if (!*part || !(over || same || (last && is(c, i + 1, "night")))) return nothing;
    size_t end = over ? i + 1 : i + 2;
    if (c->anchor.y == 0) return hit(c, i, end, TIME_TIME, arena_printf(c->mem, "DCT%s%s", last ? "-P1D" : "", part), "open");
    struct day x = day_of(days_of(c->anchor) - (last ? 1 : 0));
    return hit(c, i, end, TIME_TIME, arena_printf(c->mem, "%04d-%02d-%02d%s", x.y, x.m, x.d, part), c->basis);
}

static bool noon(const struct clockwork *c, size_t i, const char **value)
{
    *value = is(c, i, "noon") || is(c, i, "midday") ? "T12:00" : is(c, i, "midnight") ? "T00:00" : "";
    return **value != '\0' && !(c->t->ptr[i].kind & TOKEN_UPPER) && !(glued(c, i + 1) && dash(c, i + 1));
}

/* noon, midnight; six o'clock */
static struct hit hour_word(const struct clockwork *c, size_t i)
{
    const char *value;
    if (noon(c, i, &value)) return hit(c, i, i + 1, TIME_TIME, slice_of(value), "text");
    struct number n = number_at(c->t, i, c->in.end);
    if (!n.found || n.value < 1 || n.value > 12 || n.value != (double)(int)n.value || !(is(c, n.end, "o'clock") || is(c, n.end, "o’clock"))) return nothing;
    return hit(c, i, n.end + 1, TIME_TIME, arena_printf(c->mem, "T%02d:00", (int)n.value), "text");
}

/* Days that have names, always on one date. */
static struct hit named_day(const struct clockwork *c, size_t i)
{
    static const struct { const char *first, *second, *third; int m, d; } rows[] = {
        {"Christmas", "Day", NULL, 12, 25}, {"Christmas", "Eve", NULL, 12, 24}, {"Boxing", "Day", NULL, 12, 26}, {"May", "Day", NULL, 5, 1}, {"New", "Year", "Eve", 12, 31}, {"New", "Year", "Day", 1, 1}, {"Halloween", NULL, NULL, 10, 31},
        {"Christmas", NULL, NULL, 12, 25},
    };
    if (!(c->t->ptr[i].kind & TOKEN_UPPER)) return nothing;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        size_t end = i + 1;
        if (!is(c, i, rows[k].first)) continue;
        if (rows[k].third != NULL) { /* New Year 's Eve: 's is a token */
            if (!is(c, end, "Year") || !(is(c, end + 1, "'s") || is(c, end + 1, "’s")) || !is(c, end + 2, rows[k].third)) continue;
            end += 3;
        } else if (rows[k].second != NULL) {
            if (!is(c, end, rows[k].second)) continue;
            end++;
        } else if (i + 1 < c->in.end && (c->t->ptr[i + 1].kind & TOKEN_WORD) && !(c->t->ptr[i + 1].word & (WORD_FUNCTION | WORD_SAY))) continue;
        return month_value(c, i, end, rows[k].m, rows[k].d, 0, i);
    }
    return nothing;
}

/* spring 2025, the summer of 2024; Q3 2024, Q3 */
static struct hit part_of_year(const struct clockwork *c, size_t i)
{
    static const char *const names[] = {"", "SP", "SU", "FA", "WI"};
    size_t y = i + 1 + (is(c, i + 1, "of") ? 1 : 0);
    if (token_in(c->t, i, WORD_SEASON) && year_at(c, y))
        return hit(c, i, y + 1, TIME_DATE, arena_printf(c->mem, "%04ld-%s", year_at(c, y), names[c->t->ptr[i].value]), "text");
    struct slice q = token_text(c->t, i);
    if (q.len != 2 || q.ptr[0] != 'Q' || q.ptr[1] < '1' || q.ptr[1] > '4') return nothing;
    if (year_at(c, y)) return hit(c, i, y + 1, TIME_DATE, arena_printf(c->mem, "%04ld-Q%c", year_at(c, y), q.ptr[1]), "text");
    if (c->anchor.y == 0) return hit(c, i, i + 1, TIME_DATE, arena_printf(c->mem, "XXXX-Q%c", q.ptr[1]), "open");
    int year = q.ptr[1] - '0' <= (c->anchor.m - 1) / 3 + 1 ? c->anchor.y : c->anchor.y - 1;
    return hit(c, i, i + 1, TIME_DATE, arena_printf(c->mem, "%04d-Q%c", year, q.ptr[1]), c->basis);
}

/* last week, this month, next year, each day, recent weeks */
static struct hit pointed(const struct clockwork *c, size_t i)
{
    static const char *const back[] = {"last", "past", "previous", NULL}, *const ahead[] = {"next", "coming", "following", NULL};
    static const char *const same[] = {"this", "current", NULL};
    static const char *const vague[] = {"recent", "past", "coming", "last", "previous", "next", NULL};
    int unit = unit_at(c, i + 1);
    if (unit == 0 && i + 1 < c->in.end && token_in(c->t, i + 1, WORD_SEASON) && !is(c, i + 1, "fall")) {
        static const char *const names[] = {"", "SP", "SU", "FA", "WI"};
        int add = any(c, i, back) ? -1 : any(c, i, ahead) ? 1 : 0;
        if (add == 0 && !any(c, i, same)) return nothing;
        if (c->anchor.y == 0) return hit(c, i, i + 2, TIME_DATE, arena_printf(c->mem, "XXXX-%s", names[c->t->ptr[i + 1].value]), "open");
        return hit(c, i, i + 2, TIME_DATE, arena_printf(c->mem, "%04d-%s", c->anchor.y + add, names[c->t->ptr[i + 1].value]), c->basis);
    }
    if (unit == 0) return nothing;
    if (unit_plural(c, i + 1)) return any(c, i, vague) ? hit(c, i, i + 2, TIME_DURATION, duration(c, -1, unit), "text") : nothing;
    if (unit == UNIT_SECOND || unit == UNIT_MINUTE) return nothing;
    static const char *const spans[] = {"over", "during", "within", "in", "for", "throughout", NULL};
    bool spanned = i > c->in.first + 1 && is(c, i - 1, "the") && any(c, i - 2, spans); /* in the past year, over the last month */
    if (spanned && (is(c, i, "past") || is(c, i, "last"))) return hit(c, i, i + 2, TIME_DURATION, duration(c, 1, unit), "text");
    if (any(c, i, back)) return moved(c, i, i + 2, -1, unit);
    if (any(c, i, ahead)) return moved(c, i, i + 2, 1, unit);
    if (!any(c, i, same)) return nothing;
    if (c->anchor.y != 0 && ((unit >= UNIT_DAY && unit <= UNIT_YEAR) || unit == UNIT_WEEKEND)) return moved(c, i, i + 2, 0, unit);
    static const char *const open[] = {"", "", "", "", "DCT", "XXXX-WXX", "XXXX-XX", "XXXX-QX", "XXXX", "XXX", "XX", "XXXX-WXX-WE"};
    return *open[unit] ? hit(c, i, i + 2, TIME_DATE, slice_of(open[unit]), "open") : nothing;
}

/* "in decades", "for weeks", "years of" */
static struct hit bare_plural(const struct clockwork *c, size_t i)
{
    static const char *const leads[] = {"in", "for", "after", "within", "of", "over", "took", "take", "through", NULL};
    int unit = unit_at(c, i);
    if (unit < UNIT_MINUTE || !unit_plural(c, i)) return nothing;
    bool led = i > c->in.first && any(c, i - 1, leads);
    if (!led && !is(c, i + 1, "of") && !is(c, i + 1, "ago") && !is(c, i + 1, "later")) return nothing;
    if (!led && is(c, i + 1, "of") && !(c->t->ptr[i].kind & TOKEN_FIRST) && i > c->in.first && token_in(c->t, i - 1, WORD_DETERMINER)) return nothing;
    return hit(c, i, i + 1, TIME_DURATION, duration(c, -1, unit), "text");
}

static struct hit often(const struct clockwork *c, size_t i)
{
    static const struct { const char *word, *value; } rows[] = {
        {"daily", "P1D"}, {"weekly", "P1W"}, {"monthly", "P1M"}, {"quarterly", "P3M"}, {"annual", "P1Y"}, {"annually", "P1Y"}, {"yearly", "P1Y"},
        {"hourly", "PT1H"}, {"nightly", "P1D"},
    };
    if (c->t->ptr[i].kind & TOKEN_UPPER) return nothing;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
        if (is(c, i, rows[k].word)) return hit(c, i, i + 1, TIME_SET, slice_of(rows[k].value), "text");
    return nothing;
}

/* --- ordinals: its fourth year, the third quarter, the 19th century --- */

/* What the year is a year of: a war and its other names are one thing; else the noun before the comma. */
static struct slice year_of(const struct clockwork *c, size_t i)
{
    static const char *const wars[] = {"war", "conflict", "invasion", "fighting", "hostilities", NULL};
    size_t from = i > c->in.first + 16 ? i - 16 : c->in.first;
    for (size_t k = i; k-- > from;)
        if (any(c, k, wars)) return SLICE("war_");
    for (size_t k = i; k-- > from + 1;)
        if (token_is(c->t, k, ',') && (c->t->ptr[k - 1].kind & TOKEN_WORD) && !(c->t->ptr[k - 1].kind & (TOKEN_UPPER | TOKEN_GLUED)) && c->t->ptr[k - 1].e - c->t->ptr[k - 1].b < 24) {
            struct slice noun = token_text(c->t, k - 1);
            return arena_printf(c->mem, "%.*s_", (int)noun.len, noun.ptr);
        }
    return SLICE("");
}

static struct hit ordinal_unit(const struct clockwork *c, size_t i)
{
    static const char *const owners[] = {"its", "his", "her", "their", "the", "a", NULL};
    int n = ordinal_at(c->t, i);
    size_t u = i + 1;
    if (dash(c, u) && glued(c, u)) u++;
    int unit = unit_at(c, u);
    if (n == 0 || unit == 0 || unit_plural(c, u)) return nothing;
    size_t begin = i > c->in.first && any(c, i - 1, owners) ? i - 1 : i;
    if (unit == UNIT_CENTURY && n > 1) return hit(c, begin, u + 1, TIME_DATE, arena_printf(c->mem, "%02d", n - 1), "text");
    if (unit == UNIT_QUARTER && n <= 4) {
        if (year_at(c, u + 2) && is(c, u + 1, "of")) return hit(c, begin, u + 3, TIME_DATE, arena_printf(c->mem, "%04ld-Q%d", year_at(c, u + 2), n), "text");
        if (c->anchor.y == 0) return hit(c, begin, u + 1, TIME_DATE, arena_printf(c->mem, "XXXX-Q%d", n), "open");
        int y = n <= (c->anchor.m - 1) / 3 + 1 ? c->anchor.y : c->anchor.y - 1;
        return hit(c, begin, u + 1, TIME_DATE, arena_printf(c->mem, "%04d-Q%d", y, n), c->basis);
    }
    static const char *const words[] = {"", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "weekend"};
    if (unit < UNIT_DAY || unit > UNIT_YEAR) return nothing;
    struct slice of = year_of(c, i);
    return hit(c, begin, u + 1, TIME_ORDINAL, arena_printf(c->mem, "%.*s%s=%d", (int)of.len, of.ptr ? of.ptr : "", words[unit], n), "text");
}

/* --- the walk --- */

typedef struct hit (*rule)(const struct clockwork *, size_t);

enum { TELLING = WORD_MONTH | WORD_WEEKDAY | WORD_CARDINAL | WORD_ORDINAL | WORD_UNIT | WORD_SEASON | WORD_SCALE };

static struct hit at(const struct clockwork *c, size_t i, bool english)
{
    static const rule figures[] = {iso_date, slash_date, dotted_date, day_first, clock_time, decade_figure, hour_word, counted, ordinal_unit, plain_year};
    static const rule words[] = {named_day, month_first, weekday, near_day, part_of_year, ordinal_unit, every, part_of, pointed, hour_word, counted, bare_plural, often};
    const struct token *k = &c->t->ptr[i];
    bool digit = (k->kind & TOKEN_NUMBER) != 0;
    if (!digit && (!(k->kind & TOKEN_WORD) || (!(k->word & TELLING) && !c->may[k->lower & 255]))) return nothing;
    bool article = !digit && k->e - k->b <= 2 && (k->word & WORD_DETERMINER);
    if (article && !token_in(c->t, i + 1, WORD_UNIT | WORD_SCALE)) return nothing;
    const rule *r = digit ? figures : words;
    size_t n = digit ? sizeof figures / sizeof *figures : sizeof words / sizeof *words;
    for (size_t m = 0; m < n; m++) {
        if (!english && (!digit || (r[m] != iso_date && r[m] != plain_year && r[m] != dotted_date))) continue;
        struct hit h = r[m](c, i);
        if (h.end != 0) return h;
    }
    return nothing;
}

/* The other words that a rule begins with: most of a text's words are passed over without a look at the rules. */
static void note_beginnings(struct clockwork *c)
{
    static const char *const words[] = {
        "today", "yesterday", "tomorrow", "tonight", "a", "an", "several", "few", "many", "some", "couple", "half", "last", "past", "previous", "next", "coming",
        "following", "this", "current", "recent", "each", "every", "per", "daily", "weekly", "monthly", "quarterly", "annual", "annually", "yearly", "hourly",
        "nightly", "overnight", "noon", "midday", "midnight", "christmas", "boxing", "new", "halloween", "q1", "second",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) c->may[hash_lower(slice_of(words[i])) & 255] = 1;
}

/* A full date among the first words, with a dash or bracket behind it: "KYIV, April 11, 2025 (Agency) -". */
static void find_dateline(struct clockwork *c)
{
    for (size_t n = 0; n < c->t->sentences && n < 4; n++) {
        c->in = c->t->sentence[n];
        bool dashed = false;
        for (size_t i = c->in.first; i < c->in.end && i < c->in.first + 20u; i++)
            if ((c->t->ptr[i].kind & TOKEN_DASH) && !glued(c, i)) dashed = true;
        for (size_t i = c->in.first; dashed && i < c->in.end && i < c->in.first + 12u; i++) {
            struct hit h = month_first(c, i);
            struct day x;
            if (h.end != 0 && read_day(h.value, &x)) {
                c->anchor = x;
                c->basis = "dateline";
                return;
            }
        }
    }
}

enum err timex_find(struct arena *mem, const struct tokens *t, const struct moment *published, bool english, uint8_t *used, struct timexes *out)
{
    struct clockwork c = {.mem = mem, .t = t, .basis = "published"};
    size_t most = 1;
    note_beginnings(&c);
    for (size_t i = 0; i < t->len; i++)
        if ((t->ptr[i].kind & TOKEN_NUMBER) || (t->ptr[i].word & TELLING) || c.may[t->ptr[i].lower & 255]) most++;
    *out = (struct timexes){arena_array(mem, most, sizeof *out->ptr), 0};
    if (out->ptr == NULL) return ERR_NOMEM;
    if (published == NULL || !read_day(published->value, &c.anchor)) {
        c.anchor = (struct day){0, 0, 0};
        if (english) find_dateline(&c);
    }
    for (size_t n = 0; n < t->sentences; n++) {
        c.in = t->sentence[n];
        size_t free_from = c.in.first;
        for (size_t i = c.in.first; i < c.in.end;) {
            struct hit h = at(&c, i, english);
            if (h.end == 0 || h.end > c.in.end || h.begin < free_from || h.value.ptr == NULL || out->len == most) {
                i++;
                continue;
            }
            for (size_t k = h.begin; k < h.end; k++) used[k] = 1;
            out->ptr[out->len++] = (struct timex){t->ptr[h.begin].b, t->ptr[h.end - 1].e, h.type, h.value, slice_of(h.basis)};
            free_from = i = h.end;
        }
    }
    return OK;
}
