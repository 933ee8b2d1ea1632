/* replay.c - main() for a fuzzer without libFuzzer: replays files, and all files of folders, in a fixed order. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (f == NULL || fstat(fileno(f), &st) != 0) {
        perror(path);
        if (f != NULL) fclose(f);
        return -1;
    }
    uint8_t *data = malloc((size_t)st.st_size + 1);
    size_t n = data ? fread(data, 1, (size_t)st.st_size, f) : 0;
    fclose(f);
    if (data == NULL) return -1;
    LLVMFuzzerTestOneInput(data, n);
    free(data);
    return 1;
}

static int replay(const char *path)
{
    struct dirent **names;
    struct stat st;
    int n, seen = 0;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) return replay_file(path);
    n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char file[4096];
        int one = 0;
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(file, &st) == 0 && S_ISREG(st.st_mode)) one = replay_file(file);
        if (one < 0 || seen < 0) seen = -1;
        else seen += one;
        free(names[i]);
    }
    if (n >= 0) free(names);
    return seen;
}

int main(int argc, char **argv)
{
    int seen = 0;
    for (int i = 1; i < argc; i++) {
        int n = replay(argv[i]);
        if (n < 0) return 1;
        seen += n;
    }
    printf("%d inputs replayed\n", seen);
    return seen > 0 ? 0 : 1; /* an empty corpus proves nothing */
}
