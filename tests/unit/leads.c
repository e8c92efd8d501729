#include "tests/unit/test.h"

#include "store/leads.h"

#define FIRSTS 50000		/* in three generations */

static uint64_t
random_hash(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15u;
	n = (n ^ n >> 31) * 0xbf58476d1ce4e5b9u;
	return n ^ n >> 29;
}

/* The hashes of first number i: 6 low shingles, 10 words. */
static void
hashes_of(uint64_t i, uint64_t v[LEADS_EACH])
{
	for (uint64_t k = 0; k < LEADS_EACH; k++)
		v[k] = random_hash(LEADS_EACH * i + k) >> (k < 6 ? 4 : 0);
}

static struct leads *
fill(void)
{
	struct leads *l = leads_new();

	for (uint64_t i = 0; i < FIRSTS; i++) {
		struct first first = { .place = { 1, (uint32_t)i },
			.stored = (int64_t)i };
		uint64_t v[LEADS_EACH];

		hashes_of(i, v);
		for (int k = 6; k < LEADS_EACH; k++)
			leads_mark(first.words, v[k]);
		leads_add(l, &first, v, LEADS_EACH);
	}
	return l;
}

/* How many are found for `shingles` and `words` of the hashes of number i; whether
 * it is the first of them. */
static bool
finds(struct leads *l, uint64_t i, size_t shingles, size_t words,
    int64_t oldest)
{
	uint64_t v[LEADS_EACH];
	struct hashes low = { v, shingles }, some = { v + 6, words };
	struct clue clue = { .shingles = &low, .words = &some };
	struct first found[LEADS_FOUND];

	hashes_of(i, v);
	for (size_t k = 0; k < words; k++)
		leads_mark(clue.bits, v[6 + k]);
	return leads_find(l, &clue, oldest, found) > 0 &&
	    found[0].place.offset == i;
}

static void
across_generations(void **state)
{
	struct leads *l = fill();

	(void)state;
	for (uint64_t i = 0; i < FIRSTS; i += 499) {
		assert_true(finds(l, i, 2, 0, 0));
		assert_true(finds(l, i, 0, 5, 0));
		assert_false(finds(l, i, 1, 0, 0));	/* one is chance */
		assert_false(finds(l, i + FIRSTS, 6, 10, 0));
	}
	leads_free(l);
}

static void
too_old(void **state)
{
	struct leads *l = fill();

	(void)state;
	assert_false(finds(l, 100, 6, 10, 101));
	assert_true(finds(l, 101, 6, 10, 101));
	assert_true(finds(l, FIRSTS - 1, 6, 10, FIRSTS - 1));
	assert_false(finds(l, FIRSTS - 1, 6, 10, FIRSTS));
	assert_false(finds(l, 5, 6, 10, 0));	/* all generations are gone */
	leads_free(l);
}

/* What leads to many tells nothing. */
static void
common(void **state)
{
	struct leads *l = leads_new();
	uint64_t shared[LEADS_EACH], own[LEADS_EACH];
	struct hashes low = { shared, 6 }, none = { shared, 0 };
	struct clue clue = { .shingles = &low, .words = &none };
	struct first found[LEADS_FOUND];

	(void)state;
	hashes_of(0, shared);
	for (uint32_t i = 0; i < 5000; i++) {
		hashes_of(i + 1, own);
		for (int k = 0; k < 6; k++)
			own[k] = i % 2 ? own[k] : shared[k];
		leads_add(l, &(struct first){ .place = { 1, i } }, own,
		    LEADS_EACH);
	}
	assert_int_equal(leads_find(l, &clue, 0, found), 0);
	leads_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(across_generations),
		cmocka_unit_test(too_old),
		cmocka_unit_test(common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
