/* page_timeline.c - the dated entries of a story's timeline as a picture: SVG in the page, distances on a logarithmic scale. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "page.h"

enum { POINTS_MAX = 40, LEFT = 60, HEIGHT = 116, AXIS = 58, NEAR = 46, FAR = 200 };

struct point {
    int year, month, day; /* month and day 0 where the text has none */
    int64_t at;           /* days since 1970 of its beginning */
    bool planned;
    const json_t *entry;  /* the first with that date */
    double x;
};

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int y, int m, int d)
{
    int64_t year = m <= 2 ? y - 1 : y, era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool digits(struct slice s, size_t at, size_t n, int *out)
{
    if (at + n > s.len) return false;
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        *out = *out * 10 + (s.ptr[i] - '0');
    }
    return true;
}

/* "2026", "2026-03", "2026-03-04" and what follows a T; false for weekdays without a date, weeks, seasons, durations. */
static bool read_date(struct slice v, struct point *p)
{
    if (!digits(v, 0, 4, &p->year)) return false;
    if (v.len > 4) {
        if (v.ptr[4] != '-' || !digits(v, 5, 2, &p->month) || p->month < 1 || p->month > 12) return false;
    }
    if (v.len > 7) {
        if (v.ptr[7] != '-' || !digits(v, 8, 2, &p->day) || p->day < 1 || p->day > 31) return false;
        if (v.len > 10 && v.ptr[10] != 'T') return false;
    }
    p->at = days_of(p->year, p->month > 0 ? p->month : 1, p->day > 0 ? p->day : 1);
    return true;
}

static int by_date(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->month != y->month) return x->month - y->month;
    return x->day - y->day;
}

static size_t read_points(const struct page *p, struct point points[POINTS_MAX])
{
    const json_t *all = json_object_get(p->line, "timeline");
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < json_array_size(all) && n < POINTS_MAX; i++) {
        const json_t *t = json_array_get(all, i);
        struct point one = {.entry = t, .planned = json_is_true(json_object_get(t, "planned"))};
        if (read_date(page_string(t, "value"), &one)) points[n++] = one;
    }
    qsort(points, n, sizeof *points, by_date);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && by_date(&points[kept - 1], &points[i]) == 0) points[kept - 1].planned = points[kept - 1].planned && points[i].planned;
        else points[kept++] = points[i];
    }
    return kept;
}

static void label_of(const struct point *p, char out[32])
{
    static const char *const months[] = {"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (p->day > 0) snprintf(out, 32, "%d %s %d", p->day, months[p->month], p->year);
    else if (p->month > 0) snprintf(out, 32, "%s %d", months[p->month], p->year);
    else snprintf(out, 32, "%d", p->year);
}

/* "3 years", "5 months", "2 days", as far as both dates say it. */
static void gap_of(const struct point *a, const struct point *b, char out[32])
{
    int64_t days = b->at - a->at, n = days;
    const char *unit = "day";
    if (days >= 330 || a->month == 0 || b->month == 0) n = (days + 182) / 365, unit = "year";
    else if (days >= 60 || a->day == 0 || b->day == 0) n = (days + 15) / 30, unit = "month";
    out[0] = '\0';
    if (n > 0) snprintf(out, 32, "%" PRId64 " %s%s", n, unit, n == 1 ? "" : "s");
}

static void put_point(const struct page *page, const struct point *p, bool above, struct buf *out)
{
    char label[32], anchor[48];
    const json_t *when = json_object_get(p->entry, "when");
    size_t article = page_article_at(page, page_string(when, "d"));
    bool link = article != SIZE_MAX && page->articles[article].text.ptr != NULL;
    label_of(p, label);
    if (link) {
        page_anchor(anchor, article, page_number(when, "b"), page_number(when, "e"));
        buf_printf(out, "<a href=\"#%s\">", anchor);
    }
    buf_printf(out, "<g class=\"pt%s%s\"><title>", p->day > 0 ? "" : " wide", p->planned ? " plan" : "");
    page_escape(out, page_string(when, "t"));
    buf_str(out, p->planned ? " (planned)</title>" : "</title>");
    buf_printf(out, "<line x1=\"%.0f\" y1=\"%d\" x2=\"%.0f\" y2=\"%d\"/><circle cx=\"%.0f\" cy=\"%d\" r=\"6\"/>", p->x, AXIS, p->x, above ? AXIS - 26 : AXIS + 26,
               p->x, AXIS);
    buf_printf(out, "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text></g>", p->x, above ? AXIS - 32 : AXIS + 40, label);
    buf_str(out, link ? "</a>\n" : "\n");
}

enum err page_timeline(const struct page *page, struct buf *out)
{
    struct point points[POINTS_MAX];
    size_t n = read_points(page, points);
    double x = LEFT;
    if (n < 2) return out->failed;
    for (size_t i = 0; i < n; i++) {
        if (i > 0) x += fmin(FAR, NEAR + 14 * log2((double)(points[i].at - points[i - 1].at) + 1));
        points[i].x = x;
    }
    buf_printf(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Timeline\"><svg class=\"tl\" role=\"group\" aria-label=\"%zu dates in order\" "
                    "width=\"%.0f\" height=\"%d\" viewBox=\"0 0 %.0f %d\" xmlns=\"http://www.w3.org/2000/svg\">\n", n, x + LEFT, HEIGHT, x + LEFT, HEIGHT);
    buf_printf(out, "<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%.0f\" y2=\"%d\"/>\n", LEFT - 30, AXIS, x + 30, AXIS);
    for (size_t i = 0; i < n; i++) {
        char gap[32];
        if (i > 0 && points[i].x - points[i - 1].x > 88) {
            gap_of(&points[i - 1], &points[i], gap);
            buf_printf(out, "<text class=\"gap\" x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", (points[i].x + points[i - 1].x) / 2, AXIS - 6, gap);
        }
    }
    for (size_t i = 0; i < n; i++) put_point(page, &points[i], i % 2 == 0, out);
    return buf_str(out, "</svg></div>\n");
}
