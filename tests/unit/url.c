#include "tests/unit/test.h"

#include "ingest/url.h"

static struct arena a;

static void
resolves_as_the_standard_says(void **state)
{
	/* RFC 3986, 5.4, with its base. */
	static const char *const examples[][2] = {
		{ "g:h", "g:h" }, { "g", "http://a/b/c/g" },
		{ "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" }, { "//g", "http://g" },
		{ "?y", "http://a/b/c/d;p?y" }, { "g?y", "http://a/b/c/g?y" },
		{ "#s", "http://a/b/c/d;p?q#s" }, { "g#s", "http://a/b/c/g#s" },
		{ "g?y#s", "http://a/b/c/g?y#s" }, { ";x", "http://a/b/c/;x" },
		{ "g;x?y#s", "http://a/b/c/g;x?y#s" }, { ".", "http://a/b/c/" },
		{ "./", "http://a/b/c/" }, { "..", "http://a/b/" },
		{ "../", "http://a/b/" }, { "../g", "http://a/b/g" },
		{ "../..", "http://a/" }, { "../../g", "http://a/g" },
		{ "../../../g", "http://a/g" }, { "/./g", "http://a/g" },
		{ "/../g", "http://a/g" }, { "g.", "http://a/b/c/g." },
		{ "..g", "http://a/b/c/..g" }, { "./g/.", "http://a/b/c/g/" },
		{ "g/../h", "http://a/b/c/h" }, { "g;x=1/../y", "http://a/b/c/y" },
		{ "g?y/../x", "http://a/b/c/g?y/../x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct str got = url_resolve(STR("http://a/b/c/d;p?q"),
		    str_of(examples[i][0]), &a);

		assert_string_equal(arena_cstr(&a, got), examples[i][1]);
	}
}

static void
is_as_lenient_as_the_web(void **state)
{
	(void)state;
	assert_string_equal(arena_cstr(&a, url_resolve(STR("https://h.example"),
	    STR(" a\n b.html "), &a)), "https://h.example/a%20b.html");
	assert_string_equal(arena_cstr(&a, url_resolve(STR_NONE,
	    STR("/x"), &a)), "/x");
	assert_string_equal(arena_cstr(&a, url_resolve(STR("mailto:me"),
	    STR("x"), &a)), "x");
	assert_int_equal(url_resolve(STR("http://a/"), STR(" "), &a).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_as_the_standard_says),
		cmocka_unit_test(is_as_lenient_as_the_web),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return rc;
}
