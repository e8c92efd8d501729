#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "ingest/wire.h"

#define ABSENT		UINT32_MAX
/* A page, its address and its headers fit many times over. */
#define FRAME_MAX	(4 * LIMIT_LINE)

void
wire_put(struct buf *to, struct str s)
{
	uint32_t n = s.p ? (uint32_t)s.n : ABSENT;

	assert(s.n < ABSENT);
	buf_add(to, &n, sizeof(n));
	buf_adds(to, s);
}

void
wire_put_number(struct buf *to, uint64_t n)
{
	buf_add(to, &n, sizeof(n));
}

bool
wire_take_number(struct str *from, uint64_t *n)
{
	if (from->n < sizeof(*n))
		return false;
	memcpy(n, from->p, sizeof(*n));
	*from = str_from(*from, sizeof(*n));
	return true;
}

bool
wire_take(struct str *from, struct str *s)
{
	uint32_t n;

	*s = STR_NONE;
	if (from->n < sizeof(n))
		return false;
	memcpy(&n, from->p, sizeof(n));
	if (n != ABSENT && from->n - sizeof(n) < n)
		return false;
	*from = str_from(*from, sizeof(n));
	if (n == ABSENT)
		return true;
	*s = str_slice(*from, 0, n);
	*from = str_from(*from, n);
	return true;
}

pid_t
wire_fork(int *fd)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		die_errno("socketpair");
	pid = fork();
	if (pid == -1)
		die_errno("fork");
	if (pid > 0) {
		close(pair[1]);
		set_nonblock(pair[0]);
		*fd = pair[0];
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (dup2(pair[1], STDIN_FILENO) == -1 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) == -1 ||
	    close_range(STDERR_FILENO + 1, ~0U, 0) == -1)
		die_errno("cannot set up a child");
	return 0;
}

int
wire_end(pid_t child, int fd)
{
	int status = 0;

	close(fd);
	kill(child, SIGKILL);
	while (waitpid(child, &status, 0) == -1)
		if (errno != EINTR)
			die_errno("waitpid");
	return status;
}

void
channel_init(struct channel *ch, int fd)
{
	*ch = (struct channel){ .fd = fd };
	set_nonblock(fd);
}

void
channel_release(struct channel *ch)
{
	buf_release(&ch->in);
	buf_release(&ch->out);
}

void
channel_send(struct channel *ch, struct str frame)
{
	wire_put_number(&ch->out, frame.n);
	buf_adds(&ch->out, frame);
}

static bool
send_some(struct channel *ch)
{
	while (ch->sent < ch->out.n) {
		ssize_t n = send(ch->fd, ch->out.p + ch->sent,
		    ch->out.n - ch->sent, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			return false;
		if (n == -1)
			break;
		ch->sent += (size_t)n;
	}
	if (ch->sent > ch->out.n / 2) {		/* each byte moves once or so */
		buf_drop(&ch->out, ch->sent);
		ch->sent = 0;
	}
	if (ch->out.n == 0 && ch->out.cap > ARENA_KEEP)
		buf_release(&ch->out);
	return true;
}

/* What was handed out goes before more comes, so that `in` stays short. */
static bool
receive_some(struct channel *ch)
{
	ssize_t n;

	buf_drop(&ch->in, ch->taken);
	ch->taken = 0;
	do {
		buf_reserve(&ch->in, IO_READ);
		n = recv(ch->fd, ch->in.p + ch->in.n, IO_READ, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN;
	ch->in.n += (size_t)n;
	return n > 0;
}

bool
channel_pump(struct channel *ch, bool receive)
{
	return send_some(ch) && (!receive || receive_some(ch));
}

bool
channel_next(struct channel *ch, struct str *frame, bool *broken)
{
	struct str rest = str_from(buf_str(&ch->in), ch->taken);
	uint64_t size;

	*broken = false;
	if (!wire_take_number(&rest, &size))
		return false;
	*broken = size > FRAME_MAX;
	if (*broken || rest.n < size)
		return false;
	*frame = str_slice(rest, 0, size);
	ch->taken += sizeof(size) + size;
	return true;
}

bool
channel_ready(const struct channel *ch)
{
	struct str rest = str_from(buf_str(&ch->in), ch->taken);
	uint64_t size;

	return wire_take_number(&rest, &size) && rest.n >= size;
}

size_t
channel_unsent(const struct channel *ch)
{
	return ch->out.n - ch->sent;
}
