/*
 * Whether a text is about policy, and what its wording says, by the weights of its
 * words: what those who learn the weights and those who use them must agree on.
 */
#ifndef BASE_TEXT_RELEVANCE_H
#define BASE_TEXT_RELEVANCE_H

#include <math.h>
#include <stddef.h>

/* Code points of a text that count, beside its title. */
#define RELEVANCE_HEAD	400
/* Words that a shorter article is taken to have. */
#define RELEVANCE_WORDS	6
/* Most words between the two of a pair, */
#define PAIR_BETWEEN	2
/* and how a pair with any between is written: "no ..2 longer". */
#define PAIR_GAP	"..2"

/* Every article is above this floor. */
#define RELEVANCE_NO_FLOOR	(-100)

/* The logit is the sum of the weights over this. */
static inline double
relevance_spread(size_t words)
{
	return sqrt((double)(words > RELEVANCE_WORDS ? words :
	    RELEVANCE_WORDS));
}

#endif
