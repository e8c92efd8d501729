#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/parser.h"
#include "ingest/wire.h"

/*
 * On the wire (ingest/wire.h) a request is a head and then its strings: url,
 * type, the headers' names and values, and the bytes; a reply is a head and the
 * lines or the reason.  A child says one byte once it is jailed.
 */
struct request_head {
	uint32_t	mode, nheaders;
	uint64_t	size;
};

struct reply_head {
	uint32_t	failed, reserved;
	uint64_t	size;
};

#define REPLY_MAX	(2 * LIMIT_LINE)
#define HELLO		'j'
/* Sources on their way to one child: one in work, the others being copied. */
#define IN_FLIGHT	4

struct job {
	struct job	*next;
	uint64_t	 tag;
	struct buf	 frame;
	struct str	 url, bytes;	/* views into the frame */
	size_t		 sent;
	enum parser_outcome outcome;
	struct buf	 reply;
};

/* A list with a tail. */
struct queue {
	struct job	*first, **last;
	size_t		 count;
};

struct child {
	pid_t		 pid;		/* 0: not running */
	int		 fd;
	bool		 jailed;	/* it said hello */
	struct queue	 jobs;		/* the first is in work */
	struct buf	 reply;		/* as far as it has come */
	int64_t		 deadline;	/* of the first job; 0: none */
};

struct parser {
	struct parser_options options;
	struct child	*children;
	struct queue	 waiting, finished;
	struct job	*handed_out;
	size_t		 pending;
};

/* The child's side. */

static bool
decode(struct str from, uint32_t nheaders, struct source *src, struct arena *a)
{
	struct header *headers;
	uint32_t i;

	if (nheaders > from.n / (2 * sizeof(uint32_t)))
		return false;
	headers = arena_array(a, nheaders, sizeof(*headers));
	*src = (struct source){ .headers = headers, .nheaders = nheaders };
	if (!wire_take(&from, &src->url) ||
	    !wire_take(&from, &src->content_type))
		return false;
	for (i = 0; i < nheaders; i++)
		if (!wire_take(&from, &headers[i].name) ||
		    !wire_take(&from, &headers[i].value))
			return false;
	return wire_take(&from, &src->bytes);
}

/* SIGPROF's default action ends the child: a limit in its own processor time
 * that starts afresh with each source, as RLIMIT_CPU would not. */
static void
limit_cpu(unsigned ms)
{
	const struct itimerval limit = { .it_value = { .tv_sec = ms / 1000,
	    .tv_usec = (suseconds_t)(ms % 1000) * 1000 } };

	if (setitimer(ITIMER_PROF, &limit, NULL) == -1)
		die_errno("setitimer");
}

static void
answer(const struct parser_options *options, int fd,
    const struct request_head *head, struct str payload, struct buf *out,
    struct arena *a)
{
	struct reply_head reply = { 0 };
	struct source src;
	struct err err;
	int rc;

	buf_reset(out);
	limit_cpu(options->cpu_ms);
	if (!decode(payload, head->nheaders, &src, a))
		BUG("a request does not decode");
	rc = options->parse(&src, (enum parse_mode)head->mode, out, a, &err);
	if (rc == 0 && out->full)
		rc = err_set(&err, "gives more than %lu bytes", REPLY_MAX);
	if (rc == -1) {
		reply.failed = 1;
		buf_reset(out);
		buf_addz(out, err.msg);
	}
	limit_cpu(0);
	reply.size = out->n;
	if (write_full(fd, &reply, sizeof(reply)) == -1 ||
	    write_full(fd, out->p, out->n) == -1)
		_exit(EXIT_WORLD);
	if (out->cap > ARENA_KEEP)
		buf_release(out);
}

static _Noreturn void
child_run(const struct parser_options *options, int fd)
{
	struct buf payload = BUF_INIT, out = buf_init(REPLY_MAX);
	struct arena a = ARENA_INIT;
	struct request_head head;
	const char hello = HELLO;

	jail_enter(JAIL_STDIO, NULL, NULL);
	if (write_full(fd, &hello, 1) == -1)
		_exit(EXIT_WORLD);
	while (read_full(fd, &head, sizeof(head)) == sizeof(head)) {
		buf_reset(&payload);
		buf_reserve(&payload, head.size);
		if (read_full(fd, payload.p, head.size) != (ssize_t)head.size)
			break;
		payload.n = head.size;
		answer(options, fd, &head, buf_str(&payload), &out, &a);
		arena_reset(&a);
		if (payload.cap > ARENA_KEEP)
			buf_release(&payload);
	}
	_exit(EXIT_DONE);
}

/* What a child may take at most, so that a bomb ends the child and not the
 * machine.  Sanitizers reserve terabytes. */
static void
limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	const struct rlimit most = { LIMIT_PARSE_MEMORY, LIMIT_PARSE_MEMORY };

	if (setrlimit(RLIMIT_DATA, &most) == -1)
		die_errno("setrlimit");
#endif
}

static void
child_start(struct parser *p, struct child *child)
{
	child->pid = wire_fork(&child->fd);
	if (child->pid == 0) {
		limit_memory();
		child_run(&p->options, STDIN_FILENO);
	}
	child->jailed = false;
	child->deadline = 0;
}

/* The parent's side. */

static void
queue_init(struct queue *q)
{
	*q = (struct queue){ NULL, &q->first, 0 };
}

static void
queue_put(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
	q->count++;
}

static struct job *
queue_take(struct queue *q)
{
	struct job *job = q->first;

	if (job == NULL)
		return NULL;
	q->first = job->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->count--;
	return job;
}

static void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	buf_release(&job->frame);
	buf_release(&job->reply);
	free(job);
}

struct parser *
parser_new(const struct parser_options *options)
{
	struct parser *p = xcalloc(1, sizeof(*p));

	assert(options->children > 0 && options->children <= PARSER_CHILDREN);
	p->options = *options;
	p->children = xcalloc(options->children, sizeof(*p->children));
	queue_init(&p->waiting);
	queue_init(&p->finished);
	for (unsigned i = 0; i < options->children; i++) {
		queue_init(&p->children[i].jobs);
		child_start(p, &p->children[i]);
	}
	return p;
}

/* End a child and say how it ended. */
static int
child_end(struct child *child)
{
	int status = wire_end(child->pid, child->fd);

	child->pid = 0;
	buf_release(&child->reply);
	return status;
}

void
parser_free(struct parser *p)
{
	struct job *job;

	for (unsigned i = 0; i < p->options.children; i++) {
		child_end(&p->children[i]);
		while ((job = queue_take(&p->children[i].jobs)) != NULL)
			job_free(job);
	}
	while ((job = queue_take(&p->waiting)) != NULL)
		job_free(job);
	while ((job = queue_take(&p->finished)) != NULL)
		job_free(job);
	job_free(p->handed_out);
	free(p->children);
	free(p);
}

void
parser_submit(struct parser *p, uint64_t tag, enum parse_mode mode,
    const struct source *src)
{
	struct job *job = xcalloc(1, sizeof(*job));
	struct request_head head = { .mode = mode,
	    .nheaders = (uint32_t)src->nheaders };

	job->tag = tag;
	buf_reserve(&job->frame, src->bytes.n + 4096);
	buf_add(&job->frame, &head, sizeof(head));
	wire_put(&job->frame, src->url);
	wire_put(&job->frame, src->content_type);
	for (size_t i = 0; i < src->nheaders; i++) {
		wire_put(&job->frame, src->headers[i].name);
		wire_put(&job->frame, src->headers[i].value);
	}
	wire_put(&job->frame, src->bytes);
	head.size = job->frame.n - sizeof(head);
	memcpy(job->frame.p, &head, sizeof(head));
	job->url = (struct str){ job->frame.p + sizeof(head) +
	    sizeof(uint32_t), src->url.n };
	job->bytes = str_from(buf_str(&job->frame),
	    job->frame.n - src->bytes.n);
	queue_put(&p->waiting, job);
	p->pending++;
	parser_pump(p);
}

size_t
parser_pending(const struct parser *p)
{
	return p->pending;
}

size_t
parser_depth(const struct parser *p)
{
	return IN_FLIGHT * p->options.children;
}

static void
finish(struct parser *p, struct child *child, enum parser_outcome outcome)
{
	struct job *job = queue_take(&child->jobs);

	assert(job != NULL);
	job->outcome = outcome;
	child->deadline = 0;
	queue_put(&p->finished, job);
}

/* The first job's clock starts once the child has all of it. */
static void
start_clock(struct parser *p, struct child *child)
{
	const struct job *job = child->jobs.first;

	if (job != NULL && child->deadline == 0 && job->sent == job->frame.n)
		child->deadline = clock_monotonic_ms() + p->options.wall_ms;
}

static void
describe_end(struct buf *to, int status, bool hung,
    const struct parser_options *options)
{
	if (hung)
		buf_addf(to, "hung for more than %u ms", options->wall_ms);
	else if (WIFEXITED(status))
		buf_addf(to, "ended the parser with status %d",
		    WEXITSTATUS(status));
	else if (WTERMSIG(status) == SIGPROF)
		buf_addf(to, "took more than %u ms to parse", options->cpu_ms);
	else if (WTERMSIG(status) == SIGSYS)
		buf_addz(to, "made the parser ask for what the jail forbids");
	else
		buf_addf(to, "crashed the parser with signal %d",
		    WTERMSIG(status));
}

/* The child is gone or must go: its first job pays, the others move on. */
static void
replace_child(struct parser *p, struct child *child, bool hung)
{
	bool jailed = child->jailed;
	struct job *job = child->jobs.first;
	int status = child_end(child);

	if (!jailed)
		die("the parse child cannot enter its jail");
	if (job != NULL) {
		buf_reset(&job->reply);
		describe_end(&job->reply, status, hung, &p->options);
		finish(p, child, PARSER_KILLED);
	}
	for (job = child->jobs.first; job != NULL; job = job->next)
		job->sent = 0;
	child_start(p, child);
}

/* Send what the socket takes.  False when the child is gone. */
static bool
child_send(struct child *child)
{
	for (struct job *job = child->jobs.first; job != NULL; job = job->next)
		while (job->sent < job->frame.n) {
			ssize_t n = send(child->fd, job->frame.p + job->sent,
			    job->frame.n - job->sent, MSG_NOSIGNAL);

			if (n == -1 && errno == EINTR)
				continue;
			if (n == -1)
				return errno == EAGAIN;
			job->sent += (size_t)n;
		}
	return true;
}

/* Give the whole reply at the front of what came to the first job. */
static bool
take_reply(struct parser *p, struct child *child)
{
	struct reply_head head;
	struct job *job = child->jobs.first;

	if (child->reply.n < sizeof(head))
		return false;
	memcpy(&head, child->reply.p, sizeof(head));
	if (child->reply.n - sizeof(head) < head.size)
		return false;
	buf_adds(&job->reply, str_slice(buf_str(&child->reply), sizeof(head),
	    sizeof(head) + head.size));
	buf_drop(&child->reply, sizeof(head) + head.size);
	if (child->reply.n == 0 && child->reply.cap > ARENA_KEEP)
		buf_release(&child->reply);
	finish(p, child, head.failed ? PARSER_FAILED : PARSER_DONE);
	return true;
}

/* May the child still be believed?  It read foreign bytes. */
static bool
reply_is_sane(const struct child *child)
{
	struct reply_head head;

	if (child->reply.n > 0 && child->jobs.first == NULL)
		return false;
	if (child->reply.n < sizeof(head))
		return true;
	memcpy(&head, child->reply.p, sizeof(head));
	return head.size <= REPLY_MAX;
}

/* Receive what is there.  False when the child is gone. */
static bool
child_receive(struct parser *p, struct child *child)
{
	for (;;) {
		ssize_t n;

		buf_reserve(&child->reply, IO_READ);
		n = recv(child->fd, child->reply.p + child->reply.n, IO_READ,
		    0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return true;
		if (n <= 0)
			return false;
		child->reply.n += (size_t)n;
		if (!child->jailed) {
			child->jailed = child->reply.p[0] == HELLO;
			buf_drop(&child->reply, 1);
		}
		while (reply_is_sane(child) && child->jobs.first != NULL &&
		    take_reply(p, child))
			;
		if (!reply_is_sane(child))
			return false;
	}
}

/* The waiting job goes to the child that has the fewest. */
static void
assign(struct parser *p)
{
	while (p->waiting.first != NULL) {
		struct child *best = &p->children[0];

		for (unsigned i = 1; i < p->options.children; i++)
			if (p->children[i].jobs.count < best->jobs.count)
				best = &p->children[i];
		if (best->jobs.count >= IN_FLIGHT)
			return;
		queue_put(&best->jobs, queue_take(&p->waiting));
	}
}

/* Receive and send.  False when the child is gone.  One that went between the
 * two may have left replies, and the jobs they answer must not pay. */
static bool
child_serve(struct parser *p, struct child *child)
{
	if (!child_receive(p, child))
		return false;
	if (child_send(child))
		return true;
	child_receive(p, child);
	return false;
}

void
parser_pump(struct parser *p)
{
	assign(p);
	for (unsigned i = 0; i < p->options.children; i++) {
		struct child *child = &p->children[i];

		if (!child_serve(p, child)) {
			replace_child(p, child, false);
			continue;
		}
		start_clock(p, child);
		if (child->deadline != 0 &&
		    clock_monotonic_ms() >= child->deadline)
			replace_child(p, child, true);
	}
	assign(p);
}

size_t
parser_fds(const struct parser *p, struct pollfd *fds, int *timeout_ms)
{
	int64_t now = clock_monotonic_ms();

	for (unsigned i = 0; i < p->options.children; i++) {
		const struct child *child = &p->children[i];
		const struct job *job = child->jobs.first;
		bool unsent = false;

		for (; job != NULL; job = job->next)
			unsent |= job->sent < job->frame.n;
		fds[i] = (struct pollfd){ .fd = child->fd,
		    .events = (short)(POLLIN | (unsent ? POLLOUT : 0)) };
		if (child->deadline != 0) {
			int64_t left = child->deadline - now;

			left = left < 0 ? 0 : left;
			if (*timeout_ms < 0 || left < *timeout_ms)
				*timeout_ms = (int)left;
		}
	}
	return p->options.children;
}

void
parser_wait(struct parser *p)
{
	struct pollfd fds[PARSER_CHILDREN];
	int timeout = -1;
	size_t count = parser_fds(p, fds, &timeout);

	if (poll(fds, (nfds_t)count, timeout) == -1 && errno != EINTR)
		die_errno("poll");
	parser_pump(p);
}

bool
parser_next(struct parser *p, struct parser_reply *reply)
{
	struct job *job = queue_take(&p->finished);

	job_free(p->handed_out);
	p->handed_out = job;
	if (job == NULL)
		return false;
	p->pending--;
	*reply = (struct parser_reply){ job->tag, job->outcome,
	    buf_str(&job->reply), job->url, job->bytes };
	return true;
}
