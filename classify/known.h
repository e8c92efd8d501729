/*
 * The parts of a reader, which reader.c fills and walk.c looks at.
 */
#ifndef CLASSIFY_KNOWN_H
#define CLASSIFY_KNOWN_H

#include "classify/grammar.h"
#include "classify/reader.h"
#include "classify/trie.h"

/* What is remembered of nodes and words, and of pairs of words. */
#ifdef STANCE_TINY
#define PATH_BITS	2u
#define PAIR_BITS	2u
#define BARREN_BITS	3u
#else
#define PATH_BITS	16u
#define PAIR_BITS	17u
#define BARREN_BITS	10u
#endif

/* What was met first is met most: of pairs of these a bit tells, on few lines of the
 * cache, that one was found not to go on with the other. */
#define BARREN_WORDS	(1u << BARREN_BITS)
#define BARREN_ROW	(BARREN_WORDS / 8)

/* Two words, and which roots of the first go on with the second, at once or behind
 * a gap. */
struct pair {
	uint32_t	first, second;
	uint32_t	roots, leaps;
};

/* A node and a word, and the node where the one goes on with the other: 0 for none,
 * NONE for several. */
struct path {
	uint64_t	pair;
	uint32_t	to;
};

/* A reader's tag, in numbers of nodes and of what is known. */
#define SALT_SHIFT	26u

/* The bit of a root, or of all that are left. */
#define ROOT_BIT(n)	(1u << ((n) < 31 ? (n) : 31))

/* Beside a token's bits: its word has roots. */
#define STARTS_PHRASE	0x8000u
/* Of a token from which a longer phrase was found to go on. */
#define GOES_ON		0x4000u

/* What is known of a word; words of which the same is known share it.  It lies on
 * a line of the cache. */
struct known {
	class_signs	classes;	/* of the phrases that it is */
	uint64_t	signs;		/* of its inner symbols */
	uint64_t	follow;		/* signs of what goes on with a phrase */
	uint64_t	from;		/* bits of its leaps */
	uint32_t	at;		/* of its parts in the pool: */
	uint16_t	n;		/* symbols that stand within phrases, */
	uint16_t	roots;		/* nodes that it leads to first, */
	uint16_t	phrases;	/* phrases that it is by itself, and for */
					/* each the number of its root */
	uint16_t	gap;		/* the most words that a leap goes over */
	uint16_t	flags;		/* of its phrases, of MARK_NOTED */
	uint16_t	bits;		/* of the token, and STARTS_PHRASE */
	uint32_t	follows;	/* where its sets of forms begin: */
	uint8_t		at_once, over;	/* the logarithms of their sizes, */
					/* of words that phrases go on with */
					/* behind it, or over a gap */
	uint8_t		forms;		/* of its own, behind its parts; then */
					/* follow how many of its classes rules */
					/* ask for, and those */
};

/* The same while it is worked out.  A word of more forms than these is taken to have
 * any. */
#define FORMS_MAX	16u

struct finding {
	uint32_t	*symbols;
	size_t		 n, cap;
	uint32_t	*parts;		/* for the pool: three of each, and */
	uint32_t	*roots_of;	/* the numbers of its phrases' roots */
	size_t		 room;
	uint32_t	 tags[FORMS_MAX]; /* of its forms */
	uint32_t	*classes;	/* that rules ask for */
	size_t		 class_count, class_cap;
	struct known	 known;
	class_signs	 needs;
	uint64_t	 lands;
};

/* May a word of these forms be in the set of 2^size bits? */
static inline bool
may_be_in(const uint64_t *set, uint8_t size, const uint32_t *tags, size_t n)
{
	uint32_t mask = ((uint32_t)1 << size) - 1;

	for (size_t i = 0; i < n; i++)
		if (set[(tags[i] & mask) / 64] >> tags[i] % 64 & 1)
			return true;
	return n == 0;
}

struct reader {
	const struct lexicon	*lex;
	struct memo		*memo;
	struct splitter		 splitter;
	bool			 shouting;	/* the text is in capitals */
	struct sb_stemmer	*sb;
	struct known		*known;		/* [0]: no rule names the word */
	size_t			 known_count, known_cap;
	uint16_t		*bits_of;	/* the same as known's, by itself */
	size_t			 bits_cap;
	class_signs		*needs;		/* by known: what those of its phrases */
	size_t			 needs_cap;	/* that hope all ask for */
	uint64_t		*lands;		/* by known: the bits of the leaps that */
	size_t			 lands_cap;	/* may end there */
	struct finding		 finding;	/* one at a time */
	uint32_t		*pool;
	size_t			 pool_count, pool_cap;
	uint64_t		*follows;	/* sets of forms, for what is known */
	size_t			 follows_count, follows_cap;
	uint32_t		*slots;		/* hash of what is known */
	size_t			 slot_count;
	uint32_t		*found;		/* by phrase: in which round last */
	uint32_t		 round;
	/* of the memo, for all languages: a salt tells whose it is */
	uint32_t		 salt;
	struct path		*paths;
	struct pair		*pairs;
	uint8_t			*barren;	/* of this reader: BARREN_WORDS rows, */
						/* for what stands behind a word and */
						/* then for what it leaps to */
};

/* The phrases that the word is by itself. */
static inline const uint32_t *
phrases_of(const struct reader *r, const struct known *known)
{
	return r->pool + known->at + known->n + known->roots;
}

/* A new round in which phrases are found. */
static inline uint32_t
reader_round(struct reader *r)
{
	if (++r->round == 0) {
		memset(r->found, 0, r->lex->phrase_count * sizeof(*r->found));
		r->round = 1;
	}
	return r->round;
}

#endif
