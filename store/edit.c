/*
 * split-story and join-story: say that a join was wrong, or is missing.  They add
 * a note (store/edits.h) and change nothing that is stored.
 */
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "store/commands.h"
#include "store/edits.h"
#include "store/log.h"
#include "store/reader.h"

/* What both commands take. */
struct edit {
	const char	*store;
	const char	*reason, *by;
	struct out	 out;
};

#define EDIT_OPTIONS(edit)						\
	{ 'r', "reason", "TEXT", "why", OPT_STRING, &(edit)->reason },	\
	{ 0, "by", "NAME", "who says so", OPT_STRING, &(edit)->by },	\
	{ 0 }

static void
begin(struct edit *edit)
{
	struct err err;

	digest_setup();
	out_init(&edit->out, STDOUT_FILENO, "<stdout>");
	jail_enter(JAIL_WRITE, NULL, (const char *[]){ edit->store, NULL });
	if (store_check_format(edit->store, &err) == -1)
		die("%s", err.msg);
}

/* Add the note that lies open in `b`, print it with its seq. */
static void
finish(struct edit *edit, struct buf *b)
{
	uint64_t seq;
	struct err err;

	if (edit->reason != NULL)
		json_member_str(b, "reason", str_of(edit->reason));
	if (edit->by != NULL)
		json_member_str(b, "by", str_of(edit->by));
	json_close(b, '}');
	if (notes_add(edit->store, buf_str(b), &seq, &err) == -1)
		die("%s", err.msg);
	buf_addf(out_buf(&edit->out), "{\"seq\":%llu,\"status\":\"new\"}\n",
	    (unsigned long long)seq);
	out_close(&edit->out);
	buf_release(b);
}

static void
open_note(struct buf *b, const char *note)
{
	json_open(b, '{');
	json_member_str(b, "type", STR("note"));
	json_member_str(b, "note", str_of(note));
}

/* Is there an article with this key or id?  Its key. */
static struct str
find_key(const char *store, struct str name, struct arena *found)
{
	struct arena a = ARENA_INIT;
	struct str key = STR_NONE;
	enum reader_result result;
	struct article art;
	struct reader r;
	struct line line;
	struct err err;

	if (reader_open(&r, store, &err) == -1)
		die("%s", err.msg);
	while (key.n == 0 &&
	    (result = reader_next(&r, &line, &err)) != READER_END) {
		/* most lines can be told without reading them */
		if (result == READER_DAMAGE || line.revision != 1 ||
		    (str_find(line.text, name, 0) < 0 &&
		    memchr(name.p, '/', name.n) == NULL))
			continue;
		arena_reset(&a);
		if (article_read(&art, &line, &a, &err) == 0 &&
		    (str_eq(record_key(&art.rec, &a), name) ||
		    str_eq(record_str(&art.rec, RECORD_ID, &a), name)))
			key = arena_str(found, record_key(&art.rec, &a));
	}
	reader_close(&r);
	arena_release(&a);
	return key;
}

int
run_split_story(int argc, char **argv)
{
	struct edit edit = { .reason = NULL };
	const struct opt opts[] = { EDIT_OPTIONS(&edit) };
	const struct tool tool = { "stance-store split-story",
	    "[OPTION...] STORE ARTICLE",
	    "Make an article, named by its key or id, a story of its own.",
	    opts, NULL };
	int n = opt_parse(&tool, argc, argv);
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct str key;

	edit.store = store_operand(n, argv);
	if (n != 2)
		usage_error("which article? name its key or id");
	begin(&edit);
	key = find_key(edit.store, str_of(argv[2]), &a);
	if (key.n == 0) {
		warn("there is no article '%s'", argv[2]);
		return EXIT_NO;
	}
	open_note(&b, "split-story");
	json_member_str(&b, "key", key);
	finish(&edit, &b);
	arena_release(&a);
	return EXIT_DONE;
}

int
run_join_story(int argc, char **argv)
{
	struct edit edit = { .reason = NULL };
	const struct opt opts[] = { EDIT_OPTIONS(&edit) };
	const struct tool tool = { "stance-store join-story",
	    "[OPTION...] STORE STORY INTO",
	    "Count a story as part of another.", opts,
	    "Joined into itself it is on its own again." };
	int n = opt_parse(&tool, argc, argv);
	struct buf b = BUF_INIT;

	edit.store = store_operand(n, argv);
	if (n != 3)
		usage_error("which stories? name two ids");
	for (int i = 2; i <= 3; i++)
		if (!is_story_id(str_of(argv[i])))
			usage_error("'%s' is no story: 16 hexadecimal digits",
			    argv[i]);
	begin(&edit);
	open_note(&b, "join-story");
	json_member_str(&b, "from", str_of(argv[2]));
	json_member_str(&b, "into", str_of(argv[3]));
	finish(&edit, &b);
	return EXIT_DONE;
}
