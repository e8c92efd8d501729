/*
 * A crew judges lines in several threads and keeps their order.
 *
 * A thread that is free reads a batch of lines, judges it, and writes what is next
 * in order, its own answers or those that others left; so nobody waits for a
 * reader or a writer.  The program is shared (program.h), all else is a thread's
 * own.
 */
#ifndef CLASSIFY_CREW_H
#define CLASSIFY_CREW_H

#include "base/io.h"
#include "base/record.h"
#include "classify/program.h"

#define CREW_MAX	64

/* A line that was refused, or judged without a rule that failed on it: told
 * when its turn comes. */
struct refused {
	bool		 judged;
	unsigned long	 number;
	struct str	 line;
	struct err	 err;
};

/* Answers to a run of lines, appended to `out`. */
struct answers {
	struct buf	*out;
	struct refused	*refused;
	size_t		 refused_count, refused_cap;
	bool		 broken;	/* the next one needs rules that do not */
	struct err	 why;		/* compile: there is none, nor any more */
};

/* Print verdicts for people instead of records. */
enum explain { EXPLAIN_NOTHING, EXPLAIN_TEXT, EXPLAIN_HTML };

/* What one thread works with. */
struct worker {
	struct bench	 bench;
	struct arena	 arena;
	struct misses	 misses;	/* wanted: --why-not, or NULL */
	bool		 one_for_one, colour;
	enum explain	 explain;
	/* Called when all answers before a broken one are written.  It ends the
	 * process, for other threads may be waiting for input. */
	void		(*give_up)(const struct program *prog,
	    const struct err *why);
};

void worker_init(struct worker *w, struct program *prog);
void worker_release(struct worker *w);
/* Answer one line, or add it to the refused; `too_long`: only its start.  Not to
 * be called again when the answers are broken. */
void worker_answer(struct worker *w, struct str line, unsigned long number,
    bool too_long, struct answers *answers);
/* Tell on stderr and count; both kinds show in the exit status. */
void tell_refused(struct refusals *refusals, const char *input,
    unsigned long number, const struct refused *r, struct str line);
void answers_release(struct answers *answers);

/* Judge all of `in` in `count` threads that work as `pattern` is set; tells the
 * refused to `refusals` in order.  Nothing that is answered waits for input. */
void crew_run(struct program *prog, size_t count, const struct worker *pattern,
    struct in *in, struct out *out, struct refusals *refusals);

#endif
