/*
 * Articles: from their feed to safety, by way of their page where that is needed
 * and its site's robots.txt allows it.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "ingest/pollmodel.h"
#include "ingest/robots.h"

/* A page that fails for now is asked again after so many seconds, then the
 * entry goes without it: a headline at once is worth more than a text late. */
static const int page_retry[] = { 2, 8 };
#define PAGE_RETRIES	(sizeof(page_retry) / sizeof(*page_retry))
#define QUARANTINE_MAX	200

static const char page_types[] = "text/html, application/xhtml+xml, */*;q=0.5";

void
queue_init(struct queue *q)
{
	*q = (struct queue){ NULL, &q->first };
}

void
queue_put(struct queue *q, struct article *article)
{
	article->next = NULL;
	*q->last = article;
	q->last = &article->next;
}

struct article *
queue_take(struct queue *q)
{
	struct article *article = q->first;

	if (article != NULL && (q->first = article->next) == NULL)
		q->last = &q->first;
	return article;
}
struct article **
poller_on_way(struct poller *p, const unsigned char key[STATE_KEY])
{
	struct article **at;
	uint32_t hash;

	memcpy(&hash, key, sizeof(hash));
	at = &p->on_way[hash % ARTICLE_BUCKETS];
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
	struct article **at = poller_on_way(p, article->key);

	assert(*at == article);
	*at = article->chain;
	p->narticles--;
	article_free(article);
}

/* It has reached where it should: never again. */
void
poller_article_safe(struct poller *p, struct article *article)
{
	struct watch *w = article->watch;

	state_remember(p->options.state, article->key, article->version,
	    clock_now());
	w->state->articles += !article->backfill;
	article_forget(p, article);
	if (--w->unsafe == 0 && !w->busy)
		poller_keep_answer(p, w);
	poller_let_go(p, w);
}

void
poller_describe_feed(const struct watch *w, bool by_link, struct article_feed *feed)
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
		.zone = w->sub->zone,
	};
}

/* Print the article, with its page where there is one. */
void
poller_print(struct poller *p, struct article *article, struct str page_line,
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
	poller_describe_feed(article->watch, article->by_link, &feed);
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
		.tag = poller_work_new(p, (struct work){ .kind = WORK_PAGE,
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
	poller_print(p, article, STR_NONE, &work);
}

/* Robots. */

static void
ask_robots(struct poller *p, struct site *site)
{
	struct http_request r = {
		.tag = poller_work_new(p, (struct work){ .kind = WORK_ROBOTS,
		    .site = site }),
		.url = arena_printf(&p->a, "%s/robots.txt", site_origin(site)),
		.max = 4 * ROBOTS_MAX,
	};

	fetcher_submit(p->options.fetcher, &r);
}

enum site_answer
poller_ask_site(struct poller *p, struct site *site, struct str url)
{
	if (site_must_ask(site, clock_now()))
		ask_robots(p, site);
	return site_says(site, url);
}

/* Ask for the page, if its site allows it, and where that is not known ask for
 * its robots.txt first. */
void
poller_want_page(struct poller *p, struct article *article)
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
	switch (poller_ask_site(p, site, str_of(article->url))) {
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

void
poller_robots_fetched(struct poller *p, uint64_t tag, const struct work *work,
    const struct http_reply *r)
{
	struct queue waiting = p->waiting;
	struct article *article, *next;

	site_learn(work->site, r->status, r->body, clock_now());
	poller_work_done(p, tag);
	queue_init(&p->waiting);
	for (article = waiting.first; article != NULL; article = next) {
		next = article->next;
		poller_want_page(p, article);
	}
	poller_ask_waiting(p);
}

/* Pages. */

/* Is there hope that the next try goes better? */
static bool
is_passing(const struct http_reply *r)
{
	return (r->status == 0 && !r->hopeless) || r->status == 408 ||
	    r->status == 425 || r->status == 429 || r->status >= 500;
}

void
poller_page_fetched(struct poller *p, uint64_t tag, struct work *work,
    const struct http_reply *r)
{
	struct article *article = work->article;

	work->url = xstrndup(r->url.p, r->url.n);
	work->status = r->status;
	if (r->status >= 200 && r->status < 300) {
		sha256_hex(r->body, work->sha256, 64);
		poller_parse(p, tag, PARSE_PAGE, r);
		return;
	}
	if (is_passing(r) && article->tries < PAGE_RETRIES) {
		long long wait = http_retry_after(r->headers, clock_now());
		int own = page_retry[article->tries++];

		if (wait <= page_retry[PAGE_RETRIES - 1]) {
			article->due = clock_monotonic_ms() +
			    1000 * (wait > own ? wait : own);
			queue_put(&p->retries, article);
			poller_work_done(p, tag);
			return;
		}
	}
	if (r->status == 0)
		warn("%s: %.*s", article->url, STR_FMT(r->error));
	else
		warn("%s: HTTP status %ld", article->url, r->status);
	poller_print(p, article, STR_NONE, work);
	poller_work_done(p, tag);
}

void
poller_retry_pages(struct poller *p)
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
void
poller_quarantine(struct poller *p, const struct parser_reply *r)
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

void
poller_page_parsed(struct poller *p, uint64_t tag, const struct work *work,
    const struct parser_reply *r)
{
	struct str rest = r->lines, line = STR_NONE;

	if (r->outcome == PARSER_DONE)
		str_split(&rest, '\n', &line);
	else
		warn("%s: %.*s", work->article->url, STR_FMT(r->lines));
	poller_print(p, work->article, line, work);
	poller_work_done(p, tag);
}

void
poller_free_articles(struct poller *p)
{
	struct article *article;

	for (size_t i = 0; i < ARTICLE_BUCKETS; i++)
		while ((article = p->on_way[i]) != NULL) {
			p->on_way[i] = article->chain;
			article_free(article);
		}
}
