/*
 * The stem of a word, by libstemmer (Snowball).
 */
#ifndef BASE_TEXT_STEM_H
#define BASE_TEXT_STEM_H

#include <libstemmer.h>

#include "base/err.h"
#include "base/str.h"

/* The folded word's stem, which lives until the next one; the word itself without
 * a stemmer (NULL). */
static inline struct str
stem(struct sb_stemmer *sb, struct str word)
{
	const sb_symbol *s;

	if (sb == NULL)
		return word;
	s = sb_stemmer_stem(sb, (const sb_symbol *)word.p, (int)word.n);
	if (s == NULL)
		die("out of memory in the stemmer");
	return (struct str){ (const char *)s, (size_t)sb_stemmer_length(sb) };
}

#endif
