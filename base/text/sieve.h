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

/*
 * Heads tell even more cheaply, of a word in a text as it stands, that it is none of
 * those named: by bits for its first letters, in any case.
 *
 *	named: tariff, ban		held back: minister, tax
 *					pass: tariffs, Tarifa, bank
 *
 * What is named with other signs among its first letters ("don't", "5g") is beyond
 * them, and `odd` and `digits` tell where to look closer.
 */
#define HEAD		4u	/* letters that are asked first, */
#define LONG_HEAD	5u	/* and then of longer words, */
#define LONGEST_HEAD	6u	/* and of still longer ones */
#define FIRST_BITS	18u
#define HEADS_BITS	19u

struct heads {
	uint64_t first[(1u << FIRST_BITS) / 64]; /* of all but with NULs, */
	uint64_t shorts[(1u << HEADS_BITS) / 64]; /* of those with no long head, */
	uint64_t longs[(1u << HEADS_BITS) / 64]; /* and of the others */
	uint64_t lacking[(1u << 5 * (HEAD - 1)) / 64]; /* words of HEAD - 1 */
	unsigned least;		/* letters that a word has, from 1 to HEAD */
	bool	 odd;		/* one with ', & or . among its first letters */
	bool	 digits;	/* or one that begins with a digit is named */
};

/* How what is named tells a word. */
enum naming {
	NAMED_WHOLE,		/* it is the word */
	NAMED_BEGINNING,	/* the word begins with it */
	NAMED_STEM		/* it is the word's stem, as English has it */
};

void heads_init(struct heads *h);
/* False for what can be no beginning of a word. */
bool heads_name(struct heads *h, struct str named, enum naming how);
/* Nothing more is named. */
void heads_close(struct heads *h);

/* The number of the bit of HEAD letters, which are small, or of fewer and NULs; where
 * `least` is HEAD - 1, of so many and the byte behind them, with the bit set that makes
 * letters small. */
static inline uint32_t
head_bit(uint32_t letters)
{
	return letters * 0x9e3779b1u >> (32 - HEADS_BITS);
}

/* The same among the first, which are fewer and asked most. */
static inline uint32_t
first_head_bit(uint32_t letters)
{
	return letters * 0x9e3779b1u >> (32 - FIRST_BITS);
}

/* The same of the first `n` of 8 bytes. */
static inline uint32_t
long_head_bit(uint64_t letters, unsigned n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	letters <<= 64 - 8 * n;
#else
	letters >>= 64 - 8 * n;
#endif
	return (uint32_t)(letters * 0x9e3779b97f4a7c15u >>
	    (64 - HEADS_BITS));
}

/* 1 where the bit is set, or 0. */
static inline unsigned
has_bit(const uint64_t *bits, uint32_t bit)
{
	return bits[bit / 64] >> bit % 64 & 1;
}

#endif
