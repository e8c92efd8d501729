#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"

bool err_over_progress;

static int
fill(struct err *err, const char *file, unsigned long line,
    unsigned long column, const char *fmt, va_list ap)
{
	err->file = file;
	err->line = line;
	err->column = column;
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	return -1;
}

int
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, NULL, 0, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_at(struct err *err, const char *file, unsigned long line,
    unsigned long column, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, file, line, column, fmt, ap);
	va_end(ap);
	return -1;
}

/* Terminals obey C0, DEL and, in UTF-8, C1 (U+0080 to U+009F). */
static void
show_controls(char *msg, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)msg[i];

		if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0 && i > 0 &&
		    (unsigned char)msg[i - 1] == 0xc2))
			msg[i] = '?';
	}
}

/* Write `msg` to stderr as one line in one write. */
static void
say(char *msg, size_t cap, int n)
{
	size_t len = n < 0 ? 0 : (size_t)n;

	if (len > cap - 2)
		len = cap - 2;
	show_controls(msg, len);
	msg[len++] = '\n';
	for (size_t done = 0; done < len;) {
		ssize_t w = write(STDERR_FILENO, msg + done, len - done);

		if (w == -1 && errno != EINTR)
			return;
		if (w > 0)
			done += (size_t)w;
	}
}

static void
vsay(const char *fmt, va_list ap, const char *tail)
{
	char msg[2048];
	int n, m;

	if (err_over_progress)
		fputs("\r\033[K", stderr);
	/* the caller of exec() chose the name, and its length */
	n = snprintf(msg, sizeof(msg), "%.64s: ", program_invocation_short_name);
	m = vsnprintf(msg + n, sizeof(msg) - (size_t)n, fmt, ap);
	n = m < 0 ? n : n + m;
	if (tail != NULL && n < (int)sizeof(msg))
		n += snprintf(msg + n, sizeof(msg) - (size_t)n, "%s", tail);
	say(msg, sizeof(msg), n);
}

void
err_print(const struct err *err, struct str source)
{
	if (err->file == NULL && err->line == 0)
		warn("%s", err->msg);
	else if (err->column == 0)
		warn("%s:%lu: %s", err->file ? err->file : "<input>", err->line,
		    err->msg);
	else
		warn("%s:%lu:%lu: %s", err->file ? err->file : "<input>",
		    err->line, err->column, err->msg);
	if (source.p != NULL && err->column > 0) {
		struct str shown = str_slice(source, 0, 200);
		size_t before = 0;

		/* columns are bytes; the caret stands under the character */
		for (size_t i = 0; i + 1 < err->column && i < shown.n; i++)
			if (((unsigned char)shown.p[i] & 0xc0) != 0x80)
				before++;
		fprintf(stderr, "    ");
		for (size_t i = 0; i < shown.n; i++)
			putc((unsigned char)shown.p[i] < 0x20 ? ' ' :
			    shown.p[i], stderr);
		fprintf(stderr, "\n    %*s^\n", (int)before, "");
	}
}

void
warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, NULL);
	va_end(ap);
}

_Noreturn void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, NULL);
	va_end(ap);
	exit(EXIT_WORLD);
}

_Noreturn void
die_errno(const char *fmt, ...)
{
	char tail[128];
	va_list ap;

	snprintf(tail, sizeof(tail), ": %s", strerror(errno));
	va_start(ap, fmt);
	vsay(fmt, ap, tail);
	va_end(ap);
	exit(EXIT_WORLD);
}

_Noreturn void
usage_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap, NULL);
	va_end(ap);
	fprintf(stderr, "try '%s --help'\n", program_invocation_short_name);
	exit(EXIT_USAGE);
}

_Noreturn void
bug_at(const char *file, int line, const char *what)
{
	warn("bug at %s:%d: %s", file, line, what);
	abort();
}
