/*
 * One group of lines is written and synced by a thread while the next is gathered:
 * a disk takes as long to be sure as a processor to read a hundred records.
 */
#ifndef STORE_SYNCER_H
#define STORE_SYNCER_H

#include "base/buf.h"

struct syncer;

/* Needs JAIL_THREAD.  The thread begins with the first group. */
struct syncer *syncer_new(void);
void syncer_free(struct syncer *s);
/* Append the bytes of `group` to `fd` and sync it.  The group becomes an empty
 * buffer; what is under way can be read with syncer_bytes() until it is waited
 * for.  Nothing else may be under way. */
void syncer_start(struct syncer *s, int fd, struct buf *group);
struct str syncer_bytes(const struct syncer *s);
/* Wait for what is under way, if anything is: 0, or the errno of what failed. */
int syncer_wait(struct syncer *s);

#endif
