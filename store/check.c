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
#include "store/mend.h"
#include "store/reader.h"
#include "store/writer.h"

struct checking {
	struct reader	 reader;
	uint64_t	 lines, faults;
	uint64_t	 seq;		/* of the last sound line */
};

static void
fault(struct checking *c, const char *what)
{
	c->faults++;
	printf("%s\n", what);
}

static void
check_order(struct checking *c, const struct line *line)
{
	char what[120];

	if (c->seq > 0 && line->seq != c->seq + 1) {
		snprintf(what, sizeof(what), "lines with seq %" PRIu64
		    " to %" PRIu64 " are missing", c->seq + 1, line->seq - 1);
		fault(c, what);
	}
	c->seq = line->seq;
}

/* A line that is no record was never written by us, whatever its seal says. */
static void
check_record(struct checking *c, const struct line *line, struct arena *a)
{
	struct record rec;
	struct err err;
	char what[600];

	arena_reset(a);
	if (record_read(&rec, line->text, a, &err) == 0)
		return;
	snprintf(what, sizeof(what), "seq %" PRIu64 ": %s", line->seq,
	    err.msg);
	fault(c, what);
}

static void
check_all(struct checking *c, const char *store)
{
	struct arena a = ARENA_INIT;
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
		check_order(c, &line);
		check_record(c, &line, &a);
	}
	reader_close(&c->reader);
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
