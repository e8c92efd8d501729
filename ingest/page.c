#include <limits.h>

#include "base/utf8.h"
#include "ingest/blocks.h"
#include "ingest/body.h"
#include "ingest/charset.h"
#include "ingest/jsonld.h"
#include "ingest/language.h"
#include "ingest/meta.h"
#include "ingest/page.h"
#include "ingest/prepass.h"

struct str
page_fragment_text(struct str html, struct arena *a)
{
	struct prepass pre;
	struct tree tree;

	prepass_run(&pre, html, a);
	tree_parse(&tree, pre.html, pre.tags, a);
	return blocks_text(&tree, 0, tree.count, NULL, a);
}

/* Bytes at a page's start in which a meta element may name the encoding. */
#define DECLARATION_MAX	8192

/* The name behind "charset=" in `s`, or none. */
static struct str
charset_in(struct str s)
{
	ptrdiff_t at = str_ifind(s, STR("charset"), 0);
	struct str name;
	size_t n = 0;

	if (at < 0)
		return STR_NONE;
	name = str_trim(str_from(s, (size_t)at + strlen("charset")));
	if (name.n == 0 || name.p[0] != '=')
		return STR_NONE;
	name = str_trim(str_from(name, 1));
	while (name.n > 0 && (name.p[0] == '"' || name.p[0] == '\''))
		name = str_from(name, 1);
	while (n < name.n && !is_space(name.p[n]) &&
	    memchr("\"';>/", name.p[n], 6) == NULL)
		n++;
	return str_slice(name, 0, n);
}

static struct str
charset_of_meta(struct str bytes)
{
	struct str head = str_slice(bytes, 0, DECLARATION_MAX);
	ptrdiff_t at = 0;

	while ((at = str_ifind(head, STR("<meta"), (size_t)at)) >= 0) {
		struct str rest = str_from(head, (size_t)at), tag, name;

		str_split(&rest, '>', &tag);
		name = charset_in(tag);
		if (name.n > 0)
			return name;
		at++;
	}
	return STR_NONE;
}

/* Is it UTF-8 but for a few bytes?  Other encodings fail at nearly every byte
 * that is not ASCII. */
static bool
is_mostly_utf8(struct str bytes)
{
	size_t bad = 0, good = 0;

	if (utf8_check(bytes) == bytes.n)
		return true;
	while (bytes.n > 0) {
		size_t n = utf8_check(bytes);

		for (size_t i = 0; i < n; i++)
			good += (unsigned char)bytes.p[i] >= 0xc2;
		bad += n < bytes.n;
		bytes = str_from(bytes, n + 1);
	}
	return good >= 8 * bad;
}

/* UTF-16 without a mark, seen by its first '<'; else what the mark tells. */
static const char *
charset_of_start(struct str bytes, size_t *skip)
{
	if (str_starts(bytes, (struct str){ "<\0", 2 }))
		return "utf-16le";
	if (str_starts(bytes, (struct str){ "\0<", 2 }))
		return "utf-16be";
	return charset_of_mark(bytes, skip);
}

/*
 * The page as UTF-8.  Bytes that are UTF-8 are taken for it whatever the page
 * or its server claim: text in another encoding is not valid UTF-8 by chance.
 * The encodings made of ASCII bytes alone are believed when declared.
 */
static struct str
decode(const struct source *src, struct arena *a)
{
	struct str bytes = src->bytes, name, text;
	struct buf decoded = BUF_INIT;
	bool damaged;
	size_t skip = 0;
	const char *mark = charset_of_start(bytes, &skip);

	name = str_of(mark);
	if (name.n == 0)
		name = charset_in(src->content_type);
	if (name.n == 0 || !charset_is_known(name))
		name = charset_of_meta(bytes);
	bytes = str_from(bytes, skip);
	if (str_istarts(name, STR("utf-16")) && mark == NULL)
		name = STR("utf-8");	/* its declaration was read as ASCII */
	if ((mark == NULL && !str_istarts(name, STR("iso-2022")) &&
	    is_mostly_utf8(bytes)) || str_ieq(name, STR("utf-8")))
		return bytes;
	if (name.n == 0 || !charset_is_known(name))
		name = str_of(charset_guess(bytes));
	if (charset_decode(bytes, name, &decoded, &damaged) == -1)
		return bytes;
	text = arena_str(a, buf_str(&decoded));
	buf_release(&decoded);
	return text;
}

/* What the first bytes of other formats look like, so that the reason can be
 * named. */
static const char *
foreign_format(struct str bytes)
{
	static const struct {
		struct str	 start;
		const char	*name;
	} formats[] = {
		{ { "%PDF-", 5 }, "a PDF document" },
		{ { "\xff\xd8\xff", 3 }, "a JPEG image" },
		{ { "\x89PNG", 4 }, "a PNG image" },
		{ { "GIF8", 4 }, "a GIF image" },
		{ { "RIFF", 4 }, "a RIFF file" },
		{ { "PK\x03\x04", 4 }, "a ZIP archive" },
		{ { "\x1f\x8b", 2 }, "gzip data" },
		{ { "\xd0\xcf\x11\xe0", 4 }, "an Office document" },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (str_starts(bytes, formats[i].start))
			return formats[i].name;
	return NULL;
}

/* A page with less text than this gets it from its JSON-LD, where that has
 * more.  Taken always it would be worse: many give a summary or tags in it. */
#define RESCUE_MAX	250

static const char *
why_empty(const struct tree *tree, const struct prepass *pre)
{
	for (uint32_t i = 1; i < tree->count; i++)
		if (tree->nodes[i].tag == TAG_frame)
			return "the page is a set of frames, without a text";
	if (pre->tags == 0)
		return "no markup and no text in the page";
	return "no text in the page: scripts may have to write it";
}

static struct str
article_text(const struct tree *tree, const struct body *body,
    struct arena *a)
{
	struct str text = blocks_text(tree, body->from, body->end,
	    body->dropped, a);
	struct str lead;

	if (body->lead == 0)
		return text;
	lead = blocks_text(tree, body->lead, tree->nodes[body->lead].end,
	    body->dropped, a);
	return arena_printf(a, "%.*s\n\n%.*s", STR_FMT(lead), STR_FMT(text));
}

static void
mark_all(unsigned char *marks, const struct select *select,
    const struct tree *tree, enum mark mark)
{
	if (select == NULL)
		return;
	for (uint32_t i = 0; (i = select_next(select, tree, i)) != 0;) {
		for (uint32_t up = tree->nodes[i].parent; up != 0 &&
		    mark != MARK_STRIP && !(marks[up] & MARK_ABOVE);
		    up = tree->nodes[up].parent)
			marks[up] |= MARK_ABOVE;
		marks[i] |= mark;
		for (uint32_t j = i + 1; mark == MARK_KEEP &&
		    j < tree->nodes[i].end; j++)
			marks[j] |= mark;
		i = tree->nodes[i].end - 1;
	}
}

/* What the rule says of each node; NULL where it says nothing. */
static unsigned char *
marks_of(const struct override *override, const struct tree *tree,
    struct arena *a)
{
	unsigned char *marks;

	if (override == NULL)
		return NULL;
	marks = arena_zalloc(a, tree->count);
	mark_all(marks, override->body, tree, MARK_BODY);
	mark_all(marks, override->keep, tree, MARK_KEEP);
	mark_all(marks, override->strip, tree, MARK_STRIP);
	return marks;
}

static struct str *
names_of(const struct page *page, struct arena *a)
{
	struct str *names = arena_array(a, page->nauthors + 1, sizeof(*names));

	for (size_t i = 0; i < page->nauthors; i++)
		names[i] = page->authors[i].name;
	return names;
}

int
page_extract(const struct source *src, const struct overrides *overrides,
    struct arena *a, struct page *page, struct page_sight *sight,
    struct err *err)
{
	const char *foreign = foreign_format(src->bytes);
	struct page_sight own = { .override = NULL };
	struct page_sight *s = sight ? sight : &own;
	struct body_hints hints;
	struct prepass pre;
	struct jsonld ld;

	*page = (struct page){ .url = src->url };
	*s = (struct page_sight){ .override = overrides_find(overrides,
	    src->url) };
	if (src->bytes.n == 0)
		return err_set(err, "the page is empty");
	if (foreign != NULL)
		return err_set(err, "not a page but %s", foreign);
	prepass_run(&pre, decode(src, a), a);
	tree_parse(&s->tree, pre.html, pre.tags, a);
	jsonld_read(&ld, pre.jsonld, pre.njsonld, a);
	page_meta_read(page, &s->tree, &ld, s->override, a);
	hints = (struct body_hints){ page->title, page->summary,
	    names_of(page, a), page->nauthors,
	    marks_of(s->override, &s->tree, a) };
	body_find(&s->body, &s->tree, &hints, a);
	page->text = article_text(&s->tree, &s->body, a);
	if (page->text.n < RESCUE_MAX && ld.body.n > 2 * page->text.n) {
		page->text = page_fragment_text(ld.body, a);
		s->is_rescued = true;
	}
	s->declared = page->language;
	page->language = language_of_text(page->text, page->language);
	if (page->text.n == 0)
		return err_set(err, "%s", why_empty(&s->tree, &pre));
	return 0;
}
