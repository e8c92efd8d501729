/*
 * Preloaded into a program, this makes its FAULT_AT'th file call fail once with
 * the errno FAULT_ERRNO (or, when that is 0, do half of what it should), so that
 * a test can let each call fail in turn.  When a call was made to fail, the
 * file FAULT_MARK is made.  Calls on standard descriptors are not counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, at = -1, failing_errno;

#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void
setup(void)
{
	const char *where = getenv("FAULT_AT"), *what = getenv("FAULT_ERRNO");

	at = where ? atol(where) : -1;
	failing_errno = what ? atol(what) : EIO;
}

/* Is it this call's turn? */
static int
turn(void)
{
	const char *mark;

	if (at < 0 || ++calls != at)
		return 0;
	mark = getenv("FAULT_MARK");
	if (mark)
		close(REAL(open)(mark, O_WRONLY | O_CREAT, 0644));
	errno = (int)failing_errno;
	return 1;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	if (fd > 2 && turn()) {
		if (failing_errno != 0)
			return -1;
		n = n > 1 ? n / 2 : n;
	}
	return REAL(write)(fd, p, n);
}

ssize_t
read(int fd, void *p, size_t n)
{
	if (fd > 2 && turn()) {
		if (failing_errno != 0)
			return -1;
		n = n > 1 ? n / 2 : n;
	}
	return REAL(read)(fd, p, n);
}

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (failing_errno != 0 && turn())
		return -1;
	return REAL(open)(path, flags, mode);
}

/* Calls that do all or nothing. */
#define FAULTY(type, name, params, args)				\
type									\
name params								\
{									\
	if (failing_errno != 0 && turn())				\
		return -1;						\
	return REAL(name) args;						\
}

FAULTY(int, fsync, (int fd), (fd))
FAULTY(int, fdatasync, (int fd), (fd))
FAULTY(int, ftruncate, (int fd, off_t n), (fd, n))
FAULTY(int, rename, (const char *from, const char *to), (from, to))
FAULTY(int, unlink, (const char *path), (path))
FAULTY(int, mkdir, (const char *path, mode_t mode), (path, mode))
