/*
 * show and note: any file of a store as text, and the notes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "base/record.h"
#include "store/commands.h"
#include "store/frames.h"
#include "store/idrun.h"
#include "store/index.h"
#include "store/log.h"
#include "store/reader.h"

#define SHOWN_MAX	(1UL << 30)

static void
show_segment(struct segment *seg, struct out *out)
{
	struct segment_text text;
	struct str lines;
	uint64_t at = 0;
	struct err err;

	if (segment_open(&text, seg, &err) == -1)
		die("%s", err.msg);
	for (;; at += lines.n) {
		if (segment_lines(&text, at, &lines, &err) == -1)
			die("%s", err.msg);
		if (lines.n == 0)
			break;
		buf_adds(out_buf(out), lines);
		out_poll(out);
	}
	segment_close(&text);
}

static void
put_hex(struct buf *b, const char *name, uint64_t v)
{
	char hex[17];

	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)v);
	json_member_str(b, name, str_of(hex));
}

/* A line of JSON for each row. */
static void
show_index(struct segment *seg, struct out *out)
{
	struct buf *b = out_buf(out);
	struct index x;
	struct err err;

	seg->sealed = true;
	if (index_open(&x, seg, &err) == -1)
		die("%s", err.msg);
	for (size_t i = 0; i < x.n; i++) {
		const char *label = index_label_name((enum label)(x.label[i] %
		    LABELS));

		json_open(b, '{');
		json_member_int(b, "seq", (long long)x.first_seq +
		    (long long)x.seq[i]);
		json_member_int(b, "offset", (long long)x.offset[i]);
		line_put_time(b, "stored", x.stored[i]);
		line_put_time(b, "published", x.published[i]);
		json_member_int(b, "revision", (long long)x.revision[i]);
		put_hex(b, "key", x.key[i]);
		if (label != NULL)
			json_member_str(b, "label", str_of(label));
		if (x.confidence[i] != CONFIDENCE_NONE) {
			json_name(b, "confidence");
			json_put_num(b, (double)x.confidence[i] /
			    CONFIDENCE_UNIT, 4);
		}
		json_member_int(b, "domains", (long long)x.domains[i]);
		json_close(b, '}');
		buf_addc(b, '\n');
		out_poll(out);
	}
	index_close(&x);
}

static int
show_entry(void *arg, const struct id_entry *entry)
{
	struct out *out = arg;
	struct buf *b = out_buf(out);

	json_open(b, '{');
	put_hex(b, "id", entry->id);
	json_member_str(b, "of", entry->id & 1 ? STR("text") : STR("key"));
	json_member_int(b, "segment", (long long)entry->place.segment);
	json_member_int(b, "offset", (long long)entry->place.offset);
	json_close(b, '}');
	buf_addc(b, '\n');
	out_poll(out);
	return 0;
}

static void
show_run(const char *path, struct out *out)
{
	struct idrun run;
	struct err err;

	if (idrun_open(&run, path, &err) == -1 ||
	    idrun_each(&run, show_entry, out, &err) == -1)
		die("%s", err.msg);
	idrun_close(&run);
}

/* Any other file: frames are unpacked as far as they go, the rest is text. */
static void
show_bytes(const char *path, struct out *out)
{
	struct buf b = BUF_INIT;
	struct err err;

	if (file_slurp(path, &b, SHOWN_MAX, &err) == -1)
		die("%s", err.msg);
	if (str_ends(str_of(path), STR(".zst")))
		frames_salvage(buf_str(&b), out_buf(out));
	else
		buf_adds(out_buf(out), buf_str(&b));
	buf_release(&b);
}

/* "PATH.suffix" names a file of such a segment. */
static bool
is_segment(struct segment *seg, const char *path, const char *suffix)
{
	struct str name = str_of(path);

	if (!str_ends(name, str_of(suffix)))
		return false;
	seg->path = xstrndup(name.p, name.n - strlen(suffix));
	return true;
}

static void
show_file(const char *path, struct out *out)
{
	struct segment seg = { .number = 1, .last = 1 };

	if (is_segment(&seg, path, ".jsonl.zst")) {
		seg.sealed = true;
		show_segment(&seg, out);
	} else if (is_segment(&seg, path, ".jsonl"))
		show_segment(&seg, out);
	else if (is_segment(&seg, path, ".idx"))
		show_index(&seg, out);
	else if (str_ends(str_of(path), STR(".ids")))
		show_run(path, out);
	else
		show_bytes(path, out);
	free(seg.path);
}

int
run_show(int argc, char **argv)
{
	static const struct opt opts[] = { { 0 } };
	const struct tool tool = { "stance-store show", "FILE",
	    "Print FILE, any file of a store, as text.", opts, NULL };
	int n = opt_parse(&tool, argc, argv);
	char *folder, *slash;
	struct out out;

	if (n != 1)
		usage_error("which file? name one of a store");
	if (access(argv[1], F_OK) == -1)
		die_errno("cannot open '%s'", argv[1]);
	folder = xstrdup(argv[1]);	/* an index is read beside its segment */
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[1] = '\0';
	out_init(&out, STDOUT_FILENO, "<stdout>");
	digest_setup();
	jail_enter(JAIL_READ, (const char *[]){ slash ? folder : ".", NULL },
	    NULL);
	show_file(argv[1], &out);
	out_close(&out);
	free(folder);
	return EXIT_DONE;
}

static void
put_note(void *arg, const struct line *line, struct arena *a)
{
	struct out *out = arg;

	(void)a;
	buf_adds(out_buf(out), line->text);
	buf_addc(out_buf(out), '\n');
	out_poll(out);
}

static int
add_note(const char *store, struct str line, struct out *out, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct record rec;
	uint64_t seq;
	int rc = record_read(&rec, line, &a, err);

	if (rc == 0 && !str_eq(record_str(&rec, RECORD_TYPE, &a),
	    STR("note")))
		rc = err_set(err, "a note has the type \"note\"");
	if (rc == 0) {
		if (notes_add(store, line, &seq, err) == -1)
			die("%s", err->msg);
		buf_addf(out_buf(out), "{\"seq\":%llu,\"status\":\"new\"}\n",
		    (unsigned long long)seq);
	}
	arena_release(&a);
	return rc;
}

int
run_note(int argc, char **argv)
{
	bool list = false;
	const struct opt opts[] = {
		{ 0, "list", NULL, "print the notes", OPT_FLAG, &list },
		{ 0 }
	};
	const struct tool tool = { "stance-store note", "[--list] STORE",
	    "Add the notes on standard input to STORE.", opts, NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct refusals refusals;
	struct out out;
	struct str line;
	struct err err;
	struct in in;

	digest_setup();
	out_init(&out, STDOUT_FILENO, "<stdout>");
	refusals_open(&refusals, NULL);
	jail_enter(list ? JAIL_READ : JAIL_WRITE,
	    (const char *[]){ list ? store : NULL, NULL },
	    (const char *[]){ list ? NULL : store, NULL });
	if (store_check_format(store, &err) == -1 ||
	    (list && notes_each(store, put_note, &out, &err) == -1))
		die("%s", err.msg);
	in_init(&in, STDIN_FILENO, "<stdin>", LIMIT_LINE);
	while (!list && in_line(&in, &out, &line) != IN_EOF)
		if (add_note(store, line, &out, &err) == -1)
			refuse(&refusals, in.name, in.line, line, &err);
	in_release(&in);
	out_close(&out);
	return refusals_exit(&refusals);
}
