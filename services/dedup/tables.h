/* tables.h - plain facts as lists of folded words, each between spaces where nothing else is said. */
#ifndef WD_DEDUP_TABLES_H
#define WD_DEDUP_TABLES_H

#include "words.h"

/* Words for people coming together or going to each other. */
extern word_list table_encounters;
extern const char *const table_months;
/* Last words of the names of countries, continents and the like: too wide to tell two events apart. */
extern const char *const table_countries;

/* News agencies: the name as a text or dateline has it, and what it is called here. Ended by NULL. */
struct table_agency {
    const char *words, *name;
};
extern const struct table_agency table_agencies[];

#endif
