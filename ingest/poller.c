#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/limits.h"
#include "ingest/article.h"
#include "ingest/health.h"
#include "ingest/poller.h"
#include "ingest/robots.h"
#include "ingest/schedule.h"
#include "ingest/sites.h"
#include "net/coding.h"

/* Feeds being asked, and articles on their way, at once; above it no further
 * feed is asked, so that memory does not grow with the list. */
#define FEEDS_AT_ONCE	1000
#define ARTICLES_AT_ONCE 4000
/* Articles that one answer may set going: a feed can name a million pages of
 * somebody else's.  The rest is taken when the feed is asked again. */
#define ARTICLES_A_POLL	1000
/* Output that nobody takes; above it nothing more is received. */
#define UNWRITTEN_MAX	(8UL << 20)
/* A page that fails for now is asked again after so many seconds, then the
 * entry goes without it: a headline at once is worth more than a text late. */
static const int page_retry[] = { 2, 8 };
#define PAGE_RETRIES	(sizeof(page_retry) / sizeof(*page_retry))
/* A permanent redirect seen so often in a row is taken over. */
#define MOVED_STABLE	3
#define QUARANTINE_MAX	200
/* How long a reader may be silent after we were told to stop. */
#define LAST_WRITE_MS	5000
#define BUCKETS		4096
/* The longest sleep: clocks may be set. */
#ifdef STANCE_TEST_CLOCK
#define TICK_MS		50
#else
#define TICK_MS		60000
#endif

static const char feed_types[] = "application/rss+xml, application/atom+xml, "
    "application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
static const char page_types[] = "text/html, application/xhtml+xml, */*;q=0.5";

/* A feed of the list, while it is watched. */
struct watch {
	const struct subscription *sub;
	struct feed_state *state;
	bool		 busy;		/* being asked */
	bool		 asked;		/* at least once in this run */
	bool		 found;		/* the last answer had something new */
	bool		 unkept;	/* its validators wait for its articles */
	unsigned	 generation;	/* of the list that last had it */
	size_t		 unsafe;	/* articles on their way */
	char		*etag, *modified, *body;	/* of the last answer */
};

/* An article between its feed and safety. */
struct article {
	struct article	*chain;		/* same bucket */
	struct article	*next;		/* in one of the queues */
	unsigned char	 key[STATE_KEY];
	uint64_t	 version;
	struct watch	*watch;
	char		*draft;		/* the entry; NULL once printed */
	char		*url;
	bool		 by_link, backfill;
	unsigned	 tries;
	int64_t		 due;		/* of the next try, ms */
	uint64_t	 end;		/* where its record ends in the output */
};

struct queue {
	struct article	*first, **last;
};

enum work_kind {
	WORK_NONE,
	WORK_FEED,
	WORK_PAGE,
	WORK_ROBOTS
};

/* What a tag stands for while a child has it. */
struct work {
	enum work_kind	 kind;
	bool		 parsing;
	bool		 asked_again;	/* a page led to its feed */
	struct watch	*watch;
	struct article	*article;
	struct site	*site;
	char		*url;		/* after redirects */
	long		 status;
	char		 at[DATE_SIZE], sha256[65];
	struct hints	 hints;
	size_t		 next_free;
};

struct poller {
	struct poller_options options;
	struct watch	**watches;	/* by the feed's number; may be NULL */
	size_t		 nwatches, cap, nwatched;
	unsigned	 generation;	/* of the list */
	size_t		 asking, answered;	/* feeds, in this run */
	int64_t		 next_due;	/* no feed is due before; seconds */
	int64_t		 pass_due;	/* as the pass under way knows it */
	size_t		 cursor;	/* where it stands */
	struct work	*works;
	size_t		 nworks, works_cap, free_work;	/* number + 1 */
	struct article	*on_way[BUCKETS];
	size_t		 narticles;
	struct queue	 retries, printed, waiting;	/* for robots.txt */
	struct sites	*sites;
	struct out	 out;
	uint64_t	 written;	/* bytes that left us */
	struct buf	 acks;
	bool		 acks_ended;
	struct arena	 a;
	unsigned long	 total, quarantined, bytes;
	int64_t		 shown;		/* ms: last progress line */
};

static void
queue_init(struct queue *q)
{
	*q = (struct queue){ NULL, &q->first };
}

static void
queue_put(struct queue *q, struct article *article)
{
	article->next = NULL;
	*q->last = article;
	q->last = &article->next;
}

static struct article *
queue_take(struct queue *q)
{
	struct article *article = q->first;

	if (article != NULL && (q->first = article->next) == NULL)
		q->last = &q->first;
	return article;
}

struct poller *
poller_new(const struct poller_options *options)
{
	struct poller *p = xcalloc(1, sizeof(*p));

	p->options = *options;
	p->a = ARENA_INIT;
	queue_init(&p->retries);
	queue_init(&p->printed);
	queue_init(&p->waiting);
	p->sites = sites_new();
	out_init(&p->out, STDOUT_FILENO, "standard output");
	p->out.keep_going = true;
	return p;
}

/* Work: what the tags stand for. */

static uint64_t
work_new(struct poller *p, struct work work)
{
	size_t i;

	if (p->free_work > 0) {
		i = p->free_work - 1;
		p->free_work = p->works[i].next_free;
	} else {
		GROW(p->works, p->nworks, p->works_cap);
		i = p->nworks++;
	}
	date_format_utc(clock_now(), work.at);
	p->works[i] = work;
	return i;
}

static void
work_done(struct poller *p, uint64_t tag)
{
	struct work *w = &p->works[tag];

	free(w->url);
	*w = (struct work){ .kind = WORK_NONE, .next_free = p->free_work };
	p->free_work = tag + 1;
}

/* The work of a reply.  Tags come back from processes that read foreign
 * bytes: one that we did not give ends the run. */
static struct work *
work_of(struct poller *p, uint64_t tag, bool parsing)
{
	if (tag >= p->nworks || p->works[tag].kind == WORK_NONE ||
	    p->works[tag].parsing != parsing)
		die("a child answered what it was not asked");
	return &p->works[tag];
}

/* Say how the feed is when that has changed, and once a day. */
static void
report(struct poller *p, struct watch *w)
{
	int64_t now = clock_now();
	enum health health = health_of(w->state, now);

	if (w->state->said == (long long)health &&
	    now - w->state->said_at < HEALTH_PERIOD)
		return;
	w->state->said = health;
	w->state->said_at = now;
	health_report(out_buf(&p->out), w->state, w->sub->title ?
	    w->sub->title : w->state->title, now);
}

/* Feeds. */

/* Every article of the last answer is safe: keep what spares us to get it
 * again. */
static void
keep_answer(struct poller *p, struct watch *w)
{
	struct feed_state *feed = w->state;

	assert(w->unsafe == 0);
	if (!w->unkept)
		return;
	w->unkept = false;
	state_set(&feed->etag, str_of(w->etag));
	state_set(&feed->modified, str_of(w->modified));
	state_set(&feed->body, str_of(w->body));
	if (feed->first_poll == 0)
		feed->first_poll = clock_now();
	state_save(p->options.state, feed);
}

/* The next pass over the feeds is due when the first of them is. */
static void
feed_rests(struct poller *p, const struct watch *w)
{
	int64_t at = w->state->next_poll;

	if (p->options.once || w->busy || w->state->gone)
		return;
	if (at < p->next_due)
		p->next_due = at;
	if (at < p->pass_due)
		p->pass_due = at;
}

static void
feed_answered(struct poller *p, struct watch *w, const struct hints *hints)
{
	int64_t now = clock_now();

	w->busy = false;
	p->asking--;
	p->answered++;
	state_set(&w->state->error, STR_NONE);
	schedule_answered(w->state, hints, w->found, w->sub->interval, now);
	if (w->found)
		w->state->last_new = now;
	feed_rests(p, w);
	report(p, w);
	state_save(p->options.state, w->state);
	if (w->unsafe == 0)
		keep_answer(p, w);
}

static void
feed_failed(struct poller *p, struct watch *w, struct str why,
    long long retry_after)
{
	w->busy = false;
	p->asking--;
	p->answered++;
	warn("%s: %.*s", w->state->url, STR_FMT(why));
	state_set(&w->state->error, why);
	schedule_failed(w->state, retry_after, clock_now());
	feed_rests(p, w);
	report(p, w);
	state_save(p->options.state, w->state);
}

static void
ask_feed(struct poller *p, struct watch *w)
{
	struct http_request r = {
		.tag = work_new(p, (struct work){ .kind = WORK_FEED,
		    .watch = w }),
		.url = str_of(w->state->url),
		.etag = str_of(w->state->etag),
		.modified = str_of(w->state->modified),
		.accept = str_of(feed_types),
		.user_agent = str_of(w->sub->agent),
		.headers = str_of(w->sub->headers),
		.max = LIMIT_PAGE,
	};

	w->busy = w->asked = true;
	p->asking++;
	fetcher_submit(p->options.fetcher, &r);
}

static bool
is_due(const struct poller *p, const struct watch *w, int64_t now)
{
	if (w->busy || w->state->gone)
		return false;
	return p->options.once ? !w->asked && now >= w->state->not_before :
	    now >= w->state->next_poll;
}

/* Ask the feeds that are due.  A pass that meets a limit goes on from there. */
static void
ask_due(struct poller *p)
{
	int64_t now = clock_now();

	if (now < p->next_due)
		return;
	for (; p->cursor < p->nwatches; p->cursor++) {
		struct watch *w = p->watches[p->cursor];

		if (p->asking >= FEEDS_AT_ONCE ||
		    p->narticles >= ARTICLES_AT_ONCE)
			return;
		if (w == NULL || w->generation != p->generation)
			continue;
		if (is_due(p, w, now))
			ask_feed(p, w);
		else
			feed_rests(p, w);
	}
	p->next_due = p->pass_due;
	p->pass_due = INT64_MAX;
	p->cursor = 0;
}

/* A permanent redirect is believed once it has held. */
static void
note_move(struct feed_state *feed, struct str moved)
{
	if (!str_eq(str_of(feed->moved_to), moved)) {
		state_set(&feed->moved_to, moved);
		feed->moved_seen = 0;
	}
	if (moved.n > 0 && ++feed->moved_seen >= MOVED_STABLE) {
		warn("%s: moved for good to %.*s", feed->url, STR_FMT(moved));
		state_set(&feed->url, moved);
		state_set(&feed->moved_to, STR_NONE);
		feed->moved_seen = 0;
	}
}

/* What the answer said of itself, to be kept when its articles are safe.  A 304
 * may renew one validator and be silent on the other. */
static void
note_validators(struct watch *w, const struct http_reply *r, const char *body)
{
	struct str etag = http_header(r->headers, "etag");
	struct str modified = http_header(r->headers, "last-modified");
	bool same = r->status == 304;

	state_set(&w->etag, etag.n || !same ? etag : str_of(w->state->etag));
	state_set(&w->modified, modified.n || !same ? modified :
	    str_of(w->state->modified));
	state_set(&w->body, body ? str_of(body) : str_of(w->state->body));
	w->unkept = true;
}

/* The lines of an answer's head, as the parser and the archive want them. */
static struct header *
headers_of(struct str lines, size_t *count, struct arena *a)
{
	struct header *headers;
	struct str line;
	size_t most = 1;

	for (size_t i = 0; i < lines.n; i++)
		most += lines.p[i] == '\n';
	headers = arena_array(a, most, sizeof(*headers));
	*count = 0;
	while (str_split(&lines, '\n', &line)) {
		struct header *h = &headers[*count];

		str_split(&line, ':', &h->name);
		h->value = str_trim(line);
		*count += line.p != NULL;
	}
	return headers;
}

static void
parse_work(struct poller *p, uint64_t tag, enum parse_mode mode,
    const struct http_reply *r)
{
	struct source src = { .bytes = r->body, .url = r->url,
	    .content_type = http_header(r->headers, "content-type") };

	src.headers = headers_of(r->headers, &src.nheaders, &p->a);
	p->works[tag].parsing = true;
	parser_submit(p->options.parser, tag, mode, &src);
}

static void
on_feed_fetched(struct poller *p, uint64_t tag, struct work *work,
    const struct http_reply *r)
{
	struct watch *w = work->watch;
	int64_t now = clock_now();

	work->hints.max_age = schedule_max_age(r->headers, now);
	if (r->status == 200 || r->status == 304)
		note_move(w->state, r->moved);
	if (r->status == 200) {
		sha256_hex(r->body, work->sha256, 64);
		note_validators(w, r, work->sha256);
		if (w->state->body == NULL || w->unsafe > 0 ||
		    strcmp(w->state->body, work->sha256) != 0) {
			parse_work(p, tag, PARSE_FEED, r);
			return;
		}
	}
	w->found = false;
	if (r->status == 304)
		note_validators(w, r, NULL);
	if (r->status == 200 || r->status == 304)
		feed_answered(p, w, &work->hints);
	else if (r->status == 0)
		feed_failed(p, w, r->error, -1);
	else {
		w->state->gone = r->status == 410;
		feed_failed(p, w, arena_printf(&p->a,
		    r->status == 410 ? "gone for good (HTTP %ld): not asked again" :
		    "HTTP status %ld", r->status),
		    schedule_retry_after(r->headers, now));
	}
	work_done(p, tag);
}

/* Articles. */

static struct article **
on_way(struct poller *p, const unsigned char key[STATE_KEY])
{
	struct article **at;
	uint32_t hash;

	memcpy(&hash, key, sizeof(hash));
	at = &p->on_way[hash % BUCKETS];
	while (*at != NULL && memcmp((*at)->key, key, STATE_KEY) != 0)
		at = &(*at)->chain;
	return at;
}

static void
article_free(struct article *article)
{
	free(article->draft);
	free(article->url);
	free(article);
}

static void
article_forget(struct poller *p, struct article *article)
{
	struct article **at = on_way(p, article->key);

	assert(*at == article);
	*at = article->chain;
	p->narticles--;
	article_free(article);
}

/* It has reached where it should: never again. */
static void
article_safe(struct poller *p, struct article *article)
{
	struct watch *w = article->watch;

	state_remember(p->options.state, article->key, article->version,
	    clock_now());
	w->state->articles++;
	article_forget(p, article);
	if (--w->unsafe == 0 && !w->busy)
		keep_answer(p, w);
}

static void
describe_feed(const struct watch *w, bool by_link, struct article_feed *feed)
{
	*feed = (struct article_feed){
		.identity = str_of(w->state->id),
		.title = str_of(w->sub->title ? w->sub->title :
		    w->state->title),
		.feed_url = str_of(w->state->url),
		.home_page_url = str_of(w->state->home),
		.tags = w->sub->tags,
		.ntags = w->sub->ntags,
		.by_link = by_link || w->sub->by_link,
	};
}

/* Print the article, with its page where there is one. */
static void
print_article(struct poller *p, struct article *article, struct str page_line,
    const struct work *work)
{
	struct record entry, page;
	struct article_feed feed;
	struct article_fetched fetched = {
		.at = str_of(work->at), .url = str_of(work->url),
		.status = work->status, .sha256 = str_of(work->sha256),
		.backfill = article->backfill,
	};
	bool has_page = page_line.n > 0;
	struct err err;

	if (record_read(&entry, str_of(article->draft), &p->a, &err) == -1)
		BUG("a checked draft does not parse");
	if (has_page && record_read(&page, page_line, &p->a, &err) == -1) {
		warn("%s: %s", article->url, err.msg);
		has_page = false;
	}
	if (fetched.sha256.n == 0)
		fetched.sha256 = STR_NONE;
	describe_feed(article->watch, article->by_link, &feed);
	article_write(out_buf(&p->out), &entry, has_page ? &page : NULL, &feed,
	    &fetched, &p->a);
	p->total++;
	article->end = p->written + p->out.buf.n;
	free(article->draft);
	article->draft = NULL;
	if (p->options.acks == -1)
		queue_put(&p->printed, article);
}

static void
ask_page(struct poller *p, struct article *article)
{
	struct http_request r = {
		.tag = work_new(p, (struct work){ .kind = WORK_PAGE,
		    .watch = article->watch, .article = article }),
		.url = str_of(article->url),
		.accept = str_of(page_types),
		.user_agent = str_of(article->watch->sub->agent),
		.max = LIMIT_PAGE,
	};

	fetcher_submit(p->options.fetcher, &r);
}

/* The article goes as its feed has it: the page is not to be had. */
static void
print_without_page(struct poller *p, struct article *article, long status,
    const char *why)
{
	struct work work = { .status = status };

	date_format_utc(clock_now(), work.at);
	if (why != NULL)
		warn("%s: %s", article->url, why);
	print_article(p, article, STR_NONE, &work);
}

/* Robots. */

static void
ask_robots(struct poller *p, struct site *site)
{
	struct http_request r = {
		.tag = work_new(p, (struct work){ .kind = WORK_ROBOTS,
		    .site = site }),
		.url = arena_printf(&p->a, "%s/robots.txt", site_origin(site)),
		.max = 4 * ROBOTS_MAX,
	};

	fetcher_submit(p->options.fetcher, &r);
}

/* Ask for the page, if its site allows it, and where that is not known ask for
 * its robots.txt first. */
static void
want_page(struct poller *p, struct article *article)
{
	struct site *site = sites_find(p->sites, str_of(article->url));

	if (site == NULL) {
		print_without_page(p, article, 0, NULL);
		return;
	}
	if (!p->options.robots) {
		ask_page(p, article);
		return;
	}
	if (site_must_ask(site, clock_now()))
		ask_robots(p, site);
	switch (site_says(site, str_of(article->url))) {
	case SITE_ALLOWS:
		ask_page(p, article);
		return;
	case SITE_FORBIDS:
		print_without_page(p, article, 0,
		    "not fetched: robots.txt forbids it");
		return;
	case SITE_SILENT:
		print_without_page(p, article, 0,
		    "not fetched: robots.txt cannot be read");
		return;
	case SITE_ASKED:
		queue_put(&p->waiting, article);
		return;
	}
	BUG("no such answer of a site");
}

static void
on_robots_fetched(struct poller *p, uint64_t tag, const struct work *work,
    const struct http_reply *r)
{
	struct queue waiting = p->waiting;
	struct article *article, *next;

	site_learn(work->site, r->status, r->body, clock_now());
	work_done(p, tag);
	queue_init(&p->waiting);
	for (article = waiting.first; article != NULL; article = next) {
		next = article->next;
		want_page(p, article);
	}
}

/* Pages. */

/* Is there hope that the next try goes better? */
static bool
is_passing(const struct http_reply *r)
{
	return (r->status == 0 && !r->hopeless) || r->status == 408 ||
	    r->status == 425 || r->status == 429 || r->status >= 500;
}

static void
on_page_fetched(struct poller *p, uint64_t tag, struct work *work,
    const struct http_reply *r)
{
	struct article *article = work->article;

	work->url = xstrndup(r->url.p, r->url.n);
	work->status = r->status;
	if (r->status >= 200 && r->status < 300) {
		sha256_hex(r->body, work->sha256, 64);
		parse_work(p, tag, PARSE_PAGE, r);
		return;
	}
	if (is_passing(r) && article->tries < PAGE_RETRIES) {
		long long wait = schedule_retry_after(r->headers, clock_now());
		int own = page_retry[article->tries++];

		if (wait <= page_retry[PAGE_RETRIES - 1]) {
			article->due = clock_monotonic_ms() +
			    1000 * (wait > own ? wait : own);
			queue_put(&p->retries, article);
			work_done(p, tag);
			return;
		}
	}
	if (r->status == 0)
		warn("%s: %.*s", article->url, STR_FMT(r->error));
	else
		warn("%s: HTTP status %ld", article->url, r->status);
	print_article(p, article, STR_NONE, work);
	work_done(p, tag);
}

static void
retry_pages(struct poller *p)
{
	struct queue all = p->retries;
	int64_t now = clock_monotonic_ms();
	struct article *article, *next;

	queue_init(&p->retries);
	for (article = all.first; article != NULL; article = next) {
		next = article->next;
		if (article->due <= now)
			ask_page(p, article);
		else
			queue_put(&p->retries, article);
	}
}

/* Keep what the parser died of, for whoever mends it. */
static void
quarantine(struct poller *p, const struct parser_reply *r)
{
	char hex[17], at[DATE_SIZE];
	struct buf file = BUF_INIT;
	struct err err;
	char *path;

	if (p->options.quarantine == NULL ||
	    p->quarantined++ >= QUARANTINE_MAX)
		return;
	sha256_hex(r->bytes, hex, 16);
	date_format_utc(clock_now(), at);
	json_open(&file, '{');
	json_member_str(&file, "url", r->url);
	json_member_str(&file, "error", r->lines);
	json_member_str(&file, "at", str_of(at));
	record_end(&file);
	buf_adds(&file, r->bytes);
	path = xasprintf("%s/%s", p->options.quarantine, hex);
	if (file_replace(path, buf_str(&file), 0644, &err) == -1)
		warn("%s", err.msg);
	free(path);
	buf_release(&file);
}

static void
on_page_parsed(struct poller *p, uint64_t tag, const struct work *work,
    const struct parser_reply *r)
{
	struct str rest = r->lines, line = STR_NONE;

	if (r->outcome == PARSER_DONE)
		str_split(&rest, '\n', &line);
	else
		warn("%s: %.*s", work->article->url, STR_FMT(r->lines));
	print_article(p, work->article, line, work);
	work_done(p, tag);
}

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

static void
hash_key(struct str key, unsigned char hashed[STATE_KEY])
{
	unsigned char digest[SHA256_SIZE];

	sha256(key, digest);
	memcpy(hashed, digest, STATE_KEY);
}

/* A new article sets out. */
static void
article_start(struct poller *p, struct article *article, struct str line,
    const struct record *entry, const struct work *work)
{
	const struct json_member *text = json_find(entry->members,
	    entry->count, "content_text");
	struct str url = record_str(entry, RECORD_URL, &p->a);
	struct article **at = on_way(p, article->key);
	struct watch *w = article->watch;

	article->chain = *at;
	*at = article;
	p->narticles++;
	w->unsafe++;
	w->found = true;
	article->backfill = w->state->first_poll == 0;
	article->draft = xstrndup(line.p, line.n);
	article->url = xstrndup(url.p, url.n);
	if (url.n > 0 && needs_page(w, text ? json_str(&text->value, &p->a) :
	    STR_NONE))
		want_page(p, article);
	else
		print_article(p, article, STR_NONE, work);
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

	describe_feed(work->watch, false, &feed);
	hash_key(article_key(entry, &feed, &p->a), key);
	if (!keys_add(keys, key)) {
		by_link = feed.by_link = true;
		hash_key(article_key(entry, &feed, &p->a), key);
		if (!keys_add(keys, key))
			return;
	}
	if (*on_way(p, key) != NULL ||
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
	state_save(p->options.state, w->state);
	w->unkept = false;
	p->asking--;
	ask_feed(p, w);
	return 0;
}

static int
take_feed(struct poller *p, struct work *work, struct str lines,
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

static void
on_feed_parsed(struct poller *p, uint64_t tag, const struct parser_reply *r)
{
	struct work work = p->works[tag];	/* the table may move */
	struct watch *w = work.watch;
	struct err err;

	w->found = false;
	if (r->outcome != PARSER_DONE)
		feed_failed(p, w, r->lines, -1);
	else if (take_feed(p, &work, r->lines, &err) == -1)
		feed_failed(p, w, str_of(err.msg), -1);
	else if (!work.asked_again)
		feed_answered(p, w, &work.hints);
	work_done(p, tag);
}

/* The loop. */

/* Receive only what can be handed on, so that nothing piles up here. */
static bool
may_receive(const struct poller *p)
{
	return parser_pending(p->options.parser) <
	    2 * parser_depth(p->options.parser) &&
	    p->out.buf.n < UNWRITTEN_MAX;
}

/* Into the archive as it came; then the body's coding is undone, under the
 * ceiling that the fetcher keeps otherwise. */
static void
archive(struct poller *p, struct http_reply *r, struct buf *plain)
{
	struct warc_exchange x = { .url = r->url, .at = clock_now(),
	    .status = (int)r->status, .reason = r->reason, .body = r->body };
	unsigned long long offset;
	enum coding_end end;
	struct err err;

	x.headers = headers_of(r->headers, &x.nheaders, &p->a);
	if (warc_write(p->options.archive, &x, &offset, &err) == -1)
		die("%s", err.msg);
	*plain = buf_init(LIMIT_PAGE);
	if (coding_decode(http_header(r->headers, "content-encoding"), r->body,
	    plain, &end, &err) == 0) {
		if (end == CODING_WHOLE) {
			r->body = buf_str(plain);
			return;
		}
		if (end == CODING_FULL)
			err_set(&err, "longer than %lu bytes", LIMIT_PAGE);
		else
			err_set(&err, "its content coding is damaged");
	}
	r->status = 0;
	r->hopeless = true;
	r->error = arena_str(&p->a, str_of(err.msg));
}

static void
take_fetched(struct poller *p)
{
	struct http_reply r;

	while (may_receive(p) && fetcher_next(p->options.fetcher, &r)) {
		struct work *work = work_of(p, r.tag, false);
		struct buf plain = BUF_INIT;

		p->bytes += r.body.n;
		if (p->options.archive != NULL && r.status != 0)
			archive(p, &r, &plain);
		switch (work->kind) {
		case WORK_FEED:
			on_feed_fetched(p, r.tag, work, &r);
			break;
		case WORK_PAGE:
			on_page_fetched(p, r.tag, work, &r);
			break;
		case WORK_ROBOTS:
			on_robots_fetched(p, r.tag, work, &r);
			break;
		case WORK_NONE:
			BUG("a free tag passed for one in use");
		}
		buf_release(&plain);
		arena_reset(&p->a);
	}
}

static void
take_parsed(struct poller *p)
{
	struct parser_reply r;

	while (parser_next(p->options.parser, &r)) {
		const struct work *work = work_of(p, r.tag, true);

		if (r.outcome == PARSER_KILLED)
			quarantine(p, &r);
		if (work->kind == WORK_FEED)
			on_feed_parsed(p, r.tag, &r);
		else
			on_page_parsed(p, r.tag, work, &r);
		arena_reset(&p->a);
	}
}

/* Without acknowledgements an article is safe once its last byte was written. */
static void
write_some(struct poller *p)
{
	size_t before = p->out.buf.n;

	out_some(&p->out);
	p->written += before - p->out.buf.n;
	while (p->printed.first != NULL && p->printed.first->end <= p->written)
		article_safe(p, queue_take(&p->printed));
}

static void
take_ack(struct poller *p, struct str line)
{
	const struct json_member *key, *status;
	unsigned char hashed[STATE_KEY];
	struct json_member *members;
	struct article *article;
	struct err err;
	size_t count;

	if (json_object(line, &p->a, &members, &count, &err) == -1) {
		warn("acknowledgement refused: %s", err.msg);
		return;
	}
	key = json_find(members, count, "key");
	status = json_find(members, count, "status");
	if (key == NULL)
		return;
	if (status != NULL && str_eq(json_str(&status->value, &p->a),
	    STR("refused")))
		warn("the store refused '%.*s'",
		    STR_FMT(json_str(&key->value, &p->a)));
	hash_key(json_str(&key->value, &p->a), hashed);
	article = *on_way(p, hashed);
	if (article != NULL && article->draft == NULL)
		article_safe(p, article);
}

static void
take_acks(struct poller *p)
{
	struct str rest, line;
	size_t whole = 0;
	ssize_t n;

	buf_reserve(&p->acks, IO_READ);
	n = read(p->options.acks, p->acks.p + p->acks.n, IO_READ);
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		die_errno("cannot read the acknowledgements");
	if (n == 0)
		p->acks_ended = true;
	if (n <= 0)
		return;
	p->acks.n += (size_t)n;
	for (size_t i = p->acks.n; i > 0 && whole == 0; i--)
		whole = p->acks.p[i - 1] == '\n' ? i : 0;
	rest = str_slice(buf_str(&p->acks), 0, whole);
	while (str_split(&rest, '\n', &line))
		if (line.n > 0) {
			take_ack(p, line);
			arena_reset(&p->a);
		}
	buf_drop(&p->acks, whole);
}

/* Nothing left to do but to write and to be acknowledged? */
static bool
is_idle(const struct poller *p)
{
	return p->next_due == INT64_MAX && p->asking == 0 &&
	    fetcher_pending(p->options.fetcher) == 0 &&
	    parser_pending(p->options.parser) == 0 &&
	    p->retries.first == NULL;
}

static int
sleep_ms(const struct poller *p)
{
	int64_t now = clock_now(), wait = TICK_MS;

	if (p->retries.first != NULL)
		return 100;
	if (p->next_due != INT64_MAX && p->next_due > now &&
	    p->asking < FEEDS_AT_ONCE)
		wait = (p->next_due - now) * 1000;
	return (int)(wait < TICK_MS ? wait : TICK_MS);
}

static void
wait_for_something(struct poller *p, const sigset_t *while_asleep)
{
	struct pollfd fds[PARSER_CHILDREN + 3];
	struct timespec ts;
	int timeout = sleep_ms(p);
	size_t n, acks;

	n = parser_fds(p->options.parser, fds, &timeout);
	fds[n++] = fetcher_poll(p->options.fetcher, may_receive(p));
	if (p->out.buf.n > 0)
		fds[n++] = (struct pollfd){ .fd = p->out.fd,
		    .events = POLLOUT };
	acks = n;
	if (p->options.acks != -1 && !p->acks_ended)
		fds[n++] = (struct pollfd){ .fd = p->options.acks,
		    .events = POLLIN };
	if (may_receive(p) && fetcher_ready(p->options.fetcher))
		timeout = 0;
	ts.tv_sec = timeout / 1000;
	ts.tv_nsec = timeout % 1000 * 1000000L;
	if (ppoll(fds, (nfds_t)n, &ts, while_asleep) == -1) {
		if (errno != EINTR)
			die_errno("poll");
		return;
	}
	if (acks < n && fds[acks].revents != 0)
		take_acks(p);
}

static void
show_progress(struct poller *p, bool last)
{
	int64_t now = clock_monotonic_ms();

	if (!p->options.progress || (!last && now - p->shown < 200))
		return;
	p->shown = now;
	fprintf(stderr, "\rfeeds %zu/%zu, in flight %zu, articles %lu, "
	    "%.1f MB\033[K%s", p->answered, p->nwatched,
	    fetcher_pending(p->options.fetcher), p->total,
	    (double)p->bytes / 1e6, last ? "\n" : "");
}

static void
step(struct poller *p, const sigset_t *while_asleep)
{
	ask_due(p);
	retry_pages(p);
	wait_for_something(p, while_asleep);
	fetcher_pump(p->options.fetcher, may_receive(p));
	take_fetched(p);
	parser_pump(p->options.parser);
	take_parsed(p);
	write_some(p);
	state_flush(p->options.state);
	show_progress(p, false);
}

/* All is printed: let the reader come to its end, and hear what it says. */
static void
hear_last_acks(struct poller *p, volatile sig_atomic_t *stop,
    const sigset_t *while_asleep)
{
	out_close(&p->out);
	while (p->narticles > 0 && !p->acks_ended && !*stop)
		wait_for_something(p, while_asleep);
	state_flush(p->options.state);
	if (p->narticles > 0)
		warn("%zu articles were not acknowledged; the next run prints "
		    "them again", p->narticles);
}

/* Told to stop: no record is left torn for a reader that still reads. */
static void
write_rest(struct poller *p)
{
	struct pollfd pfd = { .fd = p->out.fd, .events = POLLOUT };

	while (p->out.buf.n > 0 && p->out.error == 0 &&
	    poll(&pfd, 1, LAST_WRITE_MS) == 1)
		write_some(p);
	state_flush(p->options.state);
}

int
poller_run(struct poller *p, volatile sig_atomic_t *stop,
    volatile sig_atomic_t *reload, const sigset_t *while_asleep)
{
	bool reader_gone;

	while (!*stop && !*reload && p->out.error == 0 &&
	    !(p->options.acks != -1 && p->acks_ended)) {
		step(p, while_asleep);
		if (p->options.once && is_idle(p) && p->out.buf.n == 0)
			break;
	}
	if (*reload && !*stop && p->out.error == 0)
		return EXIT_DONE;
	show_progress(p, true);
	if (*stop)
		write_rest(p);
	reader_gone = p->out.error != 0 || p->acks_ended;
	if (p->out.error != 0)
		warn("cannot write to standard output: %s; what was not taken "
		    "is printed by the next run", strerror(p->out.error));
	else if (p->acks_ended)
		warn("the acknowledgements ended; what was not acknowledged is "
		    "printed by the next run");
	else if (p->options.acks != -1 && p->options.once && !*stop)
		hear_last_acks(p, stop, while_asleep);
	return reader_gone || (p->narticles > 0 && !*stop) ? EXIT_WORLD :
	    EXIT_DONE;
}

/* The list may have changed: feeds that are in it are watched, others rest
 * where they are, for articles of theirs may still be on their way. */
void
poller_watch(struct poller *p, const struct list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct feed_state *feed = state_feed(p->options.state,
		    list->v[i].url);
		struct watch *w;

		while (p->nwatches <= feed->number) {
			GROW(p->watches, p->nwatches, p->cap);
			p->watches[p->nwatches++] = NULL;
		}
		if (p->watches[feed->number] == NULL)
			p->watches[feed->number] = xcalloc(1, sizeof(*w));
		w = p->watches[feed->number];
		w->sub = &list->v[i];
		w->state = feed;
		w->generation = p->generation + 1;
		n++;
	}
	p->generation++;
	p->nwatched = n;
	p->next_due = 0;
	p->pass_due = INT64_MAX;
	p->cursor = 0;
}

static void
free_articles(struct poller *p)
{
	struct article *article;

	for (size_t i = 0; i < BUCKETS; i++)
		while ((article = p->on_way[i]) != NULL) {
			p->on_way[i] = article->chain;
			article_free(article);
		}
}

void
poller_free(struct poller *p)
{
	free_articles(p);
	for (size_t i = 0; i < p->nwatches; i++)
		if (p->watches[i] != NULL) {
			free(p->watches[i]->etag);
			free(p->watches[i]->modified);
			free(p->watches[i]->body);
			free(p->watches[i]);
		}
	sites_free(p->sites);
	for (size_t i = 0; i < p->nworks; i++)
		free(p->works[i].url);
	free(p->works);
	free(p->watches);
	buf_release(&p->acks);
	buf_release(&p->out.buf);
	arena_release(&p->a);
	free(p);
}
