/*
 * Mending a segment: its sound lines stay, in order and untouched, in a new
 * file that takes the old one's place; what is damaged goes to quarantine/.
 */
#ifndef STORE_MEND_H
#define STORE_MEND_H

#include "base/err.h"
#include "store/line.h"
#include "store/segment.h"

/* Lines that are gone, by their seqs. */
struct lost {
	uint64_t	from, to;
};

struct mended {
	size_t		 lines;		/* sound ones */
	size_t		 damaged;	/* bytes that went to quarantine/ */
	uint64_t	 last_seq;	/* of the last sound line, or `seq` */
	struct lost	*lost;		/* between sound ones */
	size_t		 lost_count, lost_cap;
};

/* Mend `seg` of the store at `store`, whose lines' seqs are above `seq`.  A
 * last line without its end is dropped without a trace: it was never
 * acknowledged.  Of a sealed segment the whole damaged file goes to
 * quarantine/, and what could be read becomes a plain file, to be sealed
 * anew. */
int mend_segment(const char *store, struct segment *seg, uint64_t seq,
    struct mended *mended, struct err *err);

void mended_release(struct mended *mended);

#endif
