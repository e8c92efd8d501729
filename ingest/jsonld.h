/*
 * What a page says of its article in JSON-LD (schema.org): one object of a type
 * that ends in Article, Posting or the like, alone, in an array or in @graph.
 */
#ifndef INGEST_JSONLD_H
#define INGEST_JSONLD_H

#include "base/mem.h"

struct jsonld {
	struct str	 headline, summary, published, modified, language;
	struct str	 publisher, image, url, body;
	struct str	*authors, *tags;
	size_t		 nauthors, ntags;
	bool		 is_article;	/* else all that is known is of the page */
};

/* Read the scripts' contents.  Scripts that are no JSON are passed over. */
void jsonld_read(struct jsonld *ld, const struct str *scripts, size_t count,
    struct arena *a);

#endif
