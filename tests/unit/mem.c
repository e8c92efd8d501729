#include "tests/unit/test.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

static void
a_buf_stops_at_its_ceiling(void **state)
{
	struct buf b = buf_init(5);

	(void)state;
	assert_int_equal(buf_addz(&b, "abc"), 0);
	assert_int_equal(buf_addz(&b, "def"), -1);
	assert_true(b.full);
	assert_int_equal(b.n, 3);
	assert_int_equal(buf_addf(&b, "%d", 12), 0);
	assert_int_equal(buf_addf(&b, "%d", 3), -1);
	assert_string_equal(buf_z(&b), "abc12");
	buf_reset(&b);
	assert_false(b.full);
	assert_int_equal(buf_reserve(&b, SIZE_MAX), -1);
	buf_release(&b);
	assert_int_equal(b.max, 5);
}

static void
a_buf_keeps_its_bytes_as_it_grows(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_addc(&b, (char)i);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.p[i], (char)i);
	buf_drop(&b, 9998);
	assert_int_equal(b.n, 2);
	assert_int_equal(b.p[1], (char)9999);
	buf_drop(&b, 2);
	assert_string_equal(buf_z(&b), "");
	buf_release(&b);
}

static void
arena_memory_is_aligned_and_apart(void **state)
{
	struct arena a = ARENA_INIT;
	char *kept[200];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 200; i++) {
			kept[i] = arena_alloc(&a, i * 7);
			assert_int_equal((uintptr_t)kept[i] % 16, 0);
			memset(kept[i], (int)i, i * 7);
		}
		for (size_t i = 0; i < 200; i++)
			for (size_t j = 0; j < i * 7; j++)
				assert_int_equal(kept[i][j], (char)i);
		arena_reset(&a);
	}
	arena_release(&a);
	arena_release(&a);
}

static void
a_giant_does_not_stay_resident(void **state)
{
	struct arena a = ARENA_INIT;

	(void)state;
	memset(arena_alloc(&a, 10 * ARENA_KEEP), 1, 10 * ARENA_KEEP);
	arena_alloc(&a, 1);
	arena_reset(&a);
	assert_true((size_t)(a.end - a.at) <= ARENA_KEEP);
	arena_release(&a);
}

static void
arena_text_ends_in_nul(void **state)
{
	struct arena a = ARENA_INIT;
	struct str s = arena_printf(&a, "%s-%d", "x", 7);

	(void)state;
	assert_string_equal(s.p, "x-7");
	assert_int_equal(s.n, 3);
	assert_string_equal(arena_cstr(&a, STR_NONE), "");
	assert_string_equal(arena_str(&a, STR("a\0b")).p, "a");
	assert_int_equal(((char *)arena_zalloc(&a, 9))[8], 0);
	arena_release(&a);
}

static void
grow_makes_room(void **state)
{
	int *v = NULL;
	size_t n = 0, cap = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		GROW(v, n, cap);
		v[n++] = i;
	}
	assert_int_equal(v[999], 999);
	free(v);
}

/* Of any number of lines, also where large pages do not come out even. */
static void
lines_are_whole_and_zero(void **state)
{
	static const size_t sizes[] = { 64, 4096, (2u << 20) - 64, 2u << 20,
	    (2u << 20) + 64 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *p = xlines(sizes[i]);

		assert_int_equal((uintptr_t)p % 64, 0);
		assert_int_equal(p[0] | p[sizes[i] - 1], 0);
		free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_whole_and_zero),
		cmocka_unit_test(a_buf_stops_at_its_ceiling),
		cmocka_unit_test(a_buf_keeps_its_bytes_as_it_grows),
		cmocka_unit_test(arena_memory_is_aligned_and_apart),
		cmocka_unit_test(a_giant_does_not_stay_resident),
		cmocka_unit_test(arena_text_ends_in_nul),
		cmocka_unit_test(grow_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
