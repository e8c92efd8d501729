/*
 * A table of buckets of a cache line, 16 leads each, so that a look-up costs one
 * line.  A lead is the number of its article in the ring and the rest of its hash:
 *
 *	hash		... | 33 - b bits: tag | b bits: the bucket
 *	lead		tag | b - 1 bits: number of the article, from 1
 *
 * That is 32 bits for every b, and of 33 bits of the hash none is lost: when the
 * ring is full, b grows by one, each bucket gives the leads whose tag ends in 1 to a
 * new one, and nothing is hashed again.
 *
 * In a bucket the newest lead comes first, and one too many pushes the last one out.
 * Buckets are half full when the ring is; so leads to articles that have left the
 * ring go first.  One that is left behind leads to an article that has nothing to do
 * with it, which costs time and no more.
 *
 * A tag that fits by chance is one in 4,000 at least, and it takes two leads to the
 * same article to make it a candidate.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "store/leads.h"

#define BUCKET     16 /* leads of a cache line */
#define BITS_FIRST 11 /* 2^b buckets for a ring of 2^(b - 1) */
#define BITS_MOST  21
#define BUCKETS    ((size_t)1 << BITS_MOST)
#define HASH_BITS  33
#define HITS_LEAST 2
#define HITS_MOST  512 /* articles hit in one search */
#define TALLY_BITS 10
#define EACH_MOST  8 /* leads of one hash: the newest */
/* Is it worth to read the article?  Two shingles tell so; two words, when so much of
 * all the words may be in both, and three with a little less. */
#define PART_OF_TWO   0.45
#define PART_OF_THREE 0.33
#define WORDS_ENOUGH  3

struct leads {
	int64_t window;
	unsigned bits; /* b */
	uint32_t (*buckets)[BUCKET]; /* reserved at once, used as b grows */
	struct first *firsts; /* the ring; number 0 is nobody's */
	size_t filled; /* the highest number so far */
	size_t next; /* the number of the next one */
};

/* Zeroes that take memory when they are touched; in large pages where the system
 * has them, for each look-up is another page. */
static void *
reserve(size_t size)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	/* cppcheck-suppress invalidFunctionArg */
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (p == MAP_FAILED)
		die("out of memory");
	madvise(p, size, MADV_HUGEPAGE);
	return p;
}

struct leads *
leads_new(int64_t window)
{
	struct leads *l = xcalloc(1, sizeof(*l));

	l->window = window;
	l->bits = BITS_FIRST;
	l->buckets = reserve(BUCKETS * sizeof(*l->buckets));
	l->firsts = reserve(BUCKETS / 2 * sizeof(*l->firsts));
	l->next = 1;
	return l;
}

void
leads_free(struct leads *l)
{
	if (l == NULL)
		return;
	munmap(l->buckets, BUCKETS * sizeof(*l->buckets));
	munmap(l->firsts, BUCKETS / 2 * sizeof(*l->firsts));
	free(l);
}

static size_t
ring_size(const struct leads *l)
{
	return (size_t)1 << (l->bits - 1);
}

static uint32_t *
bucket_of(const struct leads *l, uint64_t hash)
{
	return l->buckets[hash & (((size_t)1 << l->bits) - 1)];
}

/* The tag in its place. */
static uint32_t
tag_of(const struct leads *l, uint64_t hash)
{
	uint64_t known = hash & ((UINT64_C(1) << HASH_BITS) - 1);

	return (uint32_t)(known >> l->bits << (l->bits - 1));
}

/* Give those leads of a bucket to `other` whose hashes have one more bit set. */
static void
split_bucket(uint32_t *bucket, uint32_t *other, unsigned bits)
{
	uint32_t low = (UINT32_C(1) << (bits - 1)) - 1;
	uint32_t mine[BUCKET] = { 0 };
	size_t n = 0, m = 0;

	for (size_t i = 0; i < BUCKET && bucket[i] != 0; i++) {
		uint32_t number = bucket[i] & low;
		uint64_t tag = bucket[i] >> (bits - 1);
		uint32_t lead = (uint32_t)(tag >> 1 << bits) | number;

		if (tag & 1)
			other[m++] = lead;
		else
			mine[n++] = lead;
	}
	memcpy(bucket, mine, sizeof(mine));
}

static void
grow(struct leads *l)
{
	size_t half = (size_t)1 << l->bits;

	for (size_t i = 0; i < half; i++)
		split_bucket(l->buckets[i], l->buckets[half + i], l->bits);
	l->bits++;
}

/* The number of the next first.  It takes the place of one that is too old, or, when
 * the ring can grow no more, of the oldest. */
static size_t
next_number(struct leads *l, int64_t oldest)
{
	size_t size = ring_size(l);

	if (l->next == size)
		l->next = 1;
	if (l->next <= l->filled && l->firsts[l->next].stored >= oldest &&
	    l->bits < BITS_MOST) {
		grow(l);
		l->next = size;
	}
	if (l->next > l->filled)
		l->filled = l->next;
	return l->next++;
}

/* Put a lead before the others; the last one goes, or the last of the same hash when
 * these are too many. */
static void
put_lead(uint32_t *bucket, uint32_t lead, uint32_t tag_bits)
{
	size_t end = 0, same = 0, last = 0;

	for (; end < BUCKET - 1 && bucket[end] != 0; end++)
		if (((bucket[end] ^ lead) & tag_bits) == 0) {
			same++;
			last = end;
		}
	if (same >= EACH_MOST)
		end = last;
	memmove(bucket + 1, bucket, end * sizeof(*bucket));
	bucket[0] = lead;
}

void
leads_add(struct leads *l, const struct first *first, const uint64_t *hashes,
    size_t n)
{
	size_t number = next_number(l, first->stored - l->window);
	uint32_t tag_bits = ~(uint32_t)(ring_size(l) - 1);

	assert(n <= LEADS_EACH);
	l->firsts[number] = *first;
	for (size_t i = 0; i < n; i++)
		put_lead(bucket_of(l, hashes[i]),
		    tag_of(l, hashes[i]) | (uint32_t)number, tag_bits);
}

void
leads_mark(struct word_bits *bits, uint64_t hash)
{
	bits->v[hash >> 40 & (WORD_BITS / 64 - 1)] |= UINT64_C(1)
	    << (hash >> 50 & 63);
}

/* How many bits are set in both. */
static double
count_bits(const struct word_bits *a, const struct word_bits *b)
{
	int n = 0;

	for (size_t i = 0; i < WORD_BITS / 64; i++)
		n += __builtin_popcountll(a->v[i] & b->v[i]);
	return n;
}

/* Can so many words be in both?  Of those that are not, some share a bit. */
static bool
may_agree(const struct word_bits *a, const struct word_bits *b, double part)
{
	double na = count_bits(a, a), nb = count_bits(b, b);
	double same = part * (na < nb ? na : nb);
	double by_chance = (na - same) * (nb - same) / (WORD_BITS - same + 1);

	return count_bits(a, b) >= same + by_chance - 2;
}

/* How often articles are hit in one search: a table by their numbers, and its slots
 * that are used, in the order of their first hits. */
struct tally {
	struct hits {
		uint32_t number; /* 0: free */
		uint16_t words, shingles;
	} slots[1 << TALLY_BITS];
	uint16_t used[HITS_MOST];
	size_t n;
};

static struct hits *
hits_of(struct tally *t, uint32_t number)
{
	uint32_t i = number * 0x9e3779b1u >> (32 - TALLY_BITS);

	while (t->slots[i].number != 0 && t->slots[i].number != number)
		i = (i + 1) & ((1 << TALLY_BITS) - 1);
	if (t->slots[i].number == 0 && t->n < HITS_MOST) {
		t->slots[i].number = number;
		t->used[t->n++] = (uint16_t)i;
	}
	return &t->slots[i];
}

/* Count what `hash` leads to: the matching leads of its bucket. */
static void
look_up(const struct leads *l, uint64_t hash, bool is_shingle, struct tally *t)
{
	const uint32_t *bucket = bucket_of(l, hash);
	uint32_t low = (uint32_t)(ring_size(l) - 1), tag = tag_of(l, hash);
	uint32_t any = 0;

	for (size_t i = 0; i < BUCKET; i++) /* four at a time */
		any |= ((bucket[i] ^ tag) & ~low) == 0;
	for (size_t i = 0; any && i < BUCKET && bucket[i] != 0; i++)
		if (((bucket[i] ^ tag) & ~low) == 0) {
			struct hits *hits = hits_of(t, bucket[i] & low);

			hits->shingles += is_shingle;
			hits->words += !is_shingle;
		}
}

void
leads_fetch(const struct leads *l, const struct hashes *hashes)
{
	for (size_t i = 0; i < hashes->n; i++)
		__builtin_prefetch(bucket_of(l, hashes->v[i]));
}

static void
look_up_all(const struct leads *l, const struct hashes *h, bool are_shingles,
    struct tally *t)
{
	for (size_t i = 0; i < h->n; i++)
		look_up(l, h->v[i], are_shingles, t);
}

static bool
is_earlier(const struct first *a, const struct first *b)
{
	return a->place.segment != b->place.segment ?
	    a->place.segment < b->place.segment :
	    a->place.offset < b->place.offset;
}

/* Those found so far, and how often each was hit. */
struct ranking {
	struct first *found;
	size_t counts[LEADS_FOUND], n;
};

static void
rank(struct ranking *r, const struct first *f, size_t count)
{
	size_t k = r->n;

	for (; k > 0 && (r->counts[k - 1] < count ||
	    (r->counts[k - 1] == count && is_earlier(f, &r->found[k - 1])));
	    k--)
		if (k < LEADS_FOUND) {
			r->counts[k] = r->counts[k - 1];
			r->found[k] = r->found[k - 1];
		}
	if (k == LEADS_FOUND)
		return;
	r->counts[k] = count;
	r->found[k] = *f;
	r->n += r->n < LEADS_FOUND;
}

/* Are so many hits enough to read the article? */
static bool
is_promising(const struct clue *clue, const struct first *f,
    const struct hits *hits)
{
	int all = hits->words + hits->shingles;

	return all >= HITS_LEAST && (hits->shingles >= HITS_LEAST ||
	    may_agree(&clue->bits, &f->words,
	    all < WORDS_ENOUGH ? PART_OF_TWO : PART_OF_THREE));
}

size_t
leads_find(const struct leads *l, const struct clue *clue, int64_t now,
    struct first found[LEADS_FOUND])
{
	struct ranking r = { .found = found };
	struct tally tally = { .n = 0 };

	look_up_all(l, clue->shingles, true, &tally);
	look_up_all(l, clue->words, false, &tally);
	for (size_t i = 0; i < tally.n; i++) {
		const struct hits *hits = &tally.slots[tally.used[i]];
		const struct first *f = &l->firsts[hits->number];

		if (is_promising(clue, f, hits) && f->stored >= now - l->window)
			rank(&r, f, (size_t)hits->words + hits->shingles);
	}
	return r.n;
}
