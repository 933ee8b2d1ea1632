/* story_record.c - members, times and representatives of a story. */
#include "story_record.h"

#include "stories_model.h"

void story_add_representative(struct story_record *r, uint32_t number)
{
    if (r->n_representatives == REPRESENTATIVES) {
        memmove(r->representative + KEPT_FIRST, r->representative + KEPT_FIRST + 1,
            (REPRESENTATIVES - KEPT_FIRST - 1) * sizeof *r->representative);
        r->n_representatives--;
    }
    r->representative[r->n_representatives++] = number;
}

void story_add_time(struct story_record *r, uint32_t minutes)
{
    if (minutes == 0) return;
    if (r->first == 0 || minutes < r->first) r->first = minutes;
    if (minutes > r->last) r->last = minutes;
}

void story_add_member(struct story_record *r, uint32_t number, uint32_t minutes, bool copy)
{
    r->members++;
    story_add_time(r, minutes);
    if (copy) return;
    r->weight++;
    story_add_representative(r, number);
}

bool story_found_under(const struct story_record *r, uint32_t term)
{
    for (size_t i = 0; i < r->n_terms; i++)
        if (r->term[i] == term) return true;
    return false;
}
