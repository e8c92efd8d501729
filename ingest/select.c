#include <assert.h>

#include "ingest/select.h"

enum test_kind {
	TEST_PRESENT,
	TEST_IS,		/* = */
	TEST_WORD,		/* ~=, .class */
	TEST_START,		/* ^= */
	TEST_END,		/* $= */
	TEST_INSIDE		/* *= */
};

struct test {
	enum attr	 attribute;
	enum test_kind	 kind;
	struct str	 value;
	struct test	*next;
};

/* One step; `before` is the step to its left, NULL for the first. */
struct step {
	bool		 any;		/* no element is named */
	enum tag	 tag;
	struct test	*tests;
	struct step	*before;
	bool		 child;		/* joined to `before` by '>' */
};

struct select {
	struct step	*last;		/* matched first, from right to left */
	struct select	*other;		/* an alternative, or NULL */
};

struct reader {
	struct str	 text;
	size_t		 at;
	struct arena	*a;
	struct err	*err;
};

static char
peek(const struct reader *r)
{
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->text.n && is_space(r->text.p[r->at]))
		r->at++;
}

static bool
is_name_byte(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_' ||
	    c == ':' || (unsigned char)c >= 0x80;
}

static struct str
read_name(struct reader *r)
{
	size_t from = r->at;

	while (r->at < r->text.n && is_name_byte(r->text.p[r->at]))
		r->at++;
	return str_slice(r->text, from, r->at);
}

static int
add_test(struct reader *r, struct step *step, enum attr attribute,
    enum test_kind kind, struct str value)
{
	struct test *test = arena_alloc(r->a, sizeof(*test));

	if (kind != TEST_PRESENT && value.n == 0)
		return err_set(r->err, "a name or value is missing here");
	*test = (struct test){ attribute, kind, value, step->tests };
	step->tests = test;
	return 0;
}

/* The operator in brackets; ']' means there is none. */
static int
read_operator(struct reader *r, enum test_kind *kind)
{
	static const char signs[] = "~^$*";
	static const enum test_kind kinds[] = { TEST_WORD, TEST_START,
	    TEST_END, TEST_INSIDE };
	const char *sign = peek(r) == '\0' ? NULL : strchr(signs, peek(r));

	*kind = TEST_IS;
	if (peek(r) == ']') {
		*kind = TEST_PRESENT;
		return 0;
	}
	if (sign != NULL) {
		*kind = kinds[sign - signs];
		r->at++;
	}
	if (peek(r) != '=')
		return err_set(r->err, "expected ']' or one of = ~= ^= $= *=");
	r->at++;
	return 0;
}

static int
read_value(struct reader *r, struct str *value)
{
	char quote = peek(r);
	ptrdiff_t end;

	if (quote != '"' && quote != '\'') {
		*value = read_name(r);
		return 0;
	}
	end = str_find(r->text, (struct str){ &quote, 1 }, r->at + 1);
	if (end < 0)
		return err_set(r->err, "a quote is not shut");
	*value = str_slice(r->text, r->at + 1, (size_t)end);
	r->at = (size_t)end + 1;
	return 0;
}

/* Behind '['. */
static int
read_brackets(struct reader *r, struct step *step)
{
	enum attr attribute = 0;
	enum test_kind kind;
	struct str name, value = STR_NONE;
	size_t at;

	skip_blanks(r);
	at = r->at;
	name = read_name(r);
	if (!attr_named(name, &attribute)) {
		r->at = at;
		return err_set(r->err, "'%.*s' is no attribute that is read; "
		    "these are: %s", STR_FMT(name), attr_list());
	}
	skip_blanks(r);
	if (read_operator(r, &kind) == -1)
		return -1;
	skip_blanks(r);
	if (kind != TEST_PRESENT && read_value(r, &value) == -1)
		return -1;
	skip_blanks(r);
	if (peek(r) != ']')
		return err_set(r->err, "expected ']'");
	r->at++;
	return add_test(r, step, attribute, kind, value);
}

static int
read_element(struct reader *r, struct step *step)
{
	size_t at = r->at;
	struct str name = read_name(r);

	if (name.n == 0) {
		step->any = true;
		if (peek(r) == '*')
			r->at++;
		else if (peek(r) == '\0' || strchr(".#[", peek(r)) == NULL)
			return err_set(r->err, "expected an element, '.', '#' "
			    "or '['");
		return 0;
	}
	step->tag = tag_named(name);
	if (step->tag != TAG_OTHER)
		return 0;
	r->at = at;
	return err_set(r->err, "'%.*s' is no element that is told apart; use "
	    "its class or id", STR_FMT(name));
}

static struct step *
read_step(struct reader *r)
{
	struct step *step = arena_zalloc(r->a, sizeof(*step));
	int rc = read_element(r, step);

	while (rc == 0) {
		char c = peek(r);

		if (c != '.' && c != '#' && c != '[')
			return step;
		r->at++;
		if (c == '.')
			rc = add_test(r, step, ATTR_class, TEST_WORD,
			    read_name(r));
		else if (c == '#')
			rc = add_test(r, step, ATTR_id, TEST_IS, read_name(r));
		else
			rc = read_brackets(r, step);
	}
	return NULL;
}

static struct select *
read_alternative(struct reader *r)
{
	struct select *select = arena_zalloc(r->a, sizeof(*select));
	struct step *step;
	bool child = false;

	for (;;) {
		skip_blanks(r);
		step = read_step(r);
		if (step == NULL)
			return NULL;
		step->before = select->last;
		step->child = child;
		select->last = step;
		skip_blanks(r);
		child = peek(r) == '>';
		if (child)
			r->at++;
		else if (peek(r) == ',' || r->at == r->text.n)
			return select;
	}
}

struct select *
select_parse(struct str text, struct arena *a, size_t *at, struct err *err)
{
	struct reader r = { .text = text, .a = a, .err = err };
	struct select *first = NULL, **to = &first;

	do {
		if (first != NULL)
			r.at++;		/* the comma */
		*to = read_alternative(&r);
		*at = r.at;
		if (*to == NULL)
			return NULL;
		to = &(*to)->other;
	} while (peek(&r) == ',');
	assert(r.at == text.n);
	return first;
}

static bool
has_word(struct str list, struct str word)
{
	while (list.n > 0) {
		size_t n = 0;

		while (n < list.n && !is_space(list.p[n]))
			n++;
		if (str_eq(str_slice(list, 0, n), word))
			return true;
		list = str_from(list, n + 1);
	}
	return false;
}

static bool
passes(const struct node *node, const struct test *test)
{
	struct str value = node_attr(node, test->attribute);

	if (value.p == NULL)
		return false;
	switch (test->kind) {
	case TEST_PRESENT:
		return true;
	case TEST_IS:
		return str_eq(value, test->value);
	case TEST_WORD:
		return has_word(value, test->value);
	case TEST_START:
		return str_starts(value, test->value);
	case TEST_END:
		return str_ends(value, test->value);
	case TEST_INSIDE:
		return str_find(value, test->value, 0) >= 0;
	}
	BUG("no such test");
}

static bool
is_meant(const struct step *step, const struct node *node)
{
	if (node->tag == TAG_TEXT || (!step->any && step->tag != node->tag))
		return false;
	for (const struct test *test = step->tests; test; test = test->next)
		if (!passes(node, test))
			return false;
	return true;
}

/* Do the steps left of `step`, which `node` has met, lead to it?  Of "a > b c"
 * any b above may be the one inside an a; of "a b c" the nearest b decides,
 * for all that stands above another b stands above it, too. */
static bool
leads(const struct step *step, const struct tree *tree, uint32_t node)
{
	const struct step *before = step->before;

	if (before == NULL)
		return true;
	for (node = tree->nodes[node].parent; node != 0;
	    node = tree->nodes[node].parent) {
		bool meant = is_meant(before, &tree->nodes[node]);

		if (meant && leads(before, tree, node))
			return true;
		if (step->child || (meant && !before->child))
			return false;
	}
	return false;
}

static bool
matches(const struct select *select, const struct tree *tree,
    uint32_t node)
{
	for (; select != NULL; select = select->other)
		if (is_meant(select->last, &tree->nodes[node]) &&
		    leads(select->last, tree, node))
			return true;
	return false;
}

uint32_t
select_next(const struct select *select, const struct tree *tree,
    uint32_t node)
{
	while (++node < tree->count)
		if (matches(select, tree, node))
			return node;
	return 0;
}
