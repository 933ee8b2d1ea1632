/* xml.h - XML as feeders really send it: brought to UTF-8, mended where it is nearly right, read with libxml2 without network, DTD or entities of
 * its own. For the formats that are XML: feeds, NITF, NewsML. */
#ifndef WD_INGEST_XML_H
#define WD_INGEST_XML_H

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "split.h"

/* The body in UTF-8 without a byte order mark: as charset_decode() takes it, and UTF-16 or UTF-32 also without a mark. ERR_UNSUPPORTED (no text in any
 * charset that we know), ERR_TOO_BIG, ERR_NOMEM. */
enum err xml_utf8(struct slice body, struct slice transport, struct arena *mem, struct slice *out) MUST_CHECK;

/* Appends s with what XML forbids made right, outside CDATA: HTML's named entities become numbers, a lone & becomes &amp;, control characters
 * vanish (inside CDATA too), "<" that opens nothing becomes &lt;. */
enum err xml_mend(struct slice s, struct buf *out);

/* Parses UTF-8 XML: strictly, then leniently. *sound tells which of the two it was. NULL: no element in it, nested deeper than libxml2 allows (*deep), or
 * out of memory. Free with xmlFreeDoc(). */
xmlDoc *xml_read(xmlParserCtxt *parser, struct slice s, bool *sound, bool *deep) MUST_CHECK;

/* An element's canonical name: the known namespaces have their usual prefix (dc:, content:, media:, itunes:, rdf:, xhtml: ...), those of RSS and Atom none;
 * others as written. Into `out`, which is returned. */
const char *xml_name(const xmlNode *node, char out[64]);

/* The first child element of that canonical name, letters in any case, or NULL; the next one behind `after` when that is not NULL. */
xmlNode *xml_child(const xmlNode *parent, const char *name, const xmlNode *after);
/* The first such element below `top`, at any depth, in document order. */
xmlNode *xml_below(const xmlNode *top, const char *name);

/* Text of the node and all below it. Absent when empty; ptr NULL and *nomem when there was no room. */
struct slice xml_text(const xmlNode *node, struct arena *mem, bool *nomem);
/* An attribute's value, namespace ignored; absent when there is none. */
struct slice xml_attribute(const xmlNode *node, const char *name, struct arena *mem, bool *nomem);
/* What stands between the node's tags, as markup. */
struct slice xml_inner(const xmlNode *node, struct arena *mem, bool *nomem);
/* True when an element is among its children. */
bool xml_has_elements(const xmlNode *node);
/* A reference resolved against xml:base and `base` (may be absent). */
struct slice xml_resolve(const xmlNode *node, struct slice reference, struct slice base, struct arena *mem, bool *nomem);

/* A headline's or name's plain text: tags out, entities decoded, white space made single. Absent when nothing is left. */
struct slice xml_plain(struct slice markup, struct arena *mem, bool *nomem);

/* Past the declaration, comments, instructions and the doctype: where the first element begins. */
size_t xml_root(struct slice s);

#endif
