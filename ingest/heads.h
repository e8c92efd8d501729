/*
 * What the head and the body of a page were found to say of the article, before
 * anybody is believed: ingest/meta.c, bylines.c and pagedate.c choose.  Shared
 * by these; nobody else needs it.
 */
#ifndef INGEST_HEADS_H
#define INGEST_HEADS_H

#include "ingest/page.h"

#define AUTHORS_MAX	16
#define TAGS_MAX	32
#define H1_MAX		8
#define BYLINES_MAX	64

/* What meta elements tell. */
enum field {
	FIELD_TITLE,
	FIELD_SUMMARY,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_DATE,			/* of what, it does not say */
	FIELD_MODIFIED,
	FIELD_LANGUAGE,
	FIELD_URL,
	FIELD_SITE,
	FIELD_IMAGE,
	FIELD_TAG,
	FIELD_COUNT
};

/* Where a name for readers may stand, the surest first. */
enum signature {
	SIGNATURE_INLINE,	/* a word or link that is called the author's */
	SIGNATURE_BLOCK,	/* a block that is */
	SIGNATURE_PROFILE,	/* a link to an author's page */
	SIGNATURE_BY,		/* a line that says "by" */
	SIGNATURE_COUNT
};

struct byline {
	struct str	 text;
	uint32_t	 at;
	enum signature	 signature;
};

/* What the head and the body were found to say. */
struct heads {
	const struct tree *tree;
	struct arena	*a;
	struct str	 first[FIELD_COUNT];
	size_t		 rank[FIELD_COUNT];	/* of first[] in fields[], + 1 */
	struct str	 authors[AUTHORS_MAX];	/* of the best rank */
	size_t		 nauthors;
	struct str	 tags[TAGS_MAX];
	size_t		 ntags;
	struct str	 title, canonical, language, base;
	bool		 is_amp;
	struct str	 h1[H1_MAX];
	unsigned	 h1s;
	uint32_t	 h1_at;			/* the first */
	uint32_t	 title_at;		/* the heading that is the title */
	struct str	 headline;		/* itemprop */
	struct str	 published, modified;	/* itemprop */
	struct str	 time;			/* of a time element */
	uint32_t	 time_at;
	struct byline	 bylines[BYLINES_MAX];
	size_t		 nbylines;
};

/* Read the tree; h->tree and h->a are set. */
void heads_read(struct heads *h);
/* Trimmed, unless it is there already or the list is full. */
void heads_add(struct str *list, size_t *count, size_t max, struct str s);
/* The start of what is too long for a title or a name, between characters. */
struct str heads_clip(struct str s);
/* Letters and digits only, ASCII in lower case, to compare names. */
struct str heads_fold(struct str s, struct arena *a);
/* A string of markup or of entities as text; spaces collapsed. */
struct str heads_plain(struct str s, struct arena *a);
/* Is `part` the name of the site? */
bool heads_names_site(struct heads *h, const struct page *page, struct str part);
/* What an element says of a date: its attribute, else its text. */
struct str heads_date_text(const struct heads *h, uint32_t i);
bool heads_has_any(struct str value, const char *const *words, size_t count);
/* Is it called the author's by those who made the page? */
bool heads_names_author(const struct node *node);
/* Note a name for readers.  One inside of a block that is the author's is told
 * by itself. */
void heads_read_byline(struct heads *h, uint32_t i, enum signature signature);

#endif
