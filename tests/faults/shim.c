/*
 * Preloaded into a program: the call number FAULT_NTH of the kind FAULT_KIND
 * ("call" or "alloc") fails, all others do their work.  When it does, one byte
 * goes to the descriptor FAULT_MARK, so that the loop over n knows its end.
 *
 * Only the program's own allocations fail: libcrypto does not survive that of
 * its own while it sets itself up.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static char kind;		/* 'c' or 'a'; 0 until the program starts */
static long left;
static int mark;
static char *text, *text_end;	/* of the program itself */

/* The first object that the loader tells of is the program. */
static int
find_text(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    (info->dlpi_phdr[i].p_flags & PF_X)) {
			text = (char *)info->dlpi_addr +
			    info->dlpi_phdr[i].p_vaddr;
			text_end = text + info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

__attribute__((constructor)) static void
setup(void)
{
	const char *k = getenv("FAULT_KIND"), *n = getenv("FAULT_NTH");
	const char *m = getenv("FAULT_MARK");

	if (k != NULL && n != NULL && m != NULL) {
		dl_iterate_phdr(find_text, NULL);
		left = atol(n);
		mark = atoi(m);
		kind = k[0];
	}
}

static int
fails(char which, int why)
{
	if (kind != which || --left != 0)
		return 0;
	syscall(SYS_write, mark, "x", 1);
	errno = why;
	return 1;
}

/* For the functions that allocate: is it the program that asks? */
#define NO_MEMORY()							\
	((char *)__builtin_return_address(0) >= text &&			\
	(char *)__builtin_return_address(0) < text_end &&		\
	fails('a', ENOMEM))

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void *
malloc(size_t n)
{
	return NO_MEMORY() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t count, size_t n)
{
	return NO_MEMORY() ? NULL : __libc_calloc(count, n);
}

void *
realloc(void *p, size_t n)
{
	return NO_MEMORY() ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t count, size_t n)
{
	size_t total;

	if (__builtin_mul_overflow(count, n, &total) || NO_MEMORY())
		return NULL;
	return __libc_realloc(p, total);
}

static int
open_at(int folder, const char *path, int flags, mode_t mode)
{
	if (fails('c', EMFILE))
		return -1;
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(last, mode) do {						\
	if ((flags) & (O_CREAT | __O_TMPFILE)) {			\
		va_list ap;						\
									\
		va_start(ap, last);					\
		(mode) = va_arg(ap, mode_t);				\
		va_end(ap);						\
	}								\
} while (0)

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;

	MODE(flags, mode);
	return open_at(folder, path, flags, mode);
}

ssize_t
read(int fd, void *p, size_t n)
{
	return fails('c', EIO) ? -1 : syscall(SYS_read, fd, p, n);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	return fails('c', EIO) ? -1 : syscall(SYS_pread64, fd, p, n, at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	/* the last write of a full disk takes what still fits */
	if (fails('c', ENOSPC)) {
		if (n > 1)
			syscall(SYS_write, fd, p, n / 2);
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_write, fd, p, n);
}

int
fsync(int fd)
{
	return fails('c', EIO) ? -1 : NEXT(fsync)(fd);
}

int
fdatasync(int fd)
{
	return fails('c', EIO) ? -1 : NEXT(fdatasync)(fd);
}

int
ftruncate(int fd, off_t n)
{
	return fails('c', EIO) ? -1 : NEXT(ftruncate)(fd, n);
}

int
rename(const char *from, const char *to)
{
	return fails('c', EIO) ? -1 : NEXT(rename)(from, to);
}

int
mkdir(const char *path, mode_t mode)
{
	return fails('c', ENOSPC) ? -1 : NEXT(mkdir)(path, mode);
}

int
close(int fd)
{
	int r = (int)syscall(SYS_close, fd);

	return fails('c', EIO) ? -1 : r;
}

int
fstat(int fd, struct stat *st)
{
	return fails('c', EIO) ? -1 : NEXT(fstat)(fd, st);
}
