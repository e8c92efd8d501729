#include <stdlib.h>

#include "classify/expr.h"
#include "classify/glance.h"
#include "classify/known.h"

/* A glance costs as much as to read one byte of three, and some for each word that may
 * be named and is, and saves reading all where nothing can hit.  When more was spent
 * than saved, so many articles are read without a glance, and each time twice as
 * many, until they pay again. */
#define COST_BYTES	3
#define COST_WORD	5
#define COST_NAMED	20
#define CREDIT		(1L << 14)
#ifdef STANCE_TINY
#define PAUSE		0u
#else
#define PAUSE		64u
#endif
#define LONGEST_PAUSE	4096u

/* Of one token so many that are skimmed may be named: itself, and ends of it, which
 * are none: "it's" and "s", "a'b's" and "b's" and "s". */
#define PARTS		4u

struct glance {
	const struct grammar	*g;
	struct reader		*reader;
	struct heads		 heads;
	struct words		 words;
	struct reading		 reading;
	struct held		 held;		/* classes that stand there, */
	class_signs		 signs;		/* and their signs */
	uint16_t		*met;		/* the classes in a row, */
	size_t			 met_count, met_cap;
	uint32_t		*asked;		/* and by rule the glance that */
	uint32_t		 number;	/* asked for it */
	long			 credit;	/* bytes saved */
	unsigned		 pause;		/* articles that are not glanced at, */
	unsigned		 next_pause;	/* now and the next time */
};

/* Does what stands in the text tell of nothing but hits of rules? */
static bool
is_simple(const struct grammar *g)
{
	const struct lexicon *lex = g->lexicon;

	for (size_t i = 0; i < g->class_count; i++)
		if (g->classes[i].kind != CLASS_LEXICON &&
		    g->classes[i].kind != CLASS_MODIFIER)
			return false;
	return g->judging.relevance == 0 && g->judging.wording == 0 &&
	    lex->infixes == 0 &&
	    (lex->suffixes[0] | lex->suffixes[1]) == 0 &&
	    (lex->stemmer == NULL || strcmp(lex->stemmer, "english") == 0);
}

/* Add a form that words of a text can have; false where no head tells of it. */
static bool
add_form(struct heads *h, const struct lexicon *lex, struct str key)
{
	struct str named = str_from(key, 1);
	char folded[WORD_MAX];

	if (named.n > WORD_MAX)			/* no word has it */
		return true;
	switch ((enum form)key.p[0]) {
	case FORM_STEM:
		return heads_name(h, named, lex->stemmer != NULL ? NAMED_STEM :
		    NAMED_WHOLE);
	case FORM_CASED:
		named = (struct str){ folded, word_fold(named, folded) };
		return heads_name(h, named, NAMED_WHOLE);
	case FORM_RAW: case FORM_SHOUTED:
		return heads_name(h, named, NAMED_WHOLE);
	case FORM_PREFIX:
		return heads_name(h, named, NAMED_BEGINNING);
	case FORM_NUMBER:
		h->digits = true;
		return true;
	case FORM_SUFFIX: case FORM_INFIX:
		return false;
	case FORM_FAMILY:
		return true;
	}
	return true;				/* a form's own key */
}

static bool
add_forms(struct heads *h, const struct lexicon *lex)
{
	h->digits = lex->roots[SYMBOL_NUMBER] != 0 || lex->inner[SYMBOL_NUMBER];
	for (size_t i = 0; i < lex->binding_count; i++)
		if (!add_form(h, lex, lex->bindings[i].text))
			return false;
	heads_close(h);
	return true;
}

struct glance *
glance_new(const struct grammar *g, struct reader *reader)
{
	struct glance *gl;

	if (!is_simple(g))
		return NULL;
	gl = xcalloc(1, sizeof(*gl));
	gl->g = g;
	gl->reader = reader;
	gl->credit = CREDIT;
	gl->next_pause = PAUSE;
	gl->asked = xcalloc(g->rule_count, sizeof(*gl->asked));
	held_init(&gl->held, g);
	heads_init(&gl->heads);
	if (add_forms(&gl->heads, g->lexicon))
		return gl;
	glance_free(gl);
	return NULL;
}

void
glance_free(struct glance *gl)
{
	if (gl == NULL)
		return;
	words_release(&gl->words);
	reading_release(&gl->reading);
	held_release(&gl->held);
	free(gl->met);
	free(gl->asked);
	free(gl);
}

/* Do letters part the tokens?  Not where the second is a part of the first. */
static bool
are_parted(const struct words *w, const struct token *first,
    const struct token *second)
{
	for (size_t at = first->end; at < second->start; at++)
		if (is_alpha(w->text.p[at]))
			return true;
	return false;
}

/* Keep only the tokens that are named: how many.  What is asked of them next is far
 * apart, and on its way when the last of them is kept. */
static size_t
keep_named(struct glance *gl)
{
	const struct reader *r = gl->reader;
	const struct effects *effects = r->lex->effects;
	struct words *w = &gl->words;
	uint32_t *known = gl->reading.known;
	size_t n = 0;

	for (size_t i = 0; i < w->count; i++) {
		w->tokens[n] = w->tokens[i];
		known[n] = known[i];
		__builtin_prefetch(&r->known[known[i]]);
		n += known[i] != 0;
	}
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(phrases_of(r, &r->known[known[i]]));
	for (size_t i = 0; i < n; i++)
		if (r->known[known[i]].phrases > 0)
			__builtin_prefetch(&effects[*phrases_of(r,
			    &r->known[known[i]])]);
	return n;
}

/* May a phrase of several words begin with number `i` of the `n` tokens that are
 * named? */
static bool
may_go_on(const struct glance *gl, size_t i, size_t n)
{
	const struct reader *r = gl->reader;
	const struct words *w = &gl->words;
	const uint32_t *word = gl->reading.known;
	const struct known *known = &r->known[word[i]];

	for (size_t k = i + 1; k < n && known->follow != 0 &&
	    !are_parted(w, &w->tokens[i], &w->tokens[k]); k++)
		if ((known->follow & r->known[word[k]].signs) != 0 &&
		    walk_may_go_on(r, false, word[i], word[k]))
			return true;
	if (known->from == 0)
		return false;
	if (n > i + 1 + PARTS * (known->gap + 1u))
		n = i + 1 + PARTS * (known->gap + 1u);
	for (size_t k = i + 1; k < n; k++)
		if ((known->from & r->lands[word[k]]) != 0 &&
		    walk_may_go_on(r, true, word[i], word[k]))
			return true;
	return false;
}

/* Note the classes of the phrase. */
static void
take_phrase(struct glance *gl, uint32_t phrase)
{
	size_t count;
	const uint16_t *classes = classes_of(gl->g->lexicon, phrase, &count);

	for (size_t i = 0; i < count; i++) {
		if (held_has(&gl->held, classes[i]))
			continue;
		held_put(&gl->held, classes[i]);
		__builtin_prefetch(&gl->g->hopes[classes[i]]);
		GROW(gl->met, gl->met_count, gl->met_cap);
		gl->met[gl->met_count++] = classes[i];
	}
}

/* Note which classes stand in the text.  False where a phrase of several words may
 * stand there too. */
static bool
take_text(struct glance *gl, struct str text)
{
	const struct reader *r = gl->reader;
	size_t n;

	reader_skim(gl->reader, &gl->heads, text, &gl->words, &gl->reading);
	n = keep_named(gl);
	gl->credit -= (long)(text.n / COST_BYTES +
	    COST_WORD * gl->words.count + COST_NAMED * n);
	for (size_t i = 0; i < n; i++) {
		const struct known *known = &r->known[gl->reading.known[i]];
		const uint32_t *phrases = phrases_of(r, known);

		if (may_go_on(gl, i, n))
			return false;
		gl->signs |= known->classes;
		for (size_t k = 0; k < known->phrases; k++)
			take_phrase(gl, phrases[k]);
	}
	return true;
}

/* May a rule hit that hangs on the class? */
static bool
may_hang(struct glance *gl, uint16_t class, const struct str *fields)
{
	const struct trigger *t = &gl->g->hopes[class];

	for (size_t i = 0; i < t->n; i++) {
		uint32_t rule = t->hooks[i].rule;

		if ((t->hooks[i].signs & ~gl->signs) != 0 ||
		    gl->asked[rule] == gl->number)
			continue;
		gl->asked[rule] = gl->number;
		if (expr_may_within(gl->g->rules[rule].expr, &gl->held, fields,
		    2))
			return true;
	}
	return false;
}

static bool
find_hope(struct glance *gl, const struct str *fields)
{
	if (++gl->number == 0) {
		memset(gl->asked, 0, gl->g->rule_count * sizeof(*gl->asked));
		gl->number = 1;
	}
	held_turn(&gl->held);
	gl->signs = 0;
	gl->met_count = 0;
	if (!take_text(gl, fields[0]) || !take_text(gl, fields[1]))
		return true;
	for (size_t i = 0; i < gl->met_count; i++)
		__builtin_prefetch(gl->g->hopes[gl->met[i]].hooks);
	for (size_t i = 0; i < gl->met_count; i++)
		if (may_hang(gl, gl->met[i], fields))
			return true;
	return false;
}

bool
glance_may_hit(struct glance *gl, struct str title, struct str text)
{
	const struct str fields[] = { title, text };
	bool hope;

	if (gl->pause > 0) {
		gl->pause--;
		return true;
	}
	hope = find_hope(gl, fields);
	if (!hope)
		gl->credit += (long)(title.n + text.n);
	if (gl->credit > CREDIT) {
		gl->credit = CREDIT;
		gl->next_pause = PAUSE;
	} else if (gl->credit < 0) {
		gl->credit = 0;
		gl->pause = gl->next_pause;
		if (gl->next_pause < LONGEST_PAUSE)
			gl->next_pause *= 2;
	}
	return hope;
}
