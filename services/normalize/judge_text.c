/* judge_text.c - which lines of a plain text are the article: furniture by what it says, and what stands behind its end. */
#include "judge.h"

static void keep_hint(struct slice *kept, struct slice said)
{
    if (kept->ptr == NULL && said.len > 0) *kept = said;
}

static size_t prose_from(const struct page *p, size_t i)
{
    size_t bytes = 0;
    for (; i < p->n_blocks; i++) {
        struct slice t = block_text(p, &p->blocks[i]);
        if (t.len > 80 && line_is_closed(t)) bytes += t.len;
    }
    return bytes;
}

/* A bare number on a line of its own counts something only beside other furniture or a gap: in a list or table it stays. */
static bool lone_counter(const struct page *p, size_t i)
{
    const struct block *b = &p->blocks[i];
    bool first = i == 0 || b->gap, last = i + 1 == p->n_blocks || b[1].gap;
    struct line_says up = i ? line_look(block_text(p, b - 1)) : (struct line_says){NULL}, down = i + 1 < p->n_blocks ? line_look(block_text(p, b + 1)) : up;
    return (first && last) || (up.why && down.why) || ((first && down.why) || (last && up.why));
}

void judge_text(struct page *p, struct hints *hints)
{
    size_t before = 0;
    const char *ended = NULL;
    for (size_t i = 0; i < p->n_blocks; i++) {
        struct block *b = &p->blocks[i];
        struct slice t = block_text(p, b);
        struct line_says says = line_look(t);
        if (t.len == 0) says.why = "markup";
        if (says.counter && !lone_counter(p, i)) says.why = NULL;
        b->why = ended ? ended : says.why;
        b->keep = b->why == NULL;
        b->score = b->keep ? 1 : 0;
        keep_hint(&hints->outlet, says.outlet);
        keep_hint(&hints->url, says.url);
        keep_hint(&hints->title, says.title);
        keep_hint(&hints->byline, says.byline);
        keep_hint(&hints->date, says.date);
        if (b->keep) before += t.len;
        if (says.why && says.ends && before > 250 && prose_from(p, i + 1) * 3 < before) ended = says.why;
    }
    if (before > 0) return;
    for (size_t i = 0; i < p->n_blocks; i++) /* nothing but furniture: then it is the text */
        if (!span_empty(p->blocks[i].text)) {
            p->blocks[i].keep = true;
            p->blocks[i].why = NULL;
        }
}
