/*
 * add: stdin to the store.  A group of records is written, synced and then
 * acknowledged when stdin would block, when it is full, or when its first
 * record has waited long enough.
 */
#include <assert.h>
#include <signal.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/opt.h"
#include "base/record.h"
#include "store/commands.h"
#include "store/writer.h"

#define GROUP_MS	50

struct adding {
	struct writer	*writer;
	struct out	 out;		/* acknowledgements for what is durable */
	struct buf	 sent;		/* those for what was sent to the disk */
	struct buf	 waiting;	/* and for what was not, yet */
	bool		 ack;
};

/* The waiting ones become those that were sent. */
static void
take_turns(struct adding *adding)
{
	struct buf empty = adding->sent;

	buf_reset(&empty);
	adding->sent = adding->waiting;
	adding->waiting = empty;
}

/* A full group goes to the disk; the one before it is there now. */
static void
send_group(struct adding *adding)
{
	writer_send(adding->writer);
	buf_adds(out_buf(&adding->out), buf_str(&adding->sent));
	take_turns(adding);
	out_flush(&adding->out);
}

/* All that came so far. */
static void
commit(void *arg)
{
	struct adding *adding = arg;

	writer_commit(adding->writer);
	buf_adds(out_buf(&adding->out), buf_str(&adding->sent));
	buf_adds(out_buf(&adding->out), buf_str(&adding->waiting));
	buf_reset(&adding->sent);
	buf_reset(&adding->waiting);
	out_flush(&adding->out);
}

static void
acknowledge(struct adding *adding, const struct record *rec,
    const struct added *added, struct arena *a)
{
	static const char *const names[] = { [ADDED_NEW] = "new",
	    [ADDED_REVISION] = "revision", [ADDED_DUPLICATE] = "duplicate" };
	struct buf *b = &adding->waiting;

	if (!adding->ack)
		return;
	json_open(b, '{');
	json_name(b, "seq");
	json_put_int(b, (long long)added->seq);
	json_member_str(b, "id", record_str(rec, RECORD_ID, a));
	json_member_str(b, "key", added->key);
	json_member_str(b, "rev", added->rev);
	json_member_str(b, "status", str_of(names[added->status]));
	json_close(b, '}');
	buf_addc(b, '\n');
}

/* Whoever waits for an answer gets one for a refused record, too: with what
 * could be read of its identity. */
static void
acknowledge_refusal(struct adding *adding, struct str line,
    unsigned long line_number, const struct err *why, struct arena *a)
{
	struct buf *b = &adding->waiting;
	struct record rec;
	struct err err;

	if (!adding->ack)
		return;
	json_open(b, '{');
	if (record_read(&rec, line, a, &err) == 0) {
		json_member_str(b, "id", record_str(&rec, RECORD_ID, a));
		json_member_str(b, "key", record_key(&rec, a));
		json_member_str(b, "rev", record_rev(&rec, a));
	}
	json_member_str(b, "status", STR("refused"));
	json_name(b, "line");
	json_put_int(b, (long long)line_number);
	json_member_str(b, "error", str_of(why->msg));
	json_close(b, '}');
	buf_addc(b, '\n');
}

static int
check_record(const struct record *rec, struct arena *a, struct err *err)
{
	struct str error = record_str(rec, RECORD_ERROR, a);

	if (rec->known[RECORD_ERROR] != NULL)
		return err_set(err, "it reports an error: %.*s",
		    STR_FMT(str_slice(error, 0, 200)));
	return record_is_article(rec) ? record_check_article(rec, err) : 0;
}

static int
add_line(struct adding *adding, struct str line, struct arena *a,
    struct err *err)
{
	struct record rec;
	struct added added;

	if (record_read(&rec, line, a, err) == -1 ||
	    check_record(&rec, a, err) == -1)
		return -1;
	writer_add(adding->writer, &rec, a, &added);
	acknowledge(adding, &rec, &added, a);
	return 0;
}

static void
add_all(struct adding *adding, struct refusals *refusals, size_t group)
{
	struct arena a = ARENA_INIT;
	enum in_result result;
	struct str line;
	struct err err;
	struct in in;

	in_init(&in, STDIN_FILENO, "<stdin>", LIMIT_LINE);
	in.before_wait = commit;
	in.wait_arg = adding;
	while ((result = in_line(&in, NULL, &line)) != IN_EOF) {
		int rc;

		arena_reset(&a);
		if (result == IN_LONG)
			rc = err_set(&err, "longer than %lu bytes", LIMIT_LINE);
		else
			rc = add_line(adding, line, &a, &err);
		if (rc == -1) {
			refuse(refusals, in.name, in.line, line, &err);
			acknowledge_refusal(adding, line, in.line, &err, &a);
		}
		/* duplicates write nothing, but wait for their answers */
		if (writer_pending(adding->writer) >= group ||
		    adding->waiting.n >= IO_WRITE ||
		    writer_age_ms(adding->writer) >= GROUP_MS)
			send_group(adding);
	}
	commit(adding);
	in_release(&in);
	arena_release(&a);
}

int
run_add(int argc, char **argv)
{
	struct opt_number group = { 100, 1, 100000 };
	struct opt_number segment_size = { 64 << 20, 1, 256 << 20 };
	struct opt_number keep = { 0, 0, 36500 };
	const char *rejects = NULL;
	bool no_stories = false;
	struct writer_options options;
	struct adding adding = { .waiting = BUF_INIT };
	const struct opt opts[] = {
		{ 0, "ack", NULL, "answer each record on standard output once "
		    "it is durable", OPT_FLAG, &adding.ack },
		{ 'g', "group", "N", "sync after N records at the latest "
		    "(default 100)", OPT_NUMBER, &group },
		{ 0, "segment-size", "BYTES", "seal a segment of this size "
		    "(default 64 MiB)", OPT_NUMBER, &segment_size },
		{ 0, "keep", "DAYS", "drop what arrived so long before the "
		    "newest record (default: never)", OPT_NUMBER, &keep },
		{ 0, "no-stories", NULL, "do not look for articles that tell "
		    "one story", OPT_FLAG, &no_stories },
		{ 0, "rejects", "FILE", "append refused lines to FILE",
		    OPT_STRING, &rejects },
		{ 0 }
	};
	const struct tool tool = { "stance-store add",
	    "[--ack] [--group N] [--segment-size BYTES] [--keep DAYS]\n"
	    "    [--no-stories] [--rejects FILE] STORE",
	    "Add the records on standard input to STORE.", opts, NULL };
	struct refusals refusals;
	const char *store;

	store = store_operand(opt_parse(&tool, argc, argv), argv);
	signal(SIGPIPE, SIG_IGN);
	refusals_open(&refusals, rejects);
	store_make(store);
	digest_setup();
	jail_enter(JAIL_WRITE | JAIL_THREAD, NULL,
	    (const char *[]){ store, NULL });

	out_init(&adding.out, STDOUT_FILENO, "<stdout>");
	adding.out.keep_going = true;	/* the store outlives its readers */
	options = (struct writer_options){ .stories = !no_stories,
	    .segment_size = (uint64_t)segment_size.value,
	    .keep = keep.value * 86400 };
	adding.writer = writer_open(store, &options);
	add_all(&adding, &refusals, (size_t)group.value);
	writer_close(adding.writer);
	if (adding.out.error != 0)
		warn("nobody read the acknowledgements: %s",
		    strerror(adding.out.error));
	out_close(&adding.out);
	buf_release(&adding.sent);
	buf_release(&adding.waiting);
	return refusals_exit(&refusals);
}
