/*
 * What the people who made a page say of an element by its class, id and role:
 * "comments", "related-posts", "articleBody".  Names are cut into words at
 * capitals and punctuation, and each word and each pair of neighbours is looked
 * up, so "article-body", "articleBody" and "articlebody" are one.
 */
#ifndef INGEST_CONCEPT_H
#define INGEST_CONCEPT_H

#include "ingest/tree.h"

enum concept {
	CONCEPT_BODY = 1 << 0,		/* the article's text */
	CONCEPT_SUMMARY = 1 << 1,	/* its lead */
	CONCEPT_COMMENT = 1 << 2,
	CONCEPT_RELATED = 1 << 3,	/* other articles */
	CONCEPT_SHARE = 1 << 4,
	CONCEPT_SIGNUP = 1 << 5,	/* newsletters, subscriptions */
	CONCEPT_AD = 1 << 6,
	CONCEPT_NAV = 1 << 7,		/* menus, breadcrumbs, tags, pagers */
	CONCEPT_FRAME = 1 << 8,		/* header, footer, sidebar of the page */
	CONCEPT_CAPTION = 1 << 9,
	CONCEPT_BYLINE = 1 << 10,	/* authors, dates, sections */
	CONCEPT_NOTICE = 1 << 11,	/* cookies, consent, copyright, pop-ups */
	CONCEPT_HIDDEN = 1 << 12,
	CONCEPT_MEDIA = 1 << 13,	/* galleries, players, embeds */
	CONCEPT_PAYWALL = 1 << 14	/* text that is hidden until paid for */
};

/* The concepts that an element's names speak of, or 0. */
unsigned concepts_of(const struct node *node);
/* What the first of `concepts` is about, for people. */
const char *concept_words(unsigned concepts);

#endif
