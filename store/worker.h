/*
 * A thread that does one thing at a time beside the one that gave it: what the
 * disk or compression takes long for.
 */
#ifndef STORE_WORKER_H
#define STORE_WORKER_H

#include <stdbool.h>

struct worker;

/* Needs JAIL_THREAD.  The thread begins with the first work. */
struct worker *worker_new(void);
/* Waits for what is under way. */
void worker_free(struct worker *w);
/* Have `work` called with `arg` in the thread.  Nothing else may be under way. */
void worker_start(struct worker *w, void (*work)(void *arg), void *arg);
bool worker_is_busy(struct worker *w);
/* Wait for what is under way, if anything is. */
void worker_wait(struct worker *w);

#endif
