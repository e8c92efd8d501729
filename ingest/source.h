/*
 * A source is what was fetched or read: the bytes of one feed or page, and what
 * the server said of them.  It owns nothing.
 */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "base/str.h"

struct header {
	struct str	name, value;
};

struct source {
	struct str		 bytes;		/* the body, content coding undone */
	struct str		 url;		/* after redirects; none: unknown */
	struct str		 content_type;	/* of HTTP, parameters included; or none */
	const struct header	*headers;	/* the others, as they came */
	size_t			 nheaders;
};

#endif
