#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/path.h"

/* This program is in build/VARIANT/tests/unit of the tree. */
static void
the_tree_is_found_from_any_folder(void **state)
{
	char *here = path_data("base/path.h");

	(void)state;
	assert_non_null(here);
	assert_int_equal(access(here, R_OK), 0);
	free(here);
	assert_int_equal(chdir("/"), 0);
	here = path_data("base/path.h");
	assert_non_null(here);
	free(here);
	assert_null(path_data("base/no-such-file"));
}

static void
siblings_stand_beside(void **state)
{
	char *self = path_program("path");

	(void)state;
	assert_non_null(self);
	assert_int_equal(access(self, X_OK), 0);
	free(self);
	assert_null(path_program("stance-no-such-program"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tree_is_found_from_any_folder),
		cmocka_unit_test(siblings_stand_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
