/* jot.c - commas and braces. */
#include "jot.h"

#include <assert.h>

static void lead(struct jot *j, const char *key)
{
    uint64_t bit = (uint64_t)1 << j->depth;
    if (j->more & bit) buf_char(j->out, ',');
    j->more |= bit;
    if (key == NULL) return;
    buf_char(j->out, '"');
    buf_str(j->out, key);
    buf_str(j->out, "\":");
}

static void open(struct jot *j, const char *key, char mark)
{
    lead(j, key);
    buf_char(j->out, mark);
    j->depth++;
    assert(j->depth < 64);
    j->more &= ~((uint64_t)1 << j->depth);
}

static void end(struct jot *j, char mark)
{
    assert(j->depth > 0);
    j->depth--;
    buf_char(j->out, mark);
}

void jot_object(struct jot *j, const char *key)
{
    open(j, key, '{');
}

void jot_list(struct jot *j, const char *key)
{
    open(j, key, '[');
}

void jot_end_object(struct jot *j)
{
    end(j, '}');
}

void jot_end_list(struct jot *j)
{
    end(j, ']');
}

void jot_text(struct jot *j, const char *key, struct slice v)
{
    lead(j, key);
    json_put_text(j->out, v);
}

void jot_count(struct jot *j, const char *key, uint64_t v)
{
    lead(j, key);
    buf_count(j->out, v);
}

void jot_real(struct jot *j, const char *key, double v)
{
    lead(j, key);
    json_put_real(j->out, v);
}

void jot_bool(struct jot *j, const char *key, bool v)
{
    lead(j, key);
    buf_str(j->out, v ? "true" : "false");
}

void jot_raw(struct jot *j, const char *key, struct slice json)
{
    lead(j, key);
    buf_put(j->out, json);
}

void jot_maybe(struct jot *j, const char *key, struct slice v)
{
    if (v.ptr != NULL) jot_text(j, key, v);
}
