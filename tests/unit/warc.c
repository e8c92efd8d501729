#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "ingest/warc.h"
#include "net/coding.h"

static char path[] = "/tmp/stance-warc-XXXXXX";

static const struct header headers[] = {
	{ { "Content-Type", 12 }, { "text/html; charset=utf-8", 24 } },
	{ { "Transfer-Encoding", 17 }, { "chunked", 7 } },
	{ { "X-Odd", 5 }, { "a\r\nInjected: yes", 16 } },
};

static void
write_pages(int count)
{
	unsigned long long offset;
	struct warc_out out;
	struct err err;

	assert_int_equal(warc_create(&out, path, &err), 0);
	for (int i = 0; i < count; i++) {
		char url[64], body[64];
		struct warc_exchange x = {
			.at = 1700000000 + i, .status = 200,
			.reason = STR("OK"), .headers = headers, .nheaders = 3,
			.request = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
		};

		snprintf(url, sizeof(url), "https://a.example/%d", i);
		snprintf(body, sizeof(body), "<p>page %d</p>", i);
		x.url = str_of(url);
		x.body = str_of(body);
		assert_int_equal(warc_write(&out, &x, &offset, &err), 0);
	}
	assert_int_equal(warc_finish(&out, &err), 0);
}

/* Count the responses and the damaged records, and check each body. */
static void
read_pages(int *responses, int *damaged)
{
	struct arena a = ARENA_INIT;
	struct buf body = buf_init(1 << 20);
	struct warc_record rec;
	struct source src;
	struct warc_in in;
	struct err err;
	int fd = open(path, O_RDONLY), rc, status;

	*responses = *damaged = 0;
	assert_true(fd != -1);
	if (warc_open(&in, fd, &err) == 0) {
		while ((rc = warc_next(&in, &rec, &err)) != 0) {
			if (rc == -1) {
				++*damaged;
				continue;
			}
			if (!str_eq(rec.type, STR("response")))
				continue;
			arena_reset(&a);
			buf_reset(&body);
			assert_int_equal(warc_source(&rec, &body, &a, &src,
			    &status, &err), 0);
			assert_int_equal(status, 200);
			assert_true(str_starts(src.bytes, STR("<p>page ")));
			assert_true(str_starts(src.content_type,
			    STR("text/html")));
			assert_int_equal(src.nheaders, 3);
			++*responses;
		}
		warc_close(&in);
	}
	close(fd);
	buf_release(&body);
	arena_release(&a);
}

static void
reads_what_it_wrote(void **state)
{
	int responses, damaged;

	(void)state;
	unlink(path);
	write_pages(3);
	write_pages(2);			/* appending */
	read_pages(&responses, &damaged);
	assert_int_equal(responses, 5);
	assert_int_equal(damaged, 0);
}

static void
a_cut_file_is_mended(void **state)
{
	struct buf whole = BUF_INIT;
	struct err err;

	(void)state;
	unlink(path);
	write_pages(2);
	assert_int_equal(file_slurp(path, &whole, 1 << 20, &err), 0);
	for (size_t n = 1; n < whole.n; n += 13) {
		int responses, damaged, again;

		assert_int_equal(file_replace(path, str_slice(buf_str(&whole),
		    0, n), 0600, &err), 0);
		read_pages(&responses, &damaged);
		assert_in_range(damaged, 0, 1);
		if (n < 3)		/* not even gzip's mark is left */
			continue;
		write_pages(1);
		read_pages(&again, &damaged);
		assert_int_equal(damaged, 0);
		/* a record that lacked only its checksum was cut off, too */
		assert_in_range(again, responses, responses + 1);
	}
	buf_release(&whole);
}

static void
a_damaged_record_costs_itself(void **state)
{
	struct buf whole = BUF_INIT;
	struct err err;
	int responses, damaged;

	(void)state;
	unlink(path);
	write_pages(9);
	assert_int_equal(file_slurp(path, &whole, 1 << 20, &err), 0);
	for (size_t at = whole.n / 2; at < whole.n / 2 + 40; at++)
		whole.p[at] = (char)(whole.p[at] ^ 0x55);
	assert_int_equal(file_replace(path, buf_str(&whole), 0600, &err), 0);
	read_pages(&responses, &damaged);
	assert_in_range(responses, 8, 9);	/* a request may be the one hit */
	assert_in_range(damaged, 1, 3);
	buf_release(&whole);
}

static void
plain_files_and_foreign_codings(void **state)
{
	static const char text[] =
	    "WARC/1.0\r\nWARC-Type: response\r\n"
	    "WARC-Target-URI: <https://a.example/x>\r\n"
	    "Content-Length: 78\r\n\r\n"
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
	    "X: y\r\n\r\n5\r\n<p>pa\r\n1\r\ng\r\n0\r\n\r\n"
	    "\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n"
	    "\r\nWARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 3\r\n\r\n"
	    "abc\r\n\r\n";
	struct arena a = ARENA_INIT;
	struct buf body = buf_init(1 << 20);
	struct warc_record rec;
	struct source src;
	struct warc_in in;
	struct err err;
	int fd, status;

	(void)state;
	assert_int_equal(file_replace(path, STR(text), 0600, &err), 0);
	fd = open(path, O_RDONLY);
	assert_int_equal(warc_open(&in, fd, &err), 0);
	assert_int_equal(warc_next(&in, &rec, &err), 1);
	assert_true(str_eq(rec.url, STR("https://a.example/x")));
	assert_int_equal(warc_source(&rec, &body, &a, &src, &status, &err), 0);
	assert_true(str_eq(src.bytes, STR("<p>pag")));
	assert_int_equal(warc_next(&in, &rec, &err), -1);
	assert_int_equal(warc_next(&in, &rec, &err), 1);
	assert_int_equal(warc_source(&rec, &body, &a, &src, &status, &err), 0);
	assert_true(str_eq(src.bytes, STR("abc")));
	assert_int_equal(warc_next(&in, &rec, &err), 0);
	warc_close(&in);
	close(fd);
	buf_release(&body);
	arena_release(&a);
}

static void
a_bomb_stops_at_the_ceiling(void **state)
{
	/* 32 KiB of zeros, gzip'd; the ceiling is far below */
	static const unsigned char bomb[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2,
	    3, 0xed, 0xc1, 0x01, 0x0d, 0, 0, 0, 0xc2, 0xa0, 0xf7, 0x4f, 0x6d,
	    0x0e, 0x37, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x77, 0x03 };
	struct str bytes = { (const char *)bomb, sizeof(bomb) };
	struct buf to = buf_init(1000);
	enum coding_end end;
	struct err err;

	(void)state;
	assert_int_equal(coding_decode(STR("gzip"), bytes, &to, &end, &err), 0);
	assert_int_equal(end, CODING_FULL);
	assert_int_equal(to.n, 1000);
	buf_reset(&to);
	assert_int_equal(coding_decode(STR("gzip, x-foo"), bytes, &to, &end,
	    &err), -1);
	assert_string_equal(err.msg, "content coding 'x-foo' is not known");
	buf_release(&to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_wrote),
		cmocka_unit_test(a_cut_file_is_mended),
		cmocka_unit_test(a_damaged_record_costs_itself),
		cmocka_unit_test(plain_files_and_foreign_codings),
		cmocka_unit_test(a_bomb_stops_at_the_ceiling),
	};
	int rc;

	close(mkstemp(path));
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return rc;
}
