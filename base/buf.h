/*
 * A buf is bytes that grow, up to a ceiling.  What does not fit under the
 * ceiling is not added at all, the call returns -1 and `full` stays set until
 * the next reset, so a run of additions can be checked once at its end.
 * Running out of memory below the ceiling ends the program.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <assert.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
	char	*p;
	size_t	 n, cap;
	size_t	 max;		/* 0: no ceiling */
	bool	 full;
};

#define BUF_INIT	((struct buf){ NULL, 0, 0, 0, false })

/* An empty buf that holds at most `max` bytes; nothing is allocated yet. */
static inline struct buf
buf_init(size_t max)
{
	return (struct buf){ NULL, 0, 0, max, false };
}

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

/* Empty it and keep the storage. */
static inline void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

void buf_release(struct buf *b);
/* Room for `more` further bytes behind n; -1 at the ceiling. */
int buf_reserve(struct buf *b, size_t more);
int buf_grow_add(struct buf *b, const void *p, size_t n);
/* Most additions are a few bytes that fit, so that is settled here. */
static inline int
buf_add(struct buf *b, const void *p, size_t n)
{
	assert(n == 0 || p != NULL);
	if (b->cap - b->n <= n || b->max > 0)
		return buf_grow_add(b, p, n);
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

static inline int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_adds(struct buf *b, struct str s);
int buf_addz(struct buf *b, const char *z);
int buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Drop the first `n` bytes. */
void buf_drop(struct buf *b, size_t n);
/* A NUL behind the bytes, not counted; the string lives until the next change. */
char *buf_z(struct buf *b);

#endif
