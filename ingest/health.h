/*
 * How a feed is: what records of type "feed" and the table of --status say.
 */
#ifndef INGEST_HEALTH_H
#define INGEST_HEALTH_H

#include "base/buf.h"
#include "ingest/state.h"

/* Written to the state as a number: the order is for good. */
enum health {
	HEALTH_NEW,		/* never asked */
	HEALTH_OK,
	HEALTH_FAILING,
	HEALTH_STALE,		/* failing for so long that news is missed */
	HEALTH_GONE,		/* it said so, and is not asked again */
	HEALTH_SILENT		/* answers, but has long had nothing new */
};

/* After so many seconds without an answer a feed is stale, and is reported
 * again though nothing changed. */
#define HEALTH_PERIOD	(24 * 3600)

/* A feed that used to have something is silent after so many times the pause
 * that it usually makes, but not before so many seconds. */
#define HEALTH_PAUSES	10
#define HEALTH_SILENCE	(3 * 86400)

/* Articles a day since its first poll, those that were there then not counted. */
double health_rate(const struct feed_state *feed, int64_t now);
enum health health_of(const struct feed_state *feed, int64_t now);
const char *health_name(enum health health);
/* Append the record of type "feed" (stance-record(5)). */
void health_report(struct buf *to, const struct feed_state *feed,
    const char *title, int64_t now);

#endif
