/* ask.c - GET, parsed. */
#include "ask.h"

#include <errno.h>
#include <glob.h>
#include <netdb.h>
#include <stdio.h>

#include "../../libcommon/http.h"
#include "../../libcommon/state.h"

enum { ANSWER_MOST = 4 << 20 };

json_t *ask_json(const char *where, const char *target, uint64_t timeout_ms, char *why, size_t why_size)
{
    unsigned status = 0;
    struct buf body = buf_make(ANSWER_MOST);
    enum err e = http_get(where, target, (int)timeout_ms, &status, &body);
    json_t *json = NULL;
    if (e != OK) snprintf(why, why_size, "%s", e == ERR_IO ? strerror(errno) : err_name(e));
    else if (status != 200) snprintf(why, why_size, "HTTP status %u", status);
    else if ((json = json_loadb(body.ptr, body.len, 0, NULL)) == NULL) snprintf(why, why_size, "its answer is no JSON");
    buf_free(&body);
    return json;
}

uint64_t ask_count(const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    if (json_is_real(n)) return json_real_value(n) > 0 && json_real_value(n) < 1e18 ? (uint64_t)json_real_value(n) : 0;
    return json_integer_value(n) > 0 ? (uint64_t)json_integer_value(n) : 0;
}

enum err ask_each(const char *state, const char *stage, void (*found)(void *self, const char *name, const char *where), void *self)
{
    char pattern[4200], name[256];
    glob_t paths = {0};
    enum err e = state_path(pattern, sizeof pattern, state, "sock/%s.*.http", stage);
    if (e != OK) return e;
    int rc = glob(pattern, 0, NULL, &paths);
    for (size_t i = 0; rc == 0 && i < paths.gl_pathc; i++) {
        const char *base = strrchr(paths.gl_pathv[i], '/') + 1;
        snprintf(name, sizeof name, "%.*s", (int)(strlen(base) - strlen(".http")), base);
        found(self, name, paths.gl_pathv[i]);
    }
    if (rc == 0) globfree(&paths);
    return rc == GLOB_NOSPACE ? ERR_NOMEM : OK;
}

void ask_each_address(const char *host_port, void (*found)(void *self, const char *name, const char *where), void *self)
{
    char host[256], name[400], where[400], address[128];
    const char *colon = strrchr(host_port, ':');
    struct addrinfo *list = NULL, hints = {.ai_socktype = SOCK_STREAM};
    snprintf(host, sizeof host, "%.*s", colon ? (int)(colon - host_port) : 255, host_port);
    if (colon == NULL || getaddrinfo(host, colon + 1, &hints, &list) != 0) {
        found(self, host_port, host_port);
        return;
    }
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        if (getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST) != 0) continue;
        bool alone = a == list && a->ai_next == NULL;
        snprintf(name, sizeof name, "%s%s%s", host, alone ? "" : "@", alone ? "" : address);
        snprintf(where, sizeof where, "%s%s", address, colon);
        found(self, name, where);
    }
    freeaddrinfo(list);
}

/* --- at rest? --- */

struct resting {
    uint64_t timeout_ms, in_flight, pending, seq;
    size_t journals, ledgers, silent;
};

static void look(void *self, const char *name, const char *where)
{
    struct resting *r = self;
    char why[128];
    (void)name;
    json_t *status = ask_json(where, "/status", r->timeout_ms, why, sizeof why);
    const json_t *journal = json_object_get(status, "journal"), *ledger = json_object_get(status, "ledger");
    if (status == NULL) r->silent++;
    if (journal != NULL) {
        r->journals++;
        r->in_flight += ask_count(journal, "in_flight");
    }
    if (ledger != NULL) {
        r->ledgers++;
        r->pending += ask_count(status, "pending_stories");
        r->seq = ask_count(ledger, "seq");
    }
    json_decref(status);
}

enum rest ask_rest(const char *state, const struct option_list *at, uint64_t timeout_ms, uint64_t *seq)
{
    struct resting r = {.timeout_ms = timeout_ms};
    enum err e = OK;
    for (size_t i = 0; i < at->len; i++) ask_each_address(at->item[i], look, &r);
    if (at->len == 0) {
        e = ask_each(state, "ingest", look, &r); /* first: what has its outcome by now, report knows */
        if (e == OK) e = ask_each(state, "report", look, &r);
    }
    *seq = r.seq;
    if (e != OK || r.silent > 0 || r.journals == 0 || r.ledgers == 0) return REST_UNKNOWN;
    return r.in_flight + r.pending > 0 ? REST_WORKING : REST_DONE;
}
