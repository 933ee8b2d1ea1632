/* arena.h - memory that lives exactly as long as one message. */
#ifndef WD_ARENA_H
#define WD_ARENA_H

#include "base.h"

struct arena;

/* Makes an arena that hands out at most `ceiling` bytes between two resets: the most that one message may cost. It takes
 * memory from the system as it is needed and keeps the first block over a reset. Returns NULL when out of memory. */
struct arena *arena_create(size_t ceiling) MUST_CHECK;

/* Frees *a with all that was taken from it, and sets *a to NULL. NULL is fine. */
void arena_destroy(struct arena **a);

/* `n` bytes aligned for any type, not zeroed, or NULL when out of memory or over the ceiling. The arena owns them: never
 * free them, never keep them past arena_reset(). n may be 0. */
void *arena_take(struct arena *a, size_t n) MUST_CHECK;

/* The same for `count` elements of `size` bytes, zeroed; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size) MUST_CHECK;

/* A copy of s in the arena; ptr NULL when there was no room (and s was not empty). */
struct slice arena_copy(struct arena *a, struct slice s) MUST_CHECK;

/* printf into the arena; ptr NULL when there was no room. Ends with a zero byte that len does not count. */
struct slice arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_CHECK;

/* Takes everything back at once. Pointers from before are dead. */
void arena_reset(struct arena *a);

#endif
