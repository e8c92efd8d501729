/*
 * Memory.  Things that live as long as the program come from x*alloc(), which
 * never fail: they die().  Things of one record come from an arena that is
 * reset at the top of the loop.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#include "base/str.h"

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* `count` elements of `size`; the product is checked. */
void *xreallocarray(void *p, size_t count, size_t size);
/* Zeros in whole cache lines, which `size` is a multiple of; where it is large, in
 * large pages if the system has them: for tables where each look-up is another
 * page.  For free(). */
void *xlines(size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *p, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Make room for one more element: doubles `*cap` when `count` has reached it. */
#define GROW(array, count, cap) do {					\
	if ((count) == (cap)) {						\
		(cap) = (cap) ? 2 * (cap) : 16;				\
		(array) = xreallocarray((array), (cap), sizeof(*(array)));\
	}								\
} while (0)

/*
 * An arena hands out memory that is given back all at once.  Chunks double, so
 * n bytes cost O(log n) calls of malloc; arena_reset() keeps one chunk, at most
 * ARENA_KEEP bytes, so that a giant record does not stay resident for ever.
 */
struct arena {
	struct arena_chunk	*chunk;		/* the newest, holding `at` */
	char			*at, *end;
};

#define ARENA_INIT	((struct arena){ NULL, NULL, NULL })

/* 16-byte aligned, not cleared; arena_zalloc() clears.  Never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy with a NUL behind it, which is not counted in n. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* All that the arena gave becomes invalid; the storage is kept for reuse. */
void arena_reset(struct arena *a);
/* The same, and the storage goes too. */
void arena_release(struct arena *a);

#endif
