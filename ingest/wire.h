/*
 * The wire between a parent and its children: frames over a socket pair.  Both
 * ends are one program, so numbers travel in the machine's own byte order; but
 * a child has read foreign bytes, so what it sends is checked as it is taken.
 */
#ifndef INGEST_WIRE_H
#define INGEST_WIRE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* A string with its length before it; the absent string stays absent. */
void wire_put(struct buf *to, struct str s);
void wire_put_number(struct buf *to, uint64_t n);
/* Take from the front of `from`; false, and nothing taken, when it is short. */
bool wire_take(struct str *from, struct str *s);
bool wire_take_number(struct str *from, uint64_t *n);

/* Fork a child whose standard input is its end of the wire; the parent's end,
 * not blocking, is *fd.  The child has stderr and nothing else of what was open,
 * ends with its parent, and leaves the terminal's signals to it.  0 in the
 * child; ends the program where it cannot fork. */
pid_t wire_fork(int *fd);
/* Close the parent's end, end the child, and return its wait status. */
int wire_end(pid_t child, int fd);

/* One end, not blocking: frames gather in `out` and come whole from `in`. */
struct channel {
	int		fd;
	struct buf	in, out;
	size_t		taken;		/* of `in`, by channel_next() */
	size_t		sent;		/* of `out` */
};

void channel_init(struct channel *ch, int fd);
void channel_release(struct channel *ch);
void channel_send(struct channel *ch, struct str frame);
/* Move bytes both ways without blocking; receive only if `receive`.  False when
 * the other end is gone. */
bool channel_pump(struct channel *ch, bool receive);
/* The next whole frame, valid until the next call of either function.  False
 * when there is none; *broken when none can come, for its length is absurd. */
bool channel_next(struct channel *ch, struct str *frame, bool *broken);
/* Has a whole frame come that was not taken? */
bool channel_ready(const struct channel *ch);
/* Bytes that wait to be sent. */
size_t channel_unsent(const struct channel *ch);

#endif
