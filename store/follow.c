/*
 * follow: the store read to its end, then what arrives.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "store/article.h"
#include "store/commands.h"
#include "store/reader.h"
#include "store/watch.h"

/* Print what is there; false: some of it is damaged. */
static bool
drain(struct reader *r, struct out *out, bool cursors)
{
	enum reader_result result;
	char cursor[CURSOR_SIZE];
	struct line line;
	struct err err;
	bool any = false, sound = true;

	while ((result = reader_next(r, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
			sound = false;
			continue;
		}
		any = true;
		buf_adds(out_buf(out), line.text);
		buf_addc(out_buf(out), '\n');
		out_poll(out);
	}
	if (any && cursors) {
		cursor_format(&r->at, cursor);
		buf_addf(out_buf(out), "{\"type\":\"cursor\",\"cursor\":\"%s\"}\n",
		    cursor);
	}
	out_flush(out);
	return sound;
}

/* Sleep until the store may have grown, or our reader has gone. */
static void
wait_for_more(struct watch *watch)
{
	struct pollfd fds[] = { { .fd = watch->fd, .events = POLLIN },
	    { .fd = STDOUT_FILENO } };

	if (poll(fds, 2, WATCH_MS) == -1 && errno != EINTR)
		die_errno("poll");
	if (fds[1].revents & POLLERR)
		die("nobody reads the output any more");
	watch_drain(watch);
}

static void
start_at(struct reader *r, const char *from)
{
	struct cursor at;
	struct line line;
	struct err err;

	if (strcmp(from, "end") == 0) {
		while (reader_next(r, &line, &err) != READER_END)
			;
		return;
	}
	if (cursor_parse(&at, str_of(from)) == -1)
		usage_error("'%s' is no cursor: SEGMENT:OFFSET:SEQ:SEAL, 0 or "
		    "end", from);
	if (reader_seek(r, &at, &err) == -1)
		die("%s", err.msg);
}

int
run_follow(int argc, char **argv)
{
	const char *from = "0";
	bool once = false, cursors = false, sound = true;
	const struct opt opts[] = {
		{ 0, "from", "CURSOR", "begin behind this place; 0 (default): "
		    "at the start, end: with what comes", OPT_STRING, &from },
		{ 0, "cursors", NULL, "print a line with the cursor before "
		    "each wait", OPT_FLAG, &cursors },
		{ 0, "once", NULL, "end where the store ends for now",
		    OPT_FLAG, &once },
		{ 0 }
	};
	const struct tool tool = { "stance-store follow",
	    "[--from CURSOR] [--cursors] [--once] STORE",
	    "Print the records of STORE, then each that arrives.", opts, NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct watch watch;
	struct reader r;
	struct out out;
	struct err err;

	digest_setup();
	out_init(&out, STDOUT_FILENO, "<stdout>");
	watch_init(&watch);
	jail_enter(JAIL_READ | JAIL_WATCH, (const char *[]){ store, NULL },
	    NULL);
	if (reader_open(&r, store, &err) == -1)
		die("%s", err.msg);
	start_at(&r, from);
	for (;;) {
		sound &= drain(&r, &out, cursors);
		if (once)
			break;
		if (!watch_aim(&watch, &r))
			wait_for_more(&watch);
	}
	watch_release(&watch);
	reader_close(&r);
	out_close(&out);
	return sound ? EXIT_DONE : EXIT_WORLD;
}
