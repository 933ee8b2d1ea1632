/* test.h - what cmocka wants included first, and what most tests need. */
#ifndef WD_TEST_H
#define WD_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../libcommon/arena.h"
#include "../libcommon/buf.h"

/* Fails with both slices shown. */
#define assert_slice(got, want_literal) assert_slice_at((got), slice_of(want_literal), __FILE__, __LINE__)

static inline void assert_slice_at(struct slice got, struct slice want, const char *file, int line)
{
    if (slice_eq(got, want)) return;
    print_error("got  \"%.*s\"\nwant \"%.*s\"\n", (int)got.len, got.ptr ? got.ptr : "", (int)want.len, want.ptr);
    _fail(file, line);
}

/* Fails with the error's name and the case's. */
#define assert_err(got, want, name) assert_err_at((got), (want), (name), __FILE__, __LINE__)

static inline void assert_err_at(enum err got, enum err want, const char *name, const char *file, int line)
{
    if (got == want) return;
    print_error("%s: got %s, want %s\n", name, err_name(got), err_name(want));
    _fail(file, line);
}

/* A whole file, malloc'ed, or NULL. */
static inline char *read_whole(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *p = malloc((size_t)n + 1);
    *len = p ? fread(p, 1, (size_t)n, f) : 0;
    if (p) p[*len] = '\0';
    fclose(f);
    return p;
}

#endif
