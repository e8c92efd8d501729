#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/jail.h"
#include "base/mem.h"
#include "ingest/fetch.h"
#include "ingest/wire.h"

/* Replies that the parent has not read; above it no transfer is started. */
#define UNSENT_MAX	(16UL << 20)

struct fetcher {
	pid_t		pid;
	struct channel	channel;
	struct buf	frame;
	size_t		pending;
};

/* The child's side. */

static void
take_request(struct http *http, struct str frame)
{
	struct http_request r = { 0 };
	uint64_t max;

	if (!wire_take_number(&frame, &r.tag) || !wire_take(&frame, &r.url) ||
	    !wire_take(&frame, &r.etag) || !wire_take(&frame, &r.modified) ||
	    !wire_take(&frame, &r.accept) ||
	    !wire_take(&frame, &r.user_agent) ||
	    !wire_take(&frame, &r.headers) || !wire_take_number(&frame, &max))
		BUG("our own request does not decode");
	r.max = max;
	http_add(http, &r);
}

static void
put_reply(struct channel *ch, const struct http_reply *r, struct buf *frame)
{
	buf_reset(frame);
	wire_put_number(frame, r->tag);
	wire_put_number(frame, (uint64_t)r->status);
	wire_put_number(frame, r->hopeless);
	wire_put_number(frame, r->unasked);
	wire_put_number(frame, r->on_the_way);
	wire_put_number(frame, (uint64_t)r->cut_status);
	wire_put(frame, r->cut);
	wire_put(frame, r->ip);
	wire_put(frame, r->error);
	wire_put(frame, r->url);
	wire_put(frame, r->moved);
	wire_put(frame, r->reason);
	wire_put(frame, r->headers);
	wire_put(frame, r->body);
	channel_send(ch, buf_str(frame));
}

static void
child_wait(const struct http *http, const struct channel *ch, bool start)
{
	struct pollfd fds[] = {
		{ .fd = ch->fd, .events = (short)(POLLIN |
		    (channel_unsent(ch) > 0 ? POLLOUT : 0)) },
		{ .fd = http_fd(http), .events = POLLIN },
	};
	int timeout = http_timeout(http);

	/* a host that has rested is no reason to wake while nothing may start */
	if (!start && timeout >= 0 && timeout < 100)
		timeout = 100;
	if (poll(fds, 2, timeout) == -1 && errno != EINTR)
		die_errno("poll");
}

static _Noreturn void
child_run(const struct http_options *options, int fd)
{
	struct http *http = http_new(options);
	struct buf frame = BUF_INIT;
	struct http_reply reply;
	struct channel ch;
	struct str request;
	bool broken;

	channel_init(&ch, fd);
	for (;;) {
		bool start = channel_unsent(&ch) < UNSENT_MAX;

		child_wait(http, &ch, start);
		if (!channel_pump(&ch, true))
			_exit(EXIT_DONE);
		while (channel_next(&ch, &request, &broken))
			take_request(http, request);
		http_pump(http, start);
		while (http_next(http, &reply))
			put_reply(&ch, &reply, &frame);
		if (!channel_pump(&ch, false))
			_exit(EXIT_DONE);
	}
}

static void
enter_jail(const struct http_options *options)
{
	const char *paths[HTTP_FILES + 3];
	size_t n = 0;

	for (; http_files[n] != NULL; n++)
		paths[n] = http_files[n];
#ifdef STANCE_TEST_CLOCK
	if (getenv("STANCE_TEST_CLOCK") != NULL)	/* replaced by renames */
		paths[n++] = dirname(xstrdup(getenv("STANCE_TEST_CLOCK")));
#endif
	paths[n++] = options->ca_file;		/* NULL ends the list */
	paths[n] = NULL;
	jail_enter(JAIL_READ | JAIL_NET | JAIL_THREAD, paths, NULL);
}

/* The parent's side. */

struct fetcher *
fetcher_new(const struct http_options *options)
{
	struct fetcher *f = xcalloc(1, sizeof(*f));
	int fd;

	f->pid = wire_fork(&fd);
	if (f->pid == 0) {
		enter_jail(options);
		child_run(options, STDIN_FILENO);
	}
	channel_init(&f->channel, fd);
	return f;
}

void
fetcher_free(struct fetcher *f)
{
	wire_end(f->pid, f->channel.fd);
	channel_release(&f->channel);
	buf_release(&f->frame);
	free(f);
}

void
fetcher_submit(struct fetcher *f, const struct http_request *r)
{
	buf_reset(&f->frame);
	wire_put_number(&f->frame, r->tag);
	wire_put(&f->frame, r->url);
	wire_put(&f->frame, r->etag);
	wire_put(&f->frame, r->modified);
	wire_put(&f->frame, r->accept);
	wire_put(&f->frame, r->user_agent);
	wire_put(&f->frame, r->headers);
	wire_put_number(&f->frame, r->max);
	channel_send(&f->channel, buf_str(&f->frame));
	f->pending++;
}

size_t
fetcher_pending(const struct fetcher *f)
{
	return f->pending;
}

static _Noreturn void
lost(struct fetcher *f)
{
	int status = wire_end(f->pid, f->channel.fd);

	die("the fetch child ended (wait status %d); the next run goes on from "
	    "here", status);
}

bool
fetcher_next(struct fetcher *f, struct http_reply *reply)
{
	struct str frame;
	uint64_t status, hopeless, unasked, on_the_way, cut_status;
	bool broken;

	if (!channel_next(&f->channel, &frame, &broken)) {
		if (broken)
			lost(f);
		return false;
	}
	if (!wire_take_number(&frame, &reply->tag) ||
	    !wire_take_number(&frame, &status) ||
	    !wire_take_number(&frame, &hopeless) ||
	    !wire_take_number(&frame, &unasked) ||
	    !wire_take_number(&frame, &on_the_way) ||
	    !wire_take_number(&frame, &cut_status) ||
	    !wire_take(&frame, &reply->cut) ||
	    !wire_take(&frame, &reply->ip) ||
	    !wire_take(&frame, &reply->error) ||
	    !wire_take(&frame, &reply->url) ||
	    !wire_take(&frame, &reply->moved) ||
	    !wire_take(&frame, &reply->reason) ||
	    !wire_take(&frame, &reply->headers) ||
	    !wire_take(&frame, &reply->body) || f->pending == 0)
		lost(f);
	reply->status = status > 999 ? 0 : (long)status;
	reply->cut_status = cut_status > 999 ? 0 : (long)cut_status;
	reply->hopeless = hopeless != 0;
	reply->unasked = unasked != 0;
	reply->on_the_way = on_the_way != 0;
	f->pending -= !reply->on_the_way;
	return true;
}

bool
fetcher_ready(const struct fetcher *f)
{
	return channel_ready(&f->channel);
}

struct pollfd
fetcher_poll(const struct fetcher *f, bool receive)
{
	return (struct pollfd){ .fd = f->channel.fd,
	    .events = (short)((receive ? POLLIN : 0) |
	    (channel_unsent(&f->channel) > 0 ? POLLOUT : 0)) };
}

void
fetcher_pump(struct fetcher *f, bool receive)
{
	if (!channel_pump(&f->channel, receive))
		lost(f);
}
