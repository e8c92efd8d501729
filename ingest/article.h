/*
 * The article: how a page, a feed's entry or both become one record of
 * stance-record(5).
 *
 * It happens in two steps, because the two halves are parsed at different times
 * in a process without rights.  There, article_of_page() and article_of_entry()
 * write what they found as one JSON object, a draft.  Outside, article_write()
 * joins the drafts of an entry and of its page and adds what only the program
 * knows: version, key, rev, feed and fetched.  A draft comes from a process
 * that read foreign bytes, so it is checked like any other input.
 */
#ifndef INGEST_ARTICLE_H
#define INGEST_ARTICLE_H

#include "base/record.h"
#include "ingest/feed.h"
#include "ingest/page.h"

void article_of_page(struct buf *to, const struct page *page);
void article_of_entry(struct buf *to, const struct feed_entry *entry);

/* What is known of the feed; `identity` is what keys are made with. */
struct article_feed {
	struct str		 identity, title, feed_url, home_page_url;
	const struct str	*tags;
	size_t			 ntags;
	bool			 by_link;	/* its ids are not to be trusted */
	const char		*zone;		/* of its dates; NULL: they say it */
};

/* How it came here. */
struct article_fetched {
	struct str	at, url, sha256;
	long		status;
	bool		backfill;
};

/* What a feed's own line, the one before its drafts, says; `address` is where
 * it was found. */
void article_feed_read(struct article_feed *feed, const struct record *line,
    struct str address, struct arena *a);
/* The key that article_write() will give the entry. */
struct str article_key(const struct record *entry,
    const struct article_feed *feed, struct arena *a);
/* A number that changes when the entry says something else. */
uint64_t article_version(const struct record *entry);
/* Append the record's line.  `entry` or `page` may be NULL, so may `feed` and
 * `fetched`. */
void article_write(struct buf *to, const struct record *entry,
    const struct record *page, const struct article_feed *feed,
    const struct article_fetched *fetched, struct arena *a);

#endif
