/*
 * stance-alert follows a store and delivers what matches: an intent is made
 * durable together with the cursor behind its record, then tried, then its
 * result is noted.  Killed at any moment, it delivers after the restart what it
 * owed: at least once, always under the same key.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "store/edits.h"
#include "store/outbox.h"
#include "store/query.h"
#include "store/reader.h"
#include "store/send.h"
#include "store/watch.h"

#define BACKOFF_FIRST_MS	1000
#define BACKOFF_MOST_MS		300000
#define GIVE_UP_S		86400
/* More than this owed, and the store is not read on: it keeps the rest. */
#define OWED_MAX		10000
/* A restart looks at no more than so many records again. */
#define LINES_BETWEEN_CURSORS	1000
/* The first start does not alert about older records. */
#define FIRST_LOOK_BACK_S	86400

struct alerting {
	const char	*match;		/* the query, as written */
	const char	*channel;	/* the command or address */
	struct query	*query;
	struct edits	*edits;		/* what people said about stories */
	struct reader	 reader;
	struct outbox	*outbox;
	struct sender	 sender;
	unsigned	 lines;		/* since the cursor was last written */
	bool		 passed;	/* damage, where alerts may be missing */
	struct buf	 body;
};

/* What stays with the store: an alert is to be read at a glance. */
static const char *const left_out[] = { "content_text", "content_html", "x",
    NULL };

/* One alert for a story and label: a story whose label flips is told again. */
static void
make_key(const struct alerting *al, struct str story, struct str label,
    char out[ALERT_KEY_DIGITS + 1])
{
	struct str parts[] = { story, label, str_of(al->match),
	    str_of(al->channel) };

	sha256_hex_parts(parts, 4, out, ALERT_KEY_DIGITS);
}

/* A story and label, to be told or not. */
struct telling {
	const struct alerting *al;
	struct str label;		/* STR_NONE: any */
};

static bool
part_was_told(void *arg, struct str story)
{
	const struct telling *t = arg;
	char key[ALERT_KEY_DIGITS + 1];

	make_key(t->al, story, t->label, key);
	return outbox_knows(t->al->outbox, key);
}

/* Was the story, or one that is part of it, told with this label? */
static bool
was_told(const struct alerting *al, struct str story, struct str label)
{
	struct telling t = { al, label };

	return edits_any_part(al->edits, story, part_was_told, &t);
}

/* An article of no story stands for itself. */
static struct str
or_key(struct str story, const struct article *art)
{
	return story.n > 0 ? story : record_key(&art->rec, art->a);
}

static void
write_body(struct buf *b, const struct alerting *al, const char *alert,
    struct str story, bool flip, const struct article *art)
{
	struct proof proof;

	buf_reset(b);
	json_open(b, '{');
	json_name(b, "v");
	json_put_int(b, RECORD_VERSION);
	json_member_str(b, "type", STR("alert"));
	json_member_str(b, "alert", str_of(alert));
	json_member_str(b, "kind", flip ? STR("flip") : STR("new"));
	json_name(b, "story");
	json_open(b, '{');
	json_member_str(b, "id", story);
	json_close(b, '}');
	json_member_str(b, "rule", str_of(al->match));
	if (article_proof(art, &proof)) {
		json_member_str(b, "sentence", arena_printf(art->a,
		    "%.*s%.*s%.*s", STR_FMT(proof.before),
		    STR_FMT(proof.exact), STR_FMT(proof.after)));
		json_member_str(b, "exact", proof.exact);
	}
	json_name(b, "article");
	record_copy(b, &art->rec, left_out);
	buf_addz(b, "}}");
}

static void
refresh_edits(struct alerting *al)
{
	struct err err;

	if (edits_refresh(al->edits, NULL, NULL, &err) == -1)
		die("%s", err.msg);
}

/* The key is that of the article's own story, so that it stays when stories are
 * joined and when they are taken apart again. */
static void
look_at(struct alerting *al, const struct line *line, struct arena *a)
{
	char alert[ALERT_KEY_DIGITS + 1], any[ALERT_KEY_DIGITS + 1];
	struct article art;
	struct str story, own, label;
	struct err err;

	if (article_read(&art, line, a, &err) == -1)
		return;
	art.edits = al->edits;
	if (article_is_backfill(&art) || !query_match(al->query, &art))
		return;
	refresh_edits(al);
	label = article_verdict(&art, "label");
	story = or_key(article_story(&art), &art);
	if (was_told(al, story, label))
		return;
	own = or_key(article_own_story(&art), &art);
	make_key(al, own, label, alert);
	make_key(al, own, STR_NONE, any);
	write_body(&al->body, al, alert, story, was_told(al, story, STR_NONE),
	    &art);
	/* I11 */
	outbox_intend(al->outbox, alert, any, buf_str(&al->body), &al->reader.at);
	al->lines = 0;
}

/* Look at what has come.  True when the end of the store was reached. */
static bool
look(struct alerting *al)
{
	enum reader_result result = READER_LINE;
	struct arena a = ARENA_INIT;
	struct line line;
	struct err err;

	refresh_edits(al);
	while (outbox_owed(al->outbox) < OWED_MAX &&
	    (result = reader_next(&al->reader, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
			al->passed = true;
			continue;
		}
		arena_reset(&a);
		look_at(al, &line, &a);
		if (++al->lines >= LINES_BETWEEN_CURSORS) {
			outbox_move(al->outbox, &al->reader.at);
			al->lines = 0;
		}
	}
	outbox_sync(al->outbox);
	arena_release(&a);
	return result == READER_END;
}

/* Doubling from a second to five minutes; half of it is chance, so that many
 * that failed together do not come back together. */
static int64_t
backoff_ms(unsigned attempts)
{
	unsigned doublings = attempts - 1 < 16 ? attempts - 1 : 16;
	int64_t ms = (int64_t)BACKOFF_FIRST_MS << doublings;
	uint32_t chance = 0;

	if (ms > BACKOFF_MOST_MS)
		ms = BACKOFF_MOST_MS;
	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) == -1)
		chance = UINT32_MAX;
	return ms / 2 + (int64_t)((uint64_t)(ms / 2) * chance / UINT32_MAX);
}

static void
take_answer(struct alerting *al)
{
	struct delivery *d = outbox_first(al->outbox);
	struct sent sent;
	int64_t wait;

	sender_answer(&al->sender, &sent);
	assert(d != NULL);
	if (sent.status == SENT_AGAIN &&
	    clock_now() - d->since >= GIVE_UP_S)
		sent.status = SENT_FAILED;
	switch (sent.status) {
	case SENT_DELIVERED:
		outbox_done(al->outbox, true, sent.detail);
		return;
	case SENT_FAILED:
		warn("alert %s: %.*s; given up", d->alert,
		    STR_FMT(sent.detail));
		outbox_done(al->outbox, false, sent.detail);
		return;
	case SENT_AGAIN:
		wait = backoff_ms(d->attempts);
		if (wait < 1000 * sent.seconds)
			wait = 1000 * sent.seconds;
		warn("alert %s: attempt %u: %.*s; again in %lld s", d->alert,
		    d->attempts, STR_FMT(sent.detail),
		    (long long)(wait + 999) / 1000);
		outbox_put_off(al->outbox, clock_monotonic_ms() + wait);
		return;
	}
}

/* Hand over what is due.  Milliseconds until there is something to do again. */
static int
hand_over(struct alerting *al)
{
	struct delivery *d = outbox_first(al->outbox);
	int64_t left;

	if (al->sender.busy || d == NULL)
		return WATCH_MS;
	left = d->due_ms - clock_monotonic_ms();
	if (left > 0)
		return left < WATCH_MS ? (int)left : WATCH_MS;
	outbox_attempt(al->outbox);
	sender_send(&al->sender, d);
	return WATCH_MS;
}

/* Nothing can be done now that would not fail at once. */
static bool
is_finished(const struct alerting *al)
{
	struct delivery *d = outbox_first(al->outbox);

	return !al->sender.busy &&
	    (d == NULL || d->due_ms > clock_monotonic_ms());
}

static void
run(struct alerting *al, struct watch *watch, bool once)
{
	for (;;) {
		bool at_end = look(al);
		int timeout = hand_over(al);
		struct pollfd fds[] = {
			{ .fd = al->sender.fd, .events = POLLIN },
			{ .fd = watch->fd, .events = POLLIN },
		};

		if (once && at_end && is_finished(al))
			return;
		if (at_end && watch_aim(watch, &al->reader))
			continue;
		if (poll(fds, 2, timeout) == -1 && errno != EINTR)
			die_errno("poll");
		if (fds[0].revents != 0) {
			if (!al->sender.busy)
				die("the sender has gone");
			take_answer(al);
		}
		watch_drain(watch);
	}
}

/* On the very first start, put the cursor behind what is old. */
static void
pass_old(struct alerting *al)
{
	int64_t not_before = clock_now() - FIRST_LOOK_BACK_S;
	struct cursor at = { 0 };
	enum reader_result result;
	struct line line;
	struct err err;

	while ((result = reader_next(&al->reader, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE)	/* old as well, else run() meets it */
			continue;
		if (line.stored >= not_before)
			break;
		at = al->reader.at;
	}
	outbox_move(al->outbox, &at);
	outbox_sync(al->outbox);
}

/* The name of an outbox that was given none: one for each rule and channel. */
static char *
default_name(const struct alerting *al)
{
	struct str parts[] = { str_of(al->match), str_of(al->channel) };
	char hex[13];

	sha256_hex_parts(parts, 2, hex, 12);
	return xstrdup(hex);
}

static void
check_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (*name == '\0' || name[strspn(name, allowed)] != '\0')
		usage_error("'--name' takes letters, digits, '-' and '_', "
		    "not '%s'", name);
}

static void
make_folder(const char *path)
{
	struct err err;

	if (make_folders(path, 0755, &err) == -1 ||
	    sync_parent(path, &err) == -1)
		die("%s", err.msg);
}

/* The store is only read, but for these two folders. */
static void
enter_jail(const char *store)
{
	char *outbox = xasprintf("%s/outbox", store);
	char *quarantine = xasprintf("%s/quarantine", store);
	struct err err;

	if (store_check_format(store, &err) == -1)
		die("%s", err.msg);
	make_folder(outbox);
	make_folder(quarantine);
	digest_setup();
	jail_enter(JAIL_WRITE | JAIL_WATCH,
	    (const char *[]){ store, NULL },
	    (const char *[]){ outbox, quarantine, NULL });
	free(outbox);
	free(quarantine);
}

static struct query *
compile(const char *match)
{
	struct err err;
	struct query *q = query_new(match, clock_now(), &err);

	if (q == NULL)
		usage_error("in the query '%s', column %lu: %s", match,
		    err.column, err.msg);
	return q;
}

static int
finish(struct alerting *al, struct watch *watch)
{
	size_t owed = outbox_owed(al->outbox);

	if (al->lines > 0)
		outbox_move(al->outbox, &al->reader.at);
	outbox_close(al->outbox);
	sender_stop(&al->sender);
	watch_release(watch);
	reader_close(&al->reader);
	query_free(al->query);
	edits_free(al->edits);
	buf_release(&al->body);
	if (owed > 0)
		warn("%zu alerts are still owed; the next run tries again",
		    owed);
	return owed > 0 || al->passed ? EXIT_WORLD : EXIT_DONE;
}

static int
run_run(int argc, char **argv)
{
	struct alerting al = { .match = NULL };
	struct channel_options channel = { .command = NULL };
	struct opt_number timeout = { 60, 1, 3600 };
	const char *name = NULL;
	char *made = NULL;
	bool once = false;
	const struct opt opts[] = {
		{ 'm', "match", "QUERY", "alert about articles that match it",
		    OPT_STRING, &al.match },
		{ 'e', "exec", "CMD", "run CMD with the alert as JSON on its "
		    "standard input", OPT_STRING, &channel.command },
		{ 'w', "webhook", "URL", "POST the alert as JSON to URL",
		    OPT_STRING, &channel.webhook },
		{ 0, "header", "LINES", "more headers for the webhook",
		    OPT_STRING, &channel.headers },
		{ 0, "name", "NAME", "name of the outbox (default: made from "
		    "query and channel)", OPT_STRING, &name },
		{ 0, "timeout", "SECONDS", "of one delivery (default 60)",
		    OPT_NUMBER, &timeout },
		{ 0, "once", NULL, "end when all that is there was tried",
		    OPT_FLAG, &once },
		{ 0 }
	};
	const struct tool tool = { "stance-alert run",
	    "STORE --match QUERY --exec CMD [--once]\n"
	    "STORE --match QUERY --webhook URL [--once]",
	    "Follow STORE and deliver each matching article once.", opts,
	    NULL };
	int n = opt_parse(&tool, argc, argv);
	struct watch watch;
	struct err err;

	if (n != 1)
		usage_error("which store? name one folder");
	if (al.match == NULL)
		usage_error("'--match' is needed");
	if ((channel.command == NULL) == (channel.webhook == NULL))
		usage_error("either '--exec' or '--webhook' is needed");
	al.channel = channel.command ? channel.command : channel.webhook;
	al.query = compile(al.match);
	if (name == NULL)
		name = made = default_name(&al);
	check_name(name);
	channel.timeout_ms = 1000 * (unsigned)timeout.value;
	signal(SIGPIPE, SIG_IGN);
	sender_start(&al.sender, &channel);
	watch_init(&watch);
	enter_jail(argv[1]);
	if ((al.edits = edits_load(argv[1], &err)) == NULL)
		die("%s", err.msg);
	al.outbox = outbox_open(argv[1], name);
	if (reader_open(&al.reader, argv[1], &err) == -1)
		die("%s", err.msg);
	if (!outbox_is_old(al.outbox))
		pass_old(&al);
	if (reader_seek(&al.reader, outbox_cursor(al.outbox), &err) == -1)
		die("%s", err.msg);
	run(&al, &watch, once);
	free(made);
	return finish(&al, &watch);
}

/* Each outbox of the store: its log's name without ".jsonl". */
static int
list_all(const char *store, struct buf *b, struct err *err)
{
	char *folder = xasprintf("%s/outbox", store);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	while (dir != NULL && rc == 0 && (entry = readdir(dir)) != NULL) {
		struct str file = str_of(entry->d_name);
		char *name;

		if (!str_ends(file, STR(".jsonl")))
			continue;
		name = xstrndup(file.p, file.n - 6);
		rc = outbox_list(store, name, b, err);
		free(name);
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
	return rc;
}

static int
run_list(int argc, char **argv)
{
	static const struct opt opts[] = { { 0 } };
	const struct tool tool = { "stance-alert list", "STORE",
	    "Print the alerts that were not delivered: owed or failed.", opts,
	    NULL };
	int n = opt_parse(&tool, argc, argv);
	struct out out;
	struct err err;

	if (n != 1)
		usage_error("which store? name one folder");
	out_init(&out, STDOUT_FILENO, "<stdout>");
	digest_setup();
	jail_enter(JAIL_READ, (const char *[]){ argv[1], NULL }, NULL);
	if (store_check_format(argv[1], &err) == -1 ||
	    list_all(argv[1], out_buf(&out), &err) == -1)
		die("%s", err.msg);
	out_close(&out);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	static const struct command commands[] = {
		{ "run", "follow a store and deliver what matches", run_run },
		{ "list", "print what is owed or has failed", run_list },
		{ 0 }
	};
	const struct tool tool = { "stance-alert", "COMMAND [ARGUMENT...]",
	    "Deliver alerts about the articles of a store.", NULL,
	    "'stance-alert COMMAND --help' tells more." };

	process_setup();
	return command_run(&tool, commands, argc, argv);
}
