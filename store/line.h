/*
 * A line of the store: a record with the store's own members at its end,
 *
 *	{...,"revision":2,"seq":1234,"stored":"2026-11-23T22:50:01Z","x":"0123456789abcdef"}
 *
 * `x` is the seal, the first 16 hex digits of SHA-256 over the line up to
 * `,"x"`.  It finds damage, not forgery, and leaves the line plain JSON.  The
 * fixed order of the tail lets a reader take seq and arrival from the end
 * without reading the record.
 */
#ifndef STORE_LINE_H
#define STORE_LINE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"

#define SEAL_DIGITS	16

/* The longest line a store holds: an accepted record and what we append. */
#define STORED_LINE_MAX	(LIMIT_LINE + 4096)

struct line {
	struct str	text;			/* without the newline */
	uint64_t	seq;			/* from 1, rising through the store */
	uint64_t	revision;		/* of an article, from 1; else 0 */
	int64_t		stored;			/* seconds since 1970, never falling */
	char		seal[SEAL_DIGITS + 1];
};

/* End the object that lies open in `b` from `start` on: append revision
 * (unless 0), seq, stored and the seal, close it, add the newline. */
void line_finish(struct buf *b, size_t start, uint64_t revision, uint64_t seq,
    int64_t stored);
/* Take the tail apart; -1: this is no line of a store.  The seal is read, not
 * compared. */
int line_read(struct line *line, struct str text);
/* A member whose value is a time. */
void line_put_time(struct buf *b, const char *name, int64_t seconds);
/* Take the next whole line off the front of `lines`, without its newline; false:
 * none is left. */
bool line_split(struct str *lines, struct str *text);
/* The seal alone, for other files of a store: append it to the object that lies
 * open in `b` from `start` on and close that; and does it fit `text`? */
void seal_put(struct buf *b, size_t start);
bool seal_fits(struct str text);
/* Does the seal fit the bytes? */
bool line_is_whole(const struct line *line);

#endif
