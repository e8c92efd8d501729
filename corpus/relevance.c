/*
 * stance-corpus relevance: which words tell that an article is about policy at
 * all.
 *
 * Logistic regression with a ridge, on the stems of the title and of the head of
 * the text: the sum of their weights, over the square root of the number of
 * words, is the logit that the article is about policy.  What is minimised is
 * convex, and the steps are those of Adam (Kingma and Ba 2015), as many for any
 * corpus, so that the same articles give the same weights.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "base/text/relevance.h"
#include "base/text/stem.h"
#include "base/text/words.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/score.h"

/* Articles about policy weigh together what the others do. */
#define SIDE		1000.0
/* So often an article counts that is more like what will be read. */
#define FAVOURED	3.0
#define RIDGE		0.03
#define STEPS		400
#define STEP		0.05
/* Weights are told in halves. */
#define GRAIN		2.0
#define STOP_MAX	(1UL << 20)
#define LINE_MAX_WIDTH	76

struct stem {
	size_t	articles, last;		/* with it; the last of them, from 1 */
	size_t	named, plain;		/* with a capital, and without */
	size_t	form;			/* the commonest, and */
	size_t	form_seen;		/* how often */
	bool	kept;
	double	weight, slope, mean, square;	/* the last three are Adam's */
};

struct form {
	size_t	stem, seen;
};

struct sample {
	size_t	first, end;		/* of its occurrences */
	double	scale;			/* of the sum of weights */
	double	times;			/* that it counts */
	bool	relevant;
};

struct model {
	struct arena	 a;
	struct sb_stemmer *sb;
	struct words	 words;
	struct index	 stop, stem_names, form_names;
	struct stem	*stems;
	size_t		 stem_cap;
	struct form	*forms;
	size_t		 form_cap;
	struct sample	*samples;
	size_t		 sample_count, sample_cap;
	size_t		*occurrences;	/* stems, in order of the articles */
	size_t		 count, cap;
	size_t		 head;		/* of a text, in code points */
};

/* The number of a name, which is a view of passing storage. */
static size_t
number_of(struct model *m, struct index *index, struct str name)
{
	size_t i = index_find(index, name);

	return i != INDEX_NONE ? i : index_add(index, arena_str(&m->a, name));
}

static size_t
stem_of(struct model *m, struct str form)
{
	size_t before = m->stem_names.count;
	size_t i = number_of(m, &m->stem_names, stem(m->sb, form));

	if (m->stem_names.count > before) {
		GROW(m->stems, before, m->stem_cap);
		m->stems[i] = (struct stem){ .kept = true };
	}
	/* one form to leave out is enough */
	m->stems[i].kept &= index_find(&m->stop, form) == INDEX_NONE;
	return i;
}

/* The folded word is met once more: its stem. */
static size_t
meet(struct model *m, struct str word)
{
	size_t before = m->form_names.count;
	size_t i = number_of(m, &m->form_names, word);
	struct stem *of;

	if (m->form_names.count > before) {
		GROW(m->forms, before, m->form_cap);
		m->forms[i] = (struct form){ stem_of(m, word), 0 };
	}
	m->forms[i].seen++;
	of = &m->stems[m->forms[i].stem];
	if (m->forms[i].seen > of->form_seen) {
		of->form = i;
		of->form_seen = m->forms[i].seen;
	}
	if (of->last != m->sample_count + 1) {
		of->last = m->sample_count + 1;
		of->articles++;
	}
	return m->forms[i].stem;
}

static bool
is_capital(struct str word)
{
	char folded[WORD_MAX], composed[WORD_MAX];
	size_t n = word_fold(word, folded);

	return word_compose(word, composed) != n ||
	    memcmp(folded, composed, n) != 0;
}

/* Capitals tell names from words, but not in titles, and not in a text that has
 * none. */
static void
count_capitals(struct model *m, size_t first)
{
	const struct words *w = &m->words;
	bool any = false;
	size_t at = first;

	for (size_t i = 0; i < w->count && !any; i++)
		any = is_capital(token_str(w, i));
	for (size_t i = 0; i < w->count && any; i++) {
		char folded[WORD_MAX];

		if (w->tokens[i].kind != TOKEN_WORD ||
		    word_fold(token_str(w, i), folded) == 0)
			continue;
		if (is_capital(token_str(w, i)))
			m->stems[m->occurrences[at]].named++;
		else
			m->stems[m->occurrences[at]].plain++;
		at++;
	}
}

/* The words of one field; returns how many. */
static size_t
take_words(struct model *m, struct str text)
{
	size_t n = 0;

	words_split(&m->words, text);
	for (size_t i = 0; i < m->words.count; i++) {
		char folded[WORD_MAX];
		struct str s = { folded, word_fold(token_str(&m->words, i),
		    folded) };

		if (m->words.tokens[i].kind != TOKEN_WORD || s.n == 0)
			continue;
		GROW(m->occurrences, m->count, m->cap);
		m->occurrences[m->count++] = meet(m, s);
		n++;
	}
	return n;
}

static void
take_article(struct model *m, struct articles *all, const struct article *from,
    bool relevant)
{
	struct sample s = { .first = m->count, .relevant = relevant };
	struct str text = record_member(&from->rec, "content_text", &all->a);
	size_t n = take_words(m, record_member(&from->rec, "title", &all->a));
	size_t title_end = m->count;

	n += take_words(m, str_slice(text, 0, visible_offset(text, m->head)));
	count_capitals(m, title_end);
	s.end = m->count;
	s.scale = 1 / relevance_spread(n);
	GROW(m->samples, m->sample_count, m->sample_cap);
	m->samples[m->sample_count++] = s;
}

/* Is the article of those that the list names? */
static bool
is_any(struct articles *all, const struct article *article,
    const struct opt_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (record_is_where(&article->rec, list->v[i], &all->a))
			return true;
	return false;
}

/* How many samples are relevant. */
static size_t
count_relevant(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->sample_count; i++)
		n += m->samples[i].relevant;
	return n;
}

/* How often those of one side count together. */
static double
count_times(const struct model *m, bool relevant)
{
	double times = 0;

	for (size_t i = 0; i < m->sample_count; i++)
		if (m->samples[i].relevant == relevant)
			times += m->samples[i].times;
	return times;
}

static void
take_all(struct model *m, struct articles *all, const struct opt_list *off,
    const struct opt_list *favour)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct article *article = &all->v[i];
		bool away = is_any(all, article, off);

		if (!away && label_of(record_member(&article->rec, "label",
		    &all->a)) == LABEL_NEUTRAL)
			continue;	/* about policy that does not move */
		take_article(m, all, article, !away);
		m->samples[m->sample_count - 1].times =
		    is_any(all, article, favour) ? FAVOURED : 1;
	}
	if (count_relevant(m) == 0)
		die("there is no article with a label but neutral");
	if (count_relevant(m) == m->sample_count)
		die("there is no article of those that '--off' names");
}

/* Words that are too rare, and names: those that have a capital more often. */
static void
choose_stems(struct model *m, size_t least)
{
	for (size_t i = 0; i < m->stem_names.count; i++) {
		struct stem *s = &m->stems[i];

		s->kept &= s->articles >= least && s->named <= s->plain &&
		    m->stem_names.names[i].n > 1;
	}
}

/* Add the article's part, which has this weight, to the slopes. */
static void
add_slope(struct model *m, const struct sample *s, double weight)
{
	double sum = 0, error;

	for (size_t i = s->first; i < s->end; i++)
		sum += m->stems[m->occurrences[i]].weight;
	error = (1 / (1 + exp(-sum * s->scale)) - s->relevant) * weight *
	    s->scale;
	for (size_t i = s->first; i < s->end; i++)
		m->stems[m->occurrences[i]].slope += error;
}

static void
step(struct stem *s, int number)
{
	double mean, square;

	s->mean = 0.9 * s->mean + 0.1 * s->slope;
	s->square = 0.999 * s->square + 0.001 * s->slope * s->slope;
	mean = s->mean / (1 - pow(0.9, number));
	square = s->square / (1 - pow(0.999, number));
	s->weight -= STEP * mean / (sqrt(square) + 1e-8);
}

static void
fit(struct model *m)
{
	double on = count_times(m, true), off = count_times(m, false);

	for (int number = 1; number <= STEPS; number++) {
		for (size_t i = 0; i < m->stem_names.count; i++)
			m->stems[i].slope = RIDGE * m->stems[i].weight;
		for (size_t i = 0; i < m->sample_count; i++)
			add_slope(m, &m->samples[i], SIDE * m->samples[i].times /
			    (m->samples[i].relevant ? on : off));
		for (size_t i = 0; i < m->stem_names.count; i++)
			if (m->stems[i].kept)
				step(&m->stems[i], number);
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
print_model(const struct model *m)
{
	struct told *told = xcalloc(m->stem_names.count + 1, sizeof(*told));
	size_t n = 0, relevant = count_relevant(m);

	for (size_t i = 0; i < m->stem_names.count; i++) {
		double weight = round(m->stems[i].weight * GRAIN) / GRAIN;

		if (weight != 0)
			told[n++] = (struct told){
			    m->form_names.names[m->stems[i].form], weight };
	}
	qsort(told, n, sizeof(*told), compare_told);
	printf("# %zu words, from %zu articles about policy and %zu about other "
	    "things\n", n, relevant, m->sample_count - relevant);
	print_statements(told, n);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	free(told);
}

static void
release(struct model *m)
{
	sb_stemmer_delete(m->sb);
	words_release(&m->words);
	index_release(&m->stop);
	index_release(&m->stem_names);
	index_release(&m->form_names);
	free(m->stems);
	free(m->forms);
	free(m->samples);
	free(m->occurrences);
	arena_release(&m->a);
}

/* Words that say nothing of what an article is about, one a line. */
static void
read_stop(struct model *m, const char *path)
{
	struct buf b = BUF_INIT;
	struct err err;
	struct str rest, word;

	if (file_slurp(path, &b, STOP_MAX, &err) == -1)
		die("%s", err.msg);
	for (rest = buf_str(&b); str_split(&rest, '\n', &word); ) {
		word = str_trim(word);
		if (word.n > 0 && word.p[0] != '#')
			number_of(m, &m->stop, word);
	}
	buf_release(&b);
}

static int
check_labelled(const struct record *rec, struct arena *a, struct err *err)
{
	if (label_of(record_member(rec, "label", a)) == LABEL_NONE)
		return err_set(err, "the article has no 'label' of the four");
	return 0;
}

int
relevance_main(int argc, char **argv)
{
	const char *stemmer = "english", *stop = NULL;
	struct opt_number head = { RELEVANCE_HEAD, 1, 100000 }, least = { 5, 1, 100000 };
	struct opt_list off = { 0 }, favour = { 0 };
	const struct opt opts[] = {
		{ 'f', "favour", "MEMBER=VALUE", "articles that have it count "
		    "three times; may be repeated", OPT_LIST, &favour },
		{ 0, "head", "N", "code points of the text that count (default "
		    "400)", OPT_NUMBER, &head },
		{ 0, "least", "N", "articles that a word must stand in (default "
		    "5)", OPT_NUMBER, &least },
		{ 'o', "off", "MEMBER=VALUE", "articles that have it are not "
		    "about policy; may be repeated", OPT_LIST, &off },
		{ 's', "stemmer", "NAME", "of libstemmer (default english)",
		    OPT_STRING, &stemmer },
		{ 0, "stop", "FILE", "words to leave out, one a line",
		    OPT_STRING, &stop },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus relevance",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Learn from labelled articles which words tell that one is about "
	    "policy.", opts, NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	struct articles all = { 0 };
	struct model m = { .head = 0 };

	m.head = (size_t)head.value;
	m.sb = sb_stemmer_new(stemmer, "UTF_8");
	if (m.sb == NULL)
		usage_error("libstemmer has no stemmer '%s'", stemmer);
	if (stop != NULL)
		read_stop(&m, stop);
	articles_open_all(&all, operands, argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, check_labelled);
	take_all(&m, &all, &off, &favour);
	choose_stems(&m, (size_t)least.value);
	fit(&m);
	print_model(&m);
	release(&m);
	opt_list_release(&favour);
	opt_list_release(&off);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
