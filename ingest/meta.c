#include "ingest/meta.h"
#include "ingest/url.h"
#include "ingest/when.h"

#define AUTHORS_MAX	16
#define TAGS_MAX	32
#define H1_MAX		8
/* Letters that an h1 must have for its repetition to mean something. */
#define H1_MIN		10
/* A name, or a list of two or three; a longer text is about the author. */
#define BYLINE_MAX	120
#define BYLINES_MAX	64

/* What meta elements tell. */
enum field {
	FIELD_TITLE,
	FIELD_SUMMARY,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_DATE,			/* of what, it does not say */
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
	{ "dcterms.date", FIELD_DATE }, { "dc.date", FIELD_DATE },
	{ "dc.date.created", FIELD_PUBLISHED },
	{ "citation_publication_date", FIELD_PUBLISHED },
	{ "citation_online_date", FIELD_PUBLISHED },
	{ "dcterms.issued", FIELD_PUBLISHED },
	{ "dc.date.published", FIELD_PUBLISHED },
	{ "dc.issued", FIELD_PUBLISHED },
	{ "prism.publicationdate", FIELD_PUBLISHED },
	{ "rnews:datepublished", FIELD_PUBLISHED },
	{ "date_published", FIELD_PUBLISHED },
	{ "published_time", FIELD_PUBLISHED }, { "published", FIELD_PUBLISHED },
	{ "pub_date", FIELD_PUBLISHED }, { "published_at", FIELD_PUBLISHED },
	{ "publicationdate", FIELD_PUBLISHED },
	{ "publication_date", FIELD_PUBLISHED },
	{ "publication-date", FIELD_PUBLISHED },
	{ "article_date_original", FIELD_PUBLISHED },
	{ "originalpublicationdate", FIELD_PUBLISHED },
	{ "date", FIELD_DATE },
	{ "article:modified_time", FIELD_MODIFIED },
	{ "og:updated_time", FIELD_MODIFIED },
	{ "datemodified", FIELD_MODIFIED },
	{ "dcterms.modified", FIELD_MODIFIED },
	{ "dc.date.modified", FIELD_MODIFIED },
	{ "article:modified", FIELD_MODIFIED },
	{ "article:updated_time", FIELD_MODIFIED },
	{ "og:modified_time", FIELD_MODIFIED },
	{ "dc.modified", FIELD_MODIFIED },
	{ "prism.modificationdate", FIELD_MODIFIED },
	{ "rnews:datemodified", FIELD_MODIFIED },
	{ "last-modified", FIELD_MODIFIED }, { "lastmod", FIELD_MODIFIED },
	{ "last_modified", FIELD_MODIFIED }, { "last-update", FIELD_MODIFIED },
	{ "lastupdate", FIELD_MODIFIED }, { "dateupdate", FIELD_MODIFIED },
	{ "dateupdated", FIELD_MODIFIED }, { "modified", FIELD_MODIFIED },
	{ "modified_time", FIELD_MODIFIED }, { "updated", FIELD_MODIFIED },
	{ "updated_time", FIELD_MODIFIED }, { "revised", FIELD_MODIFIED },
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

/* Where a name for readers may stand, the surest first. */
enum signature {
	SIGNATURE_INLINE,	/* a word or link that is called the author's */
	SIGNATURE_BLOCK,	/* a block that is */
	SIGNATURE_PROFILE,	/* a link to an author's page */
	SIGNATURE_BY,		/* a line that says "by" */
	SIGNATURE_COUNT
};

struct byline {
	struct str	 text;
	uint32_t	 at;
	enum signature	 signature;
};

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
	bool		 is_amp;
	struct str	 h1[H1_MAX];
	unsigned	 h1s;
	uint32_t	 h1_at;			/* the first */
	uint32_t	 title_at;		/* the heading that is the title */
	struct str	 headline;		/* itemprop */
	struct str	 published, modified;	/* itemprop */
	struct str	 time;			/* of a time element */
	uint32_t	 time_at;
	struct byline	 bylines[BYLINES_MAX];
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

/* A title or a name is no longer; what follows looks at each byte often. */
#define LINE_MAX_BYTES	2000

/* The start of `s`, cut between characters. */
static struct str
clip(struct str s)
{
	if (s.n > LINE_MAX_BYTES) {
		s.n = LINE_MAX_BYTES;
		while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n--;
	}
	return s;
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
	return s.n > 0 ? s : clip(str_trim(tree_text(h->tree, i)));
}

/* A name inside of a block that is the author's is told by itself. */
static void
read_byline(struct heads *h, uint32_t i, enum signature signature)
{
	struct str text = str_trim(tree_text(h->tree, i));
	struct byline *last = &h->bylines[h->nbylines - (h->nbylines > 0)];

	if (text.n <= 2 || text.n > BYLINE_MAX)
		return;
	if (h->nbylines > 0 && last->signature == signature &&
	    signature == SIGNATURE_BLOCK && i < h->tree->nodes[last->at].end)
		h->nbylines--;
	if (h->nbylines < BYLINES_MAX)
		h->bylines[h->nbylines++] =
		    (struct byline){ text, i, signature };
}

static bool
has_any(struct str value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ifind(value, str_of(words[i]), 0) >= 0)
			return true;
	return false;
}

/* Is it called the author's by those who made the page? */
static bool
names_author(const struct node *node)
{
	struct str class = node_attr(node, ATTR_class);

	return str_ieq(node_attr(node, ATTR_itemprop), STR("author")) ||
	    str_ifind(node_attr(node, ATTR_rel), STR("author"), 0) >= 0 ||
	    str_ifind(class, STR("author"), 0) >= 0 ||
	    str_ifind(class, STR("byline"), 0) >= 0;
}

/* The same by its id, or in other languages. */
static bool
hints_at_author(const struct node *node)
{
	static const char *const words[] = { "author", "byline", "autor",
	    "auteur" };
	const size_t count = sizeof(words) / sizeof(*words);

	return has_any(node_attr(node, ATTR_class), words, count) ||
	    has_any(node_attr(node, ATTR_id), words, count);
}

/* Is it the page of an author? */
static bool
is_profile(const struct node *node)
{
	static const char *const steps[] = { "/author/", "/authors/",
	    "/autor/", "/autoren/", "/auteur/", "/autore/", "/autores/",
	    "/journalist/", "/reporter/", "/staff/", "/writer/", "/people/" };

	return node->tag == TAG_a && has_any(node_attr(node, ATTR_href), steps,
	    sizeof(steps) / sizeof(*steps));
}

static void
read_element(struct heads *h, uint32_t i)
{
	const struct node *node = &h->tree->nodes[i];
	struct str itemprop = node_attr(node, ATTR_itemprop);

	if (node->tag == TAG_h1) {
		struct str text = clip(str_trim(tree_text(h->tree, i)));

		if (text.n > 0 && h->h1s < H1_MAX) {
			if (h->h1s == 0)
				h->h1_at = i;
			h->h1[h->h1s++] = text;
		}
	}
	/* the first after the headline, else the first of all */
	if (node->tag == TAG_time &&
	    (h->time.n == 0 || (h->time_at < h->h1_at && h->h1_at != 0))) {
		h->time = date_text(h, i);
		h->time_at = i;
	}
	if (itemprop.n > 0) {
		if (str_ieq(itemprop, STR("headline")) && h->headline.n == 0)
			h->headline = clip(str_trim(tree_text(h->tree, i)));
		if (str_ieq(itemprop, STR("datePublished")) &&
		    h->published.n == 0)
			h->published = date_text(h, i);
		if (str_ieq(itemprop, STR("dateModified")) && h->modified.n == 0)
			h->modified = date_text(h, i);
	}
	if (!tag_is_block(node->tag) && names_author(node))
		read_byline(h, i, SIGNATURE_INLINE);
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
				h->title = clip(str_trim(tree_text(tree, i)));
			continue;
		case TAG_html:
		case TAG_body:
			h->is_amp |= node_attr(node, ATTR_amp).p != NULL;
			if (h->language.n == 0)
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
	s = clip(s);
	if (memchr(s.p, '&', s.n) != NULL || memchr(s.p, '<', s.n) != NULL)
		s = page_fragment_text(s, a);
	return str_trim(s);
}

/* Does `whole` end with `part`, a good half of it? */
static bool
ends_with_most(struct str whole, struct str part)
{
	return part.n < whole.n && 2 * part.n >= whole.n &&
	    str_ends(whole, part);
}

/* "Details", "News": few letters, which nothing else repeats. */
static bool
is_section(struct str h1, struct str og, struct str headline, struct str title)
{
	return h1.n < H1_MIN && og.n + headline.n + title.n > 0 &&
	    str_find(og, h1, 0) < 0 && str_find(headline, h1, 0) < 0 &&
	    str_find(title, h1, 0) < 0;
}

/* Does a smaller heading say this? */
static bool
is_heading_below(const struct heads *h, struct str folded)
{
	const struct tree *tree = h->tree;

	for (uint32_t i = 1; folded.n > 0 && i < tree->count; i++)
		if ((tree->nodes[i].tag == TAG_h2 ||
		    tree->nodes[i].tag == TAG_h3) && str_eq(folded,
		    fold(clip(str_trim(tree_text(tree, i))), h->a)))
			return true;
	return false;
}

/* On blogs the h1 is the blog's name, and the headline an h2; the title element
 * has both: "Quota lifted « The Tideline". */
static struct str
headline_beside(struct heads *h, struct str h1)
{
	struct str title = fold(h->title, h->a), name = fold(h1, h->a);
	struct str rest = STR_NONE;
	size_t length;
	ptrdiff_t at;

	if (name.n == 0 || title.n <= name.n)
		return STR_NONE;
	if (str_ends(title, name)) {
		at = last_separator(h->title, &length);
		if (at > 0)
			rest = str_trim(str_slice(h->title, 0, (size_t)at));
	} else if (str_starts(title, name) && h->title.n > 2 * h1.n) {
		/* what is shorter than the h1 is the site, not a headline */
		rest = str_from(h->title, h1.n);
		while (rest.n > 0 && strchr(" |:-", rest.p[0]) != NULL)
			rest = str_from(rest, 1);
	}
	return is_heading_below(h, fold(rest, h->a)) ? rest : STR_NONE;
}

/* An attribute whose text has the quotes that it stands in ends at the first. */
static bool
is_cut_at_quote(struct str cut, struct str whole)
{
	return cut.n > 0 && str_starts(whole, cut) &&
	    str_starts(str_trim(str_from(whole, cut.n)), STR("\""));
}

/* The h1 that is the headline: the only one, or the first that another source
 * repeats. */
static struct str
choose_h1(struct heads *h, const struct page *page, struct str og,
    struct str headline, struct str title)
{
	if (h->h1s == 1)
		return names_site(h, page, h->h1[0]) ||
		    is_section(fold(h->h1[0], h->a), og, headline, title) ?
		    STR_NONE : h->h1[0];
	for (unsigned i = 0; i < h->h1s; i++) {
		struct str folded = fold(h->h1[i], h->a);

		if (folded.n >= H1_MIN &&
		    (str_find(og, folded, 0) >= 0 ||
		    str_find(headline, folded, 0) >= 0 ||
		    str_find(title, folded, 0) >= 0))
			return h->h1[i];
	}
	return STR_NONE;
}

/*
 * Where og:title and JSON-LD agree, that is the headline: two sources that were
 * not written for search engines, as the title element is.  Else the h1 is,
 * without the kicker ("Opinion", "News") that one of them leaves out.
 */
static struct str
choose_title(struct heads *h, const struct page *page, const struct jsonld *ld)
{
	struct str headline = ld->is_article ?
	    strip_site(h, page, plain(ld->headline, h->a)) : STR_NONE;
	struct str og = strip_site(h, page, plain(h->first[FIELD_TITLE], h->a));
	struct str title = strip_site(h, page, h->title);
	struct str x = fold(og, h->a), y = fold(headline, h->a);
	struct str h1 = strip_site(h, page,
	    choose_h1(h, page, x, y, fold(title, h->a)));
	struct str folded = fold(h1, h->a);
	struct str beside = headline_beside(h, h1);

	if (is_cut_at_quote(og, h1))
		return h1;
	if (og.n > 0 && str_eq(x, y))
		return og;
	if (beside.n > 0)
		return beside;
	if (y.n > 0 && ends_with_most(folded, y))
		return headline;
	if (x.n > 0 && ends_with_most(folded, x))
		return og;
	if (h1.n > 0)
		return h1;
	if (headline.n > 0)
		return headline;
	if (h->headline.n > 0)
		return h->headline;
	return og.n > 0 ? og : title;
}

/* The heading that is the title, the h1 before others; the first h1 where none
 * is.  Names stand beside it. */
static void
find_title(struct heads *h, struct str title)
{
	const struct tree *tree = h->tree;
	struct str wanted = fold(title, h->a);
	uint32_t found = 0;

	for (uint32_t i = 1; i < tree->count && wanted.n > 0; i++) {
		enum tag tag = tree->nodes[i].tag;

		if ((tag == TAG_h1 || (found == 0 && (tag == TAG_h2 ||
		    tag == TAG_h3))) && str_eq(wanted,
		    fold(clip(str_trim(tree_text(tree, i))), h->a)))
			found = i;
		if (found != 0 && tag == TAG_h1)
			break;
	}
	h->title_at = found ? found : h->h1_at;
}

static bool
date_of(struct str s, bool month_first, struct date *d)
{
	s = clip(s);
	return s.n > 0 && (when_machine(s, d) || when_text(s, month_first, d));
}

/* A line with a date in it: what is longer tells of other days. */
#define DATELINE_MAX	160
/* The same where it is pieced together of several elements. */
#define DATE_BLOCK_MAX	40

/* Does one of a class's names speak of a date?  "updated" alone does not say
 * that another does not: "entry-date updated" is WordPress's for both. */
static bool
speaks_of_date(struct str names)
{
	static const struct str words[] = { { "date", 4 }, { "datum", 5 },
	    { "publish", 7 }, { "posted", 6 }, { "time", 4 }, { "fecha", 5 },
	    { "created", 7 } };
	struct str name;

	while (str_split(&names, ' ', &name)) {
		if (str_ifind(name, STR("update"), 0) >= 0 ||
		    str_ifind(name, STR("modif"), 0) >= 0)
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			if (str_ifind(name, words[k], 0) >= 0)
				return true;
	}
	return false;
}

static bool
names_date(const struct node *node)
{
	return speaks_of_date(node_attr(node, ATTR_class)) ||
	    speaks_of_date(node_attr(node, ATTR_id)) ||
	    speaks_of_date(node_attr(node, ATTR_itemprop));
}

/* Around a headline, nodes in which the article's own date stands. */
#define DATE_BEFORE	60
#define DATE_AFTER	150
/* Where else in a page a date is looked for. */
#define DATE_NODES	20000

/* Where a date for readers may stand, the surest first. */
enum place {
	PLACE_NAMED,		/* an element whose names speak of dates */
	PLACE_LINE,		/* a short line */
	PLACE_BLOCK,		/* one with the date in several elements */
	PLACE_LINK		/* the text of a link */
};

static bool
tells_of_change(struct str text)
{
	static const struct str words[] = { { "update", 6 }, { "modifi", 6 },
	    { "aktualisiert", 12 }, { "nderung", 7 }, { "mis à jour", 11 },
	    { "actualizad", 10 }, { "aggiornat", 9 }, { "bijgewerkt", 10 } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_ifind(text, words[i], 0) >= 0)
			return true;
	return false;
}

static bool
holds_link(const struct tree *tree, uint32_t i)
{
	for (uint32_t j = i + 1; j < tree->nodes[i].end; j++)
		if (tree->nodes[j].tag == TAG_a)
			return true;
	return false;
}

static bool
is_place(const struct heads *h, uint32_t i, enum place place)
{
	const struct node *node = &h->tree->nodes[i];
	bool text = node->tag == TAG_TEXT;
	bool linked = text && h->tree->nodes[node->parent].tag == TAG_a;

	switch (place) {
	case PLACE_NAMED:
		return !text && node->attributes && names_date(node);
	case PLACE_LINE:
		return text && !linked;
	case PLACE_BLOCK:
		return tag_is_block(node->tag) &&
		    node->text_end - node->text < DATE_BLOCK_MAX &&
		    !holds_link(h->tree, i);
	case PLACE_LINK:
		return linked;
	}
	BUG("no such place");
}

/* The first date that readers see in [from, end), unless it is of a change. */
static bool
visible_date(const struct heads *h, uint32_t from, uint32_t end,
    enum place place, bool month_first, struct date *d)
{
	for (uint32_t i = from; i < end; i++) {
		struct str text = tree_text(h->tree, i);

		if (text.n >= DATELINE_MAX || !is_place(h, i, place) ||
		    tells_of_change(text))
			continue;
		if (when_text(text, month_first, d) || (place == PLACE_NAMED &&
		    date_of(node_attr(&h->tree->nodes[i], ATTR_title),
		    month_first, d)))
			return true;
	}
	return false;
}

/* The date that readers see about the headline. */
static bool
near_date(const struct heads *h, bool us, struct date *d)
{
	uint32_t h1 = h->h1_at, count = h->tree->count;
	uint32_t before = h1 > DATE_BEFORE ? h1 - DATE_BEFORE : 0;
	uint32_t after = count - h1 > DATE_AFTER ? h1 + DATE_AFTER : count;

	if (h1 == 0)
		return false;
	return (h->time_at >= h1 && h->time_at < after &&
	    date_of(h->time, us, d)) ||
	    visible_date(h, h1, after, PLACE_NAMED, us, d) ||
	    visible_date(h, h1, after, PLACE_LINE, us, d) ||
	    visible_date(h, h1, after, PLACE_BLOCK, us, d) ||
	    visible_date(h, before, h1, PLACE_LINE, us, d);
}

static bool
any_date(const struct heads *h, bool us, struct date *d)
{
	uint32_t count = h->tree->count < DATE_NODES ? h->tree->count :
	    DATE_NODES;

	return date_of(h->time, us, d) ||
	    visible_date(h, 0, count, PLACE_NAMED, us, d) ||
	    visible_date(h, 0, count, PLACE_LINE, us, d) ||
	    visible_date(h, 0, count, PLACE_BLOCK, us, d) ||
	    visible_date(h, 0, count, PLACE_LINK, us, d);
}

#define DAY	86400
/* Hours that publishers who write UTC are west or east of it; beyond them a
 * neighbouring day is another date, of a change or of another story. */
#define WEST_MAX	9
#define EAST_MAX	4

static int64_t
day_of(struct date d)
{
	return (d.seconds + d.offset * 60) / DAY;
}

/*
 * Heads often give the instant in UTC, and readers and the address see the day
 * of the publisher.  Where the two are neighbours, the instant is written with
 * the least offset that makes it that day: 01:30Z shown as the day before is
 * 23:30-02:00.
 */
static void
write_local(struct date *d, struct date shown)
{
	int64_t day = d->seconds / DAY;
	int hour = (int)(d->seconds % DAY / 3600);
	int64_t shown_day = day_of(shown);

	if (!d->has_time || d->offset != 0 || d->seconds < 0)
		return;
	if (shown_day == day - 1 && hour < WEST_MAX)
		d->offset = -60 * (hour + 1);
	if (shown_day == day + 1 && hour >= 24 - EAST_MAX)
		d->offset = 60 * (24 - hour);
}

/* Is the language spoken in Central Europe, and hardly anywhere else? */
static bool
is_central_european(struct str language)
{
	static const char *const spoken[] = { "de", "it", "nl", "pl", "cs",
	    "sk", "hu", "sl", "hr", "sv", "da", "no", "nb", "nn", "ca" };

	for (size_t i = 0; i < sizeof(spoken) / sizeof(*spoken); i++)
		if (str_ieq(str_slice(language, 0, 2), str_of(spoken[i])))
			return language.n == 2 || language.p[2] == '-';
	return false;
}

/* A day without a time, turned into an instant at its midnight and then into
 * UTC, shows as the last hour or two of the day before. */
static void
write_midnight(struct date *d)
{
	int64_t second = d->seconds % DAY;

	if (d->has_time && d->offset == 0 &&
	    (second == 22 * 3600 || second == 23 * 3600))
		d->offset = (int)(DAY - second) / 60;
}

/* What is said to be the day of publication, for machines. */
static bool
stated_date(const struct heads *h, const struct jsonld *ld, bool us,
    struct date *d)
{
	return date_of(ld->published, us, d) ||
	    date_of(h->first[FIELD_PUBLISHED], us, d) ||
	    date_of(h->published, us, d);
}

/* 11/23/2026. */
static bool
month_is_first(const struct page *page)
{
	return str_ieq(page->language, STR("en-US")) ||
	    str_ieq(page->language, STR("en"));
}

/*
 * A date that is said to be of publication is believed; one that does not say
 * of what it is gives way to the one that readers see about the headline.  That
 * of a change is the last resort, since the article is no younger; only dates
 * from anywhere in the text are worse.
 */
static void
choose_dates(struct heads *h, struct page *page, const struct jsonld *ld)
{
	struct date *d = &page->published, shown;
	bool us = month_is_first(page), is_shown;
	bool stated = stated_date(h, ld, us, d);

	if (stated || date_of(h->first[FIELD_DATE], us, d)) {
		is_shown = (!stated && near_date(h, us, &shown)) ||
		    when_url(page->url, &shown) || near_date(h, us, &shown);
		if (is_shown)
			write_local(d, shown);
		else if (is_central_european(page->language))
			write_midnight(d);
		if (is_shown && !stated && day_of(*d) != day_of(shown))
			*d = shown;
		page->has_published = true;
	} else
		page->has_published = when_url(page->url, d) ||
		    near_date(h, us, d);
	page->has_modified = date_of(ld->modified, us, &page->modified) ||
	    date_of(h->first[FIELD_MODIFIED], us, &page->modified) ||
	    date_of(h->modified, us, &page->modified);
	if (!page->has_published && page->has_modified) {
		*d = page->modified;
		page->has_published = true;
	}
	if (!page->has_published)
		page->has_published = any_date(h, us, d);
}

/* "By A. Writer |" -> "A. Writer". */
static struct str
strip_by(struct str name)
{
	static const char *const words[] = { "by ", "by: ", "von ", "von: ",
	    "par ", "por ", "di ", "door ", "av ", "af ", "written by ",
	    "posted by ", "posted ", "author: ", "autor: ", "text: ", "author ",
	    "publiziert am", "veröffentlicht am", "erstellt von ",
	    "geschrieben von ", "published by ", "eingestellt von ",
	    "artikel von ", "beitrag von ", "alles von ", "mehr von ",
	    "alle beiträge von ", "view all posts by ", "posts by ",
	    "more from ", "more by ", "about ", "escrito por ", "scritto da ",
	    "da ", "écrit par ", "publié par ", "publicado por ",
	    "written by: ", "| ", "- ", "— " };
	bool again = true;

	while (again) {
		again = false;
		name = str_trim(name);
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (str_istarts(name, str_of(words[i]))) {
				name = str_from(name, strlen(words[i]));
				again = true;
			}
	}
	for (;;) {
		if (str_ends(name, STR("—")) || str_ends(name, STR("–")))
			name.n -= strlen("—");
		else if (name.n > 0 && strchr(" |:-", name.p[name.n - 1]))
			name.n--;
		else
			return name;
	}
}

/* "PhD", "MS", "RDN": what stands behind names and a comma. */
static bool
is_degree(struct str name)
{
	size_t upper = 0;

	for (size_t i = 0; i < name.n; i++)
		upper += name.p[i] >= 'A' && name.p[i] <= 'Z';
	return name.n <= 5 && upper >= 2 && memchr(name.p, ' ', name.n) == NULL;
}

/* Words that announce a name and are none. */
static bool
is_label(struct str s)
{
	static const char *const labels[] = { "by", "von", "par", "por", "di",
	    "text", "name", "author", "authors", "autor", "autoren", "auteur",
	    "autore", "posted", "posted by", "artikel von", "written by",
	    "über den autor", "about the author", "share", "admin" };

	while (s.n > 0 && strchr(" :", s.p[s.n - 1]) != NULL)
		s.n--;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (str_ieq(s, str_of(labels[i])))
			return true;
	return false;
}

static bool
is_name(struct str name)
{
	if (is_label(name))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (is_digit(name.p[i]) || name.p[i] == '@' ||
		    name.p[i] == '<')
			return false;
	return name.n >= 2 && !url_is_absolute(name);
}

static void
add_author(struct page *page, struct str name)
{
	name = strip_by(name);
	if (!is_name(name) || page->nauthors == AUTHORS_MAX ||
	    (page->nauthors > 0 && is_degree(name)))
		return;
	for (size_t i = 0; i < page->nauthors; i++)
		if (str_ieq(page->authors[i].name, name))
			return;
	page->authors[page->nauthors++].name = name;
}

/* One string may name several: "A, B and C". */
static void
add_authors(struct heads *h, struct page *page, struct str names)
{
	static const char *const between[] = { ", ", "; ", ";", " and ",
	    " und ", " & ", " | ", " / ", " et ", " y ", " og ", " och ",
	    " at " };

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
		add_author(page, str_slice(names, 0, at));
		names = str_from(names, at + length);
	}
}

/* Those named by one source; the site itself counts only as the last resort,
 * which `stand_ins` asks for. */
static void
add_source(struct heads *h, struct page *page, const struct str *names,
    size_t count, bool stand_ins)
{
	for (size_t i = 0; i < count && page->nauthors == 0; i++)
		if (stand_ins || !names_site(h, page, strip_by(names[i])))
			for (; i < count; i++)
				add_authors(h, page, names[i]);
}

/* Readers' comments are signed, too.  An element around the headline speaks of
 * the whole page: "comments-open". */
static bool
is_of_comment(const struct heads *h, uint32_t i)
{
	static const char *const words[] = { "comment", "kommentar",
	    "comentario", "respond" };
	const struct node *nodes = h->tree->nodes;

	for (; i > h->title_at || h->title_at >= nodes[i].end; i = nodes[i].parent)
		if (has_any(node_attr(&nodes[i], ATTR_class), words, 4) ||
		    has_any(node_attr(&nodes[i], ATTR_id), words, 4))
			return true;
	return false;
}

/* Nodes around the headline among which a byline is the article's own. */
#define BYLINE_BEFORE	60
#define BYLINE_AFTER	200

static bool
is_near_headline(const struct heads *h, uint32_t i)
{
	return h->title_at != 0 && i + BYLINE_BEFORE >= h->title_at &&
	    i <= h->title_at + BYLINE_AFTER;
}

/* A line about a name. */
#define BY_LINE_MAX	80
#define NAME_WORDS_MAX	4

/* Two to four words with capitals, as names are written where there are any. */
static bool
looks_like_name(struct str s)
{
	unsigned words = 0;
	struct str word;

	while (str_split(&s, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (word.p[0] >= 'a' && word.p[0] <= 'z')
			return false;
		words++;
	}
	return words >= 2 && words <= NAME_WORDS_MAX;
}

/* "By Ada Marsh", "23 November 2026 von Ada Marsh". */
static void
read_by_line(struct heads *h, uint32_t i)
{
	static const struct str words[] = { { "by ", 3 }, { "von ", 4 },
	    { "par ", 4 }, { "por ", 4 }, { "da ", 3 }, { "door ", 5 },
	    { "av ", 3 }, { "af ", 3 }, { "text: ", 6 }, { "autor: ", 7 },
	    { "author: ", 8 } };
	struct str text = str_trim(tree_text(h->tree, i)), name;
	struct date date;

	if (text.n > BY_LINE_MAX)
		return;
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		ptrdiff_t at = str_ifind(text, words[k], 0);

		if (at < 0 || (at > 0 && (text.p[at - 1] != ' ' ||
		    !when_text(str_slice(text, 0, (size_t)at), false, &date))))
			continue;
		name = str_trim(str_from(text, (size_t)at + words[k].n));
		if (looks_like_name(name) && h->nbylines < BYLINES_MAX)
			h->bylines[h->nbylines++] = (struct byline){ name, i,
			    SIGNATURE_BY };
	}
}

/* What names somebody less surely counts near the headline only. */
static void
read_near_headline(struct heads *h)
{
	uint32_t from = h->title_at > BYLINE_BEFORE ? h->title_at - BYLINE_BEFORE : 1;

	for (uint32_t i = from; h->title_at != 0 && i < h->tree->count &&
	    is_near_headline(h, i); i++) {
		const struct node *node = &h->tree->nodes[i];

		if (node->tag == TAG_TEXT)
			read_by_line(h, i);
		else if (tag_is_block(node->tag) && (names_author(node) ||
		    hints_at_author(node)))
			read_byline(h, i, SIGNATURE_BLOCK);
		else if (!tag_is_block(node->tag) && !names_author(node) &&
		    hints_at_author(node))
			read_byline(h, i, SIGNATURE_INLINE);
		else if (is_profile(node))
			read_byline(h, i, SIGNATURE_PROFILE);
	}
}

static bool
are_names(const struct page *page)
{
	for (size_t i = 0; i < page->nauthors; i++)
		if (!looks_like_name(page->authors[i].name))
			return false;
	return true;
}

/* Those of the surest signature; behind the headline first, since menus and
 * teasers above it name others.  Where the site is named elsewhere (`named`),
 * less sure ones count only if they are people's names. */
static void
add_bylines(struct heads *h, struct page *page, bool named, bool stand_ins)
{
	for (size_t turn = 0; turn < 2 * SIGNATURE_COUNT * h->nbylines; turn++) {
		const struct byline *by = &h->bylines[turn % h->nbylines];
		size_t kind = turn / h->nbylines / 2;
		bool above = turn / h->nbylines % 2 == 1;

		if (page->nauthors > 0)
			return;
		if (by->signature != (enum signature)kind ||
		    (by->at < h->title_at) != above ||
		    (kind != SIGNATURE_INLINE && !is_near_headline(h, by->at)) ||
		    is_of_comment(h, by->at))
			continue;
		add_source(h, page, &by->text, 1, stand_ins);
		if (named && kind != SIGNATURE_INLINE && !are_names(page))
			page->nauthors = 0;
	}
}

static void
choose_authors(struct heads *h, struct page *page, const struct jsonld *ld)
{
	page->authors = arena_zalloc(h->a, AUTHORS_MAX * sizeof(*page->authors));
	for (int stand_ins = 0; stand_ins < 2 && page->nauthors == 0;
	    stand_ins++) {
		add_source(h, page, ld->authors, ld->nauthors, stand_ins);
		add_source(h, page, h->authors, h->nauthors, stand_ins);
		if (page->nauthors == 0 && !stand_ins)
			read_near_headline(h);
		add_bylines(h, page, ld->nauthors + h->nauthors > 0, stand_ins);
	}
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

/* What the element that `pick` names says; STR_NONE where there is none. */
static struct str
picked(const struct heads *h, const struct pick *pick, uint32_t *at)
{
	if (pick->select == NULL)
		return STR_NONE;
	*at = select_next(pick->select, h->tree, *at);
	if (*at == 0)
		return STR_NONE;
	return clip(str_trim(pick->has_attribute ?
	    node_attr(&h->tree->nodes[*at], pick->attribute) :
	    tree_text(h->tree, *at)));
}

/* What a rule for the site finds stands above all else; where it finds nothing,
 * it is as if it were not there. */
static void
follow_rule(struct heads *h, struct page *page, const struct override *rule)
{
	uint32_t title = 0, date = 0, author = 0;
	struct str s = picked(h, &rule->title, &title);
	struct date d;

	if (s.n > 0)
		page->title = s;
	s = picked(h, &rule->date, &date);
	if (date != 0 && !rule->date.has_attribute)
		s = date_text(h, date);
	if (date_of(s, month_is_first(page), &d)) {
		page->published = d;
		page->has_published = true;
	}
	s = picked(h, &rule->author, &author);
	if (author != 0)
		page->nauthors = 0;
	for (; author != 0; s = picked(h, &rule->author, &author))
		add_authors(h, page, s);
}

void
page_meta_read(struct page *page, const struct tree *tree,
    const struct jsonld *ld, const struct override *rule, struct arena *a)
{
	struct heads *h = arena_zalloc(a, sizeof(*h));
	struct str given = page->url, base, address;

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
	page->variant = variant_of(given, h->is_amp);
	if (page->variant == VARIANT_AMP || address.n == 0)
		page->url = variant_main(page->url, page->variant, a);
	page->language = language_tag(h->language, a);
	if (page->language.n == 0)
		page->language = language_tag(h->first[FIELD_LANGUAGE], a);
	if (page->language.n == 0)
		page->language = language_tag(ld->language, a);
	page->site = plain(h->first[FIELD_SITE].n > 0 ? h->first[FIELD_SITE] :
	    ld->publisher, a);
	page->title = choose_title(h, page, ld);
	find_title(h, page->title);
	page->summary = plain(h->first[FIELD_SUMMARY].n > 0 ?
	    h->first[FIELD_SUMMARY] : ld->summary, a);
	page->image = h->first[FIELD_IMAGE].n > 0 ? h->first[FIELD_IMAGE] :
	    ld->image;
	if (page->image.n > 0)
		page->image = url_resolve(base, page->image, a);
	choose_dates(h, page, ld);
	choose_authors(h, page, ld);
	if (rule != NULL)
		follow_rule(h, page, rule);
	for (size_t i = 0; i < ld->ntags && h->ntags == 0; i++)
		add(h->tags, &h->ntags, TAGS_MAX, ld->tags[i]);
	page->tags = h->tags;
	page->ntags = h->ntags;
}
