/*
 * stance-ingest: set up, start the children that have rights this process gives
 * up, and let the poller run.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/jail.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/opt.h"
#include "base/record.h"
#include "base/term.h"
#include "ingest/health.h"
#include "ingest/poller.h"
#include "ingest/probe.h"
#include "ingest/zone.h"

static bool once, follow, status, probe, opml, plain, no_robots;
static const char *state_dir, *acks_path, *contact, *user_agent, *proxy;
static const char *ca_file, *credentials, *archive_path;
static struct opt_list allow_net, site_rules;
static struct opt_number jobs = { 1, 1, PARSER_CHILDREN };
static struct opt_number per_host = { 2, 1, 1000 };
static struct opt_number host_delay = { 100, 0, 3600000 };
static struct opt_number timeout = { 60, 1, 3600 };

static const struct opt opts[] = {
	{ '1', "once", NULL, "ask each feed once, then end", OPT_FLAG, &once },
	{ 'f', "follow", NULL, "go on for ever, each feed in its own rhythm "
	    "(the default)", OPT_FLAG, &follow },
	{ 's', "state", "DIR", "remember feeds and articles there",
	    OPT_STRING, &state_dir },
	{ 'a', "acks", "FIFO", "an article is done when 'store add --ack' says "
	    "so here", OPT_STRING, &acks_path },
	{ 0, "status", NULL, "print how the feeds of --state are, and end",
	    OPT_FLAG, &status },
	{ 0, "probe", NULL, "ask each feed once, print what came as a table",
	    OPT_FLAG, &probe },
	{ 0, "opml", NULL, "print the feeds as OPML, with their options, and "
	    "end", OPT_FLAG, &opml },
	{ 0, "plain", NULL, "print the feeds as a plain list, with their "
	    "options, and end", OPT_FLAG, &plain },
	{ 'c', "contact", "ADDRESS", "who is asking, for the User-Agent: a web "
	    "or mail address", OPT_STRING, &contact },
	{ 0, "user-agent", "TEXT", "the whole User-Agent", OPT_STRING,
	    &user_agent },
	{ 0, "allow-net", "CIDR", "addresses that are not public but may be "
	    "asked", OPT_LIST, &allow_net },
	{ 0, "proxy", "URL", "ask through this proxy", OPT_STRING, &proxy },
	{ 0, "ca-file", "FILE", "trust these certificates instead of the "
	    "system's", OPT_STRING, &ca_file },
	{ 0, "credentials", "FILE", "what sites want to see; mode 0600",
	    OPT_STRING, &credentials },
	{ 0, "per-host", "N", "connections to one host at once (2)",
	    OPT_NUMBER, &per_host },
	{ 0, "host-delay", "MS", "pause between two requests to one host (100)",
	    OPT_NUMBER, &host_delay },
	{ 0, "timeout", "SECONDS", "of one request (60)", OPT_NUMBER,
	    &timeout },
	{ 0, "no-robots", NULL, "do not ask robots.txt before article pages",
	    OPT_FLAG, &no_robots },
	{ 0, "sites", "PATH", "rules for sites: a file, or a folder of *.site",
	    OPT_LIST, &site_rules },
	{ 'w', "warc", "FILE", "keep every answer in this web archive, too",
	    OPT_STRING, &archive_path },
	{ 'j', "jobs", "N", "parse in N processes (1)", OPT_NUMBER, &jobs },
	{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
};

static const struct tool tool = {
	"stance-ingest",
	"[--once] [--state DIR] [--acks FIFO] LIST|URL...\n"
	"--probe LIST|URL...\n"
	"--opml|--plain LIST|URL...\n"
	"--status --state DIR",
	"Fetch feeds and the pages of their articles, print articles.",
	opts,
	"A LIST is a file with an address a line (options may follow it) or "
	"OPML.\nWithout --state nothing is remembered from run to run."
};

#define TRANSFERS	1000
#define REDIRECTS	10
/* Descriptors beside those of the transfers. */
#define OTHER_FILES	64

static volatile sig_atomic_t stop, reload;

static void
on_signal(int number)
{
	if (number == SIGHUP)
		reload = 1;
	else
		stop = 1;
}

/* Signals arrive only while the poller sleeps, so none is missed. */
static void
catch_signals(sigset_t *while_asleep)
{
	static const int caught[] = { SIGHUP, SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++) {
		sigaddset(&blocked, caught[i]);
		sigaction(caught[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &blocked, while_asleep);
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++)
		sigdelset(while_asleep, caught[i]);
}

static bool
is_address(const char *operand)
{
	return str_istarts(str_of(operand), STR("http://")) ||
	    str_istarts(str_of(operand), STR("https://"));
}

/* An outline's feed takes the names of the outlines around it as tags. */
static void
take_tags(struct subscription *sub, const struct record *rec, struct arena *a)
{
	const struct json_member *tags = json_find(rec->members, rec->count,
	    "tags");
	struct json_value *values;
	struct err err;
	size_t count;

	if (tags == NULL || tags->value.type != JSON_ARRAY ||
	    json_array(tags->value.raw, a, &values, &count, &err) == -1)
		return;
	for (size_t i = 0; i < count; i++)
		subscription_tag(sub, json_str(&values[i], a));
}

/* What an outline says of its feed beside the address. */
static int
take_outline(struct subscription *sub, const struct record *rec,
    struct arena *a, struct err *err)
{
	const struct json_member *options = json_find(rec->members, rec->count,
	    "options");
	const struct json_member *home = json_find(rec->members, rec->count,
	    "home");
	struct str title = record_str(rec, RECORD_TITLE, a);

	sub->home = home ? arena_cstr(&sub->list->strings,
	    json_str(&home->value, a)) : NULL;
	/* OPML wants a text, so a feed without a title has its address there. */
	if (title.n > 0 && !str_eq(title, str_of(sub->url)))
		sub->title = arena_cstr(&sub->list->strings, title);
	take_tags(sub, rec, a);
	return options == NULL ? 0 :
	    subscription_options(sub, json_str(&options->value, a), err);
}

/* OPML goes through the parse child like all foreign markup. */
static int
load_outline(struct list *list, struct parser *parser, const char *path,
    struct str bytes, struct err *err)
{
	struct source src = { .bytes = bytes, .url = str_of(path) };
	struct parser_reply reply;
	struct arena a = ARENA_INIT;
	struct record rec;
	struct str line;
	int rc = 0;

	parser_submit(parser, 0, PARSE_FEED, &src);
	while (!parser_next(parser, &reply))
		parser_wait(parser);
	if (reply.outcome != PARSER_DONE)
		return err_set(err, "%s: %.*s", path, STR_FMT(reply.lines));
	while (rc == 0 && str_split(&reply.lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		rc = record_read(&rec, line, &a, err);
		if (rc == -1 || !record_is_article(&rec) ||
		    rec.known[RECORD_URL] == NULL)
			continue;
		rc = take_outline(list_add(list,
		    record_str(&rec, RECORD_URL, &a)), &rec, &a, err);
	}
	arena_release(&a);
	return rc;
}

static int
load_file(struct list *list, struct parser *parser, const char *path,
    struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct str text;
	int rc = file_slurp(path, &bytes, LIMIT_PAGE, err);

	text = str_trim(buf_str(&bytes));
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (rc == 0 && text.n > 0 && text.p[0] == '<')
		rc = load_outline(list, parser, path, text, err);
	else if (rc == 0)
		rc = list_read(list, path, text, err);
	buf_release(&bytes);
	return rc;
}

static int
load_list(struct list *list, struct parser *parser, char **operands, int count,
    struct err *err)
{
	*list = (struct list){ 0 };
	for (int i = 0; i < count; i++)
		if (is_address(operands[i]))
			list_add(list, str_of(operands[i]));
		else if (load_file(list, parser, operands[i], err) == -1)
			return -1;
	return list->n > 0 ? 0 : err_set(err, "no feed in the list");
}

static struct fetcher *
start_fetcher(void)
{
	struct guard_range *ranges = xcalloc(allow_net.n, sizeof(*ranges));
	struct http_options options = {
		.proxy = proxy, .ca_file = ca_file, .opened = ranges,
		.nopened = allow_net.n, .in_flight = TRANSFERS,
		.per_host = (unsigned)per_host.value,
		.host_gap_ms = (unsigned)host_delay.value,
		.timeout_ms = (unsigned)timeout.value * 1000,
		.redirects = REDIRECTS, .as_came = archive_path != NULL,
	};
	char *agent = xasprintf("stance/%s%s%s%s", STANCE_VERSION,
	    contact ? " (+" : "", contact ? contact : "", contact ? ")" : "");
	struct secrets secrets = { NULL, 0, 0 };
	struct fetcher *fetcher;
	struct rlimit files;
	struct err err;

	if (credentials != NULL &&
	    secrets_read(&secrets, credentials, &err) == -1) {
		err_print(&err, STR_NONE);
		exit(EXIT_USAGE);
	}
	options.secrets = &secrets;
	for (size_t i = 0; i < allow_net.n; i++)
		if (guard_parse(allow_net.v[i], &ranges[i], &err) == -1)
			usage_error("--allow-net: %s", err.msg);
	options.user_agent = user_agent ? user_agent : agent;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max < 4 * TRANSFERS ?
		    files.rlim_max : 4 * TRANSFERS;
		setrlimit(RLIMIT_NOFILE, &files);
		if (files.rlim_cur < TRANSFERS + OTHER_FILES)
			options.in_flight = (unsigned)files.rlim_cur / 2;
	}
	fetcher = fetcher_new(&options);
	secrets_release(&secrets);	/* the child has them */
	free(ranges);
	free(agent);
	return fetcher;
}

/* A name that is not there yet becomes a FIFO. */
static int
open_acks(void)
{
	struct stat st;
	int fd;

	if (acks_path == NULL)
		return -1;
	if (mkfifo(acks_path, 0600) == -1 && errno != EEXIST)
		die_errno("cannot make '%s'", acks_path);
	fd = open(acks_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		die_errno("cannot open '%s'", acks_path);
	if (!S_ISFIFO(st.st_mode))
		usage_error("'%s' is not a FIFO", acks_path);
	return fd;
}

static char *
make_quarantine(void)
{
	struct err err;
	char *path;

	if (state_dir == NULL)
		return NULL;
	path = xasprintf("%s/quarantine", state_dir);
	if (make_folders(path, 0755, &err) == -1)
		die("%s", err.msg);
	return path;
}

/* A list that is replaced is another file of that name, so to read it again
 * takes a right on its folder. */
static void
enter_jail(char **operands, int count)
{
	size_t most = 2 * (size_t)count + 3, n = 0;
	const char **reads = xcalloc(most, sizeof(*reads));
	char **copies = xcalloc((size_t)count + 1, sizeof(*copies));
	const char *writes[] = { state_dir, NULL };

	for (int i = 0; i < count; i++) {
		if (is_address(operands[i]))
			continue;
		copies[i] = xstrdup(operands[i]);
		reads[n++] = operands[i];
		if (!once)
			reads[n++] = dirname(copies[i]);
	}
	reads[n++] = ZONE_FOLDER;
	reads[n] = "/etc/localtime";
	jail_enter(JAIL_READ | JAIL_WRITE | JAIL_PROC, reads, writes);
	for (int i = 0; i < count; i++)
		free(copies[i]);
	free(copies);
	free(reads);
}

static void
print_time(struct buf *to, long long seconds)
{
	char text[DATE_SIZE];

	if (seconds == 0)
		buf_addf(to, "%-18s", "-");
	else {
		date_format_utc(seconds, text);
		buf_addf(to, "%.10s %.5sZ ", text, text + 11);
	}
}

static void
print_feed(struct buf *to, const struct feed_state *feed, int64_t now)
{
	buf_addf(to, "%-8s", health_name(health_of(feed, now)));
	print_time(to, feed->last_success);
	print_time(to, feed->gone ? 0 : feed->next_poll);
	print_time(to, feed->last_new);
	buf_addf(to, "%6lld %9.1f  ", feed->errors, health_rate(feed, now));
	term_add(to, str_of(feed->url));
	if (feed->error != NULL) {
		buf_addz(to, "  ");
		term_add(to, str_of(feed->error));
	}
	buf_addc(to, '\n');
}

/* --status: how the feeds are, for people. */
static int
print_status(void)
{
	struct state *state;
	struct out out;
	struct err err;

	if (state_dir == NULL)
		usage_error("--status needs --state DIR");
	state = state_open(state_dir, true, &err);
	if (state == NULL)
		die("%s", err.msg);
	out_init(&out, STDOUT_FILENO, "standard output");
	buf_addf(out_buf(&out), "%-8s%-18s%-18s%-18s%6s %9s  %s\n", "STATE",
	    "LAST SUCCESS", "NEXT POLL", "LAST NEWS", "ERRORS", "ITEMS/DAY",
	    "FEED");
	for (size_t i = 0; i < state_count(state); i++)
		if (!state_nth(state, i)->dropped)
			print_feed(out_buf(&out), state_nth(state, i),
			    clock_now());
	out_close(&out);
	state_close(state);
	return EXIT_DONE;
}

/* Watch what the operands name; a list that cannot be read changes nothing. */
static int
watch_list(struct poller *poller, struct parser *parser, char **operands,
    int count)
{
	struct list *list = xcalloc(1, sizeof(*list));
	struct err err;

	if (load_list(list, parser, operands, count, &err) == 0) {
		poller_watch(poller, list);
		return 0;
	}
	err_print(&err, STR_NONE);
	list_release(list);
	free(list);
	return -1;
}

/* --probe: what each feed gives, for people. */
static int
print_probe(const struct poller_options *options, char **operands, int count)
{
	struct list list;
	struct out out;
	struct err err;
	size_t empty;

	if (load_list(&list, options->parser, operands, count, &err) == -1) {
		err_print(&err, STR_NONE);
		list_release(&list);
		return EXIT_USAGE;
	}
	out_init(&out, STDOUT_FILENO, "standard output");
	empty = probe_list(&list, options->fetcher, options->parser, &out);
	out_close(&out);
	list_release(&list);
	return empty > 0 ? EXIT_NO : EXIT_DONE;
}

/* --opml, --plain: the list as it was understood. */
static int
print_list(const struct poller_options *options, char **operands, int count)
{
	struct list list;
	struct out out;
	struct err err;

	if (load_list(&list, options->parser, operands, count, &err) == -1) {
		err_print(&err, STR_NONE);
		list_release(&list);
		return EXIT_USAGE;
	}
	out_init(&out, STDOUT_FILENO, "standard output");
	if (opml)
		list_write_opml(&list, out_buf(&out));
	else
		list_write_plain(&list, out_buf(&out));
	out_close(&out);
	list_release(&list);
	return EXIT_DONE;
}

static int
run(struct poller_options *options, char **operands, int count)
{
	struct poller *poller;
	sigset_t while_asleep;
	int rc = EXIT_USAGE;

	catch_signals(&while_asleep);
	poller = poller_new(options);
	if (watch_list(poller, options->parser, operands, count) == 0)
		while ((rc = poller_run(poller, &stop, &reload,
		    &while_asleep)) == EXIT_DONE && reload) {
			reload = 0;
			watch_list(poller, options->parser, operands, count);
		}
	poller_free(poller);
	return rc;
}

int
main(int argc, char **argv)
{
	struct parser_options parsing = { parse_source, 1, LIMIT_PARSE_CPU_MS,
	    LIMIT_PARSE_WALL_MS };
	struct poller_options options = { .acks = -1 };
	struct warc_out archive;
	char *quarantine;
	struct err err;
	int count, rc;

	process_setup();
	count = opt_parse(&tool, argc, argv);
	if (status)
		return print_status();
	if (count == 0)
		usage_error("which feeds? a LIST or a URL is needed");
	if (once && follow)
		usage_error("--once or --follow, not both");
	if (probe || opml || plain)
		state_dir = acks_path = archive_path = NULL;	/* it changes nothing */
	options.state = state_open(state_dir, false, &err);
	if (options.state == NULL)
		die("%s", err.msg);
	if (archive_path != NULL) {
		if (warc_create(&archive, archive_path, &err) == -1)
			die("%s", err.msg);
		options.archive = &archive;
	}
	options.quarantine = quarantine = make_quarantine();
	options.acks = open_acks();
	options.once = once;
	options.robots = !no_robots;
	options.progress = err_over_progress = !probe && !opml && !plain &&
	    isatty(STDERR_FILENO);
	http_setup();
	parse_setup(site_rules.v, site_rules.n);
	options.fetcher = start_fetcher();
	enter_jail(argv + 1, count);
	parsing.children = (unsigned)jobs.value;
	options.parser = parser_new(&parsing);

	rc = probe ? print_probe(&options, argv + 1, count) :
	    opml || plain ? print_list(&options, argv + 1, count) :
	    run(&options, argv + 1, count);
	if (options.archive != NULL && warc_finish(&archive, &err) == -1)
		die("%s", err.msg);
	parser_free(options.parser);
	fetcher_free(options.fetcher);
	state_close(options.state);
	opt_list_release(&allow_net);
	opt_list_release(&site_rules);
	free(quarantine);
	return rc;
}
