/*
 * stance-corpus wording: which words, and which pairs of them, tell the label of an
 * article.
 *
 * Logistic regression with a ridge for the four labels, on the stems of the title
 * and of the head of the text and on pairs of them, neighbours or not far apart,
 * each of which counts once in an article, and once more in its title.  The sum of
 * their weights, over the square root of the number of words, is the logit of a
 * label; what is printed is the weight against neutral.  What is minimised is convex,
 * and the steps are as many for any corpus, so that the same articles give the same
 * weights.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jail.h"
#include "base/softmax.h"
#include "base/text/relevance.h"
#include "corpus/commands.h"
#include "corpus/descent.h"
#include "corpus/shares.h"
#include "corpus/terms.h"

#define RIDGE		0.25
/* Articles more that a pair of words apart must stand in. */
#define APART_MORE	2
/* Weights are told in quarters, and those below this are not. */
#define GRAIN		4.0
#define WEIGHT_LEAST	0.2
#define LINE_MAX_WIDTH	76
#define NO_STEM		UINT32_MAX
#define NO_GRAM		SIZE_MAX

/* A word, or a pair, anywhere or in a title. */
struct gram {
	uint32_t	 first, second;		/* stems; of a word the other is */
						/* NO_STEM */
	bool		 apart, in_title, kept;
	size_t		 articles, last;	/* with it; the last, from 1 */
	struct parameter p[LABELS];
};

struct model {
	struct terms	 t;
	struct gram	*grams;
	size_t		 count, cap;
	size_t		*slots;			/* hash of grams; number + 1 */
	size_t		 slot_count;		/* a power of two */
	size_t		*occurrences;		/* grams, by sample */
	size_t		*ends;			/* of each sample's */
	size_t		 occurrence_count, occurrence_cap;
	struct parameter start[LABELS];		/* at rest */
};

static size_t *
slot_of(const struct model *m, const struct gram *g)
{
	uint64_t hash = ((uint64_t)g->first << 32 | g->second) *
	    0x9e3779b97f4a7c15u;
	size_t i = ((hash >> 32) + 2u * g->apart + g->in_title) &
	    (m->slot_count - 1);

	for (; m->slots[i] > 0; i = (i + 1) & (m->slot_count - 1)) {
		const struct gram *other = &m->grams[m->slots[i] - 1];

		if (other->first == g->first && other->second == g->second &&
		    other->apart == g->apart && other->in_title == g->in_title)
			break;
	}
	return &m->slots[i];
}

static void
widen_slots(struct model *m)
{
	free(m->slots);
	m->slot_count = m->slot_count ? 2 * m->slot_count : 1024;
	m->slots = xcalloc(m->slot_count, sizeof(*m->slots));
	for (size_t i = 0; i < m->count; i++)
		*slot_of(m, &m->grams[i]) = i + 1;
}

/* The gram is met in sample number `sample`, from 1. */
static void
meet_there(struct model *m, struct gram g, size_t sample)
{
	size_t *slot, at;

	if (2 * m->count >= m->slot_count)
		widen_slots(m);
	slot = slot_of(m, &g);
	if (*slot == 0) {
		GROW(m->grams, m->count, m->cap);
		m->grams[m->count++] = g;
		*slot = m->count;
	}
	at = *slot - 1;
	if (m->grams[at].last == sample)
		return;
	m->grams[at].last = sample;
	m->grams[at].articles++;
	GROW(m->occurrences, m->occurrence_count, m->occurrence_cap);
	m->occurrences[m->occurrence_count++] = at;
}

/* The same, and in the title also as one in a title. */
static void
meet(struct model *m, struct gram g, bool in_title, size_t sample)
{
	meet_there(m, g, sample);
	g.in_title = true;
	if (in_title)
		meet_there(m, g, sample);
}

/* Every gram of the sample, once. */
static void
find_grams(struct model *m, size_t number, const bool *words)
{
	const struct sample *s = &m->t.samples[number];

	for (size_t i = s->first; i < s->end; i++) {
		uint32_t stem = (uint32_t)m->t.occurrences[i];
		bool in_title = i < s->text;
		size_t from = in_title ? s->first : s->text;

		if (!words[stem])
			continue;
		meet(m, (struct gram){ .first = stem, .second = NO_STEM },
		    in_title, number + 1);
		for (size_t back = 1; back <= PAIR_BETWEEN + 1 &&
		    i - from >= back; back++) {
			uint32_t first = (uint32_t)m->t.occurrences[i - back];

			if (words[first])
				meet(m, (struct gram){ .first = first,
				    .second = stem, .apart = back > 1 },
				    in_title, number + 1);
		}
	}
	m->ends[number] = m->occurrence_count;
}

/* Keep the grams that stand in `least` articles, of which there are many more apart,
 * and of what was met those. */
static void
drop_rare(struct model *m, size_t least)
{
	size_t from = 0, n = 0;

	for (size_t i = 0; i < m->count; i++)
		m->grams[i].kept = m->grams[i].articles >= least +
		    (m->grams[i].apart ? APART_MORE : 0);
	for (size_t i = 0; i < m->t.sample_count; i++) {
		size_t end = m->ends[i];

		for (; from < end; from++)
			if (m->grams[m->occurrences[from]].kept)
				m->occurrences[n++] = m->occurrences[from];
		m->ends[i] = n;
	}
}

static void
take_all(struct model *m, struct articles *all, const struct opt_list *wishes)
{
	double *times = shares_of(all, wishes);
	size_t labels[LABELS] = { 0 };

	for (size_t i = 0; i < all->n; i++) {
		struct sample *s = terms_take(&m->t, all, &all->v[i]);

		s->times = times[i];
		labels[s->label]++;
	}
	free(times);
	if (labels[LABEL_EASING] == 0 || labels[LABEL_TIGHTENING] == 0 ||
	    labels[LABEL_NEUTRAL] == 0)
		die("there must be articles of easing, of tightening and neutral "
		    "ones");
}

/* Add the article's part to the slopes. */
static void
add_slope(struct model *m, const struct sample *s, size_t from, size_t end)
{
	double shares[LABELS] = { 0 };	/* logits at first */

	for (int k = 0; k < LABELS; k++) {
		for (size_t i = from; i < end; i++)
			shares[k] += m->grams[m->occurrences[i]].p[k].value;
		shares[k] = shares[k] * s->scale + m->start[k].value;
	}
	softmax(shares, LABELS);
	for (int k = 0; k < LABELS; k++) {
		double error = (shares[k] - (k == (int)s->label)) * s->times;

		m->start[k].slope += error;
		error *= s->scale;
		for (size_t i = from; i < end; i++)
			m->grams[m->occurrences[i]].p[k].slope += error;
	}
}

static void
step(struct model *m, int number)
{
	for (int k = 0; k < LABELS; k++)
		m->start[k].slope = 0;
	for (size_t i = 0; i < m->count; i++)
		for (int k = 0; k < LABELS; k++)
			m->grams[i].p[k].slope = RIDGE * m->grams[i].p[k].value;
	for (size_t i = 0; i < m->t.sample_count; i++)
		add_slope(m, &m->t.samples[i], i > 0 ? m->ends[i - 1] : 0,
		    m->ends[i]);
	for (int k = 0; k < LABELS; k++)
		descend(&m->start[k], number);
	for (size_t i = 0; i < m->count; i++)
		for (int k = 0; k < LABELS && m->grams[i].kept; k++)
			descend(&m->grams[i].p[k], number);
}

/* A weight as it is printed. */
struct told {
	struct str	first, second;
	double		weight;
	enum label	label;
	bool		apart, in_title;
};

static int
compare_told(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	int c;

	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	if (x->in_title != y->in_title)
		return x->in_title ? 1 : -1;
	if (x->weight != y->weight)
		return x->weight < y->weight ? -1 : 1;
	c = str_cmp(x->first, y->first);
	if (c == 0)
		c = str_cmp(x->second, y->second);
	return c != 0 ? c : x->apart - y->apart;
}

static bool
same_statement(const struct told *x, const struct told *y)
{
	return x->label == y->label && x->in_title == y->in_title &&
	    x->weight == y->weight;
}

static void
print_statements(const struct told *told, size_t n)
{
	int width = 0;

	for (size_t i = 0; i < n; i++) {
		const struct told *x = &told[i];
		const char *between = x->apart ? " " PAIR_GAP " " : " ";
		int length = 1 + (int)(x->first.n + x->second.n) +
		    (x->second.n > 0 ? 2 + (int)strlen(between) : 0);

		if (i == 0 || !same_statement(x, x - 1)) {
			if (i > 0)
				putchar('\n');
			width = printf("wording %s%s %g:", label_name(x->label),
			    x->in_title ? " title" : "", x->weight);
		} else if (width + length > LINE_MAX_WIDTH) {
			printf("\n   ");
			width = 3;
		}
		if (x->second.n > 0)
			printf(" \"%.*s%s%.*s\"", STR_FMT(x->first), between,
			    STR_FMT(x->second));
		else
			printf(" %.*s", STR_FMT(x->first));
		width += length;
	}
	if (n > 0)
		putchar('\n');
}

/* What is printed of a gram; returns how many weights. */
static size_t
tell_gram(const struct model *m, const struct gram *g, struct told *told)
{
	size_t n = 0;

	for (int k = 0; k < LABELS; k++) {
		double weight = g->p[k].value - g->p[LABEL_NEUTRAL].value;

		if (fabs(weight) >= WEIGHT_LEAST)
			told[n++] = (struct told){ terms_form(&m->t, g->first),
			    g->second == NO_STEM ? STR("") :
			    terms_form(&m->t, g->second),
			    round(weight * GRAIN) / GRAIN, (enum label)k,
			    g->apart, g->in_title };
	}
	return n;
}

static void
print_model(const struct model *m)
{
	struct told *told = xcalloc(LABELS * m->count + 1, sizeof(*told));
	size_t n = 0, grams = 0;

	for (size_t i = 0; i < m->count; i++) {
		size_t more = tell_gram(m, &m->grams[i], told + n);

		grams += more > 0;
		n += more;
	}
	qsort(told, n, sizeof(*told), compare_told);
	printf("# %zu words and pairs, from %zu articles\n", grams,
	    m->t.sample_count);
	printf("# at rest: wording-easing %.2f wording-tightening %.2f "
	    "wording-mixed %.2f\n",
	    m->start[LABEL_EASING].value - m->start[LABEL_NEUTRAL].value,
	    m->start[LABEL_TIGHTENING].value - m->start[LABEL_NEUTRAL].value,
	    m->start[LABEL_MIXED].value - m->start[LABEL_NEUTRAL].value);
	print_statements(told, n);
	terms_flush();
	free(told);
}

/* Which stems count; with `names` also those. */
static void
find_all_grams(struct model *m, bool names)
{
	bool *words = xcalloc(m->t.stem_names.count + 1, sizeof(*words));

	for (size_t i = 0; i < m->t.stem_names.count; i++)
		words[i] = names ? !m->t.stems[i].stopped :
		    terms_is_word(&m->t, i);
	m->ends = xcalloc(m->t.sample_count + 1, sizeof(*m->ends));
	for (size_t i = 0; i < m->t.sample_count; i++)
		find_grams(m, i, words);
	free(words);
}

static void
release(struct model *m)
{
	terms_release(&m->t);
	free(m->grams);
	free(m->slots);
	free(m->occurrences);
	free(m->ends);
}

int
wording_main(int argc, char **argv)
{
	struct terms_options how = TERMS_OPTIONS(4);
	struct opt_list wishes = { 0 }, where = { 0 };
	bool names = false;
	const struct opt opts[] = {
		{ 0, "head", "N", "code points of the text that count (default "
		    "400)", OPT_NUMBER, &how.head },
		{ 0, "least", "N", "articles that a word or pair must stand in "
		    "(default 4)", OPT_NUMBER, &how.least },
		{ 'n', "names", NULL, "names count, as do all words with a "
		    "capital", OPT_FLAG, &names },
		{ 'S', "share", "MEMBER=VALUE:N", "articles that have it count "
		    "together as N at most; may be repeated", OPT_LIST, &wishes },
		{ 's', "stemmer", "NAME", "of libstemmer (default english)",
		    OPT_STRING, &how.stemmer },
		{ 0, "stop", "FILE", "words to leave out, one a line",
		    OPT_STRING, &how.stop },
		{ 'w', "where", "MEMBER=VALUE", "only these articles; may be "
		    "repeated", OPT_LIST, &where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus wording",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Learn from labelled articles which words tell the label.", opts,
	    NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	struct articles all = { 0 };
	struct model m = { .count = 0 };

	shares_check(&wishes);
	terms_open(&m.t, &how);
	articles_open_all(&all, operands, argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, terms_check);
	articles_keep(&all, &where);
	take_all(&m, &all, &wishes);
	find_all_grams(&m, names);
	drop_rare(&m, (size_t)how.least.value);
	for (int number = 1; number <= DESCENT_STEPS; number++)
		step(&m, number);
	print_model(&m);
	release(&m);
	opt_list_release(&wishes);
	opt_list_release(&where);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
