/* moment.c - reads ISO 8601. */
#include "moment.h"

/* `n` digits at `at`, or -1. */
static int digits(struct slice s, size_t at, size_t n)
{
    int v = 0;
    if (at + n > s.len) return -1;
    for (size_t i = at; i < at + n; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return -1;
        v = v * 10 + (s.ptr[i] - '0');
    }
    return v;
}

/* Days from 1970-01-01 to the given day of the Gregorian calendar. */
static int64_t days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Minutes of "+02:00", "-0530", "Z" at the end of the text; 0 when there is none. */
static int offset(struct slice s, size_t from)
{
    for (size_t i = from; i < s.len; i++) {
        if (s.ptr[i] != '+' && s.ptr[i] != '-') continue;
        size_t colon = i + 3 < s.len && s.ptr[i + 3] == ':';
        int hours = digits(s, i + 1, 2), minutes = digits(s, i + 3 + colon, 2);
        if (hours < 0 || hours > 15) return 0;
        int v = hours * 60 + (minutes < 0 ? 0 : minutes);
        return s.ptr[i] == '-' ? -v : v;
    }
    return 0;
}

uint32_t moment_minutes(struct slice s)
{
    int year = digits(s, 0, 4), month = digits(s, 5, 2), day = digits(s, 8, 2);
    if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-') return 0;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return 0;
    int64_t t = days(year, month, day) * 1440;
    if (s.len >= 16 && (s.ptr[10] == 'T' || s.ptr[10] == ' ') && s.ptr[13] == ':') {
        int hour = digits(s, 11, 2), minute = digits(s, 14, 2);
        if (hour >= 0 && hour < 24 && minute >= 0 && minute < 60) t += hour * 60 + minute - offset(s, 16);
    }
    return t > 0 && t < UINT32_MAX ? (uint32_t)t : 0;
}
