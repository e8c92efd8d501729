#include "tests/unit/test.h"

#include <math.h>

#include "corpus/agreement.h"
#include "base/csv.h"
#include "corpus/index.h"
#include "corpus/random.h"
#include "corpus/score.h"
#include "corpus/screen.h"

#define E	LABEL_EASING
#define T	LABEL_TIGHTENING
#define M	LABEL_MIXED
#define N	LABEL_NEUTRAL

static void
figures_follow_from_the_matrix(void **state)
{
	/* no mixed in the truth; one answer is no label at all */
	static const struct judged items[] = {
		{ E, E, 0.9 }, { E, E, 0.8 }, { E, T, 0.9 }, { E, LABEL_NONE, -1 },
		{ T, T, 0.7 }, { T, M, 0.2 }, { N, N, 1.0 }, { N, E, 0.35 }
	};
	struct confusion confusion = { 0 };
	struct score s;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		confusion_add(&confusion, &items[i]);
	score_make(&s, &confusion);
	assert_int_equal(s.n, 8);
	assert_float_equal(s.of[E].precision, 2.0 / 3, 1e-9);
	assert_float_equal(s.of[E].recall, 0.5, 1e-9);
	assert_float_equal(s.of[E].f1, 4.0 / 7, 1e-9);
	assert_float_equal(s.of[M].precision, 0, 1e-9);
	assert_float_equal(s.accuracy, 0.5, 1e-9);
	assert_float_equal(s.macro_f1, (4.0 / 7 + 2.0 / 4 + 2.0 / 3) / 3, 1e-9);
	assert_float_equal(s.weighted_f1,
	    (4 * 4.0 / 7 + 2 * 2.0 / 4 + 2 * 2.0 / 3) / 8, 1e-9);
	assert_float_equal(s.wrong_way, 1.0 / 8, 1e-9);
	assert_float_equal(s.alarms, 0.5, 1e-9);
}

static void
intervals_are_settled_by_the_seed(void **state)
{
	struct judged items[100];
	struct intervals a, b, c;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		items[i] = (struct judged){ i % 2 ? E : T, i % 5 ? E : T, 0.5 };
	score_bootstrap(&a, items, 100, 7);
	score_bootstrap(&b, items, 100, 7);
	score_bootstrap(&c, items, 100, 8);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
	assert_true(a.accuracy.low < 0.5 && a.accuracy.high > 0.5);
	/* two standard errors of a share of a half in a hundred are 0.1 */
	assert_float_equal(a.accuracy.high - a.accuracy.low, 0.2, 0.04);
}

static void
perfect_answers_leave_no_doubt(void **state)
{
	struct judged one = { M, M, 1.0 };
	struct intervals i;

	(void)state;
	score_bootstrap(&i, &one, 1, 1);
	assert_float_equal(i.macro_f1.low, 1, 0);
	assert_float_equal(i.wrong_way.high, 0, 0);
}

static void
calibration_compares_confidence_with_truth(void **state)
{
	static const struct judged items[] = {
		{ E, E, 0.95 }, { E, T, 0.95 }, { N, N, 0.05 }, { N, E, -1 },
		{ N, N, 1.0 }
	};
	struct calibration c;

	(void)state;
	calibration_make(&c, items, 5);
	assert_int_equal(c.n, 4);
	assert_int_equal(c.bin[9].n, 3);
	assert_int_equal(c.bin[9].right, 2);
	/* |2 - 2.9| + |1 - 0.05| over 4 */
	assert_float_equal(calibration_error(&c), 1.85 / 4, 1e-9);
}

static void
kappa_is_agreement_beyond_chance(void **state)
{
	struct confusion table = { 0 };

	(void)state;
	assert_true(isnan(cohen_kappa(&table)));
	table.n[E][E] = 20;
	table.n[E][N] = 5;
	table.n[N][E] = 10;
	table.n[N][N] = 15;
	/* 35 of 50 agree, 25 of 50 would by chance */
	assert_float_equal(cohen_kappa(&table), 0.4, 1e-9);
	table = (struct confusion){ 0 };
	table.n[M][M] = 7;
	assert_true(isnan(cohen_kappa(&table)));
}

static void
alpha_bears_gaps(void **state)
{
	/* 2 of 3 agree on the first; one lonely label counts for nothing */
	static const struct votes votes[] = {
		{ { 2, 1, 0, 0 } }, { { 0, 0, 0, 3 } }, { { 1, 0, 0, 0 } },
		{ { 0, 2, 0, 0 } }
	};

	(void)state;
	/* n = 8 of e, t, n with 2, 3, 3: 1 - 7 * 2 / (2*6 + 3*5 + 3*5) */
	assert_float_equal(krippendorff_alpha(votes, 4), 1 - 14.0 / 42, 1e-9);
	assert_true(isnan(krippendorff_alpha(votes + 1, 2)));
	assert_true(isnan(krippendorff_alpha(votes, 0)));
}

static void
fields_survive_a_table(void **state)
{
	static const char *const fields[] = { "plain", "", "a,b",
	    "\"quoted\"", "two\nlines", "\r", "\"" };
	struct buf text = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct str *row;
	struct csv csv;
	struct err err;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		csv_put(&text, str_of(fields[i]));
		buf_addc(&text, i < 6 ? ',' : '\n');
	}
	buf_addz(&text, "last");
	csv_init(&csv, buf_str(&text));
	assert_int_equal(csv_row(&csv, &a, &row, &n, &err), 1);
	assert_int_equal(n, 7);
	for (size_t i = 0; i < 7; i++)
		assert_true(str_eq(row[i], str_of(fields[i])));
	assert_int_equal(csv_row(&csv, &a, &row, &n, &err), 1);
	assert_int_equal(csv.line, 3);
	assert_true(n == 1 && str_eq(row[0], STR("last")));
	assert_int_equal(csv_row(&csv, &a, &row, &n, &err), 0);
	csv_init(&csv, STR("\"a\"b,c\n"));
	assert_int_equal(csv_row(&csv, &a, &row, &n, &err), -1);
	arena_release(&a);
	buf_release(&text);
}

static void
text_is_broken_at_spaces(void **state)
{
	struct buf to = BUF_INIT;

	(void)state;
	text_wrap(&to, STR("one two three\n\nabcdefghijkl"), 8);
	assert_true(str_eq(buf_str(&to),
	    STR("one two\nthree\n\nabcdefgh\nijkl\n")));
	buf_release(&to);
}

static void
an_index_numbers_names_in_order(void **state)
{
	struct index index = INDEX_INIT;
	char name[1000][8];

	(void)state;
	assert_true(index_find(&index, STR("a")) == INDEX_NONE);
	for (size_t i = 0; i < 1000; i++) {
		snprintf(name[i], sizeof(name[i]), "n%zu", i);
		assert_int_equal(index_add(&index, str_of(name[i])), i);
	}
	assert_int_equal(index_add(&index, STR("n500")), 500);
	assert_int_equal(index_find(&index, STR("n999")), 999);
	assert_true(index_find(&index, STR("n1000")) == INDEX_NONE);
	assert_int_equal(index.count, 1000);
	index_release(&index);
}

static void
random_numbers_stay_below(void **state)
{
	uint64_t seed = 1;
	size_t seen[3] = { 0 };

	(void)state;
	for (int i = 0; i < 3000; i++)
		seen[random_below(&seed, 3)]++;
	for (int i = 0; i < 3; i++)
		assert_in_range(seen[i], 900, 1100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_follow_from_the_matrix),
		cmocka_unit_test(intervals_are_settled_by_the_seed),
		cmocka_unit_test(perfect_answers_leave_no_doubt),
		cmocka_unit_test(calibration_compares_confidence_with_truth),
		cmocka_unit_test(kappa_is_agreement_beyond_chance),
		cmocka_unit_test(alpha_bears_gaps),
		cmocka_unit_test(fields_survive_a_table),
		cmocka_unit_test(text_is_broken_at_spaces),
		cmocka_unit_test(an_index_numbers_names_in_order),
		cmocka_unit_test(random_numbers_stay_below)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
