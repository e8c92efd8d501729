/* How the poller behaves to others: when it asks, what it may, and whom. */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/date.h"
#include "ingest/robots.h"
#include "ingest/schedule.h"
#include "net/guard.h"
#include "net/http.h"

#define NOW	1795471200LL		/* Mon, 23 Nov 2026 22:00:00 GMT */

static void
test_freshness(void **unused)
{
	static const struct {
		const char	*headers;
		long long	 seconds;
	} cases[] = {
		{ "", 0 },
		{ "Cache-Control: max-age=300\n", 300 },
		{ "cache-control: public, MAX-AGE=\"300\"\nAge: 100\n", 200 },
		{ "Cache-Control: max-age=300\nAge: 400\n", 0 },
		{ "Cache-Control: no-cache, max-age=300\n", 0 },
		{ "Cache-Control: max-age=99999999999999999999\n", 0 },
		{ "Date: Mon, 23 Nov 2026 22:00:00 GMT\n"
		    "Expires: Mon, 23 Nov 2026 22:10:00 GMT\n", 600 },
		{ "Expires: 0\n", 0 },
		{ "Cache-Control: max-age=60\n"
		    "Expires: Mon, 23 Nov 2026 22:10:00 GMT\n", 60 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(schedule_max_age(str_of(cases[i].headers),
		    NOW), cases[i].seconds);
	assert_int_equal(http_retry_after(STR("Retry-After: 120\n"), NOW),
	    120);
	assert_int_equal(http_retry_after(
	    STR("Retry-After: Mon, 23 Nov 2026 22:05:00 GMT\n"), NOW), 300);
	assert_int_equal(http_retry_after(STR("X: 1\n"), NOW), -1);
	assert_int_equal(http_retry_after(STR("Retry-After: soon\n"), NOW),
	    -1);
}

static void
test_rhythm(void **unused)
{
	struct feed_state feed = { .id = (char *)(uintptr_t)"f" };
	struct hints none = { 0 }, hints = { .ttl = 3600 };
	long long wait;

	(void)unused;
	for (int i = 0; i < 20; i++)
		schedule_answered(&feed, &none, true, 0, NOW);
	assert_int_equal(feed.interval, SCHEDULE_LEAST);
	assert_true(feed.next_poll - NOW <= 2 * SCHEDULE_LEAST);
	for (int i = 0; i < 100; i++)
		schedule_answered(&feed, &none, false, 0, NOW);
	assert_int_equal(feed.interval, SCHEDULE_MOST);
	schedule_answered(&feed, &none, false, 60, NOW);
	assert_in_range(feed.next_poll - NOW, 54, 66);
	schedule_answered(&feed, &hints, false, 60, NOW);
	assert_in_range(feed.next_poll - NOW, 3600, 3960);	/* never sooner */
	hints = (struct hints){ .skip_hours = 1U << 22 | 1U << 23 };
	schedule_answered(&feed, &hints, false, 60, NOW);
	assert_int_equal(feed.next_poll, NOW + 2 * 3600);
	hints = (struct hints){ .skip_days = 1U << 1 };		/* Monday */
	schedule_answered(&feed, &hints, false, 60, NOW);
	assert_int_equal(feed.next_poll, NOW + 2 * 3600);
	hints = (struct hints){ .skip_hours = 0xffffff };
	schedule_answered(&feed, &hints, false, 60, NOW);
	assert_in_range(feed.next_poll - NOW, 54, 66);

	feed.first_poll = NOW - 10 * 86400;		/* an article an hour */
	feed.articles = 240;
	for (int i = 0; i < 100; i++)
		schedule_answered(&feed, &none, false, 0, NOW);
	assert_int_equal(feed.interval, 900);
	feed.articles = 2;				/* too few to tell */
	for (int i = 0; i < 100; i++)
		schedule_answered(&feed, &none, false, 0, NOW);
	assert_int_equal(feed.interval, SCHEDULE_MOST);

	for (int i = 0; i < 60; i++) {
		schedule_failed(&feed, -1, NOW);
		wait = feed.next_poll - NOW;
		assert_in_range(wait, SCHEDULE_LEAST, 27 * 3600);
	}
	assert_true(wait > 20 * 3600);
	schedule_failed(&feed, 7 * 3600, NOW);
	assert_int_equal(feed.not_before, NOW + 7 * 3600);
	schedule_answered(&feed, &none, false, 0, NOW);
	assert_int_equal(feed.errors, 0);
	assert_int_equal(feed.not_before, 0);
}

static void
test_robots(void **unused)
{
	static const char text[] = "# all\r\nUser-agent: *\r\nDisallow: /\r\n\r\n"
	    "User-agent: other\nUser-Agent: Stance/2.0 (x)\nDisallow: /private/\n"
	    "Allow: /private/open\nDisallow: /*.pdf$\nDisallow: /q?*id=\n"
	    "Crawl-delay: 3\nDisallow:\nUser-agent: stance\nDisallow: /b\n";
	static const struct {
		const char	*path;
		bool		 allowed;
	} cases[] = {
		{ "/", true }, { "/private/x", false },
		{ "/private/open/x", true }, { "/a/b.pdf", false },
		{ "/a/b.pdf?x", true }, { "/q?a=1&id=3", false },
		{ "/q?a=1", true }, { "/b", false }, { "/Private/x", true },
	};
	struct buf rules = BUF_INIT;

	(void)unused;
	robots_read(&rules, str_of(text));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(robots_allow(buf_str(&rules),
		    str_of(cases[i].path)), cases[i].allowed);
	buf_reset(&rules);
	robots_read(&rules, STR("user-agent: *\ndisallow: /\n"));
	assert_false(robots_allow(buf_str(&rules), STR("/x")));
	buf_reset(&rules);
	robots_read(&rules, STR("disallow: /\nuser-agent: stancer\n"
	    "disallow: /\n"));
	assert_true(robots_allow(buf_str(&rules), STR("/x")));
	buf_release(&rules);
}

static bool
guarded(const char *text, const struct guard_range *opened, size_t count)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_allows((const struct sockaddr *)&v4, opened,
		    count);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return guard_allows((const struct sockaddr *)&v6, opened, count);
}

static void
test_guard(void **unused)
{
	static const char *const closed[] = { "0.0.0.0", "10.255.0.1",
	    "100.64.0.1", "127.255.255.254", "169.254.169.254", "172.31.0.1",
	    "192.168.1.1", "198.19.0.1", "224.0.0.1", "255.255.255.255", "::",
	    "::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
	    "2002:7f00:1::1", "2001::1", "fc00::1", "fe80::1", "ff02::1",
	    "2001:db8::1", "100::1" };
	static const char *const open[] = { "8.8.8.8", "172.32.0.1",
	    "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8",
	    "64:ff9b::808:808", "2002:808:808::1" };
	struct guard_range range[2];
	struct err err;

	(void)unused;
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++)
		assert_false(guarded(closed[i], NULL, 0));
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		assert_true(guarded(open[i], NULL, 0));
	assert_int_equal(guard_parse("10.1.0.0/16", &range[0], &err), 0);
	assert_int_equal(guard_parse("fd00::/8", &range[1], &err), 0);
	assert_true(guarded("10.1.2.3", range, 2));
	assert_true(guarded("::ffff:10.1.2.3", range, 2));
	assert_false(guarded("10.2.2.3", range, 2));
	assert_true(guarded("fd12::1", range, 2));
	assert_int_equal(guard_parse("10.0.0.0/33", &range[0], &err), -1);
	assert_int_equal(guard_parse("name", &range[0], &err), -1);
	assert_int_equal(guard_parse("10.0.0.0/", &range[0], &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_freshness),
		cmocka_unit_test(test_rhythm),
		cmocka_unit_test(test_robots),
		cmocka_unit_test(test_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
