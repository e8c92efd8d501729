#include <stdlib.h>

#include "classify/clause.h"
#include "classify/modify.h"

/* Words between "the ban that" and the verb of the relative clause. */
#define RELATIVE_REACH	4
/* Words between an insertion and the verb of the clause: ", was finally lifted" */
#define INSERTION_REACH	4

size_t
first_alike(const struct clause *c, uint32_t mark)
{
	const struct mark *v = c->view->marks.v;
	size_t i = mark;

	while (i > c->from && v[i - 1].first == v[mark].first)
		i--;
	return i;
}

size_t
next_alike(const struct clause *c, uint32_t mark, size_t i)
{
	const struct mark *v = c->view->marks.v;

	for (; i < c->end && v[i].first == v[mark].first; i++)
		if (v[i].end == v[mark].end)
			return i;
	return c->end;
}

bool
fits(const struct clause *c, const struct references *refs, uint32_t mark)
{
	if (refs->n == 0)
		return true;
	for (size_t m = next_alike(c, mark, first_alike(c, mark)); m < c->end;
	    m = next_alike(c, mark, m + 1))
		for (size_t i = 0; i < refs->n; i++)
			if (mark_in(c->view->g, &c->view->marks.v[m],
			    refs->v[i]))
				return true;
	return false;
}

void
miss_item(const struct clause *c, const struct item *it, const char *why,
    const char *who)
{
	struct span span = { it->first, it->end };

	if (it->operator != NULL)
		view_miss(c->view, it->operator->name, span, why, who);
	if (it->object != NULL)
		view_miss(c->view, it->object->name, span, why, who);
}

const struct class *
present(const struct clause *c, const struct class *class)
{
	return class != NULL && marks_allow(c->view, c->from, c->end,
	    &class->when) ? class : NULL;
}

/* Tell who asked of operators and objects that are not there at all, and of an
 * object whose word is that of an earlier one. */
static void
miss_absent(const struct clause *c, const struct mark *m)
{
	const struct grammar *g = c->view->g;
	const struct class *first = g->roles[m->phrase].object;
	struct span span = { m->first, m->end };
	size_t count;
	const uint16_t *ids = phrase_classes(g->lexicon, m->phrase, &count);

	for (size_t i = 0; i < count; i++) {
		const struct class *class = &g->classes[ids[i]];

		if (class->kind != CLASS_OPERATOR &&
		    class->kind != CLASS_OBJECT)
			continue;
		miss_conditions(c->view, class->name, span, c->from, c->end,
		    &class->when);
		if (class->kind == CLASS_OBJECT && class != first)
			view_miss(c->view, class->name, span, "counts for",
			    first->name);
	}
}

static bool
make_item(struct clause *c, size_t mark, struct item *it)
{
	const struct grammar *g = c->view->g;
	const struct mark *m = &c->view->marks.v[mark];
	const struct role_words *role;
	const struct class *discard;

	if (!(m->flags & MARK_ROLE))
		return false;
	role = &g->roles[m->phrase];
	discard = role->discard;
	if (c->view->misses != NULL)
		miss_absent(c, m);
	/* "hebt ... an" is a verb and its particle, "hebt ... an der Stelle" a
	 * verb and a preposition */
	if (g->particles && phrase_gapped(g->lexicon, m->phrase) &&
	    token_is(c, m->end, TOKEN_DET))
		return false;
	*it = (struct item){ .first = m->first, .end = m->end,
	    .head = m->first, .mark = (uint32_t)mark,
	    .named = (uint32_t)mark, .weight = 1,
	    .operator = present(c, role->operator),
	    .object = present(c, role->object) };
	if (it->operator == NULL && it->object == NULL && discard == NULL) {
		if (role->compare == NULL)
			return false;
		it->operator = role->compare;
		it->turn = turn_of(c->view, m);
		if (it->turn == 0)
			return false;
	}
	if (discard != NULL)
		it->operator = it->object = NULL;
	if (it->object != NULL)
		it->sign = it->object->sign;
	it->parted = it->operator != NULL && it->turn == 0 &&
	    phrase_gapped(g->lexicon, m->phrase);
	it->role = it->operator ? ROLE_OPERATOR :
	    it->object ? ROLE_OBJECT : ROLE_NONE;
	return true;
}

/* Is `it` a verb with a particle that ends its clause before that of `o`, "hebt
 * Steuern an und senkt ... auf", or one that is nearer to it, "senkt Zoll und schafft
 * Steuern ab"? */
static bool
ends_before(const struct clause *c, const struct item *it, const struct item *o)
{
	if (!c->view->g->particles || !it->parted || !o->parted)
		return false;
	if (it->first == o->first)
		return it->end < o->end &&
		    token_is(c, it->end, TOKEN_BREAK | TOKEN_JOIN);
	return it->end == o->end && it->first > o->first &&
	    any_token(c, o->first, it->first, TOKEN_BREAK | TOKEN_JOIN);
}

/* Does the longer item `o` hide `it`?  A verb and its particle ("hebt ... auf")
 * hide only what begins or ends where they do, not their object in between. */
static bool
hides(const struct item *o, const struct item *it)
{
	return o->turn == 0 && it->turn == 0 && o->first <= it->first &&
	    o->end >= it->end && o->end - o->first > it->end - it->first &&
	    (!o->parted || o->first == it->first || o->end == it->end);
}

/* Does the shorter comparison `o` end with a number with which `it` begins?  "Rice from
 * 10% to 20% and wheat from 30% to 15%" does not go to 20% from 30%. */
static bool
parts(const struct item *o, const struct item *it)
{
	return o->turn != 0 && it->turn != 0 && o->first < it->first &&
	    it->first < o->end && o->end - o->first < it->end - it->first;
}

/* Of items that lie within one another only the longest stays; comparisons
 * cover other items without hiding them.  The one that hides it, or NULL. */
static const struct item *
find_cover(const struct clause *c, const struct item *it)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct item *o = &c->items[i];

		if (o != it && hides(o, it))
			return o;
	}
	return NULL;
}

/* The list that names the item's words. */
static const char *
list_of(const struct clause *c, const struct item *it)
{
	const struct role_words *role =
	    &c->view->g->roles[c->view->marks.v[it->mark].phrase];

	return it->operator != NULL ? it->operator->name :
	    it->object != NULL ? it->object->name : role->discard->name;
}

/* The item found before with the very same words, or NULL. */
static struct item *
find_twin(struct clause *c, const struct item *it)
{
	for (size_t i = c->n; i-- > 0 && c->items[i].first == it->first; )
		if (c->items[i].end == it->end && c->items[i].turn == 0)
			return &c->items[i];
	return NULL;
}

/* Phrases of the very same words are one item; the first found, which is the
 * most exact, decides. */
static bool
merge_item(struct clause *c, const struct item *it)
{
	struct item *was = it->turn == 0 ? find_twin(c, it) : NULL;

	if (was == NULL)
		return false;
	if (was->role == ROLE_NONE)
		return true;
	if (was->operator == NULL && it->operator != NULL && !it->parted) {
		was->operator = it->operator;
		was->mark = it->mark;
	}
	if (was->object == NULL) {
		was->object = it->object;
		was->named = it->named;
		was->sign = it->sign;
	}
	if (was->operator != NULL)
		was->role = ROLE_OPERATOR;
	return true;
}

/* Drop the items that are lost. */
static void
drop_items(struct clause *c, const bool lost[ITEMS_MAX])
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!lost[i])
			c->items[kept++] = c->items[i];
	c->n = kept;
}

/* What another item shows to be none hides nothing either. */
static void
drop_misread(struct clause *c)
{
	bool lost[ITEMS_MAX] = { false };

	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->n && !lost[i]; k++) {
			const struct item *it = &c->items[i], *o = &c->items[k];

			lost[i] = ends_before(c, o, it) || parts(o, it);
			if (lost[i])
				miss_item(c, it, "has a word that is nearer to",
				    list_of(c, o));
		}
	drop_items(c, lost);
}

static void
gather_items(struct clause *c)
{
	const struct item *cover;
	bool covered[ITEMS_MAX];
	struct item it;

	for (size_t i = c->from; i < c->end && c->n < ITEMS_MAX; i++)
		if (make_item(c, i, &it) && !merge_item(c, &it))
			c->items[c->n++] = it;
	drop_misread(c);
	for (size_t i = 0; i < c->n; i++) {
		cover = find_cover(c, &c->items[i]);
		covered[i] = cover != NULL || c->items[i].role == ROLE_NONE;
		if (cover != NULL)
			miss_item(c, &c->items[i],
			    "is part of a longer phrase of", list_of(c, cover));
	}
	drop_items(c, covered);
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].parted)
			c->items[i].end = c->items[i].first + 1;
}

/* Background: an operator that a `drop` modifier governs is no news.  The
 * modifier, or NULL. */
static const struct class *
find_drop(const struct clause *c, const struct item *it)
{
	const struct view *view = c->view;
	struct span span = { it->first, it->end };

	for (size_t i = c->from; i < c->end; i++) {
		const struct mark *mark = &view->marks.v[i];
		const uint16_t *classes;
		size_t count;

		if (!(mark->flags & MARK_MODIFIES))
			continue;
		classes = phrase_classes(view->g->lexicon, mark->phrase,
		    &count);
		for (size_t k = 0; k < count; k++) {
			const struct class *m = &view->g->classes[classes[k]];

			if (m->kind == CLASS_MODIFIER &&
			    m->action == ACTION_DROP &&
			    modifier_is_on(m, it->operator->operator_kind,
			    it->operator->domain) &&
			    modifier_governs(view, m, mark, it->head,
			    span) && marks_allow(view, c->from, c->end,
			    &m->when))
				return m;
		}
	}
	return NULL;
}

static void
drop_background(struct clause *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i];
		const struct class *drop;

		if (it->operator == NULL || it->turn != 0 ||
		    (drop = find_drop(c, it)) == NULL)
			continue;
		miss_item(c, it, "is background by", drop->name);
		it->operator = NULL;
		it->role = it->object ? ROLE_OBJECT : ROLE_NONE;
	}
}

/* Does a relative clause lead from the end of an object to a verb, over what a
 * preposition ties to the object at most: "the duty on rice that it scrapped"? */
static bool
describes(const struct clause *c, uint32_t from, uint32_t to)
{
	uint32_t at = from;

	if (token_is(c, at, TOKEN_LINK))
		while (at < to && at - from <= LINK_REACH &&
		    !token_is(c, at, TOKEN_RELATIVE))
			at++;
	return token_is(c, at, TOKEN_RELATIVE) && to > at &&
	    to - at <= RELATIVE_REACH &&
	    !any_token(c, from, at, TOKEN_BREAK | TOKEN_JOIN) &&
	    !any_token(c, at + 1, to, TOKEN_JOIN);
}

/* "The exemption that has allowed parcels in will end": the verb next to the
 * relative word tells what the object is, not what becomes of it. */
static bool
is_relative(const struct clause *c, size_t i)
{
	const struct item *op = &c->items[i];

	for (size_t k = i; k-- > 0; ) {
		const struct item *it = &c->items[k];

		if (it->role == ROLE_NONE || it->end > op->first)
			continue;
		return it->object != NULL && it->turn == 0 &&
		    describes(c, it->end, op->first);
	}
	return false;
}

static void
drop_relatives(struct clause *c)
{
	for (size_t i = c->n; i-- > 1; ) {
		struct item *it = &c->items[i];

		if (it->operator == NULL || it->turn != 0 || !is_relative(c, i))
			continue;
		miss_item(c, it, "is in a relative clause", NULL);
		it->operator = NULL;
		it->role = it->object ? ROLE_OBJECT : ROLE_NONE;
	}
}

/* Does a preposition with a word behind it lead from the object `before` to the item
 * behind it: "exemption from teen ban"? */
static bool
is_led_to(const struct clause *c, const struct item *before)
{
	const struct item *it = before + 1;

	if (c->view->g->head_first || before->operator != NULL ||
	    it->first < before->end + 2 || it->first - before->end > 4 ||
	    any_token(c, before->end, it->first, TOKEN_BREAK | TOKEN_JOIN))
		return false;
	return any_token(c, before->end, it->first - 1, TOKEN_LINK);
}

/* Does an operator that needs an object stand before item `i`, which ends the
 * clause: "repeals oil and gas exploration ban"? */
static bool
ends_clause(const struct clause *c, size_t i)
{
	const struct item *it = &c->items[i], *before = NULL;

	while (i > 0 && is_led_to(c, &c->items[i - 1]))
		i--;
	if (i > 0)
		before = &c->items[i - 1];
	return before != NULL && before->operator != NULL &&
	    before->object == NULL && before->turn == 0 &&
	    before->operator->right && it->first >= before->end &&
	    it->first - before->end <= before->operator->reach &&
	    !any_token(c, before->end, it->first, TOKEN_BREAK) &&
	    (it->end == c->s->end || token_is(c, it->end, TOKEN_BREAK));
}

/* Does the operator before want `it` for its object: near it, or farther away with
 * a determiner between, "drops a decade-old licence requirement"? */
static bool
awaits(const struct clause *c, const struct item *before, const struct item *it)
{
	uint32_t apart = it->first - before->end;

	return before->operator != NULL && before->object == NULL &&
	    before->turn == 0 && it->first >= before->end &&
	    (apart <= 3 || (before->operator->right &&
	    apart <= before->operator->reach &&
	    any_token(c, before->end, it->first, TOKEN_DET))) &&
	    !any_token(c, before->end, it->first, TOKEN_BREAK | TOKEN_JOIN);
}

/* Is it a verb between an operator and what it takes itself: "considers easing duties",
 * "was hiking the quota"? */
static bool
is_gerund(const struct clause *c, size_t i)
{
	const struct item *it = &c->items[i], *next = it + 1;

	return i + 1 < c->n && next->object != NULL && next->turn == 0 &&
	    next->first >= it->end && next->first - it->end <= 3 &&
	    str_ends(token_str(&c->view->words, it->end - 1), STR("ing")) &&
	    !any_token(c, it->end, next->first,
	    TOKEN_BREAK | TOKEN_JOIN | TOKEN_LINK) &&
	    fits(c, &it->operator->with, next->named);
}

/* "Sulphur cap 0.5%", not "bans 4 ports". */
static bool
is_measured(const struct clause *c, const struct item *it)
{
	const struct token *t = &c->view->words.tokens[it->end];

	return it->end + 1 < c->s->end && t[0].kind == TOKEN_NUMBER &&
	    t[1].kind != TOKEN_WORD;
}

/* Does it stand right behind objects that an operator leads to, with none behind
 * it: "scraps Sunday trading ban"?  A participle is a verb: "said exports banned". */
static bool
ends_compound(const struct clause *c, size_t i)
{
	const struct item *it = &c->items[i];
	struct str word = token_str(&c->view->words, it->end - 1);
	size_t k = i;

	while (k > 0 && c->items[k - 1].role == ROLE_OBJECT &&
	    c->items[k - 1].end == c->items[k].first)
		k--;
	return k < i && k > 0 && !c->view->g->head_first &&
	    c->items[k - 1].role == ROLE_OPERATOR &&
	    !any_token(c, c->items[k - 1].end, it->first, TOKEN_BREAK) &&
	    !str_ends(word, STR("ed")) && !str_ends(word, STR("ing")) &&
	    (i + 1 == c->n || c->items[i + 1].object == NULL ||
	    any_token(c, it->end, c->items[i + 1].first, TOKEN_BREAK));
}

/* Does an article lead to it that is no word of a phrase that means nothing, as in
 * "signed an order that bans exports"? */
static bool
is_led_by_article(const struct clause *c, const struct item *it)
{
	const struct view *view = c->view;

	if (it->first == c->s->first || !token_is(c, it->first - 1, TOKEN_DET))
		return false;
	for (size_t i = it->mark; i-- > c->from; )
		if (view->marks.v[i].end == it->first &&
		    view->g->roles[view->marks.v[i].phrase].discard != NULL)
			return false;
	return true;
}

/* A word that is operator and object ("limits", "ban") is an operator before a
 * pronoun ("bans them", not "the ban it lifts"), and an object when it is led by
 * a determiner, followed by a preposition or a measure, or beside an operator that
 * needs one. */
static bool
reads_as_object(const struct clause *c, size_t i)
{
	const struct item *it = &c->items[i];

	if (token_is(c, it->end, TOKEN_PRONOUN) &&
	    !token_is(c, it->end, TOKEN_RELATIVE))
		return false;
	if (is_led_by_article(c, it))
		return true;
	if (token_is(c, it->end, TOKEN_LINK) || ends_clause(c, i) ||
	    ends_compound(c, i) || is_measured(c, it))
		return true;
	if (i > 0 && awaits(c, &c->items[i - 1], it) && !is_gerund(c, i))
		return true;
	return i + 1 < c->n && c->items[i + 1].operator != NULL &&
	    c->items[i + 1].object == NULL && c->items[i + 1].turn == 0 &&
	    c->items[i + 1].first >= it->end &&
	    c->items[i + 1].first - it->end <= 3 &&
	    !any_token(c, it->end, c->items[i + 1].first,
	    TOKEN_BREAK | TOKEN_JOIN);
}

/* Is item `i` the first of verbs that a pair of commas sets off, without an
 * object of theirs: "the ban, imposed in May and extended twice, was lifted"?
 * Then where do they end, else 0. */
static uint32_t
insertion_end(const struct clause *c, size_t i)
{
	const struct item *op = &c->items[i];
	uint32_t end = op->end;

	if (op->operator == NULL || op->turn != 0 || op->first == c->s->first ||
	    !is_comma(c, op->first - 1))
		return 0;
	while (end < c->s->end && !is_comma(c, end) &&
	    !token_is(c, end, TOKEN_BREAK))
		end++;
	if (end + 1 >= c->s->end || !is_comma(c, end))
		return 0;
	for (size_t k = i + 1; k < c->n; k++) {
		const struct item *it = &c->items[k];

		if (it->first < end && it->operator == NULL)
			return 0;
		if (it->first > end)
			return it->operator != NULL && it->turn == 0 &&
			    it->first - end <= INSERTION_REACH ? end : 0;
	}
	return 0;
}

static void
drop_insertions(struct clause *c)
{
	for (size_t i = 1; i < c->n; i++) {
		uint32_t end = insertion_end(c, i);

		for (; end != 0 && i < c->n && c->items[i].first < end; i++) {
			struct item *it = &c->items[i];

			miss_item(c, it, "is set off by commas", NULL);
			it->operator = NULL;
			it->role = it->object ? ROLE_OBJECT : ROLE_NONE;
		}
	}
}

/* Does operator `it` tell of the subject in passing: "the bank, which cut its
 * rate in May, raised it"?  `next` is where the operator after it stands. */
static bool
is_aside(const struct clause *c, const struct item *it, uint32_t next)
{
	uint32_t at = it->first, comma = it->end;

	while (at > c->s->first && !token_is(c, at - 1, TOKEN_BREAK))
		at--;
	if (at < c->s->first + 2 || !token_is(c, at - 1, TOKEN_RELATIVE) ||
	    !is_comma(c, at - 2))
		return false;
	while (comma < next && !is_comma(c, comma))
		comma++;
	return comma < next;
}

static void
drop_asides(struct clause *c)
{
	uint32_t next = 0;

	for (size_t i = c->n; i-- > 0; ) {
		struct item *it = &c->items[i];

		if (it->operator == NULL || it->turn != 0)
			continue;
		if (!is_aside(c, it, next)) {
			next = it->first;
			continue;
		}
		miss_item(c, it, "is told in passing", NULL);
		it->operator = NULL;
		it->role = it->object ? ROLE_OBJECT : ROLE_NONE;
	}
}

static void
settle_roles(struct clause *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i];

		if (it->operator == NULL || it->object == NULL)
			continue;
		if (reads_as_object(c, i)) {
			it->role = ROLE_OBJECT;
			it->operator = NULL;
		} else {
			it->object = NULL;
		}
	}
}

void
clause_read(struct clause *c)
{
	gather_items(c);
	if (c->n == 0)
		return;
	drop_background(c);
	drop_relatives(c);
	drop_insertions(c);
	drop_asides(c);
	settle_roles(c);
}
