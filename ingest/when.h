/*
 * Dates as pages write them: for machines in attributes, in addresses, and for
 * readers in the text.
 */
#ifndef INGEST_WHEN_H
#define INGEST_WHEN_H

#include "base/date.h"

/* A date for machines: RFC 3339 and what passes for it (a space for the T, no
 * seconds, no colon in the zone, the day alone), or RFC 822. */
bool when_machine(struct str s, struct date *d);
/* The day in an address: /2026/11/23/, 2026-11-23, 20261123. */
bool when_url(struct str url, struct date *d);
/* The first full date in a text for readers; `month_first`: 11/23/2026. */
bool when_text(struct str text, bool month_first, struct date *d);

#endif
