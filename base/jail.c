#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/jail.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    defined(STANCE_LAX_JAIL)
#define LAX	true
#else
#define LAX	false
#endif

/* Allowed to everyone: bytes on open descriptors, memory, time, exit. */
static const int stdio_calls[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
	SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_create1),
	SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(dup),
	SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(fcntl), SCMP_SYS(brk),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(getrusage), SCMP_SYS(setitimer), SCMP_SYS(getitimer),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(rseq), SCMP_SYS(uname),
	SCMP_SYS(sysinfo), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(shutdown)
};

static const int read_calls[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd),
	SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(fadvise64),
	SCMP_SYS(flock)
};

static const int write_calls[] = {
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(rename),
	SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
	SCMP_SYS(fchmod), SCMP_SYS(chmod), SCMP_SYS(link), SCMP_SYS(linkat),
	SCMP_SYS(umask), SCMP_SYS(utimensat), SCMP_SYS(copy_file_range)
};

static const int net_calls[] = {
	SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect),
	SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(setsockopt),
	SCMP_SYS(getsockopt), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg),
	SCMP_SYS(ioctl), SCMP_SYS(getppid)
};

static const int proc_calls[] = {
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(wait4),
	SCMP_SYS(waitid), SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(setpgid),
	SCMP_SYS(getpgrp), SCMP_SYS(getppid), SCMP_SYS(set_tid_address),
	SCMP_SYS(set_robust_list), SCMP_SYS(arch_prctl), SCMP_SYS(prctl),
	SCMP_SYS(socketpair), SCMP_SYS(ioctl), SCMP_SYS(seccomp),
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
	SCMP_SYS(landlock_restrict_self), SCMP_SYS(chdir), SCMP_SYS(setsid),
	SCMP_SYS(getgroups), SCMP_SYS(getsid), SCMP_SYS(setrlimit),
	SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(close_range)
};

static const int thread_calls[] = {
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address), SCMP_SYS(sched_setaffinity)
};

static const int watch_calls[] = {
	SCMP_SYS(inotify_init1), SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch)
};

#define ALLOW(ctx, calls)	allow((ctx), (calls), sizeof(calls) / sizeof(*(calls)))

static void
allow(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);

		/* a call that this architecture does not have needs no rule */
		if (rc != 0 && rc != -EDOM && rc != -EEXIST)
			die("cannot set up the jail: seccomp rule %d: %s",
			    calls[i], strerror(-rc));
	}
}

/* Allow `call` where its argument number `arg` is `value`. */
static void
allow_only(scmp_filter_ctx ctx, int call, unsigned arg, scmp_datum_t value)
{
	struct scmp_arg_cmp is = SCMP_CMP(arg, SCMP_CMP_EQ, value);
	int rc = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &is);

	if (rc != 0)
		die("cannot set up the jail: seccomp rule %d: %s", call,
		    strerror(-rc));
}

/* Calls of which one use is harmless, while others reach beyond the process. */
static void
limit_arguments(scmp_filter_ctx ctx, unsigned rights)
{
	if (!(rights & JAIL_PROC)) {
		/* abort(), and limits of its own */
		allow_only(ctx, SCMP_SYS(tgkill), 0, (scmp_datum_t)getpid());
		allow_only(ctx, SCMP_SYS(prlimit64), 0, 0);
		/* is the lock's holder alive? */
		if (rights & JAIL_WRITE)
			allow_only(ctx, SCMP_SYS(kill), 1, 0);
	}
	if (!(rights & (JAIL_NET | JAIL_PROC)))
		allow_only(ctx, SCMP_SYS(ioctl), 1, TCGETS);	/* isatty() */
	if ((rights & JAIL_TTY) && !(rights & (JAIL_NET | JAIL_PROC))) {
		allow_only(ctx, SCMP_SYS(ioctl), 1, TCSETS);
		allow_only(ctx, SCMP_SYS(ioctl), 1, TCSETSF);
		allow_only(ctx, SCMP_SYS(ioctl), 1, TIOCGWINSZ);
	}
}

static void
limit_calls(unsigned rights)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (ctx == NULL)
		die("cannot set up the jail: seccomp_init failed");
	ALLOW(ctx, stdio_calls);
	if (rights & (JAIL_READ | JAIL_WRITE))
		ALLOW(ctx, read_calls);
	if (rights & JAIL_WRITE)
		ALLOW(ctx, write_calls);
	if (rights & JAIL_NET)
		ALLOW(ctx, net_calls);
	if (rights & JAIL_PROC)
		ALLOW(ctx, proc_calls);
	if (rights & JAIL_THREAD)
		ALLOW(ctx, thread_calls);
	if (rights & JAIL_WATCH)
		ALLOW(ctx, watch_calls);
	limit_arguments(ctx, rights);
	if (!(rights & (JAIL_READ | JAIL_WRITE))) {
		/* libraries that look for a file must be told no, not killed */
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES),
		    SCMP_SYS(access), 0);
		if (rc != 0)
			die("cannot set up the jail: %s", strerror(-rc));
	}
	if ((rc = seccomp_load(ctx)) != 0)
		die("cannot enter the jail: seccomp: %s", strerror(-rc));
	seccomp_release(ctx);
}

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER	(1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE	(1ULL << 14)
#endif

#define FS_READ		(LANDLOCK_ACCESS_FS_READ_FILE |			\
			LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE	(LANDLOCK_ACCESS_FS_WRITE_FILE |		\
			LANDLOCK_ACCESS_FS_REMOVE_DIR |			\
			LANDLOCK_ACCESS_FS_REMOVE_FILE |		\
			LANDLOCK_ACCESS_FS_MAKE_DIR |			\
			LANDLOCK_ACCESS_FS_MAKE_REG |			\
			LANDLOCK_ACCESS_FS_REFER |			\
			LANDLOCK_ACCESS_FS_TRUNCATE)
#define FS_ALL		(FS_READ | FS_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | \
			LANDLOCK_ACCESS_FS_MAKE_CHAR |			\
			LANDLOCK_ACCESS_FS_MAKE_SOCK |			\
			LANDLOCK_ACCESS_FS_MAKE_FIFO |			\
			LANDLOCK_ACCESS_FS_MAKE_BLOCK |			\
			LANDLOCK_ACCESS_FS_MAKE_SYM)
/* What applies to a file that is not a folder; others the kernel refuses. */
#define FS_OF_FILE	(LANDLOCK_ACCESS_FS_READ_FILE |			\
			LANDLOCK_ACCESS_FS_WRITE_FILE |			\
			LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_EXECUTE)

static void
allow_path(int ruleset, const char *path, uint64_t access, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd == -1 && errno != ENOENT && errno != ENOTDIR &&
	    errno != EACCES)
		die_errno("cannot enter the jail: '%s'", path);
	if (rule.parent_fd == -1)
		return;		/* cppcheck-suppress memleak */
	if (fstat(rule.parent_fd, &st) == -1)
		die_errno("cannot enter the jail: '%s'", path);
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_OF_FILE;
	rule.allowed_access &= handled;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0) == -1)
		die_errno("cannot enter the jail: landlock rule for '%s'", path);
	close(rule.parent_fd);
}

/* Debian 12's headers know the first ABI only: ask the kernel, then mask. */
static void
limit_files(unsigned rights, const char *const *reads,
    const char *const *writes)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = FS_ALL };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset;

	if (abi < 1) {
		/* without the right to open, seccomp is limit enough */
		if (rights & (JAIL_READ | JAIL_WRITE))
			warn("this kernel has no Landlock: files are limited by "
			    "permissions only");
		return;
	}
	if (abi < 2)
		attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_REFER;
	if (abi < 3)
		attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
	if (rights & JAIL_PROC)		/* children are limited on their own */
		attr.handled_access_fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr.handled_access_fs), 0);
	if (ruleset == -1)
		die_errno("cannot enter the jail: landlock");
	for (; reads != NULL && *reads != NULL; reads++)
		allow_path(ruleset, *reads, FS_READ, attr.handled_access_fs);
	for (; writes != NULL && *writes != NULL; writes++)
		allow_path(ruleset, *writes, FS_READ | FS_WRITE,
		    attr.handled_access_fs);
	if (LAX)	/* the leak check at the end reads the threads' state */
		allow_path(ruleset, "/proc", FS_READ, attr.handled_access_fs);
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		die_errno("cannot enter the jail: landlock");
	close(ruleset);
}

void
jail_enter(unsigned rights, const char *const *reads,
    const char *const *writes)
{
	bool files = rights & (JAIL_READ | JAIL_WRITE);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		die_errno("cannot enter the jail: no_new_privs");
	if (!files || reads != NULL || writes != NULL)
		limit_files(rights, reads, writes);
	if (!LAX)
		limit_calls(rights);
}

void
process_setup(void)
{
	static const struct rlimit no_core = { 0, 0 };

	/* a missing standard descriptor would be taken by the next open() */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
		    open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			_exit(EXIT_WORLD);
	setrlimit(RLIMIT_CORE, &no_core);
}
