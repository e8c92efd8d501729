/*
 * What the parse child does with one source: bytes in, lines out.  Foreign
 * markup: call it only in the jail, after parse_setup().
 */
#ifndef INGEST_PARSE_H
#define INGEST_PARSE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/source.h"

enum parse_mode {
	PARSE_ANY,		/* a feed or a page, by its looks */
	PARSE_PAGE,
	PARSE_EXPLAIN,		/* a page: text for people (ingest/explain.h) */
	PARSE_EXPLAIN_HTML,
	PARSE_FEED,
	PARSE_FEED_INFO		/* the lines of `stance extract --feed-info` */
};

/* Open all that the jail would refuse later, and read the rules for sites: ours,
 * then those of the `count` files and folders `rules`.  A mistake in one ends
 * the program. */
void parse_setup(const char *const *rules, size_t count);
/* Append the lines to `to`: a page's draft (ingest/article.h); or, for a feed,
 * {"type":"feed",...} and the draft of each entry; or, for a page where a feed
 * was asked for, {"type":"feed","found":URL} with the feed it names.  -1 and the reason where
 * there is nothing to be had; `to` is then as it was. */
int parse_source(const struct source *src, enum parse_mode mode, struct buf *to,
    struct arena *a, struct err *err);

#endif
