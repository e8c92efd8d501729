#include "base/date.h"
#include "base/json.h"
#include "base/record.h"
#include "ingest/health.h"

double
health_rate(const struct feed_state *feed, int64_t now)
{
	double days = (double)(now - feed->first_poll) / 86400;

	return feed->first_poll == 0 ? 0 :
	    (double)feed->articles / (days < 1 ? 1 : days);
}

static bool
is_silent(const struct feed_state *feed, int64_t now)
{
	long long pause = now - feed->last_new;

	return feed->articles > 0 && pause > HEALTH_SILENCE && pause >
	    HEALTH_PAUSES * (feed->last_new - feed->first_poll) /
	    feed->articles;
}

enum health
health_of(const struct feed_state *feed, int64_t now)
{
	if (feed->gone)
		return HEALTH_GONE;
	if (feed->errors == 0)
		return feed->last_success == 0 ? HEALTH_NEW :
		    is_silent(feed, now) ? HEALTH_SILENT : HEALTH_OK;
	return feed->last_success > 0 && now - feed->last_success > HEALTH_PERIOD ?
	    HEALTH_STALE : HEALTH_FAILING;
}

static void
put_time(struct buf *to, const char *name, long long seconds)
{
	char text[DATE_SIZE];

	if (seconds == 0)
		return;
	date_format_utc(seconds, text);
	json_member_str(to, name, str_of(text));
}

const char *
health_name(enum health health)
{
	static const char *const names[] = { [HEALTH_NEW] = "new",
	    [HEALTH_OK] = "ok", [HEALTH_FAILING] = "failing",
	    [HEALTH_STALE] = "stale", [HEALTH_GONE] = "gone",
	    [HEALTH_SILENT] = "silent" };

	return names[health];
}

void
health_report(struct buf *to, const struct feed_state *feed,
    const char *title, int64_t now)
{
	enum health health = health_of(feed, now);

	json_open(to, '{');
	json_name(to, "v");
	json_put_int(to, RECORD_VERSION);
	json_member_str(to, "type", STR("feed"));
	json_member_str(to, "id", str_of(feed->id));
	json_member_str(to, "title", str_of(title));
	json_member_str(to, "url", str_of(feed->url));
	json_member_str(to, "status", str_of(health_name(health)));
	json_name(to, "stale");
	json_put_bool(to, health == HEALTH_STALE || health == HEALTH_GONE ||
	    health == HEALTH_SILENT);
	put_time(to, "last_success", feed->last_success);
	put_time(to, "last_new", feed->last_new);
	put_time(to, "next_poll", feed->gone ? 0 : feed->next_poll);
	json_name(to, "errors");
	json_put_int(to, feed->errors);
	json_member_str(to, "last_error", str_of(feed->error));
	record_end(to);
}
