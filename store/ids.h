/*
 * Where every article stands, by the hash of its key (the newest revision) and
 * of its key and rev (that very text).  A hash is 64 bits of SHA-256: a hit is
 * a place to look, and only the record there tells whether it is the same.
 *
 * The articles of the segment in work are in memory; those of sealed segments in
 * runs (store/idrun.h), merged while they are small, so that memory stays at
 * about 20 bits an article and few files are asked.
 */
#ifndef STORE_IDS_H
#define STORE_IDS_H

#include "base/str.h"
#include "store/idrun.h"

struct ids;

/* In memory only. */
struct ids *ids_new(void);
/* With the runs in `folder`, which is made where it is missing, of a store that
 * begins with segment `first`.  Runs that do not follow one another or cannot be
 * read are removed: what they held has to be learned again. */
struct ids *ids_open(const char *folder, uint32_t first, struct err *err);
/* The store begins with segment `first` now: drop the runs before it. */
void ids_forget(struct ids *ids, uint32_t first);
void ids_free(struct ids *ids);

/* The two hashes never meet: their lowest bit differs. */
uint64_t id_of_key(struct str key);
uint64_t id_of_text(struct str key, struct str rev);

/* Note that the article at `place` has this id; its newest place counts. */
void ids_put(struct ids *ids, uint64_t id, struct place place);
bool ids_find(const struct ids *ids, uint64_t id, struct place *place);

/* How many are in memory. */
size_t ids_in_memory(const struct ids *ids);
/* The last segment whose articles the runs hold, or 0. */
uint32_t ids_covered(const struct ids *ids);
/* Move what is in memory, the articles of all segments from there to `last`,
 * into a run. */
int ids_flush(struct ids *ids, uint32_t last, struct err *err);

/* Say what is wrong with the runs in `folder` through `fault`; remove them. */
void ids_check(const char *folder, void (*fault)(void *arg, const char *what),
    void *arg);
void ids_remove(const char *folder);

#endif
