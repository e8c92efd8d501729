/* A feed in the shape that articles are made from. */
#include "ingest/feedmodel.h"
#include "ingest/feedtext.h"

/* Without < and & it is the same text, whatever it is called. */
static bool
is_plain(const struct feed_text *text)
{
	struct str s = text->value;

	return str_eq(text->type, STR("text/plain")) ||
	    (s.n > 0 && memchr(s.p, '<', s.n) == NULL &&
	    memchr(s.p, '&', s.n) == NULL);
}

/* As stance-record(5) has it: blocks, no tags. */
static struct str
plain_text(const struct feed_text *text, struct arena *a)
{
	if (text->value.n == 0)
		return STR_NONE;
	return is_plain(text) ? text->value :
	    page_fragment_text(text->value, a);
}

/* The same on one line, for a title. */
static struct str
plain_line(const struct feed_text *text, struct arena *a)
{
	struct str s = plain_text(text, a);
	char *line;
	size_t n = 0;

	if (s.n == 0)
		return STR_NONE;
	line = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (!is_space(s.p[i]))
			line[n++] = s.p[i];
		else if (n > 0 && line[n - 1] != ' ')
			line[n++] = ' ';
	return str_trim((struct str){ line, n });
}

static void
read_when(const struct feed_when *when, bool *has, struct date *date)
{
	*has = when->rank > 0;
	*date = when->date;
}

static void
read_tags(const struct feed_node *node, struct feed_entry *entry,
    struct arena *a)
{
	entry->tags = arena_array(a, node->categories.n, sizeof(*entry->tags));
	entry->ntags = 0;
	for (size_t i = 0; i < node->categories.n; i++)
		if (node->categories.v[i].term.n > 0)
			entry->tags[entry->ntags++] = node->categories.v[i].term;
}

/* An entry without authors has its source's, else the feed's (RFC 4287, 4.2.1). */
static void
read_authors(const struct feed_node *node, const struct feed_node *head,
    struct feed_entry *entry)
{
	if (node->authors.n == 0 && node->source != NULL &&
	    node->source->authors.n > 0)
		node = node->source;
	if (node->authors.n == 0)
		node = head;
	entry->authors = node->authors.v;
	entry->nauthors = node->authors.n;
}

static void
read_entry(const struct feed_node *node, const struct feed_node *head,
    struct feed_entry *entry, struct arena *a)
{
	entry->id = node->id.s;
	entry->url = node->url.s.n > 0 ? node->url.s : node->feed_url.s;
	*(node->title_is_made ? &entry->untitled : &entry->title) =
	    plain_line(&node->title, a);
	entry->summary = plain_text(&node->summary, a);
	entry->language = feed_language(node->language.s, a);
	entry->image = node->image.s;
	if (node->contents.n > 0) {
		const struct feed_text *main = &node->contents.v[0];

		entry->html = is_plain(main) ? STR_NONE : main->value;
		entry->text = plain_text(main, a);
	}
	read_authors(node, head, entry);
	read_tags(node, entry, a);
	entry->attachments = node->attachments.v;
	entry->nattachments = node->attachments.n;
	entry->extras = node->extras.v;
	entry->nextras = node->extras.n;
	read_when(&node->published, &entry->has_published, &entry->published);
	read_when(&node->modified, &entry->has_modified, &entry->modified);
	entry->options = node->options;
}

/* RSS's ttl is in minutes; the syndication module names a period. */
static long long
seconds_to_live(const struct feed *feed)
{
	static const struct {
		const char	*name;
		long long	 seconds;
	} periods[] = { { "hourly", 3600 }, { "daily", 86400 },
	    { "weekly", 604800 }, { "monthly", 2592000 },
	    { "yearly", 31536000 } };

	if (feed->ttl > 0)
		return feed->ttl * 60;
	for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); i++)
		if (str_ieq(feed->period, str_of(periods[i].name)))
			return periods[i].seconds /
			    (feed->frequency > 0 ? feed->frequency : 1);
	return 0;
}

void
feed_read(const struct feed *feed, struct feed_head *head, struct arena *a)
{
	const struct feed_node *node = &feed->head;
	bool is_list = feed->entries.n == 0 && feed->subscriptions.n > 0;
	size_t n = is_list ? feed->subscriptions.n : feed->entries.n;
	struct feed_node **nodes = is_list ? feed->subscriptions.v :
	    feed->entries.v;

	*head = (struct feed_head){ .title = plain_line(&node->title, a),
	    .home_page_url = node->url.s, .feed_url = node->feed_url.s,
	    .language = feed_language(node->language.s, a), .hub = feed->hub,
	    .ttl = seconds_to_live(feed), .skip_hours = feed->skip_hours,
	    .skip_days = feed->skip_days, .is_list = is_list,
	    .is_index = feed->is_sitemap_index, .count = n };
	head->entries = arena_array(a, n, sizeof(*head->entries));
	memset(head->entries, 0, n * sizeof(*head->entries));
	for (size_t i = 0; i < n; i++) {
		read_entry(nodes[i], node, &head->entries[i], a);
		if (is_list) {
			head->entries[i].url = nodes[i]->feed_url.s;
			head->entries[i].home = nodes[i]->url.s;
		}
	}
}
