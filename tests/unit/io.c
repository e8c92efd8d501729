#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

static char folder[] = "/tmp/stance-io-XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* A pipe that a child fills with `bytes`, in steps of `step`. */
static int
feed(struct str bytes, size_t step, pid_t *child)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*child = fork();
	assert_true(*child != -1);
	if (*child == 0) {
		close(fds[0]);
		for (size_t i = 0; i < bytes.n; i += step)
			if (write_full(fds[1], bytes.p + i, step < bytes.n - i ?
			    step : bytes.n - i) == -1)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	return fds[0];
}

static void
lines_are_the_same_in_any_steps(void **state)
{
	static const char text[] = "one\n\nwith\0nul\nlast";
	static const struct { const char *p; size_t n; } wanted[] = {
		{ "one", 3 }, { "", 0 }, { "with\0nul", 8 }, { "last", 4 } };

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct in in;
		struct str line;
		pid_t child;

		in_init(&in, feed((struct str){ text, sizeof(text) - 1 }, step,
		    &child), "test", 100);
		for (size_t i = 0; i < 4; i++) {
			assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
			assert_int_equal(line.n, wanted[i].n);
			assert_memory_equal(line.p, wanted[i].p, line.n);
			assert_int_equal(in.line, i + 1);
		}
		assert_int_equal(in_line(&in, NULL, &line), IN_EOF);
		assert_int_equal(in_line(&in, NULL, &line), IN_EOF);
		assert_true(in_ready(&in));
		close(in.fd);
		in_release(&in);
		waitpid(child, NULL, 0);
	}
}

static void
a_long_line_costs_only_itself(void **state)
{
	static const char text[] = "ok\n0123456789abc\nexactly10!\nlong at the end";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct in in;
		struct str line;
		pid_t child;

		in_init(&in, feed((struct str){ text, sizeof(text) - 1 }, step,
		    &child), "test", 10);
		assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
		assert_int_equal(in_line(&in, NULL, &line), IN_LONG);
		assert_true(str_eq(line, STR("0123456789")));
		assert_int_equal(in.line, 2);
		assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
		assert_true(str_eq(line, STR("exactly10!")));
		assert_int_equal(in.line, 3);
		assert_int_equal(in_line(&in, NULL, &line), IN_LONG);
		assert_true(str_eq(line, STR("long at th")));
		assert_int_equal(in_line(&in, NULL, &line), IN_EOF);
		close(in.fd);
		in_release(&in);
		waitpid(child, NULL, 0);
	}
}

/* The other end answers each line before it sends the next one, so a filter
 * that slept on its output would wait for ever. */
static void
sends_before_it_sleeps(void **state)
{
	int to[2], from[2], status;
	struct in in;
	struct out out;
	struct str line;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	child = fork();
	if (child == 0) {
		char c;

		close(to[0]);
		close(from[1]);
		alarm(20);
		for (int i = 0; i < 100; i++)
			if (write_full(to[1], "x\n", 2) == -1 ||
			    read_full(from[0], &c, 1) != 1 ||
			    read_full(from[0], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	close(to[1]);
	close(from[0]);
	in_init(&in, to[0], "test", 100);
	out_init(&out, from[1], "test");
	while (in_line(&in, &out, &line) == IN_LINE) {
		buf_adds(out_buf(&out), line);
		buf_addc(out_buf(&out), '\n');
		out_poll(&out);
	}
	out_close(&out);
	close(in.fd);
	in_release(&in);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
in_ready_means_no_read(void **state)
{
	struct in in;
	struct str line;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	in_init(&in, fds[0], "test", 4);
	assert_false(in_ready(&in));
	assert_int_equal(write_full(fds[1], "a\nb\nlong ", 9), 0);
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
#ifndef STANCE_TINY
	assert_true(in_ready(&in));
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
	assert_true(in_ready(&in));
	assert_int_equal(in_line(&in, NULL, &line), IN_LONG);
	/* the newline that is to come ends the long line only */
	assert_int_equal(write_full(fds[1], "er\nc", 4), 0);
	assert_false(in_ready(&in));
#endif
	close(fds[1]);
	close(fds[0]);
	in_release(&in);
}

/* All lines as in_take() gives them, whatever the reads were. */
static void
taken_lines_are_whole(void **state)
{
	static const char text[] = "a\nbc\n\nd\nlong line\nend";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct buf spare = BUF_INIT, all = BUF_INIT;
		struct in in;
		struct str line;
		pid_t child;

		in_init(&in, feed((struct str){ text, sizeof(text) - 1 }, step,
		    &child), "test", 1000);
		while (in_line(&in, NULL, &line) == IN_LINE) {
			struct str taken = in_take(&in, line, &spare);

			assert_true(taken.n > 0);
			assert_true(taken.p[taken.n - 1] == '\n' || in.eof);
			buf_adds(&all, taken);
		}
		assert_true(str_eq(buf_str(&all), str_of(text)));
		close(in.fd);
		in_release(&in);
		buf_release(&spare);
		buf_release(&all);
		waitpid(child, NULL, 0);
	}
}

/* What is left when lines were taken goes on, and may grow too long. */
static void
what_is_left_goes_on(void **state)
{
	struct buf spare = BUF_INIT;
	struct in in;
	struct str line;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	in_init(&in, fds[0], "test", 8);
	assert_int_equal(write_full(fds[1], "a\nbc\nen", 7), 0);
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
#ifndef STANCE_TINY
	assert_true(str_eq(in_take(&in, line, &spare), STR("a\nbc\n")));
#else
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
	in_take(&in, line, &spare);
#endif
	assert_int_equal(write_full(fds[1], "d\n0123456789\nx", 14), 0);
	close(fds[1]);
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
	assert_true(str_eq(line, STR("end")));
	assert_int_equal(in_line(&in, NULL, &line), IN_LONG);
	assert_int_equal(in_line(&in, NULL, &line), IN_LINE);
	assert_true(str_eq(in_take(&in, line, &spare), STR("x")));
	assert_int_equal(in_line(&in, NULL, &line), IN_EOF);
	close(fds[0]);
	in_release(&in);
	buf_release(&spare);
}

static void
slurp_honours_both_ceilings(void **state)
{
	struct buf b = BUF_INIT, small = buf_init(3);
	struct err err;

	(void)state;
	assert_int_equal(file_replace(in_folder("s"), STR("0123456789"), 0600,
	    &err), 0);
	assert_int_equal(file_slurp(in_folder("s"), &b, 10, &err), 0);
	assert_true(str_eq(buf_str(&b), STR("0123456789")));
	buf_reset(&b);
	assert_int_equal(file_slurp(in_folder("s"), &b, 9, &err), -1);
	assert_non_null(strstr(err.msg, "longer than 9 bytes"));
	assert_int_equal(file_slurp(in_folder("s"), &small, 100, &err), -1);
	assert_true(small.n <= 3);
	assert_int_equal(file_slurp(in_folder("none"), &b, 9, &err), -1);
	assert_non_null(strstr(err.msg, "cannot open"));
	buf_release(&b);
	buf_release(&small);
}

static void
a_replaced_file_is_whole(void **state)
{
	struct buf b = BUF_INIT;
	struct err err;

	(void)state;
	assert_int_equal(file_replace(in_folder("r"), STR("old"), 0600, &err),
	    0);
	assert_int_equal(file_replace(in_folder("r"), STR(""), 0600, &err), 0);
	assert_int_equal(file_slurp(in_folder("r"), &b, 100, &err), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(access(in_folder("r.new"), F_OK), -1);
	assert_int_equal(file_replace(in_folder("no/such"), STR("x"), 0600,
	    &err), -1);
	buf_release(&b);
}

static void
folders_are_made_with_their_parents(void **state)
{
	struct err err;
	struct stat st;

	(void)state;
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(make_folders("a", 0700, &err), 0);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(make_folders("b/c//d/", 0700, &err), 0);
	assert_int_equal(stat("b/c/d", &st), 0);
	assert_int_equal(make_folders("b/c/d", 0700, &err), 0);
	assert_int_equal(make_folders(in_folder("e/f"), 0700, &err), 0);
	assert_int_equal(file_replace("file", STR("x"), 0600, &err), 0);
	assert_int_equal(make_folders("", 0700, &err), -1);
	assert_int_equal(make_folders("file", 0700, &err), -1);
	assert_int_equal(make_folders("file/x", 0700, &err), -1);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
drop_folder(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_in_any_steps),
		cmocka_unit_test(a_long_line_costs_only_itself),
		cmocka_unit_test(sends_before_it_sleeps),
		cmocka_unit_test(in_ready_means_no_read),
		cmocka_unit_test(taken_lines_are_whole),
		cmocka_unit_test(what_is_left_goes_on),
		cmocka_unit_test(slurp_honours_both_ceilings),
		cmocka_unit_test(a_replaced_file_is_whole),
		cmocka_unit_test(folders_are_made_with_their_parents),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
