/*
 * Where sentences end.  A full stop ends one unless it belongs to a number, an
 * initial, an ordinal or an abbreviation, or the text goes on in lower case.
 * After an abbreviation that can also stand last ("the U.S.", "fish, etc.") a
 * sentence ends where the next word is one that begins sentences: "The", "Il".
 * The lists of words serve all our languages at once, for a splitter is asked
 * before anybody knows the language; what is one in one language and an
 * ordinary word in another is asked for its capital.
 *
 * tests/text/sentences.txt is the labelled file that this is measured by.
 */
#ifndef BASE_TEXT_SENTENCE_H
#define BASE_TEXT_SENTENCE_H

#include "base/text/words.h"

/* What a character is to the tokenizer. */
enum letter {
	LETTER_SPACE,		/* parts words, leaves nothing */
	LETTER_WORD,
	LETTER_DIGIT,
	LETTER_MARK,		/* a token of its own */
	LETTER_QUOTE,
	LETTER_APOSTROPHE,
	LETTER_IDEOGRAPH	/* a word of its own */
};

/* The letter at `at` and its length in bytes. */
enum letter letter_of(struct str s, size_t at, unsigned *len);

/* Is it part of the character before it, as an accent is? */
bool letter_is_joined(struct str s, size_t at);

/* Does the last token of `w`, a mark or a word with a point at its end, end the
 * sentence that began with token `first`?  What closes the sentence behind it,
 * quotation marks and brackets, ends at *end. */
bool sentence_ends(const struct words *w, uint32_t first, size_t *end);
/* Does a line break do so, where the line from `line` to `at` ends and the
 * next one begins at `next`? */
bool line_ends_sentence(const struct words *w, size_t line, size_t at,
    size_t next);

#endif
