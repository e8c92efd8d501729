#include "base/date.h"
#include "base/zone.h"
#include "store/when.h"

static int
parse_age(struct str s, int64_t *seconds)
{
	static const struct {
		char	unit;
		int64_t	seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	    { 'w', 7 * 86400 } };
	long long n = s.n < 2 ? -1 :
	    str_number(str_slice(s, 0, s.n - 1), 1000000);

	for (size_t i = 0; n >= 0 && i < sizeof(units) / sizeof(*units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			*seconds = n * units[i].seconds;
			return 0;
		}
	return -1;
}

/* 2026-11-23 */
static int
parse_date(struct str s, int64_t *year, int *month, int *day)
{
	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
		return -1;
	*year = str_number(str_slice(s, 0, 4), 9999);
	*month = (int)str_number(str_slice(s, 5, 7), 12);
	*day = (int)str_number(str_slice(s, 8, 10), 31);
	return *year >= 0 && *month >= 1 && *day >= 1 &&
	    date_is_valid(*year, *month, *day) ? 0 : -1;
}

static int
parse_day(struct str s, struct str zone, int64_t now, int64_t *seconds)
{
	int64_t year;
	int month, day;

	if (str_eq(s, STR("today")))
		*seconds = zone_day_of(zone, now, 0);
	else if (str_eq(s, STR("yesterday")))
		*seconds = zone_day_of(zone, now, -1);
	else if (parse_date(s, &year, &month, &day) == 0)
		*seconds = zone_date(zone, year, month, day);
	else
		return -1;
	return 0;
}

bool
when_is_day(struct str s)
{
	int64_t ignored;

	return parse_day(s, STR("UTC"), 0, &ignored) == 0;
}

int
when_parse(struct str s, int64_t now, int64_t *seconds)
{
	struct str zone = s, day;
	struct date d;
	int64_t age;

	str_split(&zone, '@', &day);
	if (day.n < s.n)
		return zone_exists(zone) ? parse_day(day, zone, now, seconds) :
		    -1;
	if (str_eq(s, STR("now")))
		*seconds = now;
	else if (parse_age(s, &age) == 0)
		*seconds = now - age;
	else if (date_parse_3339(s, &d) == 0)
		*seconds = d.seconds;
	else
		return parse_day(s, STR("UTC"), now, seconds);
	return 0;
}
