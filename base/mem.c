#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"

#define CACHE_LINE	64u
#define LARGE_PAGE	(2u << 20)

struct arena_chunk {
	struct arena_chunk	*older;
	size_t			 size;	/* of data[] */
	_Alignas(16) char	 data[];
};

void *
xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (p == NULL)
		die("out of memory asking for %zu bytes", size);
	return p;
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (p == NULL)
		die("out of memory asking for %zu times %zu bytes", count, size);
	return p;
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count ? count : 1, size ? size : 1);

	if (p == NULL)
		die("out of memory asking for %zu times %zu bytes", count, size);
	return p;
}

char *
xstrndup(const char *s, size_t n)
{
	char *p = xmalloc(n + 1);

	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void *
xlines(size_t size)
{
	bool large = size >= LARGE_PAGE;
	void *p;

	assert(size % CACHE_LINE == 0);
	if (posix_memalign(&p, large ? LARGE_PAGE : CACHE_LINE, size) != 0)
		die("out of memory asking for %zu bytes", size);
	if (large)
		madvise(p, size, MADV_HUGEPAGE);
	return memset(p, 0, size);
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *
xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	if (vasprintf(&p, fmt, ap) == -1)
		die("out of memory formatting a message");
	va_end(ap);
	return p;
}

static void
add_chunk(struct arena *a, size_t least)
{
	size_t size = a->chunk ? 2 * a->chunk->size : ARENA_FIRST;
	struct arena_chunk *chunk;

	if (size > ARENA_CHUNK_MAX)
		size = ARENA_CHUNK_MAX;
	if (size < least)
		size = least;
	chunk = xmalloc(sizeof(*chunk) + size);
	chunk->older = a->chunk;
	chunk->size = size;
	a->chunk = chunk;
	a->at = chunk->data;
	a->end = chunk->data + size;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	char *p;

	if (size > SIZE_MAX / 4)
		die("out of memory asking for %zu bytes", size);
	size = (size + 15) & ~(size_t)15;
	if (a->chunk == NULL || (size_t)(a->end - a->at) < size)
		add_chunk(a, size);
	p = a->at;
	a->at += size;
	assert(a->at <= a->end);
	return p;
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		die("out of memory asking for %zu times %zu bytes", count, size);
	return arena_alloc(a, total);
}

char *
arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
	return (struct str){ arena_cstr(a, s), s.n };
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		BUG("bad format");
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *keep = NULL, *older;

	/* chunks grow, so the first that fits from the newest is the largest */
	for (struct arena_chunk *c = a->chunk; c != NULL; c = older) {
		older = c->older;
		if (keep == NULL && c->size <= ARENA_KEEP)
			keep = c;
		else
			free(c);
	}
	if (keep)
		keep->older = NULL;
	a->chunk = keep;
	a->at = keep ? keep->data : NULL;
	a->end = keep ? keep->data + keep->size : NULL;
}

void
arena_release(struct arena *a)
{
	struct arena_chunk *older;

	for (struct arena_chunk *c = a->chunk; c != NULL; c = older) {
		older = c->older;
		free(c);
	}
	*a = ARENA_INIT;
}
