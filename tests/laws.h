/* laws.h - what holds for everything that normalize emits: spans lie in the text, and the map tells the truth about the source. */
#ifndef WD_TEST_LAWS_H
#define WD_TEST_LAWS_H

#include "../proto/doc.h"

/* NULL, or which law is broken. */
static inline const char *broken_law(const struct doc *doc, struct slice source)
{
    struct slice text = doc->text;
    uint32_t at = 0;
    if (!utf8_valid(text)) return "the text is not UTF-8";
    for (size_t i = 0; i < doc->map.len; i++) {
        struct run r = doc->map.ptr[i];
        if (r.len == 0 || r.text < at) return "runs are empty, overlap or are out of order";
        if ((size_t)r.text + r.len > text.len || (size_t)r.source + r.len > source.len) return "a run lies outside";
        if (memcmp(text.ptr + r.text, source.ptr + r.source, r.len) != 0) return "a run's bytes are not the source's";
        at = r.text + r.len;
    }
    if (!span_fits(text, doc->title) || !span_fits(text, doc->standfirst)) return "title or standfirst does not fit";
    if (doc->body > text.len || !utf8_boundary(text, doc->body)) return "body is no boundary";
    if (!span_empty(doc->title) && (doc->title.b != 0 || doc->title.e > doc->body)) return "the title is not before the body";
    if (!span_empty(doc->standfirst) && (doc->standfirst.b != doc->title.e + 1 || doc->standfirst.e > doc->body)) return "the standfirst is not behind the title";
    at = 0;
    for (size_t i = 0; i < doc->sentences.len; i++) {
        struct span s = doc->sentences.ptr[i];
        if (span_empty(s) || s.b < at || !span_fits(text, s)) return "a sentence is out of order or does not fit";
        at = s.e;
    }
    for (size_t i = 0; i < doc->dropped.len; i++) {
        struct dropped d = doc->dropped.ptr[i];
        if (d.b >= d.e || d.e > source.len || !utf8_boundary(source, d.b) || !utf8_boundary(source, d.e) || d.why.len == 0) return "what was dropped does not fit the source";
    }
    return NULL;
}

#endif
