/*
 * The one writer of a store.  Records gather in a group; writer_commit() writes
 * them, syncs, and only then may anything be acknowledged.
 *
 * Opening takes the lock, or ends the program naming the process that holds
 * it.  After an unclean stop the active segment is first mended: its sound
 * lines are copied to a new file that takes its place, for a page that a failed
 * sync left in the cache may not be on disk although it can be read.
 *
 * What is old enough is dropped, whole segments, after a manifest record that
 * names them.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "base/record.h"

struct writer;

enum added_status {
	ADDED_NEW,
	ADDED_REVISION,		/* same key, another rev */
	ADDED_DUPLICATE		/* same key and rev: not written again */
};

struct added {
	enum added_status	status;
	uint64_t		seq;	/* of a duplicate: the original's */
	uint64_t		revision;
	struct str		key, rev;	/* STR_NONE: no article */
	uint64_t		key_id, text_id;	/* store/ids.h */
};

/* Make the folder `store` a store where it does not exist or is empty; before
 * the jail.  What the world does wrong ends the program, here and below. */
void store_make(const char *store);

struct writer_options {
	uint64_t	segment_size;	/* a segment of so many bytes is sealed */
	int64_t		keep;		/* seconds; what arrived so long before
					 * the newest record is dropped, segment
					 * by segment; 0: never */
	bool		stories;	/* tell each new article its story */
};

/* Lock and mend. */
struct writer *writer_open(const char *store,
    const struct writer_options *options);
/* Take a checked record into the group.  A duplicate may have its original in
 * the same group: nothing is certain before writer_commit(). */
void writer_add(struct writer *w, const struct record *rec, struct arena *a,
    struct added *added);
/* Records in the group, and the milliseconds since the first came. */
size_t writer_pending(const struct writer *w);
long writer_age_ms(const struct writer *w);
/* Have the group written and synced while the next is gathered.  When this
 * returns, the group before it is durable. */
void writer_send(struct writer *w);
/* All that was added is durable when this returns. */
void writer_commit(struct writer *w);
void writer_close(struct writer *w);

/* Under the writer's lock, mend every segment that has damage. */
void writer_repair(const char *store);
/* Make the index of every sealed segment anew, beside a writer. */
void writer_index(const char *store);

#endif
