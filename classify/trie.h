/*
 * The parts of a lexicon, which lexicon.c builds and reader.c walks.
 */
#ifndef CLASSIFY_TRIE_H
#define CLASSIFY_TRIE_H

#include "base/digest.h"
#include "base/text/sieve.h"
#include "base/text/stem.h"
#include "classify/lexicon.h"

#define NONE		UINT32_MAX
/* How a word of the text is compared with what a rule names. */
enum form {
	FORM_RAW = 'r',		/* the folded word */
	FORM_CASED = 'c',	/* with its case */
	FORM_SHOUTED = 'u',	/* the same folded, for a word in capitals */
	FORM_STEM = 's',
	FORM_PREFIX = 'p',	/* restrict* */
	FORM_SUFFIX = 'f',	/* *zoll */
	FORM_INFIX = 'i',	/* *zoll* */
	FORM_FAMILY = 'm',	/* ~impose: never met in a text */
	FORM_NUMBER = 'n'	/* any number, with the empty string */
};

/* A form and one symbol it stands for; several of one form are chained. */
struct binding {
	struct str	text;		/* form letter and string */
	uint32_t	symbol;
	uint32_t	next;
};

/* The tag is of the form's hash, so that others are not even looked at. */
struct slot {
	uint32_t	tag;
	uint32_t	binding;	/* the first of its chain, or NONE */
};

struct node {
	uint64_t	follow;		/* signs of the edges' symbols */
	union {
		uint32_t phrase;	/* ends here, or NONE */
		uint32_t wider;		/* behind a gap, where none ends: the
					 * child behind a wider one, or NONE */
	};
	uint32_t	gap_child;	/* behind the narrowest gap, or NONE */
	uint32_t	at;		/* of its edges, once sealed: by symbol */
	uint32_t	edges : 27;
	uint32_t	width : 5;	/* words in the gap before it; 0: none */
};

struct phrase {
	uint16_t	*classes;	/* until it is sealed */
	uint16_t	 count, cap;
	bool		 swapped;
	bool		 gapped;
	bool		 lone;		/* an old number without the new one */
	struct str	 text;
};

/* What readers ask of a phrase, on a line of the cache. */
struct effects {
	class_signs	signs, needs;	/* of its marks, as are the flags */
	class_signs	asks;		/* signs that its role in a clause needs */
	uint32_t	flags;
	uint32_t	classes;	/* where they are in the lexicon's */
	uint16_t	class_count;
	uint16_t	bits;
	bool		silent;		/* leaves bits, no mark */
};

/* While the trie grows its edges are a hash. */
struct growing {
	uint64_t	key;		/* node << 32 | symbol; 0: free slot */
	uint32_t	to;
};

struct edge {
	uint32_t	symbol, to;
};

/* A symbol as the first before a gap, and as the one behind: they may go together
 * where they share a bit. */
struct leaper {
	uint64_t	from, to;
	unsigned	gap;		/* words in its widest, with those behind */
};

struct numeral {
	struct str	word;
	double		value;
	bool		multiple;	/* of the number before it */
};

struct include {
	uint16_t	class, into;
};

struct lexicon {
	struct arena	 arena;
	const char	*stemmer;
	struct scratch	*scratch;	/* for compiling */
	struct binding	*bindings;
	size_t		 binding_count, binding_cap;
	struct slot	*slots;		/* hash of forms to bindings */
	size_t		 slot_count;
	uint64_t	*present;	/* a bit for each form's tag, once sealed */
	uint32_t	 symbols;	/* given out so far; 0 is none, 1 number */
	struct node	*nodes;
	size_t		 node_count, node_cap;
	struct growing	*growing;	/* until it is sealed */
	size_t		 edge_count, growing_slots;
	struct edge	*edges;		/* by node */
	uint32_t	*roots;		/* by symbol: the node behind it, or 0 */
	struct leaper	*leaps;		/* by symbol, once sealed, */
	bool		 leaping;	/* if there are any */
	uint32_t	*tags;		/* of the forms of each symbol, in its row */
	uint32_t	*tag_rows;	/* where that begins, by symbol */
	struct phrase	*phrases;
	size_t		 phrase_count, phrase_cap;
	struct effects	*effects;	/* by phrase, from lexicon_seal() */
	uint16_t	*classes;	/* of all phrases, from then on */
	bool		*asked;		/* by class: a rule asks whether words of it */
					/* are there; set by whoever knows */
	struct numeral	*numerals;
	size_t		 numeral_count, numeral_cap;
	struct include	*includes;
	size_t		 include_count, include_cap;
	struct sieve	 sieve;		/* of the stems that are named */
	uint8_t		*inner;		/* by symbol: a phrase goes on with it */
	size_t		 infixes;
	uint64_t	 prefixes[2], suffixes[2]; /* lengths that are named */
	bool		 raw, cased;	/* such forms are named */
	bool		 digits;	/* a form begins with a digit */
};

#define SYMBOL_NUMBER	1u
/* In place of the tag of a form, for what is written in digits. */
#define DIGITS_TAG	1u

/* One bit of 63 for a symbol: where no bit of two sets meets, no symbol does.
 * Numbers, which many phrases go on with, have one for themselves. */
static inline uint64_t
sign_of(uint32_t symbol)
{
	return symbol == SYMBOL_NUMBER ? 1ULL << 62 :
	    1ULL << ((uint64_t)(symbol * 0x9e3779b1u) * 62 >> 32);
}

/* A bit of `present` for every so many slots would tell less. */
#define PRESENT_EACH	8u

/* The number of the bit for the form of this hash. */
static inline size_t
present_bit(const struct lexicon *lex, uint64_t hash)
{
	return (hash >> 32) & (PRESENT_EACH * lex->slot_count - 1);
}

/* Where the form of this hash is, or belongs. */
static inline struct slot *
slot_of(const struct lexicon *lex, struct str key, uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32);
	size_t mask = lex->slot_count - 1, i = hash & mask;

	while (lex->slots[i].binding != NONE && (lex->slots[i].tag != tag ||
	    !str_eq(lex->bindings[lex->slots[i].binding].text, key)))
		i = (i + 1) & mask;
	return &lex->slots[i];
}

/* phrase_classes(), where it is asked for each mark. */
static inline const uint16_t *
classes_of(const struct lexicon *lex, uint32_t phrase, size_t *count)
{
	const struct effects *of = &lex->effects[phrase];

	*count = of->class_count;
	return lex->classes + of->classes;
}

/* "China's" is compared as "china" where a raw form is named. */
static inline struct str
without_genitive(struct str word)
{
	if (word.n > 2 && word.p[word.n - 2] == '\'' && word.p[word.n - 1] == 's')
		return str_slice(word, 0, word.n - 2);
	return word;
}

#endif
