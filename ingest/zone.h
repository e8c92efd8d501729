/*
 * Time zones for feeds whose dates are of a clock on the wall and name another
 * zone, or none: "09:30 GMT" by a desk in Shanghai.
 */
#ifndef INGEST_ZONE_H
#define INGEST_ZONE_H

#include "base/date.h"

/* Where the names are; a caller that jails itself may read it. */
#define ZONE_FOLDER	"/usr/share/zoneinfo"

/* An offset as RFC 822 writes it, or a name of IANA's database? */
bool zone_is_known(const char *zone);
/* The instant at which a clock in `zone`, which is known, shows what `d` shows
 * by its own offset. */
struct date zone_repair(const char *zone, struct date d);

#endif
