#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "ingest/pollmodel.h"
#include "net/coding.h"

/* Output that nobody takes; above it nothing more is received. */
#define UNWRITTEN_MAX	(8UL << 20)
#define PROGRESS_MS	200
/* How long a reader may be silent after we were told to stop. */
#define LAST_WRITE_MS	5000
/* A FIFO that nobody has opened says nothing of its end: so long after the last
 * record somebody must have. */
#define ACKS_WRITER_S	5
/* The longest sleep: clocks may be set. */
#ifdef STANCE_TEST_CLOCK
#define TICK_MS		50
#else
#define TICK_MS		60000
#endif

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

uint64_t
poller_work_new(struct poller *p, struct work work)
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

void
poller_work_done(struct poller *p, uint64_t tag)
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

void
poller_parse(struct poller *p, uint64_t tag, enum parse_mode mode,
    const struct http_reply *r)
{
	struct source src = { .bytes = r->body, .url = r->url,
	    .content_type = http_header(r->headers, "content-type") };

	src.headers = headers_of(r->headers, &src.nheaders, &p->a);
	p->works[tag].parsing = true;
	parser_submit(p->options.parser, tag, mode, &src);
}

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
	    .status = (int)(r->status ? r->status : r->cut_status),
	    .reason = r->reason, .body = r->body, .ip = r->ip,
	    .truncated = r->status ? NULL : arena_cstr(&p->a, r->cut) };
	unsigned long long offset;
	enum coding_end end;
	struct err err;

	x.headers = headers_of(r->headers, &x.nheaders, &p->a);
	if (warc_write(p->options.archive, &x, &offset, &err) == -1)
		die("%s", err.msg);
	if (r->status == 0 || r->on_the_way)
		return;
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
		if (p->options.archive != NULL && !r.unasked &&
		    (r.status != 0 || r.cut_status != 0))
			archive(p, &r, &plain);
		if (r.on_the_way) {
			arena_reset(&p->a);
			continue;
		}
		switch (work->kind) {
		case WORK_FEED:
			poller_feed_fetched(p, r.tag, work, &r);
			break;
		case WORK_PAGE:
			poller_page_fetched(p, r.tag, work, &r);
			break;
		case WORK_ROBOTS:
			poller_robots_fetched(p, r.tag, work, &r);
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
			poller_quarantine(p, &r);
		if (work->kind == WORK_FEED)
			poller_feed_parsed(p, r.tag, &r);
		else
			poller_page_parsed(p, r.tag, work, &r);
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
		poller_article_safe(p, queue_take(&p->printed));
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
	state_hash(json_str(&key->value, &p->a), hashed);
	article = *poller_on_way(p, hashed);
	if (article != NULL && article->draft == NULL)
		poller_article_safe(p, article);
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

/* On one line, which is written over.  The rate is that of the last while, so
 * that a stall shows. */
static void
show_progress(struct poller *p, bool last)
{
	int64_t now = clock_monotonic_ms();

	if (!p->options.progress || (!last && now - p->shown < PROGRESS_MS))
		return;
	if (p->shown > 0 && now > p->shown)
		p->rate += ((double)(p->bytes - p->bytes_shown) * 1e3 /
		    (double)(now - p->shown) - p->rate) / 4;
	p->shown = now;
	p->bytes_shown = p->bytes;
	fprintf(stderr, "\rfeeds %zu/%zu, in flight %zu, articles %lu, "
	    "%.1f MB, %.0f kB/s\033[K%s", p->answered, p->nwatched,
	    fetcher_pending(p->options.fetcher), p->total,
	    (double)p->bytes / 1e6, p->rate / 1e3, last ? "\n" : "");
}

#ifdef STANCE_TEST_CLOCK
/* Is all done that was due at `now`? */
static bool
is_settled(const struct poller *p, int64_t now)
{
	return p->next_due > now && p->asking == 0 &&
	    fetcher_pending(p->options.fetcher) == 0 &&
	    parser_pending(p->options.parser) == 0 &&
	    p->retries.first == NULL && p->out.buf.n == 0;
}
#endif

static void
step(struct poller *p, const sigset_t *while_asleep)
{
#ifdef STANCE_TEST_CLOCK
	int64_t now = clock_now();

	if (is_settled(p, now))
		clock_settle(now);
#endif
	poller_ask_due(p);
	poller_retry_pages(p);
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
	struct pollfd fd = { .fd = p->options.acks, .events = POLLIN };
	const struct timespec patience = { .tv_sec = ACKS_WRITER_S };

	out_close(&p->out);
	while (p->narticles > 0 && !p->acks_ended && !*stop) {
		if (ppoll(&fd, 1, &patience, while_asleep) == -1) {
			if (errno != EINTR)
				die_errno("poll");
			continue;
		}
		take_acks(p);
	}
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

struct watch *
poller_watch_of(struct poller *p, struct feed_state *feed)
{
	while (p->nwatches <= feed->number) {
		GROW(p->watches, p->nwatches, p->cap);
		p->watches[p->nwatches++] = NULL;
	}
	if (p->watches[feed->number] == NULL) {
		p->watches[feed->number] = xcalloc(1, sizeof(struct watch));
		p->watches[feed->number]->state = feed;
	}
	return p->watches[feed->number];
}

/* The list may have changed: feeds that are in it are watched, others rest
 * where they are, for articles of theirs may still be on their way. */
void
poller_watch(struct poller *p, struct list *list)
{
	p->generation++;
	p->nwatched = 0;
	list->users++;			/* we, till all others are */
	for (size_t i = 0; i < list->n; i++) {
		struct watch *w = poller_watch_of(p, state_feed(
		    p->options.state, list->v[i].url));

		p->nwatched += w->generation != p->generation;
		w->generation = p->generation;
		w->state->dropped = 0;
		watch_follow(w, &list->v[i]);
	}
	for (size_t i = 0; i < p->nwatches; i++)
		if (p->watches[i] != NULL)
			p->watches[i]->index = NULL;
	poller_watch_known_parts(p);
	for (size_t i = 0; i < p->nwatches; i++)
		if (p->watches[i] != NULL)
			poller_let_go(p, p->watches[i]);
	list->users--;
	p->next_due = 0;
	p->pass_due = INT64_MAX;
	p->cursor = 0;
}

void
poller_free(struct poller *p)
{
	poller_free_articles(p);
	for (size_t i = 0; i < p->nwatches; i++)
		if (p->watches[i] != NULL) {
			watch_follow(p->watches[i], NULL);
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
