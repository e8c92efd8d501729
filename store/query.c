/*
 * A query is compiled to a tree: leaves test one member of the article, the
 * others combine.  Text is matched with PCRE2 always: words and phrases become
 * expressions that stop at word borders, so "tariff*" and /tariffs?/ differ in
 * spelling only.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <assert.h>
#include <math.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/opt.h"
#include "store/edits.h"
#include "store/query.h"
#include "store/when.h"

#define DEPTH_MAX	32	/* of parentheses */
#define MATCH_LIMIT	100000	/* of PCRE2: about a millisecond */

enum kind {
	KIND_AND,
	KIND_OR,
	KIND_NOT,
	KIND_STRING,		/* one of the values is the member's */
	KIND_TEXT,		/* the expression is found in the member */
	KIND_NUMBER,
	KIND_TIME
};

enum field {
	FIELD_TEXT, FIELD_TITLE, FIELD_LABEL, FIELD_STAGE, FIELD_DOMAIN,
	FIELD_TOPIC, FIELD_ACTOR, FIELD_SOURCE, FIELD_LANGUAGE, FIELD_ID,
	FIELD_KEY, FIELD_URL, FIELD_TYPE, FIELD_STORY, FIELD_TAG, FIELD_SCORE,
	FIELD_CONFIDENCE, FIELD_SEQ, FIELD_REVISION, FIELD_STORED,
	FIELD_PUBLISHED, FIELD_SINCE, FIELD_UNTIL, FIELDS
};

static const struct {
	const char	*name;
	enum kind	 kind;
} fields[FIELDS] = {
	[FIELD_TEXT] = { "text", KIND_TEXT },
	[FIELD_TITLE] = { "title", KIND_TEXT },
	[FIELD_LABEL] = { "label", KIND_STRING },
	[FIELD_STAGE] = { "stage", KIND_STRING },
	[FIELD_DOMAIN] = { "domain", KIND_STRING },
	[FIELD_TOPIC] = { "topic", KIND_STRING },
	[FIELD_ACTOR] = { "actor", KIND_STRING },
	[FIELD_SOURCE] = { "source", KIND_STRING },
	[FIELD_LANGUAGE] = { "lang", KIND_STRING },
	[FIELD_ID] = { "id", KIND_STRING },
	[FIELD_KEY] = { "key", KIND_STRING },
	[FIELD_URL] = { "url", KIND_STRING },
	[FIELD_TYPE] = { "type", KIND_STRING },
	[FIELD_STORY] = { "story", KIND_STRING },
	[FIELD_TAG] = { "tag", KIND_STRING },
	[FIELD_SCORE] = { "score", KIND_NUMBER },
	[FIELD_CONFIDENCE] = { "confidence", KIND_NUMBER },
	[FIELD_SEQ] = { "seq", KIND_NUMBER },
	[FIELD_REVISION] = { "revision", KIND_NUMBER },
	[FIELD_STORED] = { "stored", KIND_TIME },
	[FIELD_PUBLISHED] = { "published", KIND_TIME },
	[FIELD_SINCE] = { "since", KIND_TIME },
	[FIELD_UNTIL] = { "until", KIND_TIME },
};

enum sign { SIGN_IS, SIGN_BELOW, SIGN_AT_MOST, SIGN_ABOVE, SIGN_AT_LEAST };

struct expression {
	pcre2_code		*code;
	pcre2_match_data	*match;
};

struct node {
	enum kind		 kind;
	enum field		 field;
	enum sign		 sign;
	struct node		*left, *right;	/* of and, or; left of not */
	struct str		*values;
	size_t			 count;
	double			 number;
	int64_t			 time;
	struct expression	 text;
	struct str		 source;	/* of text: words, or /expression/ */
};

struct query {
	struct arena		 a;		/* nodes and values */
	struct node		*root;		/* NULL: everything matches */
	struct expression	*expressions;	/* all, to be freed */
	size_t			 count, cap;
	pcre2_match_context	*limits;
	unsigned long		 gave_up;
	bool			 any_type;	/* it asks for types itself */
};

struct parser {
	struct query	*q;
	struct str	 text;
	size_t		 at;
	int64_t		 now;
	unsigned	 depth;
	struct err	*err;
};

static struct node *parse_or(struct parser *p);
static struct node *join(struct parser *p, enum kind kind, struct node *left,
    struct node *right);

static void *
complain(struct parser *p, size_t at, const char *what, struct str word)
{
	err_at(p->err, NULL, 0, (unsigned long)at + 1, "%s '%.*s'", what,
	    STR_FMT(str_slice(word, 0, 60)));
	return NULL;
}

static void
skip_space(struct parser *p)
{
	while (p->at < p->text.n && is_space(p->text.p[p->at]))
		p->at++;
}

static char
peek(struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : '\0';
}

static struct node *
new_node(struct parser *p, enum kind kind)
{
	struct node *node = arena_zalloc(&p->q->a, sizeof(*node));

	node->kind = kind;
	return node;
}

/* Read up to the closing `quote`, a backslash before it keeps it; p->at is
 * behind the opening one. */
static int
read_quoted(struct parser *p, char quote, struct str *value)
{
	size_t start = p->at;
	struct buf b = BUF_INIT;

	for (; p->at < p->text.n && p->text.p[p->at] != quote; p->at++) {
		if (p->text.p[p->at] == '\\' && p->at + 1 < p->text.n &&
		    p->text.p[p->at + 1] == quote)
			p->at++;
		buf_addc(&b, p->text.p[p->at]);
	}
	*value = arena_str(&p->q->a, buf_str(&b));
	buf_release(&b);
	if (p->at == p->text.n) {
		complain(p, start - 1, "no closing quote for",
		    str_from(p->text, start));
		return -1;
	}
	p->at++;
	return 0;
}

static bool
ends_word(char c)
{
	return is_space(c) || c == '(' || c == ')' || c == '"';
}

static struct str
read_bare(struct parser *p, const char *also)
{
	size_t start = p->at;

	while (p->at < p->text.n && !ends_word(p->text.p[p->at]) &&
	    (p->text.p[p->at] == '\0' ||
	    strchr(also, p->text.p[p->at]) == NULL))
		p->at++;
	return str_slice(p->text, start, p->at);
}

static int
compile(struct parser *p, struct node *node, struct str pattern, size_t at)
{
	int code;
	PCRE2_SIZE where;
	unsigned char why[120];
	struct query *q = p->q;

	node->text.code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
	    PCRE2_CASELESS | PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C,
	    &code, &where, NULL);
	if (node->text.code == NULL) {
		pcre2_get_error_message(code, why, sizeof(why));
		return err_at(p->err, NULL, 0, (unsigned long)at + 1,
		    "bad expression: %s", (char *)why);
	}
	pcre2_jit_compile(node->text.code, PCRE2_JIT_COMPLETE);
	node->text.match = pcre2_match_data_create(1, NULL);
	if (node->text.match == NULL)
		die("out of memory for PCRE2");
	GROW(q->expressions, q->count, q->cap);
	q->expressions[q->count++] = node->text;
	return 0;
}

/* Words as an expression: at word borders, any space between them, a final
 * star for any ending. */
static void
words_to_pattern(struct buf *b, struct str words)
{
	bool in_space = false;

	words = str_trim(words);
	buf_addz(b, "(?<!\\w)");
	for (size_t i = 0; i < words.n; i++) {
		char c = words.p[i];

		if (is_space(c)) {
			if (!in_space)
				buf_addz(b, "\\s+");
			in_space = true;
			continue;
		}
		in_space = false;
		if (c == '*')
			buf_addz(b, "\\w*");
		else if (is_alpha(c) || is_digit(c) || (c & 0x80) != 0)
			buf_addc(b, c);
		else
			buf_addf(b, "\\x{%02x}", (unsigned char)c);
	}
	buf_addz(b, "(?!\\w)");
}

static struct node *
text_node(struct parser *p, enum field field, struct str words, size_t at)
{
	struct node *node = new_node(p, KIND_TEXT);
	struct buf pattern = BUF_INIT;
	int rc;

	if (str_trim(words).n == 0)
		return complain(p, at, "no words to look for in", words);
	node->field = field;
	node->source = words;
	words_to_pattern(&pattern, words);
	rc = compile(p, node, buf_str(&pattern), at);
	buf_release(&pattern);
	return rc == 0 ? node : NULL;
}

static struct node *
text_term(struct parser *p, enum field field)
{
	size_t at = p->at;
	struct node *node;
	struct str value;

	if (peek(p) == '/') {
		p->at++;
		if (read_quoted(p, '/', &value) == -1)
			return NULL;
		node = new_node(p, KIND_TEXT);
		node->field = field;
		node->source = str_slice(p->text, at, p->at);
		return compile(p, node, value, at) == 0 ? node : NULL;
	}
	if (peek(p) == '"') {
		p->at++;
		if (read_quoted(p, '"', &value) == -1)
			return NULL;
	} else
		value = read_bare(p, "");
	return text_node(p, field, value, at);
}

/* One value of a term. */
static int
read_value(struct parser *p, struct str *value)
{
	if (peek(p) == '"') {
		p->at++;
		return read_quoted(p, '"', value);
	}
	*value = read_bare(p, ",");
	if (value->n > 0)
		return 0;
	complain(p, p->at, "a value is missing at", str_from(p->text, p->at));
	return -1;
}

static struct node *
string_term(struct parser *p, struct node *node)
{
	struct str values[64];

	if (node->sign != SIGN_IS)
		return complain(p, p->at - 1, "only ':' compares",
		    str_of(fields[node->field].name));
	do {
		if (node->count == sizeof(values) / sizeof(*values))
			return complain(p, p->at, "too many values at",
			    str_from(p->text, p->at));
		if (read_value(p, &values[node->count++]) == -1)
			return NULL;
	} while (peek(p) == ',' && p->at++ < p->text.n);
	node->values = arena_array(&p->q->a, node->count, sizeof(*values));
	memcpy(node->values, values, node->count * sizeof(*values));
	return node;
}

static int
read_number(struct parser *p, struct str s, double *number)
{
	char *word = arena_cstr(&p->q->a, s), *end;

	*number = strtod(word, &end);
	return s.n > 0 && *end == '\0' && isfinite(*number) ? 0 : -1;
}

/* A number, or a range: 0.5..0.9, ..0.5, 0.9.. */
static struct node *
number_term(struct parser *p, struct node *node)
{
	struct node *least = NULL, *most = node;
	size_t at = p->at;
	struct str value;
	ptrdiff_t dots;

	if (read_value(p, &value) == -1)
		return NULL;
	dots = node->sign == SIGN_IS ? str_find(value, STR(".."), 0) : -1;
	if (dots < 0)
		return read_number(p, value, &node->number) == 0 ? node :
		    complain(p, at, "not a number:", value);
	if (dots > 0) {
		least = new_node(p, KIND_NUMBER);
		*least = *node;
		least->sign = SIGN_AT_LEAST;
	}
	node->sign = SIGN_AT_MOST;
	if ((size_t)dots + 2 == value.n)
		most = NULL;
	if ((least == NULL && most == NULL) ||
	    (least != NULL && read_number(p, str_slice(value, 0, (size_t)dots),
	    &least->number) == -1) ||
	    (most != NULL && read_number(p, str_from(value, (size_t)dots + 2),
	    &most->number) == -1))
		return complain(p, at, "not a range of numbers:", value);
	if (least == NULL || most == NULL)
		return least ? least : most;
	return join(p, KIND_AND, least, most);
}

static struct node *
time_term(struct parser *p, struct node *node)
{
	size_t at = p->at;
	struct str value;

	if (read_value(p, &value) == -1)
		return NULL;
	if (when_parse(value, p->now, &node->time) == -1)
		return complain(p, at, "not a time:", value);
	if (node->field == FIELD_SINCE || node->field == FIELD_UNTIL) {
		if (node->sign != SIGN_IS)
			return complain(p, at, "':' stands before", value);
		node->sign = node->field == FIELD_SINCE ? SIGN_AT_LEAST :
		    SIGN_BELOW;
		node->field = FIELD_STORED;
	}
	return node;
}

static int
read_sign(struct parser *p, enum sign *sign)
{
	char c = peek(p), next;

	if (c != ':' && c != '=' && c != '<' && c != '>')
		return -1;
	p->at++;
	next = peek(p);
	if (c == ':' || c == '=') {
		*sign = SIGN_IS;
		return 0;
	}
	if (next == '=')
		p->at++;
	if (c == '<')
		*sign = next == '=' ? SIGN_AT_MOST : SIGN_BELOW;
	else
		*sign = next == '=' ? SIGN_AT_LEAST : SIGN_ABOVE;
	return 0;
}

static enum field
find_field(struct str name)
{
	for (int f = 0; f < FIELDS; f++)
		if (str_eq(name, str_of(fields[f].name)))
			return (enum field)f;
	return FIELDS;
}

static struct node *
unknown_field(struct parser *p, size_t at, struct str name)
{
	const char *names[FIELDS], *close;

	for (int f = 0; f < FIELDS; f++)
		names[f] = fields[f].name;
	close = closest_name(arena_cstr(&p->q->a, name), names, FIELDS);
	if (close == NULL)
		return complain(p, at, "unknown field", name);
	err_at(p->err, NULL, 0, (unsigned long)at + 1,
	    "unknown field '%.*s'; did you mean '%s'?", STR_FMT(name), close);
	return NULL;
}

/* Is `word` next, by itself? */
static bool
at_word(struct parser *p, struct str word)
{
	struct str rest = str_from(p->text, p->at);

	return str_starts(rest, word) &&
	    (rest.n == word.n || ends_word(rest.p[word.n]));
}

/* FIELD:VALUE, or words to find anywhere in the text. */
static struct node *
parse_term(struct parser *p)
{
	size_t start = p->at;
	struct str name;
	struct node *node;
	enum sign sign;

	if (peek(p) == '"' || peek(p) == '/')
		return text_term(p, FIELD_TEXT);
	if (at_word(p, STR("or")) || at_word(p, STR("and")))
		return complain(p, start, "a term is missing before",
		    str_from(p->text, start));
	name = read_bare(p, ":=<>");
	if (read_sign(p, &sign) == -1) {
		p->at = start;
		return text_term(p, FIELD_TEXT);
	}
	node = new_node(p, KIND_TEXT);
	node->field = find_field(name);
	node->sign = sign;
	if (node->field == FIELDS)
		return unknown_field(p, start, name);
	node->kind = fields[node->field].kind;
	p->q->any_type |= node->field == FIELD_TYPE;
	switch (node->kind) {
	case KIND_TEXT:
		return text_term(p, node->field);
	case KIND_STRING:
		return string_term(p, node);
	case KIND_NUMBER:
		return number_term(p, node);
	case KIND_TIME:
		return time_term(p, node);
	case KIND_AND:
	case KIND_OR:
	case KIND_NOT:
		break;
	}
	BUG("a field of no kind");
}

static struct node *
parse_not(struct parser *p)
{
	struct node *node;
	bool word = at_word(p, STR("not"));

	if (!word && peek(p) != '-')
		return NULL;
	p->at += word ? 3 : 1;
	skip_space(p);
	node = new_node(p, KIND_NOT);
	return node;
}

static struct node *
parse_one(struct parser *p)
{
	struct node *not, *inner;

	skip_space(p);
	if (++p->depth > DEPTH_MAX)
		return complain(p, p->at, "nested too deeply at",
		    str_from(p->text, p->at));
	if ((not = parse_not(p)) != NULL) {
		not->left = parse_one(p);
		p->depth--;
		return not->left ? not : NULL;
	}
	if (peek(p) == '(') {
		size_t open = p->at++;

		inner = parse_or(p);
		if (inner != NULL && peek(p) != ')')
			return complain(p, open, "no closing parenthesis for",
			    str_from(p->text, open));
		p->at++;
	} else
		inner = parse_term(p);
	p->depth--;
	return inner;
}

static struct node *
join(struct parser *p, enum kind kind, struct node *left, struct node *right)
{
	struct node *node;

	if (left == NULL || right == NULL)
		return NULL;
	node = new_node(p, kind);
	node->left = left;
	node->right = right;
	return node;
}

static struct node *
parse_and(struct parser *p)
{
	struct node *left = parse_one(p);

	for (;;) {
		skip_space(p);
		if (left == NULL || p->at == p->text.n || peek(p) == ')' ||
		    at_word(p, STR("or")))
			return left;
		if (at_word(p, STR("and")))
			p->at += 3;
		left = join(p, KIND_AND, left, parse_one(p));
	}
}

static struct node *
parse_or(struct parser *p)
{
	struct node *left = parse_and(p);

	while (left != NULL && at_word(p, STR("or"))) {
		p->at += 2;
		left = join(p, KIND_OR, left, parse_and(p));
	}
	return left;
}

struct query *
query_new(const char *text, int64_t now, struct err *err)
{
	struct query *q = xcalloc(1, sizeof(*q));
	struct parser p = { .q = q, .now = now, .err = err };

	p.text = arena_str(&q->a, str_of(text));	/* values are views */
	q->limits = pcre2_match_context_create(NULL);
	if (q->limits == NULL)
		die("out of memory for PCRE2");
	pcre2_set_match_limit(q->limits, MATCH_LIMIT);
	skip_space(&p);
	if (p.at == p.text.n)
		return q;
	q->root = parse_or(&p);
	if (q->root != NULL && p.at < p.text.n) {
		complain(&p, p.at, "nothing is open for",
		    str_from(p.text, p.at));
		q->root = NULL;
	}
	if (q->root != NULL)
		return q;
	query_free(q);
	return NULL;
}

void
query_free(struct query *q)
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < q->count; i++) {
		pcre2_match_data_free(q->expressions[i].match);
		pcre2_code_free(q->expressions[i].code);
	}
	pcre2_match_context_free(q->limits);
	free(q->expressions);
	arena_release(&q->a);
	free(q);
}

/* Terms that must all hold: the latest of their bounds. */
static int64_t
earliest(const struct node *node)
{
	int64_t left, right;

	if (node->kind == KIND_AND) {
		left = earliest(node->left);
		right = earliest(node->right);
		return left > right ? left : right;
	}
	if (node->kind == KIND_TIME && node->field == FIELD_STORED &&
	    (node->sign == SIGN_IS || node->sign == SIGN_ABOVE ||
	    node->sign == SIGN_AT_LEAST))
		return node->time;
	return INT64_MIN;
}

int64_t
query_earliest(const struct query *q)
{
	return q->root ? earliest(q->root) : INT64_MIN;
}

/* Any of the labels; what a row calls other, or none, has to be looked at. */
static void
sieve_labels(const struct node *node, struct sieve *s)
{
	uint32_t wanted = 0;

	for (size_t i = 0; i < node->count; i++)
		wanted |= 1u << index_label(node->values[i]);
	if (wanted & (1u << LABEL_OTHER | 1u << LABEL_NONE))
		s->exact = false;
	s->labels &= wanted;
}

static void
sieve_domains(const struct node *node, struct sieve *s)
{
	s->exact = false;
	if (s->domains != 0)
		return;			/* one term tells enough */
	for (size_t i = 0; i < node->count; i++)
		s->domains |= domain_bit(node->values[i]);
}

static void
sieve_time(const struct node *node, int64_t *from, int64_t *to)
{
	int64_t least = INT64_MIN, most = INT64_MAX;

	if (node->sign == SIGN_IS || node->sign == SIGN_AT_LEAST)
		least = node->time;
	if (node->sign == SIGN_ABOVE)
		least = node->time + 1;
	if (node->sign == SIGN_IS || node->sign == SIGN_AT_MOST)
		most = node->time;
	if (node->sign == SIGN_BELOW)
		most = node->time - 1;
	*from = least > *from ? least : *from;
	*to = most < *to ? most : *to;
}

/* Rows round down, and bounds here are included: no row is held back that might
 * match. */
static void
sieve_confidence(const struct node *node, struct sieve *s)
{
	double unit = fmin(fmax(node->number, 0), 1) * CONFIDENCE_UNIT;
	uint16_t bound = (uint16_t)unit;

	s->exact = false;
	if (node->sign != SIGN_BELOW && node->sign != SIGN_AT_MOST &&
	    bound > 0 && bound - 1 > s->confidence_from)
		s->confidence_from = bound - 1;
	if (node->sign != SIGN_ABOVE && node->sign != SIGN_AT_LEAST &&
	    node->number >= 0 && node->number <= 1 &&
	    bound + 1 < s->confidence_to)
		s->confidence_to = bound + 1;
}

static void
sieve_node(const struct node *node, struct sieve *s)
{
	if (node->kind == KIND_AND) {
		sieve_node(node->left, s);
		sieve_node(node->right, s);
	} else if (node->kind == KIND_STRING && node->field == FIELD_LABEL)
		sieve_labels(node, s);
	else if (node->kind == KIND_STRING && node->field == FIELD_DOMAIN)
		sieve_domains(node, s);
	else if (node->kind == KIND_TIME && node->field == FIELD_STORED)
		sieve_time(node, &s->stored_from, &s->stored_to);
	else if (node->kind == KIND_TIME && node->field == FIELD_PUBLISHED)
		sieve_time(node, &s->published_from, &s->published_to);
	else if (node->kind == KIND_NUMBER && node->field == FIELD_CONFIDENCE)
		sieve_confidence(node, s);
	else
		s->exact = false;
}

void
query_sieve(const struct query *q, struct sieve *sieve)
{
	*sieve = SIEVE_OPEN;
	if (q->root != NULL)
		sieve_node(q->root, sieve);
	sieve->articles = !q->any_type;
}

static const char *const signs[] = { [SIGN_IS] = ":", [SIGN_BELOW] = "<",
    [SIGN_AT_MOST] = "<=", [SIGN_ABOVE] = ">", [SIGN_AT_LEAST] = ">=" };

static void
put_leaf(struct buf *b, const struct node *node)
{
	char when[DATE_SIZE], number[32];
	const char *sign = fields[node->field].name;

	switch ((int)node->kind) {
	case KIND_STRING:
		buf_addz(b, sign);
		for (size_t i = 0; i < node->count; i++)
			query_add_value(b, i > 0 ? "," : ":", node->values[i]);
		return;
	case KIND_TEXT:
		buf_addf(b, "%s:", sign);
		if (str_starts(node->source, STR("/")))
			buf_adds(b, node->source);
		else
			query_add_value(b, "", node->source);
		return;
	case KIND_NUMBER:
		snprintf(number, sizeof(number), "%.10g", node->number);
		buf_addf(b, "%s%s%s", sign, signs[node->sign], number);
		return;
	case KIND_TIME:
		date_format_utc(node->time, when);
		buf_addf(b, "%s%s%s", sign, signs[node->sign], when);
		return;
	}
	BUG("not a leaf");
}

static void
put_node(struct buf *b, const struct node *node, bool inside)
{
	switch (node->kind) {
	case KIND_NOT:
		buf_addz(b, "not ");
		put_node(b, node->left, true);
		return;
	case KIND_OR:
	case KIND_AND:
		if (inside && node->kind == KIND_OR)
			buf_addc(b, '(');
		put_node(b, node->left, node->kind == KIND_AND || inside);
		buf_addz(b, node->kind == KIND_OR ? " or " : " ");
		put_node(b, node->right, node->kind == KIND_AND || inside);
		if (inside && node->kind == KIND_OR)
			buf_addc(b, ')');
		return;
	case KIND_STRING:
	case KIND_TEXT:
	case KIND_NUMBER:
	case KIND_TIME:
		put_leaf(b, node);
		return;
	}
}

void
query_put(const struct query *q, struct buf *b)
{
	if (q->root != NULL)
		put_node(b, q->root, false);
}

unsigned long
query_gave_up(const struct query *q)
{
	return q->gave_up;
}

void
query_add_value(struct buf *text, const char *sign, struct str value)
{
	buf_addf(text, "%s\"", sign);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"')
			buf_addc(text, '\\');
		buf_addc(text, value.p[i]);
	}
	buf_addc(text, '"');
}

static bool
is_any(const struct node *node, struct str value)
{
	for (size_t i = 0; i < node->count; i++)
		if (str_ieq(node->values[i], value))
			return true;
	return false;
}

static bool
list_has_any(const struct node *node, const struct article *art,
    const char *name)
{
	struct str *values;
	size_t count = article_list(art, name, &values);

	for (size_t i = 0; i < count; i++)
		if (is_any(node, values[i]))
			return true;
	return false;
}

/* A source is named by its feed's title or address, or by its host or a
 * domain that host is in. */
static bool
source_matches(const struct node *node, const struct article *art)
{
	struct str host = article_host(art);

	if (is_any(node, article_inner(art, RECORD_FEED, "title")) ||
	    is_any(node, article_inner(art, RECORD_FEED, "feed_url")))
		return true;
	for (size_t i = 0; i < node->count; i++) {
		struct str v = node->values[i];

		if (v.n > 0 && v.n <= host.n &&
		    str_ieq(v, str_from(host, host.n - v.n)) &&
		    (v.n == host.n || host.p[host.n - v.n - 1] == '.'))
			return true;
	}
	return false;
}

/* "en" is "en-GB", too. */
static bool
language_matches(const struct node *node, const struct article *art)
{
	struct str lang = record_str(&art->rec, RECORD_LANGUAGE, art->a);

	for (size_t i = 0; i < node->count; i++) {
		struct str v = node->values[i];

		if (str_istarts(lang, v) &&
		    (lang.n == v.n || lang.p[v.n] == '-'))
			return true;
	}
	return false;
}

static bool
array_has_any(const struct node *node, const struct json_value *v,
    struct arena *a)
{
	struct json_value *values;
	struct err ignored;
	size_t count;

	if (v == NULL || v->type != JSON_ARRAY ||
	    json_array(v->raw, a, &values, &count, &ignored) == -1)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_any(node, json_str(&values[i], a)))
			return true;
	return false;
}

static bool
tag_matches(const struct node *node, const struct article *art)
{
	const struct json_member *tags = json_find(art->rec.members,
	    art->rec.count, "tags");

	return array_has_any(node, tags ? &tags->value : NULL, art->a) ||
	    array_has_any(node, record_inner(&art->rec, RECORD_FEED, "tags",
	    art->a), art->a);
}

static bool
string_matches(const struct node *node, const struct article *art)
{
	const struct record *rec = &art->rec;

	switch ((int)node->field) {
	case FIELD_LABEL:
		return is_any(node, article_verdict(art, "label"));
	case FIELD_STAGE:
		return is_any(node, article_verdict(art, "stage"));
	case FIELD_DOMAIN:
		return list_has_any(node, art, "domains");
	case FIELD_TOPIC:
		return list_has_any(node, art, "topics");
	case FIELD_ACTOR:
		return list_has_any(node, art, "actors");
	case FIELD_SOURCE:
		return source_matches(node, art);
	case FIELD_LANGUAGE:
		return language_matches(node, art);
	case FIELD_ID:
		return is_any(node, record_str(rec, RECORD_ID, art->a));
	case FIELD_KEY:
		return is_any(node, record_key(rec, art->a));
	case FIELD_URL:
		return is_any(node, record_str(rec, RECORD_URL, art->a));
	case FIELD_TYPE:
		return is_any(node, record_is_article(rec) ? STR("article") :
		    record_str(rec, RECORD_TYPE, art->a));
	case FIELD_STORY:
		return is_any(node, article_story(art));
	case FIELD_TAG:
		return tag_matches(node, art);
	}
	BUG("not a field of strings");
}

static bool
compare_number(enum sign sign, double have, double wanted)
{
	switch (sign) {
	case SIGN_IS:
		return have >= wanted && have <= wanted;
	case SIGN_BELOW:
		return have < wanted;
	case SIGN_AT_MOST:
		return have <= wanted;
	case SIGN_ABOVE:
		return have > wanted;
	case SIGN_AT_LEAST:
		return have >= wanted;
	}
	BUG("a comparison of no kind");
}

static bool
number_matches(const struct node *node, const struct article *art)
{
	double have;

	switch ((int)node->field) {
	case FIELD_SCORE:
		have = article_measure(art, "score");
		break;
	case FIELD_CONFIDENCE:
		have = article_measure(art, "confidence");
		break;
	case FIELD_SEQ:
		have = (double)art->line->seq;
		break;
	case FIELD_REVISION:
		have = (double)art->line->revision;
		break;
	default:
		BUG("not a field of numbers");
	}
	return compare_number(node->sign, have, node->number);
}

static bool
time_matches(const struct node *node, const struct article *art)
{
	int64_t have = node->field == FIELD_STORED ? art->line->stored :
	    article_published(art);

	return compare_number(node->sign, (double)have, (double)node->time);
}

static bool
found_in(struct query *q, const struct node *node, struct str s)
{
	int rc;

	if (s.n == 0)
		return false;
	rc = pcre2_match(node->text.code, (PCRE2_SPTR)s.p, s.n, 0,
	    PCRE2_NO_UTF_CHECK, node->text.match, q->limits);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		q->gave_up++;
	return rc >= 0;
}

static bool
text_matches(struct query *q, const struct node *node,
    const struct article *art)
{
	static const enum record_field all[] = { RECORD_TITLE, RECORD_SUMMARY,
	    RECORD_TEXT };
	size_t count = node->field == FIELD_TITLE ? 1 : 3;

	for (size_t i = 0; i < count; i++)
		if (found_in(q, node, record_str(&art->rec, all[i], art->a)))
			return true;
	return false;
}

static bool
node_matches(struct query *q, const struct node *node,
    const struct article *art)
{
	switch (node->kind) {
	case KIND_AND:
		return node_matches(q, node->left, art) &&
		    node_matches(q, node->right, art);
	case KIND_OR:
		return node_matches(q, node->left, art) ||
		    node_matches(q, node->right, art);
	case KIND_NOT:
		return !node_matches(q, node->left, art);
	case KIND_STRING:
		return string_matches(node, art);
	case KIND_TEXT:
		return text_matches(q, node, art);
	case KIND_NUMBER:
		return number_matches(node, art);
	case KIND_TIME:
		return time_matches(node, art);
	}
	BUG("a node of no kind");
}

bool
query_match(struct query *q, const struct article *art)
{
	if (!q->any_type && !record_is_article(&art->rec))
		return false;
	return q->root == NULL || node_matches(q, q->root, art);
}
