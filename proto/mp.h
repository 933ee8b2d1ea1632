/* mp.h - where msgpack values begin and end, no length trusted.
 *
 * What we accept of msgpack (https://github.com/msgpack/msgpack/blob/master/spec.md), decided once: any width of integer,
 * both widths of float, str that is valid UTF-8, bin, arrays, maps whose keys are str. Extension types and the byte 0xc1 are
 * refused. msgpack-c believes declared counts (five bytes reserve gigabytes), so every frame is measured here first. */
#ifndef WD_MP_H
#define WD_MP_H

#include "../libcommon/base.h"

enum mp_kind { MP_NIL, MP_BOOL, MP_UINT, MP_INT, MP_REAL, MP_STR, MP_BIN, MP_ARRAY, MP_MAP };

struct mp_head {
    enum mp_kind kind;
    size_t size;        /* bytes of the head itself; for str and bin with the content */
    struct slice bytes; /* str and bin: the content */
    uint32_t count;     /* arrays: elements; maps: pairs */
    uint64_t uint;      /* MP_UINT; MP_BOOL: 0 or 1 */
    int64_t sint;       /* MP_INT: below 0 */
    double real;        /* MP_REAL */
};

/* Reads the head of the value at the start of `in`. ERR_MALFORMED when it is cut short or of a type that we refuse. */
enum err mp_head(struct slice in, struct mp_head *head) MUST_CHECK;

/* Measures the value at the start of `in`: *len is the bytes that it takes. Allocates nothing; time linear in *len. Every
 * declared count is held against the bytes that are there. ERR_MALFORMED, ERR_DEPTH (more than `depth` arrays and maps inside
 * one another, at most MP_DEPTH_MOST), ERR_UTF8. */
enum err mp_measure(struct slice in, unsigned depth, size_t *len) MUST_CHECK;

enum { MP_DEPTH_MOST = 32 };

#endif
