#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/mem.h"

/* How a child ends that enters the jail and then acts. */
enum end { DONE, REFUSED, KILLED };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STRICT	0
#else
#define STRICT	1
#endif

static char folder[] = "/tmp/stance-jail-XXXXXX";
static char inside[100], outside[100];

static enum end
jailed(unsigned rights, const char *const *reads, const char *const *writes,
    int (*act)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child != -1);
	if (child == 0) {
		jail_enter(rights, reads, writes);
		_exit(act() == -1 ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGSYS);
		return KILLED;
	}
	return WEXITSTATUS(status) == 0 ? DONE : REFUSED;
}

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static int
compute(void)
{
	char *p = xmalloc(3 << 20);
	int n = snprintf(p, 100, "%d %f", getpid(), 1.5);

	memset(p + 100, n, (3 << 20) - 100);
	n = p[1 << 20];
	free(p);
	if (write_full(STDERR_FILENO, "", 0) == -1 || n == 0)
		return -1;
	return access("/etc/hosts", R_OK) == -1 && errno == EACCES ? 0 : -1;
}

static int
read_inside(void)
{
	return open(inside, O_RDONLY);
}

static int
write_inside(void)
{
	struct err err;

	return file_replace(inside, STR("x"), 0600, &err);
}

static int
read_outside(void)
{
	return open(outside, O_RDONLY);
}

static int
open_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
start_child(void)
{
	return system("exit 0");
}

static int
signal_parent(void)
{
	return kill(getppid(), SIGCONT);
}

static int
ask_for_holder(void)
{
	return kill(getpid(), 0);
}

static int
limit_parent(void)
{
	struct rlimit core = { 0, 0 };

	return prlimit(1, RLIMIT_CORE, &core, NULL);
}

static int
limit_self(void)
{
	struct rlimit core = { 0, 0 };

	return prlimit(0, RLIMIT_CORE, &core, NULL);
}

static void
without_rights_only_bytes_move(void **state)
{
	(void)state;
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, limit_self), DONE);
	if (!STRICT)
		return;
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, compute), DONE);
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, read_inside), KILLED);
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, open_socket), KILLED);
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, start_child), KILLED);
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, signal_parent), KILLED);
	assert_int_equal(jailed(JAIL_STDIO, NULL, NULL, limit_parent), KILLED);
}

static void
files_are_those_of_the_lists(void **state)
{
	const char *list[] = { folder, "/no/such/folder", NULL };
	const char *one[] = { inside, NULL };

	(void)state;
	assert_int_equal(jailed(JAIL_READ, list, NULL, read_inside), DONE);
	assert_int_equal(jailed(JAIL_READ, one, NULL, read_inside), DONE);
	assert_int_equal(jailed(JAIL_WRITE, NULL, list, write_inside), DONE);
	assert_int_equal(jailed(JAIL_READ, NULL, NULL, read_outside), DONE);
	if (has_landlock()) {
		assert_int_equal(jailed(JAIL_READ, list, NULL, read_outside),
		    REFUSED);
		assert_int_equal(jailed(JAIL_WRITE, list, NULL, write_inside),
		    REFUSED);
		assert_int_equal(jailed(JAIL_READ, one, NULL, read_outside),
		    REFUSED);
	}
	if (STRICT) {
		assert_int_equal(jailed(JAIL_READ, list, NULL, write_inside),
		    KILLED);
		assert_int_equal(jailed(JAIL_WRITE, NULL, list, open_socket),
		    KILLED);
	}
}

static void
a_writer_may_ask_but_not_signal(void **state)
{
	const char *list[] = { folder, NULL };

	(void)state;
	assert_int_equal(jailed(JAIL_WRITE, NULL, list, ask_for_holder), DONE);
	if (STRICT)
		assert_int_equal(jailed(JAIL_WRITE, NULL, list, signal_parent),
		    KILLED);
}

static void
rights_add_up(void **state)
{
	(void)state;
	assert_int_equal(jailed(JAIL_NET, NULL, NULL, open_socket), DONE);
	assert_int_equal(jailed(JAIL_PROC | JAIL_READ, NULL, NULL, start_child),
	    DONE);
	assert_int_equal(jailed(JAIL_PROC, NULL, NULL, limit_self), DONE);
	if (STRICT)
		assert_int_equal(jailed(JAIL_NET, NULL, NULL, read_inside),
		    KILLED);
}

static int
missing_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		close(fd);
	process_setup();
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			return -1;
	return open(inside, O_RDONLY) == 3 ? 0 : -1;
}

static void
standard_descriptors_are_there(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		for (int fd = 3; fd < 20; fd++)
			close(fd);
		_exit(missing_descriptors() == -1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static int
setup(void **state)
{
	struct err err;

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(inside, sizeof(inside), "%s/inside", folder);
	snprintf(outside, sizeof(outside), "/tmp/stance-out-%d", getpid());
	return file_replace(inside, STR("x"), 0600, &err) +
	    file_replace(outside, STR("x"), 0600, &err);
}

static int
teardown(void **state)
{
	(void)state;
	unlink(inside);
	unlink(outside);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rights_only_bytes_move),
		cmocka_unit_test(files_are_those_of_the_lists),
		cmocka_unit_test(a_writer_may_ask_but_not_signal),
		cmocka_unit_test(rights_add_up),
		cmocka_unit_test(standard_descriptors_are_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
