/*
 * Where the words of each class stand within a row of marks.  An index made for
 * one row at a time, when it is first asked: many conditions and expressions
 * look at the same sentence.
 */
#ifndef CLASSIFY_SPOTS_H
#define CLASSIFY_SPOTS_H

#include "classify/grammar.h"

struct spot {
	uint32_t	mark;
	uint32_t	next;		/* of the same class, or NO_SPOT */
};

#define NO_SPOT	UINT32_MAX

struct head {
	uint32_t	round;		/* in which it was set */
	uint32_t	first;		/* its spot */
};

struct spots {
	const struct grammar	*g;
	const struct marks	*marks;
	size_t			 from, end;	/* the row */
	class_signs		 signs;		/* of all its marks */
	bool			 found;		/* the rest is of this row */
	struct head		*heads;		/* by class */
	uint32_t		 round;
	struct spot		*v;
	size_t			 cap;
};

void spots_init(struct spots *p, const struct grammar *g,
    const struct marks *marks);
void spots_release(struct spots *p);

/* Its marks are others now. */
void spots_reset(struct spots *p);
/* From now on it is about the marks from..end-1. */
void spots_turn(struct spots *p, size_t from, size_t end);

/* The first spot of the class in the row, or NO_SPOT; the others follow it in
 * order. */
uint32_t spots_first(struct spots *p, uint16_t class);

#endif
