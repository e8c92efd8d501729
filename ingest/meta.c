#include <assert.h>

#include "base/utf8.h"
#include "ingest/concept.h"
#include "ingest/meta.h"
#include "ingest/url.h"
#include "ingest/when.h"

#define AUTHORS_MAX	16
#define TAGS_MAX	32
/* A name, or a list of two or three; a longer text is about the author. */
#define BYLINE_MAX	120

/* What meta elements tell. */
enum field {
	FIELD_TITLE,
	FIELD_SUMMARY,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_MODIFIED,
	FIELD_LANGUAGE,
	FIELD_URL,
	FIELD_SITE,
	FIELD_IMAGE,
	FIELD_TAG,
	FIELD_COUNT
};

/* Names and properties of meta elements; of one field the first wins. */
static const struct {
	const char	*name;
	enum field	 field;
} fields[] = {
	{ "og:title", FIELD_TITLE }, { "twitter:title", FIELD_TITLE },
	{ "parsely-title", FIELD_TITLE }, { "sailthru.title", FIELD_TITLE },
	{ "dc.title", FIELD_TITLE }, { "title", FIELD_TITLE },
	{ "og:description", FIELD_SUMMARY }, { "description", FIELD_SUMMARY },
	{ "twitter:description", FIELD_SUMMARY },
	{ "dc.description", FIELD_SUMMARY },
	{ "author", FIELD_AUTHOR }, { "article:author", FIELD_AUTHOR },
	{ "parsely-author", FIELD_AUTHOR }, { "sailthru.author", FIELD_AUTHOR },
	{ "byl", FIELD_AUTHOR }, { "dc.creator", FIELD_AUTHOR },
	{ "dcterms.creator", FIELD_AUTHOR }, { "dcsext.author", FIELD_AUTHOR },
	{ "citation_author", FIELD_AUTHOR }, { "og:author", FIELD_AUTHOR },
	{ "cxenseparse:author", FIELD_AUTHOR },
	{ "article:published_time", FIELD_PUBLISHED },
	{ "og:published_time", FIELD_PUBLISHED },
	{ "og:article:published_time", FIELD_PUBLISHED },
	{ "article:published", FIELD_PUBLISHED },
	{ "datepublished", FIELD_PUBLISHED },
	{ "article.published", FIELD_PUBLISHED },
	{ "parsely-pub-date", FIELD_PUBLISHED },
	{ "sailthru.date", FIELD_PUBLISHED },
	{ "cxenseparse:recs:publishtime", FIELD_PUBLISHED },
	{ "pubdate", FIELD_PUBLISHED }, { "publishdate", FIELD_PUBLISHED },
	{ "publish-date", FIELD_PUBLISHED }, { "publish_date", FIELD_PUBLISHED },
	{ "dc.date.issued", FIELD_PUBLISHED },
	{ "dcterms.created", FIELD_PUBLISHED },
	{ "dcterms.date", FIELD_PUBLISHED }, { "dc.date", FIELD_PUBLISHED },
	{ "dc.date.created", FIELD_PUBLISHED },
	{ "citation_publication_date", FIELD_PUBLISHED },
	{ "originalpublicationdate", FIELD_PUBLISHED },
	{ "date", FIELD_PUBLISHED },
	{ "article:modified_time", FIELD_MODIFIED },
	{ "og:updated_time", FIELD_MODIFIED },
	{ "datemodified", FIELD_MODIFIED },
	{ "dcterms.modified", FIELD_MODIFIED },
	{ "dc.date.modified", FIELD_MODIFIED },
	{ "last-modified", FIELD_MODIFIED },
	{ "og:locale", FIELD_LANGUAGE }, { "content-language", FIELD_LANGUAGE },
	{ "dc.language", FIELD_LANGUAGE }, { "language", FIELD_LANGUAGE },
	{ "og:url", FIELD_URL },
	{ "og:site_name", FIELD_SITE }, { "application-name", FIELD_SITE },
	{ "dc.publisher", FIELD_SITE },
	{ "og:image", FIELD_IMAGE }, { "og:image:url", FIELD_IMAGE },
	{ "twitter:image", FIELD_IMAGE }, { "twitter:image:src", FIELD_IMAGE },
	{ "article:tag", FIELD_TAG }, { "news_keywords", FIELD_TAG },
	{ "keywords", FIELD_TAG },
};
#define FIELDS	(sizeof(fields) / sizeof(*fields))

/* What the head and the body were found to say. */
struct heads {
	const struct tree *tree;
	struct arena	*a;
	struct str	 first[FIELD_COUNT];
	size_t		 rank[FIELD_COUNT];	/* of first[] in fields[], + 1 */
	struct str	 authors[AUTHORS_MAX];	/* of the best rank */
	size_t		 nauthors;
	struct str	 tags[TAGS_MAX];
	size_t		 ntags;
	struct str	 title, canonical, language, base;
	struct str	 h1;			/* the first, */
	unsigned	 h1s;			/* and how many there are */
	uint32_t	 h1_at;
	struct str	 headline;		/* itemprop */
	struct str	 published, modified;	/* itemprop */
	struct str	 time;			/* the first time element's */
	uint32_t	 time_at;
	struct str	 bylines[AUTHORS_MAX];
	size_t		 nbylines;
};

static size_t
field_rank(struct str name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (str_ieq(name, str_of(fields[i].name)))
			return i + 1;
	return 0;
}

static void
add(struct str *list, size_t *count, size_t max, struct str s)
{
	s = str_trim(s);
	for (size_t i = 0; i < *count; i++)
		if (str_ieq(list[i], s))
			return;
	if (s.n > 0 && *count < max)
		list[(*count)++] = s;
}

static void
read_meta(struct heads *h, const struct node *node)
{
	static const enum attr names[] = { ATTR_property, ATTR_name,
	    ATTR_itemprop, ATTR_http_equiv };
	struct str content = str_trim(node_attr(node, ATTR_content));
	size_t rank = 0;
	enum field field;

	for (size_t i = 0; i < 4 && rank == 0; i++)
		rank = field_rank(node_attr(node, names[i]));
	if (rank == 0 || content.n == 0)
		return;
	field = fields[rank - 1].field;
	if (field == FIELD_AUTHOR) {
		if (url_is_absolute(content))
			return;		/* of a profile */
		if (h->rank[field] != 0 && rank > h->rank[field])
			return;
		if (rank != h->rank[field])
			h->nauthors = 0;
		add(h->authors, &h->nauthors, AUTHORS_MAX, content);
	}
	if (field == FIELD_TAG) {
		struct str tag;

		while (str_split(&content, ',', &tag))
			add(h->tags, &h->ntags, TAGS_MAX, tag);
		return;
	}
	if (h->rank[field] == 0 || rank < h->rank[field]) {
		h->rank[field] = rank;
		h->first[field] = content;
	}
}

static void
read_link(struct heads *h, const struct node *node)
{
	if (h->canonical.n == 0 &&
	    str_ieq(node_attr(node, ATTR_rel), STR("canonical")))
		h->canonical = node_attr(node, ATTR_href);
}

/* What an element says of a date: its attribute, else its text. */
static struct str
date_text(const struct heads *h, uint32_t i)
{
	const struct node *node = &h->tree->nodes[i];
	struct str s = node_attr(node, ATTR_datetime);

	if (s.n == 0)
		s = node_attr(node, ATTR_content);
	return s.n > 0 ? s : str_trim(tree_text(h->tree, i));
}

static void
read_byline(struct heads *h, uint32_t i)
{
	struct str text = str_trim(tree_text(h->tree, i));

	if (text.n > 2 && text.n <= BYLINE_MAX)
		add(h->bylines, &h->nbylines, AUTHORS_MAX, text);
}

static bool
names_author(const struct node *node)
{
	return str_ieq(node_attr(node, ATTR_itemprop), STR("author")) ||
	    str_ifind(node_attr(node, ATTR_rel), STR("author"), 0) >= 0 ||
	    str_ifind(node_attr(node, ATTR_class), STR("author"), 0) >= 0 ||
	    str_ifind(node_attr(node, ATTR_class), STR("byline"), 0) >= 0;
}

static void
read_element(struct heads *h, uint32_t i)
{
	const struct node *node = &h->tree->nodes[i];
	struct str itemprop = node_attr(node, ATTR_itemprop);

	if (node->tag == TAG_h1) {
		struct str text = str_trim(tree_text(h->tree, i));

		if (text.n > 0 && h->h1s++ == 0) {
			h->h1 = text;
			h->h1_at = i;
		}
	}
	if (node->tag == TAG_time && h->time.n == 0) {
		h->time = date_text(h, i);
		h->time_at = i;
	}
	if (itemprop.n > 0) {
		if (str_ieq(itemprop, STR("headline")) && h->headline.n == 0)
			h->headline = str_trim(tree_text(h->tree, i));
		if (str_ieq(itemprop, STR("datePublished")) &&
		    h->published.n == 0)
			h->published = date_text(h, i);
		if (str_ieq(itemprop, STR("dateModified")) && h->modified.n == 0)
			h->modified = date_text(h, i);
	}
	if (names_author(node) && tag_is_block(node->tag) == false)
		read_byline(h, i);
}

static void
read_heads(struct heads *h)
{
	const struct tree *tree = h->tree;

	for (uint32_t i = 1; i < tree->count; i++) {
		const struct node *node = &tree->nodes[i];

		switch ((int)node->tag) {
		case TAG_TEXT:
			continue;
		case TAG_meta:
			read_meta(h, node);
			continue;
		case TAG_link:
			read_link(h, node);
			continue;
		case TAG_base:
			if (h->base.n == 0)
				h->base = node_attr(node, ATTR_href);
			continue;
		case TAG_title:
			if (h->title.n == 0)
				h->title = str_trim(tree_text(tree, i));
			continue;
		case TAG_html:
			h->language = node_attr(node, ATTR_lang);
			if (h->language.n == 0)
				h->language = node_attr(node, ATTR_xml_lang);
			continue;
		}
		read_element(h, i);
	}
}

/* Letters and digits only, ASCII in lower case, to compare names. */
static struct str
fold(struct str s, struct arena *a)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (is_alpha(s.p[i]) || is_digit(s.p[i]) ||
		    (unsigned char)s.p[i] >= 0x80)
			p[n++] = to_lower(s.p[i]);
	return (struct str){ p, n };
}

static struct str
host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("//"), 0);
	struct str rest, host;

	if (at < 0)
		return STR_NONE;
	rest = str_from(url, (size_t)at + 2);
	return str_split(&rest, '/', &host) ? host : STR_NONE;
}

/* Is `part` the name of the site? */
static bool
names_site(struct heads *h, const struct page *page, struct str part)
{
	struct str name = fold(part, h->a);
	struct str site = fold(page->site, h->a);
	struct str host = fold(host_of(page->url), h->a);

	if (name.n == 0)
		return true;
	if (site.n > 0 && (str_eq(name, site) ||
	    (name.n > 3 && str_find(site, name, 0) >= 0) ||
	    (site.n > 3 && str_find(name, site, 0) >= 0)))
		return true;
	return name.n > 2 && str_find(host, name, 0) >= 0;
}

/* Where the last separator of a title's parts begins; *length: its bytes. */
static ptrdiff_t
last_separator(struct str title, size_t *length)
{
	static const char *const separators[] = { " | ", " - ", " – ", " — ",
	    " :: ", " » ", " « ", " · ", " • ", " / ", " : ", "| " };
	ptrdiff_t best = -1;

	for (size_t i = 0; i < sizeof(separators) / sizeof(*separators); i++) {
		struct str separator = str_of(separators[i]);
		ptrdiff_t at = -1, next;

		while ((next = str_find(title, separator, (size_t)(at + 1))) >= 0)
			at = next;
		if (at > best) {
			best = at;
			*length = separator.n;
		}
	}
	return best;
}

/* `title` without the names of the site and its sections behind it. */
static struct str
strip_site(struct heads *h, const struct page *page, struct str title)
{
	size_t length;
	ptrdiff_t at;

	while ((at = last_separator(title, &length)) > 0) {
		if (!names_site(h, page, str_from(title, (size_t)at + length)))
			break;
		title = str_trim(str_slice(title, 0, (size_t)at));
	}
	return title;
}

/* A string of markup or of entities as text; spaces collapsed. */
static struct str
plain(struct str s, struct arena *a)
{
	if (s.n == 0)
		return s;
	if (memchr(s.p, '&', s.n) != NULL || memchr(s.p, '<', s.n) != NULL)
		s = page_fragment_text(s, a);
	return str_trim(s);
}

/*
 * A page's only h1 is its headline nearly always; among several the one that
 * other sources repeat is.  The title element comes last: it is written for
 * search engines.
 */
static struct str
choose_title(struct heads *h, const struct page *page, const struct jsonld *ld)
{
	struct str headline = ld->is_article ? plain(ld->headline, h->a) :
	    STR_NONE;
	struct str og = strip_site(h, page, plain(h->first[FIELD_TITLE], h->a));
	struct str title = strip_site(h, page, h->title);

	if (h->h1s == 1 && !names_site(h, page, h->h1))
		return strip_site(h, page, h->h1);
	if (headline.n > 0)
		return strip_site(h, page, headline);
	if (h->headline.n > 0)
		return h->headline;
	if (og.n > 0)
		return og;
	if (h->h1.n > 0 && !names_site(h, page, h->h1))
		return h->h1;
	return title.n > 0 ? title : h->h1;
}

static bool
date_of(struct str s, struct date *d)
{
	return s.n > 0 && (when_machine(s, d) || when_text(s, false, d));
}

/* dateModified is never taken for the date of publication. */
static void
choose_dates(struct heads *h, struct page *page, const struct jsonld *ld)
{
	bool month_first = str_istarts(page->language, STR("en-us")) ||
	    str_ieq(page->language, STR("en"));

	page->has_published = date_of(ld->published, &page->published) ||
	    date_of(h->first[FIELD_PUBLISHED], &page->published) ||
	    date_of(h->published, &page->published) ||
	    when_url(page->url, &page->published) ||
	    date_of(h->time, &page->published);
	(void)month_first;
	page->has_modified = date_of(ld->modified, &page->modified) ||
	    date_of(h->first[FIELD_MODIFIED], &page->modified) ||
	    date_of(h->modified, &page->modified);
}

/* "By A. Writer" -> "A. Writer". */
static struct str
strip_by(struct str name)
{
	static const char *const words[] = { "by ", "by: ", "von ", "von: ",
	    "par ", "por ", "di ", "door ", "written by ", "posted by ",
	    "author: ", "autor: " };
	name = str_trim(name);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_istarts(name, str_of(words[i])))
			name = str_trim(str_from(name, strlen(words[i])));
	return name;
}

static void
add_author(struct heads *h, struct page *page, struct str name)
{
	name = strip_by(name);
	if (name.n < 2 || url_is_absolute(name) ||
	    page->nauthors == AUTHORS_MAX)
		return;
	for (size_t i = 0; i < page->nauthors; i++)
		if (str_ieq(page->authors[i].name, name))
			return;
	page->authors[page->nauthors++].name = name;
	(void)h;
}

/* One string may name several: "A, B and C". */
static void
add_authors(struct heads *h, struct page *page, struct str names)
{
	static const char *const between[] = { ", ", "; ", ";", " and ",
	    " und ", " & ", " | ", " / ", " et ", " y " };

	names = plain(names, h->a);
	while (names.n > 0) {
		size_t at = names.n, length = 0;

		for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
			ptrdiff_t hit = str_ifind(names, str_of(between[i]), 0);

			if (hit >= 0 && (size_t)hit < at) {
				at = (size_t)hit;
				length = strlen(between[i]);
			}
		}
		add_author(h, page, str_slice(names, 0, at));
		names = str_from(names, at + length);
	}
}

static void
choose_authors(struct heads *h, struct page *page, const struct jsonld *ld)
{
	page->authors = arena_zalloc(h->a, AUTHORS_MAX * sizeof(*page->authors));
	for (size_t i = 0; i < ld->nauthors; i++)
		add_authors(h, page, ld->authors[i]);
	for (size_t i = 0; page->nauthors == 0 && i < h->nauthors; i++)
		add_authors(h, page, h->authors[i]);
	if (page->nauthors == 0 && h->nbylines > 0)
		add_authors(h, page, h->bylines[0]);
}

/* BCP 47 from what is declared: "en_US" -> "en-US"; only a plausible one. */
static struct str
language_tag(struct str s, struct arena *a)
{
	char *p;

	s = str_trim(s);
	if (s.n < 2 || s.n > 12 || !is_alpha(s.p[0]) || !is_alpha(s.p[1]) ||
	    (s.n > 2 && s.p[2] != '-' && s.p[2] != '_' && !is_alpha(s.p[2])))
		return STR_NONE;
	p = arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++) {
		if (p[i] == '_')
			p[i] = '-';
		if (p[i] != '-' && !is_alpha(p[i]) && !is_digit(p[i]))
			return STR_NONE;
	}
	return (struct str){ p, s.n };
}

void
meta_read(struct page *page, const struct tree *tree, const struct jsonld *ld,
    struct arena *a)
{
	struct heads *h = arena_zalloc(a, sizeof(*h));
	struct str base, address;

	h->tree = tree;
	h->a = a;
	read_heads(h);
	base = h->base.n > 0 ? url_resolve(page->url, h->base, a) : page->url;
	address = h->canonical.n > 0 ? h->canonical : h->first[FIELD_URL];
	if (address.n > 0) {
		address = url_resolve(base, address, a);
		if (url_is_http(address))
			page->url = address;
	}
	page->language = language_tag(h->language, a);
	if (page->language.n == 0)
		page->language = language_tag(h->first[FIELD_LANGUAGE], a);
	if (page->language.n == 0)
		page->language = language_tag(ld->language, a);
	page->site = plain(h->first[FIELD_SITE].n > 0 ? h->first[FIELD_SITE] :
	    ld->publisher, a);
	page->title = choose_title(h, page, ld);
	page->summary = plain(h->first[FIELD_SUMMARY].n > 0 ?
	    h->first[FIELD_SUMMARY] : ld->summary, a);
	page->image = h->first[FIELD_IMAGE].n > 0 ? h->first[FIELD_IMAGE] :
	    ld->image;
	if (page->image.n > 0)
		page->image = url_resolve(base, page->image, a);
	choose_dates(h, page, ld);
	choose_authors(h, page, ld);
	for (size_t i = 0; i < ld->ntags && h->ntags == 0; i++)
		add(h->tags, &h->ntags, TAGS_MAX, ld->tags[i]);
	page->tags = h->tags;
	page->ntags = h->ntags;
}
