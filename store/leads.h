/*
 * What leads to the first article of a story: an inverted index from some of its
 * hashes, in memory that has a ceiling.
 *
 * It is kept in generations, tables that are filled one after the other: a small
 * one, a larger one, then large ones of 256 K articles each.  A generation goes as
 * a whole when its last article is too old, or when there are too many: then the
 * oldest stories are no longer found.  Four large ones hold a million articles in
 * 175 MB.
 */
#ifndef STORE_LEADS_H
#define STORE_LEADS_H

#include "base/text/traits.h"
#include "store/idrun.h"

/* The first article of a story. */
struct first {
	struct place place;
	int64_t stored;
	uint64_t words[2]; /* a bit for each word of the lead */
};

#define LEADS_EACH  16 /* hashes that lead to one, at most */
#define LEADS_FOUND 8 /* the most promising, at most */

struct leads;

struct leads *leads_new(void);
void leads_free(struct leads *l);
void leads_add(struct leads *l, const struct first *first,
    const uint64_t *hashes, size_t n);
/* What a text is looked up by. */
struct clue {
	const struct hashes *shingles, *words;
	uint64_t bits[2]; /* of all its words */
};

/* Set the bit of a word. */
void leads_mark(uint64_t bits[2], uint64_t hash);
/* The firsts not older than `oldest` that two or more hashes lead to, and of which
 * enough words may be in both; those with most hits first.  Forgets generations
 * that are too old. */
size_t leads_find(struct leads *l, const struct clue *clue, int64_t oldest,
    struct first found[LEADS_FOUND]);

#endif
