/* page_text.h - strangers' text made harmless for HTML, XML and Markdown; the few things that a link or a file name may be. Pure.
 *
 * Texts are valid UTF-8. Control characters, noncharacters and the characters that reorder what stands around them become U+FFFD, so a page is what it
 * looks like; white space runs become one space where a text has to stay on its line. */
#ifndef WD_REPORT_PAGE_TEXT_H
#define WD_REPORT_PAGE_TEXT_H

#include "../../libcommon/buf.h"

/* For HTML and XML, in elements and in quoted attributes alike. */
enum err page_escape(struct buf *out, struct slice s);
/* For Markdown (CommonMark with GitHub's tables and autolinks), in a line: no byte of s is taken as markup. Not at the beginning of a line. */
enum err page_escape_md(struct buf *out, struct slice s);
/* One character made harmless: itself, a space, or U+FFFD. */
uint32_t page_harmless(uint32_t c);

/* True for an absolute http or https address without blanks, quotes, control characters or user name: what a page may link to. */
bool page_may_link(struct slice url) MUST_CHECK;

enum { PAGE_FILE_MAX = 80 };
/* A file's name, without ending, for any story's id: the id itself where it is plain, else x- and its hash. Ended by a zero byte. */
void page_file(struct slice id, char out[PAGE_FILE_MAX]);

/* A UUID of these texts in this order: the same ones give the same. */
void page_uuid(struct slice a, struct slice b, char out[37]);

#endif
