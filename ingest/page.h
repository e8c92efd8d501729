/*
 * A page: from the bytes of an HTML document to the article in it and nothing
 * else.  Foreign markup: call it only in the jail.
 */
#ifndef INGEST_PAGE_H
#define INGEST_PAGE_H

#include "base/date.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/body.h"
#include "ingest/override.h"
#include "ingest/source.h"
#include "ingest/variant.h"

struct author {
	struct str	name, email, url;
};

struct page {
	struct str	 url;		/* canonical, absolute; else the source's */
	struct str	 title, summary, language, image, site;
	struct str	 text;		/* stance-record(5), content_text */
	struct author	*authors;
	size_t		 nauthors;
	struct str	*tags;
	size_t		 ntags;
	bool		 has_published, has_modified;
	struct date	 published, modified;
	enum variant	 variant;	/* url is then that of the page itself */
};

/* What the article was found in, for who explains it (ingest/explain.h). */
struct page_sight {
	struct tree	 tree;		/* none: the bytes are no page */
	struct body	 body;
	const struct override *override; /* the rule for its site, or NULL */
	bool		 is_rescued;	/* the text is JSON-LD's */
	struct str	 declared;	/* language; the page has the text's */
};

/* Extract the article.  `overrides` are the rules for sites, or NULL; *sight is
 * filled where it is not NULL, also on failure.  Strings live in `a` or in the
 * source.  -1 with the reason when there is no text to be had. */
int page_extract(const struct source *src, const struct overrides *overrides,
    struct arena *a, struct page *page, struct page_sight *sight,
    struct err *err);
/* The plain text of a fragment of HTML (a feed's content or summary), in the
 * blocks of stance-record(5).  Nothing is taken for boilerplate. */
struct str page_fragment_text(struct str html, struct arena *a);

#endif
