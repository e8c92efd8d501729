#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "ingest/zone.h"

bool
zone_is_known(const char *zone)
{
	int minutes;
	char *path;
	bool known;

	if (date_parse_zone(str_of(zone), &minutes) == 0)
		return true;
	for (const char *p = zone; *p != '\0'; p++)
		if (!is_alpha(*p) && !is_digit(*p) && *p != '_' && *p != '+' &&
		    *p != '-' && (*p != '/' || p == zone))
			return false;
	path = xasprintf(ZONE_FOLDER "/%s", zone);
	known = *zone != '\0' && access(path, R_OK) == 0;
	free(path);
	return known;
}

/* Minutes east of UTC where and when the clock shows `local`, counted as if it
 * were UTC.  Only the C library knows the database; it is asked in this way. */
static int
offset_of(const char *zone, int64_t local)
{
	char *before = getenv("TZ") ? xstrdup(getenv("TZ")) : NULL;
	time_t shown = (time_t)local;
	struct tm tm;
	long offset;

	gmtime_r(&shown, &tm);
	tm.tm_isdst = -1;
	setenv("TZ", zone, 1);
	tzset();
	offset = mktime(&tm) == -1 ? 0 : tm.tm_gmtoff;
	if (before != NULL)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(before);
	return (int)(offset / 60);
}

struct date
zone_repair(const char *zone, struct date d)
{
	int64_t local = d.seconds + d.offset * 60LL;

	if (date_parse_zone(str_of(zone), &d.offset) == -1)
		d.offset = offset_of(zone, local);
	d.seconds = local - d.offset * 60LL;
	return d;
}
