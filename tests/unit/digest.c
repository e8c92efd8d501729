#include "tests/unit/test.h"

#include <unistd.h>

#include "base/digest.h"

static void
sha256_is_the_standard_one(void **state)
{
	char hex[65];

	(void)state;
	sha256_hex(STR(""), hex, 64);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b9"
	    "34ca495991b7852b855");
	sha256_hex(STR("abc"), hex, 16);
	assert_string_equal(hex, "ba7816bf8f01cfea");
}

static void
of_a_file_as_of_its_bytes(void **state)
{
	static char bytes[200000];
	FILE *file = tmpfile();
	unsigned char x[SHA256_SIZE], y[SHA256_SIZE];
	uint64_t size;

	(void)state;
	assert_non_null(file);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * i >> 3);
	assert_int_equal(write(fileno(file), bytes, sizeof(bytes)),
	    sizeof(bytes));
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	assert_int_equal(sha256_fd(fileno(file), x, &size), 0);
	sha256((struct str){ bytes, sizeof(bytes) }, y);
	assert_memory_equal(x, y, sizeof(x));
	assert_int_equal(size, sizeof(bytes));
	fclose(file);
	assert_int_equal(sha256_fd(-1, x, &size), -1);
}

static void
parts_do_not_run_together(void **state)
{
	struct str left[] = { STR("ab"), STR("c") };
	struct str right[] = { STR("a"), STR("bc") };
	struct str absent[] = { STR_NONE, STR_NONE };
	char x[33], y[33];

	(void)state;
	sha256_hex_parts(left, 2, x, 32);
	sha256_hex_parts(right, 2, y, 32);
	assert_string_not_equal(x, y);
	sha256_hex_parts(absent, 2, x, 32);
	sha256_hex(STR("\0"), y, 32);
	assert_string_not_equal(x, y);
	sha256_hex((struct str){ "\0\0", 2 }, y, 32);
	assert_string_equal(x, y);
}

static void
hash64_spreads(void **state)
{
	(void)state;
	assert_true(hash64(STR("a")) != hash64(STR("b")));
	assert_true(hash64(STR_NONE) == hash64(STR("")));
	assert_true((hash64(STR("a")) & 0xff) != (hash64(STR("b")) & 0xff));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_the_standard_one),
		cmocka_unit_test(of_a_file_as_of_its_bytes),
		cmocka_unit_test(parts_do_not_run_together),
		cmocka_unit_test(hash64_spreads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
