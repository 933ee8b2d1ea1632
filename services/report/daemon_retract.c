/* daemon_retract.c - POST /retract?key=KEY&why=TEXT[&forget=1] at report's own socket. */
#include "../../libcommon/clock.h"
#include "../../libcommon/log.h"
#include "daemon.h"
#include "jot.h"
#include "keep.h"

static unsigned complain(struct buf *body, unsigned status, const char *what)
{
    struct jot j = jot_make(body);
    jot_object(&j, NULL);
    jot_text(&j, "error", slice_of(what));
    jot_end_object(&j);
    return status;
}

unsigned report_act(void *self, const struct http_request *q, struct buf *body)
{
    struct report *r = self;
    if (strcmp(http_path(q), "/retract") != 0) return 0;
    const char *key = http_argument(q, "key"), *why = http_argument(q, "why"), *forget = http_argument(q, "forget");
    struct desk_retraction what = {slice_of(key), slice_of(why), forget != NULL && strcmp(forget, "1") == 0};
    struct desk_retracted done;
    if (key == NULL || why == NULL || !utf8_valid(what.why) || what.why.len > RETRACT_WHY_MAX) return complain(body, 400, "want key and why");
    if (r->trouble != NULL) return complain(body, 503, r->trouble);
    enum err e = office_retract(&r->office, &what, clock_wall_ms(), &done);
    if (e != OK) return complain(body, 503, ledger_trouble(r->office.ledger));
    if (!report_publish(r)) return complain(body, 503, "the lines could not be written");
    if (what.forget) e = office_forget(&r->office, &done);
    if (e != OK) return complain(body, 503, ledger_trouble(r->office.ledger));
    if (done.found) log_event(LOG_INFO, what.forget ? "forgotten" : "retracted", "key=%s lines=%zu", key, done.blanked);
    retract_answer(&done, body);
    return 200;
}
