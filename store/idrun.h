/*
 * A run: ids and their places, sorted, in a file that never changes, with a
 * Bloom filter that keeps nearly all look-ups of what is not there off the
 * disk.  Ids are hashes, so their order is uniform and a place in the file can
 * be guessed from the id.
 *
 *	ids/000001-000123.ids	of the articles in segments 1 to 123:
 *	"stance-i", entries, bytes of the filter (64 bits each, little endian),
 *	the entries (id 64 bits, segment and offset 32 bits each), the filter,
 *	SHA-256 of all that
 *
 * Runs are made from the segments and can be made anew; `check` compares their
 * hash, look-ups do not.
 */
#ifndef STORE_IDRUN_H
#define STORE_IDRUN_H

#include <stdint.h>

#include "base/err.h"

struct place {
	uint32_t	segment;
	uint32_t	offset;
};

struct id_entry {
	uint64_t	id;
	struct place	place;
};

struct idrun {
	uint32_t	 first, last;	/* segments */
	char		*path;
	int		 fd;
	uint64_t	 count;
	unsigned char	*filter;
	uint64_t	 filter_bits;
};

/* Open the run at `path`; its name tells the segments.  -1: it is none. */
int idrun_open(struct idrun *run, const char *path, struct err *err);
void idrun_close(struct idrun *run);
bool idrun_find(const struct idrun *run, uint64_t id, struct place *place);
/* Hand out all entries in order, until one is answered with -1. */
int idrun_each(const struct idrun *run,
    int (*take)(void *arg, const struct id_entry *entry), void *arg,
    struct err *err);
/* Does the hash at its end fit? */
int idrun_check(const char *path, struct err *err);

/* "FOLDER/000001-000123.ids", malloc'ed. */
char *idrun_path(const char *folder, uint32_t first, uint32_t last);
/* Write sorted entries (no id twice) as the run of first..last in `folder`. */
int idrun_write(const char *folder, uint32_t first, uint32_t last,
    const struct id_entry *entries, uint64_t count, struct err *err);
/* Merge two neighbours; where both have an id the newer one's place counts. */
int idrun_merge(const char *folder, const struct idrun *older,
    const struct idrun *newer, struct err *err);

#endif
