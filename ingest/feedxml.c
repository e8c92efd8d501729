/*
 * RSS, Atom, RDF, sitemaps and OPML through libxml2's SAX interface, in one
 * pass and without a tree.
 *
 * What an element means is looked up (ingest/feedwords.h) once and then done by
 * its row in `actions`; most elements need nothing but their row.
 *
 * Text gathers in one buffer that is a stack: each open element remembers where
 * its own text begins, and takes it off when it ends.  So <author>x<name>y</name>
 * z</author> needs no case of its own.
 *
 * libxml2 never sees a document type declaration, and never a document that it
 * does not find well-formed to the end: both go through ingest/xmlfix.h first.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "base/utf8.h"
#include "ingest/feedmodel.h"
#include "ingest/feedtext.h"
#include "ingest/feedwords.h"
#include "ingest/markup.h"
#include "ingest/skeleton.h"
#include "ingest/url.h"
#include "ingest/xmlfix.h"

/* Deeper than libxml2 goes by itself. */
#define DEPTH_MAX	260
#define CACHE_SIZE	128
/* Each is compared with those before it; no entry has a use for more. */
#define ATTACHMENTS_MAX	256
#define CATEGORIES_MAX	256
#define EXTRAS_MAX	16
/* Most contents fit, and a buf that starts small is copied a dozen times. */
#define TEXT_FIRST	(64UL << 10)

struct frame {
	const struct element	*element;
	struct feed_node	*node;		/* what its children describe */
	struct str		 base, language;
	size_t			 start;		/* of its own text */
	struct author		 person;	/* of EL_AUTHOR and its like */
	struct str		 scheme, label;	/* of EL_CATEGORY */
	struct feed_link	 link;		/* of EL_LINK */
	struct str		 type;		/* of a MARKUP element */
	unsigned		 children;	/* written out as markup */
	struct str		 permalink;	/* of EL_ID, as it was written */
	bool			 base64, escape;
};

struct parser {
	xmlParserCtxt	*ctxt;
	struct arena	*a;
	struct feed	*feed;
	const struct skeleton *skeleton;	/* NULL: the texts are in place */
	struct buf	 text;
	struct frame	*frames;	/* of the open elements */
	size_t		 depth;
	unsigned	 skipping;	/* levels inside an element that is not ours */
	unsigned	 markup;	/* levels inside one written out as markup */
	bool		 is_atom, is_opml, is_sitemap, is_feed;
	bool		 saw_doctype, stray_text;
	struct str	 outlines[16];	/* titles of the open outlines */
	unsigned	 noutlines;
	struct str	 error;
	struct {			/* names seen before, by address in the dictionary */
		const xmlChar		*name, *uri, *prefix;
		const struct element	*element;
	} cache[CACHE_SIZE];
};

static struct str
str_xml(const xmlChar *s)
{
	return str_of((const char *)s);
}

static unsigned
vocabulary_of(const struct parser *p, const xmlChar *prefix, const xmlChar *uri)
{
	unsigned vocabulary;

	if (uri == NULL && prefix == NULL)
		return p->is_opml ? V_OPML | V_CORE :
		    p->is_sitemap ? V_SITEMAP : V_CORE | V_SITEMAP;
	if (uri == NULL)
		return vocabulary_of_prefix((const char *)prefix);
	vocabulary = vocabulary_of_namespace((const char *)uri);
	/* An unknown default namespace is RSS with an invented name. */
	if (vocabulary == V_UNKNOWN)
		return prefix == NULL || p->depth == 0 ? V_CORE | V_SITEMAP :
		    V_OTHER;
	return vocabulary;
}

static const struct element *
look_up(struct parser *p, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	size_t slot = (((uintptr_t)name >> 3) ^ ((uintptr_t)uri >> 1) ^
	    (uintptr_t)name) % CACHE_SIZE;

	if (p->cache[slot].name != name || p->cache[slot].uri != uri ||
	    p->cache[slot].prefix != prefix) {
		p->cache[slot].name = name;
		p->cache[slot].uri = uri;
		p->cache[slot].prefix = prefix;
		p->cache[slot].element = element_find((const char *)name,
		    vocabulary_of(p, prefix, uri));
	}
	return p->cache[slot].element;
}

/*
 * Attributes.  libxml2 gives five pointers each.  It writes & as &#38;, which
 * is unambiguous, for every & was written so.
 */
static struct str
attr_value(struct parser *p, const xmlChar **attr)
{
	struct str raw = { (const char *)attr[3],
	    (size_t)(attr[4] - attr[3]) };
	struct str value = raw;

	if (memchr(raw.p, '&', raw.n) != NULL) {
		char *out = arena_alloc(p->a, raw.n);
		size_t n = 0;

		for (size_t i = 0; i < raw.n; i++) {
			out[n++] = raw.p[i];
			if (str_starts(str_from(raw, i), STR("&#38;")))
				i += strlen("#38;");
		}
		return (struct str){ out, n };
	}
	return arena_str(p->a, value);
}

struct attributes {
	struct parser	 *p;
	const xmlChar	**v;
	int		  n;
};

/* The attribute `name` of no namespace, or of the one that `prefix` means. */
static struct str
attr_of(const struct attributes *attrs, const char *prefix, const char *name)
{
	for (int i = 0; i < attrs->n; i++) {
		const xmlChar **attr = attrs->v + 5 * i;
		bool same = prefix == NULL ? attr[1] == NULL :
		    attr[1] != NULL && strcmp((const char *)attr[1], prefix) == 0;

		if (same && strcmp((const char *)attr[0], name) == 0)
			return str_trim(attr_value(attrs->p, attr));
	}
	return STR_NONE;
}

static struct str
attr_either(const struct attributes *attrs, const char *one, const char *other)
{
	struct str value = attr_of(attrs, NULL, one);

	return value.n > 0 ? value : attr_of(attrs, NULL, other);
}

static struct frame *
top(struct parser *p)
{
	assert(p->depth > 0);
	return &p->frames[p->depth - 1];
}

static struct str
resolve(struct parser *p, const struct frame *f, struct str url)
{
	return url.n > 0 ? url_resolve(f->base, url, p->a) : STR_NONE;
}

/* Set `to` unless something better is there; the first of equals stays. */
static void
set_value(struct feed_value *to, struct str s, int rank)
{
	if (s.n > 0 && rank > to->rank)
		*to = (struct feed_value){ s, rank };
}

/* A tag written out again, for content that holds real elements. */
static void
write_tag(struct parser *p, const xmlChar *name, int nattrs,
    const xmlChar **attrs)
{
	struct str tag = str_xml(name);

	buf_addc(&p->text, '<');
	buf_adds(&p->text, tag);
	for (int i = 0; i < nattrs; i++) {
		const xmlChar **attr = attrs + 5 * i;

		buf_addc(&p->text, ' ');
		if (attr[1] != NULL) {
			buf_adds(&p->text, str_xml(attr[1]));
			buf_addc(&p->text, ':');
		}
		buf_adds(&p->text, str_xml(attr[0]));
		buf_addz(&p->text, "=\"");
		markup_escape(&p->text, attr_value(p, attr));
		buf_addc(&p->text, '"');
	}
	buf_addz(&p->text, markup_is_void(tag) ? " />" : ">");
}

/* The first real element inside a MARKUP element: what came before it was
 * text, not markup, unless the type says that it is HTML. */
static void
begin_markup(struct parser *p, struct frame *f)
{
	struct buf old = BUF_INIT;
	struct str own = str_from(buf_str(&p->text), f->start);

	f->escape = !str_eq(f->type, STR("text/html"));
	if (!f->escape || own.n == 0)
		return;
	buf_adds(&old, own);
	p->text.n = f->start;
	markup_escape(&p->text, buf_str(&old));
	buf_release(&old);
}

/* The media type of a MARKUP element, as its attributes and its kind say. */
static struct str
markup_type(struct parser *p, const struct element *element,
    const struct attributes *attrs, bool *base64)
{
	struct str type = attr_of(attrs, NULL, "type");
	struct str mode = attr_of(attrs, NULL, "mode");

	*base64 = str_eq(mode, STR("base64"));
	if (str_ieq(type, STR("xhtml")) ||
	    str_ieq(type, STR("application/xhtml+xml")))
		return STR("application/xhtml+xml");
	if (str_ieq(type, STR("html")) || str_ieq(mode, STR("escaped")))
		return STR("text/html");
	if (str_ieq(type, STR("text")))
		return STR("text/plain");
	if (memchr(type.n ? type.p : "", '/', type.n) != NULL) {
		*base64 = *base64 || (p->is_atom &&	/* RFC 4287, 4.1.3.3 */
		    !str_istarts(type, STR("text/")) &&
		    !str_ends(type, STR("xml")));
		return type;
	}
	if (element->vocabularies & V_XHTML)
		return STR("application/xhtml+xml");
	return p->is_atom ? STR("text/plain") : STR_NONE;
}

static struct author *
add_person(struct parser *p, struct feed_node *node, enum el el, int rank)
{
	if (el == EL_CONTRIBUTOR)
		return VEC_ADD(p->a, node->contributors);
	if (rank < node->authors_rank)
		return NULL;
	if (rank > node->authors_rank)
		node->authors.n = 0;
	node->authors_rank = rank;
	return VEC_ADD(p->a, node->authors);
}

static void
set_version(struct parser *p, struct str name, const struct attributes *attrs,
    const xmlChar *uri)
{
	static const char *const known[] = { "0.90", "rss090", "0.91", "rss091u",
	    "0.92", "rss092", "0.93", "rss093", "0.94", "rss094", "2", "rss20",
	    NULL };
	struct str version = attr_of(attrs, NULL, "version");
	struct str space = str_xml(uri);

	p->feed->is_sitemap_index = str_eq(name, STR("sitemapindex"));
	p->is_sitemap = p->feed->is_sitemap_index || str_eq(name, STR("urlset"));
	p->feed->version = p->is_sitemap ? "sitemap" : "rss";
	if (str_eq(name, STR("feed")) || str_eq(name, STR("entry"))) {
		p->is_atom = true;
		p->feed->version = str_istarts(space,
		    STR("http://www.w3.org/2005/")) ? "atom10" :
		    str_eq(version, STR("0.1")) ? "atom01" :
		    str_eq(version, STR("0.2")) ? "atom02" :
		    version.n || str_istarts(space, STR("http://purl.org/atom")) ?
		    "atom03" : "atom";
	} else if (str_ieq(name, STR("rdf")))
		p->feed->version = "rss10";
	else if (str_eq(name, STR("opml"))) {
		p->is_opml = true;
		p->feed->version = "opml";
	} else
		for (size_t i = 0; known[i] != NULL; i += 2)
			if (str_starts(version, str_of(known[i])))
				p->feed->version = known[i + 1];
}

static void
start_entry(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	f->node = arena_zalloc(p->a, sizeof(*f->node));
	*VEC_ADD(p->a, p->feed->entries) = f->node;
	set_value(&f->node->id, attr_of(attrs, "rdf", "about"), 2);
}

static void
start_link(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	struct feed_link *link = &f->link;

	(void)p;
	link->href = attr_of(attrs, NULL, "href");
	if (link->href.p == NULL)
		link->href = attr_of(attrs, "xlink", "href");
	link->rel = attr_of(attrs, NULL, "rel");
	link->type = attr_of(attrs, NULL, "type");
	link->title = attr_of(attrs, NULL, "title");
	link->hreflang = attr_of(attrs, NULL, "hreflang");
	link->length = attr_of(attrs, NULL, "length");
}

static void
add_attachment(struct parser *p, struct frame *f, struct feed_link link)
{
	struct feed_node *node = f->node;
	struct feed_attachment *file;

	link.href = resolve(p, f, link.href);
	if (link.href.n == 0 || node->attachments.n == ATTACHMENTS_MAX)
		return;
	for (size_t i = 0; i < node->attachments.n; i++)
		if (str_eq(node->attachments.v[i].url, link.href))
			return;
	file = VEC_ADD(p->a, node->attachments);
	file->url = link.href;
	file->type = link.type;
	file->title = link.title;
	file->size = link.length.n ? str_number(link.length, 1LL << 50) : -1;
	file->seconds = -1;
}

static void
add_link(struct parser *p, struct frame *f, struct feed_link link)
{
	link.href = resolve(p, f, link.href);
	if (link.href.n > 0)
		*VEC_ADD(p->a, f->node->links) = link;
}

static void
start_enclosure(struct parser *p, struct frame *f,
    const struct attributes *attrs)
{
	struct feed_link link = { .rel = STR("enclosure") };

	if (f->element->rank == 2)
		return;
	link.href = attr_either(attrs, "url", "href");
	link.type = attr_of(attrs, NULL, "type");
	link.length = attr_of(attrs, NULL, "length");
	add_link(p, f, link);
	add_attachment(p, f, link);
}

static void
start_media(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	struct str type = attr_of(attrs, NULL, "type");
	struct str medium = attr_of(attrs, NULL, "medium");

	if (str_istarts(type, STR("image/")) || str_eq(medium, STR("image")))
		set_value(&f->node->image, resolve(p, f,
		    attr_of(attrs, NULL, "url")), f->element->rank);
}

static void
add_category(struct parser *p, struct feed_node *node,
    struct feed_category category)
{
	if (category.term.n == 0)
		category.term = category.label;
	if ((category.term.n == 0 && category.scheme.n == 0) ||
	    node->categories.n == CATEGORIES_MAX)
		return;
	for (size_t i = 0; i < node->categories.n; i++)
		if (str_eq(node->categories.v[i].term, category.term) &&
		    str_eq(node->categories.v[i].scheme, category.scheme))
			return;
	*VEC_ADD(p->a, node->categories) = category;
}

static void
start_category(struct parser *p, struct frame *f,
    const struct attributes *attrs)
{
	struct feed_category category = { 0 };

	f->scheme = attr_either(attrs, "scheme", "domain");
	f->label = attr_of(attrs, NULL, "label");
	category.term = attr_either(attrs, "term", "text");
	if (category.term.n == 0 && f->element->vocabularies & V_ITUNES)
		return;
	category.scheme = f->scheme;
	if (f->element->vocabularies & V_ITUNES)
		category.scheme = STR("http://www.itunes.com/");
	category.label = f->label;
	if (category.term.n > 0 || p->is_atom)
		add_category(p, f->node, category);
}

static void
start_outline(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	struct str title = attr_either(attrs, "title", "text");
	struct str url = attr_either(attrs, "xmlUrl", "xmlurl");
	struct str categories = attr_of(attrs, NULL, "category"), part;
	struct str source = attr_of(attrs, "stance", "source");
	struct feed_node *node;
	struct feed_category *category;

	if (url.n == 0 && str_ieq(attr_of(attrs, NULL, "type"), STR("rss")))
		url = attr_of(attrs, NULL, "url");
	if (url.n > 0) {
		node = arena_zalloc(p->a, sizeof(*node));
		*VEC_ADD(p->a, p->feed->subscriptions) = node;
		set_value(&node->feed_url, resolve(p, f, url), 1);
		set_value(&node->url, resolve(p, f,
		    attr_either(attrs, "htmlUrl", "htmlurl")), 1);
		node->title = (struct feed_text){ .value = title,
		    .type = STR("text/plain"), .rank = 1 };
		node->options = attr_of(attrs, "stance", "options");
		if (source.n > 0 && memchr(source.p, '"', source.n) == NULL)
			node->options = arena_printf(p->a,
			    "%.*s source=\"%.*s\"", STR_FMT(node->options),
			    STR_FMT(source));
		for (unsigned i = 0; i < p->noutlines && i < 16; i++)
			if (p->outlines[i].n > 0) {
				category = VEC_ADD(p->a, node->categories);
				category->term = p->outlines[i];
			}
		while (str_split(&categories, ',', &part))
			add_category(p, node, (struct feed_category){
			    .term = str_trim(part) });
		title = STR_NONE;
	}
	if (p->noutlines++ < 16)
		p->outlines[p->noutlines - 1] = title;
}

static void
start_source(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	struct feed_node *source = arena_zalloc(p->a, sizeof(*source));

	if (f->node->source == NULL)
		f->node->source = source;
	set_value(&source->url, resolve(p, f, attr_of(attrs, NULL, "url")), 1);
	f->node = source;
}

static void
start_channel(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	(void)p;
	set_value(&f->node->id, attr_of(attrs, "rdf", "about"), 1);
}

static void
start_id(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	(void)p;
	f->permalink = attr_of(attrs, NULL, "isPermaLink");
}

static void
start_thumbnail(struct parser *p, struct frame *f,
    const struct attributes *attrs)
{
	set_value(&f->node->image, resolve(p, f,
	    attr_either(attrs, "href", "url")), f->element->rank);
}

static void
start_license(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	set_value(&f->node->license, resolve(p, f,
	    attr_of(attrs, "rdf", "resource")), 2);
}

static void
start_sitemap(struct parser *p, struct frame *f, const struct attributes *attrs)
{
	(void)attrs;
	f->node = arena_zalloc(p->a, sizeof(*f->node));
	*VEC_ADD(p->a, p->feed->subscriptions) = f->node;
}

static void
inherit(struct frame *f, const struct frame *outer,
    const struct attributes *attrs)
{
	struct str base = STR_NONE;

	f->base = outer->base;
	f->language = outer->language;
	f->node = outer->node;
	for (int i = 0; i < attrs->n; i++) {
		const xmlChar **attr = attrs->v + 5 * i;

		if (attr[1] == NULL || strcmp((const char *)attr[1], "xml") != 0)
			continue;
		if (strcmp((const char *)attr[0], "base") == 0)
			base = attr_value(attrs->p, attr);
		else if (strcmp((const char *)attr[0], "lang") == 0)
			f->language = feed_language(attr_value(attrs->p, attr),
			    attrs->p->a);
	}
	if (base.n > 0)
		f->base = url_resolve(f->base, base, attrs->p->a);
}

/* XHTML comes in a div that is not part of it (RFC 4287, 3.1.1.3). */
static struct str
unwrap(const struct frame *f, struct str own)
{
	if (f->children == 1 && str_starts(own, STR("<div>")) &&
	    str_ends(own, STR("</div>")))
		own = str_trim(str_slice(own, strlen("<div>"),
		    own.n - strlen("</div>")));
	return own;
}

static void
set_text(struct parser *p, struct frame *f, struct feed_text *to, int rank)
{
	struct str own = unwrap(f,
	    str_trim(str_from(buf_str(&p->text), f->start)));
	struct feed_text text = { .type = f->type, .language = f->language,
	    .base = f->base, .rank = rank };

	if (own.n == 0 || (to->rank >= rank && to->value.n > 0))
		return;
	text.value = feed_text_clean(own, f->base64, p->a);
	if (!str_eq(f->type, STR("text/plain")))
		text.value = markup_absolute(text.value, f->base, p->a);
	if (text.type.n == 0)
		text.type = memchr(text.value.p, '<', text.value.n) ||
		    memchr(text.value.p, '&', text.value.n) ?
		    STR("text/html") : STR("text/plain");
	*to = text;
}

/*
 * An entry's <summary> beside its <description> (RSS): whichever comes second
 * is taken for the content.
 */
static void
end_summary(struct parser *p, struct frame *f, struct str own)
{
	struct feed_node *node = f->node;
	struct feed_text text = { 0 };

	(void)own;
	if (node != &p->feed->head && node->summary.rank == f->element->rank &&
	    f->element->rank == 6 && !p->is_atom) {
		set_text(p, f, &text, 5);
		if (text.value.n > 0)
			*VEC_ADD(p->a, node->contents) = text;
		return;
	}
	set_text(p, f, &node->summary, f->element->rank);
}

static void
end_content(struct parser *p, struct frame *f, struct str own)
{
	struct feed_text text = { 0 };

	(void)own;
	set_text(p, f, &text, f->element->rank);
	if (text.value.n > 0)
		*VEC_ADD(p->a, f->node->contents) = text;
}

static void
end_link(struct parser *p, struct frame *f, struct str own)
{
	struct feed_link link = f->link;
	struct feed_node *node = f->node;

	if (link.href.n == 0)		/* href="" is the document itself */
		link.href = link.href.p != NULL ? f->base : own;
	if (link.rel.n == 0)
		link.rel = STR("alternate");
	link.rel = feed_relation(link.rel);
	if (link.type.n == 0 && str_eq(link.rel, STR("self")))
		link.type = STR("application/atom+xml");
	add_link(p, f, link);
	if (str_eq(link.rel, STR("enclosure")))
		add_attachment(p, f, link);
	else if (str_eq(link.rel, STR("self")) && node == &p->feed->head)
		set_value(&node->feed_url, resolve(p, f, link.href), 2);
	else if (str_eq(link.rel, STR("hub")) && p->feed->hub.n == 0)
		p->feed->hub = resolve(p, f, link.href);
	else if (str_eq(link.rel, STR("image")))
		set_value(&node->image, resolve(p, f, link.href), 1);
	else if (str_eq(link.rel, STR("license")))
		set_value(&node->license, resolve(p, f, link.href), 1);
	else if (str_eq(link.rel, STR("replies")) &&
	    (link.type.n == 0 || str_istarts(link.type, STR("text/html")) ||
	    str_ends(link.type, STR("xhtml+xml"))))
		set_value(&node->comments_url, resolve(p, f, link.href), 1);
}

static void
end_id(struct parser *p, struct frame *f, struct str own)
{
	struct feed_node *node = f->node;

	(void)p;
	if (f->element->rank <= node->id.rank)
		return;
	set_value(&node->id, own, f->element->rank);
	/* True is the default, yet most guids that do not say are numbers. */
	node->id_is_opaque = str_ieq(f->permalink, STR("false"));
	node->id_is_link = f->element->rank == 3 && !node->id_is_opaque &&
	    (url_is_http(own) || str_ieq(f->permalink, STR("true")));
}

static void
end_person(struct parser *p, struct frame *f, struct str own)
{
	struct author person = f->person;
	struct author *to;

	if (own.n > 0)
		feed_person(own, &person, p->a);
	if (person.name.n == 0 && person.email.n == 0 && person.url.n == 0)
		return;
	if (f->element->el == EL_PUBLISHER) {
		if (f->element->rank > f->node->publisher_rank) {
			f->node->publisher = person;
			f->node->publisher_rank = f->element->rank;
		}
		return;
	}
	to = add_person(p, f->node, f->element->el, f->element->rank);
	if (to != NULL)
		*to = person;
}

static void
end_when(struct frame *f, struct str own, struct feed_when *to)
{
	struct date date;

	if (f->element->rank > to->rank && feed_date(own, &date) == 0)
		*to = (struct feed_when){ date, f->element->rank };
}

static void
end_category(struct parser *p, struct frame *f, struct str own)
{
	struct feed_category category = { .term = own, .scheme = f->scheme,
	    .label = f->label };

	add_category(p, f->node, category);
}

static void
end_keywords(struct parser *p, struct frame *f, struct str own)
{
	struct feed_category category = { 0 };
	struct str rest = own, part;

	if (f->element->vocabularies & V_ITUNES)
		category.scheme = STR("http://www.itunes.com/");
	while (str_split(&rest, ',', &part)) {
		category.term = str_trim(part);
		if (category.term.n > 0)
			add_category(p, f->node, category);
	}
}

static void
end_url(struct parser *p, struct frame *f, struct str own)
{
	struct frame *outer = f - 1;	/* <url> is no root */

	assert(p->depth > 1);
	if (outer->element->el == EL_IMAGE)
		set_value(&f->node->image, resolve(p, f, own),
		    outer->element->rank);
	else if (outer->element->shape == SHAPE_TEXT)
		outer->person.url = resolve(p, f, own);
}

static void
end_loc(struct parser *p, struct frame *f, struct str own)
{
	set_value(p->feed->is_sitemap_index ? &f->node->feed_url : &f->node->url,
	    resolve(p, f, own), 5);
}

static void
end_skip(struct parser *p, struct frame *f, struct str own)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday",
	    "Wednesday", "Thursday", "Friday", "Saturday" };
	long long hour = str_number(own, 24);

	if (f->element->el == EL_SKIP_HOUR && hour >= 0)
		p->feed->skip_hours |= 1U << hour % 24;	/* some write 24 for 0 */
	for (unsigned i = 0; f->element->el == EL_SKIP_DAY && i < 7; i++)
		if (str_ieq(own, str_of(days[i])))
			p->feed->skip_days |= 1U << i;
}

/* Feedburner's own element for the address that its enclosure hides. */
static void
end_original(struct parser *p, struct frame *f, struct str own)
{
	struct feed_node *node = f->node;

	if (f->element->rank == 2 && node->attachments.n > 0)
		node->attachments.v[node->attachments.n - 1].url =
		    resolve(p, f, own);
}

static void
end_title(struct parser *p, struct frame *f, struct str own)
{
	(void)own;
	set_text(p, f, &f->node->title, f->element->rank);
}

static void
end_rights(struct parser *p, struct frame *f, struct str own)
{
	(void)own;
	set_text(p, f, &f->node->rights, f->element->rank);
}

static void
end_name(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	(f - 1)->person.name = own;
}

static void
end_email(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	(f - 1)->person.email = own;
}

static void
end_uri(struct parser *p, struct frame *f, struct str own)
{
	(f - 1)->person.url = resolve(p, f, own);
}

static void
end_published(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	end_when(f, own, &f->node->published);
}

static void
end_modified(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	end_when(f, own, &f->node->modified);
}

/* Dublin Core does not say which of the two its date is. */
static void
end_date(struct parser *p, struct frame *f, struct str own)
{
	end_published(p, f, own);
	end_modified(p, f, own);
}

static void
end_duration(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	if (f->node->attachments.n > 0)
		f->node->attachments.v[0].seconds = feed_duration(own);
}

static void
end_ttl(struct parser *p, struct frame *f, struct str own)
{
	(void)f;
	p->feed->ttl = str_number(own, 1000000);
}

static void
end_period(struct parser *p, struct frame *f, struct str own)
{
	(void)f;
	p->feed->period = own;
}

static void
end_frequency(struct parser *p, struct frame *f, struct str own)
{
	(void)f;
	p->feed->frequency = str_number(own, 1000000);
}

/* A word of a module that has no place of its own in a record. */
static void
end_extra(struct parser *p, struct frame *f, struct str own)
{
	if (f->node->extras.n < EXTRAS_MAX)
		*VEC_ADD(p->a, f->node->extras) = (struct feed_extra){
		    f->element->vocabularies & V_GEO ? "_georss" : "_slash",
		    f->element->name, own };
}

static void
end_source(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	if (f->node->title.value.n == 0)
		f->node->title.value = own;
}

static void
end_outline(struct parser *p, struct frame *f, struct str own)
{
	(void)f;
	(void)own;
	p->noutlines--;
}

static void
end_entry(struct parser *p, struct frame *f, struct str own)
{
	(void)p;
	(void)own;
	set_value(&f->node->language, f->language, 1);
	f->node->base = f->base;
}

/*
 * What an element's meaning asks for: something at its start tag, something
 * when its text is there (not called without text, unless `always`), or only
 * that the text be kept in a member of the node.  `holds` are the elements in
 * which those of the vocabularies may stand at all: a title inside an <image>
 * is not the feed's.
 */
static const struct action {
	void	(*start)(struct parser *, struct frame *,
		    const struct attributes *);
	void	(*end)(struct parser *, struct frame *, struct str own);
	bool	 always, holds;
	size_t	 member;		/* a struct feed_value of the node; 0: none */
	bool	 is_url;
} actions[] = {
	[EL_FEED] = { .holds = true },
	[EL_GROUP] = { .holds = true },
	[EL_CHANNEL] = { start_channel, .holds = true },
	[EL_ENTRY] = { start_entry, end_entry, true, true },
	[EL_OUTLINE] = { start_outline, end_outline, true, true },
	[EL_SITEMAP] = { start_sitemap, .holds = true },
	[EL_SOURCE] = { start_source, end_source, .holds = true },
	[EL_MEDIA] = { start_media, .holds = true },
	[EL_TITLE] = { .end = end_title },
	[EL_SUMMARY] = { .end = end_summary },
	[EL_CONTENT] = { .end = end_content },
	[EL_RIGHTS] = { .end = end_rights },
	[EL_LINK] = { start_link, end_link, true },
	[EL_ENCLOSURE] = { start_enclosure, end_original },
	[EL_ORIGINAL_LINK] = { .member = offsetof(struct feed_node, url),
	    .is_url = true },
	[EL_ID] = { start_id, end_id },
	[EL_AUTHOR] = { .end = end_person, .always = true },
	[EL_CONTRIBUTOR] = { .end = end_person, .always = true },
	[EL_PUBLISHER] = { .end = end_person, .always = true },
	[EL_NAME] = { .end = end_name },
	[EL_EMAIL] = { .end = end_email },
	[EL_URI] = { .end = end_uri },
	[EL_URL] = { .end = end_url },
	[EL_LOC] = { .end = end_loc },
	[EL_PUBLISHED] = { .end = end_published },
	[EL_MODIFIED] = { .end = end_modified },
	[EL_DATE] = { .end = end_date },
	[EL_CATEGORY] = { start_category, end_category },
	[EL_KEYWORDS] = { .end = end_keywords },
	[EL_DURATION] = { .end = end_duration },
	[EL_IMAGE] = { .member = offsetof(struct feed_node, image),
	    .is_url = true },
	[EL_THUMBNAIL] = { start_thumbnail,
	    .member = offsetof(struct feed_node, image), .is_url = true },
	[EL_LOGO] = { .member = offsetof(struct feed_node, logo),
	    .is_url = true },
	[EL_ICON] = { .member = offsetof(struct feed_node, icon),
	    .is_url = true },
	[EL_COMMENTS] = { .member = offsetof(struct feed_node, comments_url),
	    .is_url = true },
	[EL_LICENSE] = { start_license,
	    .member = offsetof(struct feed_node, license), .is_url = true },
	[EL_GENERATOR] = { .member = offsetof(struct feed_node, generator) },
	[EL_LANGUAGE] = { .member = offsetof(struct feed_node, language) },
	[EL_EXTRA] = { .end = end_extra },
	[EL_TTL] = { .end = end_ttl },
	[EL_PERIOD] = { .end = end_period },
	[EL_FREQUENCY] = { .end = end_frequency },
	[EL_SKIP_HOUR] = { .end = end_skip },
	[EL_SKIP_DAY] = { .end = end_skip },
	[EL_IGNORED] = { NULL },
};

/* May `element` stand inside `outer`? */
static bool
fits(const struct frame *outer, const struct element *element)
{
	switch ((int)outer->element->el) {
	case EL_IMAGE:
		return element->el == EL_URL;
	case EL_CATEGORY:		/* itunes nests them */
		return element->el == EL_CATEGORY;
	case EL_AUTHOR:
	case EL_CONTRIBUTOR:
	case EL_PUBLISHER:
		return element->el == EL_NAME || element->el == EL_EMAIL ||
		    element->el == EL_URI || element->el == EL_URL;
	default:
		return actions[outer->element->el].holds;
	}
}

static void
end_element(struct parser *p, struct frame *f)
{
	const struct action *action = &actions[f->element->el];
	struct str own = str_trim(str_from(buf_str(&p->text), f->start));

	if (own.n == 0 && !action->always)
		return;
	if (f->element->shape == SHAPE_TEXT || f->element->el == EL_CATEGORY ||
	    f->element->el == EL_ID)
		own = feed_text_clean(own, false, p->a);
	if (action->end != NULL)
		action->end(p, f, own);
	if (action->member > 0)
		set_value((struct feed_value *)(void *)((char *)f->node +
		    action->member), action->is_url ? resolve(p, f, own) : own,
		    f->element->rank);
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nnamespaces, const xmlChar **names, int nattrs,
    int ndefaulted, const xmlChar **v)
{
	struct parser *p = arg;
	const struct element *element;
	struct attributes attrs = { p, v, nattrs };
	struct frame *f;

	(void)nnamespaces;
	(void)names;
	(void)ndefaulted;
	if (p->skipping > 0) {
		p->skipping++;
		return;
	}
	f = p->depth > 0 ? top(p) : NULL;
	if (f != NULL && f->element->shape == SHAPE_MARKUP) {
		if (f->children == 0)
			begin_markup(p, f);
		if (p->markup == 0)
			f->children++;
		write_tag(p, name, nattrs, v);
		p->markup++;
		return;
	}
	element = look_up(p, name, prefix, uri);
	if (element->shape == SHAPE_SKIP || p->depth == DEPTH_MAX ||
	    !(f != NULL ? fits(f, element) : actions[element->el].holds)) {
		p->skipping = 1;
		return;
	}
	assert(p->frames != NULL);
	p->frames[p->depth] = (struct frame){ .element = element,
	    .start = p->text.n };
	if (f != NULL)
		inherit(&p->frames[p->depth], f, &attrs);
	else {
		struct frame outer = { .base = p->feed->head.base,
		    .node = &p->feed->head };

		inherit(&p->frames[p->depth], &outer, &attrs);
		set_value(&p->feed->head.language,
		    p->frames[p->depth].language, 1);
		set_version(p, str_xml(name), &attrs, uri);
		p->is_feed = element->el == EL_FEED ||
		    element->el == EL_CHANNEL || element->el == EL_ENTRY;
	}
	f = &p->frames[p->depth++];
	if (element->shape == SHAPE_MARKUP)
		f->type = markup_type(p, element, &attrs, &f->base64);
	if (actions[element->el].start != NULL)
		actions[element->el].start(p, f, &attrs);
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	struct parser *p = arg;
	struct frame *f;

	if (p->skipping > 0 || p->depth == 0)
		return;
	f = top(p);
	if (f->element->shape == SHAPE_GROUP)
		return;
	if (f->escape)
		markup_escape(&p->text, (struct str){ (const char *)s, (size_t)n });
	else
		buf_add(&p->text, s, (size_t)n);
}

/* A text that the skeleton stands for; outside the root none may be. */
static void
on_instruction(void *arg, const xmlChar *target, const xmlChar *number)
{
	struct parser *p = arg;
	struct str text;

	if (p->skeleton == NULL || number == NULL ||
	    strcmp((const char *)target, SKELETON_TEXT) != 0)
		return;
	text = skeleton_text(p->skeleton, str_xml(number));
	if (p->depth == 0 && p->skipping == 0)
		p->stray_text = true;
	on_text(p, (const xmlChar *)text.p, (int)text.n);
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct parser *p = arg;

	(void)prefix;
	(void)uri;
	if (p->skipping > 0) {
		p->skipping--;
		return;
	}
	if (p->markup > 0) {
		p->markup--;
		if (!markup_is_void(str_xml(name))) {
			buf_addz(&p->text, "</");
			buf_adds(&p->text, str_xml(name));
			buf_addc(&p->text, '>');
		}
		return;
	}
	struct frame *f = top(p);
	end_element(p, f);
	p->text.n = f->start;
	p->depth--;
}

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	struct parser *p = arg;

	(void)name;
	(void)external;
	(void)system;
	p->saw_doctype = true;
	xmlStopParser(p->ctxt);
}

/* The first complaint is the cause, the others its effects.  Relative names of
 * namespaces and the like are no more than remarks. */
static void
on_error(void *arg, xmlErrorPtr error)
{
	struct parser *p = arg;

	if (p->saw_doctype || p->error.n > 0 || error->level < XML_ERR_ERROR)
		return;
	p->error = arena_printf(p->a, "line %d: %.*s", error->line,
	    (int)strcspn(error->message, "\n"), error->message);
}

/* Parse once.  True when libxml2 found no fault in it. */
static bool
pass(struct parser *p, struct str text)
{
	static xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.processingInstruction = on_instruction,
	};
	bool whole;

	handler.serror = (xmlStructuredErrorFunc)(void (*)(void))on_error;
	if (text.n == 0 || text.n > INT_MAX)
		return false;
	/* Pushed, CDATA sections are searched, not walked: a third faster. */
	p->ctxt = xmlCreatePushParserCtxt(&handler, p, NULL, 0, NULL);
	if (p->ctxt == NULL)
		die("out of memory in libxml2");
	xmlCtxtUseOptions(p->ctxt, XML_PARSE_IGNORE_ENC | XML_PARSE_NONET |
	    XML_PARSE_BIG_LINES);
	p->ctxt->charset = XML_CHAR_ENCODING_UTF8;	/* do not guess again */
	xmlParseChunk(p->ctxt, text.p, (int)text.n, 1);
	whole = p->ctxt->wellFormed && p->depth == 0;
	xmlFreeParserCtxt(p->ctxt);
	xmlResetLastError();
	return whole && !p->saw_doctype && !p->stray_text;
}

/* Forget what an earlier pass filled in. */
static void
feed_reset(struct feed *feed)
{
	struct feed clean = { .ttl = -1, .encoding = feed->encoding,
	    .error = feed->error };

	clean.head.base = feed->head.base;
	*feed = clean;
}

/* One pass.  *whole: no fault in it.  -1: the root is no feed's. */
static int
parse(struct str text, const struct skeleton *skeleton, struct arena *a,
    struct feed *feed, bool *whole)
{
	struct parser p = { .a = a, .feed = feed, .skeleton = skeleton };

	p.frames = arena_array(a, DEPTH_MAX, sizeof(*p.frames));
	buf_reserve(&p.text, TEXT_FIRST);
	feed_reset(feed);
	*whole = pass(&p, text) && (skeleton == NULL || p.error.n == 0);
	if (p.error.n > 0 && feed->error.n == 0 && skeleton == NULL)
		feed->error = p.error;
	buf_release(&p.text);
	return p.is_feed ? 0 : -1;
}

bool
feed_parse_xml(struct str text, struct arena *a, struct feed *feed)
{
	struct skeleton skeleton;
	bool whole = false;

	if (xml_has_giant_tag(text))
		return false;
	if (skeleton_make(&skeleton, text, a))
		parse(buf_str(&skeleton.xml), &skeleton, a, feed, &whole);
	skeleton_release(&skeleton);
	/* What is wrong is named with its place in the document itself. */
	return whole || (parse(text, NULL, a, feed, &whole) == 0 && whole);
}

int
feed_mend_xml(struct str text, struct arena *a, struct feed *feed,
    struct err *err)
{
	struct buf mended = BUF_INIT;
	bool whole;
	int rc;

	rc = xml_fix(text, &mended, a, err);
	if (rc == 0 && parse(buf_str(&mended), NULL, a, feed, &whole) == -1)
		rc = err_set(err, "not a feed");
	buf_release(&mended);
	return rc;
}
