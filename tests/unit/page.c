#include "tests/unit/test.h"

#include <libxml/parser.h>

#include "ingest/charset.h"
#include "ingest/page.h"

#define TEXT "<p>The ministry lifted the quota on glass sand, and traders, " \
    "who had asked for it for six years, were glad of it on Monday.</p>"

static struct arena a;
static struct page page;

static void
read_page(const char *html)
{
	struct source src = { .bytes = str_of(html),
	    .url = STR("https://tideline.example/2026/11/23/sand") };
	struct err err;

	arena_reset(&a);
	assert_int_equal(page_extract(&src, NULL, &a, &page, NULL, &err), 0);
}

static void
is(struct str got, const char *wanted)
{
	assert_string_equal(arena_cstr(&a, got), wanted);
}

static void
has_title(const char *html, const char *wanted)
{
	read_page(html);
	is(page.title, wanted);
}

static void
has_authors(const char *html, const char *wanted)
{
	struct buf names = BUF_INIT;

	read_page(html);
	for (size_t i = 0; i < page.nauthors; i++) {
		buf_addz(&names, i > 0 ? "; " : "");
		buf_adds(&names, page.authors[i].name);
	}
	assert_string_equal(buf_z(&names), wanted);
	buf_release(&names);
}

static void
was_published(const char *html, const char *wanted)
{
	char got[DATE_SIZE] = "never";

	read_page(html);
	if (page.has_published)
		date_format(page.published, got);
	assert_string_equal(got, wanted);
}

static void
takes_the_headline_for_title(void **state)
{
	(void)state;
	has_title("<title>Quota lifted | The Tideline</title>" TEXT,
	    "Quota lifted | The Tideline");
	has_title("<meta property=og:site_name content='The Tideline'>"
	    "<title>Quota lifted - News | The Tideline</title>" TEXT,
	    "Quota lifted - News");
	has_title("<title>a quota</title><h1>Quota lifted</h1>" TEXT,
	    "Quota lifted");
	has_title("<title>Tideline</title><h1>Tideline</h1>"
	    "<meta property=og:title content='Quota lifted'>" TEXT,
	    "Quota lifted");
	has_title("<meta property=og:title content='Quota lifted'>"
	    "<h1><i>News</i> Quota lifted</h1>" TEXT, "Quota lifted");
	has_title("<title>Quota is lifted - Sand</title><h1>The menu</h1>"
	    "<h1>Quota is lifted</h1>" TEXT, "Quota is lifted");
	has_title("<title>Q &amp; A</title>" TEXT, "Q & A");
	has_title("<title>Quota lifted « Tide and Time</title>"
	    "<h1>Tide and Time</h1><h2>Quota lifted</h2>" TEXT, "Quota lifted");
	has_title("<title>Ebb: Quota on sand lifted</title><h1>Ebb</h1>"
	    "<h2>Quota on sand lifted</h2>" TEXT, "Quota on sand lifted");
	has_title("<title>Quota on sand lifted | Tide</title>"
	    "<h1>Quota on sand lifted</h1><h3>Tide</h3>" TEXT,
	    "Quota on sand lifted");
	has_title("<title>Quota on sand lifted</title><h1>News</h1>" TEXT,
	    "Quota on sand lifted");
	has_title("<meta property=og:title content=\"Quota on \"sand\" lifted\">"
	    "<h1>Quota on &quot;sand&quot; lifted</h1>" TEXT,
	    "Quota on \"sand\" lifted");
}

static void
names_authors_not_sites(void **state)
{
	(void)state;
	has_authors("<meta name=author content='By Ada Marsh and Ben Quill'>"
	    TEXT, "Ada Marsh; Ben Quill");
	has_authors("<meta name=author content='The Tideline'>"
	    "<meta property=og:site_name content='The Tideline'>"
	    "<a rel=author href=/ada>Ada Marsh</a>" TEXT, "Ada Marsh");
	has_authors("<meta name=author content='The Tideline'>"
	    "<meta property=og:site_name content='The Tideline'>" TEXT,
	    "The Tideline");
	has_authors("<meta name=author content='https://a.example/staff/9'>"
	    "<span class=byline>Von Noor Vale, PhD</span>" TEXT, "Noor Vale");
	has_authors("<script type=application/ld+json>{\"@graph\":[{\"@type\":"
	    "\"NewsArticle\",\"author\":{\"@id\":\"#9\"}},{\"@id\":\"#9\","
	    "\"name\":\"Noor Vale\"}]}</script>" TEXT, "Noor Vale");
	has_authors("<span class=author>23 November</span>" TEXT, "");
}

static void
reads_the_byline_that_readers_see(void **state)
{
	(void)state;
	has_authors("<h1>Sand</h1><div class=article-author><p>Story</p>"
	    "<div class=author__name>Ada Marsh</div></div>" TEXT, "Ada Marsh");
	has_authors("<h1>Sand</h1><p><a href=/autor/marsh-9>Ada Marsh</a> / "
	    "Harbour</p>" TEXT, "Ada Marsh");
	has_authors("<h1>Sand</h1><p>23 November 2026 von Ada Marsh</p>" TEXT,
	    "Ada Marsh");
	has_authors("<h1>Sand</h1><p>Par Ada Marsh et Ben Quill</p>" TEXT, "");
	has_authors("<h1>Sand</h1><p>By the sea</p>" TEXT, "");
	has_authors("<a class=author>Old Teaser</a><h1>Sand</h1>"
	    "<span class=byline>Ada Marsh</span>" TEXT, "Ada Marsh");
	has_authors("<h1>Sand</h1><span class=byline>By:</span>"
	    "<a rel=author>Ada Marsh</a>" TEXT, "Ada Marsh");
	has_authors("<h1>Sand</h1>" TEXT "<div class=comments>"
	    "<b class=author>Grumbler</b></div>", "");
	has_authors("<meta name=author content='The Tideline'>"
	    "<meta property=og:site_name content='The Tideline'>"
	    "<h1>Sand</h1><div class=byline>Ada Marsh</div>" TEXT, "Ada Marsh");
}

static void
never_takes_a_change_for_publication(void **state)
{
	(void)state;
	was_published("<meta property=article:modified_time "
	    "content='2026-11-25T10:00:00Z'>" TEXT, "2026-11-23T00:00:00Z");
	is(page.url, "https://tideline.example/2026/11/23/sand");
	assert_true(page.has_modified);
	was_published("<link rel=canonical href=/sand>"
	    "<h1>Sand</h1><p>Updated 25 November 2026</p>"
	    "<p>24 November 2026</p>" TEXT, "2026-11-24T00:00:00Z");
	was_published("<link rel=canonical href=/sand>" TEXT, "never");
}

static void
takes_a_change_where_nothing_else_is_said(void **state)
{
	(void)state;
	was_published("<link rel=canonical href=/sand>"
	    "<meta itemprop=dateModified content='11/25/2026'>"
	    "<p>The quota of 1 May 2021 is gone.</p>" TEXT,
	    "2026-11-25T00:00:00Z");
	assert_true(page.has_modified);
}

static void
believes_readers_before_a_nameless_date(void **state)
{
	(void)state;
	was_published("<link rel=canonical href=/sand>"
	    "<meta name=date content='2026-11-30T10:00:00Z'>"
	    "<h1>Sand</h1><p>24 November 2026</p>" TEXT,
	    "2026-11-24T00:00:00Z");
	was_published("<link rel=canonical href=/sand>"
	    "<meta name=date content='2026-11-24T10:00:00Z'>"
	    "<h1>Sand</h1><p>24 November 2026</p>" TEXT,
	    "2026-11-24T10:00:00Z");
	was_published("<link rel=canonical href=/sand>"
	    "<meta name=pubdate content='2026-11-30T10:00:00Z'>"
	    "<h1>Sand</h1><p>24 November 2026</p>" TEXT,
	    "2026-11-30T10:00:00Z");
	was_published("<link rel=canonical href=/sand>"
	    "<h1>Sand</h1><p><b>24</b> <i>November</i> 2026</p>" TEXT,
	    "2026-11-24T00:00:00Z");
	was_published("<link rel=canonical href=/sand>"
	    "<h1>Sand</h1><b class=date title='2026-11-24 10:00'>today</b>" TEXT,
	    "2026-11-24T10:00:00Z");
}

static void
writes_the_publishers_day(void **state)
{
	(void)state;
	was_published("<meta property=article:published_time "
	    "content='2026-11-24T01:30:00Z'>" TEXT,
	    "2026-11-23T23:30:00-02:00");
	was_published("<meta property=article:published_time "
	    "content='2026-11-22T23:15:00Z'>" TEXT,
	    "2026-11-23T00:15:00+01:00");
	was_published("<meta property=article:published_time "
	    "content='2026-11-24T12:00:00Z'>" TEXT, "2026-11-24T12:00:00Z");
	was_published("<html lang=de-AT><link rel=canonical href=/sand>"
	    "<meta property=article:published_time "
	    "content='2026-11-22T23:00:00Z'>" TEXT,
	    "2026-11-23T00:00:00+01:00");
	was_published("<html lang=en><link rel=canonical href=/sand>"
	    "<meta property=article:published_time "
	    "content='2026-11-22T23:00:00Z'>" TEXT, "2026-11-22T23:00:00Z");
}

static void
writes_fragments_in_blocks(void **state)
{
	(void)state;
	is(page_fragment_text(STR("a<br>b<p>c &amp; d<ul><li>e<li><b>f</b> g"
	    "</ul><table><tr><td>h<td>i<tr><td>j</table>"), &a),
	    "a\nb\n\nc & d\n\n- e\n\n- f g\n\nh\ti\nj");
	is(page_fragment_text(STR("a<br><br>b <!-- c --> <i> d</i>e"), &a),
	    "a\n\nb de");
	is(page_fragment_text(STR(""), &a), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_headline_for_title),
		cmocka_unit_test(names_authors_not_sites),
		cmocka_unit_test(reads_the_byline_that_readers_see),
		cmocka_unit_test(never_takes_a_change_for_publication),
		cmocka_unit_test(takes_a_change_where_nothing_else_is_said),
		cmocka_unit_test(believes_readers_before_a_nameless_date),
		cmocka_unit_test(writes_the_publishers_day),
		cmocka_unit_test(writes_fragments_in_blocks),
	};
	int failed;

	xmlInitParser();
	charset_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&a);
	return failed;
}
