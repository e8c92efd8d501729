/*
 * How common the words of a phrase are, about, for want of a text to count them
 * in: short words are common in any language, so are those that hold clauses
 * together, and those that rules name again and again.
 */
#ifndef CLASSIFY_RARITY_H
#define CLASSIFY_RARITY_H

#include "classify/trie.h"

/* The rarest word of a phrase. */
struct rarest {
	uint32_t	symbol;
	unsigned	commonness;
};

/* By phrase of a sealed lexicon; to be freed. */
struct rarest *rarest_words(const struct lexicon *lex);

#endif
