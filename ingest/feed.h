/*
 * A feed: RSS, Atom, RDF, JSON Feed, sitemap or OPML, from bytes to entries.
 * Foreign markup: call it only in the jail.
 */
#ifndef INGEST_FEED_H
#define INGEST_FEED_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/page.h"
#include "ingest/source.h"

struct feed;

/* Is this a feed rather than a page?  By its first bytes, then its type. */
bool feed_is(const struct source *src);
/* Parse.  All lives in `a` or in the source.  Broken documents give what can be
 * had and say what was wrong in --feed-info; -1 only where nothing can, and
 * then *feed has nothing but the error. */
int feed_parse(const struct source *src, struct arena *a, struct feed **feed,
    struct err *err);
/* The lines of `stance extract --feed-info`: {"type":"feed",...} and then one
 * {"type":"entry",...} or {"type":"subscription",...} each. */
void feed_write_info(struct buf *to, const struct feed *feed);

/* A feed that a page names as its own. */
struct feed_found {
	struct str	url, title, type;
};

/* The feeds of a page, by the Link headers of its answer (RFC 8288) and by the
 * link elements of its head; each address once, in that order.  In `a`. */
void feed_discover(const struct source *page, struct arena *a,
    struct feed_found **found, size_t *count);

/*
 * What an article takes from its feed.  Texts are plain, as stance-record(5)
 * has them (entities decoded once, tags gone); an absent member is STR_NONE.
 */
struct feed_attachment {
	struct str	url, type, title;
	long long	size, seconds;		/* -1: not told */
};

/* What a module says that has no place of its own: it is passed through in an
 * object of the module's name, "_georss" or "_slash". */
struct feed_extra {
	const char	*module, *name;
	struct str	 value;
};

struct feed_entry {
	struct str		 id;		/* verbatim */
	struct str		 url;		/* absolute */
	struct str		 title, summary, language, image;
	struct str		 untitled;	/* what may stand for a title where
						 * there is none, nor on its page */
	struct str		 html, text;	/* the full content, where the feed
						 * has it: as it came (relative links
						 * resolved), and in blocks */
	struct author		*authors;
	size_t			 nauthors;
	struct str		*tags;
	size_t			 ntags;
	struct feed_attachment	*attachments;
	size_t			 nattachments;
	struct feed_extra	*extras;
	size_t			 nextras;
	bool			 has_published, has_modified;
	struct date		 published, modified;
	struct str		 options;	/* of a subscription in OPML:
						 * stance:options (ingest/list.h) */
	struct str		 home;		/* of the same, its page */
};

/* What a reader of the feed needs: its name, and when it may be asked again. */
struct feed_head {
	struct str	 title, home_page_url, feed_url, language;
	struct str	 hub;			/* WebSub, rel=hub */
	long long	 ttl;			/* seconds, by ttl or
						 * sy:updatePeriod; 0: not told */
	unsigned	 skip_hours;		/* bit n: hour n of GMT */
	unsigned	 skip_days;		/* bit n: weekday n, 0 is Sunday */
	struct feed_entry *entries;
	size_t		 count;
	bool		 is_list;		/* OPML or a sitemap index: `entries`
						 * are feeds to read, url and title */
	bool		 is_index;		/* a sitemap index it is */
};

/* The feed in the shape above; in `a`. */
void feed_read(const struct feed *feed, struct feed_head *head, struct arena *a);

#endif
