/*
 * A crew judges lines in several threads and keeps their order.
 *
 * Lines are gathered in batches; each batch goes to whichever thread is free,
 * and the answers are written in the order in which the batches were filled.
 * The program is immutable and shared, all else is a thread's own.
 */
#ifndef CLASSIFY_CREW_H
#define CLASSIFY_CREW_H

#include "base/io.h"
#include "base/record.h"
#include "classify/program.h"

#define CREW_MAX	64

/* A line that was refused, told when its turn comes. */
struct refused {
	unsigned long	 number;
	struct str	 line;
	struct err	 err;
};

/* Answers to a run of lines, appended to `out`. */
struct answers {
	struct buf	*out;
	struct refused	*refused;
	size_t		 refused_count, refused_cap;
};

/* What one thread works with. */
struct worker {
	struct bench	 bench;
	struct arena	 arena;
	struct misses	 misses;	/* wanted: --why-not, or NULL */
	bool		 one_for_one, explain, colour;
};

void worker_init(struct worker *w, const struct program *prog);
void worker_release(struct worker *w);
/* Answer one line, or add it to the refused; `too_long`: only its start. */
void worker_answer(struct worker *w, struct str line, unsigned long number,
    bool too_long, struct answers *answers);
void answers_release(struct answers *answers);

struct crew;

/* Start `count` threads that work as `pattern` is set. */
struct crew *crew_new(const struct program *prog, size_t count,
    const struct worker *pattern);
/* Judge all of `in`; tells the refused to `refusals` in order.  Whatever can be
 * answered is answered before it waits for input. */
void crew_run(struct crew *crew, struct in *in, struct out *out,
    struct refusals *refusals);
void crew_free(struct crew *crew);

#endif
