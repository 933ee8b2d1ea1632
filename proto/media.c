/* media.c - the marks of pictures, sound and film, and what desktops leave in archives. */
#include "media.h"

static const struct { const char *mark; size_t len; const char *what; } marks[] = {
    {"\x89PNG", 4, "a picture"}, {"\xFF\xD8\xFF", 3, "a picture"}, {"GIF87a", 6, "a picture"}, {"GIF89a", 6, "a picture"}, {"II*\0", 4, "a picture"},
    {"MM\0*", 4, "a picture"}, {"8BPS\0", 5, "a picture"}, {"ID3\x02", 4, "sound"}, {"ID3\x03", 4, "sound"}, {"ID3\x04", 4, "sound"}, {"OggS\0", 5, "sound"},
    {"fLaC\0", 5, "sound"}, {"\x1A\x45\xDF\xA3", 4, "film"},
};

const char *media_of(struct slice first)
{
    struct slice kind = slice_cut(first, 8, 12);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (slice_starts(first, (struct slice){marks[i].mark, marks[i].len})) return marks[i].what;
    if (first.len > 12 && first.ptr[0] == '\0' && slice_eq(slice_cut(first, 4, 8), SLICE("ftyp"))) return "film";
    if (!slice_starts(first, SLICE("RIFF"))) return NULL;
    return slice_eq(kind, SLICE("WEBP")) ? "a picture" : slice_eq(kind, SLICE("WAVE")) ? "sound" : slice_eq(kind, SLICE("AVI ")) ? "film" : NULL;
}

bool media_litter(struct slice path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '.' && (i == 0 || path.ptr[i - 1] == '/')) return true;
    return slice_starts(path, SLICE("__MACOSX/"));
}
