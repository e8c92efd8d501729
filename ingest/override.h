/*
 * Overrides: what people know of single sites, in files that anyone can add.
 * Each says for the pages of a site where the parts of an article stand
 * (stance-sites(5)):
 *
 *	site news.example old.example/archive
 *	body div.story-text
 *	strip .promo, .live-ticker
 *
 * Read once, before the jail; never changed after.
 */
#ifndef INGEST_OVERRIDE_H
#define INGEST_OVERRIDE_H

#include "ingest/select.h"

/* A place in a page, and which attribute tells it, or the element's text. */
struct pick {
	struct select	*select;	/* NULL: nothing is said */
	bool		 has_attribute;
	enum attr	 attribute;
};

struct override {
	const char	*file;
	unsigned long	 line;		/* of its site */
	struct select	*body;		/* NULL: nothing is said, as below */
	struct select	*keep, *strip;
	struct pick	 title, date, author;
};

struct overrides;

/* They live as long as the process. */
struct overrides *overrides_new(void);
/* Read a file, or the files in a folder whose names end in .site, by name.  -1:
 * one has a mistake, which is told on stderr with its place. */
int overrides_read(struct overrides *o, const char *path);
/* What is said of the page at `url`: by the longest host and path, of equals by
 * the last; NULL: nothing. */
const struct override *overrides_find(const struct overrides *o,
    struct str url);

#endif
