/* The lines of `stance extract --feed-info`. */
#include "base/json.h"
#include "ingest/feedmodel.h"

/* Long texts went through a parser that knows UTF-8. */
static void
put_text(struct buf *to, const char *name, const struct feed_text *text)
{
	if (text->value.n == 0)
		return;
	json_name(to, name);
	json_put_sound_str(to, text->value);
}

static void
put_value(struct buf *to, const char *name, const struct feed_value *value)
{
	if (value->s.n > 0)
		json_member_str(to, name, value->s);
}

static void
put_when(struct buf *to, const char *name, const struct feed_when *when)
{
	char text[DATE_SIZE];

	if (when->rank == 0)
		return;
	date_format(when->date, text);
	json_member_str(to, name, str_of(text));
}

static void
put_person(struct buf *to, const struct author *person)
{
	json_open(to, '{');
	if (person->name.n > 0)
		json_member_str(to, "name", person->name);
	if (person->email.n > 0)
		json_member_str(to, "email", person->email);
	if (person->url.n > 0)
		json_member_str(to, "url", person->url);
	json_close(to, '}');
}

static void
put_persons(struct buf *to, const char *name, const struct author *v, size_t n)
{
	if (n == 0)
		return;
	json_name(to, name);
	json_open(to, '[');
	for (size_t i = 0; i < n; i++)
		put_person(to, &v[i]);
	json_close(to, ']');
}

static void
put_contents(struct buf *to, const struct feed_node *node)
{
	if (node->contents.n == 0)
		return;
	json_name(to, "contents");
	json_open(to, '[');
	for (size_t i = 0; i < node->contents.n; i++) {
		const struct feed_text *text = &node->contents.v[i];

		json_open(to, '{');
		put_text(to, "value", text);
		json_member_str(to, "type", text->type);
		if (text->language.n > 0)
			json_member_str(to, "language", text->language);
		if (text->base.n > 0)
			json_member_str(to, "base", text->base);
		json_close(to, '}');
	}
	json_close(to, ']');
}

static void
put_categories(struct buf *to, const struct feed_node *node)
{
	if (node->categories.n == 0)
		return;
	json_name(to, "categories");
	json_open(to, '[');
	for (size_t i = 0; i < node->categories.n; i++) {
		const struct feed_category *category = &node->categories.v[i];

		json_open(to, '{');
		if (category->term.n > 0)
			json_member_str(to, "term", category->term);
		if (category->scheme.n > 0)
			json_member_str(to, "scheme", category->scheme);
		if (category->label.n > 0)
			json_member_str(to, "label", category->label);
		json_close(to, '}');
	}
	json_close(to, ']');
}

static void
put_tags(struct buf *to, const struct feed_node *node)
{
	if (node->categories.n == 0)
		return;
	json_name(to, "tags");
	json_open(to, '[');
	for (size_t i = 0; i < node->categories.n; i++)
		if (node->categories.v[i].term.n > 0)
			json_put_str(to, node->categories.v[i].term);
	json_close(to, ']');
}

static void
put_number(struct buf *to, const char *name, long long v)
{
	if (v < 0)
		return;
	json_name(to, name);
	json_put_int(to, v);
}

static void
put_attachments(struct buf *to, const struct feed_node *node)
{
	if (node->attachments.n == 0)
		return;
	json_name(to, "attachments");
	json_open(to, '[');
	for (size_t i = 0; i < node->attachments.n; i++) {
		const struct feed_attachment *file = &node->attachments.v[i];

		json_open(to, '{');
		json_member_str(to, "url", file->url);
		if (file->type.n > 0)
			json_member_str(to, "mime_type", file->type);
		if (file->title.n > 0)
			json_member_str(to, "title", file->title);
		put_number(to, "size_in_bytes", file->size);
		put_number(to, "duration_in_seconds", file->seconds);
		json_close(to, '}');
	}
	json_close(to, ']');
}

static void
put_links(struct buf *to, const struct feed_node *node)
{
	if (node->links.n == 0)
		return;
	json_name(to, "links");
	json_open(to, '[');
	for (size_t i = 0; i < node->links.n; i++) {
		const struct feed_link *link = &node->links.v[i];

		json_open(to, '{');
		json_member_str(to, "rel", link->rel);
		json_member_str(to, "href", link->href);
		if (link->type.n > 0)
			json_member_str(to, "type", link->type);
		if (link->title.n > 0)
			json_member_str(to, "title", link->title);
		if (link->hreflang.n > 0)
			json_member_str(to, "hreflang", link->hreflang);
		json_close(to, '}');
	}
	json_close(to, ']');
}

/* What a feed, an entry and a source have in common. */
static void
put_common(struct buf *to, const struct feed_node *node)
{
	put_value(to, "id", &node->id);
	put_text(to, "title", &node->title);
	put_value(to, "language", &node->language);
	put_when(to, "date_published", &node->published);
	put_when(to, "date_modified", &node->modified);
	put_persons(to, "authors", node->authors.v, node->authors.n);
	put_persons(to, "contributors", node->contributors.v,
	    node->contributors.n);
	if (node->publisher_rank > 0) {
		json_name(to, "publisher");
		put_person(to, &node->publisher);
	}
	put_categories(to, node);
	put_tags(to, node);
	put_links(to, node);
	put_text(to, "rights", &node->rights);
	put_value(to, "image", &node->image);
	put_value(to, "license", &node->license);
}

/* What only a feed has, and the feed that an entry came from. */
static void
put_channel(struct buf *to, const struct feed_node *node)
{
	put_text(to, "description", &node->summary);
	put_value(to, "home_page_url", &node->url);
	put_value(to, "feed_url", &node->feed_url);
	put_value(to, "icon", &node->icon);
	put_value(to, "logo", &node->logo);
	put_value(to, "generator", &node->generator);
	put_common(to, node);
}

static void
put_feed(struct buf *to, const struct feed *feed)
{
	json_open(to, '{');
	json_member_str(to, "type", STR("feed"));
	put_channel(to, &feed->head);
	put_number(to, "ttl", feed->ttl);
	if (feed->version != NULL)
		json_member_str(to, "version", str_of(feed->version));
	json_member_str(to, "encoding", feed->encoding);
	if (feed->error.n > 0)
		json_member_str(to, "error", feed->error);
	json_close(to, '}');
	buf_addc(to, '\n');
}

static void
put_source(struct buf *to, const struct feed_node *source)
{
	json_name(to, "source");
	json_open(to, '{');
	put_value(to, "url", &source->url);
	put_channel(to, source);
	json_close(to, '}');
}

static void
put_entry(struct buf *to, const struct feed_node *node)
{
	json_open(to, '{');
	json_member_str(to, "type", STR("entry"));
	put_value(to, "url", &node->url);
	put_value(to, "external_url", &node->external_url);
	put_value(to, "comments_url", &node->comments_url);
	put_text(to, "summary", &node->summary);
	put_contents(to, node);
	put_attachments(to, node);
	put_common(to, node);
	if (node->source != NULL)
		put_source(to, node->source);
	json_close(to, '}');
	buf_addc(to, '\n');
}

static void
put_subscription(struct buf *to, const struct feed_node *node)
{
	json_open(to, '{');
	json_member_str(to, "type", STR("subscription"));
	put_value(to, "feed_url", &node->feed_url);
	put_text(to, "title", &node->title);
	put_value(to, "home_page_url", &node->url);
	put_tags(to, node);
	json_close(to, '}');
	buf_addc(to, '\n');
}

void
feed_write_info(struct buf *to, const struct feed *feed)
{
	put_feed(to, feed);
	for (size_t i = 0; i < feed->entries.n; i++)
		put_entry(to, feed->entries.v[i]);
	for (size_t i = 0; i < feed->subscriptions.n; i++)
		put_subscription(to, feed->subscriptions.v[i]);
}
