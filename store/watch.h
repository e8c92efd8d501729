/*
 * Waiting for a store to grow: inotify on the segment in work and its folder,
 * with a look once a second for what inotify does not tell (another day's
 * folder, a network file system).
 */
#ifndef STORE_WATCH_H
#define STORE_WATCH_H

#include "store/reader.h"

#define WATCH_MS	1000	/* the longest sleep between two looks */

struct watch {
	int		fd;		/* to poll for input; -1: no inotify */
	int		file, folder;	/* watch descriptors or -1 */
	uint32_t	number;		/* the segment aimed at */
	uint64_t	inode;
};

void watch_init(struct watch *w);
void watch_release(struct watch *w);
/* Aim at the segment that `r` has come to.  True when the aim has changed: read
 * once more before you sleep, for something may have come in between. */
bool watch_aim(struct watch *w, const struct reader *r);
/* Forget the events that woke us. */
void watch_drain(struct watch *w);

#endif
