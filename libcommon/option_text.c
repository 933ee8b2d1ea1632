/* option_text.c - limits, defaults and variables of options, in words. */
#include "option_text.h"

#include <math.h>
#include <stdio.h>

void option_number(enum option_kind kind, double v, char *out, size_t size)
{
    static const char *const suffix = "KMGT";
    int power = 0;
    if (kind == OPTION_SIZE)
        while (power < 4 && v >= 1024 && fmod(v, 1024) == 0) v /= 1024, power++;
    if (kind == OPTION_SIZE && power > 0) {
        snprintf(out, size, "%.0f%c", v, suffix[power - 1]);
    } else if (kind == OPTION_TIME) {
        bool ms = fmod(v, 1000) != 0;
        snprintf(out, size, "%.0f%s", ms ? v : v / 1000, ms ? "ms" : "s");
    } else {
        snprintf(out, size, "%.15g", v);
    }
}

void option_limits(const struct option_row *row, char *out, size_t size)
{
    char least[40], most[40], limits[100] = "";
    if (row->least != 0 || row->most != 0) {
        option_number(row->kind, row->least, least, sizeof least);
        option_number(row->kind, row->most, most, sizeof most);
        snprintf(limits, sizeof limits, "%s to %s", least, most);
    }
    bool preset = row->preset != NULL && *row->preset != '\0' && row->kind != OPTION_FLAG;
    snprintf(out, size, "%s%s%s%s", limits, preset && *limits ? "; " : "", preset ? "default " : "", preset ? row->preset : "");
}

const char *option_value(const struct option_row *row)
{
    if (row->kind == OPTION_FLAG) return NULL;
    return row->value != NULL ? row->value : "VALUE";
}

void option_variable(const char *name, char *out, size_t size)
{
    int n = snprintf(out, size, "WIREDESK_%s", name);
    for (int i = 0; i < n && (size_t)i < size - 1; i++) {
        if (out[i] == '-') out[i] = '_';
        if (out[i] >= 'a' && out[i] <= 'z') out[i] = (char)(out[i] - 32);
    }
}
