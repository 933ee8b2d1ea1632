/* keys.c - key files: read with suspicion, written whole. */
#include "keys.h"

#include "buf.h"
#include "log.h"
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>
#include <zmq.h>

enum { PATH_BYTES = 4200 };

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool key_name_good(const char *name)
{
    size_t n = strspn(name, name_letters);
    return n > 0 && n < KEY_NAME_MAX && name[n] == '\0' && name[0] != '-';
}

/* --- reading --- */

/* The value of a line `NAME = "VALUE"` into out; false when there is none or it does not fit. */
static bool value_of(struct slice text, const char *name, char *out, size_t size)
{
    for (size_t at = 0, end; at < text.len; at = end + 1) {
        end = at + strcspn(text.ptr + at, "\n");
        struct slice line = slice_trim(slice_cut(text, at, end));
        if (!slice_starts(line, slice_of(name))) continue;
        line = slice_trim(slice_cut(line, strlen(name), line.len));
        if (!slice_starts(line, SLICE("="))) continue;
        line = slice_trim(slice_cut(line, 1, line.len));
        bool quoted = line.len >= 2 && line.ptr[0] == '"' && line.ptr[line.len - 1] == '"';
        if (!quoted || line.len - 2 >= size) return false;
        memcpy(out, line.ptr + 1, line.len - 2);
        out[line.len - 2] = '\0';
        return true;
    }
    return false;
}

static bool key_of(struct slice text, const char *name, char out[KEY_TEXT])
{
    uint8_t raw[32];
    bool good = value_of(text, name, out, KEY_TEXT) && strlen(out) == KEY_TEXT - 1 && zmq_z85_decode(raw, out) != NULL;
    explicit_bzero(raw, sizeof raw);
    return good;
}

/* The file's text, ended by '\0'. `secret`: nobody but its owner may be able to read it. */
static bool read_file(const char *path, bool secret, char text[KEY_FILE_MAX], struct trouble *t)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    bool open_to_all = false;
    if (fd >= 0 && fstat(fd, &st) == 0) {
        open_to_all = secret && (st.st_mode & 077) != 0;
        if (!open_to_all) n = read(fd, text, KEY_FILE_MAX - 1);
    }
    int why = errno;
    if (fd >= 0) close(fd);
    text[n > 0 ? n : 0] = '\0';
    if (open_to_all) {
        trouble_say(t, EXIT_NEEDS_PERSON, "%.200s can be read by others (mode %04o): chmod 600 %.200s, and replace the key if they may have", path, st.st_mode & 07777,
                    path);
    } else if (n < 0) {
        trouble_say(t, EXIT_NEEDS_PERSON, "no key %.200s: %.200s (wiredesk keygen makes keys)", path, strerror(why));
    }
    return n >= 0;
}

bool keys_secret(const char *dir, const char *name, struct key_pair *out, struct trouble *t)
{
    char path[PATH_BYTES], text[KEY_FILE_MAX], public[KEY_TEXT];
    snprintf(path, sizeof path, "%s/secret/%s.key", dir, name);
    if (!read_file(path, true, text, t)) return false;
    struct slice all = slice_of(text);
    bool good = key_of(all, "public-key", out->public) && key_of(all, "secret-key", out->secret) && zmq_curve_public(public, out->secret) == 0
                && strcmp(public, out->public) == 0;
    explicit_bzero(text, sizeof text);
    if (!good) trouble_say(t, EXIT_NEEDS_PERSON, "%.200s holds no pair of keys: wiredesk keygen makes one", path);
    return good;
}

static bool read_public(const char *dir, const char *file, struct key_public *out, struct trouble *t)
{
    char path[PATH_BYTES], text[KEY_FILE_MAX];
    size_t n = strcspn(file, ".");
    snprintf(path, sizeof path, "%s/public/%s", dir, file);
    snprintf(out->name, sizeof out->name, "%.*s", (int)(n < KEY_NAME_MAX ? n : 0), file);
    if (!key_name_good(out->name) || (strcmp(file + n, ".pub") != 0 && strcmp(file + n, ".old.pub") != 0)) {
        trouble_say(t, EXIT_NEEDS_PERSON, "%.200s: the name must be NAME.pub or NAME.old.pub, NAME of a-z, 0-9 and '-'", path);
        return false;
    }
    if (!read_file(path, false, text, t)) return false;
    if (key_of(slice_of(text), "public-key", out->key) && value_of(slice_of(text), "roles", out->roles, sizeof out->roles)) return true;
    trouble_say(t, EXIT_NEEDS_PERSON, "%.200s holds no public key with roles: wiredesk keygen makes one", path);
    return false;
}

static bool is_public(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && slice_ends(slice_of(entry->d_name), SLICE(".pub"));
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct key_public *)a)->key, ((const struct key_public *)b)->key);
}

static bool add_public(const char *dir, const char *file, struct key_list *l, struct trouble *t)
{
    struct key_public *more = l->len < KEYS_MAX ? realloc(l->at, (l->len + 1) * sizeof *more) : NULL;
    if (more == NULL) {
        trouble_say(t, EXIT_TRY_AGAIN, "%.200s/public: out of memory, or more than %d keys", dir, KEYS_MAX);
        return false;
    }
    l->at = more;
    if (read_public(dir, file, &l->at[l->len], t)) {
        l->len++;
        return true;
    }
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/public/%s", dir, file);
    return access(path, F_OK) != 0 && errno == ENOENT; /* removed while we read: then it is not one of them */
}

/* Sorts, and leaves one of each: while a key is being replaced two files of its name hold it for a moment. False: two names have the same key. */
static bool single_out(struct key_list *l, const char *path, struct trouble *t)
{
    size_t n = 0;
    if (l->len > 0) qsort(l->at, l->len, sizeof *l->at, by_key);
    for (size_t i = 0; i < l->len; i++) {
        bool again = n > 0 && strcmp(l->at[i].key, l->at[n - 1].key) == 0;
        if (again && strcmp(l->at[i].name, l->at[n - 1].name) != 0) {
            trouble_say(t, EXIT_NEEDS_PERSON, "%.200s: %.40s and %.40s have the same key", path, l->at[n - 1].name, l->at[i].name);
            return false;
        }
        if (!again) l->at[n++] = l->at[i];
    }
    l->len = n;
    return true;
}

bool keys_public(const char *dir, struct key_list *out, struct trouble *t)
{
    char path[PATH_BYTES];
    struct dirent *entry;
    bool good = true;
    *out = (struct key_list){NULL, 0};
    snprintf(path, sizeof path, "%s/public", dir);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        trouble_say(t, EXIT_NEEDS_PERSON, "no keys in %.200s: %.200s (wiredesk keygen makes them)", path, strerror(errno));
        return false;
    }
    while (good && (entry = readdir(folder)) != NULL)
        if (is_public(entry)) good = add_public(dir, entry->d_name, out, t);
    closedir(folder);
    good = good && single_out(out, path, t);
    if (!good) keys_free(out);
    return good;
}

void keys_free(struct key_list *l)
{
    free(l->at);
    *l = (struct key_list){NULL, 0};
}

const struct key_public *keys_find(const struct key_list *l, const char key[KEY_TEXT])
{
    struct key_public want = {0};
    memcpy(want.key, key, KEY_TEXT);
    return l->len > 0 ? bsearch(&want, l->at, l->len, sizeof *l->at, by_key) : NULL;
}

bool key_has_role(const struct key_public *k, const char *role)
{
    size_t want = strlen(role);
    for (const char *word = k->roles; *(word += strspn(word, " ,")) != '\0';) {
        size_t n = strcspn(word, " ,");
        if (n == want && memcmp(word, role, n) == 0) return true;
        word += n;
    }
    return false;
}

size_t keys_of(const struct key_list *l, const char *name, char out[KEYS_OF_MAX][KEY_TEXT])
{
    size_t n = 0;
    for (size_t i = 0; i < l->len && n < KEYS_OF_MAX; i++)
        if (strcmp(l->at[i].name, name) == 0) memcpy(out[n++], l->at[i].key, KEY_TEXT);
    return n;
}

uint64_t keys_stamp(const char *dir)
{
    char path[PATH_BYTES];
    struct dirent *entry;
    struct stat st;
    uint64_t sum = 0;
    snprintf(path, sizeof path, "%s/public", dir);
    DIR *folder = opendir(path);
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (!is_public(entry) || fstatat(dirfd(folder), entry->d_name, &st, 0) != 0) continue;
        int64_t said[] = {(int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_ctim.tv_sec, st.st_ctim.tv_nsec};
        sum += XXH64(said, sizeof said, XXH64(entry->d_name, strlen(entry->d_name), 1)); /* in any order */
    }
    if (folder != NULL) closedir(folder);
    return sum;
}

/* --- writing --- */

/* The folder of a file, on disk with its names. */
static bool keep_folder(const char *path)
{
    char folder[PATH_BYTES];
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    return state_keep(folder) == OK;
}

/* Written beside its place and moved there, so that nobody ever reads half a key; on disk under its name when this returns true. */
static bool write_file(const char *path, mode_t mode, struct slice text, struct trouble *t)
{
    char beside[PATH_BYTES + 8];
    snprintf(beside, sizeof beside, "%s.new", path);
    unlink(beside);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool good = fd >= 0 && fchmod(fd, mode) == 0 && write_all(fd, text) && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0) good = false;
    if (good && rename(beside, path) == 0 && keep_folder(path)) return true;
    trouble_say(t, EXIT_NEEDS_PERSON, "cannot write %.200s: %.200s", path, strerror(errno));
    unlink(beside);
    return false;
}

static bool write_pair(const char *dir, const char *name, const char *roles, struct trouble *t)
{
    struct key_pair pair;
    char path[PATH_BYTES], day[32];
    time_t now = time(NULL);
    struct tm tm;
    struct buf text = buf_make(KEY_FILE_MAX - 1);
    strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&now, &tm));
    if (zmq_curve_keypair(pair.public, pair.secret) != 0) {
        trouble_say(t, EXIT_NEEDS_PERSON, "libzmq here has no CURVE: %.200s", zmq_strerror(zmq_errno()));
        return false;
    }
    buf_printf(&text, "# The public key of %s: for those whom it shall be known by.\nmetadata\n    roles = \"%s\"\n    made = \"%s\"\ncurve\n    public-key = \"%s\"\n",
               name, roles, day, pair.public);
    snprintf(path, sizeof path, "%s/public/%s.pub", dir, name);
    bool good = text.failed == OK && write_file(path, 0644, buf_slice(&text), t);
    buf_clear(&text);
    buf_printf(&text, "# The SECRET key of %s: for nobody else.\nmetadata\n    roles = \"%s\"\n    made = \"%s\"\ncurve\n    public-key = \"%s\"\n    secret-key = \"%s\"\n",
               name, roles, day, pair.public, pair.secret);
    snprintf(path, sizeof path, "%s/secret/%s.key", dir, name);
    good = good && text.failed == OK && write_file(path, 0600, buf_slice(&text), t);
    if (text.ptr != NULL) explicit_bzero(text.ptr, text.len);
    explicit_bzero(&pair, sizeof pair);
    buf_free(&text);
    return good;
}

bool keys_make(const char *dir, const char *name, const char *roles, bool replace, struct trouble *t)
{
    char public[PATH_BYTES], former[PATH_BYTES], secret[PATH_BYTES], text[KEY_FILE_MAX];
    snprintf(public, sizeof public, "%s/public/%s.pub", dir, name);
    snprintf(former, sizeof former, "%s/public/%s.old.pub", dir, name);
    snprintf(secret, sizeof secret, "%s/secret/%s.key", dir, name);
    if (state_folder(dir, "secret") != OK || state_folder(dir, "public") != OK) {
        trouble_say(t, EXIT_NEEDS_PERSON, "cannot make %.200s: %.200s", dir, strerror(errno));
        return false;
    }
    bool here = access(public, F_OK) == 0 || access(secret, F_OK) == 0;
    if (here && !replace) {
        trouble_say(t, EXIT_NEEDS_PERSON, "there is a key of %.200s in %.200s: --replace puts a new one beside it", name, dir);
    } else if (replace && access(public, F_OK) != 0) {
        trouble_say(t, EXIT_NEEDS_PERSON, "no %.200s: there is nothing to replace", public);
    } else if (replace && access(former, F_OK) == 0) {
        trouble_say(t, EXIT_NEEDS_PERSON, "%.200s is still valid: remove it once nobody uses that key, then replace this one", former);
    } else { /* the former one stays in its place too until the new one takes it: there is no moment without */
        bool kept = !replace || (read_file(public, false, text, t) && write_file(former, 0644, slice_of(text), t));
        return kept && write_pair(dir, name, roles, t);
    }
    return false;
}

/* --- a client's side --- */

bool key_ring_read(const char *dir, const char *name, const char *server, struct key_ring *out, struct trouble *t)
{
    struct key_list list;
    if (!keys_secret(dir, name, &out->own, t) || !keys_public(dir, &list, t)) return false;
    out->servers = keys_of(&list, server, out->server);
    keys_free(&list);
    if (out->servers > 0) return true;
    trouble_say(t, EXIT_NEEDS_PERSON, "no %.200s/public/%.40s.pub: copy it from where %.40s runs, so that it can be known from an impostor", dir, server, server);
    return false;
}

bool key_show(void *socket, const struct key_pair *own, const char *server)
{
    if (own == NULL) return zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, NULL, 0) == 0; /* which is how libzmq is told to forget CURVE */
    return zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own->public, KEY_TEXT) == 0
           && zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret, KEY_TEXT) == 0
           && zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, KEY_TEXT) == 0;
}
