/*
 * check: every line's seal, the order of seqs, every frame's checksum, the chain
 * of files, indexes, runs of ids and notes.  It only reads; --repair takes the
 * writer's lock and mends segment by segment.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/mem.h"
#include "base/opt.h"
#include "base/record.h"
#include "store/check.h"
#include "store/commands.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/log.h"
#include "store/reader.h"
#include "store/seal.h"
#include "store/writer.h"

/* Seqs from..to. */
struct range {
	uint64_t	from, to;
};

struct ranges {
	struct range	*v;
	size_t		 n, cap;
};

struct checking {
	bool		 silent;	/* only gaps are asked for */
	struct reader	 reader;
	uint64_t	 lines, faults;
	uint64_t	 seq;		/* of the last sound line */
	struct ranges	 missing;
	struct ranges	 known;		/* missing, says a manifest */
};

static void
fault(void *arg, const char *what)
{
	struct checking *c = arg;

	c->faults++;
	if (!c->silent)
		printf("%s\n", what);
}

static void
add_range(struct ranges *r, uint64_t from, uint64_t to)
{
	GROW(r->v, r->n, r->cap);
	r->v[r->n++] = (struct range){ from, to };
}

static int
by_start(const void *a, const void *b)
{
	const struct range *r = a, *s = b;

	return (r->from > s->from) - (r->from < s->from);
}

/* Read [[from,to],...]. */
static void
read_lost(struct checking *c, const struct json_value *list, struct arena *a)
{
	struct json_value *pairs, *ends;
	size_t n, two;
	struct err err;

	if (list->type != JSON_ARRAY ||
	    json_array(list->raw, a, &pairs, &n, &err) == -1)
		return;
	for (size_t i = 0; i < n; i++)
		if (pairs[i].type == JSON_ARRAY &&
		    json_array(pairs[i].raw, a, &ends, &two, &err) == 0 &&
		    two == 2)
			add_range(&c->known,
			    (uint64_t)json_num(&ends[0], 0),
			    (uint64_t)json_num(&ends[1], 0));
}

/* A line that is no record was never written by us, whatever its seal says. */
static void
check_record(struct checking *c, const struct line *line, struct arena *a)
{
	const struct json_member *lost;
	struct record rec;
	struct err err;
	char what[600];

	arena_reset(a);
	if (record_read(&rec, line->text, a, &err) == -1) {
		snprintf(what, sizeof(what), "seq %" PRIu64 ": %s", line->seq,
		    err.msg);
		fault(c, what);
		return;
	}
	if (!str_eq(record_str(&rec, RECORD_TYPE, a), STR("manifest")))
		return;
	lost = json_find(rec.members, rec.count, "lost");
	if (lost != NULL)
		read_lost(c, &lost->value, a);
}

/* Join ranges that touch: what was dropped is told again and again. */
static void
join_ranges(struct ranges *r)
{
	size_t n = 0;

	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), by_start);
	for (size_t i = 0; i < r->n; i++) {
		if (n > 0 && r->v[i].from <= r->v[n - 1].to + 1) {
			if (r->v[i].to > r->v[n - 1].to)
				r->v[n - 1].to = r->v[i].to;
		} else
			r->v[n++] = r->v[i];
	}
	r->n = n;
}

/* Take out of the missing what a manifest names. */
static void
drop_known(struct checking *c)
{
	size_t k = 0, n = 0;

	join_ranges(&c->known);
	for (size_t i = 0; i < c->missing.n; i++) {
		struct range gap = c->missing.v[i];

		while (k < c->known.n && c->known.v[k].to < gap.from)
			k++;
		if (k == c->known.n || c->known.v[k].from > gap.from ||
		    c->known.v[k].to < gap.to)
			c->missing.v[n++] = gap;
	}
	c->missing.n = n;
}

static bool
is_there(const struct segment *seg)
{
	char *path = segment_file(seg);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* The chain of sealed segments, which may be merged while we look: then begin
 * anew. */
static void
check_chain(struct checking *c, struct segments *list, const char *folder)
{
	const struct segment *before = NULL;
	uint64_t faults = c->faults;
	struct err err;

	for (size_t i = 0; i < list->n; i++) {
		if (!is_there(&list->v[i])) {
			segments_release(list);
			if (segments_list(list, folder, &err) == -1)
				die("%s", err.msg);
			c->faults = faults;
			before = NULL;
			i = (size_t)-1;
			continue;
		}
		if (!list->v[i].sealed)
			continue;
		if (seal_check(&list->v[i], before, &err) == -1)
			fault(c, err.msg);
		before = &list->v[i];
	}
}

/* Read all lines. */
static void
check_lines(struct checking *c)
{
	struct arena a = ARENA_INIT;
	enum reader_result result;
	struct line line;
	struct err err;

	c->reader.check = true;
	while ((result = reader_next(&c->reader, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			fault(c, err.msg);
			continue;
		}
		c->lines++;
		if (line.seq != c->seq + 1)
			add_range(&c->missing, c->seq + 1, line.seq - 1);
		c->seq = line.seq;
		check_record(c, &line, &a);
	}
	drop_known(c);
	arena_release(&a);
}

static void
checking_open(struct checking *c, const char *store)
{
	struct err err;

	if (reader_open(&c->reader, store, &err) == -1)
		die("%s", err.msg);
}

static void
checking_close(struct checking *c)
{
	reader_close(&c->reader);
	free(c->missing.v);
	free(c->known.v);
}

void
check_gaps(const char *store, void (*gap)(void *arg, uint64_t from,
    uint64_t to), void *arg)
{
	struct checking c = { .silent = true };

	checking_open(&c, store);
	check_lines(&c);
	for (size_t i = 0; i < c.missing.n; i++)
		gap(arg, c.missing.v[i].from, c.missing.v[i].to);
	checking_close(&c);
}

/* A line without its end may be one that is being written, or was when a
 * program was killed; after a clean end it is damage. */
static void
check_tail(struct checking *c)
{
	const struct segments *list = &c->reader.list;
	char *lock = xasprintf("%s/LOCK", c->reader.folder);
	char what[600];

	if (list->n > 0 && lock_is_clean(lock) &&
	    segment_is_torn(&list->v[list->n - 1]) && lock_is_clean(lock)) {
		snprintf(what, sizeof(what), "'%s.jsonl' ends within a line",
		    list->v[list->n - 1].path);
		fault(c, what);
	}
	free(lock);
}

static void
check_all(struct checking *c, const char *store)
{
	char *ids = xasprintf("%s/ids", store);
	char what[120];

	checking_open(c, store);
	check_lines(c);
	for (size_t i = 0; i < c->missing.n; i++) {
		snprintf(what, sizeof(what), "lines with seq %" PRIu64
		    " to %" PRIu64 " are missing", c->missing.v[i].from,
		    c->missing.v[i].to);
		fault(c, what);
	}
	check_tail(c);
	check_chain(c, &c->reader.list, c->reader.folder);
	ids_check(ids, fault, c);
	notes_check(store, fault, c);
	checking_close(c);
	free(ids);
}

int
run_check(int argc, char **argv)
{
	bool repair = false, rebuild = false;
	const struct opt opts[] = {
		{ 0, "repair", NULL, "mend what is damaged; the damage goes to "
		    "STORE/quarantine", OPT_FLAG, &repair },
		{ 0, "rebuild-index", NULL, "make the indexes of sealed "
		    "segments anew", OPT_FLAG, &rebuild },
		{ 0 }
	};
	const struct tool tool = { "stance-store check",
	    "[--repair] [--rebuild-index] STORE",
	    "Say what is damaged in STORE; exit 1 when something is.", opts,
	    NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct checking c = { .lines = 0 };

	digest_setup();
	if (repair || rebuild)
		jail_enter(JAIL_WRITE | JAIL_THREAD, NULL,
		    (const char *[]){ store, NULL });
	else
		jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	if (repair)
		writer_repair(store);
	if (rebuild)
		writer_index(store);
	check_all(&c, store);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	return c.faults > 0 ? EXIT_NO : EXIT_DONE;
}
