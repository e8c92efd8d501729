/*
 * Finding the phrases of a sentence whose words were read.
 */
#ifndef CLASSIFY_WALK_H
#define CLASSIFY_WALK_H

#include "classify/reader.h"
#include "classify/spots.h"

/* Tokens first..end-1 are a phrase. */
struct find {
	uint32_t	first, end;
	uint32_t	phrase;
};

struct finds {
	struct find	*v;
	size_t		 n, cap;
};

/* What stands in a sentence, before its marks are made: most sentences need
 * none. */
struct outlook {
	class_signs	signs;		/* of all phrases */
	uint32_t	flags;		/* of MARK_NOTED, */
	uint32_t	longer;		/* and those of phrases of several words */
	uint32_t	sentence;	/* its number */
	uint32_t	from, end;	/* of its starts in the reading */
	uint32_t	found;		/* where its finds begin */
	uint32_t	noted, noted_end; /* of its notes, for choose.c */
	uint32_t	marked, marked_end; /* of its marks, once wanted */
	bool		wanted;		/* it may make a hit, */
	bool		composes;	/* or lend the next one an object: */
					/* from operators and objects */
};

/* May a phrase go on with what is known of two words, the second right behind the
 * first or over a gap? */
bool walk_may_go_on(const struct reader *r, bool over, uint32_t first,
    uint32_t second);
/* Find what stands in the sentences of a text: an outlook for each that has starts
 * at all.  Returns how many have.  Where a longer phrase begins, all that begin
 * there are found; other words are not.  The bits of tokens that several words
 * give are set. */
size_t walk_text(struct reader *r, const struct words *w,
    const struct reading *reading, struct outlook *outlooks,
    struct finds *finds, uint16_t *bits);
/* Append to `list` all phrases of a sentence, in order of their starts. */
void walk_list(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    struct finds *list);
/* Hold the classes of a sentence that rules ask for, and others. */
void walk_hold(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    struct held *held);
/* May one of the sentence's phrases show that a rule has what it asks for, where
 * `signs` stand in its reach? */
bool walk_hopes(const struct reader *r, const struct reading *reading,
    const struct outlook *o, class_signs signs);
/* Append to `notes` what of the sentence has one of MARK_NOTED; of words by
 * themselves only where one has a flag of `asked`, or shows that a rule has what it
 * asks for, beside `beside` that stands elsewhere. */
void walk_note(const struct reader *r, const struct reading *reading,
    const struct outlook *o, const struct finds *finds, const uint16_t *bits,
    uint32_t asked, class_signs beside, struct finds *notes);

#endif
