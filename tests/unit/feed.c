/* Pieces of feed parsing that are easier to show here than from outside. */
#include "tests/unit/test.h"

#include "ingest/charset.h"
#include "ingest/feed.h"
#include "ingest/feedmodel.h"
#include "ingest/feedtext.h"
#include "ingest/feedwords.h"
#include "ingest/markup.h"
#include "ingest/skeleton.h"
#include "ingest/xmlfix.h"

static struct arena a;

static void
dates_in_many_shapes(void **state)
{
	static const char *const examples[][2] = {
		{ "Mon, 23 Nov 2026 09:30:00 +0800", "2026-11-23T01:30:00Z" },
		{ "2026-11-23T09:30:00.25-05:00", "2026-11-23T14:30:00Z" },
		{ "2026-11-23", "2026-11-23T00:00:00Z" },
		{ "2026", "2026-01-01T00:00:00Z" },
		{ "2026-11", "2026-11-01T00:00:00Z" },
		{ "20261123T0930Z", "2026-11-23T09:30:00Z" },
		{ "2026-327", "2026-11-23T00:00:00Z" },
		{ "26327", "2026-11-23T00:00:00Z" },
		{ "Mon Nov 23 09:30:00 2026", "2026-11-23T09:30:00Z" },
		{ "Nov 23, 2026 9:30 PM EST", "2026-11-24T02:30:00Z" },
		{ "23 novembre 2026 09:30", "2026-11-23T09:30:00Z" },
		{ "Mo, 23. M\xC3\xA4rz 2026 09:30 MEZ", "2026-03-23T08:30:00Z" },
		{ "\xD0\x9F\xD0\xBD, 23 \xD0\xBD\xD0\xBE\xD1\x8F 2026 12:00:00 +0300",
		  "2026-11-23T09:00:00Z" },
		{ "23.11.2026 09:30", "2026-11-23T09:30:00Z" },
		{ "11/23/2026 09:30 AM", "2026-11-23T09:30:00Z" },
		{ "23/11/2026", "2026-11-23T00:00:00Z" },
		{ "2026/11/23 09:30:00 GMT-01:30", "2026-11-23T11:00:00Z" },
		{ "2026\xEB\x85\x84 11\xEC\x9B\x94 23\xEC\x9D\xBC  09:30:00",
		  "2026-11-23T00:30:00Z" },
		{ "Wed, 01 Jul 2026 09:30:00 ET", "2026-07-01T13:30:00Z" },
		{ "Fri, 27 Mar 2026 09:30:00 Europe/Berlin",
		  "2026-03-27T08:30:00Z" },
		{ "Mon, 30 Mar 2026 09:30:00 Europe/Berlin",
		  "2026-03-30T07:30:00Z" },
		{ "Thu, 04 Nov 2004 13:15:00 America/New_York",
		  "2004-11-04T18:15:00Z" },
		{ "jeu. 4 nov. 2004 \xC3\xA0 13h15", "2004-11-04T13:15:00Z" },
		{ "1795512600", "2026-11-24T09:30:00Z" },
	};
	char text[DATE_SIZE];
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		if (feed_date(str_of(examples[i][0]), &d) == -1)
			fail_msg("not read: %s", examples[i][0]);
		date_format_utc(d.seconds, text);
		assert_string_equal(text, examples[i][1]);
	}
}

static void
what_is_no_date(void **state)
{
	static const char *const examples[] = { "", "soon", "Mon, 23",
	    "Mon, 31 Feb 2026 09:30 GMT", "2026-13-40", "0312", "1:2:3:4",
	    "2026-11-23T25:00:00Z", "2026-11-23T09:61:00Z", "23 zzz 2026",
	    "99 Jun 2026 12:00:00 GMT", "2026-11-23T09:30:00+99:99" };
	struct date d;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		assert_int_equal(feed_date(str_of(examples[i]), &d), -1);
}

static void
decodes(const char *bytes, const char *name, const char *want, bool broken)
{
	struct buf out = BUF_INIT;
	bool damaged = false;

	assert_int_equal(charset_decode(str_of(bytes), str_of(name), &out,
	    &damaged), 0);
	assert_string_equal(buf_z(&out), want);
	assert_int_equal(damaged, broken);
	buf_release(&out);
}

static void
charsets_by_their_web_names(void **state)
{
	(void)state;
	charset_setup();
	decodes("\x80 \xe9", "ISO-8859-1", "€ é", false);
	decodes("\xd6\xd0", " gb2312 ", "中", false);
	decodes("\xc7", "KOI8-R", "г", false);
	decodes("\x83\x65", "Shift_JIS", "テ", false);
	decodes("\x80", "437", "Ç", false);
	decodes("\xc9", "x-mac-cyrillic", "…", false);
	decodes("a\xff" "b", "utf-8", "a\xEF\xBF\xBD" "b", true);
	decodes("a\xff\xff", "euc-jp", "a\xEF\xBF\xBD\xEF\xBF\xBD", true);
	assert_false(charset_is_known(STR("utf-7")));
	assert_false(charset_is_known(STR("no-such")));
	assert_false(charset_is_known(STR("ISO_2022,locale=ko,version=0")));
	assert_false(charset_is_known(STR_NONE));
}

static void
charsets_across_the_pivot(void **state)
{
	char bytes[9000];
	struct buf out = BUF_INIT;
	bool damaged = false;

	(void)state;
	/* U+1F600 in UTF-16LE, shifted by one unit so that a pair is cut. */
	bytes[0] = 'x';
	bytes[1] = '\0';
	for (size_t i = 2; i + 4 <= sizeof(bytes); i += 4)
		memcpy(bytes + i, "\x3d\xd8\x00\xde", 4);
	assert_int_equal(charset_decode((struct str){ bytes, 8998 },
	    STR("utf-16le"), &out, &damaged), 0);
	assert_false(damaged);
	assert_int_equal(out.n, 8997);
	assert_memory_equal(out.p + 8993, "\xF0\x9F\x98\x80", 4);
	buf_release(&out);
}

static void
marks_tell_the_encoding(void **state)
{
	size_t skip;

	(void)state;
	assert_string_equal(charset_of_mark(STR("\xEF\xBB\xBF<"), &skip),
	    "utf-8");
	assert_int_equal(skip, 3);
	assert_string_equal(charset_of_mark(STR("\xFF\xFE\0\0"), &skip),
	    "utf-32le");
	assert_null(charset_of_mark(STR("<rss"), &skip));
	assert_int_equal(skip, 0);
}

static void
mends(const char *broken, const char *want)
{
	struct buf out = BUF_INIT;
	struct err err;

	assert_int_equal(xml_fix(str_of(broken), &out, &a, &err), 0);
	assert_string_equal(buf_z(&out), want);
	buf_release(&out);
}

static void
mends_broken_xml(void **state)
{
	(void)state;
	mends(" text <?xml version='1.0'?><a>Q&A</a>", "<a>Q&amp;A</a>");
	mends("<a>caf&eacute; &copy &lt; &#150; &#0; &#x1F600;</a>",
	    "<a>caf\xC3\xA9 &amp;copy &lt; \xE2\x80\x93 \xEF\xBF\xBD "
	    "\xF0\x9F\x98\x80</a>");
	mends("<a>\x01x\x0b</a>", "<a>x</a>");
	mends("<a><b>x</a>y", "<a><b>x</b></a>");
	mends("<a>x</c></a>", "<a>x</a>");
	mends("<a x=1 y='2 < 3' x=\"4\" z>t</a>",
	    "<a x=\"1\" y=\"2 &lt; 3\" z=\"\">t</a>");
	mends("<a><![CDATA[x & <y>", "<a>x &amp; &lt;y&gt;</a>");
	mends("<a>5 < 6<br>next</a>", "<a>5 &lt; 6<br/>next</a>");
	mends("<a><b>cut off</b><c", "<a><b>cut off</b></a>");
	mends("<!DOCTYPE a [<!ENTITY nb '&#160;'><!-- don't -->]><a>x&nb;y</a>",
	    "<a>x\xC2\xA0y</a>");
}

/* Sixty bytes, so that a text with it is long. */
#define PADDING	"012345678901234567890123456789012345678901234567890123456789"

static void
long_texts_leave_the_document(void **state)
{
	struct skeleton s;

	(void)state;
	assert_true(skeleton_make(&s, STR("<?xml version='1.0'?><?style x?>"
	    "<a b='" PADDING "'>short<c>" PADDING " &lt;&#x41;&#233;&amp;\r\n]"
	    "</c><![CDATA[" PADDING "&amp;]]></a>"), &a));
	assert_string_equal(buf_z(&s.xml), "<?xml version='1.0'?><a b='" PADDING
	    "'>short<c><?text 0?></c><?text 1?></a>");
	assert_string_equal(arena_cstr(&a, skeleton_text(&s, STR("0"))),
	    PADDING " <A\xC3\xA9&\n]");
	assert_string_equal(arena_cstr(&a, skeleton_text(&s, STR(" 1 "))),
	    PADDING "&amp;");
	assert_null(skeleton_text(&s, STR("2")).p);
	assert_null(skeleton_text(&s, STR("x")).p);
	skeleton_release(&s);
}

/* What is wrong in a text must stay where a strict parser sees it. */
static void
unsound_texts_stay(void **state)
{
	static const char *const texts[] = { "&nbsp;", "&", "&#0;", "&#x1F",
	    "]]>", "\x01", "\xff", "\xEF\xBF\xBF", "&#xFFFF;", "&#X41;", "\x1b" };
	struct skeleton s;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_false(skeleton_make(&s, arena_printf(&a, "<a>" PADDING
		    "%s</a>", texts[i]), &a));
		skeleton_release(&s);
	}
	assert_false(skeleton_make(&s, STR("<!DOCTYPE a><a>" PADDING "</a>"),
	    &a));
	skeleton_release(&s);
}

/* An instruction of the document's own must not fetch a text. */
static void
instructions_are_not_taken_for_texts(void **state)
{
	struct source src = { .bytes = STR("<rss><channel><title>T</title>"
	    "<item><title>A<?text 0?></title><description>" PADDING
	    "</description></item></channel></rss>") };
	struct feed_head head;
	struct feed *feed;
	struct err err;

	(void)state;
	assert_int_equal(feed_parse(&src, &a, &feed, &err), 0);
	feed_read(feed, &head, &a);
	assert_int_equal(head.count, 1);
	assert_string_equal(arena_cstr(&a, head.entries[0].title), "A");
	assert_string_equal(arena_cstr(&a, head.entries[0].summary), PADDING);
}

static void
refuses_entities_that_grow(void **state)
{
	static const char *const hostile[] = {
		"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
		"<!DOCTYPE a [<!ENTITY % p 'x'>]><a/>",
		"<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;'>]><a>&m;</a>",
		"<!DOCTYPE a [<!ENTITY m '&#60;b>'>]><a>&m;</a>",
	};
	struct buf out = BUF_INIT;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		assert_int_equal(xml_fix(str_of(hostile[i]), &out, &a, &err),
		    -1);
	buf_release(&out);
}

static void
links_inside_markup(void **state)
{
	static const char *const examples[][2] = {
		{ "<a href=\"x?a=1&amp;b=2\">y</a>",
		  "<a href=\"https://h.example/d/x?a=1&amp;b=2\">y</a>" },
		{ "<img src = pic.png alt=''><a href='/z'>",
		  "<img src = \"https://h.example/d/pic.png\" alt=''>"
		  "<a href='https://h.example/z'>" },
		{ "<a href='https://o.example/'>same</a> a=b <i class='x'>",
		  "<a href='https://o.example/'>same</a> a=b <i class='x'>" },
		{ "2 < 3 and src=x", "2 < 3 and src=x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
		assert_string_equal(arena_cstr(&a, markup_absolute(
		    str_of(examples[i][0]), STR("https://h.example/d/"), &a)),
		    examples[i][1]);
}

/* The table is searched by halves: rows out of order would not be found. */
static void
words_are_found(void **state)
{
	static const struct {
		const char	*name;
		unsigned	 vocabulary;
		enum el		 el;
	} words[] = {
		{ "RDF", V_RDF, EL_FEED }, { "author", V_ITUNES, EL_AUTHOR },
		{ "body", V_OPML, EL_GROUP }, { "body", V_XHTML, EL_CONTENT },
		{ "encoded", V_CONTENT, EL_CONTENT }, { "id", V_CORE, EL_ID },
		{ "image", V_ITUNES, EL_THUMBNAIL }, { "loc", V_SITEMAP, EL_LOC },
		{ "origLink", V_FEEDBURNER, EL_ORIGINAL_LINK },
		{ "pubDate", V_CORE, EL_PUBLISHED },
		{ "pubdate", V_CORE, EL_PUBLISHED },
		{ "publication", V_NEWS, EL_GROUP },
		{ "publisher", V_DC, EL_PUBLISHER },
		{ "thumbnail", V_MEDIA, EL_THUMBNAIL },
		{ "title", V_MEDIA, EL_TITLE }, { "ttl", V_CORE, EL_TTL },
		{ "updatePeriod", V_SY, EL_PERIOD }, { "url", V_CORE, EL_URL },
		{ "webMaster", V_CORE, EL_PUBLISHER },
		{ "title", V_OTHER, EL_IGNORED }, { "zzz", V_CORE, EL_IGNORED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_int_equal(element_find(words[i].name,
		    words[i].vocabulary)->el, words[i].el);
}

static void
tags_cost_linear_time(void **state)
{
	static const char *const hostile[] = { "<", "<a b=\"", "<a b='<a b=\"",
	    "<!--", "<![CDATA[", "<!DOCTYPE a [", "&", "</", "<a =" };
	struct markup_token token;
	struct markup m;

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct buf text = BUF_INIT;
		size_t got = 0;

		while (text.n < 1000000)
			buf_addz(&text, hostile[i]);
		markup_init(&m, buf_str(&text));
		while (markup_next(&m, &token))
			got += token.raw.n;
		assert_int_equal(got, text.n);	/* nothing lost, nothing twice */
		buf_release(&text);
	}
}

static void
persons_in_one_string(void **state)
{
	static const char *const examples[][3] = {
		{ "ann@news.example (Ann Bee)", "Ann Bee", "ann@news.example" },
		{ "Ann Bee <ann@news.example>", "Ann Bee", "ann@news.example" },
		{ "mailto:ann@news.example", "", "ann@news.example" },
		{ "Ann Bee", "Ann Bee", "" },
		{ "@ home", "@ home", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		struct author person = { 0 };

		feed_person(str_of(examples[i][0]), &person, &a);
		assert_string_equal(arena_cstr(&a, person.name), examples[i][1]);
		assert_string_equal(arena_cstr(&a, person.email), examples[i][2]);
	}
}

static void
pages_name_their_feeds(void **state)
{
	const struct header headers[] = {
		{ STR("Server"), STR("x") },
		{ STR("link"), STR("</style.css>; rel=preload, </head.xml>; "
		    "rel=\"alternate\"; type=\"application/rss+xml\"; title=\"H\"") },
	};
	struct source page = { .url = STR("https://h.example/p/"),
	    .headers = headers, .nheaders = 2,
	    .bytes = STR("<html><head><base href='/b/'><LINK REL='Alternate "
	    "nofollow' type=application/atom+xml href='a.xml?x=1&amp;y=2'>"
	    "<link rel=alternate type=text/html hreflang=de href=/de>"
	    "<link rel=alternate type=application/rss+xml href=/head.xml>"
	    "</head><body><link rel=alternate type=application/rss+xml href=n>") };
	struct feed_found *found;
	size_t n;

	(void)state;
	feed_discover(&page, &a, &found, &n);
	assert_int_equal(n, 2);
	assert_string_equal(arena_cstr(&a, found[0].url),
	    "https://h.example/head.xml");
	assert_string_equal(arena_cstr(&a, found[0].title), "H");
	assert_string_equal(arena_cstr(&a, found[1].url),
	    "https://h.example/b/a.xml?x=1&y=2");
}

/* Forty thousand attributes once took six seconds; the bound is in the code,
 * so this only sees that the feed around them is still read. */
static void
giant_tags_are_read(void **state)
{
	struct buf text = BUF_INIT;
	struct source src = { 0 };
	struct feed_head head;
	struct feed *feed;
	struct err err;

	(void)state;
	buf_addz(&text, "<rss><channel><item><title ");
	for (int i = 0; i < 40000; i++)
		buf_addf(&text, "a%d='%d' ", i, i);
	buf_addz(&text, ">wide</title></item></channel></rss>");
	src.bytes = buf_str(&text);
	assert_int_equal(feed_parse(&src, &a, &feed, &err), 0);
	feed_read(feed, &head, &a);
	assert_int_equal(head.count, 1);
	assert_string_equal(arena_cstr(&a, head.entries[0].title), "wide");
	buf_release(&text);
}

/* A text full of equals signs looks like such a tag and is none. */
static void
equations_are_read(void **state)
{
	struct buf text = BUF_INIT;
	struct source src = { 0 };
	struct feed_head head;
	struct feed *feed;
	struct err err;

	(void)state;
	buf_addz(&text, "<rss><channel><item><title>sum</title><description>");
	for (int i = 0; i < 20000; i++)
		buf_addz(&text, "x=1 ");
	buf_addz(&text, "</description></item></channel></rss>");
	src.bytes = buf_str(&text);
	assert_int_equal(feed_parse(&src, &a, &feed, &err), 0);
	feed_read(feed, &head, &a);
	assert_int_equal(head.count, 1);
	assert_int_equal(head.entries[0].summary.n, 79999);
	buf_release(&text);
}

static void
schedules_are_read(void **state)
{
	struct source src = { .bytes = STR("<rss xmlns:sy='http://purl.org/rss/1.0/"
	    "modules/syndication/'><channel><sy:updatePeriod>daily"
	    "</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
	    "<skipHours><hour>0</hour><hour>24</hour><hour>5</hour></skipHours>"
	    "<skipDays><day>Sunday</day><day>Noday</day></skipDays>"
	    "</channel></rss>") };
	struct feed_head head;
	struct feed *feed;
	struct err err;

	(void)state;
	assert_int_equal(feed_parse(&src, &a, &feed, &err), 0);
	feed_read(feed, &head, &a);
	assert_int_equal(head.ttl, 21600);
	assert_int_equal(head.skip_hours, 1 | 1 << 5);
	assert_int_equal(head.skip_days, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_in_many_shapes),
		cmocka_unit_test(what_is_no_date),
		cmocka_unit_test(charsets_by_their_web_names),
		cmocka_unit_test(charsets_across_the_pivot),
		cmocka_unit_test(marks_tell_the_encoding),
		cmocka_unit_test(mends_broken_xml),
		cmocka_unit_test(long_texts_leave_the_document),
		cmocka_unit_test(unsound_texts_stay),
		cmocka_unit_test(instructions_are_not_taken_for_texts),
		cmocka_unit_test(refuses_entities_that_grow),
		cmocka_unit_test(links_inside_markup),
		cmocka_unit_test(words_are_found),
		cmocka_unit_test(tags_cost_linear_time),
		cmocka_unit_test(persons_in_one_string),
		cmocka_unit_test(pages_name_their_feeds),
		cmocka_unit_test(giant_tags_are_read),
		cmocka_unit_test(equations_are_read),
		cmocka_unit_test(schedules_are_read),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	arena_release(&a);
	return rc;
}
