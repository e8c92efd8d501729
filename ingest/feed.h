/*
 * A feed: RSS, Atom, RDF, JSON Feed, sitemap or OPML, from bytes to entries.
 * Foreign markup: call it only in the jail.
 */
#ifndef INGEST_FEED_H
#define INGEST_FEED_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/source.h"

struct feed;

/* Is this a feed rather than a page?  By its first bytes, then its type. */
bool feed_is(const struct source *src);
/* Parse.  All lives in `a` or in the source.  Broken documents give what can be
 * had, and feed->error; -1 only where nothing can. */
int feed_parse(const struct source *src, struct arena *a, struct feed **feed,
    struct err *err);
/* The lines of `stance extract --feed-info`: {"type":"feed",...} and then one
 * {"type":"entry",...} or {"type":"subscription",...} each. */
void feed_write_info(struct buf *to, const struct feed *feed);

#endif
