/*
 * Feeds: when they are asked, and what is learned from how they answer.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/limits.h"
#include "ingest/health.h"
#include "ingest/pollmodel.h"

/* A permanent redirect seen so often in a row is taken over. */
#define MOVED_STABLE	3
/* New sitemaps that an index may name; the others wait for tomorrow. */
#define PARTS_A_DAY	100

static const char feed_types[] = "application/rss+xml, application/atom+xml, "
    "application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";

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

void
watch_follow(struct watch *w, const struct subscription *sub)
{
	struct list *left = w->sub ? w->sub->list : NULL;

	if (sub != NULL)
		sub->list->users++;
	w->sub = sub;
	if (left != NULL && --left->users == 0) {
		list_release(left);
		free(left);
	}
}

bool
poller_watches(const struct poller *p, const struct watch *w)
{
	return w->sub != NULL && (w->index == NULL ?
	    w->generation == p->generation :
	    w->named == w->index->answers && poller_watches(p, w->index));
}

void
poller_let_go(struct poller *p, struct watch *w)
{
	if (w->sub != NULL && !w->busy && w->unsafe == 0 &&
	    !poller_watches(p, w))
		watch_follow(w, NULL);
}

static bool
may_name_more(struct watch *index)
{
	int64_t today = clock_now() / 86400;

	if (index->parts_day != today)
		index->parts = 0;
	index->parts_day = today;
	return index->parts++ < PARTS_A_DAY;
}

void
poller_watch_part(struct poller *p, struct watch *index, const char *url)
{
	struct watch *w;

	if (!state_has_feed(p->options.state, url) && !may_name_more(index))
		return;
	w = poller_watch_of(p, state_feed(p->options.state, url));
	if (w == index || (w->index == NULL && poller_watches(p, w)))
		return;			/* the list's own word counts */
	if (w->index != index) {
		w->index = index;
		w->late = index->state->first_poll != 0;
		p->nwatched++;
	}
	w->named = index->answers;
	w->state->dropped = 0;
	watch_follow(w, index->sub);
	p->next_due = p->pass_due = 0;
	if (str_eq(str_of(w->state->index), str_of(index->state->id)))
		return;
	state_set(&w->state->index, str_of(index->state->id));
	state_save(p->options.state, w->state);
}

void
poller_drop_parts(struct poller *p, const struct watch *index)
{
	for (size_t i = 0; i < p->nwatches; i++) {
		struct watch *w = p->watches[i];

		if (w == NULL || w->index != index ||
		    w->named == index->answers)
			continue;
		w->index = NULL;	/* and no list has it */
		p->nwatched--;
		state_set(&w->state->index, STR_NONE);
		w->state->dropped = 1;
		state_save(p->options.state, w->state);
		poller_let_go(p, w);
	}
}

void
poller_watch_known_parts(struct poller *p)
{
	for (size_t i = 0; i < state_count(p->options.state); i++) {
		const struct feed_state *part = state_nth(p->options.state, i);
		struct watch *index;

		if (part->index == NULL)
			continue;
		index = poller_watch_of(p, state_feed(p->options.state,
		    part->index));
		if (index->index == NULL && poller_watches(p, index))
			poller_watch_part(p, index, part->id);
	}
}

/* Every article of the last answer is safe: keep what spares us to get it
 * again. */
void
poller_keep_answer(struct poller *p, struct watch *w)
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
		poller_keep_answer(p, w);
	poller_let_go(p, w);
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
	poller_let_go(p, w);
}

/* Its host has enough of us for now, which is not the feed's fault. */
static void
feed_put_off(struct poller *p, struct watch *w, long long wait)
{
	w->busy = false;
	p->asking--;
	p->answered++;
	schedule_put_off(w->state, wait > 0 ? wait : SCHEDULE_LEAST,
	    clock_now());
	feed_rests(p, w);
	state_save(p->options.state, w->state);
	poller_let_go(p, w);
}

static void
send_request(struct poller *p, struct watch *w)
{
	struct http_request r = {
		.tag = poller_work_new(p, (struct work){ .kind = WORK_FEED,
		    .watch = w }),
		.url = str_of(w->state->url),
		.etag = str_of(w->state->etag),
		.modified = str_of(w->state->modified),
		.accept = str_of(feed_types),
		.user_agent = str_of(w->sub->agent),
		.headers = str_of(w->sub->headers),
		.max = LIMIT_PAGE,
	};

	fetcher_submit(p->options.fetcher, &r);
}

/* Go on with a feed that counts as being asked. */
static void
ask_as_allowed(struct poller *p, struct watch *w)
{
	bool listed = w->index == NULL && !w->state->found;
	struct site *site = listed || !p->options.robots ? NULL :
	    sites_find(p->sites, str_of(w->state->url));

	switch (site ? poller_ask_site(p, site, str_of(w->state->url)) :
	    SITE_ALLOWS) {
	case SITE_ALLOWS:
		send_request(p, w);
		return;
	case SITE_FORBIDS:
		feed_failed(p, w, STR("not fetched: robots.txt forbids it"), -1);
		return;
	case SITE_SILENT:
		feed_failed(p, w, STR("not fetched: robots.txt cannot be read"),
		    -1);
		return;
	case SITE_ASKED:
		w->next = p->feeds_waiting;
		p->feeds_waiting = w;
		return;
	}
	BUG("no such answer of a site");
}

void
poller_ask_feed(struct poller *p, struct watch *w)
{
	w->busy = w->asked = true;
	p->asking++;
	ask_as_allowed(p, w);
}

void
poller_ask_waiting(struct poller *p)
{
	struct watch *w = p->feeds_waiting, *next;

	p->feeds_waiting = NULL;
	for (; w != NULL; w = next) {
		next = w->next;
		if (poller_watches(p, w)) {
			ask_as_allowed(p, w);
			continue;
		}
		w->busy = false;		/* its index has dropped it */
		p->asking--;
		poller_let_go(p, w);
	}
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
void
poller_ask_due(struct poller *p)
{
	int64_t now = clock_now();

	if (now < p->next_due)
		return;
	for (; p->cursor < p->nwatches; p->cursor++) {
		struct watch *w = p->watches[p->cursor];

		if (p->asking >= FEEDS_AT_ONCE ||
		    p->narticles >= ARTICLES_AT_ONCE)
			return;
		if (w == NULL || !poller_watches(p, w))
			continue;
		if (is_due(p, w, now))
			poller_ask_feed(p, w);
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

void
poller_feed_fetched(struct poller *p, uint64_t tag, struct work *work,
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
			poller_parse(p, tag, PARSE_FEED, r);
			return;
		}
	}
	w->found = false;
	if (r->status == 304)
		note_validators(w, r, NULL);
	if (r->status == 200 || r->status == 304)
		feed_answered(p, w, &work->hints);
	else if (r->unasked)
		feed_put_off(p, w, http_retry_after(r->headers, now));
	else if (r->status == 0)
		feed_failed(p, w, r->error, -1);
	else {
		w->state->gone = r->status == 410;
		feed_failed(p, w, arena_printf(&p->a,
		    r->status == 410 ? "gone for good (HTTP %ld): not asked again" :
		    "HTTP status %ld", r->status),
		    http_retry_after(r->headers, now));
	}
	poller_work_done(p, tag);
}

void
poller_feed_parsed(struct poller *p, uint64_t tag, const struct parser_reply *r)
{
	struct work work = p->works[tag];	/* the table may move */
	struct watch *w = work.watch;
	struct err err;

	w->found = false;
	if (r->outcome != PARSER_DONE)
		feed_failed(p, w, r->lines, -1);
	else if (poller_take_feed(p, &work, r->lines, &err) == -1)
		feed_failed(p, w, str_of(err.msg), -1);
	else if (!work.asked_again)
		feed_answered(p, w, &work.hints);
	poller_work_done(p, tag);
}
