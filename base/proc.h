/*
 * A child that works as a filter: bytes go to its standard input and come back
 * from its standard output in one poll loop, so that neither side can wait for
 * the other, and without a file in between.  Its stderr is ours.
 *
 * Starting is one step and feeding another, so that a program can start its
 * child, enter the jail (JAIL_PROC, for the wait) and only then read.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct proc {
	pid_t	pid;
	int	to, from;	/* our ends of its stdin and stdout; -1: closed */
};

/* Start the program at the path argv[0].  -1 when it cannot be run. */
int proc_start(struct proc *proc, char *const argv[], struct err *err);
/* Send it all of `input` and append all it prints to `output`, till it closes
 * its stdout.  A child that stops reading early is no error: its exit status
 * tells.  -1 when the pipe fails or `output` reaches its ceiling. */
int proc_filter(struct proc *proc, struct str input, struct buf *output,
    struct err *err);
/* Close our ends and wait: its exit status, or 128 + the signal it died of. */
int proc_wait(struct proc *proc);

#endif
