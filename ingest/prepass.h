/*
 * The pre-pass over a page's bytes, before libxml2 sees them: scripts, styles,
 * drawings, comments and the attributes that nobody here reads go at the speed
 * of memchr(); JSON-LD is set aside.  What stays is smaller by half, and what
 * libxml2 2.9 handles badly is gone: NULs and malformed UTF-8, comments inside
 * scripts inside comments, thousands of attributes, bottomless nesting.
 */
#ifndef INGEST_PREPASS_H
#define INGEST_PREPASS_H

#include "base/mem.h"

struct prepass {
	struct str	 html;		/* well-formed UTF-8 without NUL */
	size_t		 tags;		/* start tags in it */
	struct str	*jsonld;	/* contents of the JSON-LD scripts */
	size_t		 njsonld;
};

/* `bytes` are taken for UTF-8; what is not is dropped.  All lives in `a` or is
 * a view of `bytes`. */
void prepass_run(struct prepass *pre, struct str bytes, struct arena *a);

#endif
