/*
 * follow, stats and show: the store read from end to end.
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

/* Print what is there. */
static void
drain(struct reader *r, struct out *out, bool cursors)
{
	enum reader_result result;
	char cursor[CURSOR_SIZE];
	struct line line;
	struct err err;
	bool any = false;

	while ((result = reader_next(r, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
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
	bool once = false, cursors = false;
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
		drain(&r, &out, cursors);
		if (once)
			break;
		if (!watch_aim(&watch, &r))
			wait_for_more(&watch);
	}
	watch_release(&watch);
	reader_close(&r);
	out_close(&out);
	return EXIT_DONE;
}

/* What stats counts. */
struct tally {
	uint64_t	lines, articles, revisions;
	uint64_t	labels[4], unjudged;
	int64_t		first, last;
};

static const char *const labels[] = { "easing", "tightening", "mixed",
	"neutral" };

static void
count_line(struct tally *t, const struct line *line, struct arena *a)
{
	struct article art;
	struct str label;
	struct err err;

	if (t->lines++ == 0)
		t->first = line->stored;
	t->last = line->stored;
	if (line->revision == 0 || article_read(&art, line, a, &err) == -1)
		return;
	if (line->revision > 1) {
		t->revisions++;
		return;
	}
	t->articles++;
	label = article_verdict(&art, "label");
	for (size_t i = 0; i < 4; i++)
		if (str_eq(label, str_of(labels[i]))) {
			t->labels[i]++;
			return;
		}
	t->unjudged++;
}

static void
put_tally(struct buf *b, const struct tally *t, const struct segments *list)
{
	char when[DATE_SIZE];
	const struct {
		const char	*name;
		uint64_t	 value;
	} counts[] = { { "segments", list->n }, { "lines", t->lines },
	    { "articles", t->articles }, { "revisions", t->revisions },
	    { "unjudged", t->unjudged } };

	json_open(b, '{');
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		json_name(b, counts[i].name);
		json_put_int(b, (long long)counts[i].value);
	}
	json_name(b, "labels");
	json_open(b, '{');
	for (size_t i = 0; i < 4; i++) {
		json_name(b, labels[i]);
		json_put_int(b, (long long)t->labels[i]);
	}
	json_close(b, '}');
	if (t->lines > 0) {
		date_format_utc(t->first, when);
		json_member_str(b, "first", str_of(when));
		date_format_utc(t->last, when);
		json_member_str(b, "last", str_of(when));
	}
	json_close(b, '}');
	buf_addc(b, '\n');
}

int
run_stats(int argc, char **argv)
{
	static const struct opt opts[] = { { 0 } };
	const struct tool tool = { "stance-store stats", "STORE",
	    "Count the segments, articles and labels of STORE.", opts, NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct arena a = ARENA_INIT;
	struct tally tally = { 0 };
	enum reader_result result;
	struct reader r;
	struct line line;
	struct out out;
	struct err err;
	bool damaged = false;

	digest_setup();
	out_init(&out, STDOUT_FILENO, "<stdout>");
	jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	if (reader_open(&r, store, &err) == -1)
		die("%s", err.msg);
	while ((result = reader_next(&r, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
			damaged = true;
			continue;
		}
		arena_reset(&a);
		count_line(&tally, &line, &a);
	}
	put_tally(out_buf(&out), &tally, &r.list);
	reader_close(&r);
	arena_release(&a);
	out_close(&out);
	return damaged ? EXIT_WORLD : EXIT_DONE;
}

int
run_show(int argc, char **argv)
{
	static const struct opt opts[] = { { 0 } };
	const struct tool tool = { "stance-store show", "FILE",
	    "Print FILE, a segment of a store, as text.", opts, NULL };
	int n = opt_parse(&tool, argc, argv);
	struct segment seg = { .number = 1 };
	struct segment_text text;
	struct str name, lines;
	uint64_t at = 0;
	struct out out;
	struct err err;

	if (n != 1)
		usage_error("which file? name one segment");
	name = str_of(argv[1]);
	seg.sealed = str_ends(name, STR(".jsonl.zst"));
	if (!seg.sealed && !str_ends(name, STR(".jsonl")))
		usage_error("'%s' is no segment: .jsonl or .jsonl.zst",
		    argv[1]);
	seg.path = xstrndup(name.p, name.n - (seg.sealed ? 10 : 6));
	out_init(&out, STDOUT_FILENO, "<stdout>");
	jail_enter(JAIL_READ, (const char *[]){ argv[1], NULL }, NULL);
	if (segment_open(&text, &seg, &err) == -1)
		die("%s", err.msg);
	for (;; at += lines.n) {
		if (segment_lines(&text, at, &lines, &err) == -1)
			die("%s", err.msg);
		if (lines.n == 0)
			break;
		buf_adds(out_buf(&out), lines);
		out_poll(&out);
	}
	segment_close(&text);
	out_close(&out);
	free(seg.path);
	return EXIT_DONE;
}
