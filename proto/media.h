/* media.h - pictures, sound and film by their first bytes: what containers hold beside articles. */
#ifndef WD_MEDIA_H
#define WD_MEDIA_H

#include "../libcommon/base.h"

/* "a picture", "sound", "film"; NULL when it is none that is known. */
const char *media_of(struct slice first);

/* True for a member of an archive that no one means: its path is a desktop's own, or it or a folder on its way begins with a dot. */
bool media_litter(struct slice path);

#endif
