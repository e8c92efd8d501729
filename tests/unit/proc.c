#include "tests/unit/test.h"

#include <signal.h>
#include <unistd.h>

#include "base/proc.h"

static struct str
filter(const char *command, struct str input, struct buf *output, int *status)
{
	char *argv[] = { (char *)(uintptr_t)"/bin/sh", (char *)(uintptr_t)"-c",
	    (char *)(uintptr_t)command, NULL };
	struct proc proc;
	struct err err;

	buf_reset(output);
	assert_int_equal(proc_start(&proc, argv, &err), 0);
	assert_int_equal(proc_filter(&proc, input, output, &err), 0);
	*status = proc_wait(&proc);
	return buf_str(output);
}

static void
both_pipes_may_be_full(void **state)
{
	struct buf big = BUF_INIT, output = BUF_INIT;
	int status;

	(void)state;
	for (int i = 0; i < 40000; i++)
		buf_addf(&big, "line %d of a long input\n", i);
	assert_true(str_eq(filter("cat", buf_str(&big), &output, &status),
	    buf_str(&big)));
	assert_int_equal(status, 0);
	buf_release(&big);
	buf_release(&output);
}

static void
a_child_may_stop_reading(void **state)
{
	struct buf big = BUF_INIT, output = BUF_INIT;
	int status;

	(void)state;
	for (int i = 0; i < 40000; i++)
		buf_addz(&big, "0123456789abcdef\n");
	assert_true(str_eq(filter("exec <&-; echo done; exit 7", buf_str(&big),
	    &output, &status), STR("done\n")));
	assert_int_equal(status, 7);
	filter("kill -9 $$", STR_NONE, &output, &status);
	assert_int_equal(status, 128 + SIGKILL);
	buf_release(&big);
	buf_release(&output);
}

static void
what_cannot_run_is_said(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"/nonexistent/program", NULL };
	struct proc proc;
	struct err err;

	(void)state;
	assert_int_equal(proc_start(&proc, argv, &err), -1);
	assert_string_equal(err.msg, "cannot run '/nonexistent/program': "
	    "No such file or directory");
}

static void
the_ceiling_of_the_output_holds(void **state)
{
	char *argv[] = { (char *)(uintptr_t)"/bin/sh", (char *)(uintptr_t)"-c",
	    (char *)(uintptr_t)"yes", NULL };
	struct buf output = buf_init(1 << 20);
	struct proc proc;
	struct err err;

	(void)state;
	assert_int_equal(proc_start(&proc, argv, &err), 0);
	assert_int_equal(proc_filter(&proc, STR_NONE, &output, &err), -1);
	assert_int_equal(proc_wait(&proc), 128 + SIGPIPE);
	buf_release(&output);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_pipes_may_be_full),
		cmocka_unit_test(a_child_may_stop_reading),
		cmocka_unit_test(what_cannot_run_is_said),
		cmocka_unit_test(the_ceiling_of_the_output_holds)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
