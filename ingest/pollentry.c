/*
 * Entries: what a feed's answer names becomes articles that set out, each once.
 */
#include <stdlib.h>

#include "base/json.h"
#include "ingest/pollmodel.h"

/* Articles that one answer may set going: a feed can name a million pages of
 * somebody else's.  The rest is taken when the feed is asked again. */
#define ARTICLES_A_POLL	1000
/* Sitemaps of one index that are watched, the newest first; those that have not
 * changed for so many days are archives. */
#define PARTS_MAX	50
#define PART_DAYS	30

/* Does the feed's text stop where the page goes on? */
static bool
is_teaser(struct str text)
{
	static const char *const ends[] = { "\xe2\x80\xa6", "...",
	    "\xe2\x80\xa6]", "...]", "\xe2\x80\xa6)" };

	text = str_trim(text);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (str_ends(text, str_of(ends[i])))
			return true;
	return false;
}

static bool
needs_page(const struct watch *w, struct str text)
{
	switch (w->sub->content) {
	case CONTENT_FEED:
		return false;
	case CONTENT_PAGE:
		return true;
	case CONTENT_AUTO:
		return text.n == 0 || is_teaser(text);
	}
	BUG("no such content policy");
}

/* Keys of one document, so that an id given twice is not taken for two
 * versions of one article. */
struct keys {
	unsigned char	(*v)[STATE_KEY];
	bool		*used;
	size_t		 slots;
};

static void
keys_init(struct keys *keys, size_t count, struct arena *a)
{
	keys->slots = 16;
	while (keys->slots < 2 * count)
		keys->slots *= 2;
	keys->v = arena_array(a, keys->slots, STATE_KEY);
	keys->used = arena_zalloc(a, keys->slots);
}

/* False when it was there. */
static bool
keys_add(struct keys *keys, const unsigned char key[STATE_KEY])
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, key, sizeof(hash));
	for (i = hash & (keys->slots - 1); keys->used[i];
	    i = (i + 1) & (keys->slots - 1))
		if (memcmp(keys->v[i], key, STATE_KEY) == 0)
			return false;
	keys->used[i] = true;
	memcpy(keys->v[i], key, STATE_KEY);
	return true;
}

/* A new article sets out. */
static void
article_start(struct poller *p, struct article *article, struct str line,
    const struct record *entry, const struct work *work)
{
	const struct json_member *text = json_find(entry->members,
	    entry->count, "content_text");
	struct str url = record_str(entry, RECORD_URL, &p->a);
	struct article **at = poller_on_way(p, article->key);
	struct watch *w = article->watch;

	article->chain = *at;
	*at = article;
	p->narticles++;
	w->unsafe++;
	w->found = true;
	article->backfill = w->state->first_poll == 0 && !w->late;
	article->draft = xstrndup(line.p, line.n);
	article->url = xstrndup(url.p, url.n);
	if (url.n > 0 && needs_page(w, text ? json_str(&text->value, &p->a) :
	    STR_NONE))
		poller_want_page(p, article);
	else
		poller_print(p, article, STR_NONE, work);
}

static void
take_entry(struct poller *p, struct str line, const struct record *entry,
    const struct work *work, struct keys *keys)
{
	struct article_feed feed;
	struct article *article;
	unsigned char key[STATE_KEY];
	uint64_t version = article_version(entry);
	bool by_link = false;

	poller_describe_feed(work->watch, false, &feed);
	state_hash(article_key(entry, &feed, &p->a), key);
	if (!keys_add(keys, key)) {
		by_link = feed.by_link = true;
		state_hash(article_key(entry, &feed, &p->a), key);
		if (!keys_add(keys, key))
			return;
	}
	if (*poller_on_way(p, key) != NULL ||
	    state_knows(p->options.state, key, version, clock_now()))
		return;
	article = xcalloc(1, sizeof(*article));
	memcpy(article->key, key, STATE_KEY);
	article->version = version;
	article->watch = work->watch;
	article->by_link = by_link;
	article_start(p, article, line, entry, work);
}

static long long
number_of(const struct record *rec, const char *name)
{
	const struct json_member *m = json_find(rec->members, rec->count, name);

	return m ? (long long)json_num(&m->value, 0) : 0;
}

static void
take_head(struct work *work, const struct record *head, struct arena *a)
{
	struct feed_state *feed = work->watch->state;
	struct article_feed said;

	article_feed_read(&said, head, STR_NONE, a);
	state_set(&feed->title, said.title);
	state_set(&feed->home, said.home_page_url);
	work->hints.ttl = number_of(head, "ttl");
	work->hints.skip_hours = (unsigned)number_of(head, "skip_hours");
	work->hints.skip_days = (unsigned)number_of(head, "skip_days");
}

/* The address is a page that names its feed: that is asked at once.  A page
 * where a feed used to be is a failure instead, for it may be an error page. */
static int
take_found(struct poller *p, struct watch *w, struct str found,
    struct err *err)
{
	if (w->state->first_poll != 0 || str_eq(found, str_of(w->state->url)))
		return err_set(err, "a page, not a feed");
	warn("%s: a page; its feed is %.*s", w->state->url, STR_FMT(found));
	state_set(&w->state->url, found);
	w->state->found = 1;
	state_save(p->options.state, w->state);
	w->unkept = false;
	p->asking--;
	poller_ask_feed(p, w);
	return 0;
}

/* A sitemap that an index names. */
struct part {
	struct str	url;
	int64_t		modified;	/* 0: not told */
	size_t		place;
};

static int
newest_first(const void *a, const void *b)
{
	const struct part *one = a, *other = b;

	if (one->modified != other->modified)
		return one->modified > other->modified ? -1 : 1;
	return one->place < other->place ? -1 : 1;
}

static void
take_part(struct part *part, const struct record *line, struct arena *a)
{
	const struct json_member *m = json_find(line->members, line->count,
	    "date_modified");
	struct date date;

	part->url = record_str(line, RECORD_URL, a);
	if (m != NULL && date_parse_3339(json_str(&m->value, a), &date) == 0)
		part->modified = date.seconds;
}

/* The feed is a sitemap index: what it names is watched as it is itself. */
static int
take_index(struct poller *p, struct watch *index, struct str lines,
    size_t count, struct err *err)
{
	struct part *parts = arena_array(&p->a, count, sizeof(*parts));
	int64_t old = clock_now() - PART_DAYS * 86400LL;
	struct record rec;
	struct str line;
	size_t n = 0;

	if (index->index != NULL)
		return err_set(err, "an index in an index");
	while (str_split(&lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (record_read(&rec, line, &p->a, err) == -1)
			return -1;
		parts[n] = (struct part){ .place = n };
		take_part(&parts[n], &rec, &p->a);
		n += parts[n].url.n > 0 &&
		    (parts[n].modified == 0 || parts[n].modified >= old);
	}
	qsort(parts, n, sizeof(*parts), newest_first);
	index->answers++;
	for (size_t i = 0; i < n && i < PARTS_MAX; i++)
		poller_watch_part(p, index, arena_cstr(&p->a, parts[i].url));
	poller_drop_parts(p, index);
	return 0;
}

int
poller_take_feed(struct poller *p, struct work *work, struct str lines,
    struct err *err)
{
	const struct json_member *found;
	size_t count = 0;
	struct record rec;
	struct keys keys;
	struct str line;

	for (size_t i = 0; i < lines.n; i++)
		count += lines.p[i] == '\n';
	keys_init(&keys, count, &p->a);
	while (str_split(&lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (record_read(&rec, line, &p->a, err) == -1)
			return -1;
		if (record_is_article(&rec)) {
			if (work->watch->unsafe >= ARTICLES_A_POLL)
				work->watch->unkept = false;
			else
				take_entry(p, line, &rec, work, &keys);
			continue;
		}
		if (number_of(&rec, "is_index") != 0) {
			take_head(work, &rec, &p->a);
			return take_index(p, work->watch, lines, count, err);
		}
		if (number_of(&rec, "is_list") != 0)
			return err_set(err, "a list of feeds: name them, or "
			    "keep it as a file and name that");
		found = json_find(rec.members, rec.count, "found");
		if (found != NULL) {
			work->asked_again = true;
			return take_found(p, work->watch,
			    json_str(&found->value, &p->a), err);
		}
		take_head(work, &rec, &p->a);
	}
	return 0;
}
