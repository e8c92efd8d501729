/*
 * stance-classify: tag each article on standard input easing, tightening,
 * mixed or neutral, with the evidence.  The rules are read and compiled before
 * the jail; after it nothing but the two streams is left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/opt.h"
#include "base/path.h"
#include "base/record.h"
#include "classify/program.h"

static const char *const owned[] = { "stance", NULL };

struct classifier {
	struct program	 prog;
	struct bench	 bench;
	struct arena	 arena;
	struct refusals	 refusals;
	struct in	 in;
	struct out	 out;
	bool		 one_for_one, explain, colour;
};

/* Where the rules come from: -r, else default.rules, and every --pack. */
static void
load_rules(struct program *prog, const struct opt_list *rules,
    const struct opt_list *packs)
{
	size_t count = 0;
	const char **paths = xreallocarray(NULL, rules->n + packs->n + 1,
	    sizeof(*paths));
	struct err err;

	for (size_t i = 0; i < rules->n; i++)
		paths[count++] = xstrdup(rules->v[i]);
	if (rules->n == 0) {
		paths[count++] = path_data("rules/default.rules");
		if (paths[0] == NULL)
			die("cannot find rules/default.rules; is stance installed?");
	}
	for (size_t i = 0; i < packs->n; i++) {
		char *name = xasprintf("rules/packs/%s.rules", packs->v[i]);

		paths[count] = path_data(name);
		if (paths[count++] == NULL)
			usage_error("no pack '%s'", packs->v[i]);
		free(name);
	}
	if (program_load(prog, paths, count, &err) == -1) {
		err_print(&err, rulefiles_line(&prog->files, &err));
		exit(EXIT_USAGE);
	}
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)paths[i]);
	free(paths);
}

/* The id that can still be told of a line that was refused. */
static struct str
id_of(const struct record *rec, struct arena *a)
{
	return rec->count > 0 ? record_str(rec, RECORD_ID, a) : STR_NONE;
}

static void
reject(struct classifier *c, struct str line, const struct record *rec,
    const struct err *err)
{
	struct buf *b = out_buf(&c->out);

	refuse(&c->refusals, c->in.name, c->in.line, line, err);
	if (!c->one_for_one)
		return;
	json_open(b, '{');
	json_name(b, "v");
	json_put_int(b, RECORD_VERSION);
	json_member_str(b, "id", id_of(rec, &c->arena));
	json_member_str(b, "error", str_of(err->msg));
	json_close(b, '}');
	buf_addc(b, '\n');
}

/* The record goes on as it came. */
static void
pass_on(struct classifier *c, const struct record *rec)
{
	buf_adds(out_buf(&c->out), rec->line);
	buf_addc(out_buf(&c->out), '\n');
}

static void
judge_record(struct classifier *c, const struct record *rec)
{
	struct arena *a = &c->arena;
	struct buf *b = out_buf(&c->out);
	bool whole = rec->known[RECORD_TEXT] != NULL;
	struct verdict v;

	bench_judge(&c->bench, record_str(rec, RECORD_LANGUAGE, a),
	    record_str(rec, RECORD_TITLE, a),
	    record_str(rec, whole ? RECORD_TEXT : RECORD_SUMMARY, a), a, &v);
	if (c->explain) {
		verdict_explain(b, &c->bench, record_str(rec, RECORD_ID, a),
		    &v, c->colour);
		return;
	}
	record_copy(b, rec, owned);
	verdict_write(b, &c->bench, &v, whole ? "content_text" : "summary");
	record_end(b);
}

static void
take_line(struct classifier *c, struct str line)
{
	struct record rec = { .count = 0 };
	struct err err = { .file = NULL };

	if (record_read(&rec, line, &c->arena, &err) == -1) {
		reject(c, line, &rec, &err);
		return;
	}
	if (rec.known[RECORD_ERROR] != NULL || !record_is_article(&rec)) {
		if (!c->explain)
			pass_on(c, &rec);
		return;
	}
	if (record_check_article(&rec, &err) == -1)
		reject(c, line, &rec, &err);
	else
		judge_record(c, &rec);
}

static void
filter(struct classifier *c)
{
	const struct record none = { .count = 0 };
	struct str line;
	struct err err;

	for (;;) {
		arena_reset(&c->arena);
		switch (in_line(&c->in, &c->out, &line)) {
		case IN_EOF:
			return;
		case IN_LONG:
			err = (struct err){ .file = NULL };
			err_set(&err, "longer than %lu bytes", LIMIT_LINE);
			reject(c, line, &none, &err);
			break;
		case IN_LINE:
			take_line(c, line);
			break;
		}
		out_poll(&c->out);
	}
}

static int
test_rules(const struct program *prog)
{
	size_t count, failed;

	program_test(prog, &count, &failed);
	fprintf(stderr, "%zu tests of rules, %zu failed\n", count, failed);
	return failed ? EXIT_NO : EXIT_DONE;
}

static int
list_rules(struct classifier *c)
{
	program_list(&c->prog, out_buf(&c->out));
	out_close(&c->out);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	static struct classifier c;
	struct opt_list rules = { NULL, 0, 0 }, packs = { NULL, 0, 0 };
	const char *rejects = NULL;
	bool test = false, list = false;
	const struct opt opts[] = {
		{ 'r', "rules", "FILE|DIR", "use these rules, not the default",
		    OPT_LIST, &rules },
		{ 'p', "pack", "NAME", "add the pack rules/packs/NAME.rules",
		    OPT_LIST, &packs },
		{ 'e', "explain", NULL, "print why, for people", OPT_FLAG,
		    &c.explain },
		{ '1', "one-for-one", NULL,
		    "answer a refused line with an error record", OPT_FLAG,
		    &c.one_for_one },
		{ 0, "rejects", "FILE", "keep refused lines in FILE",
		    OPT_STRING, &rejects },
		{ 't', "test-rules", NULL, "run the tests in the rule files",
		    OPT_FLAG, &test },
		{ 'l', "list", NULL, "print the compiled rules", OPT_FLAG,
		    &list },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-classify", "[OPTION]...",
	    "Tag each article easing, tightening, mixed or neutral.", opts,
	    "Records are read from standard input, one JSON object a line." };
	int status;

	process_setup();
	if (opt_parse(&tool, argc, argv) > 0)
		usage_error("unexpected operand '%s'", argv[1]);
	digest_setup();
	load_rules(&c.prog, &rules, &packs);
	refusals_open(&c.refusals, rejects);
	out_init(&c.out, STDOUT_FILENO, "standard output");
	c.colour = isatty(STDOUT_FILENO);
	jail_enter(JAIL_STDIO, NULL, NULL);
	if (test) {
		status = test_rules(&c.prog);
	} else if (list) {
		status = list_rules(&c);
	} else {
		bench_init(&c.bench, &c.prog);
		in_init(&c.in, STDIN_FILENO, "standard input", LIMIT_LINE);
		filter(&c);
		out_close(&c.out);
		in_release(&c.in);
		bench_release(&c.bench);
		status = refusals_exit(&c.refusals);
	}
	program_release(&c.prog);
	arena_release(&c.arena);
	opt_list_release(&rules);
	opt_list_release(&packs);
	return status;
}
