#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "corpus/index.h"

/* The slot that holds `name`, or the free one where it belongs. */
static size_t
slot_of(const struct index *index, struct str name)
{
	size_t mask = index->nslots - 1;
	size_t at = (size_t)hash64(name) & mask;

	while (index->slots[at] != 0 &&
	    !str_eq(index->names[index->slots[at] - 1], name))
		at = (at + 1) & mask;
	return at;
}

static void
grow(struct index *index)
{
	free(index->slots);
	index->nslots = index->nslots ? 2 * index->nslots : 64;
	index->slots = xcalloc(index->nslots, sizeof(*index->slots));
	for (size_t i = 0; i < index->count; i++)
		index->slots[slot_of(index, index->names[i])] =
		    (uint32_t)i + 1;
}

size_t
index_find(const struct index *index, struct str name)
{
	uint32_t held = index->nslots == 0 ? 0 :
	    index->slots[slot_of(index, name)];

	return held == 0 ? INDEX_NONE : held - 1;
}

size_t
index_add(struct index *index, struct str name)
{
	size_t at;

	if (2 * (index->count + 1) > index->nslots)
		grow(index);
	at = slot_of(index, name);
	if (index->slots[at] == 0) {
		GROW(index->names, index->count, index->cap);
		index->names[index->count++] = name;
		index->slots[at] = (uint32_t)index->count;
	}
	return index->slots[at] - 1;
}

void
index_release(struct index *index)
{
	free(index->names);
	free(index->slots);
	*index = INDEX_INIT;
}
