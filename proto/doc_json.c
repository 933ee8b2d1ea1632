/* doc_json.c - the document as a line of JSON, by the same table. */
#include "doc_fields.h"

#include "../libcommon/json.h"
#include "../libcommon/json_read.h"

static enum err read_fields(const json_t *object, struct arena *mem, struct doc *doc)
{
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        const json_t *v = json_object_get(object, doc_fields[f].column.key);
        if (v == NULL || (json_is_null(v) && doc_fields[f].column.kind != COLUMN_SPAN)) continue;
        doc->culprit = (enum doc_field)f;
        enum err e = codec_read(&doc_fields[f].column, v, mem, doc);
        if (e != OK) return e;
        if (doc_fields[f].column.kind == COLUMN_RECORD && codec_absent(&doc_fields[f].column, doc)) continue;
        doc_set(doc, (enum doc_field)f);
    }
    doc->culprit = DOC_FIELD_COUNT;
    return OK;
}

enum err doc_from_json(struct slice line, struct arena *mem, struct doc *doc)
{
    return doc_read_json(NULL, line, mem, doc);
}

enum err doc_read_json(struct json_reader *quick, struct slice line, struct arena *mem, struct doc *doc)
{
    doc_init(doc);
    json_error_t why;
    json_t *object = quick != NULL ? json_read(quick, line, JSON_REJECT_DUPLICATES) : NULL;
    if (object == NULL) object = json_loadb(line.ptr ? line.ptr : "", line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    if (object == NULL) {
        enum json_error_code code = json_error_code(&why);
        if (code == json_error_invalid_utf8) return ERR_UTF8;
        if (code == json_error_duplicate_key) return ERR_DUPLICATE;
        if (code == json_error_stack_overflow) return ERR_DEPTH;
        return code == json_error_out_of_memory ? ERR_NOMEM : ERR_MALFORMED;
    }
    enum err e = json_is_object(object) ? read_fields(object, mem, doc) : ERR_MALFORMED;
    json_decref(object);
    if (e != OK) return e;
    if (!doc_has(doc, DOC_V)) {
        doc->v = DOC_VERSION;
        doc_set(doc, DOC_V);
    }
    if (doc->v != DOC_VERSION) return ERR_VERSION;
    if (!doc_has(doc, DOC_KEY) || doc->key.ptr == NULL) return ERR_MISSING;
    doc->culprit = doc_culprit(doc);
    return doc->culprit == DOC_FIELD_COUNT ? OK : doc_check(doc, doc->culprit);
}

enum err doc_to_json(struct doc *doc, doc_mask leave_out, struct arena *mem, struct buf *out)
{
    bool first = true;
    enum err e = doc_open(doc, doc->has & ~leave_out, mem);
    if (e != OK) return e;
    buf_char(out, '{');
    for (unsigned f = 0; f < DOC_FIELD_COUNT; f++) {
        if (!doc_has(doc, (enum doc_field)f) || (leave_out & DOC_BIT(f))) continue;
        json_put_key(out, &first, doc_fields[f].column.key);
        e = codec_print(&doc_fields[f].column, doc, out);
        if (e != OK) return e;
    }
    buf_char(out, '}');
    return out->failed;
}
