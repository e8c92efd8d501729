#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/opt.h"

static bool quiet;
static const char *format, *color;
static struct opt_list rules;
static struct opt_number jobs;

static const struct opt opts[] = {
	{ 'q', "quiet", NULL, "say nothing", OPT_FLAG, &quiet },
	{ 'f', "format", "NAME", "how to print", OPT_STRING, &format },
	{ 'c', "color", "WHEN", "colour", OPT_MAYBE, &color },
	{ 'r', "rules", "FILE", "rules to use", OPT_LIST, &rules },
	{ 'j', "jobs", "N", "threads", OPT_NUMBER, &jobs },
	{ 0, "header", "LINE", "a header", OPT_STRING, &format },
	{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
};
static const struct tool tool = { "tool", "[OPTION]... [FILE]...",
    "Try options.", opts, NULL };

static int
forget(void **state)
{
	(void)state;
	quiet = false;
	format = color = NULL;
	opt_list_release(&rules);
	jobs = (struct opt_number){ 2, 1, 8 };
	return 0;
}

static char *argv[20];

/* Parse these words; operands stand in argv[1..]. */
static int
parse(const char *words)
{
	static char copy[200];
	int argc = 0;

	snprintf(copy, sizeof(copy), "tool %s", words);
	for (char *w = strtok(copy, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	return opt_parse(&tool, argc, argv);
}

static void
options_stand_anywhere(void **state)
{
	(void)state;
	assert_int_equal(parse("a -qfjson - --rules x -r y --jobs=3 --color b "
	    "-- -q"), 4);
	assert_string_equal(argv[1], "a");
	assert_string_equal(argv[2], "-");
	assert_string_equal(argv[3], "b");
	assert_string_equal(argv[4], "-q");
	assert_true(quiet);
	assert_string_equal(format, "json");
	assert_string_equal(color, "");
	assert_int_equal(rules.n, 2);
	assert_string_equal(rules.v[1], "y");
	assert_int_equal(jobs.value, 3);
}

static void
a_name_may_be_cut(void **state)
{
	(void)state;
	assert_int_equal(parse("--qu --form=x --col=always"), 0);
	assert_true(quiet);
	assert_string_equal(format, "x");
	assert_string_equal(color, "always");
}

/* What a child that parses `words` says; it must end with `wanted`. */
static const char *
says(const char *words, int wanted)
{
	static struct buf said;
	struct err err;
	int fds[2], status;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		parse(words);
		_exit(0);
	}
	close(fds[1]);
	buf_release(&said);
	assert_int_equal(fd_slurp(fds[0], &said, 10000, &err), 0);
	close(fds[0]);
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	return buf_z(&said);
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	assert_non_null(strstr(says("--formta=json", EXIT_USAGE),
	    "unknown option '--formta'; did you mean '--format'?"));
	assert_non_null(strstr(says("--vresion", EXIT_USAGE),
	    "did you mean '--version'?"));
	assert_non_null(strstr(says("--zzzzzzzz", EXIT_USAGE),
	    "unknown option '--zzzzzzzz'\n"));
	assert_non_null(strstr(says("--=x", EXIT_USAGE), "unknown"));
	assert_non_null(strstr(says("-z", EXIT_USAGE),
	    "unknown option '-z'"));
	assert_non_null(strstr(says("--quiet=x", EXIT_USAGE),
	    "takes no value"));
	assert_non_null(strstr(says("--rules", EXIT_USAGE),
	    "'--rules' needs a value (FILE)"));
	assert_non_null(strstr(says("-r", EXIT_USAGE), "needs a value"));
	assert_non_null(strstr(says("--jobs 0", EXIT_USAGE),
	    "'--jobs' takes a number from 1 to 8, not '0'"));
	assert_non_null(strstr(says("--jobs 3x", EXIT_USAGE), "takes a"));
	assert_non_null(strstr(says("--he", EXIT_USAGE),
	    "'--he' could be '--header' or '--help'"));
}

static void
help_and_version_are_answered(void **state)
{
	const char *help = says("--help", 0);

	(void)state;
	assert_non_null(strstr(help, "usage: tool [OPTION]... [FILE]...\n"));
	assert_non_null(strstr(help, "  -c, --color[=WHEN]"));
	assert_non_null(strstr(help, "      --header LINE"));
	assert_non_null(strstr(says("--hel", 0), "usage: tool"));
	assert_non_null(strstr(says("-q -h", 0), "usage: tool"));
	assert_non_null(strstr(says("--vers", 0), STANCE_VERSION));
}

static void
the_closest_name_is_close(void **state)
{
	static const char *const names[] = { "query", "check", "compact" };

	(void)state;
	assert_string_equal(closest_name("qeury", names, 3), "query");
	assert_string_equal(closest_name("chekc", names, 3), "check");
	assert_null(closest_name("frobnicate", names, 3));
	assert_null(closest_name("a-word-that-is-much-longer-than-any-name",
	    names, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(options_stand_anywhere, forget),
		cmocka_unit_test_setup(a_name_may_be_cut, forget),
		cmocka_unit_test_setup(what_is_wrong_is_named, forget),
		cmocka_unit_test_setup(help_and_version_are_answered, forget),
		cmocka_unit_test(the_closest_name_is_close),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	opt_list_release(&rules);
	return rc;
}
