/* model.c - maps the model's file and finds things in its tables. */
#include "model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS_MAX = 1 << 26 };

enum err model_over(const void *bytes, size_t size, struct model *out)
{
    const struct model_head *h = bytes;
    *out = (struct model){.head = h, .size = size};
    if (size < sizeof *h || memcmp(h->magic, "WDNAMES", sizeof h->magic) != 0) return ERR_MALFORMED;
    if (h->version != MODEL_VERSION) return ERR_VERSION;
    if (h->features > SLOTS_MAX || h->words > SLOTS_MAX || h->phrases > SLOTS_MAX || h->parts > SLOTS_MAX || h->nets > 1) return ERR_MALFORMED;
    size_t packed = ((size_t)h->words + h->phrases + h->parts) * sizeof(uint32_t);
    size_t net = h->nets * (sizeof(struct net) + (size_t)h->words * NET_CODES);
    if (size != sizeof *h + h->features * sizeof(struct feature) + packed + net) return ERR_MALFORMED;
    out->feature = (const struct feature *)(h + 1);
    out->word = (const uint32_t *)(out->feature + h->features);
    out->phrase = out->word + h->words;
    out->part = out->phrase + h->phrases;
    if (h->nets == 0) return OK;
    out->net = (const struct net *)(out->part + h->parts);
    out->code = (const uint8_t (*)[NET_CODES])(out->net + 1);
    return OK;
}

enum err model_open(const char *path, struct model *out)
{
    struct stat st;
    *out = (struct model){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ERR_IO;
    void *map = MAP_FAILED;
    if (fstat(fd, &st) == 0 && st.st_size > 0) map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED) return ERR_IO;
    enum err e = model_over(map, (size_t)st.st_size, out);
    out->map = map;
    if (e != OK) model_close(out);
    return e;
}

void model_close(struct model *m)
{
    if (m->map != NULL) munmap(m->map, m->size);
    *m = (struct model){0};
}

uint32_t packed_slot(const uint32_t *slot, uint32_t slots, uint64_t hash, unsigned bits)
{
    if (slots == 0) return 0;
    uint32_t check = packed_check(hash, bits), tried = 0;
    for (uint32_t i = slot_of(hash, slots); slot[i] != 0 && tried < slots; tried++) {
        if (slot[i] >> bits == check) return i + 1;
        i = i + 1 < slots ? i + 1 : 0;
    }
    return 0;
}

uint32_t packed_find(const uint32_t *slot, uint32_t slots, uint64_t hash, unsigned bits)
{
    uint32_t at = packed_slot(slot, slots, hash, bits);
    return at == 0 ? 0 : slot[at - 1] & ((1u << bits) - 1);
}
