/*
 * Preloaded into a program, this is a disk and a memory that fail.  FAULT_KIND
 * says what the call number FAULT_NTH of its kind does, all others do their
 * work:
 *
 *	call	a system call fails, with FAULT_ERRNO or what is usual for it
 *	short	a read or write does half of what it should
 *	alloc	an allocation fails
 *
 * When it happens one byte goes to the descriptor FAULT_MARK, so that the loop
 * over n knows its end.  Only the program's own allocations fail: libcrypto does
 * not survive that of its own while it sets itself up.
 *
 * With FAULT_LOG, a descriptor, what changes files is written there, for
 * tests/store/crash.t to replay: a line of text each, files by their inodes,
 *
 *	create INODE PATH	write INODE OFFSET SIZE, then the bytes
 *	sync INODE		truncate INODE SIZE		rename FROM\tTO
 *	unlink PATH		mkdir INODE PATH		rmdir PATH
 *	said SIZE, then the bytes: standard output
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static char kind;		/* 'c', 's' or 'a'; 0 until the program starts */
static long left;
static int mark, why, log_fd = -1;
static char *text, *text_end;	/* of the program itself */
/* Around a call and its event: threads work at the same time. */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

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
	const char *m = getenv("FAULT_MARK"), *e = getenv("FAULT_ERRNO");
	const char *l = getenv("FAULT_LOG");

	if (l != NULL)
		log_fd = atoi(l);
	if (k != NULL && n != NULL && m != NULL) {
		dl_iterate_phdr(find_text, NULL);
		left = atol(n);
		mark = atoi(m);
		why = e ? atoi(e) : 0;
		kind = k[0];
	}
}

/* Is it the turn of this call, which usually fails with `usual`? */
static int
fails(char which, int usual)
{
	if (kind != which || --left != 0)
		return 0;
	syscall(SYS_write, mark, "x", 1);
	errno = which == 'c' && why ? why : usual;
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

/* One event of the log. */
static void
tell(const char *fmt, ...)
{
	char line[5000];
	int saved = errno, n;
	va_list ap;

	if (log_fd == -1)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	syscall(SYS_write, log_fd, line, n);
	errno = saved;
}

/* While a call is logged, no other one that is comes in between. */
static void
begin(void)
{
	if (log_fd != -1)
		pthread_mutex_lock(&log_lock);
}

static void
end(void)
{
	if (log_fd != -1)
		pthread_mutex_unlock(&log_lock);
}

static unsigned long
inode_of(int fd)
{
	struct stat st;

	return syscall(SYS_fstat, fd, &st) == 0 ? (unsigned long)st.st_ino : 0;
}

static int
open_at(int folder, const char *path, int flags, mode_t mode)
{
	int fd = -1;

	if (fails('c', EMFILE))
		return -1;
	begin();
	if (log_fd != -1 && (flags & O_CREAT))		/* is it there? */
		fd = (int)syscall(SYS_openat, folder, path,
		    flags & ~(O_CREAT | O_EXCL), mode);
	if (fd != -1 && (flags & O_EXCL)) {
		syscall(SYS_close, fd);
		end();
		errno = EEXIST;
		return -1;
	}
	if (fd == -1) {
		fd = (int)syscall(SYS_openat, folder, path, flags, mode);
		if (fd != -1 && (flags & O_CREAT))
			tell("create %lu %s\n", inode_of(fd), path);
	} else if (flags & O_TRUNC)
		tell("truncate %lu 0\n", inode_of(fd));
	end();
	return fd;
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

static size_t
half(size_t n)
{
	return n > 1 && fails('s', 0) ? n / 2 : n;
}

ssize_t
read(int fd, void *p, size_t n)
{
	return fails('c', EIO) ? -1 : syscall(SYS_read, fd, p, half(n));
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	return fails('c', EIO) ? -1 : syscall(SYS_pread64, fd, p, half(n), at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t done;

	/* the last write of a full disk takes what still fits */
	if (fails('c', ENOSPC)) {
		int failed = errno;

		if (n > 1 && failed == ENOSPC)
			syscall(SYS_write, fd, p, n / 2);
		errno = failed;
		return -1;
	}
	begin();
	done = syscall(SYS_write, fd, p, half(n));
	if (log_fd != -1 && done > 0 && fd != STDERR_FILENO) {
		if (fd == STDOUT_FILENO)
			tell("said %zd\n", done);
		else
			tell("write %lu %ld %zd\n", inode_of(fd),
			    syscall(SYS_lseek, fd, 0, SEEK_CUR) - done, done);
		syscall(SYS_write, log_fd, p, done);
	}
	end();
	return done;
}

int
fsync(int fd)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(fsync)(fd);
	if (rc == 0)
		tell("sync %lu\n", inode_of(fd));
	end();
	return rc;
}

int
fdatasync(int fd)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(fdatasync)(fd);
	if (rc == 0)
		tell("sync %lu\n", inode_of(fd));
	end();
	return rc;
}

int
ftruncate(int fd, off_t n)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(ftruncate)(fd, n);
	if (rc == 0)
		tell("truncate %lu %ld\n", inode_of(fd), (long)n);
	end();
	return rc;
}

int
rename(const char *from, const char *to)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(rename)(from, to);
	if (rc == 0)
		tell("rename %s\t%s\n", from, to);
	end();
	return rc;
}

int
unlink(const char *path)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(unlink)(path);
	if (rc == 0)
		tell("unlink %s\n", path);
	end();
	return rc;
}

int
rmdir(const char *path)
{
	int rc;

	if (fails('c', EIO))
		return -1;
	begin();
	rc = NEXT(rmdir)(path);
	if (rc == 0)
		tell("rmdir %s\n", path);
	end();
	return rc;
}

int
mkdir(const char *path, mode_t mode)
{
	int rc;
	struct stat st;

	if (fails('c', ENOSPC))
		return -1;
	begin();
	rc = NEXT(mkdir)(path, mode);
	if (rc == 0 && stat(path, &st) == 0)
		tell("mkdir %lu %s\n", (unsigned long)st.st_ino, path);
	end();
	return rc;
}

int
close(int fd)
{
	int rc = (int)syscall(SYS_close, fd);

	return fails('c', EIO) ? -1 : rc;
}

int
fstat(int fd, struct stat *st)
{
	return fails('c', EIO) ? -1 : NEXT(fstat)(fd, st);
}
