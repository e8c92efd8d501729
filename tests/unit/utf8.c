#include "tests/unit/test.h"

#include <stdlib.h>

#include "base/utf8.h"

static bool
well_formed(const char *z)
{
	struct str s = str_of(z);

	return utf8_check(s) == s.n;
}

static void
every_code_point_comes_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x110000; cp++) {
		char bytes[4];
		unsigned n = utf8_encode(cp, bytes), len;
		bool scalar = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);

		if (utf8_check((struct str){ bytes, n }) != n ||
		    utf8_decode(bytes, bytes + n, &len) !=
		    (scalar ? cp : 0xfffd) || len != n)
			fail_msg("U+%04X", (unsigned)cp);
	}
}

static void
malformed_forms_are_found(void **state)
{
	(void)state;
	assert_true(well_formed("plain, caf\xc3\xa9, \xe4\xb8\xad\xe5\x9b\xbd"));
	assert_true(well_formed("\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"));
	assert_false(well_formed("\x80"));
	assert_false(well_formed("\xc0\xaf"));			/* overlong */
	assert_false(well_formed("\xe0\x9f\xbf"));
	assert_false(well_formed("\xf0\x8f\xbf\xbf"));
	assert_false(well_formed("\xed\xa0\x80"));		/* surrogate */
	assert_false(well_formed("\xf4\x90\x80\x80"));		/* too high */
	assert_false(well_formed("\xe4\xb8"));			/* cut */
	assert_false(well_formed("\xff"));
	assert_int_equal(utf8_check(STR("0123456789abcdef0123\xc3")), 20);
}

static void
the_place_does_not_depend_on_alignment(void **state)
{
	char text[80];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		text[at] = (char)0xfe;
		assert_int_equal(utf8_check((struct str){ text, sizeof(text) }),
		    at);
	}
}

/* No byte behind the end is looked at; the sanitizer sees to it. */
static void
the_end_is_the_end(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 100; n++) {
		char *bytes = malloc(n + 1);
		struct str tail = { bytes + 1, n };

		assert_non_null(bytes);
		memset(bytes, 'a', n + 1);
		assert_int_equal(utf8_check(tail), n);
		free(bytes);
	}
}

static void
counts_code_points(void **state)
{
	struct str s = STR("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80z");

	(void)state;
	assert_int_equal(utf8_count(s), 5);
	assert_int_equal(utf8_offset(s, 0), 0);
	assert_int_equal(utf8_offset(s, 3), 6);
	assert_int_equal(utf8_offset(s, 5), s.n);
	assert_int_equal(utf8_offset(s, 9), s.n);
}

static void
repair_replaces_each_bad_byte(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	utf8_repair(&b, STR("a\xff\xc3" "b\xe4\xb8"));
	assert_string_equal(buf_z(&b), "a\xef\xbf\xbd\xef\xbf\xbd" "b"
	    "\xef\xbf\xbd\xef\xbf\xbd");
	buf_release(&b);
}

/* Texts longer than a machine word are counted by words. */
static void
counts_long_texts(void **state)
{
	char text[120];
	struct str s = { text, 0 };
	size_t starts[120], count = 0;

	(void)state;
	for (uint32_t i = 0; s.n + 4 <= sizeof(text); i++) {
		starts[count++] = s.n;
		s.n += utf8_encode(i % 5 == 1 ? 0x1f600 : i % 3 == 1 ? 0xe9 :
		    i % 7 == 2 ? 0x51fa : 'a', text + s.n);
	}
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(utf8_offset(s, i), starts[i]);
		assert_int_equal(utf8_count(str_slice(s, 0, starts[i])), i);
	}
	assert_int_equal(utf8_count(s), count);
	assert_int_equal(utf8_offset(s, count), s.n);
}

/* What stands behind the text is not read: the sanitizer sees to it. */
static void
keeps_within(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 100; n++) {
		char *text = malloc(n);

		assert_non_null(text);
		memset(text, 'x', n);
		assert_int_equal(utf8_check((struct str){ text, n }), n);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_within),
		cmocka_unit_test(every_code_point_comes_back),
		cmocka_unit_test(malformed_forms_are_found),
		cmocka_unit_test(the_place_does_not_depend_on_alignment),
		cmocka_unit_test(the_end_is_the_end),
		cmocka_unit_test(counts_code_points),
		cmocka_unit_test(repair_replaces_each_bad_byte),
		cmocka_unit_test(counts_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
