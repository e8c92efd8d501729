/*
 * Sealing turns the plain file of a segment into frames, with an index
 * (store/index.h), and describes it in 000123.meta.json: counts, range of seqs
 * and times, labels, the file's SHA-256 and that of the segment before it, so
 * that the files make a chain which sha256sum can follow.
 *
 * Merging does the same with several sealed segments: their lines stand in one
 * file, none changed, and its description tells where those of each begin.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "base/digest.h"
#include "store/index.h"
#include "store/line.h"
#include "store/segment.h"

#define SHA256_HEX	(2 * SHA256_SIZE + 1)

struct meta {
	uint64_t	lines, bytes, revisions;
	uint64_t	first_seq, last_seq;
	int64_t		last_stored;
	char		sha256[SHA256_HEX];	/* of the .zst */
	char		previous[SHA256_HEX];	/* "": there is none */
	char		replaces[SHA256_HEX];	/* what it was before mending,
						 * or the last of those that were
						 * merged */
};

/*
 * Write the frames beside, sync, then index and description, then rename the
 * frames into place, sync the folder, remove the plain file of list->v[i].
 * `rows` describe its lines, NULL: they are read again.  -1: the plain file is
 * still what counts.
 */
int segment_seal(struct segments *list, size_t i,
    const struct index_rows *rows, struct err *err);
/* Does the description fit the file and the one before it, and the index, too?
 * `before` may be NULL. */
int seal_check(const struct segment *seg, const struct segment *before,
    struct err *err);
/* Describe a sealed segment anew; its file stays as it is. */
int seal_describe(const struct segments *list, size_t i, struct err *err);
/* Remove the plain file of a sealed segment, left by a crash in between. */
int segment_drop_plain(struct segment *seg, struct err *err);

/*
 * Merge `n` sealed neighbours, the first of them list->v[at], into `merged`,
 * whose path and numbers are set.  seal_merge() writes all but the name and
 * gives the new file's hash; nothing counts before seal_publish() has renamed
 * it.  A line whose seal does not fit is an error.
 */
int seal_merge(const struct segment *merged, const struct segments *list,
    size_t at, size_t n, int level, char hash[SHA256_HEX], struct err *err);
int seal_publish(struct segment *merged, struct err *err);
/* Remove all files of a sealed segment. */
int segment_remove(const struct segment *seg, struct err *err);
/* Remove the folders of `path` that are empty: day, month, year. */
void segment_prune(const char *path);

/* The number of the last sealed segment that ends before `stored`, or 0: what
 * came since stands behind it. */
uint32_t segment_before(const struct segments *list, int64_t stored);

/* Where in `seg` the lines of the segment `number`, one of those it was merged
 * from, begin.  -1: it does not say. */
int segment_part(const struct segment *seg, uint32_t number, uint64_t *start);

int meta_read(const struct segment *seg, struct meta *meta, struct err *err);

#endif
