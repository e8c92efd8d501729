/*
 * How long news waits for the poll that finds it, at the interval that adapts:
 * feeds of several rhythms are published and polled for sixty days by the
 * schedule that ingest uses, on a clock of our own.  Prints a line of JSON each.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ingest/schedule.h"

#define START	1795478400LL		/* Tue, 24 Nov 2026 00:00:00 GMT */
#define DAYS	60
#define FEEDS	50			/* of each rhythm */
#define DAY	86400LL

struct rhythm {
	const char	*name;
	double		 gap;		/* seconds between two articles, mean */
	bool		 office;	/* only from 8 to 18, Monday to Friday */
};

struct waits {
	double	*v;
	size_t	 n, cap;
};

static double
roll(void)
{
	static uint64_t state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / (double)(1ULL << 53);
}

static bool
is_open(const struct rhythm *r, double t)
{
	int64_t day = (int64_t)t / DAY, hour = (int64_t)t % DAY / 3600;

	return !r->office || ((day + 4) % 7 >= 1 && (day + 4) % 7 <= 5 &&
	    hour >= 8 && hour < 18);
}

static double
next_article(const struct rhythm *r, double t)
{
	do
		t -= r->gap * log(1 - roll());
	while (!is_open(r, t));
	return t;
}

/* One feed for all the days; returns how often it was polled. */
static unsigned long
follow(const struct rhythm *r, int number, struct waits *waits)
{
	char id[64];
	struct feed_state feed = { .id = id };
	struct hints none = { 0 };
	double published = next_article(r, START);
	unsigned long polls = 0;
	int64_t now = START;

	snprintf(id, sizeof(id), "https://%s.example/%d", r->name, number);
	for (; now < START + DAYS * DAY; now = feed.next_poll, polls++) {
		bool found = published <= (double)now;

		for (; published <= (double)now;
		    published = next_article(r, published)) {
			if (feed.first_poll == 0)
				continue;
			feed.articles++;
			GROW(waits->v, waits->n, waits->cap);
			waits->v[waits->n++] = (double)now - published;
		}
		schedule_answered(&feed, &none, found, 0, now);
		if (feed.first_poll == 0)
			feed.first_poll = now;
	}
	return polls;
}

static int
by_size(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

int
main(void)
{
	static const struct rhythm rhythms[] = {
		{ "wire", 120, false }, { "desk", 600, false },
		{ "office", 900, true }, { "bank", 6 * 3600, false },
		{ "ministry", 4 * 3600, true }, { "monthly", 30 * DAY, false },
	};

	for (size_t i = 0; i < sizeof(rhythms) / sizeof(*rhythms); i++) {
		const struct rhythm *r = &rhythms[i];
		struct waits waits = { NULL, 0, 0 };
		unsigned long polls = 0;

		for (int feed = 0; feed < FEEDS; feed++)
			polls += follow(r, feed, &waits);
		if (waits.n == 0)
			continue;
		qsort(waits.v, waits.n, sizeof(*waits.v), by_size);
		printf("{\"bench\":\"fresh\",\"rhythm\":\"%s\",\"gap_seconds\":"
		    "%.0f,\"office_hours\":%s,\"articles\":%zu,"
		    "\"polls_a_day\":%.1f,\"wait_median_seconds\":%.0f,"
		    "\"wait_p90_seconds\":%.0f,\"wait_most_seconds\":%.0f}\n",
		    r->name, r->gap, r->office ? "true" : "false", waits.n,
		    (double)polls / FEEDS / DAYS, waits.v[waits.n / 2],
		    waits.v[waits.n * 9 / 10], waits.v[waits.n - 1]);
		free(waits.v);
	}
	return 0;
}
