/*
 * The stem of a word, by libstemmer (Snowball).
 */
#ifndef BASE_TEXT_STEM_H
#define BASE_TEXT_STEM_H

#include <libstemmer.h>

#include "base/err.h"
#include "base/str.h"

/* The stemmer of this name, which libstemmer knows; NULL for NULL.  Ends the program
 * when memory is out. */
static inline struct sb_stemmer *
stemmer_open(const char *name)
{
	struct sb_stemmer *sb = name != NULL ? sb_stemmer_new(name, "UTF_8") :
	    NULL;

	if (name != NULL && sb == NULL)
		die("out of memory in the stemmer");
	return sb;
}

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
