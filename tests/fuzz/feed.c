/*
 * Feeds of any bytes, as a server may send them: the first byte chooses what
 * HTTP said of them.  What comes out must be JSON, line by line.
 */
#include <stdlib.h>

#include "base/json.h"
#include "ingest/charset.h"
#include "ingest/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const types[] = { "", "text/xml", "application/json",
	    "application/rss+xml; charset=utf-8", "text/xml; charset=gb2312",
	    "application/xml; charset=\"windows-1251\"", "text/plain",
	    "text/html; charset=" };
	static struct arena a;
	struct buf lines = BUF_INIT;
	struct source src = { .url = STR("https://h.example/d/feed") };
	struct feed_found *found;
	struct feed_head head;
	struct feed *feed;
	struct str rest, line;
	struct err err;
	size_t count;

	if (n == 0)
		return 0;
	charset_setup();
	src.content_type = str_of(types[bytes[0] % 8]);
	src.bytes = (struct str){ (const char *)bytes + 1, n - 1 };
	feed_is(&src);
	feed_discover(&src, &a, &found, &count);
	if (feed_parse(&src, &a, &feed, &err) == 0)
		feed_read(feed, &head, &a);
	feed_write_info(&lines, feed);
	rest = buf_str(&lines);
	while (str_split(&rest, '\n', &line))
		if (line.n > 0 && json_check(line, &a, &err) == -1)
			abort();
	buf_release(&lines);
	arena_reset(&a);
	return 0;
}
