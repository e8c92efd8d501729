/* The state keeps what counts: in the file, and in memory. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "ingest/state.h"

#define DAY	86400LL
#define MANY	6000

static char folder[] = "/tmp/stance-state-XXXXXX";

static void
key_of(unsigned n, unsigned char key[STATE_KEY])
{
	char name[16];

	snprintf(name, sizeof(name), "%u", n);
	state_hash(str_of(name), key);
}

static struct state *
reopen(struct state *s)
{
	struct err err;

	if (s != NULL)
		state_close(s);
	s = state_open(folder, false, &err);
	assert_non_null(s);
	return s;
}

static long
size_of_file(void)
{
	char *path = xasprintf("%s/state.jsonl", folder);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	free(path);
	return (long)st.st_size;
}

static void
test_compaction(void **unused)
{
	unsigned char key[STATE_KEY];
	struct state *s = reopen(NULL);
	struct feed_state *feed = state_feed(s, "https://desk.example/feed");
	long most = 0;

	(void)unused;
	state_set(&feed->etag, STR("\"a\""));
	state_feed(s, "https://desk.example/part")->dropped = 1;
	state_save(s, state_feed(s, "https://desk.example/part"));
	for (int i = 0; i < 30 * MANY; i++) {
		feed->articles = i;
		state_save(s, feed);
		if (i % 100 == 0)
			state_flush(s);
		if (i % 1000 == 0 && size_of_file() > most)
			most = size_of_file();
	}
	/* some 4,096 lines of less than 128 bytes */
	assert_true(most < 600000);
	s = reopen(s);
	feed = state_feed(s, "https://desk.example/feed");
	assert_int_equal(feed->articles, 30 * MANY - 1);
	assert_string_equal(feed->etag, "\"a\"");
	assert_int_equal(state_count(s), 1);

	for (unsigned i = 0; i < MANY; i++) {
		key_of(i, key);
		state_remember(s, key, i, 1000 * DAY);
	}
	for (unsigned i = 0; i < 5; i++) {		/* it is shown still */
		key_of(i, key);
		assert_true(state_knows(s, key, i, 1080 * DAY));
	}
	state_flush(s);
	for (unsigned i = 0; i < 4 * MANY; i++) {
		key_of(MANY + i % 7, key);
		state_remember(s, key, i, 1100 * DAY);
		state_flush(s);
	}
	for (unsigned i = 0; i < MANY; i++) {
		key_of(i, key);
		assert_true(state_knows(s, key, i, 1100 * DAY) == (i < 5));
	}
	assert_true(size_of_file() < 600000);
	s = reopen(s);
	key_of(5, key);
	assert_false(state_knows(s, key, 5, 1100 * DAY));
	key_of(MANY + 3, key);
	assert_false(state_knows(s, key, 3, 1100 * DAY));	/* an older version */
	state_close(s);
}

static int
make_folder(void **unused)
{
	(void)unused;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **unused)
{
	char command[64];

	(void)unused;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compaction),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
