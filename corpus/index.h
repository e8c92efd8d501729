/*
 * An index from names (ids, values of a member) to numbers given in order of
 * first appearance: 0, 1, 2...  Names are views that must outlive it.
 */
#ifndef CORPUS_INDEX_H
#define CORPUS_INDEX_H

#include <stdint.h>

#include "base/str.h"

struct index {
	struct str	*names;		/* by number */
	size_t		 count, cap;
	uint32_t	*slots;		/* number + 1, 0 is free; a power of two */
	size_t		 nslots;
};

#define INDEX_INIT	((struct index){ NULL, 0, 0, NULL, 0 })
#define INDEX_NONE	SIZE_MAX

/* The number of `name`, or INDEX_NONE. */
size_t index_find(const struct index *index, struct str name);
/* The same, giving it the next number when it is new. */
size_t index_add(struct index *index, struct str name);
void index_release(struct index *index);

#endif
