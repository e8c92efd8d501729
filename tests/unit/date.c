#include "tests/unit/test.h"

#include <time.h>

#include "base/date.h"

static void
days_come_back(void **state)
{
	int64_t year;
	int month, day;

	(void)state;
	assert_int_equal(days_from_civil(1970, 1, 1), 0);
	assert_int_equal(days_from_civil(2000, 3, 1), 11017);
	for (int64_t d = -1000000; d <= 3000000; d++) {
		civil_from_days(d, &year, &month, &day);
		if (days_from_civil(year, month, day) != d ||
		    !date_is_valid(year, month, day))
			fail_msg("day %lld", (long long)d);
	}
}

static void
rfc3339_comes_back(void **state)
{
	(void)state;
	/* a prime step meets every hour, minute and second; years 1 to 9999 */
	for (int64_t t = -62135596800; t < 253402300800; t += 104729 * 17) {
		struct date d = { t, (int)(t % 840), true }, back;
		char text[DATE_SIZE];

		date_format(d, text);
		if (date_parse_3339(str_of(text), &back) == -1 ||
		    back.seconds != t || back.offset != d.offset)
			fail_msg("%lld is %s", (long long)t, text);
	}
}

static void
http_dates_come_back_and_agree_with_libc(void **state)
{
	(void)state;
	for (int64_t t = 0; t < 4102444800; t += 104729 * 3) {
		time_t libc = (time_t)t;
		char text[DATE_SIZE], wanted[DATE_SIZE];
		struct date d;
		struct tm tm;

		date_format_http(t, text);
		strftime(wanted, sizeof(wanted), "%a, %d %b %Y %H:%M:%S GMT",
		    gmtime_r(&libc, &tm));
		assert_string_equal(text, wanted);
		assert_int_equal(date_parse_822(str_of(text), &d), 0);
		assert_int_equal(d.seconds, t);
	}
}

/* `wanted` as RFC 3339, NULL when `text` is no date. */
static void
reads(int (*parse)(struct str, struct date *), const char *text,
    const char *wanted)
{
	char got[DATE_SIZE];
	struct date d;

	if (parse(str_of(text), &d) == -1) {
		if (wanted != NULL)
			fail_msg("'%s' refused", text);
		return;
	}
	date_format(d, got);
	if (wanted == NULL)
		fail_msg("'%s' read as %s", text, got);
	assert_string_equal(got, wanted);
}

static void
rfc3339_is_strict(void **state)
{
	int (*p)(struct str, struct date *) = date_parse_3339;

	(void)state;
	reads(p, "2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z");
	reads(p, " 2026-11-23t09:30:00.123456789z ", "2026-11-23T09:30:00Z");
	reads(p, "2026-11-23 09:30:00+08:00", "2026-11-23T09:30:00+08:00");
	reads(p, "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
	reads(p, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z");
	reads(p, "2023-02-29T00:00:00Z", NULL);
	reads(p, "2026-11-23T09:30:00", NULL);
	reads(p, "2026-11-23T09:30Z", NULL);
	reads(p, "2026-11-23", NULL);
	reads(p, "2026-13-01T00:00:00Z", NULL);
	reads(p, "2026-11-23T25:00:00Z", NULL);
	reads(p, "2026-11-23T09:30:00.Z", NULL);
	reads(p, "2026-11-23T09:30:00+0800", NULL);
	reads(p, "2026-11-23T09:30:00Zx", NULL);
	reads(p, "", NULL);
}

static void
rfc822_is_forgiving(void **state)
{
	int (*p)(struct str, struct date *) = date_parse_822;

	(void)state;
	reads(p, "Mon, 23 Nov 2026 09:30:00 +0800", "2026-11-23T09:30:00+08:00");
	reads(p, "23 Nov 2026 09:30 GMT", "2026-11-23T09:30:00Z");
	reads(p, "Mon, 3 November 2026 9:05:07 EST", "2026-11-03T09:05:07-05:00");
	reads(p, "Mon,23 Nov 26 09:30:00 Z", "2026-11-23T09:30:00Z");
	reads(p, "Fri, 01 Jan 99 00:00:00 UT", "1999-01-01T00:00:00Z");
	reads(p, "Mon, 23 Nov 2026 09:30:00 GMT (London)", "2026-11-23T09:30:00Z");
	reads(p, "Mon, 23 Nov 2026 09:30:00 A", "2026-11-23T09:30:00Z");
	reads(p, "Mon, 23 Nov 2026", "2026-11-23T00:00:00Z");
	reads(p, "Mon, 31 Nov 2026 09:30:00 GMT", NULL);
	reads(p, "Mon, 23 Foo 2026 09:30:00 GMT", NULL);
	reads(p, "Mon, 23 Nov 2026 09:30:00 MOON", NULL);
	reads(p, "tomorrow", NULL);
	reads(p, "", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_come_back),
		cmocka_unit_test(rfc3339_comes_back),
		cmocka_unit_test(http_dates_come_back_and_agree_with_libc),
		cmocka_unit_test(rfc3339_is_strict),
		cmocka_unit_test(rfc822_is_forgiving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
