#include "tests/unit/test.h"

#include "ingest/when.h"

static void
machine(const char *text, const char *wanted)
{
	char got[DATE_SIZE] = "none";
	struct date d;

	if (when_machine(str_of(text), &d))
		date_format(d, got);
	assert_string_equal(got, wanted);
}

static void
shown(const char *text, bool month_first, const char *wanted)
{
	char got[DATE_SIZE] = "none";
	struct date d;

	if (when_text(str_of(text), month_first, &d))
		date_format(d, got);
	assert_string_equal(got, wanted);
}

static void
address(const char *url, const char *wanted)
{
	char got[DATE_SIZE] = "none";
	struct date d;

	if (when_url(str_of(url), &d))
		date_format(d, got);
	assert_string_equal(got, wanted);
}

static void
reads_dates_for_machines(void **state)
{
	(void)state;
	machine("2026-11-23T09:30:15.250+01:00", "2026-11-23T09:30:15+01:00");
	machine("2026-11-23T09:30:15+0100", "2026-11-23T09:30:15+01:00");
	machine(" 2026-11-23 09:30 ", "2026-11-23T09:30:00Z");
	machine("2026-11-23", "2026-11-23T00:00:00Z");
	machine("20261123", "2026-11-23T00:00:00Z");
	machine("2026/11/23 09:30:00", "2026-11-23T09:30:00Z");
	machine("Mon, 23 Nov 2026 09:30:00 GMT", "2026-11-23T09:30:00Z");
	machine("2026-13-23", "none");
	machine("0001-01-01T00:00:00Z", "none");
	machine("soon", "none");
}

static void
reads_dates_for_readers(void **state)
{
	(void)state;
	shown("Published November 23, 2026 at 9", false, "2026-11-23T00:00:00Z");
	shown("23rd of Nov., 2026", false, "2026-11-23T00:00:00Z");
	shown("Montag, 23. November 2026", false, "2026-11-23T00:00:00Z");
	shown("Stand: 1. März 2026, 18 Uhr", false, "2026-03-01T00:00:00Z");
	shown("23 de noviembre de 2026", false, "2026-11-23T00:00:00Z");
	shown("le 1er août 2026", false, "2026-08-01T00:00:00Z");
	shown("23 ноября 2026", false, "2026-11-23T00:00:00Z");
	shown("2026年11月23日", false, "2026-11-23T00:00:00Z");
	shown("2026 年 11 月 23 日 9:30", false, "2026-11-23T00:00:00Z");
	shown("2026년 11월 23일", false, "2026-11-23T00:00:00Z");
	shown("2026. november 23., 9:30", false, "2026-11-23T00:00:00Z");
	shown("2026 Nov 23", false, "2026-11-23T00:00:00Z");
	shown("23. marraskuuta 2026", false, "2026-11-23T00:00:00Z");
	shown("3. marts 2026", false, "2026-03-03T00:00:00Z");
	shown("23 Kasım 2026", false, "2026-11-23T00:00:00Z");
	shown("3. března 2026", false, "2026-03-03T00:00:00Z");
	shown("23 листопада 2026", false, "2026-11-23T00:00:00Z");
	shown("23 Νοεμβρίου 2026", false, "2026-11-23T00:00:00Z");
	shown("23 نوفمبر 2026", false, "2026-11-23T00:00:00Z");
	shown("3 d'agost de 2026", false, "2026-08-03T00:00:00Z");
	shown("3 de agosto del 2026", false, "2026-08-03T00:00:00Z");
	shown("03/04/2026", false, "2026-04-03T00:00:00Z");
	shown("03/04/2026", true, "2026-03-04T00:00:00Z");
	shown("23/11/2026", true, "2026-11-23T00:00:00Z");
	shown("am 23.11.26 um 9", false, "2026-11-23T00:00:00Z");
	shown("1/2/26", false, "none");
	shown("version 2.10.2026.4 or 31 February 2026", false,
	    "2026-10-02T00:00:00Z");
	shown("In May 2026 the 20 of them", false, "none");
	shown("", false, "none");
}

static void
reads_dates_in_addresses(void **state)
{
	(void)state;
	address("https://a.example/2026/11/23/rates", "2026-11-23T00:00:00Z");
	address("https://a.example/news/2026-11-3-x", "2026-11-03T00:00:00Z");
	address("https://a.example/x-20261123.html", "2026-11-23T00:00:00Z");
	address("https://a.example/news/23-11-2026", "2026-11-23T00:00:00Z");
	address("https://a.example/2026/11/rates", "none");
	address("https://a.example/id/202611230001", "none");
	address("https://2026-11-23.example/", "2026-11-23T00:00:00Z");
	address("https://old.example/20261123101112/http://a.example/2016/01/02/x",
	    "2016-01-02T00:00:00Z");
	address("https://old.example/20261123/http://a.example/x", "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_dates_for_machines),
		cmocka_unit_test(reads_dates_for_readers),
		cmocka_unit_test(reads_dates_in_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
