/*
 * stance-classify: tag each article on standard input easing, tightening,
 * mixed or neutral, with the evidence.  The rules are read before the jail; after
 * it nothing but the two streams is left.
 */
#include <fcntl.h>
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
#include "classify/crew.h"
#include "classify/explain.h"
#include "classify/glossary.h"
#include "classify/lint.h"

/* A pack of ours has a name, one's own is a file. */
static char *
path_of_pack(const char *pack)
{
	char *name, *path;

	if (strchr(pack, '/') != NULL || str_ends(str_of(pack), STR(".rules")))
		return xstrdup(pack);
	name = xasprintf("rules/packs/%s.rules", pack);
	path = path_data(name);
	if (path == NULL)
		usage_error("no pack '%s'; one of your own is a file: "
		    "./%s.rules", pack, pack);
	free(name);
	return path;
}

/* Rules do not compile: the end, at the start or at the first article that needs
 * them. */
static _Noreturn void
give_up(const struct program *prog, const struct err *why)
{
	err_print(why, rulefiles_line(&prog->files, why));
	exit(EXIT_USAGE);
}

/* Where the rules come from: -r, else default.rules, and every --pack.  Those that
 * somebody writes are compiled whole, to tell of a mistake in any language; of
 * ours each stream pays for the languages that it has. */
static void
load_rules(struct program *prog, const struct opt_list *rules,
    const struct opt_list *packs, bool all)
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
	for (size_t i = 0; i < packs->n; i++)
		paths[count++] = path_of_pack(packs->v[i]);
	all |= rules->n + packs->n > 0;
	if (program_load(prog, paths, count, &err) == -1 ||
	    (all && program_compile(prog, &err) == -1))
		give_up(prog, &err);
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)paths[i]);
	free(paths);
}

/* Judge all of standard input in this thread. */
static void
filter(struct worker *w, struct in *in, struct out *out,
    struct refusals *refusals)
{
	struct answers answers = { .out = out_buf(out) };
	enum in_result result;
	struct str line;

	while ((result = in_line(in, out, &line)) != IN_EOF) {
		worker_answer(w, line, in->line, result == IN_LONG, &answers);
		for (size_t i = 0; i < answers.refused_count; i++)
			tell_refused(refusals, in->name,
			    answers.refused[i].number, &answers.refused[i],
			    line);
		answers.refused_count = 0;
		if (answers.broken) {
			out_send(out, STR_NONE);
			w->give_up(w->bench.prog, &answers.why);
		}
		out_poll(out);
	}
	answers_release(&answers);
}

static int
judge_stream(struct program *prog, struct worker *w, size_t jobs,
    struct refusals *refusals)
{
	struct in in;
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	in_init(&in, STDIN_FILENO, "standard input", LIMIT_LINE);
	w->colour = isatty(STDOUT_FILENO);
	if (w->explain == EXPLAIN_HTML)
		verdict_page_open(out_buf(&out));
	if (jobs > 1) {
		crew_run(prog, jobs, w, &in, &out, refusals);
	} else {
		filter(w, &in, &out, refusals);
		worker_release(w);
	}
	if (w->explain == EXPLAIN_HTML)
		verdict_page_close(out_buf(&out));
	out_close(&out);
	in_release(&in);
	return refusals_exit(refusals);
}

static int
test_rules(struct program *prog)
{
	size_t count, failed;

	program_test(prog, &count, &failed);
	fprintf(stderr, "%zu tests of rules, %zu failed\n", count, failed);
	return failed ? EXIT_NO : EXIT_DONE;
}

/* All rules, or the words of the list called `name`, if any. */
static int
list_rules(const struct program *prog, const char *name)
{
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	if (*name == '\0')
		program_list(prog, out_buf(&out));
	else if (!program_list_words(prog, name, out_buf(&out)))
		usage_error("no list '%s'; see --list", name);
	out_close(&out);
	return EXIT_DONE;
}

/* What can be told of the rules without a corpus. */
static int
check_rules(struct program *prog)
{
	struct lint lint;
	struct out out;
	size_t faults;

	out_init(&out, STDOUT_FILENO, "standard output");
	lint_init(&lint, prog);
	faults = lint_check(&lint, out_buf(&out));
	out_close(&out);
	lint_release(&lint);
	return faults > 0 ? EXIT_NO : EXIT_DONE;
}

/* What the records on standard input say of the rules. */
static int
lint_rules(struct program *prog, bool profile, struct refusals *refusals)
{
	struct lint lint;
	struct in in;
	struct out out;
	struct str line;
	enum in_result result;
	size_t faults = 0;

	out_init(&out, STDOUT_FILENO, "standard output");
	in_init(&in, STDIN_FILENO, "standard input", LIMIT_LINE);
	lint_init(&lint, prog);
	while ((result = in_line(&in, &out, &line)) != IN_EOF) {
		struct err err = { .msg = "too long" };

		if (result == IN_LONG || lint_add(&lint, line, &err) == -1)
			refuse(refusals, in.name, in.line, line, &err);
	}
	if (profile)
		lint_profile(&lint, out_buf(&out));
	else
		faults = lint_report(&lint, out_buf(&out));
	out_close(&out);
	in_release(&in);
	lint_release(&lint);
	return faults > 0 ? EXIT_NO : refusals_exit(refusals);
}

/* The grammar of the language, which somebody asked for. */
static const struct grammar *
asked_grammar(const struct program *prog, const char *language)
{
	for (size_t i = 0; i < prog->count; i++)
		if (strcmp(prog->languages[i], language) == 0)
			return prog->grammars[i];
	usage_error("no rules for a language '%s'; see --list", language);
}

/* How the lines on standard input are read in that language. */
static int
tell_words(const struct grammar *g, struct refusals *refusals)
{
	struct glossary gl;
	struct in in;
	struct out out;
	struct str line;
	enum in_result result;

	out_init(&out, STDOUT_FILENO, "standard output");
	in_init(&in, STDIN_FILENO, "standard input", LIMIT_LINE);
	glossary_init(&gl, g);
	while ((result = in_line(&in, &out, &line)) != IN_EOF) {
		struct err err = { .msg = "too long" };

		if (result == IN_LONG || glossary_add(&gl, line, out_buf(&out),
		    &err) == -1)
			refuse(refusals, in.name, in.line, line, &err);
		out_poll(&out);
	}
	out_close(&out);
	in_release(&in);
	glossary_release(&gl);
	return refusals_exit(refusals);
}

/* The corpus of --lint becomes standard input, before the jail. */
static void
open_corpus(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1)
		die_errno("cannot open '%s'", path);
	close(fd);
}

static enum explain
explain_of(const char *format)
{
	if (strcmp(format, "html") == 0)
		return EXPLAIN_HTML;
	if (*format != '\0' && strcmp(format, "text") != 0)
		usage_error("no format '%s': it is text or html", format);
	return EXPLAIN_TEXT;
}

int
main(int argc, char **argv)
{
	struct program prog;
	struct worker pattern = { .give_up = give_up };
	struct refusals refusals;
	struct opt_list rules = { NULL, 0, 0 }, packs = { NULL, 0, 0 };
	struct opt_number jobs = { 1, 1, CREW_MAX };
	const char *rejects = NULL, *corpus = NULL, *explain = NULL,
	    *words = NULL, *list = NULL;
	const struct grammar *spoken = NULL;
	bool by_rules = false, parts = false, test = false, profile = false, check = false, streams;
	const struct opt opts[] = {
		{ 'r', "rules", "FILE|DIR", "use these rules, not the default",
		    OPT_LIST, &rules },
		{ 'p', "pack", "NAME|FILE",
		    "add the pack rules/packs/NAME.rules, or a file",
		    OPT_LIST, &packs },
		{ 'j', "jobs", "N", "judge in N threads, in the same order",
		    OPT_NUMBER, &jobs },
		{ 'e', "explain", "FORMAT",
		    "print why, for people; FORMAT is text or html",
		    OPT_MAYBE, &explain },
		{ 'w', "why-not", "NAME",
		    "print what keeps a rule or list from hitting",
		    OPT_STRING, &pattern.misses.wanted },
		{ 0, "by-rules", NULL,
		    "judge by the rules alone, whatever the wording", OPT_FLAG,
		    &by_rules },
		{ 0, "parts", NULL,
		    "add to each verdict what it was made of", OPT_FLAG, &parts },
		{ '1', "one-for-one", NULL,
		    "answer a refused line with an error record", OPT_FLAG,
		    &pattern.one_for_one },
		{ 0, "rejects", "FILE", "keep refused lines in FILE",
		    OPT_STRING, &rejects },
		{ 't', "test-rules", NULL, "run the tests in the rule files",
		    OPT_FLAG, &test },
		{ 'c', "check", NULL,
		    "name slow, unreachable, shadowed and untested rules",
		    OPT_FLAG, &check },
		{ 0, "lint", "CORPUS",
		    "name rules that never hit there, or cannot",
		    OPT_STRING, &corpus },
		{ 0, "profile", NULL, "print time and hits by rule", OPT_FLAG,
		    &profile },
		{ 'l', "list", "NAME",
		    "print the compiled rules, or the words of a list",
		    OPT_MAYBE, &list },
		{ 0, "words", "LANGUAGE",
		    "print how text is read: words, stems, lists", OPT_STRING,
		    &words },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-classify", "[OPTION]...",
	    "Tag each article easing, tightening, mixed or neutral.", opts,
	    "Records are read from standard input, one JSON object a line." };
	int status;

	process_setup();
	if (opt_parse(&tool, argc, argv) > 0)
		usage_error("unexpected operand '%s'", argv[1]);
	if (explain != NULL)
		pattern.explain = explain_of(explain);
	digest_setup();
	streams = !test && !check && list == NULL && !profile &&
	    corpus == NULL && words == NULL;
	load_rules(&prog, &rules, &packs,
	    !streams || pattern.misses.wanted != NULL);
	prog.by_rules = by_rules;
	prog.parts = parts;
	opt_list_release(&rules);
	opt_list_release(&packs);
	if (pattern.misses.wanted != NULL &&
	    !program_names(&prog, pattern.misses.wanted))
		usage_error("no rule or list '%s'; see --list",
		    pattern.misses.wanted);
	if (words != NULL)
		spoken = asked_grammar(&prog, words);
	if (streams && jobs.value == 1)
		worker_init(&pattern, &prog);	/* the stack of patterns, too */
	refusals_open(&refusals, rejects);
	if (corpus != NULL)
		open_corpus(corpus);
	jail_enter(jobs.value > 1 ? JAIL_THREAD : JAIL_STDIO, NULL, NULL);
	if (test)
		status = test_rules(&prog);
	else if (check)
		status = check_rules(&prog);
	else if (corpus != NULL || profile)
		status = lint_rules(&prog, profile, &refusals);
	else if (list != NULL)
		status = list_rules(&prog, list);
	else if (words != NULL)
		status = tell_words(spoken, &refusals);
	else
		status = judge_stream(&prog, &pattern, (size_t)jobs.value,
		    &refusals);
	program_release(&prog);
	return status;
}
