#define PCRE2_CODE_UNIT_WIDTH 8
#include <limits.h>
#include <pcre2.h>

#include "classify/expr.h"
#include "classify/needle.h"

/* What one evaluation keeps of the places where a part matched. */
#define SPANS_MAX	128
/* Levels of parentheses, and parts joined by other words than `or`: each is a
 * level of the stack. */
#define DEPTH_MAX	32
#define JOINS_MAX	200
/* Limits of one pattern on one unit; meeting one is its rule's error. */
#define REGEX_STEPS	100000u
#define REGEX_DEPTH	1000u
#define REGEX_HEAP	1024u	/* KiB */
#define REGEX_STACK	(256UL << 10)
/* Limits of what is compiled: the longest pattern in use has 200 bytes. */
#define REGEX_LENGTH	4096u
#define REGEX_NESTING	50u

enum expr_kind {
	EXPR_CLASS,
	EXPR_REGEX,
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_THEN,
	EXPR_NEAR,
	EXPR_ATLEAST
};

struct expr {
	enum expr_kind	 kind;
	uint16_t	 class;		/* CLASS, and REGEX's literal */
	unsigned	 n;		/* of THEN, NEAR, ATLEAST */
	struct expr	*left, *right;
	pcre2_code	*regex;
	struct str	 pattern;	/* as it is written */
	struct str	 needle;	/* it cannot match without */
};

struct parser {
	struct grammar		*g;
	const struct statement	*st;
	size_t			 at;
	unsigned		 depth, joins;
	struct err		*err;
};

static struct expr *parse_or(struct parser *p);

static const struct lexeme *
peek(const struct parser *p)
{
	return p->at < p->st->count ? &p->st->lexemes[p->at] : NULL;
}

static struct expr *
fail(struct parser *p, const char *what)
{
	const struct lexeme *lx = peek(p);

	lexeme_error(p->st, lx ? lx : &p->st->lexemes[p->st->count - 1],
	    p->err, "%s", what);
	return NULL;
}

static bool
is_word(const struct parser *p, const char *word)
{
	const struct lexeme *lx = peek(p);

	return lx && lx->kind == LEXEME_WORD && str_eq(lx->text, str_of(word));
}

static struct expr *
make(struct parser *p, enum expr_kind kind, struct expr *left,
    struct expr *right)
{
	struct expr *e = arena_zalloc(&p->g->arena, sizeof(*e));

	e->kind = kind;
	e->left = left;
	e->right = right;
	e->class = NO_CLASS;
	return e;
}

/* The class of a quoted phrase in an expression: one of its own. */
static uint16_t
phrase_class(struct parser *p, struct str text)
{
	struct grammar *g = p->g;
	char *name = arena_alloc(&g->arena, text.n + 3);
	uint16_t id;
	struct err why;

	/* not printf, for rule files can have many */
	name[0] = name[text.n + 1] = '"';
	name[text.n + 2] = '\0';
	memcpy(name + 1, text.p, text.n);
	id = grammar_class(g, (struct str){ name, text.n + 2 });
	if (id != NO_CLASS)
		return id;
	if (g->class_count == CLASSES_MAX) {
		fail(p, "too many lists and phrases");
		return NO_CLASS;
	}
	struct class nameless = { .kind = CLASS_LEXICON, .name = name,
	    .statement = p->st };
	id = grammar_add_class(g, &nameless);
	if (lexicon_add(g->lexicon, text, id, &why) == -1) {
		grammar_bad_phrase(p->st, peek(p), &why, p->err);
		return NO_CLASS;
	}
	return id;
}

/* Compile the pattern `lx`; NULL with the place of what is wrong in it. */
static pcre2_code *
compile(struct parser *p, const struct lexeme *lx)
{
	pcre2_compile_context *bounds = pcre2_compile_context_create(NULL);
	pcre2_code *code;
	PCRE2_SIZE offset;
	int reason;

	if (bounds == NULL)
		die("out of memory compiling a pattern");
	pcre2_set_max_pattern_length(bounds, REGEX_LENGTH);
	pcre2_set_parens_nest_limit(bounds, REGEX_NESTING);
	code = pcre2_compile((PCRE2_SPTR)lx->text.p, lx->text.n,
	    PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NO_UTF_CHECK |
	    PCRE2_NEVER_BACKSLASH_C, &reason, &offset, bounds);
	pcre2_compile_context_free(bounds);
	if (code == NULL) {
		PCRE2_UCHAR msg[200];

		pcre2_get_error_message(reason, msg, sizeof(msg));
		err_at(p->err, p->st->source->path, lx->line,
		    lx->column + 1 + (unsigned)(offset <= lx->text.n ?
		    offset : lx->text.n), "%s", (char *)msg);
		return NULL;
	}
	/* where it cannot, the pattern is interpreted */
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

static struct expr *
parse_regex(struct parser *p)
{
	const struct lexeme *lx = peek(p);
	struct expr *e = make(p, EXPR_REGEX, NULL, NULL);
	struct grammar *g = p->g;
	struct str literal;

	p->at++;
	if (!is_word(p, "with") || p->at + 1 >= p->st->count ||
	    p->st->lexemes[p->at + 1].kind != LEXEME_STRING)
		return fail(p, "a pattern needs a literal that it is tried at: "
		    "/.../ with \"word\"");
	p->at++;
	literal = peek(p)->text;
	e->class = phrase_class(p, literal);
	if (e->class == NO_CLASS)
		return NULL;
	p->at++;
	e->regex = compile(p, lx);
	if (e->regex == NULL)
		return NULL;
	e->pattern = lx->text;
	e->needle = needle_of(lx->text, literal);
	GROW(g->patterns, g->pattern_count, g->pattern_cap);
	g->patterns[g->pattern_count++] = e->regex;
	return e;
}

/* Is there a repeat without end at `at`?  A possessive one gives nothing back. */
static bool
is_repeat(struct str s, size_t at)
{
	size_t end = at + 1;

	if (at >= s.n || (s.p[at] != '*' && s.p[at] != '+' && s.p[at] != '{'))
		return false;
	if (s.p[at] == '{') {
		while (end < s.n && s.p[end] != '}')
			end++;
		if (end >= s.n || s.p[end - 1] != ',')
			return false;
		end++;
	}
	return end >= s.n || s.p[end] != '+';
}

/* Does a repeat stand in a group that is repeated itself: (a+)+? */
static bool
is_nested_repeat(struct str s)
{
	bool repeats[REGEX_NESTING + 2] = { false };
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\') {
			i++;
		} else if (s.p[i] == '[') {
			for (i += i + 1 < s.n && s.p[i + 1] == ']'; i < s.n &&
			    s.p[i] != ']'; i++)
				i += s.p[i] == '\\';
		} else if (s.p[i] == '(' && depth <= REGEX_NESTING) {
			repeats[++depth] = false;
		} else if (s.p[i] == ')' && depth > 0) {
			if (repeats[depth] && is_repeat(s, i + 1))
				return true;
			depth--;
			repeats[depth] |= repeats[depth + 1];
		} else if (is_repeat(s, i)) {
			repeats[depth] = true;
		}
	}
	return false;
}

static struct str
bare(struct str word)
{
	return word.n > 1 && word.p[0] == '=' ? str_from(word, 1) : word;
}

/* Is the literal of a pattern one of the commonest words? */
static bool
is_common(const struct grammar *g, uint16_t literal)
{
	struct str name = str_of(g->classes[literal].name);

	name = bare(str_slice(name, 1, name.n - 1));	/* without quotes */
	for (size_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon,
		    (uint32_t)i, &count);

		for (size_t k = 0; k < count; k++)
			if (classes[k] == g->common && str_ieq(name,
			    bare(phrase_text(g->lexicon, (uint32_t)i))))
				return true;
	}
	return false;
}

const char *
expr_slow(const struct grammar *g, const struct expr *e)
{
	const char *why = NULL;

	for (; e != NULL && why == NULL; e = e->right) {
		if (e->kind == EXPR_REGEX && is_nested_repeat(e->pattern))
			return "is slow: its pattern repeats a repeat";
		if (e->kind == EXPR_REGEX && is_common(g, e->class))
			return "is slow: its pattern is tried at a common word";
		if (e->left != NULL)
			why = expr_slow(g, e->left);
	}
	return why;
}

void
expr_free_patterns(struct grammar *g)
{
	for (size_t i = 0; i < g->pattern_count; i++)
		pcre2_code_free(g->patterns[i]);
	free(g->patterns);
}

static struct expr *
parse_group(struct parser *p)
{
	struct expr *e;

	if (p->depth++ == DEPTH_MAX)
		return fail(p, "parentheses are nested too deep");
	p->at++;
	e = parse_or(p);
	if (e == NULL)
		return NULL;
	if (peek(p) == NULL || peek(p)->kind != LEXEME_CLOSE)
		return fail(p, "')' is expected here");
	p->at++;
	p->depth--;
	return e;
}

static struct expr *
no_list(struct parser *p)
{
	grammar_no_list(p->g, p->st, peek(p), p->err);
	return NULL;
}

static struct expr *
parse_atleast(struct parser *p)
{
	struct expr *e;
	long long n;

	p->at++;
	n = peek(p) ? str_number(peek(p)->text, 1000) : -1;
	if (n < 1)
		return fail(p, "a count is expected after 'atleast'");
	p->at++;
	if (peek(p) == NULL || peek(p)->kind != LEXEME_WORD ||
	    peek(p)->text.p[0] != '@')
		return fail(p, "a @list is expected here");
	e = make(p, EXPR_ATLEAST, NULL, NULL);
	e->n = (unsigned)n;
	e->class = grammar_class(p->g, str_from(peek(p)->text, 1));
	if (e->class == NO_CLASS)
		return no_list(p);
	p->g->classes[e->class].referred = true;
	p->at++;
	return e;
}

static struct expr *
parse_class(struct parser *p, const struct lexeme *lx)
{
	struct expr *e = make(p, EXPR_CLASS, NULL, NULL);

	if (lx->kind == LEXEME_WORD && lx->text.p[0] == '@') {
		e->class = grammar_class(p->g, str_from(lx->text, 1));
		if (e->class == NO_CLASS)
			return no_list(p);
	} else {
		e->class = phrase_class(p, lx->text);
		if (e->class == NO_CLASS)
			return NULL;
	}
	p->g->classes[e->class].referred = true;
	p->at++;
	return e;
}

static struct expr *
parse_atom(struct parser *p)
{
	const struct lexeme *lx = peek(p);

	if (lx == NULL)
		return fail(p, "an expression is expected after this");
	switch (lx->kind) {
	case LEXEME_OPEN:
		return parse_group(p);
	case LEXEME_REGEX:
		return parse_regex(p);
	case LEXEME_WORD:
	case LEXEME_STRING:
		return is_word(p, "atleast") ? parse_atleast(p) :
		    parse_class(p, lx);
	case LEXEME_COLON:
	case LEXEME_CLOSE:
		break;
	}
	return fail(p, "a word, \"phrase\", @list or '(' is expected here");
}

/* `then/N` or `near/N`: the kind and N, or false. */
static bool
is_distance(const struct parser *p, enum expr_kind *kind, unsigned *n)
{
	const struct lexeme *lx = peek(p);
	long long value;

	if (lx == NULL || lx->kind != LEXEME_WORD || lx->text.n < 6 ||
	    (!str_starts(lx->text, STR("then/")) &&
	    !str_starts(lx->text, STR("near/"))))
		return false;
	value = str_number(str_from(lx->text, 5), 200);
	if (value < 0)
		return false;
	*kind = lx->text.p[0] == 't' ? EXPR_THEN : EXPR_NEAR;
	*n = (unsigned)value;
	return true;
}

static bool
may_join(struct parser *p)
{
	if (p->joins++ < JOINS_MAX)
		return true;
	p->at--;
	fail(p, "more than 200 parts joined by 'and', 'then' or 'near'");
	return false;
}

static struct expr *
parse_near(struct parser *p)
{
	struct expr *e = parse_atom(p);
	enum expr_kind kind;
	unsigned n;

	while (e != NULL && is_distance(p, &kind, &n)) {
		struct expr *right;

		p->at++;
		right = parse_atom(p);
		if (right == NULL || !may_join(p))
			return NULL;
		e = make(p, kind, e, right);
		e->n = n;
	}
	return e;
}

static struct expr *
parse_not(struct parser *p)
{
	struct expr *e;

	if (!is_word(p, "not"))
		return parse_near(p);
	p->at++;
	e = parse_near(p);
	return e ? make(p, EXPR_NOT, e, NULL) : NULL;
}

static struct expr *
parse_and(struct parser *p)
{
	struct expr *e = parse_not(p);

	while (e != NULL && is_word(p, "and")) {
		struct expr *right;

		p->at++;
		right = parse_not(p);
		if (right == NULL || !may_join(p))
			return NULL;
		e = make(p, EXPR_AND, e, right);
	}
	return e;
}

/* `or` makes a list to the right, so that a long one needs no deep stack. */
static struct expr *
parse_or(struct parser *p)
{
	struct expr *first = parse_and(p), **last = &first;

	while (*last != NULL && is_word(p, "or")) {
		struct expr *right;

		p->at++;
		right = parse_and(p);
		if (right == NULL)
			return NULL;
		*last = make(p, EXPR_OR, *last, right);
		last = &(*last)->right;
	}
	return *last != NULL ? first : NULL;
}

/* Can it only be true where one of its classes is marked? */
static bool
is_anchored(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_CLASS: case EXPR_REGEX: case EXPR_ATLEAST:
		return true;
	case EXPR_NOT:
		return false;
	case EXPR_AND: case EXPR_THEN: case EXPR_NEAR:
		return is_anchored(e->left) || is_anchored(e->right);
	case EXPR_OR:
		for (; e->kind == EXPR_OR; e = e->right)
			if (!is_anchored(e->left))
				return false;
		return is_anchored(e);
	}
	BUG("an expression of no kind");
}

/* What to say of a lexeme that cannot go on with an expression. */
static const char *
what_follows(const struct parser *p)
{
	const struct lexeme *lx = peek(p);

	if (lx->kind == LEXEME_CLOSE)
		return "this ')' closes nothing";
	if (lx->kind == LEXEME_WORD && (str_starts(lx->text, STR("then")) ||
	    str_starts(lx->text, STR("near"))))
		return "a distance is expected: then/3 or near/3, up to 200";
	if (lx->kind == LEXEME_WORD && str_starts(lx->text, STR("..")))
		return "a gap stands within quotes: \"lift ..3 ban\"";
	return "'and', 'or', 'then/N' or 'near/N' is expected here; words in a "
	    "row stand in quotes: \"lift the ban\"";
}

struct expr *
expr_parse(struct grammar *g, const struct statement *st, size_t from,
    struct err *err)
{
	struct parser p = { g, st, from, 0, 0, err };
	struct expr *e = parse_or(&p);

	if (e == NULL)
		return NULL;
	if (p.at < st->count) {
		fail(&p, what_follows(&p));
	} else if (!is_anchored(e)) {
		lexeme_error(st, &st->lexemes[from], err,
		    "this could be true of any text: it needs a word that "
		    "must be there");
	} else {
		return e;
	}
	return NULL;
}

/* Ways for an expression to be true: the signs of the classes that must all be
 * marked, for each.  More than a few become one, of what they have in common. */
#define WAYS_MAX	12

struct ways {
	class_signs	v[WAYS_MAX];
	size_t		n;
};

static void
join_ways(struct ways *w)
{
	for (; w->n > 1; w->n--)
		w->v[0] &= w->v[w->n - 1];
}

/* Those of both, each with each. */
static struct ways
both_ways(struct ways a, struct ways b)
{
	struct ways all = { .n = 0 };

	if (a.n * b.n > WAYS_MAX)
		join_ways(a.n > b.n ? &a : &b);
	if (a.n * b.n > WAYS_MAX)
		join_ways(a.n > b.n ? &a : &b);
	for (size_t i = 0; i < a.n; i++)
		for (size_t k = 0; k < b.n; k++)
			all.v[all.n++] = a.v[i] | b.v[k];
	return all;
}

static struct ways
either_way(struct ways a, struct ways b)
{
	if (a.n + b.n > WAYS_MAX) {
		join_ways(&a);
		join_ways(&b);
	}
	for (size_t i = 0; i < b.n; i++)
		a.v[a.n++] = b.v[i];
	return a;
}

static struct ways
ways_of(const struct grammar *g, const struct expr *e)
{
	struct ways w = { { 0 }, 1 };

	switch (e->kind) {
	case EXPR_CLASS: case EXPR_REGEX: case EXPR_ATLEAST:
		w.v[0] = g->classes[e->class].sign_bit;
		return w;
	case EXPR_NOT:
		return w;
	case EXPR_AND: case EXPR_THEN: case EXPR_NEAR:
		return both_ways(ways_of(g, e->left), ways_of(g, e->right));
	case EXPR_OR:
		w = ways_of(g, e->left);
		for (e = e->right; e->kind == EXPR_OR; e = e->right)
			w = either_way(w, ways_of(g, e->left));
		return either_way(w, ways_of(g, e));
	}
	BUG("an expression of no kind");
}

/* How common the words are at which it would be tried, about. */
static unsigned
commonness_of(const struct grammar *g, const struct expr *e)
{
	unsigned left, right;

	if (!is_anchored(e))
		return UINT_MAX;
	switch (e->kind) {
	case EXPR_CLASS: case EXPR_REGEX: case EXPR_ATLEAST:
		return g->classes[e->class].commonness;
	case EXPR_NOT:
		break;
	case EXPR_AND: case EXPR_THEN: case EXPR_NEAR:
		left = commonness_of(g, e->left);
		right = commonness_of(g, e->right);
		return left < right ? left : right;
	case EXPR_OR:
		left = commonness_of(g, e->left);
		for (e = e->right; e->kind == EXPR_OR; e = e->right)
			left += commonness_of(g, e->left);
		return left + commonness_of(g, e);
	}
	BUG("an expression of no kind");
}

/* Is the left side what an expression of two is tried at? */
static bool
is_tried_left(const struct grammar *g, const struct expr *e, bool rarest)
{
	return rarest ? commonness_of(g, e->left) <=
	    commonness_of(g, e->right) : is_anchored(e->left);
}

static void
note_classes(const struct expr *e, bool *noted)
{
	for (; e != NULL && e->kind != EXPR_NOT; e = e->right) {
		if (e->left != NULL)
			note_classes(e->left, noted);
		else
			noted[e->class] = true;
	}
}

static void
note_beside(const struct grammar *g, const struct expr *e, bool rarest,
    bool *noted)
{
	bool left;

	for (; e->kind == EXPR_OR; e = e->right)
		note_beside(g, e->left, rarest, noted);
	if (e->left == NULL || e->kind == EXPR_NOT)
		return;
	left = is_tried_left(g, e, rarest);
	note_classes(left ? e->right : e->left, noted);
	note_beside(g, left ? e->left : e->right, rarest, noted);
}

void
rule_asks(const struct rule *rule, bool *noted)
{
	const struct references *needs = &rule->when.needs,
	    *unless = &rule->when.unless;

	note_classes(rule->expr, noted);
	for (size_t i = 0; i < needs->n; i++)
		noted[needs->v[i]] = true;
	for (size_t i = 0; i < unless->n; i++)
		noted[unless->v[i]] = true;
}

void
rule_beside(const struct grammar *g, const struct rule *rule, bool rarest,
    bool *noted)
{
	note_beside(g, rule->expr, rarest, noted);
}

/* `beside` is what must be true beside `e`.  Where two things must be, it is
 * tried at the `rarest`, or else at the first. */
static void
add_anchors(const struct grammar *g, const struct expr *e, struct ways beside,
    bool rarest, struct anchors *anchors)
{
	bool left;

	switch (e->kind) {
	case EXPR_CLASS: case EXPR_REGEX: case EXPR_ATLEAST:
		for (size_t i = 0; i < beside.n; i++) {
			GROW(anchors->v, anchors->n, anchors->cap);
			anchors->v[anchors->n++] = (struct anchor){ e->class,
			    beside.v[i] | g->classes[e->class].sign_bit };
		}
		return;
	case EXPR_NOT:
		return;
	case EXPR_AND: case EXPR_THEN: case EXPR_NEAR:
		left = is_tried_left(g, e, rarest);
		add_anchors(g, left ? e->left : e->right, both_ways(beside,
		    ways_of(g, left ? e->right : e->left)), rarest, anchors);
		return;
	case EXPR_OR:
		for (; e->kind == EXPR_OR; e = e->right)
			add_anchors(g, e->left, beside, rarest, anchors);
		add_anchors(g, e, beside, rarest, anchors);
		return;
	}
}

void
rule_anchors(const struct grammar *g, const struct rule *rule, bool rarest,
    struct anchors *anchors)
{
	struct ways needs = { { 0 }, 1 };

	for (size_t i = 0; i < rule->when.needs.n; i++)
		needs.v[0] |= g->classes[rule->when.needs.v[i]].sign_bit;
	add_anchors(g, rule->expr, needs, rarest, anchors);
}

/* Does what the pattern cannot match without stand in one of the texts?  Without any
 * nothing is known of them. */
static bool
is_needle_there(const struct expr *e, const struct str *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (needle_in(e->needle, texts[i]))
			return true;
	return count == 0;
}

bool
expr_may_within(const struct expr *e, const struct held *held,
    const struct str *texts, size_t count)
{
	switch (e->kind) {
	case EXPR_CLASS: case EXPR_ATLEAST:
		return held_has(held, e->class);
	case EXPR_REGEX:
		return held_has(held, e->class) &&
		    is_needle_there(e, texts, count);
	case EXPR_NOT:
		return true;
	case EXPR_AND: case EXPR_THEN: case EXPR_NEAR:
		return expr_may_within(e->left, held, texts, count) &&
		    expr_may_within(e->right, held, texts, count);
	case EXPR_OR:
		for (; e->kind == EXPR_OR; e = e->right)
			if (expr_may_within(e->left, held, texts, count))
				return true;
		return expr_may_within(e, held, texts, count);
	}
	BUG("an expression of no kind");
}

bool
expr_may(const struct expr *e, const struct held *held)
{
	return expr_may_within(e, held, NULL, 0);
}

struct matcher {
	pcre2_match_data	*found;
	pcre2_match_context	*limits;
	pcre2_jit_stack		*stack;
	int			 error;		/* of the pattern that failed */
};

struct matcher *
matcher_new(void)
{
	struct matcher *m = xcalloc(1, sizeof(*m));

	m->found = pcre2_match_data_create(1, NULL);
	m->limits = pcre2_match_context_create(NULL);
	m->stack = pcre2_jit_stack_create(32UL << 10, REGEX_STACK, NULL);
	if (m->found == NULL || m->limits == NULL)
		die("out of memory for patterns");
	pcre2_set_match_limit(m->limits, REGEX_STEPS);
	pcre2_set_depth_limit(m->limits, REGEX_DEPTH);
	pcre2_set_heap_limit(m->limits, REGEX_HEAP);
	pcre2_jit_stack_assign(m->limits, NULL, m->stack);
	return m;
}

void
matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	pcre2_match_data_free(m->found);
	pcre2_match_context_free(m->limits);
	pcre2_jit_stack_free(m->stack);
	free(m);
}

/* What stopped a pattern that neither matched nor did not. */
static const char *
limit_name(int error)
{
	switch (error) {
	case PCRE2_ERROR_MATCHLIMIT:
		return "its pattern met the limit of steps";
	case PCRE2_ERROR_DEPTHLIMIT:
		return "its pattern met the limit of depth";
	case PCRE2_ERROR_HEAPLIMIT:
		return "its pattern met the limit of memory";
	case PCRE2_ERROR_JIT_STACKLIMIT:
		return "its pattern met the limit of the stack";
	}
	return "its pattern cannot be matched here";
}

struct spans {
	struct span	v[SPANS_MAX];
	size_t		n;
};

static void
add_span(struct spans *spans, uint32_t first, uint32_t end)
{
	if (spans->n < SPANS_MAX)
		spans->v[spans->n++] = (struct span){ first, end };
}

static void
match_class(const struct unit *u, uint16_t class, struct spans *to)
{
	const struct spots *p = u->spots;

	for (uint32_t i = spots_first(u->spots, class); i != NO_SPOT;
	    i = spots_next(p, class, i + 1)) {
		const struct mark *m = &p->marks->v[i];

		if (m->end <= u->end)
			add_span(to, m->first, m->end);
	}
}

/* A match in bytes, widened to whole tokens. */
static void
add_match(const struct unit *u, size_t from, size_t to, struct spans *spans)
{
	const struct token *t = u->words->tokens;
	uint32_t first = u->first, end;

	while (first + 1 < u->end && t[first].end <= from)
		first++;
	for (end = first + 1; end < u->end && t[end].start < to; )
		end++;
	add_span(spans, first, end);
}

/* All matches in the unit's bytes as they are. */
static void
match_regex(const struct expr *e, const struct unit *u, struct spans *to)
{
	struct spans literal;
	const struct token *t = u->words->tokens;
	size_t start = t[u->first].start, n = t[u->end - 1].end - start, at = 0;
	struct matcher *m = u->matcher;

	literal.n = 0;
	match_class(u, e->class, &literal);
	if (literal.n == 0 || !needle_in(e->needle,
	    str_slice(u->words->text, start, start + n)))
		return;
	while (at < n && to->n < SPANS_MAX) {
		const size_t *found = pcre2_get_ovector_pointer(m->found);
		int got = pcre2_match(e->regex, (PCRE2_SPTR)u->words->text.p +
		    start, n, at, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
		    m->found, m->limits);

		if (got < 0) {
			if (got != PCRE2_ERROR_NOMATCH)
				m->error = got;
			return;
		}
		/* \K can move the start behind the end, or the end back */
		if (found[0] >= found[1] || found[1] <= at)
			return;
		add_match(u, start + found[0], start + found[1], to);
		at = found[1];
	}
}

/* How often the class stands there; what lies within another place of it, or
 * over it, counts with that. */
static void
match_atleast(const struct expr *e, const struct unit *u, struct spans *to)
{
	const struct spots *p = u->spots;
	uint32_t first = 0, end = 0;
	unsigned n = 0;

	for (uint32_t i = spots_first(u->spots, e->class); i != NO_SPOT;
	    i = spots_next(p, e->class, i + 1)) {
		const struct mark *m = &p->marks->v[i];

		if (m->end > u->end || (n > 0 && m->first < end))
			continue;
		if (n++ == 0)
			first = m->first;
		end = m->end;
	}
	if (n >= e->n)
		add_span(to, first, end);
}

static void evaluate(const struct expr *e, const struct unit *u,
    struct spans *to);

static void
match_near(const struct expr *e, const struct unit *u, struct spans *to)
{
	struct spans left, right;

	left.n = right.n = 0;
	evaluate(e->left, u, &left);
	if (left.n == 0)
		return;
	evaluate(e->right, u, &right);
	for (size_t i = 0; i < left.n; i++) {
		for (size_t k = 0; k < right.n; k++) {
			const struct span *a = &left.v[i], *b = &right.v[k];

			if (b->first >= a->end && b->first - a->end <= e->n)
				add_span(to, a->first, b->end);
			else if (e->kind == EXPR_NEAR && a->first >= b->end &&
			    a->first - b->end <= e->n)
				add_span(to, b->first, a->end);
		}
	}
}

/* Both sides anywhere in the unit; what is absent covers nothing. */
static void
match_and(const struct expr *e, const struct unit *u, struct spans *to)
{
	struct spans left, right;
	struct span a, b;

	left.n = right.n = 0;
	evaluate(e->left, u, &left);
	if (left.n == 0)
		return;
	evaluate(e->right, u, &right);
	if (right.n == 0)
		return;
	a = left.v[0];
	b = right.v[0];
	if (a.first == a.end || b.first == b.end)
		add_span(to, a.first == a.end ? b.first : a.first,
		    a.first == a.end ? b.end : a.end);
	else
		add_span(to, a.first < b.first ? a.first : b.first,
		    a.end > b.end ? a.end : b.end);
}

static void
match_not(const struct expr *e, const struct unit *u, struct spans *to)
{
	struct spans inner;

	inner.n = 0;
	evaluate(e->left, u, &inner);
	if (inner.n == 0)
		add_span(to, u->first, u->first);
}

static void
evaluate(const struct expr *e, const struct unit *u, struct spans *to)
{
	for (; e->kind == EXPR_OR; e = e->right)
		evaluate(e->left, u, to);
	switch (e->kind) {
	case EXPR_CLASS:
		match_class(u, e->class, to);
		return;
	case EXPR_REGEX:
		match_regex(e, u, to);
		return;
	case EXPR_THEN:
	case EXPR_NEAR:
		match_near(e, u, to);
		return;
	case EXPR_AND:
		match_and(e, u, to);
		return;
	case EXPR_NOT:
		match_not(e, u, to);
		return;
	case EXPR_ATLEAST:
		match_atleast(e, u, to);
		return;
	case EXPR_OR:
		break;
	}
	BUG("an expression of no kind");
}

enum match
expr_match(const struct expr *e, const struct unit *unit, struct span *span,
    const char **why)
{
	struct spans found;

	found.n = 0;
	unit->matcher->error = 0;
	evaluate(e, unit, &found);
	if (unit->matcher->error != 0) {
		*why = limit_name(unit->matcher->error);
		return MATCH_FAILED;
	}
	if (found.n == 0)
		return MATCH_NO;
	*span = found.v[0];
	return MATCH_YES;
}
