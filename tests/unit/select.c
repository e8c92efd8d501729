#include "tests/unit/test.h"

#include <libxml/parser.h>

#include "base/buf.h"
#include "ingest/prepass.h"
#include "ingest/select.h"

static struct arena a;
static struct tree tree;

static void
read_tree(const char *html)
{
	struct prepass pre;

	arena_reset(&a);
	prepass_run(&pre, str_of(html), &a);
	tree_parse(&tree, pre.html, pre.tags, &a);
}

/* The texts of the matches, joined by '|'. */
static void
selects(const char *selector, const char *wanted)
{
	struct buf got = BUF_INIT;
	struct select *select;
	struct err err;
	size_t at;

	select = select_parse(str_of(selector), &a, &at, &err);
	assert_non_null(select);
	for (uint32_t i = 0; (i = select_next(select, &tree, i)) != 0;) {
		buf_addz(&got, got.n > 0 ? "|" : "");
		buf_adds(&got, str_trim(tree_text(&tree, i)));
	}
	assert_string_equal(buf_z(&got), wanted);
	buf_release(&got);
}

static void
refuses(const char *selector, size_t wanted, const char *reason)
{
	struct err err;
	size_t at;

	assert_null(select_parse(str_of(selector), &a, &at, &err));
	assert_int_equal(at, wanted);
	assert_non_null(strstr(err.msg, reason));
}

static void
finds_what_is_meant(void **state)
{
	(void)state;
	read_tree("<article class='story main'><p class=lead>a</p>"
	    "<div id=x><p>b</p><p lang=en-GB>c</p></div></article><p>d</p>"
	    "<a href='/by/ada'>e</a>");
	selects("p", "a|b|c|d");
	selects("article p", "a|b|c");
	selects("article > p", "a");
	selects("p.lead, #x > P", "a|b|c");
	selects(".story.main .lead", "a");
	selects(".sto", "");
	selects("[lang]", "c");
	selects("p[lang^=\"en-\"]", "c");
	selects("p[ lang $= 'GB' ]", "c");
	selects("p[lang*=n-G]", "c");
	selects("[class~=main]>p", "a");
	selects("[class=main]", "");
	selects("a[href^='/by/']", "e");
	selects("div > *", "b|c");
	selects("body article > div p", "b|c");
	selects("#x #x p", "");
}

static void
tries_each_way_up(void **state)
{
	(void)state;
	read_tree("<section><div class=b><div class=c><div class=b><i>x</i>"
	    "</div></div></div></section>");
	selects("section > .b i", "x");
	selects("section .b > .c i", "x");
	selects("section > .c i", "");
}

static void
says_what_is_wrong_and_where(void **state)
{
	(void)state;
	refuses("p >", 3, "expected an element");
	refuses("p,,a", 2, "expected an element");
	refuses("", 0, "expected an element");
	refuses("p.", 2, "missing");
	refuses("story-box p", 0, "class or id");
	refuses("p[onclick]", 2, "no attribute that is read");
	refuses("p[id", 4, "']'");
	refuses("p[id=\"x]", 5, "not shut");
	refuses("p[id!=x]", 4, "one of");
	refuses("p:first-child", 0, "no element");
	refuses("p + p", 2, "expected an element");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_meant),
		cmocka_unit_test(tries_each_way_up),
		cmocka_unit_test(says_what_is_wrong_and_where),
	};
	int failed;

	xmlInitParser();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&a);
	return failed;
}
