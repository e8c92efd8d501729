#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"

#define FOLDER "/usr/share/zoneinfo/"

bool
zone_exists(struct str name)
{
	char path[sizeof(FOLDER) + ZONE_NAME_MAX];

	if (str_eq(name, STR("UTC")))
		return true;
	if (name.n == 0 || name.n > ZONE_NAME_MAX || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_alpha(name.p[i]) && !is_digit(name.p[i]) &&
		    (name.p[i] == '\0' || strchr("_+-/", name.p[i]) == NULL))
			return false;
	snprintf(path, sizeof(path), FOLDER "%.*s", STR_FMT(name));
	return access(path, R_OK) == 0;
}

/* Make `name` the zone of this program: what was before, to go back. */
static char *
enter(struct str name)
{
	const char *old = getenv("TZ");
	char *kept = old ? xstrdup(old) : NULL;
	char zone[ZONE_NAME_MAX + 2];

	snprintf(zone, sizeof(zone), ":%.*s", STR_FMT(name));
	setenv("TZ", zone, 1);
	tzset();
	return kept;
}

static void
leave(char *kept)
{
	if (kept != NULL)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
}

/* The first second of a day, which is not midnight where clocks are set forward
 * then. */
static int64_t
first_second(struct tm day)
{
	struct tm at = { .tm_year = day.tm_year, .tm_mon = day.tm_mon,
		.tm_mday = day.tm_mday, .tm_hour = 12, .tm_isdst = -1 };
	time_t noon = mktime(&at), t;
	struct tm seen;

	at.tm_hour = 0;
	at.tm_isdst = -1;
	t = mktime(&at);
	localtime_r(&t, &seen);
	while (seen.tm_mday != at.tm_mday && t < noon) {
		t += 1800;
		localtime_r(&t, &seen);
	}
	return t;
}

int64_t
zone_day_of(struct str name, int64_t now, int days)
{
	char *kept = enter(name);
	time_t t = (time_t)now;
	struct tm day;
	int64_t first;

	localtime_r(&t, &day);
	day.tm_mday += days;
	day.tm_hour = 12;
	day.tm_isdst = -1;
	mktime(&day);			/* a day below 1 goes back a month */
	first = first_second(day);
	leave(kept);
	return first;
}

int64_t
zone_date(struct str name, int64_t year, int month, int day)
{
	char *kept = enter(name);
	int64_t first = first_second((struct tm){ .tm_year = (int)year - 1900,
	    .tm_mon = month - 1, .tm_mday = day });

	leave(kept);
	return first;
}
