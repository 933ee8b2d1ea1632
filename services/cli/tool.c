/* tool.c - one child, its output read while it runs. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../libcommon/log.h"

enum { ARGUMENTS = 30, TURN_MS = 200, SAID = 65536 };

static void become(const char *stage, const char *const *arguments, int to)
{
    char folder[4000], program[4200];
    const char *argv[ARGUMENTS + 2] = {program};
    ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
    folder[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash != NULL) *slash = '\0';
    snprintf(program, sizeof program, "%s/wiredesk-%s", folder, stage);
    for (size_t i = 0; i < ARGUMENTS && arguments[i] != NULL; i++) argv[i + 1] = arguments[i];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(to, STDOUT_FILENO) < 0) _exit(EXIT_TRY_AGAIN);
    execv(program, (char *const *)argv);
    fprintf(stderr, "cannot run %s: %s\n", program, strerror(errno));
    _exit(EXIT_NEEDS_PERSON);
}

/* What it prints, until it closes its output. */
static void listen_to(int fd, pid_t pid, struct buf *out, bool (*turn)(void *), void *self)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int n = poll(&p, 1, TURN_MS);
        if (turn != NULL && !turn(self)) {
            kill(pid, SIGTERM);
            turn = NULL;
        }
        if (n == 0 || (n < 0 && errno == EINTR)) continue;
        char said[SAID];
        ssize_t got = n < 0 ? 0 : read(fd, said, sizeof said);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        if (buf_add(out, said, (size_t)got) != OK) continue; /* more than anybody asked for: read on, so that it can end */
    }
}

int tool_run(const char *stage, const char *const *arguments, struct buf *out, bool (*turn)(void *), void *self)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) return EXIT_TRY_AGAIN;
    pid_t pid = fork();
    if (pid == 0) become(stage, arguments, ends[1]);
    close(ends[1]);
    if (pid > 0) listen_to(ends[0], pid, out, turn, self);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_TRY_AGAIN;
}
