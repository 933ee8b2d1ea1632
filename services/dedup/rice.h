/* rice.h - numbers that are mostly small, in few bits each: Rice's code. */
#ifndef WD_DEDUP_RICE_H
#define WD_DEDUP_RICE_H

#include "../../libcommon/base.h"

enum { RICE_NUMBERS = 256 /* at once, at most */, RICE_BYTES = 1 + RICE_NUMBERS * 6 /* that they take at most */ };

/* Writes n numbers to out, which has room for RICE_BYTES; returns the bytes taken. */
size_t rice_put(const uint32_t *number, size_t n, unsigned char *out);
/* Reads n numbers from all of `in`. False for bytes that rice_put() never wrote for so many. */
bool rice_get(struct slice in, size_t n, uint32_t *number) MUST_CHECK;

#endif
