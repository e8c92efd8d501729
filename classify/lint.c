#include <stdlib.h>

#include "base/record.h"
#include "base/opt.h"
#include "classify/doubt.h"
#include "classify/lint.h"

static struct tally
tally_new(const struct grammar *g)
{
	return (struct tally){
	    .seen = xcalloc(g->class_count, sizeof(uint64_t)),
	    .hits = xcalloc(g->class_count, sizeof(uint64_t)),
	    .tries = xcalloc(g->rule_count, sizeof(uint64_t)),
	    .rule_hits = xcalloc(g->rule_count, sizeof(uint64_t)),
	    .nanoseconds = xcalloc(g->rule_count, sizeof(uint64_t)) };
}

static void
tally_release(struct tally *t)
{
	free(t->seen);
	free(t->hits);
	free(t->tries);
	free(t->rule_hits);
	free(t->nanoseconds);
}

void
lint_init(struct lint *lint, struct program *prog)
{
	*lint = (struct lint){ .prog = prog };
	bench_init(&lint->bench, prog);
	lint->bench.by_rules = true;
	for (size_t i = 0; i < prog->count; i++) {
		lint->corpus[i] = tally_new(prog->grammars[i]);
		lint->tests[i] = tally_new(prog->grammars[i]);
	}
	lint->bench.tallies = lint->corpus;
}

void
lint_release(struct lint *lint)
{
	for (size_t i = 0; i < lint->prog->count; i++) {
		tally_release(&lint->corpus[i]);
		tally_release(&lint->tests[i]);
	}
	bench_release(&lint->bench);
	arena_release(&lint->arena);
}

int
lint_add(struct lint *lint, struct str line, struct err *err)
{
	struct arena *a = &lint->arena;
	struct article article;
	struct record rec;
	struct verdict v;

	arena_reset(a);
	if (record_read(&rec, line, a, err) == -1)
		return -1;
	article_of_record(&article, lint->prog, &rec, a);
	return bench_judge(&lint->bench, &article, a, &v, err);
}

/* The examples of the rule files, counted apart. */
static void
count_tests(struct lint *lint)
{
	lint->bench.tallies = lint->tests;
	for (size_t i = 0; i < lint->prog->count; i++) {
		const struct grammar *g = lint->prog->grammars[i];

		for (size_t k = 0; k < g->example_count; k++) {
			struct article article;
			struct verdict v;

			arena_reset(&lint->arena);
			article_of_example(&article, &g->examples[k]);
			bench_judge_as(&lint->bench, i, &article,
			    &lint->arena, &v);
		}
	}
	lint->bench.tallies = lint->corpus;
}

static void
complain(struct buf *b, const struct statement *st, const char *kind,
    const char *name, const char *what)
{
	buf_addf(b, "%s:%u: %s '%s' %s\n", st->source->path,
	    st->lexemes[0].line, kind, name, what);
}

static bool
is_composing(const struct class *c)
{
	return c->kind == CLASS_OPERATOR || c->kind == CLASS_OBJECT;
}

/* What is wrong with something that the corpus and the tests have met so
 * often, or NULL.  The corpus cannot name every actor nor say everything that
 * can be said; what it leaves out, the tests say. */
static const char *
fault_of(uint64_t stood, uint64_t hits, uint64_t test_hits)
{
	if (stood == 0)
		return "stands neither in this corpus nor in a test";
	if (hits + test_hits == 0)
		return "stands there but never hits";
	return test_hits == 0 ? "hits in no test of the rules" : NULL;
}

/* What is wrong with a list, or NULL. */
static const char *
list_fault(const struct class *c, const struct tally *corpus,
    const struct tally *tests, size_t i)
{
	uint64_t stood = corpus->seen[i] + tests->seen[i];

	if (c->statement == NULL || c->name[0] == '"')
		return NULL;
	if (!is_composing(c)) /* it has nothing to do but to stand there */
		return fault_of(stood, stood, stood);
	return fault_of(stood, corpus->hits[i], tests->hits[i]);
}

static size_t
report_lists(const struct lint *lint, size_t at, struct buf *b)
{
	const struct grammar *g = lint->prog->grammars[at];
	size_t lines = 0;

	for (size_t i = 0; i < g->class_count; i++) {
		const struct class *c = &g->classes[i];
		const char *fault = list_fault(c, &lint->corpus[at],
		    &lint->tests[at], i);

		if (fault == NULL)
			continue;
		complain(b, c->statement, class_kind_name(c->kind), c->name,
		    fault);
		lines++;
	}
	return lines;
}

static size_t
report_rules(const struct lint *lint, size_t at, struct buf *b)
{
	const struct grammar *g = lint->prog->grammars[at];
	const struct tally *corpus = &lint->corpus[at];
	const struct tally *tests = &lint->tests[at];
	size_t lines = 0;

	for (size_t i = 0; i < g->rule_count; i++) {
		const char *fault = fault_of(corpus->tries[i] + tests->tries[i],
		    corpus->rule_hits[i], tests->rule_hits[i]);

		if (fault == NULL)
			continue;
		complain(b, g->rules[i].statement, "rule", g->rules[i].name,
		    fault);
		lines++;
	}
	return lines;
}

static bool
is_conditional(const struct conditions *when)
{
	return when->needs.n + when->unless.n + when->source.n +
	    when->unless_source.n > 0;
}

/* A word in two lists of one role: the one declared first has it, unless that
 * one sometimes stands back.  The word still counts for a list that a rule, a
 * property or a list asks for, and for an operator that stands alone. */
static size_t
report_shadows(const struct lint *lint, size_t at, struct buf *b)
{
	const struct grammar *g = lint->prog->grammars[at];
	size_t lines = 0;

	for (uint32_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		const struct role_words *role = &g->roles[i];
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon, i, &count);

		for (size_t k = 0; k < count; k++) {
			const struct class *c = &g->classes[classes[k]];
			const struct class *first =
			    c->kind == CLASS_OPERATOR ? role->operator :
			    c->kind == CLASS_OBJECT ? role->object : NULL;

			/* one that joins with some objects only leaves the
			 * others */
			if (first == NULL || first == c || c->referred ||
			    c->included || c->alone_weight > 0 ||
			    first->with.n > 0 || is_conditional(&first->when))
				continue;
			buf_addf(b, "%s:%u: %s '%s' cannot have \"%.*s\": "
			    "'%s' has it\n", c->statement->source->path,
			    c->statement->lexemes[0].line,
			    class_kind_name(c->kind), c->name,
			    STR_FMT(phrase_text(g->lexicon, i)), first->name);
			lines++;
		}
	}
	return lines;
}

/* Which lists have words: by class. */
static bool *
lists_with_words(const struct grammar *g)
{
	bool *has = xcalloc(g->class_count, sizeof(*has));

	for (size_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon,
		    (uint32_t)i, &count);

		for (size_t k = 0; k < count; k++)
			has[classes[k]] = true;
	}
	return has;
}

/* What a list can be `on`: kinds of operators, and of a modifier the names of rules
 * and domains. */
struct kinds {
	const char	**v;
	size_t		 n, cap;
};

static void
add_kind(struct kinds *kinds, const char *name)
{
	if (name == NULL)
		return;
	GROW(kinds->v, kinds->n, kinds->cap);
	kinds->v[kinds->n++] = name;
}

static void
gather_kinds(const struct grammar *g, bool rules, struct kinds *kinds)
{
	add_kind(kinds, KIND_LEVEL);
	for (size_t i = 0; i < g->class_count; i++) {
		add_kind(kinds, g->classes[i].operator_kind);
		if (rules)
			add_kind(kinds, g->classes[i].domain);
	}
	for (size_t i = 0; rules && i < g->rule_count; i++) {
		add_kind(kinds, g->rules[i].name);
		add_kind(kinds, g->rules[i].kind);
		add_kind(kinds, g->rules[i].domain);
	}
}

static bool
is_operator(const struct grammar *g, const char *name)
{
	uint16_t id = grammar_class(g, str_of(name));

	return id != NO_CLASS && g->classes[id].kind == CLASS_OPERATOR;
}

/* Name each kind that the list is on and that no hit can be of. */
static size_t
report_kinds(const struct grammar *g, const struct class *c, struct buf *b)
{
	struct kinds kinds = { NULL, 0, 0 };
	size_t lines = 0;

	if (c->on_count > 0)
		gather_kinds(g, c->kind == CLASS_MODIFIER, &kinds);
	for (size_t i = 0; i < c->on_count; i++) {
		const char *close, *none = c->kind == CLASS_MODIFIER ?
		    "which is no kind of an operator or rule, no rule and no domain" :
		    "which is no kind of an operator";
		size_t k = 0;

		while (k < kinds.n && strcmp(kinds.v[k], c->on[i]) != 0)
			k++;
		if (k < kinds.n)
			continue;
		close = closest_name(c->on[i], kinds.v, kinds.n);
		buf_addf(b, "%s:%u: %s '%s' is on '%s', %s",
		    c->statement->source->path, c->statement->lexemes[0].line,
		    class_kind_name(c->kind), c->name, c->on[i], none);
		if (is_operator(g, c->on[i]))
			buf_addf(b, "; the operator '%s' has none", c->on[i]);
		else if (close != NULL)
			buf_addf(b, "; did you mean '%s'?", close);
		buf_addc(b, '\n');
		lines++;
	}
	free(kinds.v);
	return lines;
}

/* What of a list can never count, or NULL. */
static const char *
unreachable_list(const struct grammar *g, const struct class *c,
    const bool *has_words)
{
	if (c->statement == NULL || c->name[0] == '"')
		return NULL;
	if (!has_words[c - g->classes])
		return "has no words";
	if (is_composing(c) && !c->decided && c->on_count == 0)
		return "has no sign and is taken for +";
	if (c->kind == CLASS_MODIFIER && !c->decided)
		return "has no action and is taken to cancel";
	if (c->kind == CLASS_LEXICON && !c->referred && !c->included)
		return "is used by nothing";
	for (size_t i = 0; i < c->when.needs.n; i++)
		if (!has_words[c->when.needs.v[i]])
			return "needs a list without words";
	for (size_t i = 0; i < c->with.n; i++)
		if (!has_words[c->with.v[i]])
			return "joins with a list without words";
	return NULL;
}

/* What is wrong with a rule as it stands, or NULL. */
static const char *
rule_fault(const struct grammar *g, const struct rule *rule,
    const bool *has_words)
{
	for (size_t i = 0; i < rule->when.needs.n; i++)
		if (!has_words[rule->when.needs.v[i]])
			return "needs a list without words";
	for (const struct rule *r = g->rules; r < rule; r++)
		if (strcmp(r->name, rule->name) == 0)
			return "has the name of an earlier rule";
	return expr_slow(g, rule->expr);
}

static size_t
check_grammar(const struct lint *lint, size_t at, struct buf *b)
{
	const struct grammar *g = lint->prog->grammars[at];
	const struct tally *tests = &lint->tests[at];
	bool *has_words = lists_with_words(g);
	size_t lines = 0;

	for (size_t i = 0; i < g->class_count; i++) {
		const struct class *c = &g->classes[i];
		const char *fault = unreachable_list(g, c, has_words);

		if (c->statement == NULL)
			continue;
		lines += report_kinds(g, c, b);
		if (fault == NULL && is_composing(c) && tests->hits[i] == 0)
			fault = "hits in no test of the rules";
		if (fault == NULL)
			continue;
		complain(b, c->statement, class_kind_name(c->kind), c->name,
		    fault);
		lines++;
	}
	for (size_t i = 0; i < g->rule_count; i++) {
		const struct rule *rule = &g->rules[i];
		const char *fault = rule_fault(g, rule, has_words);

		if (fault == NULL && tests->rule_hits[i] == 0)
			fault = "hits in no test of the rules";
		if (fault == NULL)
			continue;
		complain(b, rule->statement, "rule", rule->name, fault);
		lines++;
	}
	free(has_words);
	return lines + report_shadows(lint, at, b) +
	    doubt_phrases(g, &lint->prog->files, b);
}

size_t
lint_check(struct lint *lint, struct buf *b)
{
	size_t lines = 0;

	count_tests(lint);
	for (size_t i = 0; i < lint->prog->count; i++)
		lines += check_grammar(lint, i, b);
	return lines;
}

/* Did the corpus hold anything in this language? */
static bool
is_used(const struct lint *lint, size_t at)
{
	const struct grammar *g = lint->prog->grammars[at];

	for (size_t i = 0; i < g->class_count; i++)
		if (lint->corpus[at].hits[i] > 0)
			return true;
	return false;
}

size_t
lint_report(struct lint *lint, struct buf *b)
{
	size_t lines = 0;

	count_tests(lint);
	for (size_t i = 0; i < lint->prog->count; i++)
		if (is_used(lint, i))
			lines += report_lists(lint, i, b) +
			    report_rules(lint, i, b) +
			    report_shadows(lint, i, b);
	return lines;
}

/* A rule in the profile. */
struct cost {
	const char	*language, *name;
	uint64_t	 tries, hits, nanoseconds;
};

static int
dearer(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return (x->nanoseconds < y->nanoseconds) -
	    (x->nanoseconds > y->nanoseconds);
}

void
lint_profile(const struct lint *lint, struct buf *b)
{
	struct cost *costs = NULL;
	size_t count = 0, cap = 0;

	for (size_t i = 0; i < lint->prog->count; i++) {
		const struct grammar *g = lint->prog->grammars[i];
		const struct tally *t = &lint->corpus[i];

		for (size_t k = 0; k < g->rule_count; k++) {
			if (t->tries[k] == 0)
				continue;
			GROW(costs, count, cap);
			costs[count++] = (struct cost){ g->language,
			    g->rules[k].name, t->tries[k], t->rule_hits[k],
			    t->nanoseconds[k] };
		}
	}
	if (count > 1)
		qsort(costs, count, sizeof(*costs), dearer);
	buf_addf(b, "%12s %10s %10s  %s\n", "microseconds", "tries", "hits",
	    "rule");
	for (size_t i = 0; i < count; i++)
		buf_addf(b, "%12.1f %10llu %10llu  %s %s\n",
		    (double)costs[i].nanoseconds / 1000,
		    (unsigned long long)costs[i].tries,
		    (unsigned long long)costs[i].hits, costs[i].language,
		    costs[i].name);
	free(costs);
}
