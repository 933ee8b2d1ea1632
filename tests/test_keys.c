/* test_keys.c - key files: made whole and for their owner alone, read with suspicion, replaced with both valid. */
#include "test.h"

#include "../libcommon/keys.h"
#include "../libcommon/log.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/wd-keys-XXXXXX");
    return mkdtemp(dir) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void make(const char *name, const char *roles, bool replace)
{
    struct trouble t;
    if (!keys_make(dir, name, roles, replace, &t)) fail_msg("%s", t.line);
}

static const char *path_of(const char *file)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return path;
}

static void write_text(const char *file, const char *text)
{
    FILE *f = fopen(path_of(file), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void the_secret_is_its_owners_alone(void **state)
{
    (void)state;
    struct trouble t;
    struct key_pair pair;
    struct stat st;
    umask(0);
    make("tag", "tag", false);
    assert_int_equal(stat(path_of("secret/tag.key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(keys_secret(dir, "tag", &pair, &t));
    static const mode_t loose[] = {0640, 0604, 0610, 0602, 0666, 0777};
    for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
        chmod(path_of("secret/tag.key"), loose[i]);
        assert_false(keys_secret(dir, "tag", &pair, &t));
        assert_int_equal(t.status, EXIT_NEEDS_PERSON);
        assert_non_null(strstr(t.line, "chmod 600"));
    }
    chmod(path_of("secret/tag.key"), 0400);
    assert_true(keys_secret(dir, "tag", &pair, &t));
}

static void what_is_no_pair_of_keys_is_refused(void **state)
{
    (void)state;
    struct trouble t;
    struct key_pair pair, other;
    char text[KEY_FILE_MAX];
    make("a", "feeder", false);
    make("b", "feeder", false);
    assert_true(keys_secret(dir, "a", &pair, &t) && keys_secret(dir, "b", &other, &t));
    snprintf(text, sizeof text, "curve\n    public-key = \"%s\"\n    secret-key = \"%s\"\n", pair.public, other.secret);
    const struct { const char *name, *text; } cases[] = {
        {"nothing", ""},
        {"no secret", "curve\n    public-key = \"r.9ET&K9k6N21&QYaj3HW.nvLKe^-DMN<+Dxkece\"\n"},
        {"two halves that are not of one key", text},
        {"too short", "public-key = \"abc\"\nsecret-key = \"abc\"\n"},
        {"a letter that Z85 has not", "public-key = \"r.9ET&K9k6N21&QYaj3HW.nvLKe^-DMN<+Dxke~e\"\nsecret-key = \"r.9ET&K9k6N21&QYaj3HW.nvLKe^-DMN<+Dxke~e\"\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text("secret/a.key", cases[i].text);
        chmod(path_of("secret/a.key"), 0600);
        if (keys_secret(dir, "a", &pair, &t)) fail_msg("%s was taken", cases[i].name);
        assert_non_null(strstr(t.line, "a.key"));
    }
    assert_false(keys_secret(dir, "nobody", &pair, &t));
    assert_non_null(strstr(t.line, "keygen"));
}

static void roles_are_whole_words(void **state)
{
    (void)state;
    struct key_public k = {.roles = "feeder, reader tag"};
    static const struct { const char *role; bool has; } cases[] = {
        {"feeder", true}, {"reader", true}, {"tag", true}, {"feed", false}, {"feeder, reader", false}, {"ingest", false}, {"", false}, {"r", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (key_has_role(&k, cases[i].role) != cases[i].has) fail_msg("'%s'", cases[i].role);
}

static void one_bad_file_spoils_the_list(void **state)
{
    (void)state;
    struct trouble t;
    struct key_list l;
    char twin[KEY_FILE_MAX];
    make("good", "feeder", false);
    assert_true(keys_public(dir, &l, &t));
    const size_t before = l.len;
    snprintf(twin, sizeof twin, "roles = \"reader\"\npublic-key = \"%s\"\n", l.at[0].key);
    keys_free(&l);
    const struct { const char *file, *text, *says; } cases[] = {
        {"public/bad.pub", "", "no public key"},
        {"public/bad.pub", "public-key = \"r.9ET&K9k6N21&QYaj3HW.nvLKe^-DMN<+Dxkece\"\n", "with roles"},
        {"public/two.dots.pub", twin, "the name must be"},
        {"public/Capital.pub", twin, "the name must be"},
        {"public/twin.pub", twin, "the same key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(cases[i].file, cases[i].text);
        if (keys_public(dir, &l, &t) || strstr(t.line, cases[i].says) == NULL) fail_msg("%s: %s", cases[i].file, t.line);
        unlink(path_of(cases[i].file));
    }
    write_text("public/.hidden.pub", "");
    write_text("public/notes.txt", "");
    assert_true(keys_public(dir, &l, &t));
    assert_int_equal(l.len, before);
    keys_free(&l);
}

static void a_replaced_key_is_valid_until_it_is_removed(void **state)
{
    (void)state;
    struct trouble t;
    struct key_list l;
    struct key_ring ring;
    char keys[KEYS_OF_MAX][KEY_TEXT];
    make("agency", "feeder", false);
    assert_false(keys_make(dir, "agency", "feeder", false, &t));
    uint64_t stamp = keys_stamp(dir);
    make("agency", "feeder", true);
    assert_true(keys_stamp(dir) != stamp);
    assert_true(keys_public(dir, &l, &t));
    assert_int_equal(keys_of(&l, "agency", keys), 2);
    for (size_t i = 0; i < 2; i++) assert_true(key_has_role(keys_find(&l, keys[i]), "feeder"));
    keys_free(&l);
    assert_true(key_ring_read(dir, "agency", "agency", &ring, &t));
    assert_int_equal(ring.servers, 2);
    assert_false(keys_make(dir, "agency", "feeder", true, &t)); /* a third would take the first one's rights away unasked */
    char former[200];
    snprintf(former, sizeof former, "%s", path_of("public/agency.old.pub"));
    assert_int_equal(rename(former, path_of("public/agency.pub")), 0); /* as in the midst of a replacement: both files hold the former key */
    assert_int_equal(link(path_of("public/agency.pub"), former), 0);
    assert_true(keys_public(dir, &l, &t));
    assert_int_equal(keys_of(&l, "agency", keys), 1);
    keys_free(&l);
    unlink(former);
    unlink(path_of("secret/agency.key"));
    unlink(path_of("public/agency.pub"));
    make("agency", "feeder", false);
    assert_true(key_ring_read(dir, "agency", "agency", &ring, &t));
    assert_true(keys_public(dir, &l, &t));
    assert_int_equal(keys_of(&l, "agency", keys), 1);
    assert_string_equal(keys[0], ring.own.public);
    keys_free(&l);
    assert_false(keys_make(dir, "nobody", "feeder", true, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_secret_is_its_owners_alone),
        cmocka_unit_test(what_is_no_pair_of_keys_is_refused),
        cmocka_unit_test(roles_are_whole_words),
        cmocka_unit_test(one_bad_file_spoils_the_list),
        cmocka_unit_test(a_replaced_key_is_valid_until_it_is_removed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
