/*
 * stance-corpus relevance: which words tell that an article is about policy at
 * all.
 *
 * Logistic regression with a ridge, on the stems of the title and of the head of
 * the text: the sum of their weights, over the square root of the number of
 * words, is the logit that the article is about policy.  What is minimised is
 * convex, and the steps are as many for any corpus, so that the same articles give
 * the same weights.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/jail.h"
#include "base/text/relevance.h"
#include "corpus/commands.h"
#include "corpus/descent.h"
#include "corpus/terms.h"

/* Articles about policy weigh together what the others do. */
#define SIDE		1000.0
/* So often an article counts that is more like what will be read. */
#define FAVOURED	3.0
#define RIDGE		0.03
/* Weights are told in halves. */
#define GRAIN		2.0
#define LINE_MAX_WIDTH	76

/* The weight of a stem, if it is one that counts. */
struct weight {
	struct parameter p;
	bool		 kept;
};

/* Is it about policy?  What is off is given no label. */
static bool
is_relevant(const struct sample *s)
{
	return s->label != LABEL_NONE;
}

/* How many samples are relevant. */
static size_t
count_relevant(const struct terms *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->sample_count; i++)
		n += is_relevant(&t->samples[i]);
	return n;
}

/* How often those of one side count together. */
static double
count_times(const struct terms *t, bool relevant)
{
	double times = 0;

	for (size_t i = 0; i < t->sample_count; i++)
		if (is_relevant(&t->samples[i]) == relevant)
			times += t->samples[i].times;
	return times;
}

static void
take_all(struct terms *t, struct articles *all, const struct opt_list *off,
    const struct opt_list *favour)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct article *article = &all->v[i];
		bool away = terms_is_any(all, article, off);
		struct sample *s;

		if (!away && label_of(record_member(&article->rec, "label",
		    &all->a)) == LABEL_NEUTRAL)
			continue;	/* about policy that does not move */
		s = terms_take(t, all, article);
		if (away)
			s->label = LABEL_NONE;
		if (terms_is_any(all, article, favour))
			s->times = FAVOURED;
	}
	if (count_relevant(t) == 0)
		die("there is no article with a label but neutral");
	if (count_relevant(t) == t->sample_count)
		die("there is no article of those that '--off' names");
}

/* Add the article's part, which has this weight, to the slopes. */
static void
add_slope(const struct terms *t, struct weight *weights,
    const struct sample *s, double weight)
{
	double sum = 0, error;

	for (size_t i = s->first; i < s->end; i++)
		sum += weights[t->occurrences[i]].p.value;
	error = (1 / (1 + exp(-sum * s->scale)) - is_relevant(s)) * weight *
	    s->scale;
	for (size_t i = s->first; i < s->end; i++)
		weights[t->occurrences[i]].p.slope += error;
}

static void
fit(const struct terms *t, struct weight *weights)
{
	double on = count_times(t, true), off = count_times(t, false);

	for (int number = 1; number <= DESCENT_STEPS; number++) {
		for (size_t i = 0; i < t->stem_names.count; i++)
			weights[i].p.slope = RIDGE * weights[i].p.value;
		for (size_t i = 0; i < t->sample_count; i++)
			add_slope(t, weights, &t->samples[i], SIDE *
			    t->samples[i].times / (is_relevant(&t->samples[i]) ?
			    on : off));
		for (size_t i = 0; i < t->stem_names.count; i++)
			if (weights[i].kept)
				descend(&weights[i].p, number);
	}
}

struct told {
	struct str	word;
	double		weight;
};

static int
compare_told(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	return str_cmp(x->word, y->word);
}

/* One statement for each weight. */
static void
print_statements(const struct told *told, size_t n)
{
	int width = 0;

	for (size_t i = 0; i < n; i++) {
		int length = (int)told[i].word.n + 1;

		if (i == 0 || told[i].weight != told[i - 1].weight) {
			if (i > 0)
				putchar('\n');
			width = printf("relevance %g:", told[i].weight);
		} else if (width + length > LINE_MAX_WIDTH) {
			printf("\n   ");
			width = 3;
		}
		width += printf(" %.*s", STR_FMT(told[i].word));
	}
	putchar('\n');
}

static void
print_weights(const struct terms *t, const struct weight *weights)
{
	struct told *told = xcalloc(t->stem_names.count + 1, sizeof(*told));
	size_t n = 0, relevant = count_relevant(t);

	for (size_t i = 0; i < t->stem_names.count; i++) {
		double weight = round(weights[i].p.value * GRAIN) / GRAIN;

		if (weight != 0)
			told[n++] = (struct told){ terms_form(t, i), weight };
	}
	qsort(told, n, sizeof(*told), compare_told);
	printf("# %zu words, from %zu articles about policy and %zu about other "
	    "things\n", n, relevant, t->sample_count - relevant);
	print_statements(told, n);
	terms_flush();
	free(told);
}

int
relevance_main(int argc, char **argv)
{
	struct terms_options how = TERMS_OPTIONS(5);
	struct opt_list off = { 0 }, favour = { 0 };
	const struct opt opts[] = {
		{ 'f', "favour", "MEMBER=VALUE", "articles that have it count "
		    "three times; may be repeated", OPT_LIST, &favour },
		{ 0, "head", "N", "code points of the text that count (default "
		    "400)", OPT_NUMBER, &how.head },
		{ 0, "least", "N", "articles that a word must stand in (default "
		    "5)", OPT_NUMBER, &how.least },
		{ 'o', "off", "MEMBER=VALUE", "articles that have it are not "
		    "about policy; may be repeated", OPT_LIST, &off },
		{ 's', "stemmer", "NAME", "of libstemmer (default english)",
		    OPT_STRING, &how.stemmer },
		{ 0, "stop", "FILE", "words to leave out, one a line",
		    OPT_STRING, &how.stop },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus relevance",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Learn from labelled articles which words tell that one is about "
	    "policy.", opts, NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	struct articles all = { 0 };
	struct terms t;
	struct weight *weights;

	terms_open(&t, &how);
	articles_open_all(&all, operands, argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, terms_check);
	take_all(&t, &all, &off, &favour);
	weights = xcalloc(t.stem_names.count + 1, sizeof(*weights));
	for (size_t i = 0; i < t.stem_names.count; i++)
		weights[i].kept = terms_is_word(&t, i) &&
		    t.stems[i].articles >= (size_t)how.least.value;
	fit(&t, weights);
	print_weights(&t, weights);
	free(weights);
	terms_release(&t);
	opt_list_release(&favour);
	opt_list_release(&off);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
