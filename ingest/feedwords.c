#include <string.h>

#include "base/str.h"
#include "ingest/feedwords.h"

#define CORE_DC		(V_CORE | V_DC)

/* Sorted by name, then as the first row that fits the vocabulary. */
static const struct element elements[] = {
	{ "Point",	V_GEO,		EL_GROUP,	SHAPE_GROUP, 1 },
	{ "RDF",	V_RDF | V_CORE,	EL_FEED,	SHAPE_GROUP, 0 },
	{ "Seq",	V_RDF,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "abstract",	V_DC,		EL_SUMMARY,	SHAPE_MARKUP, 3 },
	{ "author",	V_CORE,		EL_AUTHOR,	SHAPE_TEXT, 5 },
	{ "author",	V_DC,		EL_AUTHOR,	SHAPE_TEXT, 4 },
	{ "author",	V_ITUNES,	EL_AUTHOR,	SHAPE_TEXT, 3 },
	{ "body",	V_OPML,		EL_GROUP,	SHAPE_GROUP, 0 },
	{ "body",	V_CORE | V_XHTML, EL_CONTENT,	SHAPE_MARKUP, 5 },
	{ "box",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "build",	V_CORE,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "category",	V_CORE,		EL_CATEGORY,	SHAPE_MARKUP, 1 },
	{ "category",	V_ITUNES,	EL_CATEGORY,	SHAPE_TEXT, 2 },
	{ "category",	V_MEDIA,	EL_CATEGORY,	SHAPE_TEXT, 3 },
	{ "channel",	V_CORE,		EL_CHANNEL,	SHAPE_GROUP, 0 },
	{ "circle",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "comments",	V_CORE,		EL_COMMENTS,	SHAPE_TEXT, 1 },
	{ "comments",	V_SLASH,	EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "content",	V_CORE,		EL_CONTENT,	SHAPE_MARKUP, 6 },
	{ "content",	V_MEDIA,	EL_MEDIA,	SHAPE_GROUP, 2 },
	{ "contributor", CORE_DC,	EL_CONTRIBUTOR,	SHAPE_TEXT, 1 },
	{ "copyright",	V_CORE | V_MEDIA, EL_RIGHTS,	SHAPE_MARKUP, 3 },
	{ "created",	CORE_DC,	EL_PUBLISHED,	SHAPE_TEXT, 2 },
	{ "creator",	V_DC,		EL_AUTHOR,	SHAPE_TEXT, 4 },
	{ "credit",	V_MEDIA,	EL_AUTHOR,	SHAPE_TEXT, 1 },
	{ "date",	CORE_DC,	EL_DATE,	SHAPE_TEXT, 1 },
	{ "day",	V_CORE,		EL_SKIP_DAY,	SHAPE_TEXT, 1 },
	{ "department", V_SLASH,	EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "description", V_CORE,	EL_SUMMARY,	SHAPE_MARKUP, 6 },
	{ "description", V_DC,		EL_SUMMARY,	SHAPE_MARKUP, 4 },
	{ "description", V_MEDIA,	EL_SUMMARY,	SHAPE_MARKUP, 1 },
	{ "description", V_ITUNES,	EL_SUMMARY,	SHAPE_MARKUP, 3 },
	{ "docs",	V_CORE,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "duration",	V_ITUNES,	EL_DURATION,	SHAPE_TEXT, 1 },
	{ "elev",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "email",	V_CORE | V_ITUNES, EL_EMAIL,	SHAPE_TEXT, 1 },
	{ "enclosure",	V_CORE,		EL_ENCLOSURE,	SHAPE_GROUP, 1 },
	{ "encoded",	V_CONTENT | V_CORE, EL_CONTENT,	SHAPE_MARKUP, 6 },
	{ "entry",	V_CORE,		EL_ENTRY,	SHAPE_GROUP, 0 },
	{ "featurename", V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "feed",	V_CORE,		EL_FEED,	SHAPE_GROUP, 0 },
	{ "floor",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "fullitem",	V_CORE,		EL_CONTENT,	SHAPE_MARKUP, 5 },
	{ "generator",	V_CORE,		EL_GENERATOR,	SHAPE_TEXT, 2 },
	{ "group",	V_MEDIA,	EL_GROUP,	SHAPE_GROUP, 0 },
	{ "guid",	V_CORE,		EL_ID,		SHAPE_MARKUP, 3 },
	{ "head",	V_OPML,		EL_GROUP,	SHAPE_GROUP, 0 },
	{ "hit_parade", V_SLASH,	EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "homepage",	V_CORE,		EL_URI,		SHAPE_TEXT, 1 },
	{ "hour",	V_CORE,		EL_SKIP_HOUR,	SHAPE_TEXT, 1 },
	{ "icon",	V_CORE,		EL_ICON,	SHAPE_TEXT, 1 },
	{ "id",		V_CORE,		EL_ID,		SHAPE_TEXT, 4 },
	{ "identifier",	V_DC,		EL_ID,		SHAPE_TEXT, 1 },
	{ "image",	V_CORE,		EL_IMAGE,	SHAPE_TEXT, 4 },
	{ "image",	V_ITUNES,	EL_THUMBNAIL,	SHAPE_TEXT, 3 },
	{ "image",	V_PICTURE,	EL_IMAGE,	SHAPE_GROUP, 3 },
	{ "issued",	CORE_DC,	EL_PUBLISHED,	SHAPE_TEXT, 4 },
	{ "item",	V_CORE,		EL_ENTRY,	SHAPE_GROUP, 0 },
	{ "keywords",	V_ITUNES,	EL_KEYWORDS,	SHAPE_TEXT, 1 },
	{ "keywords",	V_NEWS,		EL_KEYWORDS,	SHAPE_TEXT, 1 },
	{ "language",	V_CORE,		EL_LANGUAGE,	SHAPE_TEXT, 3 },
	{ "language",	V_DC | V_NEWS,	EL_LANGUAGE,	SHAPE_TEXT, 2 },
	{ "lastBuildDate", V_CORE,	EL_MODIFIED,	SHAPE_TEXT, 4 },
	{ "lastmod",	V_SITEMAP,	EL_MODIFIED,	SHAPE_TEXT, 4 },
	{ "lat",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "license",	V_CORE | V_CC,	EL_LICENSE,	SHAPE_TEXT, 1 },
	{ "line",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "link",	V_CORE | V_ITUNES, EL_LINK,	SHAPE_TEXT, 5 },
	{ "loc",	V_SITEMAP,	EL_LOC,		SHAPE_TEXT, 1 },
	{ "loc",	V_PICTURE,	EL_URL,		SHAPE_TEXT, 3 },
	{ "logo",	V_CORE,		EL_LOGO,	SHAPE_TEXT, 1 },
	{ "long",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "managingEditor", V_CORE,	EL_AUTHOR,	SHAPE_TEXT, 3 },
	{ "modified",	CORE_DC,	EL_MODIFIED,	SHAPE_TEXT, 4 },
	{ "name",	V_CORE | V_ITUNES, EL_NAME,	SHAPE_TEXT, 1 },
	{ "news",	V_NEWS,		EL_GROUP,	SHAPE_GROUP, 0 },
	{ "opml",	V_CORE,		EL_FEED,	SHAPE_GROUP, 0 },
	{ "origEnclosureLink", V_FEEDBURNER, EL_ENCLOSURE, SHAPE_TEXT, 2 },
	{ "origLink",	V_FEEDBURNER,	EL_ORIGINAL_LINK, SHAPE_TEXT, 9 },
	{ "outline",	V_OPML,		EL_OUTLINE,	SHAPE_GROUP, 0 },
	{ "owner",	V_ITUNES,	EL_PUBLISHER,	SHAPE_TEXT, 3 },
	{ "point",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "polygon",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "pos",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "pubDate",	V_CORE,		EL_PUBLISHED,	SHAPE_TEXT, 5 },
	{ "pubdate",	V_CORE,		EL_PUBLISHED,	SHAPE_TEXT, 4 },
	{ "publication", V_NEWS,	EL_GROUP,	SHAPE_GROUP, 0 },
	{ "publication_date", V_NEWS,	EL_PUBLISHED,	SHAPE_TEXT, 5 },
	{ "published",	V_CORE,		EL_PUBLISHED,	SHAPE_TEXT, 4 },
	{ "publisher",	V_DC,		EL_PUBLISHER,	SHAPE_TEXT, 1 },
	{ "radius",	V_GEO,		EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "rdf",	V_RDF | V_CORE,	EL_FEED,	SHAPE_GROUP, 0 },
	{ "rights",	V_CORE,		EL_RIGHTS,	SHAPE_MARKUP, 4 },
	{ "rights",	V_DC,		EL_RIGHTS,	SHAPE_MARKUP, 2 },
	{ "rss",	V_CORE,		EL_FEED,	SHAPE_GROUP, 0 },
	{ "section",	V_SLASH,	EL_EXTRA,	SHAPE_TEXT, 1 },
	{ "sitemap",	V_SITEMAP,	EL_SITEMAP,	SHAPE_GROUP, 0 },
	{ "sitemapindex", V_SITEMAP | V_CORE, EL_FEED,	SHAPE_GROUP, 0 },
	{ "skipDays",	V_CORE,		EL_GROUP,	SHAPE_GROUP, 0 },
	{ "skipHours",	V_CORE,		EL_GROUP,	SHAPE_GROUP, 0 },
	{ "source",	V_CORE,		EL_SOURCE,	SHAPE_TEXT, 1 },
	{ "subject",	V_DC,		EL_CATEGORY,	SHAPE_TEXT, 4 },
	{ "subtitle",	V_CORE,		EL_SUMMARY,	SHAPE_MARKUP, 6 },
	{ "subtitle",	V_ITUNES,	EL_SUMMARY,	SHAPE_MARKUP, 2 },
	{ "summary",	V_CORE,		EL_SUMMARY,	SHAPE_MARKUP, 6 },
	{ "summary",	V_ITUNES,	EL_SUMMARY,	SHAPE_MARKUP, 3 },
	{ "tagline",	V_CORE,		EL_SUMMARY,	SHAPE_MARKUP, 6 },
	{ "tags",	V_CORE,		EL_KEYWORDS,	SHAPE_TEXT, 1 },
	{ "textInput",	V_CORE,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "textinput",	V_CORE,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "thumbnail",	V_MEDIA,	EL_THUMBNAIL,	SHAPE_TEXT, 2 },
	{ "title",	V_CORE,		EL_TITLE,	SHAPE_MARKUP, 5 },
	{ "title",	V_DC,		EL_TITLE,	SHAPE_MARKUP, 4 },
	{ "title",	V_NEWS,		EL_TITLE,	SHAPE_MARKUP, 4 },
	{ "title",	V_MEDIA,	EL_TITLE,	SHAPE_MARKUP, 1 },
	{ "title",	V_ITUNES,	EL_TITLE,	SHAPE_MARKUP, 2 },
	{ "ttl",	V_CORE,		EL_TTL,		SHAPE_TEXT, 1 },
	{ "updateFrequency", V_SY,	EL_FREQUENCY,	SHAPE_TEXT, 1 },
	{ "updatePeriod", V_SY,		EL_PERIOD,	SHAPE_TEXT, 1 },
	{ "updated",	V_CORE,		EL_MODIFIED,	SHAPE_TEXT, 5 },
	{ "uri",	V_CORE,		EL_URI,		SHAPE_TEXT, 1 },
	{ "url",	V_CORE,		EL_URL,		SHAPE_TEXT, 1 },
	{ "url",	V_SITEMAP,	EL_ENTRY,	SHAPE_GROUP, 0 },
	{ "urlset",	V_SITEMAP | V_CORE, EL_FEED,	SHAPE_GROUP, 0 },
	{ "valid",	V_DC,		EL_IGNORED,	SHAPE_SKIP, 0 },
	{ "webMaster",	V_CORE,		EL_PUBLISHER,	SHAPE_TEXT, 2 },
	{ "where",	V_GEO,		EL_GROUP,	SHAPE_GROUP, 1 },
};

/* Namespaces by the start of their name, in lower case; the web does not agree
 * on the rest ("mrss/", "mrss"; "podcast-1.0.dtd", "podcast-1.0-de.dtd"). */
static const struct {
	const char	*start;
	unsigned	 vocabulary;
} namespaces[] = {
	{ "http://www.w3.org/2005/atom", V_CORE },
	{ "http://purl.org/atom/ns#", V_CORE },
	{ "http://www.w3.org/1999/xhtml", V_XHTML },
	{ "http://purl.org/rss/1.0/modules/content", V_CONTENT },
	{ "http://purl.org/rss/1.0/modules/syndication", V_SY },
	{ "http://purl.org/rss/1.0/modules/slash", V_SLASH },
	{ "http://purl.org/rss/1.0/modules/", V_OTHER },
	{ "http://purl.org/rss/1.0", V_CORE },
	{ "http://purl.org/net/rss1.1#", V_CORE },
	{ "http://my.netscape.com/rdf/simple/0.9", V_CORE },
	{ "http://my.netscape.com/publish/formats/rss", V_CORE },
	{ "http://channel.netscape.com/rdf/simple/0.9", V_CORE },
	{ "http://example.com/newformat#", V_CORE },
	{ "http://example.com/necho", V_CORE },
	{ "http://purl.org/echo/", V_CORE },
	{ "uri/of/echo/namespace#", V_CORE },
	{ "http://purl.org/pie/", V_CORE },
	{ "http://backend.userland.com/rss", V_CORE },
	{ "http://blogs.law.harvard.edu/tech/rss", V_CORE },
	{ "http://cyber.law.harvard.edu/rss", V_CORE },
	{ "http://purl.org/dc/", V_DC },
	{ "http://dublincore.org/documents/", V_DC },
	{ "http://www.itunes.com/dtds/", V_ITUNES },
	{ "http://example.com/dtds/podcast-1.0.dtd", V_ITUNES },
	{ "http://www.google.com/schemas/play-podcasts", V_ITUNES },
	{ "http://search.yahoo.com/mrss", V_MEDIA },
	{ "http://video.search.yahoo.com/mrss", V_MEDIA },
	{ "http://www.rssboard.org/media-rss", V_MEDIA },
	{ "http://rssnamespace.org/feedburner", V_FEEDBURNER },
	{ "http://www.w3.org/1999/02/22-rdf-syntax-ns#", V_RDF },
	{ "http://www.sitemaps.org/schemas/sitemap", V_SITEMAP },
	{ "https://www.sitemaps.org/schemas/sitemap", V_SITEMAP },
	{ "http://www.google.com/schemas/sitemap-news", V_NEWS },
	{ "http://www.google.com/schemas/sitemap-image", V_PICTURE },
	{ "http://www.google.com/schemas/sitemap/", V_SITEMAP },
	{ "http://backend.userland.com/creativecommons", V_CC },
	{ "http://web.resource.org/cc", V_CC },
	{ "http://creativecommons.org/ns#", V_CC },
	{ "http://www.georss.org/georss", V_GEO },
	{ "http://www.opengis.net/gml", V_GEO },
	{ "http://www.w3.org/2003/01/geo/wgs84_pos#", V_GEO },
};

static const struct {
	const char	*prefix;
	unsigned	 vocabulary;
} prefixes[] = {
	{ "atom", V_CORE }, { "atom10", V_CORE }, { "rss", V_CORE },
	{ "content", V_CONTENT }, { "dc", V_DC }, { "dcterms", V_DC },
	{ "itunes", V_ITUNES }, { "googleplay", V_ITUNES }, { "media", V_MEDIA },
	{ "sy", V_SY }, { "feedburner", V_FEEDBURNER }, { "rdf", V_RDF },
	{ "news", V_NEWS }, { "image", V_PICTURE }, { "xhtml", V_XHTML },
	{ "cc", V_CC }, { "creativeCommons", V_CC }, { "georss", V_GEO },
	{ "gml", V_GEO }, { "geo", V_GEO }, { "slash", V_SLASH },
};

static const struct element ignored = { "", 0, EL_IGNORED, SHAPE_SKIP, 0 };

unsigned
vocabulary_of_namespace(const char *uri)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++)
		if (str_istarts(str_of(uri), str_of(namespaces[i].start)))
			return namespaces[i].vocabulary;
	return V_UNKNOWN;
}

unsigned
vocabulary_of_prefix(const char *prefix)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strcmp(prefix, prefixes[i].prefix) == 0)
			return prefixes[i].vocabulary;
	return V_OTHER;
}

const struct element *
element_find(const char *name, unsigned vocabularies)
{
	size_t low = 0, high = sizeof(elements) / sizeof(*elements);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(elements[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sizeof(elements) / sizeof(*elements) &&
	    strcmp(elements[low].name, name) == 0; low++)
		if (elements[low].vocabularies & vocabularies)
			return &elements[low];
	return &ignored;
}
