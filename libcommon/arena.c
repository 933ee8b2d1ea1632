/* arena.c - a chain of blocks, each larger than the last; a pointer that moves up. */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGN = 16, FIRST = 64 << 10, LARGEST = 8 << 20 };

struct block {
    struct block *older;
    size_t size, used; /* of the bytes behind this header */
};

_Static_assert(sizeof(struct block) % 8 == 0, "the bytes behind a block must stay aligned");
#define HEADER ((sizeof(struct block) + ALIGN - 1) / ALIGN * ALIGN)

struct arena {
    struct block *top;
    size_t ceiling, used, next;
};

static struct block *block_add(struct arena *a, size_t size)
{
    struct block *b = malloc(HEADER + size);
    if (b == NULL) return NULL;
    *b = (struct block){a->top, size, 0};
    a->top = b;
    return b;
}

struct arena *arena_create(size_t ceiling)
{
    struct arena *a = calloc(1, sizeof *a);
    if (a == NULL) return NULL;
    a->ceiling = ceiling;
    a->next = FIRST;
    if (block_add(a, FIRST) == NULL) {
        free(a);
        return NULL;
    }
    return a;
}

void arena_destroy(struct arena **a)
{
    if (*a == NULL) return;
    while ((*a)->top != NULL) {
        struct block *b = (*a)->top;
        (*a)->top = b->older;
        free(b);
    }
    free(*a);
    *a = NULL;
}

void *arena_take(struct arena *a, size_t n)
{
    if (n > a->ceiling) return NULL;
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (need > a->ceiling - a->used) return NULL;
    struct block *b = a->top;
    if (b->size - b->used < need) {
        if (a->next < LARGEST) a->next *= 2;
        b = block_add(a, need > a->next ? need : a->next);
        if (b == NULL) return NULL;
    }
    void *p = (char *)b + HEADER + b->used;
    b->used += need;
    a->used += need;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    void *p = arena_take(a, count * size);
    if (p != NULL) memset(p, 0, count * size);
    return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *p = arena_take(a, s.len);
    if (p == NULL) return (struct slice){NULL, 0};
    if (s.len) memcpy(p, s.ptr, s.len);
    return (struct slice){p, s.len};
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    char *p = n < 0 ? NULL : arena_take(a, (size_t)n + 1);
    if (p != NULL) vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(args);
    return (struct slice){p, p ? (size_t)n : 0};
}

void arena_reset(struct arena *a)
{
    while (a->top->older != NULL) {
        struct block *b = a->top;
        a->top = b->older;
        free(b);
    }
    a->top->used = 0;
    a->used = 0;
    a->next = FIRST;
}
