#include "tests/unit/test.h"

#include "base/json.h"
#include "base/record.h"

static struct arena a;

static void
check(const char *text, const char *reason)
{
	struct err err;
	int rc = json_check(str_of(text), &a, &err);

	if (reason == NULL)
		assert_int_equal(rc, 0);
	else {
		assert_int_equal(rc, -1);
		assert_string_equal(err.msg, reason);
	}
	arena_reset(&a);
}

static void
accepts_and_refuses(void **state)
{
	(void)state;
	check("{}", NULL);
	check(" [1,-0.5e+3, true,false , null, \"\\u00e9\\n\"] ", NULL);
	check("\"\\ud83d\\ude00\"", NULL);
	check("", "expected a value");
	check("{\"a\":1,}", "expected a name in quotes");
	check("{\"a\":1", "object is not closed");
	check("[1", "array is not closed");
	check("01", "something follows the value");
	check("1.", "digit expected after the point");
	check("\"\\ud83d\"", "lone surrogate");
	check("\"\xff\"", "invalid UTF-8");
	check("\"\x01\"", "control character in a string");
	check("{\"a\":1,\"\\u0061\":2}", "a name stands twice in this object");
	check("{\"o\":{\"a\":1,\"a\":2}}", "a name stands twice in this object");
	check("nul", "expected a value");
}

static void
deep_nesting_is_refused(void **state)
{
	char text[20001];
	struct err err;

	(void)state;
	memset(text, '[', 10000);
	memset(text + 10000, ']', 10000);
	assert_int_equal(json_check((struct str){ text, 20000 }, &a, &err), -1);
	assert_string_equal(err.msg, "nested too deeply");
	arena_reset(&a);
}

static void
record_keeps_what_it_does_not_know(void **state)
{
	static const char *const owned[] = { "stance", NULL };
	struct str line = STR("{\"id\":\"a\", \"z\" : 1e2,\"stance\":{},\"title\":\"t\"}");
	struct buf out = BUF_INIT;
	struct record rec;
	struct err err;

	(void)state;
	assert_int_equal(record_read(&rec, line, &a, &err), 0);
	record_copy(&out, &rec, owned);
	json_member_str(&out, "new", STR("q\"\n"));
	record_end(&out);
	assert_string_equal(buf_z(&out), "{\"id\":\"a\",\"z\" : 1e2,\"title\":\"t\""
	    ",\"new\":\"q\\\"\\n\"}\n");
	buf_release(&out);
	arena_reset(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_and_refuses),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(record_keeps_what_it_does_not_know),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return rc;
}
