/* What a pattern cannot match without: classify/needle.h. */
#include "tests/unit/test.h"

#include "classify/needle.h"

static void
finds_what_must_be_there(void **state)
{
	static const char *const cases[][2] = {
		{ "\\bwant \\w+ liberty", "liberty" },
		{ "(?:first|last) c?all", "all" },
		{ "a|longer", "" },
		{ "(long|er) on", "on" },
		{ "colou?r", "colo" },
		{ "ab+cde", "cde" },
		{ "abc{2,3}d", "ab" },
		{ "abcd*", "abc" },
		{ "milky", "mil" },		/* k has a third case */
		{ "[a-z]+tion", "tion" },
		{ "[]a]+tion", "tion" },
		{ "a\\.bcd", "bcd" },
		{ "\\d+ (?:on)?line", "line" },
		{ "(?=tight)er", "" },		/* lookahead: too clever */
		{ "(?i)er", "" },
		{ "\\x{61}bcd", "" },
		{ "\\p{Lu}bcd", "" },
		{ "\\Qa|b\\E", "" },
		{ "[[:alpha:]]bcd", "" },
		{ "", "" },
		{ "(un", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str needle = needle_of(str_of(cases[i][0]),
		    STR(""));

		if (!str_eq(needle, str_of(cases[i][1])))
			fail_msg("/%s/ needs '%.*s', not '%s'", cases[i][0],
			    STR_FMT(needle), cases[i][1]);
	}
}

static void
is_found_in_any_case(void **state)
{
	(void)state;
	assert_true(needle_in(STR("tion"), STR("a NATION")));
	assert_true(needle_in(STR("TiOn"), STR("tion")));
	assert_true(needle_in(STR(""), STR("")));
	assert_false(needle_in(STR("tion"), STR("tio")));
	assert_false(needle_in(STR("a"), STR("")));
	assert_false(needle_in(STR("`a"), STR("@a")));
}

/* Wherever it stands in a long text, and nowhere else. */
static void
is_found_at_any_place(void **state)
{
	static const char beginnings[] = "tio";
	char text[80];

	(void)state;
	for (size_t n = 0; n <= sizeof(text); n++) {
		for (size_t i = 0; i < n; i++)
			text[i] = beginnings[i % 3];
		assert_false(needle_in(STR("tion"), (struct str){ text, n }));
		for (size_t at = 0; at + 4 <= n; at++) {
			char was[4];

			memcpy(was, text + at, 4);
			memcpy(text + at, "TioN", 4);
			assert_true(needle_in(STR("tion"),
			    (struct str){ text, n }));
			assert_false(needle_in(STR("tion"),
			    (struct str){ text, at + 3 }));
			memcpy(text + at, was, 4);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_must_be_there),
		cmocka_unit_test(is_found_in_any_case),
		cmocka_unit_test(is_found_at_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
