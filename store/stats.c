/*
 * stats: what is in a store.  The indexes of sealed segments are enough for it;
 * only the segment in work is read.
 */
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "store/commands.h"
#include "store/reader.h"

struct tally {
	uint64_t	lines, articles, revisions, bytes;
	uint64_t	label[LABELS];	/* of articles as they came first */
	int64_t		first, last;
};

static void
count(struct tally *t, enum label label, uint64_t revision, int64_t stored)
{
	if (t->lines++ == 0)
		t->first = stored;
	t->last = stored;
	t->revisions += revision > 1;
	t->articles += revision == 1;
	t->label[label] += revision == 1;
}

static void
count_index(struct tally *t, const struct index *x)
{
	for (size_t i = 0; i < x->n; i++)
		count(t, (enum label)x->label[i], x->revision[i],
		    x->stored[i]);
	t->bytes += x->bytes;
}

static void
count_line(struct tally *t, const struct line *line, struct arena *a)
{
	struct article art;
	struct err ignored;
	enum label label = LABEL_NONE;

	if (line->revision == 1 && article_read(&art, line, a, &ignored) == 0)
		label = index_label(article_verdict(&art, "label"));
	count(t, label, line->revision, line->stored);
	t->bytes += line->text.n + 1;
}

/* Read one segment: the number of the last whose lines came. */
static uint32_t
count_segment(struct tally *t, struct reader *r, const struct segment *seg,
    bool *damaged)
{
	uint32_t last = seg->last;
	struct arena a = ARENA_INIT;
	enum reader_result result;
	struct index x;
	struct line line;
	struct err err;

	if (index_open(&x, seg, &err) == 0) {
		count_index(t, &x);
		index_close(&x);
		return last;
	}
	reader_from(r, seg->number - 1);
	while ((result = reader_next(r, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
			*damaged = true;
			continue;
		}
		if (r->number > last)
			break;
		if (r->last > last)
			last = r->last;
		arena_reset(&a);
		count_line(t, &line, &a);
	}
	arena_release(&a);
	return last;
}

static void
put_tally(struct buf *b, const struct tally *t, const struct segments *list)
{
	size_t sealed = 0;

	for (size_t i = 0; i < list->n; i++)
		sealed += list->v[i].sealed;
	json_open(b, '{');
	json_member_int(b, "segments", (long long)list->n);
	json_member_int(b, "sealed", (long long)sealed);
	json_member_int(b, "lines", (long long)t->lines);
	json_member_int(b, "bytes", (long long)t->bytes);
	json_member_int(b, "articles", (long long)t->articles);
	json_member_int(b, "revisions", (long long)t->revisions);
	json_member_int(b, "unjudged", (long long)t->label[LABEL_NONE] +
	    (long long)t->label[LABEL_OTHER]);
	index_put_labels(b, t->label);
	if (t->lines > 0) {
		line_put_time(b, "first", t->first);
		line_put_time(b, "last", t->last);
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
	struct tally tally = { 0 };
	uint32_t behind = 0;
	struct reader r;
	struct out out;
	struct err err;
	bool damaged = false;
	size_t i;

	digest_setup();
	out_init(&out, STDOUT_FILENO, "<stdout>");
	jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	if (reader_open(&r, store, &err) == -1)
		die("%s", err.msg);
	while ((i = segments_from(&r.list, behind + 1)) < r.list.n)
		behind = count_segment(&tally, &r, &r.list.v[i], &damaged);
	put_tally(out_buf(&out), &tally, &r.list);
	reader_close(&r);
	out_close(&out);
	return damaged ? EXIT_WORLD : EXIT_DONE;
}
