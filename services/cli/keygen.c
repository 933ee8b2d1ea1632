/* keygen.c - `wiredesk keygen`: makes key files, replaces one, lists who may come in as what. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../libcommon/keys.h"
#include "../../proto/doc.h"

struct settings {
    const char *keys;
    struct option_list role;
    bool replace, list;
};
#define AT(member) offsetof(struct settings, member)

static const struct option_row rows[] = {
    {"keys", 0, "DIR", OPTION_TEXT, AT(keys), "keys", 0, 0, "Where keys live: DIR/secret/NAME.key (mode 0600), DIR/public/NAME.pub; made when it is not there"},
    {"role", 0, "ROLE", OPTION_LIST, AT(role), NULL, 0, 0,
     "What NAME may come in as: feeder, reader, ingest, normalize, tag, dedup or report; may be given again. Without it: as what it is called"},
    {"replace", 0, NULL, OPTION_FLAG, AT(replace), NULL, 0, 0, "Make a new key for NAME; the former one stays valid until public/NAME.old.pub is removed"},
    {"list", 'l', NULL, OPTION_FLAG, AT(list), NULL, 0, 0, "Make none; list the public keys that are in DIR"},
    {NULL},
};
static const struct option_row *const tables[] = {rows, NULL};
const struct option_table keygen_table = {
    .program = "wiredesk keygen",
    .purpose = "Make the keys by which daemons, feeders and readers know each other",
    .operands = "[NAME]",
    .epilog = "Without NAME: one for each daemon, one called feeder and one called reader, those that are not there yet. A key is taken away by removing its .pub "
              "where the daemons run: within a second nothing of it is connected any more. Exit status: 0, or 64 a person must act.",
    .rows = tables,
};

static const char *const feeder = "feeder", *const reader = "reader";

static bool role_good(const char *role)
{
    if (strcmp(role, feeder) == 0 || strcmp(role, reader) == 0) return true;
    for (enum stage s = STAGE_INGEST; s <= STAGE_REPORT; s++)
        if (strcmp(role, stage_name(s)) == 0) return true;
    return false;
}

/* The words of --role in one, or the name where there are none; false with a line said. */
static bool roles_of(const struct settings *s, const char *name, char *out, size_t size)
{
    size_t n = 0;
    snprintf(out, size, "%s", name);
    for (size_t i = 0; i < s->role.len && n < size; i++) {
        if (!role_good(s->role.item[i])) {
            fprintf(stderr, "wiredesk keygen: --role '%s' must be feeder, reader, ingest, normalize, tag, dedup or report\n", s->role.item[i]);
            return false;
        }
        n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? " " : "", s->role.item[i]);
    }
    if (n < size && (s->role.len > 0 || role_good(name))) return true;
    fprintf(stderr, "wiredesk keygen: what may '%s' come in as? Give --role feeder or --role reader (see --help)\n", name);
    return false;
}

static int make(const struct settings *s, const char *name, const char *roles)
{
    struct trouble t;
    if (!keys_make(s->keys, name, roles, s->replace, &t)) {
        fprintf(stderr, "wiredesk keygen: %s\n", t.line);
        return t.status;
    }
    printf("%s/secret/%s.key  %s/public/%s.pub  (%s)\n", s->keys, name, s->keys, name, roles);
    return 0;
}

/* The roles that a name has so far, for its new key. */
static bool roles_before(const struct settings *s, const char *name, char *out, size_t size)
{
    struct key_list list;
    struct trouble t;
    bool found = false;
    if (!keys_public(s->keys, &list, &t)) return false;
    for (size_t i = 0; i < list.len; i++) {
        if (strcmp(list.at[i].name, name) != 0) continue;
        found = true;
        snprintf(out, size, "%s", list.at[i].roles);
    }
    keys_free(&list);
    return found;
}

static int make_named(const struct settings *s, const char *name)
{
    char roles[KEY_ROLES_MAX];
    if (!key_name_good(name)) {
        fprintf(stderr, "wiredesk keygen: the name '%s' must be of a-z, 0-9 and '-', at most %d\n", name, KEY_NAME_MAX - 1);
        return EXIT_NEEDS_PERSON;
    }
    bool known = s->replace && s->role.len == 0 && roles_before(s, name, roles, sizeof roles);
    if (!known && !roles_of(s, name, roles, sizeof roles)) return EXIT_NEEDS_PERSON;
    return make(s, name, roles);
}

static int make_missing(const struct settings *s)
{
    const char *names[STAGE_COUNT + 2];
    char path[4200];
    size_t n = 0;
    int status = 0;
    if (s->replace || s->role.len > 0) {
        fputs("wiredesk keygen: name the key that --replace or --role is for\n", stderr);
        return EXIT_NEEDS_PERSON;
    }
    for (enum stage stage = STAGE_INGEST; stage <= STAGE_REPORT; stage++) names[n++] = stage_name(stage);
    names[n++] = feeder;
    names[n++] = reader;
    for (size_t i = 0; i < n && status == 0; i++) {
        snprintf(path, sizeof path, "%s/public/%s.pub", s->keys, names[i]);
        if (access(path, F_OK) != 0) status = make(s, names[i], names[i]);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct key_public *)a)->name, ((const struct key_public *)b)->name);
}

static int list(const struct settings *s)
{
    struct key_list all;
    struct trouble t;
    if (!keys_public(s->keys, &all, &t)) {
        fprintf(stderr, "wiredesk keygen: %s\n", t.line);
        return t.status;
    }
    if (all.len > 0) qsort(all.at, all.len, sizeof *all.at, by_name);
    for (size_t i = 0; i < all.len; i++) printf("%-16s %-20s %s\n", all.at[i].name, all.at[i].roles, all.at[i].key);
    keys_free(&all);
    return 0;
}

int keygen_run(int argc, char **argv)
{
    struct settings s = {0};
    int first = options_read(&keygen_table, &s, argc, argv);
    if (first + 1 < argc) {
        fprintf(stderr, "wiredesk keygen: '%s': one name at a time\n", argv[first + 1]);
        return EXIT_NEEDS_PERSON;
    }
    int status = s.list ? list(&s) : first < argc ? make_named(&s, argv[first]) : make_missing(&s);
    return status == 0 && fflush(stdout) != 0 ? EXIT_TRY_AGAIN : status;
}
