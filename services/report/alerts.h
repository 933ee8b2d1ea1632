/* alerts.h - the watch list: rules in a file, and which of them an article fulfils. Pure.
 *
 * One rule a line; empty lines and lines that begin with # are not rules. A rule is one or more wishes with AND, OR, NOT and parentheses between them (in
 * capitals; NOT binds closest, then AND, then OR). A wish is
 *
 *   Steve Witkoff            words that stand so in the text, whatever their case; in quotes where a word is AND, OR or NOT or a sign is meant
 *   ferr*                    the last word may be only begun
 *   WHO                      one word all in capitals: in capitals only
 *   name:Calder Lines        a person, organization or place whose name has these words
 *   speaker:Calder           somebody with these words in the name is quoted
 *   outlet:"Northern Wire"   the article is of that outlet
 *
 * A rule that would hold for an article with none of its wishes (NOT storm) is a mistake: it must name something that has to be there. */
#ifndef WD_REPORT_ALERTS_H
#define WD_REPORT_ALERTS_H

#include "../../proto/doc.h"

enum {
    ALERTS_FILE_MAX = 4 << 20,
    ALERTS_RULES_MAX = 10000,
    ALERTS_SPANS_MAX = 16, /* places told of one alert, the first ones */
    ALERTS_NAMES_MAX = 8,
};

struct alert_rules;

/* Reads a watch list. ERR_SCHEMA: a line is no rule, ERR_TOO_BIG, ERR_UTF8, ERR_NOMEM: `why` gets a line for people with the line's number. */
enum err alert_rules_read(struct slice text, struct alert_rules **out, char *why, size_t why_size) MUST_CHECK;
/* NULL is fine. */
void alert_rules_free(struct alert_rules **r);
size_t alert_rules_count(const struct alert_rules *r);

struct alert_match {
    struct slice rule; /* the line as the file has it, without white space around */
    unsigned line;     /* in the file, from 1 */
    struct span spans[ALERTS_SPANS_MAX]; /* of the text, in order; none when the rule asks for the outlet alone */
    size_t n_spans;
    struct slice names[ALERTS_NAMES_MAX];
    size_t n_names;
};
typedef enum err (*alert_match_fn)(void *self, const struct alert_match *m);
/* Calls `fn` for each rule that the document fulfils, in the order of the file. Text, outlet, entities and quotes must be decoded where present. Costs one
 * walk over the text whatever the number of rules. */
enum err alert_rules_match(const struct alert_rules *r, const struct doc *doc, struct arena *mem, alert_match_fn fn, void *self) MUST_CHECK;

#endif
