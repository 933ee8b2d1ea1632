/* unicode.h - what only C++ libraries offer: language detection (CLD2) and NFC over UTF-8 with its edits (ICU). */
#ifndef WD_NORMALIZE_UNICODE_H
#define WD_NORMALIZE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The BCP 47 code of the language that most of the text is in, or NULL when there is too little or it is not plain. `hint` is a code or
 * NULL. Static strings. */
const char *language_of(const char *text, size_t len, const char *hint);

/* True when the UTF-8 text is in NFC. */
bool nfc_is(const char *text, size_t len);

/* An edit: bytes [from, from + from_len) of the old text stand as [to, to + to_len) in the new; `same` when they are equal. */
typedef bool nfc_edit(void *self, bool same, size_t from, size_t from_len, size_t to, size_t to_len);

/* Writes text in NFC to out and tells each edit in order. Returns the length, or SIZE_MAX when `cap` was too small. */
size_t nfc_apply(const char *text, size_t len, char *out, size_t cap, nfc_edit *edit, void *self);

#ifdef __cplusplus
}
#endif
#endif
