/*
 * The words of feeds; private to ingest/feed*.
 *
 * The formats say the same things with different words, so elements are looked
 * up in one table by vocabulary and name, and what counts is what they mean
 * (EL_TITLE) and how good a source they are (rank): <title> beats <dc:title>
 * beats <media:title>, whichever comes first.  Most elements need nothing but
 * their row.  A row's shape says what is done with what stands inside:
 *
 *	GROUP	children are looked up, text is dropped	    <channel>
 *	TEXT	text is gathered, children are looked up    <pubDate>, <author>
 *	MARKUP	text is gathered, children are written out  <description>
 *	SKIP	nothing in it is ours			    <textInput>
 */
#ifndef INGEST_FEEDWORDS_H
#define INGEST_FEEDWORDS_H

/* Names of one vocabulary; a row may belong to several. */
enum vocabulary {
	V_OTHER = 0,			/* known, and none of ours */
	V_CORE = 1 << 0,		/* RSS and Atom of any version, or none */
	V_DC = 1 << 1,
	V_CONTENT = 1 << 2,
	V_ITUNES = 1 << 3,		/* and Google's copy of it */
	V_MEDIA = 1 << 4,
	V_SY = 1 << 5,
	V_FEEDBURNER = 1 << 6,
	V_RDF = 1 << 7,
	V_SITEMAP = 1 << 8,
	V_NEWS = 1 << 9,
	V_XHTML = 1 << 10,
	V_CC = 1 << 11,
	V_PICTURE = 1 << 12,		/* a sitemap's image: */
	V_OPML = 1 << 13,
	V_GEO = 1 << 14,		/* GeoRSS, GML in it, W3C's lat and long */
	V_SLASH = 1 << 15,
	V_UNKNOWN = 1 << 16
};

enum shape {
	SHAPE_GROUP,
	SHAPE_TEXT,
	SHAPE_MARKUP,
	SHAPE_SKIP
};

enum el {
	EL_FEED, EL_CHANNEL, EL_ENTRY, EL_GROUP, EL_TITLE, EL_SUMMARY,
	EL_CONTENT, EL_RIGHTS, EL_LINK, EL_ORIGINAL_LINK, EL_ID, EL_AUTHOR,
	EL_CONTRIBUTOR, EL_PUBLISHER, EL_NAME, EL_EMAIL, EL_URI, EL_PUBLISHED,
	EL_MODIFIED, EL_DATE, EL_CATEGORY, EL_KEYWORDS, EL_ENCLOSURE,
	EL_DURATION, EL_IMAGE, EL_THUMBNAIL, EL_MEDIA, EL_LOGO, EL_ICON,
	EL_GENERATOR, EL_LANGUAGE, EL_TTL, EL_SOURCE, EL_COMMENTS, EL_LICENSE,
	EL_URL, EL_PERIOD, EL_FREQUENCY, EL_SKIP_HOUR, EL_SKIP_DAY, EL_OUTLINE,
	EL_SITEMAP, EL_LOC, EL_EXTRA, EL_IGNORED
};

struct element {
	const char	*name;
	unsigned	 vocabularies;
	enum el		 el;
	enum shape	 shape;
	int		 rank;
};

/* The vocabularies of a namespace; V_UNKNOWN: one never heard of. */
unsigned vocabulary_of_namespace(const char *uri);
/* What a prefix usually means, for documents that forgot to declare it. */
unsigned vocabulary_of_prefix(const char *prefix);
/* The row of `name` in one of these vocabularies; never NULL: what is not ours
 * is EL_IGNORED. */
const struct element *element_find(const char *name, unsigned vocabularies);

#endif
