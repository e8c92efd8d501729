/* What hostile sources can do to the parse children, and what it costs. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "ingest/parser.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JAILED	0
#else
#define JAILED	1
#endif

/* A parser whose sources say what it should do. */
static int
obey(const struct source *src, enum parse_mode mode, struct buf *to,
    struct arena *a, struct err *err)
{
	static const struct timespec long_time = { 1000, 0 };

	(void)mode;
	(void)a;
	if (str_eq(src->bytes, STR("crash")))
		_exit(77);
	if (str_eq(src->bytes, STR("spin")))
		for (volatile int i = 0;; i++)
			;
	if (str_eq(src->bytes, STR("sleep")))
		nanosleep(&long_time, NULL);
	if (str_eq(src->bytes, STR("open")) &&
	    open("/etc/passwd", O_RDONLY) != -1)
		buf_addz(to, "opened");
	if (str_eq(src->bytes, STR("fail")))
		return err_set(err, "as it was told");
	buf_adds(to, src->url);
	if (src->nheaders > 0)
		buf_adds(to, src->headers[0].value);
	return 0;
}

static struct parser *
start(unsigned children, unsigned wall_ms)
{
	const struct parser_options options = { obey, children, 200, wall_ms };

	return parser_new(&options);
}

static void
submit(struct parser *p, uint64_t tag, const char *bytes)
{
	static const struct header header = { { "N", 1 }, { "!", 1 } };
	struct source src = { .bytes = str_of(bytes), .url = STR("u"),
	    .headers = &header, .nheaders = 1 };

	parser_submit(p, tag, PARSE_ANY, &src);
}

static void
next(struct parser *p, struct parser_reply *reply)
{
	while (!parser_next(p, reply))
		parser_wait(p);
}

static void
test_a_bad_source_costs_itself(void **unused)
{
	static const char *const sources[] = { "fine", "crash", "fine", "spin",
	    "fail", "sleep", "fine", "fine", "crash", "crash", "fine" };
	enum { COUNT = sizeof(sources) / sizeof(*sources) };
	struct parser *p = start(1, 1000);
	struct parser_reply reply;

	(void)unused;
	for (uint64_t i = 0; i < COUNT; i++)
		submit(p, i, sources[i]);
	for (uint64_t i = 0; i < COUNT; i++) {
		next(p, &reply);
		assert_int_equal(reply.tag, i);
		assert_true(str_eq(reply.bytes, str_of(sources[i])));
		assert_true(str_eq(reply.url, STR("u")));
		if (strcmp(sources[i], "fine") == 0) {
			assert_int_equal(reply.outcome, PARSER_DONE);
			assert_true(str_eq(reply.lines, STR("u!")));
		} else if (strcmp(sources[i], "fail") == 0) {
			assert_int_equal(reply.outcome, PARSER_FAILED);
			assert_true(str_eq(reply.lines,
			    STR("as it was told")));
		} else {
			assert_int_equal(reply.outcome, PARSER_KILLED);
			assert_true(reply.lines.n > 0);
		}
	}
	assert_int_equal(parser_pending(p), 0);
	parser_free(p);
}

static void
test_the_jail_holds(void **unused)
{
	struct parser *p = start(1, 1000);
	struct parser_reply reply;

	(void)unused;
	submit(p, 1, "open");
	next(p, &reply);
	if (JAILED)
		assert_int_equal(reply.outcome, PARSER_KILLED);
	parser_free(p);
}

static void
test_large_sources_among_several_children(void **unused)
{
	enum { COUNT = 40, SIZE = 1 << 20 };
	struct parser *p = start(3, 60000);	/* on a busy machine, too */
	char *big = malloc(SIZE);
	struct parser_reply reply;
	uint64_t seen = 0;

	(void)unused;
	assert_non_null(big);
	memset(big, 'x', SIZE - 1);
	big[SIZE - 1] = '\0';
	for (uint64_t i = 0; i < COUNT; i++)
		submit(p, i, i % 7 == 3 ? "crash" : big);
	for (int i = 0; i < COUNT; i++) {
		next(p, &reply);
		assert_int_equal(reply.outcome, reply.tag % 7 == 3 ?
		    PARSER_KILLED : PARSER_DONE);
		seen |= 1ULL << reply.tag;
	}
	assert_int_equal(seen, (1ULL << COUNT) - 1);
	parser_free(p);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_bad_source_costs_itself),
		cmocka_unit_test(test_the_jail_holds),
		cmocka_unit_test(test_large_sources_among_several_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
