/*
 * What the feed's parsers fill and its writers read; private to ingest/feed*.
 * A channel, an entry and an entry's source carry much the same members, so one
 * struct serves all three.  Everything lives in the arena of feed_parse().
 */
#ifndef INGEST_FEEDMODEL_H
#define INGEST_FEEDMODEL_H

#include "ingest/feed.h"

/* An array that grows in an arena. */
#define VEC(type)	struct { type *v; size_t n, cap; }
/* A cleared new element at the end of `vec`. */
#define VEC_ADD(a, vec)							\
	(vec_room((a), (void **)&(vec).v, &(vec).n, &(vec).cap,		\
	    sizeof(*(vec).v)), (vec).v + (vec).n - 1)
void vec_room(struct arena *a, void **v, size_t *n, size_t *cap, size_t size);

/* A value that may be markup. */
struct feed_text {
	struct str	value;
	struct str	type;		/* text/plain, text/html, application/xhtml+xml, ... */
	struct str	language, base;
	int		rank;		/* of the element it came from; 0: absent */
};

struct feed_link {
	struct str	rel, href, type, title, hreflang, length;
};

struct feed_category {
	struct str	term, scheme, label;
};

/* Dates and plain values are ranked too: the better element wins. */
struct feed_when {
	struct date	date;
	int		rank;
};

struct feed_value {
	struct str	s;
	int		rank;
};

struct feed_node {
	struct feed_value	 id, url, external_url, comments_url, image, icon,
				 logo, generator, license, language, feed_url;
	bool			 id_is_link;	/* a guid that is the permalink */
	bool			 id_is_opaque;	/* isPermaLink="false" */
	bool			 title_is_made;	/* of the text or the address */
	struct feed_text	 title, summary, rights;
	VEC(struct feed_text)	 contents;
	VEC(struct feed_link)	 links;
	VEC(struct author)	 authors, contributors;
	int			 authors_rank;
	struct author		 publisher;
	int			 publisher_rank;
	VEC(struct feed_category) categories;
	VEC(struct feed_attachment) attachments;
	VEC(struct feed_extra)	 extras;
	struct feed_when	 published, modified;
	struct feed_node	*source;
	struct str		 base;
	struct str		 options;	/* of a subscription, our own words */
};

struct feed {
	struct feed_node	 head;
	VEC(struct feed_node *)	 entries;
	VEC(struct feed_node *)	 subscriptions;	/* OPML, sitemap index: url,
						 * feed_url, title, categories */
	const char		*version;	/* rss20, atom10, ... */
	struct str		 encoding;
	struct str		 error;		/* none: the document was sound */
	struct str		 hub;
	long long		 ttl;		/* minutes, as written; -1: none */
	struct str		 period;	/* sy:updatePeriod */
	long long		 frequency;	/* sy:updateFrequency; 0: none */
	unsigned		 skip_hours, skip_days;
	bool			 is_sitemap_index;
};

/*
 * The parsers.  They fill `feed`, of which the encoding, the error found so far
 * and head.base, the document's own address, are set.
 *
 * feed_parse_xml() is for a sound document, and says whether it was one; if not,
 * feed_mend_xml() has another go at it.  -1 and the reason: there is no feed.
 */
bool feed_parse_xml(struct str text, struct arena *a, struct feed *feed);
int feed_mend_xml(struct str text, struct arena *a, struct feed *feed,
    struct err *err);
int feed_parse_json(struct str text, struct arena *a, struct feed *feed,
    struct err *err);

/* A date in whatever shape feeds write it; ingest/feeddate.c has the list.
 * -1: not a date. */
int feed_date(struct str s, struct date *d);

#endif
