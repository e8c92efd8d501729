/*
 * The outbox: a log of what the alerter meant to send, tried, and what came of
 * it.  It is the alerter's only memory, so that nothing is lost when it dies:
 *
 *	intent	an alert is owed; holds its body and the cursor behind the
 *		record it comes from, so that both become durable in one write
 *	attempt	it was handed to its channel, for the nth time
 *	result	it was delivered, or has failed for good
 *	cursor	everything before it was looked at
 *
 * An intent without a result is owed again after a restart: delivered at least
 * once, and always under the same key.  Lines are sealed like those of a store;
 * STORE/outbox/NAME.jsonl belongs to one process at a time.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "base/mem.h"
#include "store/reader.h"

#define ALERT_KEY_DIGITS	32

struct outbox;

/* An alert that is owed. */
struct delivery {
	char		 alert[ALERT_KEY_DIGITS + 1];	/* idempotency key */
	struct str	 body;		/* JSON; owned */
	unsigned	 attempts;
	int64_t		 since;		/* seconds since 1970: the intent */
	int64_t		 due_ms;	/* monotonic: not to be tried before */
	uint64_t	 order;		/* of two that are due, the lower first */
};

/* Lock, mend and replay; ends the program when another process has it. */
struct outbox *outbox_open(const char *store, const char *name);
void outbox_close(struct outbox *o);
/* False when this outbox has just been made: there is no cursor yet. */
bool outbox_is_old(const struct outbox *o);
const struct cursor *outbox_cursor(const struct outbox *o);

/* Was an alert of this key, or for this story, ever meant? */
bool outbox_knows(const struct outbox *o, const char *key);
/* Owe an alert for a story (a key, too); durable after outbox_sync(). */
void outbox_intend(struct outbox *o, const char *alert, const char *story,
    struct str body, const struct cursor *at);
/* Everything up to `at` was looked at.  Costs a line: call it now and then. */
void outbox_move(struct outbox *o, const struct cursor *at);
void outbox_sync(struct outbox *o);

size_t outbox_owed(const struct outbox *o);
/* The delivery that is due first, or NULL when none is owed. */
struct delivery *outbox_first(struct outbox *o);
/* What becomes of the first one: it is tried now, is due again at `due_ms`, or
 * is done. */
void outbox_attempt(struct outbox *o);
void outbox_put_off(struct outbox *o, int64_t due_ms);
void outbox_done(struct outbox *o, bool delivered, struct str detail);

/* Append a line of JSON for each alert of STORE/outbox/NAME that was not
 * delivered, "owed" or "failed".  Takes no lock. */
int outbox_list(const char *store, const char *name, struct buf *b,
    struct err *err);

#endif
