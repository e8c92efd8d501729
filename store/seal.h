/*
 * Sealing turns the plain file of a segment into frames and describes it in
 * 000123.meta.json: counts, range of seqs and times, labels, the file's SHA-256
 * and that of the segment before it, so that the files make a chain which
 * sha256sum can follow.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "base/digest.h"
#include "store/line.h"
#include "store/segment.h"

#define SHA256_HEX	(2 * SHA256_SIZE + 1)

struct meta {
	uint64_t	lines, bytes, revisions;
	uint64_t	first_seq, last_seq;
	int64_t		last_stored;
	char		sha256[SHA256_HEX];	/* of the .zst */
	char		previous[SHA256_HEX];	/* "": there is none */
	char		replaces[SHA256_HEX];	/* what it was before mending */
};

/*
 * Write the frames beside, sync, then the description, then rename the frames
 * into place, sync the folder, remove the plain file.  `previous` is the
 * segment before it, or NULL.  -1: the plain file is still what counts.
 */
int segment_seal(struct segment *seg, const struct segment *previous,
    struct err *err);
/* Remove the plain file of a sealed segment, left by a crash in between. */
int segment_drop_plain(struct segment *seg, struct err *err);

/* The number of the last sealed segment that ends before `stored`, or 0: what
 * came since stands behind it. */
uint32_t segment_before(const struct segments *list, int64_t stored);

int meta_read(const struct segment *seg, struct meta *meta, struct err *err);
/* SHA-256 of a sealed segment's file. */
int segment_hash(const struct segment *seg, char out[SHA256_HEX],
    struct err *err);

#endif
