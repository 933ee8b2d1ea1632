/* page_pen.h - one hand for two formats: the same calls write HTML or Markdown. Errors gather in the buffer. */
#ifndef WD_REPORT_PAGE_PEN_H
#define WD_REPORT_PAGE_PEN_H

#include "page.h"

struct pen {
    struct buf *out;
    const struct page *page;
    bool md, in_cell;
    const char *file; /* Markdown: the HTML page that its links lead to */
};

/* A section with its heading; the id is its anchor. */
void pen_section(struct pen *p, const char *id, const char *heading);
void pen_end_section(struct pen *p);
void pen_heading(struct pen *p, struct slice words); /* a smaller one inside */
void pen_para(struct pen *p);
void pen_end_para(struct pen *p);

void pen_list(struct pen *p);
void pen_item(struct pen *p);
void pen_end_item(struct pen *p);
void pen_end_list(struct pen *p);

/* heads: ended by NULL. */
void pen_table(struct pen *p, const char *caption, const char *const *heads);
void pen_row(struct pen *p);
void pen_row_of(struct pen *p, struct slice id);         /* a row with an anchor; absent: without */
void pen_cell(struct pen *p);
void pen_end_cell(struct pen *p);
void pen_end_row(struct pen *p);
void pen_end_table(struct pen *p);

void pen_say(struct pen *p, const char *ours);           /* our own words: no markup in them */
void pen_sayf(struct pen *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void pen_words(struct pen *p, struct slice words);       /* anybody's, as they are */
void pen_strong(struct pen *p, struct slice words);
void pen_quoted(struct pen *p, struct slice words);      /* a source's, in quotation marks */
void pen_break(struct pen *p);                           /* a new line inside a cell or an item */

/* A span's words, quoted, as a link to where they stand. */
void pen_span(struct pen *p, const json_t *span);
/* " [2] [5]": a link to the first span of a list in each article, with its outlet. */
void pen_cites(struct pen *p, const json_t *spans);
void pen_cite(struct pen *p, const json_t *span);
/* A link to another story's page. */
void pen_story(struct pen *p, struct slice id);
/* A link out, or only its text where the address may not be one. */
void pen_out(struct pen *p, struct slice url, struct slice words);

#endif
