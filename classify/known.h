/*
 * The parts of a reader, which reader.c fills and walk.c looks at.
 */
#ifndef CLASSIFY_KNOWN_H
#define CLASSIFY_KNOWN_H

#include "classify/grammar.h"
#include "classify/reader.h"
#include "classify/trie.h"

/* Of which nodes and words it is known that they do not go on. */
#ifdef STANCE_TINY
#define BARREN_BITS	2u
#else
#define BARREN_BITS	14u
#endif

/* Beside a token's bits: its word has roots. */
#define STARTS_PHRASE	0x8000u

enum {
	WORD_NAMED = 1,		/* a rule names it */
	WORD_NOTED = 2		/* it is a phrase with one of MARK_NOTED */
};

/* What is known of a word; words of which the same is known share it. */
struct known {
	_Alignas(64) uint64_t signs;	/* of its inner symbols */
	uint64_t	follow;		/* signs of what goes on with a phrase */
	uint64_t	leap;		/* the same, up to `gap` words later */
	uint32_t	at;		/* of its parts in the pool: */
	uint8_t		n;		/* symbols that stand within phrases, */
	uint8_t		roots;		/* nodes that it leads to first, */
	uint8_t		phrases;	/* phrases that it is by itself */
	uint8_t		gap;
	class_signs	classes;	/* of the phrases that it is */
	uint16_t	bits;		/* of the token, and STARTS_PHRASE */
	uint8_t		is;		/* WORD_* */
};

struct reader {
	const struct lexicon	*lex;
	struct memo		*memo;
	struct splitter		 splitter;
	struct sb_stemmer	*sb;
	struct known		*known;		/* [0]: no rule names the word */
	size_t			 known_count, known_cap;
	uint16_t		*bits_of;	/* the same as known's, by itself */
	size_t			 bits_cap;
	uint32_t		*pool;
	size_t			 pool_count, pool_cap;
	uint32_t		*slots;		/* hash of what is known */
	size_t			 slot_count;
	uint64_t		*barren;	/* nodes and words that do not go on */
};

#endif
