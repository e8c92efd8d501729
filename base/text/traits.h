/*
 * What texts are compared by.  Three kinds of hashes, for three questions:
 *
 *	shingles	three words in a row: is it the same text?
 *	words		those that say what it is about, from the title and the first
 *			120 words: is it about the same thing?  Words of five letters
 *			or more, cut to six, which joins most forms of one word in most
 *			languages; names; numbers; two ideographs in a row
 *	marks		the names and numbers of the whole text: is it the same case?
 *			Two notices from one template share shingles and words, but
 *			not these
 *
 * A name is what has a capital inside a sentence.  It knows no language and takes
 * no dictionary; the text is read once.
 */
#ifndef BASE_TEXT_TRAITS_H
#define BASE_TEXT_TRAITS_H

#include <stdint.h>

#include "base/mem.h"

#define TRAITS_SHINGLES 20000 /* of a long text the first so many */
#define TRAITS_LEAD     120 /* words of the text that count for words */
#define TRAITS_WORDS    256
#define TRAITS_MARKS    1024

struct hashes {
	uint64_t *v;
	size_t n;
};

struct traits {
	struct hashes shingles; /* as they come, some twice */
	struct hashes words, marks; /* sorted, each once */
	struct hashes numbers; /* those of the marks, sorted */
};

/* All lives in the arena. */
void traits_read(
    struct traits *t, struct str title, struct str text, struct arena *a);
/* Sort hashes, which are uniform, and drop what stands twice. */
void hashes_sort(struct hashes *h, struct arena *a);
/* How many stand in both; each is sorted. */
size_t hashes_common(const struct hashes *a, const struct hashes *b);

#endif
