/* span.h - places in a text: byte offsets, half open, on character boundaries. */
#ifndef WD_SPAN_H
#define WD_SPAN_H

#include "../libcommon/base.h"

/* Bytes [b, e) of a text. b >= e means "none". */
struct span {
    uint32_t b, e;
};

struct spans {
    struct span *ptr;
    size_t len;
};

/* A run of bytes copied verbatim: text[text, text + len) == source[source, source + len). */
struct run {
    uint32_t text, source, len;
};

struct runs {
    struct run *ptr;
    size_t len;
};

struct slices {
    struct slice *ptr;
    size_t len;
};

static inline bool span_empty(struct span s)
{
    return s.b >= s.e;
}

static inline struct slice span_of(struct slice text, struct span s)
{
    return slice_cut(text, s.b, s.e);
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.b == b.b && a.e == b.e;
}

/* True when the span lies inside the text and both ends are character boundaries (an empty span does). */
static inline bool span_fits(struct slice text, struct span s)
{
    return span_empty(s) || (s.e <= text.len && utf8_boundary(text, s.b) && utf8_boundary(text, s.e));
}

#endif
