#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/date.h"
#include "base/jail.h"
#include "net/http.h"
#include "store/send.h"

#define ANSWER_MAX	(64UL << 10)	/* of a webhook: nobody reads it */
#define RETRY_AFTER_MAX	86400

/* The child's side.  A request is "KEY BODY", an answer "STATUS SECONDS
 * DETAIL", a line each. */

static const char *const status_names[] = { [SENT_DELIVERED] = "delivered",
	[SENT_AGAIN] = "again", [SENT_FAILED] = "failed" };

static void
answer(int fd, enum sent_status status, long seconds, const char *detail)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s %ld %s\n", status_names[status], seconds, detail);
	for (size_t i = 0; i + 1 < b.n; i++)
		if ((unsigned char)b.p[i] < 0x20)
			b.p[i] = ' ';
	if (write_full(fd, b.p, b.n) == -1)
		_exit(EXIT_DONE);		/* the alerter has gone */
	buf_release(&b);
}

/* The body in a file of no name, to be read as standard input: however slowly
 * the command reads it, nobody waits. */
static int
body_file(struct str body)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);

	if (fd == -1 || write_full(fd, body.p, body.n) == -1 ||
	    write_full(fd, "\n", 1) == -1 || lseek(fd, 0, SEEK_SET) == -1)
		die_errno("cannot keep an alert in memory");
	return fd;
}

static _Noreturn void
become_command(const char *command, const char *alert, int body)
{
	setpgid(0, 0);			/* so that all of it can be stopped */
	if (dup2(body, STDIN_FILENO) == -1 ||
	    setenv("STANCE_ALERT", alert, 1) == -1)
		_exit(EXIT_WORLD);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(EXIT_WORLD);
}

/* Wait for the command; after `timeout_ms` it is killed. */
static bool
ended_in_time(pid_t pid, unsigned timeout_ms)
{
	int fd = pidfd_open(pid, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int ready;

	if (fd == -1)
		die_errno("cannot watch the command");
	do
		ready = poll(&pfd, 1, (int)timeout_ms);
	while (ready == -1 && errno == EINTR);
	close(fd);
	if (ready == 0)
		kill(-pid, SIGKILL);
	return ready != 0;
}

static void
run_command(int fd, const struct channel_options *options, const char *alert,
    struct str body)
{
	int file = body_file(body), status = 0;
	char detail[80];
	pid_t pid = fork();
	bool in_time;

	if (pid == -1)
		die_errno("cannot start the command");
	if (pid == 0)
		become_command(options->command, alert, file);
	setpgid(pid, pid);
	close(file);
	in_time = ended_in_time(pid, options->timeout_ms);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (!in_time)
		snprintf(detail, sizeof(detail), "no end after %u s",
		    options->timeout_ms / 1000);
	else if (WIFSIGNALED(status))
		snprintf(detail, sizeof(detail), "died of signal %d",
		    WTERMSIG(status));
	else
		snprintf(detail, sizeof(detail), "exit status %d",
		    WEXITSTATUS(status));
	answer(fd, in_time && status == 0 ? SENT_DELIVERED : SENT_AGAIN, 0,
	    detail);
}

/* Seconds, or the date that RFC 9110, 10.2.3 allows, too. */
static long
retry_after(struct str value)
{
	long long seconds = str_number(value, RETRY_AFTER_MAX);
	struct date d;

	if (seconds < 0 && date_parse_822(value, &d) == 0)
		seconds = d.seconds - clock_now();
	if (seconds < 0)
		return 0;
	return seconds < RETRY_AFTER_MAX ? (long)seconds : RETRY_AFTER_MAX;
}

static void
judge_reply(int fd, const struct http_reply *reply)
{
	char detail[200];

	if (reply->status == 0)
		snprintf(detail, sizeof(detail), "%.*s",
		    STR_FMT(reply->error));
	else
		snprintf(detail, sizeof(detail), "HTTP status %ld",
		    reply->status);
	if (reply->status >= 200 && reply->status < 300)
		answer(fd, SENT_DELIVERED, 0, detail);
	else if (reply->status == 410)		/* it says so itself: gone */
		answer(fd, SENT_FAILED, 0, detail);
	else
		answer(fd, SENT_AGAIN, retry_after(http_header(reply->headers,
		    "Retry-After")), detail);
}

static void
post(int fd, struct http *http, const struct channel_options *options,
    const char *alert, struct str body)
{
	struct buf headers = BUF_INIT;
	struct http_request request = { .url = str_of(options->webhook),
	    .post = body, .max = ANSWER_MAX };
	struct http_reply reply;

	buf_addf(&headers, "Content-Type: application/json\n"
	    "Idempotency-Key: %s\n%s", alert,
	    options->headers ? options->headers : "");
	request.headers = buf_str(&headers);
	http_add(http, &request);
	for (;;) {
		struct pollfd pfd = { .fd = http_fd(http), .events = POLLIN };

		http_pump(http, true);
		if (http_next(http, &reply))
			break;
		if (poll(&pfd, 1, http_timeout(http)) == -1 && errno != EINTR)
			die_errno("poll");
	}
	judge_reply(fd, &reply);
	buf_release(&headers);
}

/* The user names this address, so it may be a local one; but it is the only
 * one, and redirects are not followed. */
static struct http *
enter_network(const struct channel_options *options)
{
	static const struct guard_range anywhere = { .bits = 0 };
	const struct http_options http_options = { .user_agent =
	    "stance-alert/0.1", .opened = &anywhere, .nopened = 1,
	    .in_flight = 1, .per_host = 1, .timeout_ms = options->timeout_ms };
	struct http *http;

	http_setup();
	http = http_new(&http_options);
	jail_enter(JAIL_READ | JAIL_NET | JAIL_THREAD, http_files, NULL);
	return http;
}

static _Noreturn void
serve(int fd, const struct channel_options *options)
{
	struct http *http = NULL;
	struct in in;
	struct str line, alert;

	signal(SIGPIPE, SIG_IGN);
	if (options->webhook != NULL)
		http = enter_network(options);
	in_init(&in, fd, "<alerter>", STORED_LINE_MAX);
	while (in_line(&in, NULL, &line) == IN_LINE) {
		char key[ALERT_KEY_DIGITS + 1];

		str_split(&line, ' ', &alert);
		assert(alert.n == ALERT_KEY_DIGITS);
		snprintf(key, sizeof(key), "%.*s", STR_FMT(alert));
		if (http != NULL)
			post(fd, http, options, key, line);
		else
			run_command(fd, options, key, line);
	}
	_exit(EXIT_DONE);
}

/* The alerter's side. */

void
sender_start(struct sender *s, const struct channel_options *options)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == -1)
		die_errno("cannot start a sender");
	s->pid = fork();
	if (s->pid == -1)
		die_errno("cannot start a sender");
	if (s->pid == 0) {
		close(fds[0]);
		serve(fds[1], options);
	}
	close(fds[1]);
	s->fd = fds[0];
	s->busy = false;
	in_init(&s->in, s->fd, "<sender>", STORED_LINE_MAX);
}

void
sender_send(struct sender *s, const struct delivery *d)
{
	struct buf b = BUF_INIT;

	assert(!s->busy);
	buf_addf(&b, "%s ", d->alert);
	buf_adds(&b, d->body);
	buf_addc(&b, '\n');
	if (write_full(s->fd, b.p, b.n) == -1)
		die_errno("the sender has gone");
	buf_release(&b);
	s->busy = true;
}

void
sender_answer(struct sender *s, struct sent *sent)
{
	struct str line, word, seconds;

	assert(s->busy);
	if (in_line(&s->in, NULL, &line) != IN_LINE)
		die("the sender has gone");
	str_split(&line, ' ', &word);
	str_split(&line, ' ', &seconds);
	*sent = (struct sent){ .status = SENT_AGAIN, .detail = line,
	    .seconds = (long)str_number(seconds, RETRY_AFTER_MAX) };
	for (size_t i = 0; i < sizeof(status_names) / sizeof(*status_names);
	    i++)
		if (str_eq(word, str_of(status_names[i])))
			sent->status = (enum sent_status)i;
	s->busy = false;
}

void
sender_stop(struct sender *s)
{
	close(s->fd);
	in_release(&s->in);
}
