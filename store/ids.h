/*
 * Where every article stands, by the hash of its key (the newest revision) and
 * of its key and rev (that very text).  A hash is 64 bits of SHA-256: a hit is
 * a place to look, and only the record there tells whether it is the same.
 */
#ifndef STORE_IDS_H
#define STORE_IDS_H

#include <stdint.h>

#include "base/str.h"

struct place {
	uint32_t	segment;
	uint32_t	offset;
};

struct ids;

struct ids *ids_new(void);
void ids_free(struct ids *ids);

/* The two hashes never meet: their lowest bit differs. */
uint64_t id_of_key(struct str key);
uint64_t id_of_text(struct str key, struct str rev);

/* Note that the article at `place` has this id; its newest place counts. */
void ids_put(struct ids *ids, uint64_t id, struct place place);
bool ids_find(const struct ids *ids, uint64_t id, struct place *place);

#endif
