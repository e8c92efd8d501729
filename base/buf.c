#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"

void
buf_release(struct buf *b)
{
	free(b->p);
	*b = buf_init(b->max);
}

int
buf_reserve(struct buf *b, size_t more)
{
	size_t need, cap;

	if (__builtin_add_overflow(b->n, more, &need) ||
	    (b->max > 0 && need > b->max)) {
		b->full = true;
		return -1;
	}
	if (need < b->cap)
		return 0;
	cap = b->cap ? b->cap : BUF_FIRST;
	while (cap <= need)			/* room for buf_z()'s NUL, too */
		cap += cap / 2 + 1;
	b->p = xreallocarray(b->p, cap, 1);
	b->cap = cap;
	return 0;
}

int
buf_grow_add(struct buf *b, const void *p, size_t n)
{
	if (buf_reserve(b, n) == -1)
		return -1;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int
buf_adds(struct buf *b, struct str s)
{
	return buf_add(b, s.p, s.n);
}

int
buf_addz(struct buf *b, const char *z)
{
	return buf_add(b, z, strlen(z));
}

int
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if (buf_reserve(b, (size_t)n) == -1)
		return -1;
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
	return 0;
}

void
buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (n > 0)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

char *
buf_z(struct buf *b)
{
	if (b->p == NULL || b->n == b->cap) {
		b->cap = b->n + 1;
		b->p = xreallocarray(b->p, b->cap, 1);
	}
	b->p[b->n] = '\0';
	return b->p;
}
