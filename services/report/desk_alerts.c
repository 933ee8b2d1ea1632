/* desk_alerts.c - an article's alert lines. */
#include "desk_parts.h"

struct telling { struct desk *d; struct arena *mem; const struct doc *doc; uint64_t now; };

static enum err tell_alert(void *self, const struct alert_match *m)
{
    struct telling *t = self;
    struct slice id = arena_printf(t->mem, "%.*s#w%u", (int)t->doc->key.len, t->doc->key.ptr, m->line);
    if (id.ptr == NULL) return ERR_NOMEM;
    size_t at = t->d->text.len;
    struct line_head head = desk_head(t->d, t->now, "alert", "new", id);
    enum err e = line_alert(&head, t->doc, m, &t->d->text);
    return e == OK ? desk_add(t->d, &head, at) : e;
}

enum err desk_tell_alerts(struct desk *d, struct arena *mem, const struct doc *doc, uint64_t now)
{
    struct telling t = {d, mem, doc, now};
    return d->watch == NULL ? OK : alert_rules_match(d->watch, doc, mem, tell_alert, &t);
}

void desk_watch(struct desk *d, const struct alert_rules *watch)
{
    d->watch = watch;
}
