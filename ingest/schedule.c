#include "base/date.h"
#include "base/digest.h"
#include "ingest/schedule.h"
#include "net/http.h"

/* What a server may ask us to wait at most. */
#define ASKED_MOST	HTTP_WAIT_MOST
/* The longest pause that failures lead to. */
#define BACKOFF_MOST	(24 * 3600LL)

/* Polls in the pause that a feed usually makes, once it has made some. */
#define POLLS_A_PAUSE	4
#define PAUSES_LEAST	5

/* The directive `name` of a Cache-Control header: its number, 0 for a bare one
 * such as no-store, -1 where it is absent. */
static long long
directive(struct str control, const char *name)
{
	struct str part, word;

	while (str_split(&control, ',', &part)) {
		str_split(&part, '=', &word);
		if (!str_ieq(str_trim(word), str_of(name)))
			continue;
		part = str_trim(part);
		if (part.n >= 2 && part.p[0] == '"')
			part = str_slice(part, 1, part.n - 1);
		return part.n ? str_number(part, ASKED_MOST) : 0;
	}
	return -1;
}

static long long
clamp(long long v, long long least, long long most)
{
	return v < least ? least : v > most ? most : v;
}

long long
schedule_max_age(struct str headers, int64_t now)
{
	struct str control = http_header(headers, "cache-control");
	struct str expires = http_header(headers, "expires");
	long long fresh = directive(control, "max-age"), age;
	struct date until, sent = { .seconds = now };

	if (directive(control, "no-cache") == 0 ||
	    directive(control, "no-store") == 0)
		return 0;
	if (fresh == -1 && date_parse_822(expires, &until) == 0) {
		date_parse_822(http_header(headers, "date"), &sent);
		fresh = until.seconds - sent.seconds;
	}
	age = str_number(http_header(headers, "age"), ASKED_MOST);
	return clamp(fresh - (age > 0 ? age : 0), 0, ASKED_MOST);
}

/* A tenth to either side, so that feeds polled together drift apart; the same
 * for the same feed and time, so that a run can be repeated. */
static long long
jitter(const struct feed_state *feed, long long wait, int64_t now)
{
	uint64_t roll = hash64(str_of(feed->id)) ^ (uint64_t)now;

	roll = hash64((struct str){ (const char *)&roll, sizeof(roll) });
	return wait - wait / 10 + (long long)(roll % (uint64_t)(wait / 5 + 1));
}

/* The first moment from `at` on that is neither a skipped hour nor day, of
 * GMT.  A feed that skips everything is not believed. */
static int64_t
unskipped(int64_t at, const struct hints *hints)
{
	int64_t t = at;

	for (int hours = 0; hours < 8 * 24; hours++) {
		unsigned hour = (unsigned)(t / 3600 % 24);
		unsigned day = (unsigned)((t / 86400 + 4) % 7);

		if (!(hints->skip_hours >> hour & 1) &&
		    !(hints->skip_days >> day & 1))
			return t;
		t = (t / 3600 + 1) * 3600;
	}
	return at;
}

/* The longest interval that suits the feed: a part of its usual pause, so that a
 * night or a weekend without news does not make it late in the morning. */
static long long
longest(const struct feed_state *feed, int64_t now)
{
	if (feed->articles < PAUSES_LEAST || feed->first_poll == 0)
		return SCHEDULE_MOST;
	return clamp((now - feed->first_poll) / feed->articles / POLLS_A_PAUSE,
	    SCHEDULE_LEAST, SCHEDULE_MOST);
}

void
schedule_answered(struct feed_state *feed, const struct hints *hints,
    bool changed, long long fixed, int64_t now)
{
	long long wait, asked;

	if (feed->interval == 0)
		feed->interval = SCHEDULE_FIRST;
	else if (changed)
		feed->interval /= 2;
	else
		feed->interval += feed->interval / 5 + 1;
	feed->interval = clamp(feed->interval, SCHEDULE_LEAST,
	    longest(feed, now));
	asked = clamp(hints->ttl > hints->max_age ? hints->ttl :
	    hints->max_age, 0, 4 * SCHEDULE_MOST);
	wait = fixed > 0 ? fixed : feed->interval;
	wait = jitter(feed, wait > asked ? wait : asked, now);
	if (wait < asked)		/* not a moment too soon */
		wait = 2 * asked - wait;
	feed->errors = 0;
	feed->not_before = 0;
	feed->last_success = now;
	feed->next_poll = unskipped(now + clamp(wait, SCHEDULE_LEAST,
	    ASKED_MOST), hints);
}

void
schedule_put_off(struct feed_state *feed, long long wait, int64_t now)
{
	long long later = jitter(feed, wait, now);

	feed->not_before = now + wait;
	feed->next_poll = now + (later < wait ? 2 * wait - later : later);
}

void
schedule_failed(struct feed_state *feed, long long retry_after, int64_t now)
{
	long long wait = SCHEDULE_LEAST;

	feed->errors++;
	for (long long i = 0; i < feed->errors && wait < BACKOFF_MOST; i++)
		wait *= 2;
	wait = jitter(feed, clamp(wait, SCHEDULE_LEAST, BACKOFF_MOST), now);
	if (retry_after >= 0) {
		feed->not_before = now + retry_after;
		wait = retry_after > wait ? retry_after : wait;
	}
	feed->next_poll = now + wait;
}
