#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/ids.h"

#define FIRST_SLOTS	1024u

struct slot {
	uint64_t	id;		/* 0: free */
	struct place	place;
};

struct ids {
	struct slot	*slots;		/* open addressing, at most half full */
	size_t		 count, cap;	/* cap is a power of two */
};

struct ids *
ids_new(void)
{
	struct ids *ids = xcalloc(1, sizeof(*ids));

	ids->cap = FIRST_SLOTS;
	ids->slots = xcalloc(ids->cap, sizeof(*ids->slots));
	return ids;
}

void
ids_free(struct ids *ids)
{
	if (ids == NULL)
		return;
	free(ids->slots);
	free(ids);
}

static uint64_t
id_of(const struct str *parts, size_t count)
{
	char hex[17];

	sha256_hex_parts(parts, count, hex, 16);
	return strtoull(hex, NULL, 16) | 2;	/* never 0 */
}

uint64_t
id_of_key(struct str key)
{
	return id_of(&key, 1) & ~(uint64_t)1;
}

uint64_t
id_of_text(struct str key, struct str rev)
{
	struct str parts[] = { key, rev };

	return id_of(parts, 2) | 1;
}

static struct slot *
find_slot(const struct ids *ids, uint64_t id)
{
	size_t i = (size_t)(id >> 8) & (ids->cap - 1);

	while (ids->slots[i].id != 0 && ids->slots[i].id != id)
		i = (i + 1) & (ids->cap - 1);
	return &ids->slots[i];
}

static void
grow(struct ids *ids)
{
	struct slot *old = ids->slots;
	size_t n = ids->cap;

	ids->cap *= 2;
	ids->slots = xcalloc(ids->cap, sizeof(*ids->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].id != 0)
			*find_slot(ids, old[i].id) = old[i];
	free(old);
}

void
ids_put(struct ids *ids, uint64_t id, struct place place)
{
	struct slot *slot;

	if (2 * (ids->count + 1) > ids->cap)
		grow(ids);
	slot = find_slot(ids, id);
	ids->count += slot->id == 0;
	*slot = (struct slot){ id, place };
}

bool
ids_find(const struct ids *ids, uint64_t id, struct place *place)
{
	const struct slot *slot = find_slot(ids, id);

	*place = slot->place;
	return slot->id != 0;
}
