#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/date.h"
#include "base/err.h"
#include "base/mem.h"

/* Both by Howard Hinnant's "chrono-compatible low-level date algorithms". */
int64_t
days_from_civil(int64_t y, int m, int d)
{
	int64_t era;
	int64_t yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void
civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t era, doe, yoe, doy, mp;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

bool
date_is_valid(int64_t y, int m, int d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m >= 1 && m <= 12 && d >= 1 &&
	    d <= days[m - 1] + (m == 2 && leap);
}

/* A cursor over the text; each take_* moves it only when it succeeds. */
static bool
take_digits(struct str *s, size_t least, size_t most, int *v)
{
	size_t n = 0;

	*v = 0;
	while (n < s->n && n < most && is_digit(s->p[n]))
		*v = *v * 10 + (s->p[n++] - '0');
	if (n < least)
		return false;
	*s = str_from(*s, n);
	return true;
}

static bool
take_char(struct str *s, const char *any)
{
	if (s->n == 0 || s->p[0] == '\0' || strchr(any, s->p[0]) == NULL)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static void
skip_spaces(struct str *s)
{
	while (s->n > 0 && is_space(s->p[0]))
		*s = str_from(*s, 1);
}

/* Also drops trailing comments, as RFC 822 allows: "... GMT (really)". */
static bool
at_end(struct str *s)
{
	skip_spaces(s);
	return s->n == 0 || s->p[0] == '(';
}

static int
finish(struct date *d, int y, int mon, int day, int h, int min, int sec,
    int offset)
{
	if (!date_is_valid(y, mon, day) || h > 24 || min > 59 || sec > 60 ||
	    (h == 24 && (min > 0 || sec > 0)))
		return -1;
	if (sec == 60)
		sec = 59;
	d->seconds = days_from_civil(y, mon, day) * 86400 + h * 3600 +
	    min * 60 + sec - (int64_t)offset * 60;
	d->offset = offset;
	d->has_time = true;
	return 0;
}

int
date_parse_3339(struct str s, struct date *d)
{
	int y, mon, day, h, min, sec = 0, zh = 0, zm = 0, fraction;
	bool east = true;

	s = str_trim(s);
	if (!take_digits(&s, 4, 4, &y) || !take_char(&s, "-") ||
	    !take_digits(&s, 2, 2, &mon) || !take_char(&s, "-") ||
	    !take_digits(&s, 2, 2, &day) || !take_char(&s, "Tt ") ||
	    !take_digits(&s, 2, 2, &h) || !take_char(&s, ":") ||
	    !take_digits(&s, 2, 2, &min) || !take_char(&s, ":") ||
	    !take_digits(&s, 2, 2, &sec))
		return -1;
	if (take_char(&s, ".")) {
		if (!take_digits(&s, 1, 1, &fraction))
			return -1;
		while (take_digits(&s, 1, 1, &fraction))
			;
	}
	if (!take_char(&s, "Zz")) {
		if (s.n == 0)
			return -1;
		east = s.p[0] == '+';
		if (!take_char(&s, "+-") || !take_digits(&s, 2, 2, &zh) ||
		    !take_char(&s, ":") || !take_digits(&s, 2, 2, &zm) ||
		    zh > 23 || zm > 59)
			return -1;
	}
	if (s.n > 0)
		return -1;
	return finish(d, y, mon, day, h, min, sec,
	    (east ? 1 : -1) * (zh * 60 + zm));
}

int
date_parse_zone(struct str s, int *minutes)
{
	static const struct {
		const char	*name;
		int		 hours;
	} zones[] = { { "GMT", 0 }, { "UT", 0 }, { "UTC", 0 }, { "Z", 0 },
	    { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
	    { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 } };
	struct str rest = s;
	int h, m = 0;

	if (take_char(&rest, "+-")) {
		if (!take_digits(&rest, 1, 2, &h))
			return -1;
		take_char(&rest, ":");
		take_digits(&rest, 2, 2, &m);
		if (rest.n > 0 || h > 23 || m > 59)
			return -1;
		*minutes = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
		return 0;
	}
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (str_ieq(s, str_of(zones[i].name))) {
			*minutes = zones[i].hours * 60;
			return 0;
		}
	/* military letters were got wrong for years: RFC 2822 4.3 has them mean
	 * nothing; J never was one */
	if (s.n == 1 && is_alpha(s.p[0]) && to_lower(s.p[0]) != 'j') {
		*minutes = 0;
		return 0;
	}
	return -1;
}

static int
month_of(struct str s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (s.n < 3)
		return -1;
	for (int m = 0; m < 12; m++)
		if (str_ieq(str_slice(s, 0, 3), (struct str){ names + 3 * m, 3 }))
			return m + 1;
	return -1;
}

static struct str
take_word(struct str *s)
{
	struct str word = *s;
	size_t n = 0;

	while (n < s->n && is_alpha(s->p[n]))
		n++;
	word.n = n;
	*s = str_from(*s, n);
	return word;
}

int
date_parse_822(struct str s, struct date *d)
{
	int y, mon, day, h = 0, min = 0, sec = 0, offset = 0;
	bool has_time = false;
	struct str before, zone;

	s = str_trim(s);
	take_word(&s);				/* the weekday, unchecked */
	while (take_char(&s, ",. \t"))
		;
	if (!take_digits(&s, 1, 2, &day))
		return -1;
	while (take_char(&s, "- \t"))
		;
	if ((mon = month_of(take_word(&s))) == -1)
		return -1;
	while (take_char(&s, ".- \t"))
		;
	before = s;
	if (!take_digits(&s, 2, 4, &y))
		return -1;
	if (before.n - s.n == 2)
		y += y < 50 ? 2000 : 1900;
	else if (before.n - s.n == 3)
		y += 1900;
	while (take_char(&s, ", \t"))
		;
	if (take_digits(&s, 1, 2, &h)) {
		if (!take_char(&s, ":") || !take_digits(&s, 1, 2, &min))
			return -1;
		if (take_char(&s, ":") && !take_digits(&s, 1, 2, &sec))
			return -1;
		has_time = true;
	}
	if (!at_end(&s)) {
		size_t n = 0;

		while (n < s.n && !is_space(s.p[n]))
			n++;
		zone = str_slice(s, 0, n);
		s = str_from(s, n);
		if (date_parse_zone(zone, &offset) == -1 || !at_end(&s))
			return -1;
	}
	if (finish(d, y, mon, day, h, min, sec, offset) == -1)
		return -1;
	d->has_time = has_time;
	return 0;
}

/* Two digits and what follows them. */
static void
put_two(char *to, int v, char next)
{
	to[0] = (char)('0' + v / 10);
	to[1] = (char)('0' + v % 10);
	to[2] = next;
}

void
date_format(struct date d, char out[DATE_SIZE])
{
	int64_t local = d.seconds + (int64_t)d.offset * 60, days, year;
	int month, day, rest, off = abs(d.offset);

	days = local / 86400 - (local % 86400 < 0);
	rest = (int)(local - days * 86400);
	civil_from_days(days, &year, &month, &day);
	if (year < 0 || year > 9999) {
		snprintf(out, DATE_SIZE, "1970-01-01T00:00:00Z");
		return;
	}
	put_two(out, (int)year / 100, '\0');
	put_two(out + 2, (int)year % 100, '-');
	put_two(out + 5, month, '-');
	put_two(out + 8, day, 'T');
	put_two(out + 11, rest / 3600, ':');
	put_two(out + 14, rest / 60 % 60, ':');
	put_two(out + 17, rest % 60, 'Z');
	out[20] = '\0';
	if (d.offset != 0) {
		out[19] = d.offset < 0 ? '-' : '+';
		put_two(out + 20, off / 60 % 24, ':');
		put_two(out + 23, off % 60, '\0');
	}
}

void
date_format_utc(int64_t seconds, char out[DATE_SIZE])
{
	date_format((struct date){ .seconds = seconds, .has_time = true }, out);
}

void
date_format_http(int64_t seconds, char out[DATE_SIZE])
{
	static const char week[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t days = seconds / 86400 - (seconds % 86400 < 0), year;
	int rest = (int)(seconds - days * 86400), month, day;
	int weekday = (int)((days % 7 + 7) % 7);

	civil_from_days(days, &year, &month, &day);
	snprintf(out, DATE_SIZE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
	    week + 3 * weekday, day, months + 3 * (month - 1),
	    (int)(year & 0x1fff), rest / 3600, rest / 60 % 60, rest % 60);
}

int64_t
clock_now(void)
{
#ifdef STANCE_TEST_CLOCK
	const char *path = getenv("STANCE_TEST_CLOCK");

	if (path != NULL) {
		FILE *f = fopen(path, "r");
		long long t;

		if (f != NULL) {
			int n = fscanf(f, "%lld", &t);

			fclose(f);
			if (n == 1)
				return t;
		}
	}
#endif
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) == -1)
		die_errno("clock_gettime");
	return ts.tv_sec;
}

#ifdef STANCE_TEST_CLOCK
void
clock_settle(int64_t now)
{
	static int64_t told;
	const char *path = getenv("STANCE_TEST_CLOCK");
	char *beside;
	FILE *f;

	if (path == NULL || told == now)
		return;
	beside = xasprintf("%s.settled", path);
	if ((f = fopen(beside, "w")) != NULL) {
		fprintf(f, "%lld\n", (long long)now);
		fclose(f);
		told = now;
	}
	free(beside);
}
#endif

int64_t
clock_monotonic_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) == -1)
		die_errno("clock_gettime");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
