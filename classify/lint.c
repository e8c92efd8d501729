#include <stdlib.h>

#include "base/record.h"
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
lint_init(struct lint *lint, const struct program *prog)
{
	*lint = (struct lint){ .prog = prog };
	bench_init(&lint->bench, prog);
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
	struct record rec;
	struct verdict v;

	arena_reset(a);
	if (record_read(&rec, line, a, err) == -1)
		return -1;
	bench_judge(&lint->bench, record_str(&rec, RECORD_LANGUAGE, a),
	    record_str(&rec, RECORD_TITLE, a), record_str(&rec, RECORD_TEXT, a),
	    a, &v);
	return 0;
}

/* The examples of the rule files, counted apart. */
static void
count_tests(struct lint *lint)
{
	lint->bench.tallies = lint->tests;
	for (size_t i = 0; i < lint->prog->count; i++) {
		const struct grammar *g = lint->prog->grammars[i];

		for (size_t k = 0; k < g->example_count; k++) {
			struct verdict v;

			arena_reset(&lint->arena);
			bench_judge_as(&lint->bench, i, g->examples[k].title,
			    g->examples[k].text, &lint->arena, &v);
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

/* What is wrong with a list, or NULL. */
static const char *
list_fault(const struct class *c, const struct tally *corpus,
    const struct tally *tests, size_t i)
{
	if (c->statement == NULL || c->name[0] == '"')
		return NULL;
	if (corpus->seen[i] == 0)
		return "never stands in this corpus";
	if (!is_composing(c))
		return NULL;
	if (corpus->hits[i] == 0)
		return "stands there but never hits";
	return tests->hits[i] == 0 ? "hits in no test of the rules" : NULL;
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
	const struct tally *t = &lint->corpus[at];
	size_t lines = 0;

	for (size_t i = 0; i < g->rule_count; i++) {
		const char *fault = t->tries[i] == 0 ?
		    "never stands in this corpus" : t->rule_hits[i] == 0 ?
		    "stands there but never hits" :
		    lint->tests[at].rule_hits[i] == 0 ?
		    "hits in no test of the rules" : NULL;

		if (fault == NULL)
			continue;
		complain(b, g->rules[i].statement, "rule", g->rules[i].name,
		    fault);
		lines++;
	}
	return lines;
}

/* A word in two lists of one role: the one declared first has it, unless that
 * one sometimes stands back. */
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

			if (first == NULL || first == c || first->needs.n > 0 ||
			    first->unless.n > 0)
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
