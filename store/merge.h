/*
 * Compaction: sealed neighbours of one month become one file.  No line, seq or
 * order changes, so cursors and places stay good; a note (store/log.h) names
 * the files and hashes of before and after, before anything is removed.
 *
 * One process at a time merges or drops sealed segments: articles/COMPACT is its
 * lock, and the writer need not stop.
 */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "base/err.h"

/* Take the lock: a descriptor for lock_release(), or -1. */
int merge_lock(const char *store, struct err *err);
/* Remove what a crash after merging left, unless somebody has the lock. */
int merge_sweep(const char *store, struct err *err);

#endif
