/*
 * The jail: what a process may still do once it has set itself up.  Set up,
 * then jail_enter(), then touch the first byte that someone else wrote.
 *
 * System calls are limited with seccomp (libseccomp); one that is not allowed
 * kills the process.  Files are limited with Landlock where the kernel has it;
 * where it has not, that is said once on stderr.  Entering fails closed: when
 * seccomp cannot be set up the program ends.
 *
 * A sanitizer needs calls of its own, so builds with one run with a lax jail:
 * Landlock only.  The hostile inputs are run against the release build too.
 */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

enum jail_right {
	JAIL_STDIO = 0,			/* read, write, poll, memory, time: always */
	JAIL_READ = 1 << 0,		/* open files for reading, stat, list */
	JAIL_WRITE = 1 << 1,		/* create, write, rename, sync, lock */
	JAIL_NET = 1 << 2,		/* sockets, out and in */
	JAIL_PROC = 1 << 3,		/* fork, exec, wait, signals to children */
	JAIL_THREAD = 1 << 4,		/* more threads */
	JAIL_WATCH = 1 << 5,		/* inotify */
	JAIL_TTY = 1 << 6		/* switch a terminal's mode, ask its size */
};

/* Limit this process and all it starts.  `reads` and `writes` (each NULL-ended
 * or NULL) are the only folders and files it can open below; a path in
 * `writes` can be read too.  A path that does not exist is passed over.  With
 * JAIL_READ or JAIL_WRITE and both lists NULL, files are not limited. */
void jail_enter(unsigned rights, const char *const *reads,
    const char *const *writes);
/* For every program, the first thing in main(): no core dumps, and a standard
 * descriptor that is missing becomes /dev/null, so that no later open() can
 * take its number. */
void process_setup(void);

#endif
