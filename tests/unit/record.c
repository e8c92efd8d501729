#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/record.h"

static struct arena a;
static struct record rec;

static int
read_line(const char *line, struct err *err)
{
	arena_reset(&a);
	return record_read(&rec, str_of(line), &a, err);
}

static void
refused(const char *line, const char *reason)
{
	struct err err;

	assert_int_equal(read_line(line, &err), -1);
	assert_string_equal(err.msg, reason);
}

static void
copied(const char *line, const char *wanted)
{
	static const char *const owned[] = { "stance", NULL };
	struct buf out = BUF_INIT;
	struct err err;

	assert_int_equal(read_line(line, &err), 0);
	record_copy(&out, &rec, owned);
	json_member_str(&out, "new", STR("q\"\n"));
	record_end(&out);
	assert_string_equal(buf_z(&out), wanted);
	buf_release(&out);
}

static void
what_is_not_known_is_kept(void **state)
{
	(void)state;
	copied("{}", "{\"new\":\"q\\\"\\n\"}\n");
	copied("{ \"a\" :1e2 , \"b\":\"\\u0041\" }",
	    "{ \"a\" :1e2 , \"b\":\"\\u0041\",\"new\":\"q\\\"\\n\"}\n");
	copied("{\"id\":\"a\", \"z\" : 1e2,\"stance\":{},\"title\":\"t\"}",
	    "{\"id\":\"a\",\"z\" : 1e2,\"title\":\"t\",\"new\":\"q\\\"\\n\"}\n");
	copied("{\"st\\u0061nce\":{}}", "{\"new\":\"q\\\"\\n\"}\n");
}

static void
types_and_versions_are_checked(void **state)
{
	struct err err;

	(void)state;
	refused("[]", "expected an object");
	refused("{\"title\":1}", "'title' must be a string, not a number");
	refused("{\"feed\":\"x\"}", "'feed' must be an object, not a string");
	refused("{\"v\":2}", "record version 2 is not one this program reads "
	    "(1 to 1)");
	refused("{\"v\":0}", "record version 0 is not one this program reads "
	    "(1 to 1)");
	assert_int_equal(read_line("{\"v\":1,\"title\":null}", &err), 0);
	assert_null(record_str(&rec, RECORD_TITLE, &a).p);
	assert_int_equal(read_line("{ \"title\":1}", &err), -1);
	assert_int_equal(err.column, 11);
}

static void
an_article_needs_a_name_and_a_text(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(read_line("{\"id\":\"a\",\"title\":\"\"}", &err), 0);
	assert_int_equal(record_check_article(&rec, &err), 0);
	assert_true(record_is_article(&rec));
	assert_int_equal(read_line("{\"title\":\"t\"}", &err), 0);
	assert_int_equal(record_check_article(&rec, &err), -1);
	assert_int_equal(read_line("{\"id\":\"a\"}", &err), 0);
	assert_int_equal(record_check_article(&rec, &err), -1);
	assert_int_equal(read_line("{\"type\":\"note\"}", &err), 0);
	assert_false(record_is_article(&rec));
}

static const char *
key(const char *line)
{
	struct err err;

	assert_int_equal(read_line(line, &err), 0);
	return arena_cstr(&a, record_key(&rec, &a));
}

static void
keys_tell_articles_apart(void **state)
{
	char first[RECORD_REV_DIGITS + 1];

	(void)state;
	assert_string_equal(key("{\"id\":\"https://a.example/1\"}"),
	    "https://a.example/1");
	assert_string_equal(key("{\"id\":\"TAG:a,2026:1\",\"url\":\"x\"}"),
	    "TAG:a,2026:1");
	assert_string_equal(key("{\"id\":\"7\",\"url\":\"https://a.example/7\"}"),
	    "https://a.example/7");
	assert_string_equal(key("{\"id\":\"7\"}"), "7");
	assert_string_equal(key("{\"id\":\"7\",\"key\":\"given\"}"), "given");
	snprintf(first, sizeof(first), "%s", key("{\"id\":\"7\",\"feed\":"
	    "{\"feed_url\":\"https://a.example/f\"}}"));
	assert_int_equal(strlen(first), RECORD_REV_DIGITS);
	assert_string_not_equal(first, key("{\"id\":\"7\",\"feed\":"
	    "{\"feed_url\":\"https://b.example/f\"}}"));
}

static void
revs_change_with_the_text(void **state)
{
	struct str one = record_make_rev(STR("t"), STR("x"), &a);

	(void)state;
	assert_int_equal(one.n, RECORD_REV_DIGITS);
	assert_true(str_eq(one, record_make_rev(STR("t"), STR("x"), &a)));
	assert_false(str_eq(one, record_make_rev(STR("tx"), STR(""), &a)));
	assert_false(str_eq(one, record_make_rev(STR("t"), STR("y"), &a)));
	arena_reset(&a);
}

static void
refused_lines_are_kept_and_counted(void **state)
{
	char path[] = "/tmp/stance-rejects-XXXXXX";
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	struct buf b = BUF_INIT;
	struct refusals r;
	struct err err;

	(void)state;
	refusals_open(&r, path);
	assert_int_equal(refusals_exit(&r), EXIT_DONE);
	refusals_open(&r, path);
	err_set(&err, "because");
	close(STDERR_FILENO);			/* what it says is not for here */
	refuse(&r, "<stdin>", 3, STR("{bad"), &err);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(refusals_exit(&r), EXIT_REFUSED);
	assert_int_equal(file_slurp(path, &b, 100, &err), 0);
	assert_string_equal(buf_z(&b), "{bad\n");
	buf_release(&b);
	close(fd);
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_kept),
		cmocka_unit_test(types_and_versions_are_checked),
		cmocka_unit_test(an_article_needs_a_name_and_a_text),
		cmocka_unit_test(keys_tell_articles_apart),
		cmocka_unit_test(revs_change_with_the_text),
		cmocka_unit_test(refused_lines_are_kept_and_counted),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return rc;
}
