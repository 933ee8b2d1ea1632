/* window.c - a fixed table of unanswered requests, searched linearly: it holds some dozens. */
#include "window.h"

#include <stdlib.h>

enum { BUSY_FIRST_MS = 100, BUSY_MOST_MS = 5000 };

enum err window_make(struct window *w, size_t slots, size_t bytes_max)
{
    *w = (struct window){.slot = calloc(slots, sizeof *w->slot), .slots = slots, .bytes_max = bytes_max, .next_ref = 1};
    if (w->slot == NULL) return ERR_NOMEM;
    for (size_t i = 0; i < slots; i++) w->slot[i].piece = (struct piece){.body = buf_make(SIZE_MAX / 2), .member = buf_make(4096)};
    return OK;
}

void window_free(struct window *w)
{
    for (size_t i = 0; i < w->slots; i++) {
        buf_free(&w->slot[i].piece.body);
        buf_free(&w->slot[i].piece.member);
    }
    free(w->slot);
    *w = (struct window){0};
}

struct request *window_room(struct window *w)
{
    if (w->used == w->slots || (w->used > 0 && w->bytes >= w->bytes_max)) return NULL;
    for (size_t i = 0; i < w->slots; i++) {
        if (w->slot[i].state != REQUEST_FREE) continue;
        buf_clear(&w->slot[i].piece.body);
        return &w->slot[i];
    }
    return NULL;
}

void window_put(struct window *w, struct request *r)
{
    r->state = REQUEST_WAITING;
    r->ref = w->next_ref++;
    r->due = 0;
    r->busy = 0;
    w->used++;
    w->bytes += r->bytes = r->piece.body.len;
}

struct request *window_due(const struct window *w, uint64_t now, uint64_t *wait)
{
    struct request *found = NULL;
    *wait = UINT64_MAX;
    for (size_t i = 0; i < w->slots; i++) {
        struct request *r = &w->slot[i];
        if (r->state != REQUEST_WAITING) continue;
        if (r->due > now) {
            if (r->due - now < *wait) *wait = r->due - now;
        } else if (found == NULL || r->ref < found->ref) {
            found = r;
        }
    }
    if (found != NULL) *wait = 0;
    return found;
}

struct request *window_find(const struct window *w, uint64_t ref)
{
    for (size_t i = 0; i < w->slots; i++)
        if (w->slot[i].state != REQUEST_FREE && w->slot[i].ref == ref) return &w->slot[i];
    return NULL;
}

void window_again(struct window *w, struct request *r)
{
    r->state = REQUEST_WAITING;
    r->ref = w->next_ref++;
    r->due = 0;
    r->busy = 0;
}

void window_done(struct window *w, struct request *r)
{
    r->state = REQUEST_FREE;
    w->used--;
    w->bytes -= r->bytes;
}

uint64_t window_busy(struct window *w, struct request *r, uint64_t retry_ms, uint64_t now)
{
    uint64_t ms = retry_ms ? retry_ms : BUSY_FIRST_MS;
    for (unsigned i = 0; i < r->busy && ms < BUSY_MOST_MS; i++) ms *= 2;
    if (ms > BUSY_MOST_MS) ms = BUSY_MOST_MS;
    r->busy++;
    r->state = REQUEST_WAITING;
    for (size_t i = 0; i < w->slots; i++)
        if (w->slot[i].state == REQUEST_WAITING && w->slot[i].due < now + ms) w->slot[i].due = now + ms;
    return ms;
}

size_t window_broken(struct window *w, uint64_t now)
{
    size_t n = 0;
    for (size_t i = 0; i < w->slots; i++) {
        if (w->slot[i].state != REQUEST_SENT) continue;
        w->slot[i].state = REQUEST_WAITING;
        w->slot[i].due = now;
        n++;
    }
    return n;
}
