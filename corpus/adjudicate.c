/*
 * stance-corpus adjudicate: many labels become one.  An article gets the label
 * that more than half of its labelers gave, or the judge's; those without one
 * can be printed instead, to be given to the judge.
 */
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/labels.h"

struct ballot {
	size_t		given[LABELS], all;
	enum label	judged;		/* NONE: the judge has not spoken */
};

static void
count_ballots(struct ballot *ballots, const struct labels *labels,
    const char *judge)
{
	for (size_t i = 0; i < labels->ids.count; i++)
		ballots[i] = (struct ballot){ .judged = LABEL_NONE };
	for (size_t i = 0; i < labels->n; i++) {
		const struct decision *d = &labels->v[i];
		struct ballot *ballot = &ballots[d->article];

		if (d->label == LABEL_NONE)
			continue;
		if (judge != NULL && str_eq(labels->labelers.names[d->labeler],
		    str_of(judge)))
			ballot->judged = d->label;
		ballot->given[d->label]++;
		ballot->all++;
	}
}

static enum label
outcome(const struct ballot *ballot)
{
	if (ballot->judged != LABEL_NONE)
		return ballot->judged;
	for (int i = 0; i < LABELS; i++)
		if (2 * ballot->given[i] > ballot->all)
			return (enum label)i;
	return LABEL_NONE;
}

static void
print_outcomes(const struct articles *all, const struct labels *labels,
    const struct ballot *ballots, bool open)
{
	static const char *const owned[] = { "label", NULL };
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	for (size_t i = 0; i < all->n; i++) {
		size_t at = index_find(&labels->ids, all->v[i].id);
		enum label label;

		if (at == INDEX_NONE || ballots[at].all == 0)
			continue;	/* nobody has seen it */
		label = outcome(&ballots[at]);
		if (open != (label == LABEL_NONE))
			continue;
		record_copy(out_buf(&out), &all->v[i].rec, owned);
		if (!open)
			json_member_str(out_buf(&out), "label",
			    str_of(label_name(label)));
		record_end(out_buf(&out));
		out_poll(&out);
	}
	out_close(&out);
}

int
adjudicate_main(int argc, char **argv)
{
	const char *judge = NULL;
	bool open = false;
	const struct opt opts[] = {
		{ 'j', "judge", "NAME", "this labeler's labels decide",
		    OPT_STRING, &judge },
		{ 'o', "open", NULL, "print the articles that are not decided, "
		    "without a label", OPT_FLAG, &open },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus adjudicate",
	    "[OPTION...] FILE LABELS...",
	    "Give each article the label that most of its labelers gave.", opts,
	    NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	struct articles all = { 0 };
	struct labels labels = { 0 };
	struct label_files files;
	struct ballot *ballots;

	if (operands < 2)
		usage_error("adjudicate takes articles and files of labels");
	articles_open(&all, argv[1]);
	label_files_open(&files, argv + 2, (size_t)operands - 1);
	jail_enter(JAIL_STDIO, NULL, NULL);

	articles_read(&all, NULL);
	label_files_read(&files, &labels);
	ballots = arena_array(&all.a, labels.ids.count + 1, sizeof(*ballots));
	count_ballots(ballots, &labels, judge);
	print_outcomes(&all, &labels, ballots, open);
	code = refusals_exit(&all.refused);
	labels_release(&labels);
	articles_release(&all);
	return code;
}
