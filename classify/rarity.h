/*
 * How common the words of a phrase are, about, for want of a text to count them
 * in: short words are common in any language, so are those that hold clauses
 * together, and those that rules name again and again.
 */
#ifndef CLASSIFY_RARITY_H
#define CLASSIFY_RARITY_H

#include "classify/trie.h"

/* By phrase of a sealed lexicon, the commonness of its rarest word; to be freed. */
unsigned *phrase_commonness(const struct lexicon *lex);

#endif
