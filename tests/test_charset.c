/* test_charset.c - files in known encodings, decoded without being told: how many give the text that they give with their true label. */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <strings.h>

#include "../proto/charset.h"

#define FILES "../shared/data/charset/"

static struct slice read_file(struct arena *mem, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, FILES "%s", name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) return (struct slice){NULL, 0};
    char *p = arena_take(mem, 4 << 20);
    assert_non_null(p);
    size_t n = fread(p, 1, 4 << 20, f);
    fclose(f);
    return (struct slice){p, n};
}

/* "windows-1250-polish" names a language too. */
static void cut_language(const char *label, char out[64])
{
    snprintf(out, 64, "%s", label);
    char *last = strrchr(out, '-');
    if (last != NULL && strlen(last) > 4 && (strncasecmp(out, "iso-8859", 8) == 0 || strncasecmp(out, "windows", 7) == 0) && strspn(last + 1, "0123456789") == 0) *last = '\0';
}

/* The file's text by its true label. */
static bool truth(struct slice raw, const char *label, struct arena *mem, struct slice *text)
{
    size_t bad;
    char name[64];
    cut_language(label, name);
    const char *charset = charset_of_label(slice_of(name));
    struct decoded d;
    if (charset == NULL) charset = name;
    if (strcmp(charset, "UTF-8") == 0) {
        *text = raw;
        return utf8_valid(raw);
    }
    if (charset_decode(raw, (struct slice){NULL, 0}, false, mem, &d) == OK && strcmp(d.basis, "mark") == 0) {
        *text = d.text;
        return true;
    }
    return charset_convert(raw, charset, mem, text, &bad) == OK;
}

static struct slice unmarked(struct slice s)
{
    return slice_starts(s, SLICE("\xEF\xBB\xBF")) ? slice_cut(s, 3, s.len) : s;
}

static void files_are_decoded_as_by_their_true_label(void **state)
{
    (void)state;
    json_error_t error;
    json_t *cases = json_load_file(FILES "expected.json", 0, &error);
    if (cases == NULL) {
        print_message("skipped: no " FILES "\n");
        skip();
    }
    struct arena *mem = arena_create(256 << 20);
    size_t i, right = 0, all = 0;
    json_t *row;
    json_array_foreach(cases, i, row) {
        const char *label = json_string_value(json_object_get(row, "encoding"));
        struct slice text, raw = read_file(mem, json_string_value(json_object_get(row, "file")));
        struct decoded d;
        assert_true(raw.ptr != NULL && label != NULL);
        bool known = truth(raw, label, mem, &text);
        all++;
        enum err e = charset_decode(raw, (struct slice){NULL, 0}, true, mem, &d);
        bool same = e == OK && known && slice_eq(unmarked(d.text), unmarked(text));
        right += same;
        if (!same) print_message("%-14s %-44s taken for %s by %s\n", label, json_string_value(json_object_get(row, "name")), e == OK ? d.charset : err_name(e), e == OK ? d.basis : "");
        arena_reset(mem);
    }
    print_message("%zu of %zu files decoded as by their label: %.1f %%\n", right, all, 100.0 * (double)right / (double)all);
    assert_true(right * 100 >= all * 95);
    json_decref(cases);
    arena_destroy(&mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files_are_decoded_as_by_their_true_label)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
