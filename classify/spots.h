/*
 * Which classes have words within a row of marks, and where.  Many conditions and
 * expressions look at the same sentence, and most for what is not there.
 */
#ifndef CLASSIFY_SPOTS_H
#define CLASSIFY_SPOTS_H

#include "classify/grammar.h"

#define NO_SPOT	UINT32_MAX

/* The classes that have words in one place. */
struct held {
	uint16_t	*in;		/* by class: the round of which it is */
	uint16_t	 round;
	size_t		 count;		/* of classes */
};

void held_init(struct held *h, const struct grammar *g);
void held_release(struct held *h);
/* From now on it is about another place. */
void held_turn(struct held *h);
/* Add the classes of a phrase. */
void held_add(struct held *h, const struct lexicon *lex, uint32_t phrase);

static inline void
held_put(struct held *h, uint16_t class)
{
	h->in[class] = h->round;
}

static inline bool
held_has(const struct held *h, uint16_t class)
{
	return h->in[class] == h->round;
}

struct row {
	size_t		 from, end;	/* marks */
	class_signs	 signs;		/* of all of them */
	bool		 found;		/* what is held is of this row */
	struct held	 held;
};

/* The row that it is about, and the one before: conditions look at a sentence and at
 * what is near it in turn. */
struct spots {
	const struct grammar	*g;
	const struct marks	*marks;
	struct row		 row, other;
};

void spots_init(struct spots *p, const struct grammar *g,
    const struct marks *marks);
void spots_release(struct spots *p);

/* Its marks are others now. */
void spots_reset(struct spots *p);
/* From now on it is about the marks from..end-1. */
void spots_turn(struct spots *p, size_t from, size_t end);

/* The classes of the row. */
const struct held *spots_held(struct spots *p);
/* Is there a mark of the class in the row? */
bool spots_hold(struct spots *p, uint16_t class);
/* The first of its marks from number `i` on, or NO_SPOT. */
uint32_t spots_next(const struct spots *p, uint16_t class, size_t i);
/* The first in the row, or NO_SPOT. */
uint32_t spots_first(struct spots *p, uint16_t class);

/* Is the mark's phrase in the class? */
bool mark_in(const struct grammar *g, const struct mark *m, uint16_t class);

#endif
