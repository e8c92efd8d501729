/*
 * When a feed is asked again.  Three voices count: how often it really changes
 * (each poll that finds something halves the interval, each that does not
 * lengthens it by a fifth, up to a quarter of the pause that the feed usually
 * makes), what the publisher asks for (ttl, update period, skipped hours and
 * days, Cache-Control or Expires less Age, Retry-After), and the bounds of good
 * manners.  A feed that fails is asked ever more rarely but never given up.
 */
#ifndef INGEST_SCHEDULE_H
#define INGEST_SCHEDULE_H

#include "ingest/state.h"

#define SCHEDULE_LEAST	30LL		/* seconds */
#define SCHEDULE_FIRST	(10 * 60LL)
#define SCHEDULE_MOST	(6 * 3600LL)

/* What the publisher says. */
struct hints {
	long long	ttl;		/* of the feed, seconds; 0: not told */
	long long	max_age;	/* of the answer, seconds; 0: not told */
	unsigned	skip_hours, skip_days;	/* ingest/feed.h */
};

/* Seconds for which an answer with these headers stays fresh (RFC 9111, 4.2):
 * max-age, else Expires less Date, less Age; 0 where nothing is said. */
long long schedule_max_age(struct str headers, int64_t now);
/* Set interval and next_poll after an answer.  `fixed`: the user's own interval
 * in seconds, or 0. */
void schedule_answered(struct feed_state *feed, const struct hints *hints,
    bool changed, long long fixed, int64_t now);
/* Set next_poll for a feed that was not asked, for its host rests so long. */
void schedule_put_off(struct feed_state *feed, long long wait, int64_t now);
/* The same after a failure; errors is counted up. */
void schedule_failed(struct feed_state *feed, long long retry_after,
    int64_t now);

#endif
