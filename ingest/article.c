#include <assert.h>

#include "base/digest.h"
#include "ingest/article.h"
#include "ingest/zone.h"

static void
put_date(struct buf *to, const char *name, bool has, struct date date)
{
	char text[DATE_SIZE];

	if (!has)
		return;
	date_format(date, text);
	json_member_str(to, name, str_of(text));
}

static void
put_authors(struct buf *to, const struct author *authors, size_t count)
{
	if (count == 0)
		return;
	json_name(to, "authors");
	json_open(to, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(to, '{');
		json_member_str(to, "name", authors[i].name);
		json_member_str(to, "email", authors[i].email);
		json_member_str(to, "url", authors[i].url);
		json_close(to, '}');
	}
	json_close(to, ']');
}

static void
put_tags(struct buf *to, const struct str *tags, size_t count)
{
	if (count == 0)
		return;
	json_name(to, "tags");
	json_open(to, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(to, tags[i]);
	json_close(to, ']');
}

static void
put_attachments(struct buf *to, const struct feed_attachment *files,
    size_t count)
{
	if (count == 0)
		return;
	json_name(to, "attachments");
	json_open(to, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(to, '{');
		json_member_str(to, "url", files[i].url);
		json_member_str(to, "mime_type", files[i].type);
		json_member_str(to, "title", files[i].title);
		if (files[i].size >= 0) {
			json_name(to, "size_in_bytes");
			json_put_int(to, files[i].size);
		}
		if (files[i].seconds >= 0) {
			json_name(to, "duration_in_seconds");
			json_put_int(to, files[i].seconds);
		}
		json_close(to, '}');
	}
	json_close(to, ']');
}

/* The words of one module; a word given twice keeps its first value. */
static void
put_extras(struct buf *to, const char *module, const struct feed_extra *extras,
    size_t count)
{
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		size_t first = 0;

		while (strcmp(extras[first].module, extras[i].module) != 0 ||
		    strcmp(extras[first].name, extras[i].name) != 0)
			first++;
		if (first < i || strcmp(extras[i].module, module) != 0)
			continue;
		if (!open) {
			json_name(to, module);
			json_open(to, '{');
			open = true;
		}
		json_member_str(to, extras[i].name, extras[i].value);
	}
	if (open)
		json_close(to, '}');
}

void
article_of_page(struct buf *to, const struct page *page)
{
	json_open(to, '{');
	json_member_str(to, "url", page->url);
	json_member_str(to, "title", page->title);
	json_member_str(to, "summary", page->summary);
	json_member_str(to, "content_text", page->text);
	put_authors(to, page->authors, page->nauthors);
	put_date(to, "date_published", page->has_published, page->published);
	put_date(to, "date_modified", page->has_modified, page->modified);
	json_member_str(to, "language", page->language);
	put_tags(to, page->tags, page->ntags);
	json_member_str(to, "image", page->image);
	json_close(to, '}');
}

void
article_of_entry(struct buf *to, const struct feed_entry *entry)
{
	json_open(to, '{');
	json_member_str(to, "id", entry->id);
	json_member_str(to, "url", entry->url);
	json_member_str(to, "title", entry->title);
	json_member_str(to, "untitled", entry->untitled);
	json_member_str(to, "summary", entry->summary);
	json_member_str(to, "content_text", entry->text);
	put_authors(to, entry->authors, entry->nauthors);
	put_date(to, "date_published", entry->has_published, entry->published);
	put_date(to, "date_modified", entry->has_modified, entry->modified);
	json_member_str(to, "language", entry->language);
	put_tags(to, entry->tags, entry->ntags);
	put_attachments(to, entry->attachments, entry->nattachments);
	json_member_str(to, "image", entry->image);
	put_extras(to, "_georss", entry->extras, entry->nextras);
	put_extras(to, "_slash", entry->extras, entry->nextras);
	json_member_str(to, "options", entry->options);
	json_member_str(to, "home", entry->home);
	json_close(to, '}');
}

/*
 * The members of an article in their order, and whose word counts where the
 * entry and its page both have one.  The publisher's feed names and dates its
 * own articles better than a page can be read; the text and its language are
 * the page's.
 */
static const struct {
	const char	*name;
	bool		 page_first;
} members[] = {
	{ "url", false }, { "title", false }, { "summary", false },
	{ "content_text", true }, { "authors", false },
	{ "date_published", false }, { "date_modified", false },
	{ "language", true }, { "tags", false }, { "attachments", false },
	{ "image", false }, { "_georss", false }, { "_slash", false },
};
#define MEMBER_URL	0
#define MEMBER_TITLE	1
#define MEMBER_TEXT	3
#define MEMBERS	(sizeof(members) / sizeof(*members))

/* The member `name` of `rec`, NULL where it is absent, null or empty. */
static const struct json_member *
lookup(const struct record *rec, const char *name)
{
	const struct json_member *m;

	if (rec == NULL)
		return NULL;
	m = json_find(rec->members, rec->count, name);
	if (m == NULL || m->value.type == JSON_NULL || m->value.raw.n <= 2)
		return NULL;
	return m;
}

static const struct json_member *
either(const struct record *first, const struct record *second,
    const char *name)
{
	const struct json_member *m = lookup(first, name);

	return m ? m : lookup(second, name);
}

static struct str
text_of(const struct json_member *m, struct arena *a)
{
	return m ? json_str(&m->value, a) : STR_NONE;
}

/* The title of an entry and its page; what was made for the entry comes last. */
static struct str
title_of(const struct record *entry, const struct record *page, struct arena *a)
{
	const struct json_member *m = either(entry, page, "title");

	return text_of(m ? m : lookup(entry, "untitled"), a);
}

void
article_feed_read(struct article_feed *feed, const struct record *line,
    struct str address, struct arena *a)
{
	*feed = (struct article_feed){
		.title = text_of(lookup(line, "title"), a),
		.feed_url = address.n > 0 ? address :
		    text_of(lookup(line, "feed_url"), a),
		.home_page_url = text_of(lookup(line, "home_page_url"), a),
	};
	feed->identity = feed->feed_url;
}

static void
put_feed(struct buf *to, const struct article_feed *feed)
{
	json_name(to, "feed");
	json_open(to, '{');
	json_member_str(to, "title", feed->title);
	json_member_str(to, "feed_url", feed->feed_url);
	json_member_str(to, "home_page_url", feed->home_page_url);
	put_tags(to, feed->tags, feed->ntags);
	json_close(to, '}');
}

static void
put_fetched(struct buf *to, const struct article_fetched *fetched)
{
	json_name(to, "fetched");
	json_open(to, '{');
	json_member_str(to, "at", fetched->at);
	json_member_str(to, "url", fetched->url);
	if (fetched->status != 0) {
		json_name(to, "status");
		json_put_int(to, fetched->status);
	}
	json_member_str(to, "sha256", fetched->sha256);
	if (fetched->backfill) {
		json_name(to, "backfill");
		json_put_bool(to, true);
	}
	json_close(to, '}');
}

/* An id of our own making stands for the text where there is nothing else. */
static struct str
identify(const struct record *entry, const struct article_feed *feed,
    struct str url, struct str rev, struct arena *a)
{
	struct str id = text_of(lookup(entry, "id"), a);

	if (url.n > 0 && (id.n == 0 || (feed != NULL && feed->by_link)))
		return url;
	return id.n > 0 ? id : arena_printf(a, "urn:sha256:%.*s", STR_FMT(rev));
}

struct str
article_key(const struct record *entry, const struct article_feed *feed,
    struct arena *a)
{
	struct str url = text_of(lookup(entry, "url"), a);
	struct str rev = record_make_rev(title_of(entry, NULL, a),
	    text_of(lookup(entry, "content_text"), a), a);

	return record_make_key(identify(entry, feed, url, rev, a),
	    feed->identity, url, a);
}

uint64_t
article_version(const struct record *entry)
{
	static const char *const told[] = { "url", "title", "summary",
	    "content_text", "date_modified" };
	uint64_t version = 0;

	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
		const struct json_member *m = lookup(entry, told[i]);

		version = version * 31 + (m ? hash64(m->raw) : i);
	}
	return version;
}

/* A date of the feed's, by the clock that it was read from. */
static bool
put_repaired(struct buf *to, const struct json_member *m, const char *name,
    const char *zone, struct arena *a)
{
	struct date date;

	if (!str_starts(str_of(name), STR("date_")) ||
	    date_parse_3339(json_str(&m->value, a), &date) == -1)
		return false;
	put_date(to, name, true, zone_repair(zone, date));
	return true;
}

void
article_write(struct buf *to, const struct record *entry,
    const struct record *page, const struct article_feed *feed,
    const struct article_fetched *fetched, struct arena *a)
{
	const struct json_member *found[MEMBERS];
	struct str id, url, title, text, rev;

	assert(entry != NULL || page != NULL);
	for (size_t i = 0; i < MEMBERS; i++)
		found[i] = members[i].page_first ?
		    either(page, entry, members[i].name) :
		    either(entry, page, members[i].name);
	url = text_of(found[MEMBER_URL], a);
	title = title_of(entry, page, a);
	text = text_of(found[MEMBER_TEXT], a);
	rev = record_make_rev(title, text, a);
	id = identify(entry, feed, url, rev, a);

	json_open(to, '{');
	json_name(to, "v");
	json_put_int(to, RECORD_VERSION);
	json_member_str(to, "id", id);
	json_member_str(to, "key", record_make_key(id,
	    feed ? feed->identity : STR_NONE, url, a));
	json_member_str(to, "rev", rev);
	for (size_t i = 0; i < MEMBERS; i++)
		if (found[i] == NULL && i == MEMBER_TITLE)
			json_member_str(to, "title", title);
		else if (found[i] != NULL && (feed == NULL || feed->zone == NULL ||
		    found[i] != lookup(entry, members[i].name) ||
		    !put_repaired(to, found[i], members[i].name, feed->zone, a)))
			json_put_raw(to, found[i]->raw);
	if (title.n == 0 && text.n == 0)
		json_member_str(to, "title", STR(""));
	if (feed != NULL)
		put_feed(to, feed);
	if (fetched != NULL)
		put_fetched(to, fetched);
	record_end(to);
}
