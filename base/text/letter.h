/*
 * What a character is to those who cut texts into words.
 */
#ifndef BASE_TEXT_LETTER_H
#define BASE_TEXT_LETTER_H

#include <stdint.h>

#include "base/str.h"

enum letter {
	LETTER_SPACE,		/* parts words, leaves nothing */
	LETTER_WORD,
	LETTER_DIGIT,
	LETTER_MARK,		/* a token of its own */
	LETTER_QUOTE,
	LETTER_APOSTROPHE,
	LETTER_IDEOGRAPH	/* a word of its own */
};

extern const uint8_t letter_ascii[128];

/* Of a character that is not ASCII. */
enum letter letter_wide(struct str s, size_t at, unsigned *len);

/* The letter at `at` and its length in bytes. */
static inline enum letter
letter_of(struct str s, size_t at, unsigned *len)
{
	unsigned char c = (unsigned char)s.p[at];

	if (c >= 0x80)
		return letter_wide(s, at, len);
	*len = 1;
	return (enum letter)letter_ascii[c];
}

/* Is it part of the character before it: an accent, a vowel sign, a later part
 * of a Hangul syllable? */
bool letter_is_joined(struct str s, size_t at);
/* Behind what belongs to the character that ends at `at`. */
size_t letter_skip_joined(struct str s, size_t at);

#endif
