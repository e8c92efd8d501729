#include "tests/unit/test.h"

#include "ingest/variant.h"

static void
is_of(const char *url, bool amp, const char *kind, const char *wanted)
{
	struct arena a = ARENA_INIT;
	enum variant variant = variant_of(str_of(url), amp);

	assert_string_equal(variant_name(variant), kind);
	assert_string_equal(arena_cstr(&a, variant_main(str_of(url), variant,
	    &a)), wanted);
	arena_release(&a);
}

static void
knows_amp(void **state)
{
	(void)state;
	is_of("https://a.example/x", false, "", "https://a.example/x");
	is_of("https://a.example/x/amp/", false, "",
	    "https://a.example/x/amp/");
	is_of("https://a.example/x/amp/", true, "amp", "https://a.example/x/");
	is_of("https://a.example/x.amp.html", true, "amp",
	    "https://a.example/x.html");
	is_of("https://a.example/x?amp=1&id=3#y", true, "amp",
	    "https://a.example/x?id=3");
	is_of("https://a.example/x?outputType=amp", true, "amp",
	    "https://a.example/x");
	is_of("https://a.example/amp", true, "amp", "https://a.example/amp");
	is_of("https://a-example.cdn.ampproject.org/c/s/a.example/x", false,
	    "amp", "https://a.example/x");
	is_of("https://b.example/amp/s/a.example/x/amp?id=3", true, "amp",
	    "https://a.example/x/?id=3");
}

static void
knows_print(void **state)
{
	(void)state;
	is_of("https://a.example/x?print=1", false, "print",
	    "https://a.example/x");
	is_of("https://a.example/x?id=3&view=print", false, "print",
	    "https://a.example/x?id=3");
	is_of("https://a.example/x?print=0", false, "",
	    "https://a.example/x?print=0");
	is_of("https://a.example/3/x/print/", false, "print",
	    "https://a.example/3/x/");
	is_of("https://a.example/print", false, "",
	    "https://a.example/print");
	is_of("print", false, "", "print");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_amp),
		cmocka_unit_test(knows_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
