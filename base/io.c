#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"

ssize_t
read_full(int fd, void *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, (char *)p + got, n - got);

		if (r == -1 && errno == EINTR)
			continue;
		if (r == -1)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

/* A descriptor that a child left non-blocking must not turn into an error. */
static int
wait_writable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int r;

	do
		r = poll(&pfd, 1, -1);
	while (r == -1 && errno == EINTR);
	return r == -1 ? -1 : 0;
}

int
write_full(int fd, const void *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t w = write(fd, (const char *)p + done, n - done);

		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1 && errno == EAGAIN && wait_writable(fd) == 0)
			continue;
		if (w == -1)
			return -1;
		done += (size_t)w;
	}
	return 0;
}

void
out_init(struct out *out, int fd, const char *name)
{
	*out = (struct out){ .fd = fd, .name = name };
}

int
out_flush(struct out *out)
{
	if (out->error == 0 && out->buf.n > 0 &&
	    write_full(out->fd, out->buf.p, out->buf.n) == -1) {
		out->error = errno;
		if (!out->keep_going)
			die_errno("cannot write to '%s'", out->name);
	}
	buf_reset(&out->buf);
	if (out->buf.cap > 4 * IO_WRITE)	/* one giant record, long ago */
		buf_release(&out->buf);
	return out->error ? -1 : 0;
}

/* A pipe that poll() calls writable takes PIPE_BUF bytes without waiting. */
void
out_some(struct out *out)
{
	size_t done = 0;

	while (done < out->buf.n && out->error == 0) {
		struct pollfd pfd = { .fd = out->fd, .events = POLLOUT };
		size_t n = out->buf.n - done;

		if (poll(&pfd, 1, 0) <= 0)
			break;
		n = n > PIPE_BUF ? PIPE_BUF : n;
		if (write_full(out->fd, out->buf.p + done, n) == 0)
			done += n;
		else if (!out->keep_going)
			die_errno("cannot write to '%s'", out->name);
		else
			out->error = errno;
	}
	buf_drop(&out->buf, done);
}

void
out_send(struct out *out, struct str bytes)
{
	out_flush(out);
	if (out->error == 0 && bytes.n > 0 &&
	    write_full(out->fd, bytes.p, bytes.n) == -1) {
		out->error = errno;
		if (!out->keep_going)
			die_errno("cannot write to '%s'", out->name);
	}
}

void
out_poll(struct out *out)
{
	if (out->buf.n >= IO_WRITE)
		out_flush(out);
}

void
out_close(struct out *out)
{
	out_flush(out);
	buf_release(&out->buf);
	if (close(out->fd) == -1 && errno != EINTR && out->error == 0) {
		out->error = errno;
		if (!out->keep_going)
			die_errno("cannot write to '%s'", out->name);
	}
}

void
in_init(struct in *in, int fd, const char *name, size_t max)
{
	*in = (struct in){ .fd = fd, .name = name, .max = max };
}

void
in_release(struct in *in)
{
	buf_release(&in->buf);
}

bool
in_ready(const struct in *in)
{
	size_t from = in->scanned > in->at ? in->scanned : in->at;

	return in->eof || in->buf.n - in->at > in->max || (in->buf.n > from &&
	    memchr(in->buf.p + from, '\n', in->buf.n - from) != NULL);
}

static bool
would_block(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

static void
send_before_sleep(struct in *in, struct out *out)
{
	bool gathered = out != NULL && out->buf.n > 0;

	if ((!gathered && in->before_wait == NULL) || !would_block(in->fd))
		return;
	if (in->before_wait != NULL)
		in->before_wait(in->wait_arg);
	if (out != NULL)
		out_flush(out);
}

/* Read once more behind what is there. */
static void
fill(struct in *in, struct out *out)
{
	ssize_t r;

	if (in->at > 0) {
		buf_drop(&in->buf, in->at);
		in->scanned -= in->at;
		in->at = 0;
	}
	if (in->buf.n == 0 && in->buf.cap > 4 * IO_READ)
		buf_release(&in->buf);
	buf_reserve(&in->buf, IO_READ);
	send_before_sleep(in, out);
	for (;;) {
		r = read(in->fd, in->buf.p + in->buf.n, IO_READ);
		if (r >= 0)
			break;
		if (errno == EAGAIN) {
			struct pollfd pfd = { .fd = in->fd, .events = POLLIN };

			poll(&pfd, 1, -1);
		} else if (errno != EINTR)
			die_errno("cannot read '%s'", in->name);
	}
	if (r == 0)
		in->eof = true;
	in->buf.n += (size_t)r;
}

enum in_result
in_line(struct in *in, struct out *out, struct str *line)
{
	for (;;) {
		size_t from = in->scanned > in->at ? in->scanned : in->at;
		char *start = in->at > 0 ? in->buf.p + in->at : in->buf.p;
		char *nl = NULL;

		if (in->buf.n > from)
			nl = memchr(in->buf.p + from, '\n', in->buf.n - from);
		if (nl == NULL && in->eof && in->buf.n > in->at)
			nl = in->buf.p + in->buf.n;	/* last line, no newline */
		if (nl != NULL) {
			size_t n = (size_t)(nl - start);

			in->at += n + (nl < in->buf.p + in->buf.n);
			in->scanned = in->at;
			if (in->skipping) {		/* the end of a long line */
				in->skipping = false;
				continue;
			}
			in->line++;
			*line = str_slice((struct str){ start, n }, 0, in->max);
			return n > in->max ? IN_LONG : IN_LINE;
		}
		if (in->eof)
			return IN_EOF;
		in->scanned = in->buf.n;
		if (in->skipping)
			in->at = in->buf.n;
		else if (in->buf.n - in->at > in->max) {
			in->skipping = true;
			in->line++;
			*line = (struct str){ start, in->max };
			in->at = in->buf.n;
			return IN_LONG;
		}
		fill(in, out);
	}
}

struct str
in_take(struct in *in, struct str line, struct buf *spare)
{
	size_t from = (size_t)(line.p - in->buf.p);
	const char *last;
	struct buf taken = in->buf;

	assert(from + line.n <= in->at && !in->skipping);
	last = memrchr(in->buf.p + in->at, '\n', in->buf.n - in->at);
	if (last != NULL)
		in->at = (size_t)(last - in->buf.p) + 1;
	buf_reset(spare);
	buf_add(spare, in->buf.p + in->at, in->buf.n - in->at);
	in->buf = *spare;
	*spare = taken;
	spare->n = in->at;
	in->at = in->scanned = 0;
	return str_from(buf_str(spare), from);
}

int
fd_slurp(int fd, struct buf *b, size_t max, struct err *err)
{
	size_t total = 0;

	for (;;) {
		ssize_t r;

		if (buf_reserve(b, IO_READ) == -1)
			return err_set(err, "longer than %zu bytes", b->max);
		r = read_full(fd, b->p + b->n, IO_READ);
		if (r == -1)
			return err_set(err, "cannot read: %s", strerror(errno));
		if (r == 0)
			return 0;
		b->n += (size_t)r;
		total += (size_t)r;
		if (total > max)
			return err_set(err, "longer than %zu bytes", max);
	}
}

int
file_slurp(const char *path, struct buf *b, size_t max, struct err *err)
{
	struct err why;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
	if (fd_slurp(fd, b, max, &why) == -1) {
		close(fd);
		return err_set(err, "'%s': %s", path, why.msg);
	}
	close(fd);
	return 0;
}

int
sync_parent(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) :
	    xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd == -1 || fsync(fd) == -1)
		rc = err_set(err, "cannot sync folder '%s': %s", folder,
		    strerror(errno));
	if (fd != -1)
		close(fd);
	free(folder);
	return rc;
}

static int
put_bytes(void *arg, int fd)
{
	const struct str *bytes = arg;

	return write_full(fd, bytes->p, bytes->n);
}

int
file_replace(const char *path, struct str bytes, mode_t mode, struct err *err)
{
	return file_replace_with(path, put_bytes, &bytes, mode, err);
}

int
file_replace_with(const char *path, int (*put)(void *arg, int fd), void *arg,
    mode_t mode, struct err *err)
{
	char *beside = xasprintf("%s.new", path);
	int fd = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW |
	    O_CLOEXEC, mode);
	bool ok = fd != -1 && put(arg, fd) == 0 && fsync(fd) == 0;
	int saved = errno, rc = 0;

	if (fd != -1 && close(fd) == -1 && ok) {
		ok = false;
		saved = errno;
	}
	if (ok && rename(beside, path) == -1) {
		ok = false;
		saved = errno;
	}
	if (!ok) {
		rc = err_set(err, "cannot write '%s': %s", path,
		    strerror(saved));
		unlink(beside);
	} else
		rc = sync_parent(path, err);
	free(beside);
	return rc;
}

int
make_folders(const char *path, mode_t mode, struct err *err)
{
	char *p = xstrdup(path), *slash = p;
	struct stat st;
	int rc = 0;

	do {
		slash = strchr(slash + (*slash != '\0'), '/');
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(p, mode) == -1 && errno != EEXIST)
			rc = err_set(err, "cannot make folder '%s': %s", p,
			    strerror(errno));
		if (slash != NULL)
			*slash = '/';
	} while (rc == 0 && slash != NULL && slash[1] != '\0');
	if (rc == 0 && (stat(p, &st) == -1 || !S_ISDIR(st.st_mode)))
		rc = err_set(err, "cannot make folder '%s': a file is there", p);
	free(p);
	return rc;
}

void
set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		die_errno("fcntl");
}
