/*
 * The small logs of a store, a file of sealed lines each: the notes here, and
 * the outbox (store/outbox.h).
 *
 *	STORE/notes/2026-11.jsonl	what people and programs say about the
 *					articles: edits, labels, silences,
 *					acknowledgements, story edits; and the
 *					manifests of what was merged
 *
 * Any process may add a note: it takes notes/LOCK for as long as one line takes
 * to be written and synced.  Readers take no lock.
 */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include <sys/types.h>
#include <time.h>

#include "base/mem.h"
#include "store/line.h"

/* Hand out the sound lines of PATH.jsonl, each with an arena for it. */
int log_each(char *path, void (*take)(void *arg, const struct line *line,
    struct arena *a), void *arg, struct err *err);

/* Add `object`, the text of one, as a note; it is durable when this returns and
 * has *seq.  What a crash left of an earlier one is mended first. */
int notes_add(const char *store, struct str object, uint64_t *seq,
    struct err *err);
/* Hand out all notes in order. */
int notes_each(const char *store, void (*take)(void *arg,
    const struct line *line, struct arena *a), void *arg, struct err *err);

/* How far the notes were read; all zero: nothing was. */
struct notes_cursor {
	char		*path;		/* of the last file; owned */
	ino_t		 inode;		/* of it */
	uint64_t	 offset;	/* behind the last line that was read */
	struct timespec	 changed;	/* when the folder was, as we saw it */
};

/* Is there perhaps more behind the cursor?  Costs two calls of stat(). */
bool notes_have_come(const char *store, const struct notes_cursor *at);
/* Hand out the notes behind the cursor, and move it.  1: mending has replaced a file,
 * so nothing was handed out and the cursor is back at the start. */
int notes_behind(const char *store, struct notes_cursor *at, void (*take)(
    void *arg, const struct line *line, struct arena *a), void *arg,
    struct err *err);
void notes_cursor_release(struct notes_cursor *at);

/* Say what is damaged; mend it, what was damaged goes to quarantine/. */
void notes_check(const char *store, void (*fault)(void *arg, const char *what),
    void *arg);
int notes_mend(const char *store, struct err *err);
/* Mend what a crash left of one that was being added, if it did. */
int notes_recover(const char *store, struct err *err);

#endif
