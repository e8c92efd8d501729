#include "tests/unit/test.h"

/* json-c and we both own these two names. */
#define json_object	their_object
#define json_type	their_type
#include <json-c/json.h>
#undef json_object
#undef json_type

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"

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
errors_have_a_column(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(json_check(STR("{\"a\": tru}"), &a, &err), -1);
	assert_int_equal(err.column, 7);
	assert_int_equal(json_check(STR("[1,\n2,]"), &a, &err), -1);
	assert_int_equal(err.column, 7);
	arena_reset(&a);
}

static void
too_many_members_are_refused(void **state)
{
	struct buf b = BUF_INIT;
	struct err err;

	(void)state;
	json_open(&b, '{');
	for (int i = 0; i <= LIMIT_JSON_MEMBERS; i++) {
		char name[20];

		snprintf(name, sizeof(name), "%d", i);
		json_name(&b, name);
		json_put_int(&b, i);
		if (i == LIMIT_JSON_MEMBERS - 1) {
			json_close(&b, '}');
			assert_int_equal(json_check(buf_str(&b), &a, &err), 0);
			b.n--;
		}
	}
	json_close(&b, '}');
	assert_int_equal(json_check(buf_str(&b), &a, &err), -1);
	assert_string_equal(err.msg, "too many members in one object");
	buf_release(&b);
	arena_reset(&a);
}

/* What is read of a string that was written is the same; what is not UTF-8 at
 * `bad` was replaced, and is refused there where it stands as it is. */
static void
assert_comes_back(struct str text, ptrdiff_t bad)
{
	struct buf b = BUF_INIT;
	struct json_value *values;
	struct err err;
	size_t count;

	json_open(&b, '[');
	json_put_str(&b, text);
	json_put_int(&b, 1);
	json_close(&b, ']');
	assert_int_equal(json_array(buf_str(&b), &a, &values, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(str_eq(json_str(&values[0], &a), text), bad < 0);
	buf_reset(&b);
	buf_addf(&b, "\"%.*s\"", STR_FMT(text));
	if (bad >= 0) {
		assert_int_equal(json_check(buf_str(&b), &a, &err), -1);
		assert_int_equal(err.column, bad + 2);
	}
	buf_release(&b);
	arena_reset(&a);
}

/* One special character at each place of strings of all lengths around the steps
 * in which they are scanned and written. */
static void
strings_come_back(void **state)
{
	static const char *const pieces[] = { "a", "\"", "\\", "\n", "\x01",
	    "\x1f", " ", "!", "#", "[", "]", "\x7f", "\u00e9", "\u20ac",
	    "\U0001f600", "\xff" };
	struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++)
		for (size_t n = 0; n < 150; n++)
			for (size_t at = 0; at <= n; at += n < 40 ? 1 : 7) {
				buf_reset(&text);
				for (size_t k = 0; k < n; k++) {
					if (k == at)
						buf_addz(&text, pieces[i]);
					buf_addc(&text, 'b');
				}
				if (at == n)
					buf_addz(&text, pieces[i]);
				assert_comes_back(buf_str(&text),
				    *pieces[i] == '\xff' ? (ptrdiff_t)at : -1);
			}
	buf_release(&text);
}

static void
numbers_are_finite(void **state)
{
	struct json_value v = { JSON_NUMBER, false, STR("1e999") };

	(void)state;
	assert_true(json_num(&v, -1) == -1);
	v.raw = STR("-12.5e1");
	assert_true(json_num(&v, -1) == -125);
}

static void
numbers_are_written_short(void **state)
{
	static const struct { double v; int places; const char *wanted; } t[] = {
		{ 0.5, 4, "0.5" }, { -0.00001, 4, "0" }, { 100, 0, "100" },
		{ 1.23456, 4, "1.2346" }, { 2, 4, "2" }, { -1, 2, "-1" },
		{ NAN, 2, "0" }, { INFINITY, 2, "0" },
	};
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		buf_reset(&b);
		json_put_num(&b, t[i].v, t[i].places);
		assert_string_equal(buf_z(&b), t[i].wanted);
	}
	buf_release(&b);
}

static void
what_is_written_reads_back(void **state)
{
	struct buf b = BUF_INIT;
	struct json_member *m;
	struct err err;
	char all[256];
	size_t n;

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	json_open(&b, '{');
	json_member_str(&b, "ascii", (struct str){ all, 128 });
	json_member_str(&b, "absent", STR_NONE);
	json_member_str(&b, "bad", (struct str){ all + 127, 2 });
	json_name(&b, "list");
	json_open(&b, '[');
	json_put_bool(&b, true);
	json_put_raw(&b, STR("null"));
	json_open(&b, '[');
	json_close(&b, ']');
	json_close(&b, ']');
	json_close(&b, '}');
	assert_int_equal(json_object(buf_str(&b), &a, &m, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_true(str_eq(json_str(&m[0].value, &a), (struct str){ all, 128 }));
	assert_true(str_eq(json_str(&m[1].value, &a), STR("\x7f\xef\xbf\xbd")));
	assert_true(str_eq(m[2].value.raw, STR("[true,null,[]]")));
	assert_null(json_find(m, n, "absent"));
	buf_release(&b);
	arena_reset(&a);
}

/* Random documents, the same ones each time. */
static uint64_t seed = 1;

static unsigned
random_below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void
put_random(struct buf *b, int depth)
{
	static const char *const scalars[] = { "null", "true", "false", "0",
	    "-1", "3.25", "1e3", "-0.5E-2", "12345678901", "\"\"", "\"x y\"",
	    "\"\\u00e9\\n\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa9\"", " 7 " };
	unsigned kind = random_below(depth > 4 ? 3 : 6), n = random_below(5);
	char name[20];

	if (kind < 3) {
		buf_addz(b, scalars[random_below(sizeof(scalars) /
		    sizeof(*scalars))]);
		return;
	}
	buf_addc(b, kind < 5 ? '{' : '[');
	for (unsigned i = 0; i < n; i++) {
		buf_addz(b, i ? ", " : "");
		snprintf(name, sizeof(name), "\"n%u\":", i);
		buf_addz(b, kind < 5 ? name : "");
		put_random(b, depth + 1);
	}
	buf_addc(b, kind < 5 ? '}' : ']');
}

static void
mutate(struct buf *b)
{
	static const char bytes[] = "{}[],:\"\\0123456789.eE+-tfnu \n\t/\x80\xc3";
	size_t at = random_below((unsigned)b->n);

	switch (random_below(3)) {
	case 0:
		b->p[at] = bytes[random_below(sizeof(bytes) - 1)];
		break;
	case 1:
		memmove(b->p + at, b->p + at + 1, b->n - at - 1);
		b->n--;
		break;
	case 2:
		buf_addc(b, 0);
		memmove(b->p + at + 1, b->p + at, b->n - at - 1);
		b->p[at] = bytes[random_below(sizeof(bytes) - 1)];
	}
}

/* json-c's reading of `text`, or refused. */
static bool
their_reading(struct str text, struct their_object **value)
{
	struct json_tokener *tok = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	bool good;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	*value = json_tokener_parse_ex(tok, text.p, (int)text.n);
	if (json_tokener_get_error(tok) == json_tokener_continue)
		*value = json_tokener_parse_ex(tok, "", 1);	/* the end */
	good = json_tokener_get_error(tok) == json_tokener_success;
	json_tokener_free(tok);
	return good;
}

static void same_value(const struct json_value *ours, struct their_object *theirs);

static void
same_object(struct str raw, struct their_object *theirs)
{
	struct json_member *m;
	struct their_object *inner;
	struct err err;
	size_t n;

	assert_int_equal(json_object(raw, &a, &m, &n, &err), 0);
	assert_int_equal(n, json_object_object_length(theirs));
	for (size_t i = 0; i < n; i++) {
		assert_true(json_object_object_get_ex(theirs,
		    arena_cstr(&a, m[i].name), &inner));
		same_value(&m[i].value, inner);
	}
}

static void
same_value(const struct json_value *ours, struct their_object *theirs)
{
	struct json_value *v;
	struct str s, said;
	struct err err;
	double number;
	size_t n;

	switch (ours->type) {
	case JSON_NULL:
		assert_null(theirs);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
		assert_int_equal(json_object_get_type(theirs), json_type_boolean);
		assert_int_equal(json_object_get_boolean(theirs),
		    ours->type == JSON_TRUE);
		break;
	case JSON_NUMBER:
		number = json_num(ours, 0);
		if (fabs(number) < 9e18)	/* theirs stop at an int64 */
			assert_true(fabs(number -
			    json_object_get_double(theirs)) <=
			    1e-12 * fabs(number) || number == 0);
		break;
	case JSON_STRING:
		assert_int_equal(json_object_get_type(theirs), json_type_string);
		s = json_str(ours, &a);
		said = (struct str){ json_object_get_string(theirs),
		    (size_t)json_object_get_string_len(theirs) };
		/* json-c gives up on some pairs of surrogates */
		if (!str_eq(s, said) && str_find(said, STR("\xef\xbf\xbd"), 0) < 0)
			fail_msg("we read '%.*s', json-c '%.*s'", STR_FMT(s),
			    STR_FMT(said));
		break;
	case JSON_ARRAY:
		assert_int_equal(json_array(ours->raw, &a, &v, &n, &err), 0);
		assert_int_equal(n, json_object_array_length(theirs));
		for (size_t i = 0; i < n; i++)
			same_value(&v[i], json_object_array_get_idx(theirs, i));
		break;
	case JSON_OBJECT:
		same_object(ours->raw, theirs);
	}
}

/* What we write json-c reads as we do; of what was damaged, json-c lets more
 * pass than RFC 8259 (-05, names given twice), but nothing less. */
static void
agrees_with_json_c(void **state)
{
	int rounds = getenv("STANCE_LONG") ? 500000 : 20000;
	struct buf b = BUF_INIT;

	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct their_object *theirs;
		struct json_value *ours;
		unsigned damage = random_below(4);
		bool they_read;
		struct err err;
		size_t n;

		buf_reset(&b);
		buf_addc(&b, '[');
		put_random(&b, 0);
		buf_addc(&b, ']');
		for (unsigned m = 0; m < damage && b.n > 2; m++)
			mutate(&b);
		they_read = their_reading(buf_str(&b), &theirs) &&
		    json_object_get_type(theirs) == json_type_array;
		if (json_array(buf_str(&b), &a, &ours, &n, &err) == 0) {
			if (!they_read)
				fail_msg("only we read: %s", buf_z(&b));
			assert_int_equal(n, json_object_array_length(theirs));
			for (size_t k = 0; k < n; k++)
				same_value(&ours[k],
				    json_object_array_get_idx(theirs, k));
		} else if (damage == 0)
			fail_msg("we refuse (%s): %s", err.msg, buf_z(&b));
		if (theirs != NULL)
			json_object_put(theirs);
		arena_reset(&a);
	}
	buf_release(&b);
}

/* Of a long string only the start is decoded, and that is the same. */
static void
decodes_a_start(void **state)
{
	static const char text[] = "\"a\\nb\\u00e9c\\ud83d\\ude00d\\\"e plain\"";
	struct json_value v = { .type = JSON_STRING, .escaped = true,
	    .raw = { text, sizeof(text) - 1 } };
	struct arena mine = ARENA_INIT;
	struct str whole = json_str(&v, &mine);

	(void)state;
	assert_true(str_eq(whole,
	    STR("a\nb\xc3\xa9" "c\xf0\x9f\x98\x80" "d\"e plain")));
	for (size_t most = 0; most <= whole.n + 2; most++) {
		struct str start = json_str_start(&v, most, &mine);

		assert_true(str_starts(whole, start));
		assert_true(start.n >= most || start.n == whole.n);
		assert_true(start.n <= most + 3);
	}
	arena_release(&mine);
}

/* Numbers are rounded as printf does it, ties too. */
static void
rounds_like_printf(void **state)
{
	struct buf b = BUF_INIT;
	char want[64];
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		int places = i % 4;
		double v = i < 4000 ? (i - 2000) / 16.0 : 0, back;

		if (i >= 4000) {
			random = random * 1664525 + 1013904223;
			v = ((double)random / 4294967296.0 - 0.5) *
			    (i % 3 == 0 ? 2 : i % 3 == 1 ? 300 : 2e6);
		}
		buf_reset(&b);
		json_put_num(&b, v, places);
		snprintf(want, sizeof(want), "%.*f", places, v);
		back = strtod(buf_z(&b), NULL);
		assert_true(back == strtod(want, NULL));
		assert_true(b.n <= strlen(want));
	}
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_and_refuses),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(errors_have_a_column),
		cmocka_unit_test(too_many_members_are_refused),
		cmocka_unit_test(strings_come_back),
		cmocka_unit_test(numbers_are_finite),
		cmocka_unit_test(numbers_are_written_short),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(agrees_with_json_c),
		cmocka_unit_test(decodes_a_start),
		cmocka_unit_test(rounds_like_printf),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return rc;
}
