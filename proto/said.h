/* said.h - what people are shown for the names that stream lines use: the pages and the command say the same. */
#ifndef WD_SAID_H
#define WD_SAID_H

#include "../libcommon/buf.h"

/* Appends a slot's name in words: "dead, hurt or missing" for toll, "war year" for war_year. Letters and blanks only. */
void said_slot(struct slice slot, struct buf *out);

#endif
