/* signals.c - a handler that sets a flag and writes to an eventfd; nothing else happens in a signal. */
#include "signals.h"

#include <czmq.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

static volatile sig_atomic_t stop, hangup;
static int wake = -1; /* shared: a signal handler has no argument of its own */

void signals_raise(void)
{
    uint64_t one = 1;
    stop = 1;
    ssize_t n = write(wake, &one, sizeof one);
    (void)n; /* the counter can only be full when it is readable already */
}

static void on_signal(int number)
{
    (void)number;
    int saved = errno;
    signals_raise();
    errno = saved;
}

int signals_open(void)
{
    if (wake < 0) wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake < 0) return -1;
    zsys_handler_set(NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0) return -1;
    return sigaction(SIGPIPE, &ignore, NULL) == 0 ? wake : -1;
}

static void on_hangup(int number)
{
    (void)number;
    hangup = 1;
}

bool signals_take_hangup(void)
{
    struct sigaction action = {.sa_handler = on_hangup}; /* not restarted: a poll that waits returns */
    sigemptyset(&action.sa_mask);
    return sigaction(SIGHUP, &action, NULL) == 0;
}

bool signals_hangup(void)
{
    if (hangup == 0) return false;
    hangup = 0;
    return true;
}

bool signals_stop(void)
{
    return stop != 0;
}
