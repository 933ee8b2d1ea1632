/* rarity.c - how rare a lemma is in news, from a learned table. */
#include "words.h"

static const struct row { const char *lemma; uint8_t tenths; } table[] = {
    {"", 0},
#include "rarity_table.inc"
};

double rarity_of(struct slice lemma)
{
    size_t lo = 0, hi = sizeof table / sizeof table[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = cstr_cmp(table[mid].lemma, lemma);
        if (c == 0) return table[mid].tenths / 10.0;
        if (c < 0) lo = mid + 1;
        else hi = mid;
    }
    bool number = lemma.len > 0 && lemma.ptr[0] >= '0' && lemma.ptr[0] <= '9';
    return number ? 5.0 : 6.5;
}
