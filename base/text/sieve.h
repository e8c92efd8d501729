/*
 * A sieve lets every word pass that can have one of some stems, and few others:
 * to stem a word costs ten times as much as to sieve it.
 *
 *	stems: possibl, tariff		passes: possible, possibly, tariffs
 *					held: minister, possessed
 *
 * It knows what the English stemmer can do to a word: it cuts the end off, and
 * changes at most the last letter of what is left (carry: carri, making: make), or
 * the last two of "ble" (visibility: visible).  So a word begins with each of its
 * possible stems, less that.  Of other languages nothing is known here, and every
 * word passes.
 */
#ifndef BASE_TEXT_SIEVE_H
#define BASE_TEXT_SIEVE_H

#include <stdint.h>

#include "base/str.h"

/* Beginnings of words, a bit for the hash of each.  All zero: everything
 * passes. */
struct sieve {
	uint64_t	*bits;
	unsigned	 shift;		/* what is left of a hash tells the bit */
};

/* For `stemmer`, which may be NULL, and about `count` stems. */
void sieve_init(struct sieve *s, const char *stemmer, size_t count);
void sieve_add(struct sieve *s, struct str stem);
void sieve_release(struct sieve *s);
/* May the folded word have one of the stems? */
bool sieve_passes(const struct sieve *s, struct str word);

#endif
