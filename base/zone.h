/*
 * Civil days in a named zone of the tz database ("Europe/Berlin") as instants.
 * The C library does it, which knows one zone at a time: it is switched to the
 * named one and back, so only one thread may call these.  Before the jail, for
 * zones are files.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdint.h>

#include "base/str.h"

#define ZONE_NAME_MAX	64

/* Is there such a zone?  Names that leave its folder are none. */
bool zone_exists(struct str name);
/* The first second of the day that is `days` after the one of `now`, there. */
int64_t zone_day_of(struct str name, int64_t now, int days);
/* The first second of a civil date; the date is valid. */
int64_t zone_date(struct str name, int64_t year, int month, int day);

#endif
