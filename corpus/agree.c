/*
 * stance-corpus agree: each pair of labelers by Cohen's kappa, all of them by
 * Krippendorff's alpha, with intervals over samples of the articles.
 */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/json.h"
#include "base/opt.h"
#include "base/term.h"
#include "corpus/agreement.h"
#include "corpus/commands.h"
#include "corpus/labels.h"
#include "corpus/random.h"

struct agree {
	struct labels	 labels;
	size_t		 articles, labelers;
	enum label	*by;		/* [article * labelers + labeler] */
	struct votes	*votes;		/* by article */
	uint64_t	 seed;
};

struct agreement {
	size_t		n, same;	/* articles both labelled */
	double		value;		/* kappa or alpha; NAN: not defined */
	struct interval	interval;
};

static void
lay_out(struct agree *agree)
{
	struct labels *labels = &agree->labels;
	size_t cells;

	agree->articles = labels->ids.count;
	agree->labelers = labels->labelers.count;
	cells = agree->articles * agree->labelers;
	agree->by = xcalloc(cells + 1, sizeof(*agree->by));
	agree->votes = xcalloc(agree->articles + 1, sizeof(*agree->votes));
	for (size_t i = 0; i < cells; i++)
		agree->by[i] = LABEL_NONE;
	for (size_t i = 0; i < labels->n; i++) {
		const struct decision *d = &labels->v[i];

		if (d->label == LABEL_NONE)
			continue;
		agree->by[d->article * agree->labelers + d->labeler] = d->label;
		agree->votes[d->article].n[d->label]++;
	}
}

/* Articles that both labelled, as items of which one is called the truth. */
static struct judged *
common_items(const struct agree *agree, size_t one, size_t other, size_t *count)
{
	struct judged *items = xcalloc(agree->articles + 1, sizeof(*items));
	size_t n = 0;

	for (size_t i = 0; i < agree->articles; i++) {
		const enum label *by = &agree->by[i * agree->labelers];

		if (by[one] != LABEL_NONE && by[other] != LABEL_NONE)
			items[n++] = (struct judged){ by[one], by[other], -1 };
	}
	*count = n;
	return items;
}

/* What is left of `values` without those that are not defined. */
static struct interval
defined_interval(double *values, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			values[n++] = values[i];
	return n > 0 ? interval_of(values, n) : (struct interval){ NAN, NAN };
}

static double
kappa_of(const struct judged *items, size_t n, uint64_t *sample)
{
	struct confusion table = { 0 };

	for (size_t i = 0; i < n; i++)
		confusion_add(&table, &items[sample == NULL ? i :
		    random_below(sample, (uint32_t)n)]);
	return cohen_kappa(&table);
}

static struct agreement
agreement_of_pair(const struct agree *agree, size_t one, size_t other)
{
	double values[SCORE_REPLICATES];
	struct agreement result = { 0 };
	struct judged *items = common_items(agree, one, other, &result.n);
	uint64_t seed = agree->seed;

	for (size_t i = 0; i < result.n; i++)
		result.same += items[i].truth == items[i].got;
	result.value = kappa_of(items, result.n, NULL);
	for (size_t r = 0; r < SCORE_REPLICATES; r++)
		values[r] = kappa_of(items, result.n, &seed);
	result.interval = defined_interval(values, SCORE_REPLICATES);
	free(items);
	return result;
}

static unsigned
vote_count(const struct votes *votes)
{
	unsigned n = 0;

	for (int i = 0; i < LABELS; i++)
		n += votes->n[i];
	return n;
}

static struct agreement
agreement_of_all(const struct agree *agree)
{
	double values[SCORE_REPLICATES];
	struct agreement result = { 0 };
	struct votes *shared, *sample;
	uint64_t seed = agree->seed;

	shared = xcalloc(agree->articles + 1, sizeof(*shared));
	sample = xcalloc(agree->articles + 1, sizeof(*sample));
	for (size_t i = 0; i < agree->articles; i++) {
		const struct votes *votes = &agree->votes[i];
		unsigned all = vote_count(votes);

		if (all < 2)
			continue;
		shared[result.n++] = *votes;
		for (int l = 0; l < LABELS; l++)
			result.same += votes->n[l] == all;
	}
	result.value = krippendorff_alpha(shared, result.n);
	for (size_t r = 0; r < SCORE_REPLICATES; r++) {
		for (size_t i = 0; i < result.n; i++)
			sample[i] = shared[random_below(&seed,
			    (uint32_t)result.n)];
		values[r] = krippendorff_alpha(sample, result.n);
	}
	result.interval = defined_interval(values, SCORE_REPLICATES);
	free(shared);
	free(sample);
	return result;
}

static void
add_row(struct buf *to, struct str one, struct str other,
    const struct agreement *a)
{
	unsigned used = term_add_cut(to, one, 20);

	buf_addf(to, "%*s", (int)(22 - used), "");
	used = term_add_cut(to, other, 20);
	buf_addf(to, "%*s%7zu", (int)(22 - used), "", a->n);
	if (a->n > 0)
		buf_addf(to, "%8.1f%%", 100.0 * (double)a->same / (double)a->n);
	else
		buf_addf(to, "%9s", "-");
	if (isnan(a->value))
		buf_addf(to, "%9s\n", "-");
	else
		buf_addf(to, "%9.3f   %.3f to %.3f\n", a->value,
		    a->interval.low, a->interval.high);
}

static void
add_object(struct buf *to, const char *name, const struct agreement *a)
{
	json_name(to, "n");
	json_put_int(to, (long long)a->n);
	json_name(to, "same");
	json_put_int(to, (long long)a->same);
	if (isnan(a->value))
		return;
	json_name(to, name);
	json_put_num(to, a->value, 4);
	json_name(to, "interval");
	json_open(to, '[');
	json_put_num(to, a->interval.low, 4);
	json_put_num(to, a->interval.high, 4);
	json_close(to, ']');
}

static void
print_table(struct buf *to, const struct agree *agree)
{
	const struct str *names = agree->labels.labelers.names;
	struct agreement a;

	buf_addf(to, "%-44s%7s%9s%9s   95 %% of samples\n", "labelers", "n",
	    "same", "kappa");
	for (size_t i = 0; i < agree->labelers; i++)
		for (size_t j = i + 1; j < agree->labelers; j++) {
			a = agreement_of_pair(agree, i, j);
			add_row(to, names[i], names[j], &a);
		}
	buf_addf(to, "\n%-44s%7s%9s%9s\n", "", "n", "same", "alpha");
	a = agreement_of_all(agree);
	add_row(to, STR("all"), STR(""), &a);
}

static void
print_json(struct buf *to, const struct agree *agree)
{
	const struct str *names = agree->labels.labelers.names;
	struct agreement a = agreement_of_all(agree);

	json_open(to, '{');
	add_object(to, "alpha", &a);
	json_name(to, "pairs");
	json_open(to, '[');
	for (size_t i = 0; i < agree->labelers; i++)
		for (size_t j = i + 1; j < agree->labelers; j++) {
			a = agreement_of_pair(agree, i, j);
			json_open(to, '{');
			json_name(to, "labelers");
			json_open(to, '[');
			json_put_str(to, names[i]);
			json_put_str(to, names[j]);
			json_close(to, ']');
			add_object(to, "kappa", &a);
			json_close(to, '}');
		}
	json_close(to, ']');
	json_close(to, '}');
	buf_addc(to, '\n');
}

int
agree_main(int argc, char **argv)
{
	const char *format = "table";
	struct opt_number seed = { 1, 0, INT64_MAX };
	const struct opt opts[] = {
		{ 'f', "format", "FORM", "table or json", OPT_STRING, &format },
		{ 0, "seed", "N", "of the samples behind the intervals",
		    OPT_NUMBER, &seed },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus agree",
	    "[OPTION...] LABELS...",
	    "Measure how far labelers agree beyond chance.", opts, NULL };
	int files = opt_parse(&tool, argc, argv);
	bool json = strcmp(format, "json") == 0;
	struct agree agree = { .seed = (uint64_t)seed.value };
	struct label_files opened;
	struct out out;

	if (!json && strcmp(format, "table") != 0)
		usage_error("'--format' takes table or json, not '%s'", format);
	if (files == 0)
		usage_error("agree takes files of labels");
	label_files_open(&opened, argv + 1, (size_t)files);
	jail_enter(JAIL_STDIO, NULL, NULL);

	label_files_read(&opened, &agree.labels);
	if (agree.labels.labelers.count < 2)
		die("there are labels of %zu labeler only: agreement takes two",
		    agree.labels.labelers.count);
	lay_out(&agree);
	out_init(&out, STDOUT_FILENO, "standard output");
	if (json)
		print_json(out_buf(&out), &agree);
	else
		print_table(out_buf(&out), &agree);
	out_close(&out);
	free(agree.by);
	free(agree.votes);
	labels_release(&agree.labels);
	return EXIT_DONE;
}
