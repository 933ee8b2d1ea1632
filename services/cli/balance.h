/* balance.h - whether every document is accounted for. */
#ifndef WD_CLI_BALANCE_H
#define WD_CLI_BALANCE_H

#include "../../libcommon/base.h"

struct counts {
    uint64_t accepted, reported, duplicate, rejected, again, in_flight;
};

/* `journal`: ingest's counts at one moment. `ledger`: outcomes counted from the ledger's rows with a sequence number up to `watermark`, below
 * which ingest has seen every outcome; so their sum must be the watermark exactly. `why` gets what does not hold. */
bool balance_holds(const struct counts *journal, const struct counts *ledger, uint64_t watermark, char *why, size_t why_size) MUST_CHECK;

#endif
