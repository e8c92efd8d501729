/*
 * check: every line's seal, the order of seqs, every frame's checksum.  It only
 * reads; --repair takes the writer's lock and mends segment by segment.
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
#include "store/commands.h"
#include "store/ids.h"
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

/* What is missing and in no manifest.  Both lists are in order of their starts;
 * a manifest names exactly the gaps that mending found. */
static void
check_missing(struct checking *c)
{
	char what[120];
	size_t k = 0;

	if (c->known.n > 0)
		qsort(c->known.v, c->known.n, sizeof(*c->known.v), by_start);
	for (size_t i = 0; i < c->missing.n; i++) {
		struct range gap = c->missing.v[i];

		while (k < c->known.n && c->known.v[k].to < gap.from)
			k++;
		if (k < c->known.n && c->known.v[k].from <= gap.from &&
		    c->known.v[k].to >= gap.to)
			continue;
		snprintf(what, sizeof(what), "lines with seq %" PRIu64
		    " to %" PRIu64 " are missing", gap.from, gap.to);
		fault(c, what);
	}
}

/* The file's hash, and the link to the segment before. */
static void
check_chain(struct checking *c, const struct segments *list)
{
	struct meta meta, before = { .lines = 0 };
	char hash[SHA256_HEX], what[600];
	struct err err;

	for (size_t i = 0; i < list->n; i++) {
		const struct segment *seg = &list->v[i];

		if (!seg->sealed)
			continue;
		if (meta_read(seg, &meta, &err) == -1 ||
		    segment_hash(seg, hash, &err) == -1) {
			fault(c, err.msg);
			continue;
		}
		snprintf(what, sizeof(what), "'%s': %s", seg->path,
		    strcmp(hash, meta.sha256) != 0 ?
		    "the file is not the one that was sealed" :
		    "it does not follow the segment before it");
		if (strcmp(hash, meta.sha256) != 0 || (before.sha256[0] &&
		    strcmp(meta.previous, before.sha256) != 0 &&
		    strcmp(meta.previous, before.replaces) != 0))
			fault(c, what);
		before = meta;
	}
}

static void
check_all(struct checking *c, const char *store)
{
	struct arena a = ARENA_INIT;
	char *ids = xasprintf("%s/ids", store);
	enum reader_result result;
	struct line line;
	struct err err;

	if (reader_open(&c->reader, store, &err) == -1)
		die("%s", err.msg);
	c->reader.check = true;
	while ((result = reader_next(&c->reader, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			fault(c, err.msg);
			continue;
		}
		c->lines++;
		if (c->seq > 0 && line.seq != c->seq + 1)
			add_range(&c->missing, c->seq + 1, line.seq - 1);
		c->seq = line.seq;
		check_record(c, &line, &a);
	}
	check_missing(c);
	check_chain(c, &c->reader.list);
	ids_check(ids, fault, c);
	reader_close(&c->reader);
	free(c->missing.v);
	free(c->known.v);
	free(ids);
	arena_release(&a);
}

int
run_check(int argc, char **argv)
{
	bool repair = false;
	const struct opt opts[] = {
		{ 0, "repair", NULL, "mend what is damaged; the damage goes to "
		    "STORE/quarantine", OPT_FLAG, &repair },
		{ 0 }
	};
	const struct tool tool = { "stance-store check",
	    "[--repair] STORE",
	    "Say what is damaged in STORE; exit 1 when something is.", opts,
	    NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct checking c = { .lines = 0 };

	digest_setup();
	if (repair) {
		jail_enter(JAIL_WRITE, NULL, (const char *[]){ store, NULL });
		writer_repair(store);
	} else
		jail_enter(JAIL_READ, (const char *[]){ store, NULL }, NULL);
	check_all(&c, store);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	return c.faults > 0 ? EXIT_NO : EXIT_DONE;
}
