/*
 * Points in time as people name them.
 *
 *	2026-11-23T22:50:01+01:00	RFC 3339
 *	2026-11-23			the first second of that day
 *	now, today, yesterday		the last two: the first second of the day
 *	90s, 30m, 12h, 3d, 2w		so long ago
 *
 * A day is one of UTC, or of the zone named behind it: yesterday@Asia/Tokyo.
 */
#ifndef STORE_WHEN_H
#define STORE_WHEN_H

#include <stdint.h>

#include "base/str.h"

/* -1: it is none of these.  Before the jail, for zones are files. */
int when_parse(struct str s, int64_t now, int64_t *seconds);
/* Does it name a day, which a zone can stand behind? */
bool when_is_day(struct str s);

#endif
