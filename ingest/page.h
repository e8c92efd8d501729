/*
 * A page: from the bytes of an HTML document to the article in it and nothing
 * else.  Foreign markup: call it only in the jail.
 */
#ifndef INGEST_PAGE_H
#define INGEST_PAGE_H

#include "base/date.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/source.h"

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
};

/* Extract the article.  Strings live in `a` or in the source.  -1 with the
 * reason when there is no text to be had. */
int page_extract(const struct source *src, struct arena *a, struct page *page,
    struct err *err);
/* The plain text of a fragment of HTML (a feed's content or summary), in the
 * blocks of stance-record(5).  Nothing is taken for boilerplate. */
struct str page_fragment_text(struct str html, struct arena *a);

#endif
