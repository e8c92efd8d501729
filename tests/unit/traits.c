#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/text/traits.h"

static struct arena a;

static void
read_text(struct traits *t, const char *title, const char *text)
{
	traits_read(t, str_of(title), str_of(text), &a);
	hashes_sort(&t->shingles, &a);
}

static void
what_counts(void **state)
{
	struct traits t;

	(void)state;
	read_text(&t, "A title", "");
	assert_int_equal(t.words.n, 1);		/* title */
	assert_int_equal(t.marks.n, 0);
	assert_int_equal(t.shingles.n, 0);
	read_text(&t, "", "Then Anna sold 1,250 tons to Bonn. She left. In 2026.");
	assert_int_equal(t.numbers.n, 2);
	assert_int_equal(t.marks.n, 4);		/* Anna, Bonn, and the two */
	assert_int_equal(t.words.n, 4);
	read_text(&t, "", "one two three four one two three");
	assert_int_equal(t.shingles.n, 4);	/* the first stands twice */
}

static void
spelling(void **state)
{
	struct traits t, u;

	(void)state;
	read_text(&t, "", "Tariffs of 1,250.5 on \xc3\x96sterreichs steelmakers");
	read_text(&u, "", "TARIFF: 12505 for \xc3\xb6sterreichische STEELMAKING");
	assert_int_equal(hashes_common(&t.words, &u.words), 4);
	assert_int_equal(hashes_common(&t.numbers, &u.numbers), 1);
	/* ideographs by twos, and three make a shingle */
	read_text(&t, "", "\xe4\xb8\xad\xe5\x9b\xbd\xe6\x81\xa2\xe5\xa4\x8d");
	assert_int_equal(t.words.n, 3);
	assert_int_equal(t.shingles.n, 2);
}

/* Only the beginning of a text says what it is about; a long one has an end. */
static void
bounds(void **state)
{
	struct buf b = BUF_INIT;
	struct traits t;

	(void)state;
	for (int i = 0; i < 30000; i++)
		buf_addf(&b, "wordnumber%d said B%d, ", i, i);
	buf_addc(&b, '\0');
	read_text(&t, "", b.p);
	assert_int_equal(t.shingles.n, TRAITS_SHINGLES);
	assert_in_range(t.words.n, 1, TRAITS_LEAD);
	assert_in_range(t.marks.n, TRAITS_LEAD, TRAITS_MARKS);
	for (size_t i = 1; i < t.shingles.n; i++)
		assert_true(t.shingles.v[i - 1] < t.shingles.v[i]);
	buf_release(&b);
}

static int
release(void **state)
{
	(void)state;
	arena_release(&a);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_counts),
		cmocka_unit_test(spelling),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
