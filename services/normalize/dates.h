/* dates.h - dates as pages write them, read and written as ISO 8601. */
#ifndef WD_NORMALIZE_DATES_H
#define WD_NORMALIZE_DATES_H

#include "../../proto/doc.h"

enum { NO_OFFSET = 0x7FFF, DATE_MAX = 40 };

struct date {
    int year, month, day;      /* month and day 0 when not given */
    int hour, minute, second;
    int offset;                /* minutes east of Greenwich, or NO_OFFSET */
    enum precision precision;  /* PRECISION_NONE: no date */
};

/* The first date in s: ISO, RFC 822, numbers with dots or slashes, month names in some twenty languages, CJK, seconds or milliseconds since
 * 1970 when s is nothing else. month_first decides 3/4/2021. False when there is none. */
bool date_read(struct slice s, bool month_first, struct date *out) MUST_CHECK;

/* /2021/03/04/, /2021-03-04-, 20210304 in an address. False when there is none. */
bool date_in_url(struct slice url, struct date *out) MUST_CHECK;

/* The minute that `utc` names (an offset of 0, to the minute at least), as `page` writes it elsewhere with another offset, on the day before or behind:
 * the day of those who published it. False when it does not. */
bool date_local(struct slice page, const struct date *utc, struct date *out) MUST_CHECK;

/* Writes it as exactly as it is known; returns the length. */
size_t date_write(const struct date *d, char out[DATE_MAX]);

/* The earliest instant that it can mean, ms since 1970 UTC. */
int64_t date_earliest(const struct date *d);

#endif
