/*
 * What a store should have and has not.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include <stdint.h>

/* Hand out the seqs that are missing and that no manifest record names. */
void check_gaps(const char *store,
    void (*gap)(void *arg, uint64_t from, uint64_t to), void *arg);

#endif
