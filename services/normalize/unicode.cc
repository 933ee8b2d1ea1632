// unicode.cc - what only C++ libraries offer: language detection (CLD2) and NFC over UTF-8 with its edits (ICU).
#include "unicode.h"

#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>

extern "C" const char *language_of(const char *text, size_t len, const char *hint)
{
    const size_t enough = 1 << 15;
    if (len > enough)
        for (len = enough; len > 0 && (text[len] & 0xC0) == 0x80;) len--;
    CLD2::CLDHints hints = {hint, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language best[3];
    int percent[3], bytes, valid;
    double score[3];
    bool reliable = false;
    CLD2::Language language = CLD2::ExtDetectLanguageSummaryCheckUTF8(text, static_cast<int>(len), true, &hints, 0, best, percent, score,
                                                                      nullptr, &bytes, &reliable, &valid);
    if (language == CLD2::UNKNOWN_LANGUAGE || (!reliable && len < 200)) return nullptr;
    return CLD2::LanguageCode(language);
}

static const icu::Normalizer2 *nfc()
{
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFCInstance(status);
}

extern "C" bool nfc_is(const char *text, size_t len)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *form = nfc();
    return form == nullptr || form->isNormalizedUTF8(icu::StringPiece(text, static_cast<int32_t>(len)), status) || U_FAILURE(status);
}

extern "C" size_t nfc_apply(const char *text, size_t len, char *out, size_t cap, nfc_edit *edit, void *self)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *form = nfc();
    if (form == nullptr) return SIZE_MAX;
    icu::CheckedArrayByteSink sink(out, static_cast<int32_t>(cap));
    icu::Edits edits;
    form->normalizeUTF8(0, icu::StringPiece(text, static_cast<int32_t>(len)), sink, &edits, status);
    if (U_FAILURE(status) || sink.Overflowed()) return SIZE_MAX;
    icu::Edits::Iterator it = edits.getCoarseIterator();
    while (it.next(status)) {
        if (!edit(self, !it.hasChange(), static_cast<size_t>(it.sourceIndex()), static_cast<size_t>(it.oldLength()),
                  static_cast<size_t>(it.destinationIndex()), static_cast<size_t>(it.newLength())))
            return SIZE_MAX;
    }
    return static_cast<size_t>(sink.NumberOfBytesWritten());
}
