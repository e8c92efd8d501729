/*
 * Finding the phrases of a sentence whose words were read.
 */
#ifndef CLASSIFY_WALK_H
#define CLASSIFY_WALK_H

#include "classify/reader.h"

/* What stands in a sentence, before its marks are made: most sentences need
 * none. */
struct outlook {
	class_signs	signs;		/* of all phrases */
	uint32_t	flags;		/* of those noted */
	uint32_t	sentence;	/* its number */
	uint32_t	from, end;	/* of its starts in the reading */
	uint32_t	noted, noted_end; /* of its notes */
	bool		wanted;		/* for the caller */
};

/* A phrase that stands there, and what is said of it: lexicon_flag(). */
struct note {
	uint32_t	phrase, flags;
	class_signs	needs, asks;
};

/* Of phrases that have one of MARK_NOTED. */
struct notes {
	struct note	*v;
	size_t		 n, cap;
};

/* Note it, if it is to be. */
void note_phrase(const struct lexicon *lex, uint32_t phrase, struct outlook *o,
    struct notes *notes);
/* Where to look ahead, and for what. */
struct look {
	size_t		sentence, start; /* the first, of the reading */
	class_signs	beside;		/* that count for every sentence */
};

/* Find what stands in the sentences: an outlook for each that has starts at all.
 * Returns how many have; what may make a hit is noted, and in the bits it is
 * remembered where phrases go on. */
size_t walk_ahead(const struct reader *r, const struct words *w,
    const struct reading *reading, const struct look *look,
    struct outlook *outlooks, struct notes *notes, uint16_t *bits);
/* Append the marks of a sentence in order of their starts, and set the bits of
 * tokens that several words give.  Its starts are from..end-1.  `looked`: one has
 * looked ahead there. */
void walk_sentence(const struct reader *r, const struct words *w,
    const struct reading *reading, size_t from, size_t end,
    const struct sentence *s, bool looked, struct marks *marks, uint16_t *bits);

#endif
