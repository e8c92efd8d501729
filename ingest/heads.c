#include "ingest/heads.h"
#include "ingest/url.h"

/* A name, or a list of two or three; a longer text is about the author. */
#define BYLINE_MAX	120

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

static size_t
field_rank(struct str name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (str_ieq(name, str_of(fields[i].name)))
			return i + 1;
	return 0;
}

void
heads_add(struct str *list, size_t *count, size_t max, struct str s)
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
		heads_add(h->authors, &h->nauthors, AUTHORS_MAX, content);
	}
	if (field == FIELD_TAG) {
		struct str tag;

		while (str_split(&content, ',', &tag))
			heads_add(h->tags, &h->ntags, TAGS_MAX, tag);
		return;
	}
	if (h->rank[field] == 0 || rank < h->rank[field]) {
		h->rank[field] = rank;
		h->first[field] = content;
	}
}

/* A title or a name is no longer; what follows looks at each byte often. */
#define LINE_MAX_BYTES	2000

struct str
heads_clip(struct str s)
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

struct str
heads_date_text(const struct heads *h, uint32_t i)
{
	const struct node *node = &h->tree->nodes[i];
	struct str s = node_attr(node, ATTR_datetime);

	if (s.n == 0)
		s = node_attr(node, ATTR_content);
	return s.n > 0 ? s : heads_clip(str_trim(tree_text(h->tree, i)));
}

void
heads_read_byline(struct heads *h, uint32_t i, enum signature signature)
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

bool
heads_has_any(struct str value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ifind(value, str_of(words[i]), 0) >= 0)
			return true;
	return false;
}

bool
heads_names_author(const struct node *node)
{
	struct str class = node_attr(node, ATTR_class);

	return str_ieq(node_attr(node, ATTR_itemprop), STR("author")) ||
	    str_ifind(node_attr(node, ATTR_rel), STR("author"), 0) >= 0 ||
	    str_ifind(class, STR("author"), 0) >= 0 ||
	    str_ifind(class, STR("byline"), 0) >= 0;
}

static void
read_element(struct heads *h, uint32_t i)
{
	const struct node *node = &h->tree->nodes[i];
	struct str itemprop = node_attr(node, ATTR_itemprop);

	if (node->tag == TAG_h1) {
		struct str text = heads_clip(str_trim(tree_text(h->tree, i)));

		if (text.n > 0 && h->h1s < H1_MAX) {
			if (h->h1s == 0)
				h->h1_at = i;
			h->h1[h->h1s++] = text;
		}
	}
	/* the first after the headline, else the first of all */
	if (node->tag == TAG_time &&
	    (h->time.n == 0 || (h->time_at < h->h1_at && h->h1_at != 0))) {
		h->time = heads_date_text(h, i);
		h->time_at = i;
	}
	if (itemprop.n > 0) {
		if (str_ieq(itemprop, STR("headline")) && h->headline.n == 0)
			h->headline = heads_clip(str_trim(tree_text(h->tree, i)));
		if (str_ieq(itemprop, STR("datePublished")) &&
		    h->published.n == 0)
			h->published = heads_date_text(h, i);
		if (str_ieq(itemprop, STR("dateModified")) && h->modified.n == 0)
			h->modified = heads_date_text(h, i);
	}
	if (!tag_is_block(node->tag) && heads_names_author(node))
		heads_read_byline(h, i, SIGNATURE_INLINE);
}

void
heads_read(struct heads *h)
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
				h->title = heads_clip(str_trim(tree_text(tree, i)));
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

struct str
heads_fold(struct str s, struct arena *a)
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

bool
heads_names_site(struct heads *h, const struct page *page, struct str part)
{
	struct str name = heads_fold(part, h->a);
	struct str site = heads_fold(page->site, h->a);
	struct str host = heads_fold(host_of(page->url), h->a);

	if (name.n == 0)
		return true;
	if (site.n > 0 && (str_eq(name, site) ||
	    (name.n > 3 && str_find(site, name, 0) >= 0) ||
	    (site.n > 3 && str_find(name, site, 0) >= 0)))
		return true;
	return name.n > 2 && str_find(host, name, 0) >= 0;
}

struct str
heads_plain(struct str s, struct arena *a)
{
	if (s.n == 0)
		return s;
	s = heads_clip(s);
	if (memchr(s.p, '&', s.n) != NULL || memchr(s.p, '<', s.n) != NULL)
		s = page_fragment_text(s, a);
	return str_trim(s);
}
