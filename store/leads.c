/*
 * A table is made of buckets of a cache line, 16 leads each.  A lead is the number
 * of its article in the generation and the rest of its hash, 32 bits in all:
 *
 *	hash		... | 14 bits: tag | ... | bits of the bucket |
 *	lead		tag | 18 bits: number of the article, from 1
 *
 * Half of the table stays free, so few buckets ever fill; in one that does a new
 * lead takes the place of another.  A tag that fits by chance is one in 16,000,
 * and it takes two leads to the same article to make it a candidate.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "store/leads.h"

#define NUMBER_BITS 18
#define TAG_AT      24 /* the top bits of the lowest hashes are 0 */
#define BUCKET      16 /* leads of a cache line */
#define SMALLEST    4096 /* articles of the first generation */
#define LARGEST     ((1u << NUMBER_BITS) - 1)
#define GROWTH      8
#define GENERATIONS 6 /* 2 small ones and 4 large ones */
#define LARGE_PAGE  (2u << 20)
#define HITS_LEAST  2
#define HITS_MOST   1024
#define EACH_MOST   24 /* of one hash */
/* Is it worth to read the article?  Two shingles tell so; two words, when so much of
 * all the words may be in both, and three with a little less. */
#define PART_OF_TWO   0.45
#define PART_OF_THREE 0.33
#define WORDS_ENOUGH  3
#define OF_SHINGLE 0x80000000u /* a hit */

struct generation {
	struct first *firsts;
	size_t n, cap; /* all allocated at once */
	uint32_t *leads;
	size_t buckets; /* a power of two */
};

struct leads {
	struct generation v[GENERATIONS]; /* the oldest first */
	size_t n;
};

struct leads *
leads_new(void)
{
	return xcalloc(1, sizeof(struct leads));
}

static void
drop_oldest(struct leads *l)
{
	free(l->v[0].firsts);
	free(l->v[0].leads);
	memmove(l->v, l->v + 1, --l->n * sizeof(*l->v));
}

void
leads_free(struct leads *l)
{
	if (l == NULL)
		return;
	while (l->n > 0)
		drop_oldest(l);
	free(l);
}

/* Zeroed, in whole cache lines; a large table in large pages where the system has
 * them, for each look-up is another page. */
static void *
cache_lines(size_t size)
{
	bool large = size >= LARGE_PAGE;
	void *p = aligned_alloc(large ? LARGE_PAGE : 64, size);

	if (p == NULL)
		die("out of memory");
	if (large)
		madvise(p, size, MADV_HUGEPAGE);
	return memset(p, 0, size);
}

static struct generation *
begin_generation(struct leads *l)
{
	size_t cap = SMALLEST;
	struct generation *g;

	if (l->n == GENERATIONS)
		drop_oldest(l);
	if (l->n > 0)
		cap = GROWTH * l->v[l->n - 1].cap;
	if (cap > LARGEST)
		cap = LARGEST;
	g = &l->v[l->n++];
	*g = (struct generation){ .cap = cap, .buckets = 1 };
	while (g->buckets * BUCKET < 2 * cap * LEADS_EACH)
		g->buckets *= 2;
	g->firsts = xreallocarray(NULL, cap, sizeof(*g->firsts));
	g->leads = cache_lines(g->buckets * BUCKET * sizeof(*g->leads));
	return g;
}

static uint32_t *
bucket_of(const struct generation *g, uint64_t hash)
{
	return g->leads + (hash & (g->buckets - 1)) * BUCKET;
}

/* The tag in its place, never 0. */
static uint32_t
tag_of(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> TAG_AT) << NUMBER_BITS;

	return tag ? tag : 1u << NUMBER_BITS;
}

void
leads_add(struct leads *l, const struct first *first, const uint64_t *hashes,
    size_t n)
{
	struct generation *g = l->n ? &l->v[l->n - 1] : NULL;

	assert(n <= LEADS_EACH);
	if (g == NULL || g->n == g->cap)
		g = begin_generation(l);
	g->firsts[g->n++] = *first;
	for (size_t i = 0; i < n; i++) {
		uint32_t *bucket = bucket_of(g, hashes[i]);
		size_t k = 0;

		while (k < BUCKET && bucket[k] != 0)
			k++;
		if (k == BUCKET)
			k = g->n % BUCKET;
		bucket[k] = tag_of(hashes[i]) | (uint32_t)g->n;
	}
}

void
leads_mark(uint64_t bits[2], uint64_t hash)
{
	bits[hash >> 40 & 1] |= UINT64_C(1) << (hash >> 41 & 63);
}

static double
count_bits(uint64_t a, uint64_t b)
{
	return __builtin_popcountll(a) + __builtin_popcountll(b);
}

/* Can so many words be in both?  Of those that are not, some share a bit. */
static bool
may_agree(const uint64_t a[2], const uint64_t b[2], double part)
{
	double na = count_bits(a[0], a[1]), nb = count_bits(b[0], b[1]);
	double same = part * (na < nb ? na : nb);
	double by_chance = (na - same) * (nb - same) / (128 - same + 1);

	return count_bits(a[0] & b[0], a[1] & b[1]) >= same + by_chance - 2;
}

/* Hits of one search: generation and number of the article each. */
struct hits {
	uint32_t v[HITS_MOST];
	size_t n;
};

static void
look_up(
    const struct generation *g, uint32_t base, uint64_t hash, struct hits *hits)
{
	const uint32_t *bucket = bucket_of(g, hash);
	uint32_t tag = tag_of(hash), any = 0;

	for (size_t i = 0; i < BUCKET; i++) /* four at a time */
		any |= (bucket[i] >> NUMBER_BITS) == tag >> NUMBER_BITS;
	for (size_t i = 0; any && i < BUCKET; i++)
		if ((bucket[i] ^ tag) >> NUMBER_BITS == 0 &&
		    hits->n < HITS_MOST)
			hits->v[hits->n++] = base | (bucket[i] ^ tag);
}

/* By article; hits of words before those of shingles. */
static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	x = x << 1 | x >> 31;
	y = y << 1 | y >> 31;
	return (x > y) - (x < y);
}

/* Keep the articles hit most often, in their order. */
static size_t
most_hit(const struct leads *l, struct hits *hits, const struct clue *clue,
    int64_t oldest, struct first found[LEADS_FOUND])
{
	size_t counts[LEADS_FOUND], n = 0, run;

	if (hits->n > 0)
		qsort(hits->v, hits->n, sizeof(*hits->v), by_number);
	for (size_t i = 0; i < hits->n; i += run) {
		uint32_t number = hits->v[i] & ~OF_SHINGLE;
		const struct first *f =
		    &l->v[number >> NUMBER_BITS].firsts[(number & LARGEST) - 1];
		size_t k = n, shingles = 0;

		for (run = 0; i + run < hits->n &&
			      (hits->v[i + run] & ~OF_SHINGLE) == number;
		     run++)
			shingles += hits->v[i + run] >> 31;
		if (run < HITS_LEAST || f->stored < oldest ||
		    (shingles < HITS_LEAST &&
			!may_agree(clue->bits, f->words,
			    run < WORDS_ENOUGH ? PART_OF_TWO : PART_OF_THREE)))
			continue;
		for (; k > 0 && counts[k - 1] < run; k--)
			if (k < LEADS_FOUND) {
				counts[k] = counts[k - 1];
				found[k] = found[k - 1];
			}
		if (k == LEADS_FOUND)
			continue;
		counts[k] = run;
		found[k] = *f;
		n += n < LEADS_FOUND;
	}
	return n;
}

#define AHEAD 16 /* hashes whose buckets are fetched before they are looked at */

/* Ask each generation for each hash.  One that leads to many articles tells
 * nothing. */
static void
look_up_all(
    const struct leads *l, uint32_t kind, const struct hashes *h, struct hits *hits)
{
	for (size_t i = 0; i < h->n; i++) {
		size_t before = hits->n;

		for (uint32_t k = 0; k < l->n; k++) {
			if (i + AHEAD < h->n)
				__builtin_prefetch(
				    bucket_of(&l->v[k], h->v[i + AHEAD]));
			look_up(&l->v[k], kind | k << NUMBER_BITS, h->v[i], hits);
		}
		if (hits->n - before > EACH_MOST)
			hits->n = before;
	}
}

size_t
leads_find(struct leads *l, const struct clue *clue, int64_t oldest,
    struct first found[LEADS_FOUND])
{
	struct hits hits = { .n = 0 };

	while (l->n > 0 && l->v[0].firsts[l->v[0].n - 1].stored < oldest)
		drop_oldest(l);
	look_up_all(l, OF_SHINGLE, clue->shingles, &hits);
	look_up_all(l, 0, clue->words, &hits);
	return most_hit(l, &hits, clue, oldest, found);
}
