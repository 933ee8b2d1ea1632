/* sandbox_parts.h - what the files of the sandbox share; nobody else includes it. */
#ifndef WD_SANDBOX_PARTS_H
#define WD_SANDBOX_PARTS_H

#include "sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1 /* its leak check traces the process from a copy of it, and its reports read what was loaded */
#else
#define SANDBOX_SANITIZED 0
#endif

/* Both 0, ENOSYS where the kernel has no such thing, or another error number. */
int sandbox_paths(const char *state, const struct sandbox_needs *needs);
int sandbox_calls(void);

#endif
