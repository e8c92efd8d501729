#include "tests/unit/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/ids.h"
#include "store/line.h"
#include "store/reader.h"

static char folder[] = "/tmp/stance-store-XXXXXX";

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	(void)state;
	ids_remove(folder);
	return rmdir(folder);
}

static void
line_tail(void **state)
{
	struct buf b = BUF_INIT;
	struct line line;
	struct str text;

	(void)state;
	buf_addz(&b, "{\"id\":\"a\"");
	line_finish(&b, 0, 3, 77, 1795478602);
	text = str_slice(buf_str(&b), 0, b.n - 1);
	assert_int_equal(line_read(&line, text), 0);
	assert_int_equal(line.seq, 77);
	assert_int_equal(line.revision, 3);
	assert_int_equal(line.stored, 1795478602);
	assert_true(line_is_whole(&line));
	for (size_t i = 0; i < text.n; i++) {
		b.p[i] ^= 1;			/* any bit */
		assert_false(line_read(&line, text) == 0 &&
		    line_is_whole(&line));
		b.p[i] ^= 1;
	}
	for (size_t n = 0; n < text.n; n++)	/* any cut */
		assert_false(line_read(&line, str_slice(text, 0, n)) == 0 &&
		    line_is_whole(&line));
	buf_release(&b);
}

static void
cursors(void **state)
{
	static const char *const bad[] = { "", "1", "1:2:3", "0:0:1:aaaaaaaaaaaaaaaa",
		"1:2:3:short", "1:2:3:aaaaaaaaaaaaaaaa:5", "1:-2:3:aaaaaaaaaaaaaaaa" };
	struct cursor at = { 12, 3456, 78, "0123456789abcdef" }, got;
	char text[CURSOR_SIZE];

	(void)state;
	cursor_format(&at, text);
	assert_string_equal(text, "000012:3456:78:0123456789abcdef");
	assert_int_equal(cursor_parse(&got, str_of(text)), 0);
	assert_int_equal(got.offset, 3456);
	assert_int_equal(cursor_parse(&got, STR("0")), 0);
	assert_int_equal(got.segment, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(cursor_parse(&got, str_of(bad[i])), -1);
}

static void
any_part_of_frames(void **state)
{
	struct buf plain = BUF_INIT, part = BUF_INIT;
	struct frames_writer *fw;
	struct frames *f;
	char path[64];
	struct err err;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/frames", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < 60000; i++)
		buf_addf(&plain, "line %d of some text that repeats\n", i);
	fw = frames_writer_new(fd, 3);
	assert_int_equal(frames_add(fw, buf_str(&plain), &err), 0);
	assert_int_equal(frames_finish(fw, &err), 0);
	frames_writer_free(fw);

	f = frames_open(fd, &err);
	assert_non_null(f);
	assert_int_equal(frames_size(f), plain.n);
	for (uint64_t at = 0; at < plain.n; at += 99991) {
		uint64_t start;

		assert_int_equal(frames_read(f, at, &part, &start, &err), 0);
		assert_true(start <= at && at < start + part.n);
		assert_memory_equal(part.p, plain.p + start, part.n);
		assert_int_equal(part.p[part.n - 1], '\n');
		assert_true(frames_next(f, at) == UINT64_MAX ||
		    frames_next(f, at) == start + part.n);
	}
	frames_free(f);
	buf_release(&plain);
	buf_release(&part);
	close(fd);
	unlink(path);
}

static uint64_t
id_number(int i)
{
	char key[16];

	snprintf(key, sizeof(key), "%d", i);
	return id_of_key(str_of(key));
}

/* Ids that went to many runs, were merged and read again. */
static void
ids_in_runs(void **state)
{
	struct place place;
	struct ids *ids;
	struct err err;
	int per_segment = 500, segments = 20;

	(void)state;
	ids = ids_open(folder, 1, &err);
	assert_non_null(ids);
	for (int s = 1; s <= segments; s++) {
		for (int i = 0; i < per_segment; i++)
			ids_put(ids, id_number(s * per_segment + i),
			    (struct place){ (uint32_t)s, (uint32_t)i });
		/* the newest place of one that is always there */
		ids_put(ids, id_number(-1), (struct place){ (uint32_t)s, 9 });
		assert_int_equal(ids_flush(ids, (uint32_t)s, &err), 0);
		assert_int_equal(ids_in_memory(ids), 0);
	}
	ids_free(ids);
	ids = ids_open(folder, 1, &err);
	assert_int_equal(ids_covered(ids), segments);
	for (int s = 1; s <= segments; s++)
		for (int i = 0; i < per_segment; i++) {
			assert_true(ids_find(ids,
			    id_number(s * per_segment + i), &place));
			assert_int_equal(place.segment, s);
			assert_int_equal(place.offset, i);
		}
	assert_true(ids_find(ids, id_number(-1), &place));
	assert_int_equal(place.segment, segments);
	for (int i = 0; i < 3000; i++)
		assert_false(ids_find(ids, id_number(-2 - i), &place));
	ids_free(ids);
}

#define SEGMENTS 3000	/* a folder that takes more than one call to read */

static const char *listed;

/* Do `what` with the file of a segment in the folder of a day. */
static void
with_file(uint32_t number, const char *suffix, int (*what)(const char *path))
{
	char *path = xasprintf("%s/2026/11/23/%06u%s", listed, number, suffix);

	if (what(path) == -1)
		abort();
	free(path);
}

static int
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	return fd == -1 ? -1 : close(fd);
}

/* As sealing does it: first the new name, then the old one goes. */
static void *
seal_all(void *arg)
{
	(void)arg;
	for (uint32_t n = 1; n < SEGMENTS; n++) {
		with_file(n, ".jsonl.zst", make_file);
		with_file(n, ".jsonl", unlink);
	}
	return NULL;
}

static void
list_in(const char *in)
{
	char *day = xasprintf("%s/2026/11/23", in);
	struct segments list = { .v = NULL };
	pthread_t thread;
	struct err err;

	listed = in;
	assert_int_equal(make_folders(day, 0755, &err), 0);
	for (uint32_t n = 1; n <= SEGMENTS; n++)
		with_file(n, ".jsonl", make_file);
	assert_int_equal(pthread_create(&thread, NULL, seal_all, NULL), 0);
	do {
		segments_release(&list);
		assert_int_equal(segments_list(&list, in, &err), 0);
		assert_int_equal(list.n, SEGMENTS);
	} while (!list.v[SEGMENTS - 2].sealed);
	assert_int_equal(pthread_join(thread, NULL), 0);
	segments_release(&list);
	for (uint32_t n = 1; n < SEGMENTS; n++)
		with_file(n, ".jsonl.zst", unlink);
	with_file(SEGMENTS, ".jsonl", unlink);
	for (int level = 0; level < 3; level++) {
		assert_int_equal(rmdir(day), 0);
		*strrchr(day, '/') = '\0';
	}
	free(day);
}

static void
a_listing_while_segments_are_sealed(void **state)
{
	char memory[] = "/dev/shm/stance-store-XXXXXX";

	(void)state;
	list_in(folder);
	/* a file system that tells new names in another order */
	if (mkdtemp(memory) == NULL)
		return;
	list_in(memory);
	assert_int_equal(rmdir(memory), 0);
}

#define DAY	"articles/2026/11/23"

static char *
in_store(const char *name)
{
	return xasprintf("%s/store/%s", folder, name);
}

static void
put_file(const char *name, struct str bytes)
{
	char *path = in_store(name);
	struct err err;

	assert_int_equal(file_replace(path, bytes, 0600, &err), 0);
	free(path);
}

static void
put_line(const char *name, uint64_t seq)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "{\"id\":\"a\"");
	line_finish(&b, 0, 1, seq, 1795478602);
	put_file(name, buf_str(&b));
	buf_release(&b);
}

static void
drop(const char *name)
{
	char *path = in_store(name);

	assert_int_equal(remove(path), 0);
	free(path);
}

/* What comes next is dropped before it is read, and nothing stands behind it yet. */
static void
a_cursor_before_what_was_dropped(void **state)
{
	static const char *const made[] = { DAY "/000001.jsonl",
	    DAY "/000003.jsonl", DAY, "articles/2026/11", "articles/2026",
	    "articles", "FORMAT", "" };
	char *day = in_store(DAY), *store = in_store("");
	struct reader r;
	struct line line;
	struct err err;

	(void)state;
	assert_int_equal(make_folders(day, 0755, &err), 0);
	put_file("FORMAT", STR("stance-store 1\n"));
	put_line(DAY "/000001.jsonl", 1);
	put_line(DAY "/000002.jsonl", 2);
	assert_int_equal(reader_open(&r, store, &err), 0);
	assert_int_equal(reader_next(&r, &line, &err), READER_LINE);
	drop(DAY "/000002.jsonl");
	put_file(DAY "/000003.jsonl", STR_NONE);
	assert_int_equal(reader_next(&r, &line, &err), READER_DAMAGE);
	assert_int_equal(reader_next(&r, &line, &err), READER_END);
	assert_int_equal(r.at.seq, 1);
	put_line(DAY "/000003.jsonl", 3);
	assert_int_equal(reader_next(&r, &line, &err), READER_LINE);
	assert_int_equal(line.seq, 3);
	reader_close(&r);
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		drop(made[i]);
	free(day);
	free(store);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_tail),
		cmocka_unit_test(cursors),
		cmocka_unit_test(any_part_of_frames),
		cmocka_unit_test(ids_in_runs),
		cmocka_unit_test(a_listing_while_segments_are_sealed),
		cmocka_unit_test(a_cursor_before_what_was_dropped),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
