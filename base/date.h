/*
 * Instants and their written forms: RFC 3339 (what records hold) and RFC 822
 * with RFC 2822's four-digit years (what RSS and HTTP hold).  Proleptic
 * Gregorian, UTC, no leap seconds: second 60 is read as 59.
 *
 * The clock stands here too.  A test build (STANCE_TEST_CLOCK) reads the
 * seconds since 1970 from the file that the variable of that name names, so
 * that hours pass in milliseconds.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdint.h>

#include "base/buf.h"

struct date {
	int64_t	seconds;	/* since 1970-01-01T00:00:00Z */
	int	offset;		/* minutes east of UTC, as it was written */
	bool	has_time;	/* false: only a day was given; midnight UTC */
};

/* Room for any of the forms below and a NUL. */
#define DATE_SIZE	48

/* Exactly one RFC 3339 date-time; the 'T' may be a space, lower case passes,
 * seconds may have a fraction (dropped).  -1: it is none. */
int date_parse_3339(struct str s, struct date *d);
/* RFC 822/2822: "Mon, 23 Nov 2026 09:30 +0800", weekday, seconds and zone
 * optional, two-digit years by RFC 2822 4.3, zone names of RFC 822. */
int date_parse_822(struct str s, struct date *d);
/* A zone as RFC 822 writes it: "+0800", "GMT", "EST", "Z".  -1: none. */
int date_parse_zone(struct str s, int *minutes);

/* Write RFC 3339, with Z when the offset is 0.  It knows the years 0 to 9999;
 * what lies outside them becomes 1970-01-01T00:00:00Z. */
void date_format(struct date d, char out[DATE_SIZE]);
/* UTC. */
void date_format_utc(int64_t seconds, char out[DATE_SIZE]);
/* HTTP's fixed form (RFC 9110, 5.6.7): Mon, 23 Nov 2026 01:30:00 GMT. */
void date_format_http(int64_t seconds, char out[DATE_SIZE]);

/* Days since 1970-01-01 of a civil date, any year; and back. */
int64_t days_from_civil(int64_t year, int month, int day);
void civil_from_days(int64_t days, int64_t *year, int *month, int *day);
/* False for February 30 and the like. */
bool date_is_valid(int64_t year, int month, int day);

/* Seconds since 1970 and milliseconds of a clock that never jumps. */
int64_t clock_now(void);
int64_t clock_monotonic_ms(void);
#ifdef STANCE_TEST_CLOCK
/* All that was due at `now` is done: says so in a file beside the clock's, for
 * a test that waits before it turns the clock on. */
void clock_settle(int64_t now);
#endif

#endif
