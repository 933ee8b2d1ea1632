/* tally.c - counts of a feeder's run and how they are said. */
#include "tally.h"

#include <stdio.h>

void tally_refuse(struct tally *t, struct slice reason)
{
    size_t i = 0;
    t->refused++;
    for (; i < TALLY_REASONS - 1 && t->reason[i].n > 0; i++)
        if (slice_eq(slice_of(t->reason[i].name), reason)) break;
    if (t->reason[i].n == 0)
        snprintf(t->reason[i].name, sizeof t->reason[i].name, "%.*s", i == TALLY_REASONS - 1 ? 5 : (int)reason.len,
                 i == TALLY_REASONS - 1 ? "other" : reason.ptr);
    t->reason[i].n++;
}

void tally_bytes(uint64_t n, char out[16])
{
    static const char *const unit[] = {"B", "KB", "MB", "GB", "TB"};
    double v = (double)n;
    size_t i = 0;
    for (; v >= 1000 && i < 4; i++) v /= 1000;
    snprintf(out, 16, i == 0 ? "%.0f %s" : "%.1f %s", v, unit[i]);
}

static double rate(const struct tally *t, uint64_t ms)
{
    return ms > 0 ? (double)t->documents * 1000 / (double)ms : 0;
}

void tally_progress(const struct tally *t, uint64_t ms, unsigned columns, struct buf *out)
{
    enum { BAR = 20 };
    char bytes[16], bar[BAR + 1];
    size_t full = t->files > 0 ? (size_t)(t->files_done * BAR / t->files) : 0;
    memset(bar, ' ', BAR);
    memset(bar, '#', full < BAR ? full : BAR);
    bar[BAR] = '\0';
    tally_bytes(t->bytes, bytes);
    size_t begin = out->len;
    buf_printf(out, "[%s] %llu/%llu files, %llu documents, %s, %.0f/s", bar, (unsigned long long)t->files_done,
               (unsigned long long)t->files, (unsigned long long)t->documents, bytes, rate(t, ms));
    if (t->refused > 0) buf_printf(out, ", %llu refused", (unsigned long long)t->refused);
    if (out->len - begin > columns) out->len = begin + columns;
}

void tally_summary(const struct tally *t, uint64_t ms, struct buf *out)
{
    char bytes[16];
    tally_bytes(t->bytes, bytes);
    buf_printf(out, "accepted %llu document%s (%s) from %llu file%s in %.2f s", (unsigned long long)t->documents,
               t->documents == 1 ? "" : "s", bytes, (unsigned long long)t->files_done, t->files_done == 1 ? "" : "s", (double)ms / 1000);
    if (ms >= 1000) buf_printf(out, ", %.0f/s", rate(t, ms));
    buf_char(out, '\n');
    if (t->skipped > 0) buf_printf(out, "passed over %llu record%s that %s no article%s (requests, revisits, pictures ...)\n", (unsigned long long)t->skipped,
                                    t->skipped == 1 ? "" : "s", t->skipped == 1 ? "is" : "are", t->skipped == 1 ? "" : "s");
    if (t->refused == 0) return;
    buf_printf(out, "refused %llu:", (unsigned long long)t->refused);
    for (size_t i = 0; i < TALLY_REASONS && t->reason[i].n > 0; i++)
        buf_printf(out, "%s %llu %s", i > 0 ? "," : "", (unsigned long long)t->reason[i].n, t->reason[i].name);
    buf_char(out, '\n');
}
