/*
 * What leads to the first article of a story: an inverted index from some of its
 * hashes, in memory that has a ceiling.
 *
 * The articles of the window stand in a ring; it grows while its oldest is young
 * enough, up to a million articles in 180 MB.  Then the oldest stories are no
 * longer found.
 */
#ifndef STORE_LEADS_H
#define STORE_LEADS_H

#include "base/text/traits.h"
#include "store/idrun.h"

/* A bit for each word of a lead, which some share. */
#define WORD_BITS 256
struct word_bits {
	uint64_t v[WORD_BITS / 64];
};

/* The first article of a story. */
struct first {
	struct place place;
	int64_t stored;
	struct word_bits words;
};

#define LEADS_EACH  16 /* hashes that lead to one, at most */
#define LEADS_FOUND 8 /* the most promising, at most */

struct leads;

/* Of articles that are no older than `window` seconds. */
struct leads *leads_new(int64_t window);
void leads_free(struct leads *l);
void leads_add(struct leads *l, const struct first *first,
    const uint64_t *hashes, size_t n);
/* These will be looked up soon. */
void leads_fetch(const struct leads *l, const struct hashes *hashes);
/* What a text is looked up by. */
struct clue {
	const struct hashes *shingles, *words;
	struct word_bits bits; /* of all its words */
};

/* Set the bit of a word. */
void leads_mark(struct word_bits *bits, uint64_t hash);
/* The firsts of the window before `now` that two or more hashes lead to, and of
 * which enough words may be in both; those with most hits first, of these the
 * earliest. */
size_t leads_find(const struct leads *l, const struct clue *clue, int64_t now,
    struct first found[LEADS_FOUND]);

#endif
