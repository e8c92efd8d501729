#include "tests/unit/test.h"

#include "base/buf.h"
#include "ingest/prepass.h"

static struct arena a;

static struct str
html_of(const char *page)
{
	struct prepass pre;

	prepass_run(&pre, str_of(page), &a);
	return pre.html;
}

static void
becomes(const char *page, const char *wanted)
{
	struct str got = html_of(page);

	assert_string_equal(arena_cstr(&a, got), wanted);
	arena_reset(&a);
}

static void
drops_what_is_no_text(void **state)
{
	(void)state;
	becomes("<p>a<script>if (x<y) {}</script>b", "<p>a b");
	becomes("<p>a<STYLE>p > b {}</Style >b", "<p>a b");
	becomes("a<svg><path d='M0'/></svg>b<svg/>c", "a bc");
	becomes("a<!-- b -->c<!-->d<!doctype html>e<?php f?>g", "acdeg");
	becomes("a<![CDATA[b]]>c", "ac");
}

static void
keeps_attributes_of_use(void **state)
{
	(void)state;
	becomes("<p class=\"a b\" onclick='x>y' ID=c data-x=1>t",
	    "<p class=\"a b\" ID=c>t");
	becomes("<div style='color:red'><div style=\"display:none\">",
	    "<div><div style=\"display:none\">");
	becomes("<a/href=x/>y", "<a href=x/>y");
	becomes("<p hidden>a<p class = 'b'>c", "<p hidden>a<p class = 'b'>c");
}

static void
survives_what_is_not_shut(void **state)
{
	(void)state;
	becomes("a<script>b", "ab");
	becomes("a<!-- b > c", "a c");
	becomes("<p title='x>y</p>z", "<p>y</p>z");
	becomes("a < b <3", "a < b <3");
	becomes("a<p", "a");
}

static void
knows_scripts_within_scripts(void **state)
{
	(void)state;
	becomes("a<script><!-- w('<script></script>') --></script>b", "a b");
	becomes("a<script><!-- w() --></script>b<script></script>c", "a b c");
	becomes("a<script>\"<!--\"</script>b", "a b");
}

static void
drops_bad_bytes(void **state)
{
	struct prepass pre;

	(void)state;
	prepass_run(&pre, STR("a\0b\xff" "c\xc3\xa9\xc3"), &a);
	assert_int_equal(pre.html.n, 5);
	assert_memory_equal(pre.html.p, "abc\xc3\xa9", 5);
	arena_reset(&a);
}

static void
sets_jsonld_aside(void **state)
{
	struct prepass pre;

	(void)state;
	prepass_run(&pre, STR("<script type='application/ld+json'>{}</script>"
	    "<script>1</script><script TYPE=application/LD+JSON>[]</script>"),
	    &a);
	assert_int_equal(pre.njsonld, 2);
	assert_true(str_eq(pre.jsonld[0], STR("{}")));
	assert_true(str_eq(pre.jsonld[1], STR("[]")));
	assert_int_equal(pre.tags, 0);
	arena_reset(&a);
}

static void
bounds_attributes_and_depth(void **state)
{
	struct buf page = BUF_INIT;
	struct prepass pre;

	(void)state;
	buf_addz(&page, "<p");
	for (int i = 0; i < 1000; i++)
		buf_addf(&page, " class=c%d", i);
	buf_addz(&page, ">");
	prepass_run(&pre, buf_str(&page), &a);
	assert_true(pre.html.n < 300);
	arena_reset(&a);

	buf_reset(&page);
	for (int i = 0; i < 5000; i++)
		buf_addz(&page, "<div>");
	for (int i = 0; i < 5000; i++)
		buf_addz(&page, "</div>");
	buf_addz(&page, "<p>end");
	prepass_run(&pre, buf_str(&page), &a);
	assert_true(pre.tags < 500);
	assert_true(str_ends(pre.html, STR("</div><p>end")));
	arena_reset(&a);
	buf_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_what_is_no_text),
		cmocka_unit_test(keeps_attributes_of_use),
		cmocka_unit_test(survives_what_is_not_shut),
		cmocka_unit_test(knows_scripts_within_scripts),
		cmocka_unit_test(drops_bad_bytes),
		cmocka_unit_test(sets_jsonld_aside),
		cmocka_unit_test(bounds_attributes_and_depth),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return failed;
}
