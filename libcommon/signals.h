/* signals.h - SIGTERM and SIGINT as a flag and as a descriptor that wakes a poll. */
#ifndef WD_SIGNALS_H
#define WD_SIGNALS_H

#include "base.h"

/* Takes SIGTERM and SIGINT over (from czmq too) and ignores SIGPIPE. Call before threads and sockets are made. Returns a
 * descriptor that becomes and stays readable once the process is asked to stop; -1 with errno when there is none to be had. */
int signals_open(void) MUST_CHECK;

/* True once the process was asked to stop. A load from memory. */
bool signals_stop(void);

/* Takes SIGHUP over, which from then on asks for a reload instead of ending the process. False with errno. */
bool signals_take_hangup(void) MUST_CHECK;
/* True once for each time (or several close together) that SIGHUP came. */
bool signals_hangup(void);

/* Asks the process to stop, as SIGTERM does. Safe from any thread. */
void signals_raise(void);

#endif
