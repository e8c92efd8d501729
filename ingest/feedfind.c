/* The feeds that a page names: <link rel="alternate"> and the Link header. */
#include "ingest/feedmodel.h"
#include "ingest/markup.h"
#include "ingest/url.h"

/* No head is longer, and no page has more feeds worth reading. */
#define HEAD_MAX	(256UL << 10)
#define FOUND_MAX	32

struct finder {
	struct arena	*a;
	struct str	 base;
	VEC(struct feed_found) found;
};

static bool
is_feed_type(struct str type)
{
	static const char *const types[] = { "application/rss+xml",
	    "application/atom+xml", "application/feed+json",
	    "application/rdf+xml", "text/rss+xml", "text/atom+xml",
	    "application/x.atom+xml", NULL };

	for (size_t i = 0; types[i] != NULL; i++)
		if (str_istarts(str_trim(type), str_of(types[i])))
			return true;
	return false;
}

/* `relations` is a list of words. */
static bool
has_relation(struct str relations, struct str wanted)
{
	struct str word;

	while (str_split(&relations, ' ', &word))
		if (str_ieq(word, wanted))
			return true;
	return false;
}

static void
add(struct finder *f, struct str relations, struct feed_found link)
{
	if (!(has_relation(relations, STR("alternate")) ||
	    has_relation(relations, STR("feed"))) ||
	    !is_feed_type(link.type) || link.url.n == 0 ||
	    f->found.n == FOUND_MAX)
		return;
	link.url = url_resolve(f->base, link.url, f->a);
	for (size_t i = 0; i < f->found.n; i++)
		if (str_eq(f->found.v[i].url, link.url))
			return;
	*VEC_ADD(f->a, f->found) = link;
}

/* Take the next name=value behind a semicolon; false at the link's end. */
static bool
take_parameter(struct str *rest, struct str *name, struct str *value)
{
	size_t n = 0;
	const char *close;

	*rest = str_trim(*rest);
	if (rest->n == 0 || rest->p[0] != ';')
		return false;
	*rest = str_trim(str_from(*rest, 1));
	while (n < rest->n && strchr("=;,", rest->p[n]) == NULL)
		n++;
	*name = str_trim(str_slice(*rest, 0, n));
	*value = STR_NONE;
	*rest = str_from(*rest, n);
	if (rest->n == 0 || rest->p[0] != '=')
		return true;
	*rest = str_trim(str_from(*rest, 1));
	if (rest->n > 0 && rest->p[0] == '"' &&
	    (close = memchr(rest->p + 1, '"', rest->n - 1)) != NULL) {
		n = (size_t)(close - rest->p);
		*value = str_slice(*rest, 1, n);
		*rest = str_from(*rest, n + 1);
		return true;
	}
	for (n = 0; n < rest->n && strchr(";, ", rest->p[n]) == NULL; n++)
		;
	*value = str_slice(*rest, 0, n);
	*rest = str_from(*rest, n);
	return true;
}

/* Link: <https://...>; rel="alternate"; type="application/rss+xml", <...> */
static void
read_header(struct finder *f, struct str rest)
{
	const char *open, *close;

	while ((open = rest.n ? memchr(rest.p, '<', rest.n) : NULL) != NULL &&
	    (close = memchr(open, '>', (size_t)(rest.p + rest.n - open)))) {
		struct feed_found link = { 0 };
		struct str relations = STR_NONE, name, value;

		link.url = (struct str){ open + 1, (size_t)(close - open - 1) };
		rest = str_from(rest, (size_t)(close + 1 - rest.p));
		while (take_parameter(&rest, &name, &value))
			if (str_ieq(name, STR("rel")))
				relations = value;
			else if (str_ieq(name, STR("type")))
				link.type = value;
			else if (str_ieq(name, STR("title")))
				link.title = value;
		add(f, relations, link);
	}
}

static void
read_tag(struct finder *f, const struct markup_token *tag)
{
	struct feed_found link;
	struct str base;

	if (str_ieq(tag->name, STR("base"))) {
		base = markup_attr_of(tag, STR("href"), f->a);
		if (base.n > 0)
			f->base = url_resolve(f->base, base, f->a);
	} else if (str_ieq(tag->name, STR("link"))) {
		link.url = markup_attr_of(tag, STR("href"), f->a);
		link.type = markup_attr_of(tag, STR("type"), f->a);
		link.title = markup_attr_of(tag, STR("title"), f->a);
		add(f, markup_attr_of(tag, STR("rel"), f->a), link);
	}
}

void
feed_discover(const struct source *page, struct arena *a,
    struct feed_found **found, size_t *count)
{
	struct finder f = { .a = a, .base = page->url };
	struct markup m;
	struct markup_token token;

	for (size_t i = 0; i < page->nheaders; i++)
		if (str_ieq(page->headers[i].name, STR("link")))
			read_header(&f, page->headers[i].value);
	markup_init(&m, str_slice(page->bytes, 0, HEAD_MAX));
	while (markup_next(&m, &token)) {
		if (token.kind != MARKUP_TAG)
			continue;
		if (str_ieq(token.name, STR("body")) && !token.end)
			break;
		if (!token.end)
			read_tag(&f, &token);
	}
	*found = f.found.v;
	*count = f.found.n;
}
