/*
 * robots.txt (RFC 9309): what a site allows this crawler.  Only the rules of
 * the groups that name it, or else of those for everybody, are kept.
 */
#ifndef INGEST_ROBOTS_H
#define INGEST_ROBOTS_H

#include "base/buf.h"

#define ROBOTS_AGENT	"stance"
/* RFC 9309, 2.5: parsers read at least so much; so do we, and no more. */
#define ROBOTS_MAX	(500UL << 10)

/* Append the rules of `text` that apply to us, a line each. */
void robots_read(struct buf *rules, struct str text);
/* May the path (with its query) be fetched?  The longest rule decides. */
bool robots_allow(struct str rules, struct str path);

#endif
