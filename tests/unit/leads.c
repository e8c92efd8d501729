#include "tests/unit/test.h"

#include "store/leads.h"

#define FIRSTS 50000		/* the ring grows six times for them */
#define MOST   ((1u << 20) - 1)	/* it never holds more */

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

/* First number i, which arrives in second i. */
static void
add_first(struct leads *l, uint64_t i)
{
	struct first first = { .place = { 1, (uint32_t)i },
		.stored = (int64_t)i };
	uint64_t v[LEADS_EACH];

	hashes_of(i, v);
	for (int k = 6; k < LEADS_EACH; k++)
		leads_mark(&first.words, v[k]);
	leads_add(l, &first, v, LEADS_EACH);
}

static struct leads *
fill(uint64_t n, int64_t window)
{
	struct leads *l = leads_new(window);

	for (uint64_t i = 0; i < n; i++)
		add_first(l, i);
	return l;
}

/* How many are found in second `now` for `shingles` and `words` of the hashes of
 * number i; whether it is the first of them. */
static bool
finds(const struct leads *l, uint64_t i, size_t shingles, size_t words,
    int64_t now)
{
	uint64_t v[LEADS_EACH];
	struct hashes low = { v, shingles }, some = { v + 6, words };
	struct clue clue = { .shingles = &low, .words = &some };
	struct first found[LEADS_FOUND];

	hashes_of(i, v);
	for (size_t k = 0; k < words; k++)
		leads_mark(&clue.bits, v[6 + k]);
	return leads_find(l, &clue, now, found) > 0 &&
	    found[0].place.offset == i;
}

static void
while_it_grows(void **state)
{
	struct leads *l = fill(FIRSTS, FIRSTS);

	(void)state;
	for (uint64_t i = 0; i < FIRSTS; i += 499) {
		assert_true(finds(l, i, 2, 0, FIRSTS));
		assert_true(finds(l, i, 0, 5, FIRSTS));
		assert_false(finds(l, i, 1, 0, FIRSTS));  /* one is chance */
		assert_false(finds(l, i + FIRSTS, 6, 10, FIRSTS));
	}
	leads_free(l);
}

static void
too_old(void **state)
{
	struct leads *l = fill(FIRSTS, FIRSTS);

	(void)state;
	assert_false(finds(l, 100, 6, 10, FIRSTS + 101));
	assert_true(finds(l, 101, 6, 10, FIRSTS + 101));
	assert_true(finds(l, FIRSTS - 1, 6, 10, 2 * FIRSTS - 1));
	assert_false(finds(l, FIRSTS - 1, 6, 10, 2 * FIRSTS));
	leads_free(l);
}

/* Those of a window of 3,000 take each other's places many times. */
static void
round_and_round(void **state)
{
	struct leads *l = leads_new(3000);

	(void)state;
	for (uint64_t i = 0; i < 10 * 3000; i++) {
		add_first(l, i);
		if (i < 3000 || i % 101 != 0)
			continue;
		assert_true(finds(l, i - 3000, 6, 10, (int64_t)i));
		assert_true(finds(l, i - 1500, 2, 0, (int64_t)i));
		assert_false(finds(l, i - 3001, 6, 10, (int64_t)i));
	}
	leads_free(l);
}

/* More in the window than there is room for: the newest are found. */
static void
too_many(void **state)
{
	uint64_t n = MOST + MOST / 4;
	struct leads *l = fill(n, 2 * MOST);

	(void)state;
	for (uint64_t i = n - MOST; i < n; i += 4999)
		assert_true(finds(l, i, 6, 10, (int64_t)n));
	assert_false(finds(l, n - MOST - 1, 6, 10, (int64_t)n));
	assert_false(finds(l, 5, 6, 10, (int64_t)n));
	leads_free(l);
}

/* What is common to many leads to the newest few, and leaves the others their room. */
static void
common(void **state)
{
	struct leads *l = leads_new(5000);
	uint64_t shared[LEADS_EACH], own[LEADS_EACH];
	struct hashes low = { shared, 6 }, none = { shared, 0 };
	struct clue clue = { .shingles = &low, .words = &none };
	struct first found[LEADS_FOUND];

	(void)state;
	hashes_of(5000, shared);
	for (uint32_t i = 0; i < 5000; i++) {
		hashes_of(i, own);
		for (int k = 0; k < 6; k++)
			own[k] = i % 2 ? own[k] : shared[k];
		leads_add(l, &(struct first){ .place = { 1, i } }, own,
		    LEADS_EACH);
	}
	assert_int_equal(leads_find(l, &clue, 0, found), LEADS_FOUND);
	for (size_t i = 0; i < LEADS_FOUND; i++)
		assert_int_equal(found[i].place.offset,
		    5000 - 2 * (LEADS_FOUND - i));
	for (uint64_t i = 1; i < 5000; i += 2)
		assert_true(finds(l, i, 6, 0, 0));
	leads_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_it_grows),
		cmocka_unit_test(too_old),
		cmocka_unit_test(round_and_round),
		cmocka_unit_test(too_many),
		cmocka_unit_test(common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
