/*
 * A parser is one or a few child processes that may do nothing but compute and
 * answer.  Foreign markup is parsed there and nowhere else.
 *
 * Sources go in, lines come out, as parse_source() makes them.  A source that
 * kills its child, or keeps it longer than its share of time, costs that source
 * only: its reply says so, a new child takes over, and what had waited behind
 * it is parsed there.  Several sources are on their way to a child at once, so
 * that it never waits for the parent.
 *
 * Nothing here blocks but parser_wait().
 */
#ifndef INGEST_PARSER_H
#define INGEST_PARSER_H

#include <poll.h>
#include <stdint.h>

#include "ingest/parse.h"

struct parser;

struct parser_options {
	int		(*parse)(const struct source *src, enum parse_mode mode,
			    struct buf *to, struct arena *a, struct err *err);
	unsigned	 children;	/* at most PARSER_CHILDREN */
	unsigned	 cpu_ms;	/* of one source, in the child's own time */
	unsigned	 wall_ms;	/* of one source, by the parent's clock */
};

#define PARSER_CHILDREN	64

enum parser_outcome {
	PARSER_DONE,
	PARSER_FAILED,		/* nothing to be had; the reason is known */
	PARSER_KILLED		/* the child crashed or ran out of time */
};

struct parser_reply {
	uint64_t		 tag;
	enum parser_outcome	 outcome;
	struct str		 lines;		/* or the reason */
	struct str		 url, bytes;	/* of the source, for quarantine */
};

/* The children are started here, and again after a crash: a caller that jails
 * itself keeps JAIL_PROC.  parse_setup() comes first. */
struct parser *parser_new(const struct parser_options *options);
/* Ends the children. */
void parser_free(struct parser *p);
/* Hand over a source; it is copied.  `tag` comes back with the reply. */
void parser_submit(struct parser *p, uint64_t tag, enum parse_mode mode,
    const struct source *src);
/* Sources without a reply yet.  A caller that keeps this below parser_depth()
 * keeps the children busy and the memory small. */
size_t parser_pending(const struct parser *p);
size_t parser_depth(const struct parser *p);
/* The next reply, in order of completion, valid until the next call. */
bool parser_next(struct parser *p, struct parser_reply *reply);

/* For the caller's own loop: fill `fds` (room for PARSER_CHILDREN), return how
 * many; lower *timeout_ms (-1: none) to the next deadline. */
size_t parser_fds(const struct parser *p, struct pollfd *fds, int *timeout_ms);
/* After poll(): send, receive, look at the clock. */
void parser_pump(struct parser *p);
/* Sleep until something can be done, and do it. */
void parser_wait(struct parser *p);

#endif
