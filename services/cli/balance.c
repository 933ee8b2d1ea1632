/* balance.c - the conservation sum, twice: the journal's own, and the ledger's rows against it. */
#include "balance.h"

#include <stdio.h>

static uint64_t outcomes(const struct counts *c)
{
    return c->reported + c->duplicate + c->rejected + c->again;
}

bool balance_holds(const struct counts *journal, const struct counts *ledger, uint64_t watermark, char *why, size_t why_size)
{
    *why = '\0';
    if (journal->accepted != outcomes(journal) + journal->in_flight) {
        snprintf(why, why_size, "the journal accepted %llu, but has outcomes for %llu and %llu in flight", (unsigned long long)journal->accepted,
                 (unsigned long long)outcomes(journal), (unsigned long long)journal->in_flight);
        return false;
    }
    if (outcomes(ledger) != watermark) {
        snprintf(why, why_size, "the journal retired all up to #%llu, but the ledger has %llu outcomes of them", (unsigned long long)watermark,
                 (unsigned long long)outcomes(ledger));
        return false;
    }
    return true;
}
