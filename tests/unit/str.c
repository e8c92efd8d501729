#include "tests/unit/test.h"

#include "base/str.h"

static void
absent_and_empty_are_harmless(void **state)
{
	struct str part, rest = STR_NONE;

	(void)state;
	assert_true(str_eq(STR_NONE, STR("")));
	assert_true(str_starts(STR_NONE, STR_NONE));
	assert_true(str_ends(STR_NONE, STR_NONE));
	assert_int_equal(str_from(STR_NONE, 3).n, 0);
	assert_int_equal(str_slice(STR_NONE, 1, 2).n, 0);
	assert_int_equal(str_find(STR_NONE, STR("a"), 0), -1);
	assert_int_equal(str_ifind(STR_NONE, STR("a"), 0), -1);
	assert_int_equal(str_trim(STR_NONE).n, 0);
	assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
	assert_false(str_split(&rest, ',', &part));
}

static void
finds_and_compares(void **state)
{
	struct str s = STR("The Ban was lifted");

	(void)state;
	assert_int_equal(str_find(s, STR("Ban"), 0), 4);
	assert_int_equal(str_find(s, STR("Ban"), 5), -1);
	assert_int_equal(str_find(s, STR(""), 18), 18);
	assert_int_equal(str_find(s, STR(""), 19), -1);
	assert_int_equal(str_ifind(s, STR("LIFTED"), 0), 12);
	assert_int_equal(str_ifind(s, STR("liftedx"), 0), -1);
	assert_true(str_istarts(s, STR("the b")));
	assert_true(str_ends(s, STR("lifted")));
	assert_true(str_ieq(STR("abc"), STR("ABC")));
	assert_false(str_ieq(STR("abc"), STR("ABCD")));
	assert_true(str_cmp(STR("a"), STR("b")) < 0);
	assert_true(str_cmp(STR("ab"), STR("a")) > 0);
	assert_true(str_cmp(STR("\x7f"), STR("\x80")) < 0);
	assert_true(str_eq(str_trim(STR(" \t\r\n x y \v\f")), STR("x y")));
	assert_true(str_eq(str_slice(s, 4, 99), STR("Ban was lifted")));
	assert_int_equal(str_slice(s, 7, 4).n, 0);
}

static void
splits_with_every_empty_part(void **state)
{
	static const char *const wanted[] = { "a", "", "b", "" };
	struct str rest = STR("a,,b,"), part;
	size_t n = 0;

	(void)state;
	while (str_split(&rest, ',', &part)) {
		assert_true(n < 4);
		assert_true(str_eq(part, str_of(wanted[n++])));
	}
	assert_int_equal(n, 4);
}

static void
numbers_stay_under_their_ceiling(void **state)
{
	(void)state;
	assert_int_equal(str_number(STR("0"), 0), 0);
	assert_int_equal(str_number(STR("1"), 0), -1);
	assert_int_equal(str_number(STR("9"), 5), -1);
	assert_int_equal(str_number(STR("65535"), 65535), 65535);
	assert_int_equal(str_number(STR("65536"), 65535), -1);
	assert_int_equal(str_number(STR(""), 9), -1);
	assert_int_equal(str_number(STR("-1"), 9), -1);
	assert_int_equal(str_number(STR("1x"), 99), -1);
	assert_true(str_number(STR("9223372036854775807"), INT64_MAX) ==
	    INT64_MAX);
	assert_int_equal(str_number(STR("9223372036854775808"), INT64_MAX), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_and_empty_are_harmless),
		cmocka_unit_test(finds_and_compares),
		cmocka_unit_test(splits_with_every_empty_part),
		cmocka_unit_test(numbers_stay_under_their_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
