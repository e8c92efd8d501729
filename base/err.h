/*
 * Errors have a place and a reason.  What the input caused fills a struct err
 * and returns -1; what the world did (disk, memory, usage) ends the program
 * through die(); what we did wrong is a BUG().
 *
 * Messages are lower case, without a full stop, problem first, subject in
 * quotes: cannot open 'rules/a.rules': No such file or directory.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <limits.h>

#include "base/str.h"

/* Exit codes of every program. */
enum {
	EXIT_DONE = 0,		/* all went well */
	EXIT_NO = 1,		/* the answer is no */
	EXIT_USAGE = 2,		/* asked wrongly */
	EXIT_WORLD = 3,		/* disk, memory, network, a program missing */
	EXIT_REFUSED = 4	/* some records were refused, the rest went on */
};

struct err {
	const char	*file;		/* NULL: no file; lives with its owner */
	unsigned long	 line, column;	/* from 1; 0: not known */
	char		 msg[400];
};

/* Fill `err` and return -1, so that a caller can say return err_set(...). */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with a place in the file `file`. */
int err_at(struct err *err, const char *file, unsigned long line,
    unsigned long column, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Print `file:line:col: msg`; `source`, the offending line where there is one,
 * is shown below with a caret under the column. */
void err_print(const struct err *err, struct str source);

/* One line on stderr: `prog: ...`.  Control characters that came from outside
 * are shown, not obeyed. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Does a progress line stand on stderr?  Messages clear it then. */
extern bool err_over_progress;
/* The same, then exit 3; die_errno() adds strerror(errno). */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die_errno(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
/* Asked wrongly: the message, a pointer to --help, exit 2. */
_Noreturn void usage_error(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

_Noreturn void bug_at(const char *file, int line, const char *what);
#define BUG(what)	bug_at(__FILE__, __LINE__, (what))

#endif
