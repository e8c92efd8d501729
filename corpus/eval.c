/*
 * stance-corpus eval: the installed classifier, run as a process over labelled
 * articles, so that what is measured is what users run.  It is sent title,
 * text and language only; the labels stay here.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/opt.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/term.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/report.h"

struct eval {
	struct articles		 gold;
	struct judged		*judged;	/* beside gold.v */
	struct record		*verdicts;	/* beside gold.v; line absent: none */
	struct buf		 output;	/* of the classifier */
	struct opt_list		 where, by;
};

static int
check_gold(const struct record *rec, struct arena *a, struct err *err)
{
	struct str label = record_member(rec, "label", a);

	if (record_check_article(rec, err) == -1)
		return -1;
	if (label.p == NULL)
		return err_set(err, "the article has no 'label'");
	if (label_of(label) == LABEL_NONE)
		return err_set(err, "'%.*s' is none of the four labels",
		    STR_FMT(label));
	return 0;
}

static void
start_classifier(struct proc *child, const char *command)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *installed = NULL, *given = command ? xstrdup(command) : NULL;
	char *by_shell[] = { shell, option, given, NULL };
	char *plain[] = { NULL, NULL };
	struct err err;

	if (command == NULL) {
		plain[0] = installed = path_program("stance-classify");
		if (installed == NULL)
			die("'stance-classify' is not installed beside this "
			    "program; --classifier names another");
	}
	if (proc_start(child, command ? by_shell : plain, &err) == -1)
		die("%s", err.msg);
	free(installed);
	free(given);
}

static void
write_question(struct buf *to, const struct article *article, struct arena *a)
{
	static const enum record_field asked[] = { RECORD_ID, RECORD_TITLE,
	    RECORD_TEXT, RECORD_LANGUAGE };

	json_open(to, '{');
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++)
		json_member_str(to, record_name(asked[i]),
		    record_str(&article->rec, asked[i], a));
	json_close(to, '}');
	buf_addc(to, '\n');
}

static void
ask(struct eval *eval, struct proc *child)
{
	struct buf questions = BUF_INIT;
	struct err err;
	int status;

	for (size_t i = 0; i < eval->gold.n; i++)
		write_question(&questions, &eval->gold.v[i], &eval->gold.a);
	if (proc_filter(child, buf_str(&questions), &eval->output, &err) == -1)
		die("%s", err.msg);
	status = proc_wait(child);
	if (status != EXIT_DONE && status != EXIT_REFUSED)
		die("the classifier failed with status %d", status);
	buf_release(&questions);
}

/* Answers come in the order of the questions, and some may be missing. */
static void
match_answers(struct eval *eval)
{
	struct articles *gold = &eval->gold;
	struct str rest = buf_str(&eval->output), line;
	size_t next = 0;

	while (rest.n > 0 && str_split(&rest, '\n', &line)) {
		struct record rec;
		struct str id;
		struct err err;
		size_t at = next;

		if (record_read(&rec, line, &gold->a, &err) == -1)
			die("the classifier printed no record: %s", err.msg);
		id = record_str(&rec, RECORD_ID, &gold->a);
		while (at < gold->n && !str_eq(gold->v[at].id, id))
			at++;
		if (at == gold->n)
			die("the classifier answered about '%.*s', out of order "
			    "or never asked", STR_FMT(id));
		eval->verdicts[at] = rec;
		next = at + 1;
	}
}

static void
judge(struct eval *eval, size_t i)
{
	struct articles *gold = &eval->gold;
	const struct record *verdict = &eval->verdicts[i];
	struct judged *item = &eval->judged[i];
	const struct json_value *label, *confidence;

	*item = (struct judged){
		.truth = label_of(record_member(&gold->v[i].rec, "label",
		    &gold->a)),
		.got = LABEL_NONE, .confidence = -1
	};
	assert(item->truth != LABEL_NONE);
	label = record_inner(verdict, RECORD_STANCE, "label", &gold->a);
	if (label == NULL)
		return;
	item->got = label_of(json_str(label, &gold->a));
	confidence = record_inner(verdict, RECORD_STANCE, "confidence",
	    &gold->a);
	if (confidence != NULL)
		item->confidence = json_num(confidence, -1);
}

static int
compare_groups(const void *a, const void *b)
{
	return str_cmp(((const struct group *)a)->value,
	    ((const struct group *)b)->value);
}

static bool
has_member(struct articles *gold, const char *member)
{
	for (size_t i = 0; i < gold->n; i++)
		if (record_member(&gold->v[i].rec, member, &gold->a).p != NULL)
			return true;
	return false;
}

static void
group_by(struct grouping *to, const char *member, struct eval *eval)
{
	struct articles *gold = &eval->gold;
	struct index values = INDEX_INIT;

	to->member = member;
	to->groups = xcalloc(gold->n, sizeof(*to->groups));
	for (size_t i = 0; i < gold->n; i++) {
		struct str value = record_member(&gold->v[i].rec, member,
		    &gold->a);
		size_t n;

		if (value.p == NULL)
			value = STR("-");
		n = index_add(&values, value);
		to->groups[n].value = value;
		confusion_add(&to->groups[n].confusion, &eval->judged[i]);
	}
	to->n = values.count;
	qsort(to->groups, to->n, sizeof(*to->groups), compare_groups);
	index_release(&values);
}

static void
make_report(struct report *report, struct eval *eval, uint64_t seed)
{
	size_t n = eval->gold.n;

	for (size_t i = 0; i < n; i++)
		confusion_add(&report->confusion, &eval->judged[i]);
	score_make(&report->score, &report->confusion);
	score_bootstrap(&report->intervals, eval->judged, n, seed);
	calibration_make(&report->calibration, eval->judged, n);
	report->groupings = xcalloc(eval->by.n, sizeof(*report->groupings));
	for (size_t i = 0; i < eval->by.n; i++)
		if (has_member(&eval->gold, eval->by.v[i]))
			group_by(&report->groupings[report->ngroupings++],
			    eval->by.v[i], eval);
}

static void
release_report(struct report *report)
{
	for (size_t i = 0; i < report->ngroupings; i++)
		free(report->groupings[i].groups);
	free(report->groupings);
}

/* The gold line, what it was called instead, and why. */
static void
write_errors(struct eval *eval, int fd)
{
	static const char *const owned[] = { "stance", "called", NULL };
	struct out out;

	out_init(&out, fd, "the file of --errors");
	for (size_t i = 0; i < eval->gold.n; i++) {
		const struct json_member *stance =
		    eval->verdicts[i].known[RECORD_STANCE];

		if (eval->judged[i].truth == eval->judged[i].got)
			continue;
		record_copy(out_buf(&out), &eval->gold.v[i].rec, owned);
		json_member_str(out_buf(&out), "called",
		    str_of(label_name(eval->judged[i].got)));
		if (stance != NULL) {
			json_name(out_buf(&out), "stance");
			json_put_raw(out_buf(&out), stance->value.raw);
		}
		record_end(out_buf(&out));
		out_poll(&out);
	}
	out_close(&out);
}

static int
open_errors(const char *path)
{
	int fd;

	if (path == NULL)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		die_errno("cannot open '%s'", path);
	return fd;
}

static void
open_gold(struct articles *gold, int operands, char **argv)
{
	char *path;

	if (operands > 0) {
		articles_open_all(gold, operands, argv);
		return;
	}
	path = path_data("corpus/gold");
	if (path == NULL)
		die("the gold corpus is not installed; name a file");
	articles_open(gold, path);
	free(path);
}

/* Without --by: the part to work on beside the one that is only scored, what
 * makes an article hard, what it is about, its language. */
static void
default_groups(struct opt_list *by)
{
	static const char *const members[] = { "part", "capability", "domain",
	    "language" };

	if (by->n > 0)
		return;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		GROW(by->v, by->n, by->cap);
		by->v[by->n++] = members[i];
	}
}

static void
print_report(struct eval *eval, bool json, bool colours, uint64_t seed)
{
	struct report report = { 0 };
	struct out out;

	make_report(&report, eval, seed);
	out_init(&out, STDOUT_FILENO, "standard output");
	if (json)
		report_json(out_buf(&out), &report);
	else
		report_tables(out_buf(&out), &report, colours);
	out_close(&out);
	release_report(&report);
}

static void
measure(struct eval *eval, struct proc *child)
{
	articles_read(&eval->gold, check_gold);
	articles_keep(&eval->gold, &eval->where);
	if (eval->gold.n == 0)
		die("there is no article to measure");
	eval->judged = xcalloc(eval->gold.n, sizeof(*eval->judged));
	eval->verdicts = xcalloc(eval->gold.n, sizeof(*eval->verdicts));
	ask(eval, child);
	match_answers(eval);
	for (size_t i = 0; i < eval->gold.n; i++)
		judge(eval, i);
}

/* The exit code of what was read. */
static int
eval_release(struct eval *eval)
{
	int code = refusals_exit(&eval->gold.refused);

	free(eval->judged);
	free(eval->verdicts);
	buf_release(&eval->output);
	opt_list_release(&eval->by);
	opt_list_release(&eval->where);
	articles_release(&eval->gold);
	return code;
}

int
eval_main(int argc, char **argv)
{
	const char *classifier = NULL, *errors = NULL, *format = "table";
	const char *color = "auto";
	struct opt_number seed = { 1, 0, INT64_MAX };
	struct eval eval = { 0 };
	const struct opt opts[] = {
		{ 0, "by", "MEMBER", "a table by this member (default part, "
		    "capability, domain, language)", OPT_LIST, &eval.by },
		{ 'c', "classifier", "COMMAND", "measure this shell command "
		    "instead of stance-classify", OPT_STRING, &classifier },
		{ 0, "color", "WHEN", "auto, always or never", OPT_STRING,
		    &color },
		{ 'e', "errors", "FILE", "write the articles it gets wrong, "
		    "with its evidence", OPT_STRING, &errors },
		{ 'f', "format", "FORM", "table or json", OPT_STRING, &format },
		{ 0, "seed", "N", "of the samples behind the intervals",
		    OPT_NUMBER, &seed },
		{ 'w', "where", "MEMBER=VALUE", "only articles that have it; "
		    "may be repeated", OPT_LIST, &eval.where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus eval",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Measure the classifier against labelled articles, by default the "
	    "gold corpus.", opts, NULL };
	struct proc child;
	int operands = opt_parse(&tool, argc, argv), errors_fd;
	bool json = strcmp(format, "json") == 0, colours;

	if (!json && strcmp(format, "table") != 0)
		usage_error("'--format' takes table or json, not '%s'", format);
	colours = term_colours(color, STDOUT_FILENO);
	default_groups(&eval.by);
	open_gold(&eval.gold, operands, argv);
	errors_fd = open_errors(errors);
	start_classifier(&child, classifier);
	jail_enter(JAIL_PROC, NULL, NULL);

	measure(&eval, &child);
	print_report(&eval, json, colours, (uint64_t)seed.value);
	if (errors_fd != -1)
		write_errors(&eval, errors_fd);
	return eval_release(&eval);
}
