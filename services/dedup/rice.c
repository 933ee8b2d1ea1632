/* rice.c - a number is its lower `low` bits behind as many ones as the rest of it says, and a zero; what would take too many ones stands whole behind them.
 *
 * The first byte is `low`. Bits fill bytes from the lowest on; those left over in the last byte are zero. */
#include "rice.h"

enum { ONES_MOST = 15, WHOLE = 32, LOW_MOST = 24 };

/* Fewest bits, or nearly, for numbers that fall off as evenly as gaps between random places. */
static unsigned low_of(uint64_t sum, size_t n)
{
    unsigned low = 0;
    while (low < LOW_MOST && n * 3 << low < sum * 2) low++;
    return low;
}

size_t rice_put(const uint32_t *number, size_t n, unsigned char *out)
{
    uint64_t bits = 0, sum = 0;
    for (size_t i = 0; i < n; i++) sum += number[i];
    unsigned low = low_of(sum, n), held = 0;
    unsigned char *p = out;
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
    const uint32_t mask = ((uint32_t)1 << low) - 1;
    size_t at = 8, end = 8 * in.len, i = 0; /* bits; numbers */
    uint64_t sum = 0;
    bool needless = false;
    for (; i < n && at < end; i++) {
        uint64_t bits = u64_at(padded + at / 8) >> at % 8;
        unsigned ones = (unsigned)__builtin_ctzll(~bits | (uint64_t)1 << ONES_MOST);
        if (ones < ONES_MOST) {
            number[i] = (uint32_t)ones << low | ((uint32_t)(bits >> (ones + 1)) & mask);
            at += ones + 1 + low;
        } else {
            number[i] = (uint32_t)(bits >> ONES_MOST);
            needless |= number[i] >> low < ONES_MOST;
            at += ONES_MOST + WHOLE;
        }
        sum += number[i];
    }
    if (i < n || at > end || end - at >= 8 || needless || low != low_of(sum, n)) return false;
    return at == end || padded[at / 8] >> at % 8 == 0;
}
