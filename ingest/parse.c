#include <libxml/parser.h>
#include <time.h>

#include "base/digest.h"
#include "ingest/article.h"
#include "ingest/charset.h"
#include "ingest/parse.h"

void
parse_setup(void)
{
	xmlInitParser();
	charset_setup();
	digest_setup();
	tzset();
}

static void
put_count(struct buf *to, const char *name, long long count)
{
	if (count == 0)
		return;
	json_name(to, name);
	json_put_int(to, count);
}

static void
put_head(struct buf *to, const struct feed_head *head)
{
	json_open(to, '{');
	json_member_str(to, "type", STR("feed"));
	json_member_str(to, "title", head->title);
	json_member_str(to, "home_page_url", head->home_page_url);
	json_member_str(to, "feed_url", head->feed_url);
	json_member_str(to, "language", head->language);
	json_member_str(to, "hub", head->hub);
	put_count(to, "ttl", head->ttl);
	put_count(to, "skip_hours", head->skip_hours);
	put_count(to, "skip_days", head->skip_days);
	put_count(to, "is_list", head->is_list);
	record_end(to);
}

/* What was taken for a feed is a page: name the feed that it names. */
static bool
put_found(const struct source *src, struct buf *to, struct arena *a)
{
	struct feed_found *found;
	size_t count;

	feed_discover(src, a, &found, &count);
	if (count == 0)
		return false;
	json_open(to, '{');
	json_member_str(to, "type", STR("feed"));
	json_member_str(to, "found", found[0].url);
	record_end(to);
	return true;
}

static int
parse_feed(const struct source *src, bool info, struct buf *to,
    struct arena *a, struct err *err)
{
	struct feed *feed;
	struct feed_head head;

	if (!info && !feed_is(src) && put_found(src, to, a))
		return 0;
	if (feed_parse(src, a, &feed, err) == -1 && !info)
		return -1;
	if (info) {		/* of a document that is none, its error */
		feed_write_info(to, feed);
		return 0;
	}
	feed_read(feed, &head, a);
	put_head(to, &head);
	for (size_t i = 0; i < head.count; i++) {
		article_of_entry(to, &head.entries[i]);
		buf_addc(to, '\n');
	}
	return 0;
}

static int
parse_page(const struct source *src, struct buf *to, struct arena *a,
    struct err *err)
{
	struct page page;

	if (page_extract(src, a, &page, err) == -1)
		return -1;
	article_of_page(to, &page);
	buf_addc(to, '\n');
	return 0;
}

int
parse_source(const struct source *src, enum parse_mode mode, struct buf *to,
    struct arena *a, struct err *err)
{
	switch (mode) {
	case PARSE_ANY:
		return feed_is(src) ? parse_feed(src, false, to, a, err) :
		    parse_page(src, to, a, err);
	case PARSE_PAGE:
		return parse_page(src, to, a, err);
	case PARSE_FEED:
		return parse_feed(src, false, to, a, err);
	case PARSE_FEED_INFO:
		return parse_feed(src, true, to, a, err);
	}
	BUG("no such parse mode");
}
