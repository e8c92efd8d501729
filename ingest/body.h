/*
 * The article in a page: which part of the tree holds it, and which nodes in
 * there do not belong to it.
 */
#ifndef INGEST_BODY_H
#define INGEST_BODY_H

#include "ingest/tree.h"

/* Why a node was left out. */
enum drop {
	DROP_NOT,
	DROP_TAG,		/* its element never holds an article's text */
	DROP_HIDDEN,
	DROP_NAME,		/* its class or id says so */
	DROP_SIBLING,		/* beside the article, and not like it */
	DROP_LINKS,		/* most of it is links */
	DROP_FILLER,		/* "Advertisement", "Read more" */
	DROP_MARGIN,		/* before the first paragraph or after the last */
	DROP_ORPHAN		/* a heading over nothing */
};

struct body {
	uint32_t	 from, end;	/* the nodes that hold it */
	uint32_t	 lead;		/* a standfirst before them, or 0 */
	unsigned char	*dropped;	/* by node: not 0, an enum drop */
};

/* Find the article; `summary` is the page's own description, which its lead may
 * repeat.  All lives in `a`.  A page without text gives an empty one. */
void body_find(struct body *body, const struct tree *tree, struct str summary,
    struct arena *a);

#endif
