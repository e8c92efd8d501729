#include <libxml/parser.h>
#include <stdlib.h>
#include <time.h>

#include "base/digest.h"
#include "base/path.h"
#include "ingest/article.h"
#include "ingest/charset.h"
#include "ingest/explain.h"
#include "ingest/parse.h"

/* Made before the jail; the children have it by fork(). */
static struct overrides *overrides;

void
parse_setup(const char *const *rules, size_t count)
{
	char *own = path_data("rules/sites");
	bool good = true;

	xmlInitParser();
	charset_setup();
	digest_setup();
	tzset();
	overrides = overrides_new();
	if (own != NULL)
		good = overrides_read(overrides, own) == 0;
	for (size_t i = 0; i < count && good; i++)
		good = overrides_read(overrides, rules[i]) == 0;
	if (!good)
		exit(EXIT_USAGE);
	free(own);
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
	put_count(to, "is_index", head->is_index);
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

	if (page_extract(src, overrides, a, &page, NULL, err) == -1)
		return -1;
	article_of_page(to, &page);
	buf_addc(to, '\n');
	return 0;
}

/* A page without a text is explained, too: why it has none is the question. */
static int
parse_explaining(const struct source *src, bool html, struct buf *to,
    struct arena *a, struct err *err)
{
	struct page_sight sight;
	struct page page;
	const char *reason = NULL;

	if (feed_is(src))
		return err_set(err, "a feed, not a page");
	if (page_extract(src, overrides, a, &page, &sight, err) == -1)
		reason = err->msg;
	if (sight.tree.nodes == NULL)
		return -1;
	if (html)
		explain_html(to, &page, &sight, reason, a);
	else
		explain_text(to, &page, &sight, reason, a);
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
	case PARSE_EXPLAIN:
	case PARSE_EXPLAIN_HTML:
		return parse_explaining(src, mode == PARSE_EXPLAIN_HTML, to, a,
		    err);
	case PARSE_FEED:
		return parse_feed(src, false, to, a, err);
	case PARSE_FEED_INFO:
		return parse_feed(src, true, to, a, err);
	}
	BUG("no such parse mode");
}
