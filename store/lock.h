/*
 * A lock file holds the pid of the process that has it for as long as that
 * works and is empty after a clean end: what it says when it is taken tells how
 * the last one went (I3).
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/err.h"
#include "base/str.h"

/* Take the lock at `path`: a descriptor.  With `wait`, wait for it; without, -1
 * and *holder, where another process has it.  Else -1 and *holder is 0.
 * `unclean` is set when the last holder did not let go of it. */
int lock_take(const char *path, bool wait, bool *unclean, long *holder,
    struct err *err);
/* Nobody has it, and the last one let go of it. */
bool lock_is_clean(const char *path);
/* Write our pid. */
int lock_sign(int lock, struct err *err);
/* Empty it and let it go. */
int lock_release(int lock, struct err *err);

#endif
