/* pack.h - a document's frame as the ledger keeps it: a small one stands as it is, a larger one in zlib's format. */
#ifndef WD_PACK_H
#define WD_PACK_H

#include "doc.h"

/* Whether a kept frame of that size stands as it was: a frame is a MessagePack map, whose first byte zlib's header (RFC 1950, CMF) never has. */
bool frame_plain(struct slice packed, size_t size);

/* The frame, `size` bytes long, in mem. ERR_MALFORMED, ERR_NOMEM. */
enum err frame_unpack(struct slice packed, int64_t size, struct arena *mem, struct slice *frame) MUST_CHECK;

#endif
