/* rice.c - a number is its lower `low` bits behind as many ones as the rest of it says, and a zero; what would take too many ones stands whole behind them.
 *
 * The first byte is `low`. Bits fill bytes from the lowest on; those left over in the last byte are zero. */
#include "rice.h"

enum { ONES_MOST = 15, WHOLE = 32, LOW_MOST = 24 };

/* Fewest bits, or nearly, for numbers that fall off as evenly as gaps between random places. */
static unsigned low_of(const uint32_t *number, size_t n)
{
    uint64_t sum = 0;
    unsigned low = 0;
    for (size_t i = 0; i < n; i++) sum += number[i];
    while (low < LOW_MOST && n * 3 << low < sum * 2) low++;
    return low;
}

size_t rice_put(const uint32_t *number, size_t n, unsigned char *out)
{
    unsigned low = low_of(number, n), held = 0;
    unsigned char *p = out;
    uint64_t bits = 0;
    *p++ = (unsigned char)low;
    for (size_t i = 0; i < n; i++) {
        uint32_t ones = number[i] >> low;
        bool whole = ones >= ONES_MOST;
        if (whole) ones = ONES_MOST;
        bits |= (((uint64_t)1 << ones) - 1) << held;
        held += ones + !whole; /* the zero */
        bits |= (whole ? number[i] : number[i] & (((uint32_t)1 << low) - 1)) * ((uint64_t)1 << held);
        held += whole ? WHOLE : low;
        for (; held >= 8; held -= 8, bits >>= 8) *p++ = (unsigned char)bits;
    }
    if (held > 0) *p++ = (unsigned char)bits;
    return (size_t)(p - out);
}

static uint64_t u64_at(const unsigned char *p)
{
    return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
        (uint64_t)p[7] << 56;
}

bool rice_get(struct slice in, size_t n, uint32_t *number)
{
    unsigned char padded[RICE_BYTES + 8] = {0};
    if (in.len == 0 || in.len > RICE_BYTES || n > RICE_NUMBERS || in.ptr[0] < 0 || in.ptr[0] > LOW_MOST) return false;
    memcpy(padded, in.ptr, in.len);
    unsigned low = padded[0];
    size_t at = 8, end = 8 * in.len, i = 0; /* bits; numbers */
    bool needless = false;
    for (; i < n && at < end; i++) {
        uint64_t bits = u64_at(padded + at / 8) >> at % 8;
        unsigned ones = (unsigned)__builtin_ctzll(~bits | (uint64_t)1 << ONES_MOST);
        bool whole = ones == ONES_MOST;
        bits >>= ones + !whole;
        number[i] = whole ? (uint32_t)bits : (uint32_t)ones << low | ((uint32_t)bits & (((uint32_t)1 << low) - 1));
        needless |= whole && number[i] >> low < ONES_MOST;
        at += ones + (whole ? WHOLE : 1 + low);
    }
    if (i < n || at > end || end - at >= 8 || needless || low != low_of(number, n)) return false;
    return at == end || padded[at / 8] >> at % 8 == 0;
}
