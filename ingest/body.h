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
	DROP_ORPHAN,		/* a heading over nothing */
	DROP_NEXT,		/* another article, appended */
	DROP_RULE		/* a rule for its site says so */
};

/* What a rule for the site says of a node; ored. */
enum mark {
	MARK_BODY = 1 << 0,	/* the article, or a part of it */
	MARK_KEEP = 1 << 1,	/* not to be dropped, with all in it */
	MARK_STRIP = 1 << 2,
	MARK_ABOVE = 1 << 3	/* holds one that is the body or kept */
};

/* How much of what a page says of its elements is believed.  Where that leaves
 * no article, less is. */
enum trust {
	TRUST_NOTHING,
	TRUST_TAGS,
	TRUST_NAMES		/* tags, and classes and ids */
};

struct body {
	uint32_t	 from, end;	/* the nodes that hold it */
	uint32_t	 lead;		/* a standfirst before them, or 0 */
	enum trust	 trust;
	unsigned char	*dropped;	/* by node: not 0, an enum drop */
};

/* What is known of the article from elsewhere. */
struct body_hints {
	struct str		 title;
	struct str		 summary;	/* which its lead may repeat */
	const struct str	*authors;
	size_t			 nauthors;
	const unsigned char	*marks;		/* by node: what rules for the
						 * site say; or NULL */
};

/* Find the article.  All lives in `a`.  A page without text gives an empty one. */
void body_find(struct body *body, const struct tree *tree,
    const struct body_hints *hints, struct arena *a);
/* The concepts (ingest/concept.h) for which the node would be left out by its
 * names; 0 where they say nothing against it. */
unsigned body_named_away(const struct tree *tree, uint32_t node);

#endif
