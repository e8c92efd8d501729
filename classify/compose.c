#include <stdlib.h>

#include "classify/compared.h"

/* An operator without an auxiliary takes a subject this near: "ban ends". */
#define LEFT_REACH	3u
/* The object of a nominal operator: "removal of the last two bans". */
#define NOMINAL_REACH	5

/* Words between "it" and its verb: "it has now been lifted". */
#define PRONOUN_REACH	4u
/* Words before "after" at the head of a sentence: "just two years after" */
#define AFTER_REACH	3
/* Words between what commas set off and the verb: ", was finally lifted". */
#define ASIDE_REACH	4u
/* Words between a head and what is tied to it by several prepositions. */
#define HEAD_REACH	9
/* Words between an adjective and its noun: "new casino licences". */
#define INNER_REACH	2

/* Objects may share a word: "Sunday trading" and "trading ban". */
static bool
overlaps(const struct item *a, const struct item *b)
{
	return b->first > a->first && b->first < a->end && b->end > a->end;
}

/* Do the objects `a` and `b` stand side by side, or tied by a preposition? */
static bool
is_compound(const struct clause *c, const struct item *a, const struct item *b)
{
	if (overlaps(a, b))
		return true;
	return b->first >= a->end &&
	    b->first - a->end <= c->view->g->compound &&
	    !token_is(c, b->first, TOKEN_LINK) &&
	    !token_is(c, a->end - 1, TOKEN_BREAK | TOKEN_RELATIVE) &&
	    !any_token(c, a->end, b->first, TOKEN_BREAK | TOKEN_JOIN);
}

/* Does a preposition stand behind the item, or end it: "freeze on"? */
static bool
leads_on(const struct clause *c, const struct item *it)
{
	return token_is(c, it->end, TOKEN_LINK) ||
	    (it->end - it->first > 1 && token_is(c, it->end - 1, TOKEN_LINK));
}

static bool
is_linked(const struct clause *c, const struct item *a, const struct item *b)
{
	if (overlaps(a, b))
		return any_token(c, a->first + 1, b->first, TOKEN_LINK);
	return b->first >= a->end && b->first - a->end <= LINK_REACH &&
	    leads_on(c, a) &&
	    !any_token(c, a->end, b->first, TOKEN_BREAK | TOKEN_JOIN);
}

/* The item before number `i` that is not used up, or NULL. */
static struct item *
before(struct clause *c, size_t i)
{
	while (i-- > 0)
		if (c->items[i].role != ROLE_NONE)
			return &c->items[i];
	return NULL;
}

/* Is operator `op` an adjective of `it` within a phrase that begins with the object
 * before: "a moratorium on new licences"? */
static bool
is_inner(struct clause *c, const struct item *op, const struct item *it)
{
	const struct item *head = before(c, (size_t)(op - c->items));

	return op->role == ROLE_OPERATOR && op->turn == 0 &&
	    !op->operator->left && it->first >= op->end &&
	    it->first - op->end <= INNER_REACH && !any_token(c, op->end,
	    it->first, TOKEN_BREAK | TOKEN_JOIN | TOKEN_LINK) &&
	    head != NULL && head->role == ROLE_OBJECT &&
	    is_linked(c, head, op);
}

/* `b` takes what forms one phrase with it, step by step towards the head: false when
 * `a` does not. */
static bool
chain(struct clause *c, struct item *a, struct item *b)
{
	if (is_inner(c, a, b)) {
		miss_item(c, a, "is an adjective", NULL);
		a->role = ROLE_NONE;
		return true;
	}
	if (a->role != ROLE_OBJECT)
		return false;
	if (is_linked(c, a, b) || (is_compound(c, a, b) &&
	    c->view->g->head_first)) {
		absorb(a, b);
		/* what was behind b is tied to a now */
		*b = *a;
		a->role = ROLE_NONE;
		return true;
	}
	if (!is_compound(c, a, b))
		return false;
	absorb(b, a);
	return true;
}

/* Objects that form one phrase become one item: its head. */
static void
chain_objects(struct clause *c)
{
	for (size_t i = c->n; i-- > 1; ) {
		struct item *b = &c->items[i], *a;

		while (b->role == ROLE_OBJECT && (a = before(c, i)) != NULL &&
		    chain(c, a, b))
			;
	}
}

static bool
is_target(const struct item *it)
{
	return it->role == ROLE_OBJECT || it->role == ROLE_EVENT;
}

/* The object on the operator's right, or NULL. */
static struct item *
find_right(struct clause *c, size_t i, unsigned reach)
{
	struct item *op = &c->items[i];

	for (size_t k = i + 1; k < c->n; k++) {
		struct item *it = &c->items[k];

		if (it->role == ROLE_NONE || it->first < op->end ||
		    refuses(c, it, op))
			continue;
		if (it->first - op->end > reach || it->role == ROLE_OPERATOR ||
		    any_token(c, op->end, it->first, TOKEN_BREAK))
			return NULL;
		/* what has its own operator is beyond a comma another clause */
		return it->role == ROLE_OBJECT || (it->role == ROLE_EVENT &&
		    !any_token(c, op->end, it->first, TOKEN_JOIN)) ? it : NULL;
	}
	return NULL;
}

/* "After a year of tolerance, the town forbids boats": the comma parts what was
 * from the news. */
static bool
was_before(const struct clause *c, const struct item *it, const struct item *op)
{
	if (!token_is(c, c->s->first, TOKEN_AFTER))
		return false;
	for (uint32_t t = it->end; t < op->first; t++)
		if (is_comma(c, t))
			return true;
	return false;
}

/* Does something set off by commas stand between an object and its verb: "the ban,
 * in force since 2019, was lifted"?  Then where does it end, else 0. */
static uint32_t
aside_end(const struct clause *c, const struct item *it, const struct item *op)
{
	uint32_t from = it->end, comma = op->first;

	if (leads_on(c, it))
		while (from < op->first && from - it->end <= LINK_REACH &&
		    !token_is(c, from, TOKEN_BREAK | TOKEN_JOIN))
			from++;
	if (from >= op->first || !is_comma(c, from))
		return 0;
	while (comma > from && !is_comma(c, comma - 1))
		comma--;
	return comma > from + 1 && op->first - comma <= ASIDE_REACH ?
	    comma : 0;
}

/* The object that prepositions tie `it` to, over words that nobody lists: "the ban
 * on purchases of homes by visitors". */
static struct item *
head_of(struct clause *c, struct item *it, const struct item *op)
{
	struct item *head = before(c, (size_t)(it - c->items));

	if (it->role != ROLE_OBJECT || head == NULL ||
	    head->role != ROLE_OBJECT || head->end > it->first ||
	    it->first - head->end > HEAD_REACH || !leads_on(c, head) ||
	    refuses(c, head, op) || any_token(c, head->end, it->first,
	    TOKEN_BREAK | TOKEN_JOIN | TOKEN_PASSIVE))
		return it;
	return head;
}

/* The object on its left; other operators may stand between, as in "the ban
 * imposed in May was lifted".  What stands in a relative clause is passed over
 * for the object that the clause describes. */
static struct item *
find_left(struct clause *c, size_t i, unsigned reach, uint16_t stops)
{
	struct item *op = &c->items[i], *near = NULL;

	for (size_t k = i; k-- > 0; ) {
		struct item *it = &c->items[k];

		if (!is_target(it) || it->end > op->first ||
		    refuses(c, it, op))
			continue;
		if (near == NULL) {
			uint32_t from = aside_end(c, it, op);

			if (from == 0 || reach <= LEFT_REACH)
				from = it->end;
			if (op->first - from > reach ||
			    any_token(c, from, op->first, stops) ||
			    was_before(c, it, op))
				return NULL;
			near = head_of(c, it, op);
		} else if (near->first - it->end <= 3 * reach &&
		    token_is(c, it->end, TOKEN_RELATIVE)) {
			return it;
		}
	}
	return near;
}

/* Does a pronoun stand before the verb that is an article elsewhere: "abre la
 * playa a los perros y la cierra a los patines", "y se la cierra"? */
static bool
has_clitic(const struct clause *c, const struct item *op)
{
	return op->first - c->s->first >= 2 &&
	    token_is(c, op->first - 1, TOKEN_CLITIC) && token_is(c,
	    op->first - 2, TOKEN_CLITIC | TOKEN_JOIN | TOKEN_BREAK);
}

/* "That on", "the one on": does it stand for one like what was named before? */
static bool
is_deputy(const struct clause *c, uint32_t at)
{
	return token_is(c, at, TOKEN_DET | TOKEN_PRONOUN | TOKEN_RELATIVE) &&
	    token_is(c, at + 1, TOKEN_LINK);
}

/* Is its object one like what was named before: "extends that on maize", "the one on
 * maize"? */
static bool
takes_deputy(const struct clause *c, const struct item *op)
{
	uint32_t at = op->end;

	at += token_is(c, at, TOKEN_DET) && token_is(c, at + 1, TOKEN_PRONOUN);
	return is_deputy(c, at);
}

static bool
has_pronoun(const struct clause *c, const struct item *op)
{
	return token_is(c, op->end, TOKEN_PRONOUN) || has_clitic(c, op) ||
	    takes_deputy(c, op);
}

/* Does a comma lead to it: "the ban on fires, postponed by a year"? */
static bool
is_apposed(const struct clause *c, const struct item *op)
{
	return op->first > c->s->first && is_comma(c, op->first - 1) &&
	    !token_is(c, op->end, TOKEN_LINK | TOKEN_PRONOUN);
}

/* Does what it speaks of end, and not what stands behind: "ends on Friday", but not
 * "ending a dispute"? */
static bool
ends_itself(const struct clause *c, const struct item *op)
{
	return is_kind(op, KIND_END) && (op->end == c->s->end ||
	    token_is(c, op->end, TOKEN_LINK | TOKEN_BREAK | TOKEN_JOIN));
}

/* May its object stand far on its left: "the ban on rice expires", "a long ban on
 * old cars ends"?  Behind an "and" or before a pronoun it has one of its own. */
static bool
has_subject(const struct clause *c, const struct item *op)
{
	bool ends = ends_itself(c, op);

	return (op->operator->subject || ends) &&
	    !token_is(c, op->end, TOKEN_PRONOUN) &&
	    (!token_is(c, op->first - 1, TOKEN_JOIN) ||
	    (ends && is_comma(c, op->first - 1)));
}

/* Does an article stand before it, or before the one word in between, and a
 * preposition behind: "citing a faster fall in prices"?  Then it is a noun. */
static bool
is_noun(const struct clause *c, const struct item *op)
{
	if (!token_is(c, op->end, TOKEN_LINK))
		return false;
	return token_is(c, op->first - 1, TOKEN_DET) ||
	    (op->first - c->s->first >= 2 &&
	    token_is(c, op->first - 2, TOKEN_DET) &&
	    !token_is(c, op->first - 1, TOKEN_LINK | TOKEN_JOIN |
	    TOKEN_PASSIVE | TOKEN_BREAK | TOKEN_PRONOUN));
}

/* Another verb may stand between that is nearer to the object.  Beyond a comma
 * it has the object for itself: "the tax on land rises, that on lorries falls";
 * else `op` takes what it does: "the reopening of the gate planned is delayed". */
static struct item *
take_turn(const struct clause *c, struct item *it, struct item *op)
{
	for (struct item *k = it + 1; k < op; k++) {
		if (k->role != ROLE_OPERATOR || k->turn != 0 ||
		    k->first < it->end || !can_join(c, k, it))
			continue;
		if (any_token(c, k->end, op->first, TOKEN_BREAK | TOKEN_JOIN))
			return NULL;
		if (!op->operator->right)
			return it;
		join_item(c, k, it);
		return k;
	}
	return it;
}

/* Does a comma part them, with more than an article or a preposition behind it? */
static bool
has_comma(const struct clause *c, uint32_t from, uint32_t end)
{
	for (; from + 1 < end; from++)
		if (is_comma(c, from) &&
		    !token_is(c, from + 1, TOKEN_LINK | TOKEN_DET))
			return true;
	return false;
}

/* Does an operator before the object take it, and a comma part it from `op`, which
 * does not follow that comma? */
static bool
is_taken(struct clause *c, struct item *it, const struct item *op)
{
	const struct item *verb = before(c, (size_t)(it - c->items));

	return verb != NULL && verb->role == ROLE_OPERATOR &&
	    verb->turn == 0 && verb->operator->right &&
	    it->first >= verb->end &&
	    it->first - verb->end <= verb->operator->reach &&
	    !any_token(c, verb->end, it->first, TOKEN_BREAK | TOKEN_JOIN) &&
	    can_join(c, verb, it) && has_comma(c, it->end, op->first - 1) &&
	    !is_comma(c, op->first - 1) && aside_end(c, it, op) == 0;
}

/* The object of a verb that ends a headline, or a clause of one, over what
 * prepositions tie to it: "stamp duty on flats for outsiders axed". */
static struct item *
find_headline(struct clause *c, size_t i)
{
	struct item *op = &c->items[i], *it;

	if (c->view->title != NULL || (op->end < c->s->end &&
	    !token_is(c, op->end, TOKEN_BREAK)))
		return NULL;
	it = find_left(c, i, 3 * op->operator->reach,
	    TOKEN_BREAK | TOKEN_JOIN | TOKEN_PRONOUN);
	return it != NULL && leads_on(c, it) ? it : NULL;
}

/* Does a passive or an intransitive verb stand there: "ban was lifted"? */
static struct item *
choose(struct clause *c, size_t i)
{
	struct item *op = &c->items[i];
	bool passive = op->first > c->s->first &&
	    any_token(c, op->first - c->s->first > 3 ? op->first - 3 :
	    c->s->first, op->first, TOKEN_PASSIVE);
	/* "raises it for foreigners": what is raised was named before */
	bool named = i > 0 && token_is(c, op->end, TOKEN_PRONOUN) &&
	    token_is(c, op->end + 1, TOKEN_LINK);
	struct item *right = op->operator->right && !named ?
	    find_right(c, i, op->operator->reach) : NULL;

	/* ", squeezed for a decade, get a break": it has nothing of that */
	if (right != NULL && op->operator->left && op->first > c->s->first &&
	    is_comma(c, op->first - 1) && has_comma(c, op->end, right->first))
		right = NULL;
	bool subject = passive || !op->operator->right ||
	    (right == NULL && (has_subject(c, op) || is_apposed(c, op)));
	struct item *left = op->operator->left && !has_clitic(c, op) ?
	    find_left(c, i, subject ? 3 * op->operator->reach : LEFT_REACH,
	    subject && (passive || !is_noun(c, op)) ? TOKEN_BREAK :
	    TOKEN_BREAK | TOKEN_JOIN) : NULL;

	if (left == NULL && right == NULL && op->operator->left)
		left = find_headline(c, i);

	/* "lifts the ban on rice, prices fall": a verb before it has it for itself */
	if (left != NULL && right == NULL && is_taken(c, left, op))
		left = NULL;
	/* "suspends the duty to ease shortages": it has its object behind it */
	if (left != NULL && !passive && op->operator->right &&
	    token_is(c, op->first - 1, TOKEN_LINK))
		left = NULL;
	/* beyond a second comma it tells of something else: "will issue
	 * licences, the ministry said, ending a dispute" */
	if (left != NULL && right == NULL && !passive &&
	    op->operator->right && is_apposed(c, op) &&
	    !ends_itself(c, op) && (is_kind(op, KIND_END) ||
	    any_token(c, left->end, op->first - 1, TOKEN_JOIN)))
		left = NULL;

	if (!can_join(c, op, right))
		right = NULL;
	if (!can_join(c, op, left))
		left = NULL;
	if (left != NULL && right == NULL && subject && !passive &&
	    !can_join(c, op, left = take_turn(c, left, op)))
		left = NULL;
	if (right != NULL && left != NULL) {
		bool tied = token_is(c, op->end, TOKEN_LINK);
		/* "the fee falls to 2 percent and permits are ..." */
		bool other = op->operator->subject &&
		    any_token(c, op->end, right->first, TOKEN_JOIN);

		return tied || passive || other ? left : right;
	}
	return right ? right : left;
}

/* "the tax pause is over", "duty increases delayed": a noun of doing right behind
 * its object, when the verb comes after it. */
static void
join_compounds(struct clause *c)
{
	if (c->view->g->head_first)
		return;
	for (size_t i = 1; i < c->n; i++) {
		struct item *op = &c->items[i], *it = &c->items[i - 1];
		const struct item *next = i + 1 < c->n ? &c->items[i + 1] : NULL;

		if (op->role == ROLE_OPERATOR && op->turn == 0 &&
		    it->role == ROLE_OBJECT && it->end == op->first &&
		    op->operator->right && op->operator->left &&
		    next != NULL && next->operator != NULL && next->turn == 0 &&
		    next->first <= op->end + 1 &&
		    (next->first == op->end ||
		    token_is(c, op->end, TOKEN_PASSIVE)) &&
		    can_join(c, op, it))
			join_item(c, op, it);
	}
}

/* Does a preposition tie an object to the operator: behind it, or of a noun as its
 * last word, "the removal of"?  "Stops from" is none. */
static bool
is_nominal(const struct clause *c, const struct item *op)
{
	return token_is(c, op->end, TOKEN_LINK) || (leads_on(c, op) &&
	    token_is(c, op->first - 1, TOKEN_DET));
}

/* "removal of the ban" */
static void
join_nominal(struct clause *c)
{
	for (size_t i = c->n; i-- > 0; ) {
		struct item *op = &c->items[i], *it;

		if (op->role != ROLE_OPERATOR || op->turn != 0 ||
		    !op->operator->right || !is_nominal(c, op))
			continue;
		it = find_right(c, i, NOMINAL_REACH);
		if (it != NULL && can_join(c, op, it) &&
		    !(op->operator->subject &&
		    any_token(c, op->end, it->first, TOKEN_JOIN)))
			join_item(c, op, it);
	}
}

/* An operator with an effect of its own, such as "outlaws": of the lists that
 * name the word the one that has such an effect. */
static const struct class *
find_alone(const struct clause *c, const struct item *op)
{
	for (size_t m = next_alike(c, op->mark, first_alike(c, op->mark));
	    m < c->end; m = next_alike(c, op->mark, m + 1)) {
		size_t count;
		const uint16_t *ids = phrase_classes(c->view->g->lexicon,
		    c->view->marks.v[m].phrase, &count);

		for (size_t i = 0; i < count; i++) {
			const struct class *o = &c->view->g->classes[ids[i]];

			if (o->kind == CLASS_OPERATOR && o->alone_weight > 0 &&
			    present(c, o) != NULL)
				return o;
		}
	}
	return NULL;
}

static void
stand_alone(const struct clause *c, struct item *op)
{
	const struct class *alone = op->turn == 0 ? find_alone(c, op) : NULL;

	if (alone != NULL)
		op->operator = alone;
	if (op->operator->alone_weight == 0) {
		miss_item(c, op, "has no object beside it", NULL);
		return;
	}
	op->role = ROLE_EVENT;
	op->sign = op->operator->alone;
	op->weight = op->operator->alone_weight;
	op->stage = op->operator->stage;
	op->act = op->operator;
}

/* Does the operator lean on an object named before: "lowers the duty on buses,
 * raises it on tyres", "duty on buses lowered, on tyres raised", "softer rules
 * for buses, tougher for taxis", "fewer taxes for bakers, more for banks"? */
static bool
is_elliptic(const struct clause *c, const struct item *op)
{
	if (has_pronoun(c, op))
		return true;
	if (c->view->title != NULL)
		return false;
	if (is_kind(op, KIND_COUNT))
		return token_is(c, op->end, TOKEN_LINK);
	return (is_kind(op, KIND_LEVEL) || is_kind(op, KIND_TIGHTEN) ||
	    is_kind(op, KIND_RELAX)) && (op->end >= c->s->end ||
	    token_is(c, op->end, TOKEN_BREAK | TOKEN_JOIN | TOKEN_LINK));
}

/* Is the operator's subject an "it" that stands for what was named before? */
static bool
has_pronoun_subject(const struct clause *c, const struct item *op)
{
	uint32_t from = op->first - c->s->first > PRONOUN_REACH ?
	    op->first - PRONOUN_REACH : c->s->first;

	while (from < op->first && !token_is(c, from, TOKEN_PRONOUN))
		from++;
	return op->operator->left &&
	    any_token(c, from, op->first, TOKEN_PASSIVE) &&
	    !any_token(c, from, op->first, TOKEN_BREAK);
}

/* Does a word that begins a clause lead to the "it" that opens the sentence: "If it is
 * lifted, prices fall"? */
static bool
is_dependent(const struct clause *c)
{
	return token_is(c, c->s->first, TOKEN_BREAK);
}

/* Is its subject one like what was named before: "the duty on cars falls, that on
 * tyres rises"? */
static bool
has_deputy(const struct clause *c, const struct item *op)
{
	uint32_t at = op->first;

	if (!op->operator->left)
		return false;
	while (at > c->s->first && op->first - at <= LINK_REACH &&
	    !token_is(c, at - 1, TOKEN_JOIN | TOKEN_BREAK))
		at--;
	return at > c->s->first && at + 2 < op->first &&
	    token_is(c, at - 1, TOKEN_JOIN | TOKEN_BREAK) &&
	    is_deputy(c, at);
}

/* What the sentence before named last. */
static bool
recall(const struct clause *c, const struct item *op, struct item *it)
{
	const struct hits *h = c->hits;

	if (h->object == NULL || h->named_in != c->view ||
	    h->named_until != c->s->first || is_dependent(c))
		return false;
	*it = renamed(op, h->object, h->named);
	return can_join(c, op, it);
}

static void
remember(const struct clause *c, struct hits *hits)
{
	for (size_t i = c->n; i-- > 0; ) {
		if (c->items[i].role != ROLE_OBJECT)
			continue;
		hits->named_in = c->view;
		hits->object = c->items[i].object;
		hits->named = c->items[i].named;
		hits->named_until = c->s->end;
		return;
	}
}

/* The object named last before the operator; it stays for its own one.  A
 * pronoun stands for it beyond a "but" as well, and when it is taken already. */
static bool
find_antecedent(const struct clause *c, size_t i, struct item *it)
{
	const struct item *op = &c->items[i];
	bool pronoun = (op->operator->right && has_pronoun(c, op)) ||
	    has_pronoun_subject(c, op) || has_deputy(c, op);

	for (size_t k = i; k-- > 0; ) {
		const struct item *was = &c->items[k];
		const struct class *object = was->role == ROLE_OBJECT ?
		    was->object : was->role == ROLE_EVENT && pronoun ?
		    was->inner : NULL;

		if (object == NULL || was->end > op->first || (!pronoun &&
		    any_token(c, was->end, op->first, TOKEN_BREAK)))
			continue;
		*it = renamed(op, object, was->named);
		if (can_join(c, op, it))
			return true;
	}
	return false;
}

/* Two verbs that share a subject: "the duty falls by two points and rises by
 * five in May". */
static bool
shares_subject(const struct clause *c, size_t i)
{
	const struct item *op = &c->items[i];

	if (op->first == c->s->first || !is_kind(op, KIND_LEVEL) ||
	    !token_is(c, op->first - 1, TOKEN_JOIN) ||
	    !token_is(c, op->end, TOKEN_LINK))
		return false;
	for (size_t k = i; k-- > 0; ) {
		const struct item *was = &c->items[k];

		if (was->role == ROLE_OPERATOR && was->turn == 0)
			return is_kind(was, KIND_LEVEL) && k > 0 &&
			    c->items[k - 1].role == ROLE_OBJECT &&
			    token_is(c, was->end, TOKEN_LINK);
	}
	return false;
}

static void
join_verbal(struct clause *c)
{
	for (size_t i = c->n; i-- > 0; ) {
		struct item *op = &c->items[i], *it;
		struct item named;

		if (op->role != ROLE_OPERATOR || op->turn != 0)
			continue;
		if ((shares_subject(c, i) || has_deputy(c, op)) &&
		    find_antecedent(c, i, &named)) {
			join_item(c, op, &named);
		} else if ((it = choose(c, i)) != NULL) {
			join_item(c, op, it);
		} else if (((is_elliptic(c, op) || has_pronoun_subject(c, op)) &&
		    find_antecedent(c, i, &named)) || ((has_pronoun(c, op) ||
		    has_pronoun_subject(c, op)) && recall(c, op, &named))) {
			join_item(c, op, &named);
		} else {
			stand_alone(c, op);
		}
	}
}

/* "Drops a planned halt to exports": between an article and a noun of doing, and
 * not made for what that one is about. */
static bool
is_adjective(const struct clause *c, size_t i)
{
	const struct item *op = &c->items[i], *next = op + 1;

	if (!token_is(c, op->first - 1, TOKEN_DET) || i + 2 >= c->n ||
	    next->role != ROLE_OPERATOR || next->turn != 0 ||
	    next->first != op->end)
		return false;
	return op->operator->with.n > 0 &&
	    !fits(c, &op->operator->with, next->mark) &&
	    !fits(c, &op->operator->with, next[1].named);
}

/* "Halts new fishing rights": an operator that stands only before its object, and
 * does not take the one that is there, is an adjective and in nobody's way. */
static void
drop_attributes(struct clause *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item *op = &c->items[i], *it;

		if (op->role != ROLE_OPERATOR || op->turn != 0 ||
		    op->operator->left || op->operator->alone_weight > 0)
			continue;
		it = find_right(c, i, op->operator->reach);
		if (it == NULL ? !is_adjective(c, i) : can_join(c, op, it))
			continue;
		miss_item(c, op, "has no object beside it", NULL);
		op->role = ROLE_NONE;
	}
}

/* "Revokes the order lifting the ban": what it does is told behind it, and that is
 * what is revoked. */
static void
drop_vessels(struct clause *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i], *op = NULL, *object;

		if (it->role != ROLE_OBJECT)
			continue;
		for (size_t k = i + 1; k < c->n && op == NULL; k++)
			if (c->items[k].role != ROLE_NONE)
				op = &c->items[k];
		if (op == NULL || op->role != ROLE_OPERATOR || op->turn != 0 ||
		    op->first != it->end || !op->operator->right ||
		    !str_ends(token_str(&c->view->words, op->first),
		    STR("ing")))
			continue;
		object = find_right(c, (size_t)(op - c->items),
		    op->operator->reach);
		if (object == NULL || !can_join(c, op, object))
			continue;
		miss_item(c, it, "is told by what follows", NULL);
		it->role = ROLE_NONE;
	}
}

/* A headline may part the two by a colon: "Visas for Albanians: abolished". */
static void
join_headline(struct clause *c)
{
	struct item *it = NULL;

	if (c->view->title != NULL || has_event(c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct item *op = &c->items[i];

		if (op->role == ROLE_OBJECT)
			it = op;
		else if (it != NULL && op->role == ROLE_OPERATOR &&
		    op->turn == 0 && op->operator->left &&
		    token_is(c, op->first - 1, TOKEN_BREAK) &&
		    can_join(c, op, it)) {
			join_item(c, op, it);
			return;
		}
	}
}

/* Objects that say something without a verb: "EU sanctions on Mali". */
static void
default_objects(struct clause *c)
{
	if (has_event(c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i];

		if (it->role != ROLE_OBJECT || it->object->alone_weight == 0)
			continue;
		it->role = ROLE_EVENT;
		it->sign = it->object->alone;
		it->weight = it->object->alone_weight;
		it->inner = it->object;
	}
}

/* Does the sentence begin with "after", "having", "two years after"? */
static bool
begins_after(const struct clause *c)
{
	uint32_t at = c->s->first;

	while (at < c->s->first + AFTER_REACH && !token_is(c, at, TOKEN_AFTER))
		at++;
	return token_is(c, at, TOKEN_AFTER) && c->items[0].first >= at;
}

/* "After two cuts and a reprieve, the bank raised its rate": what stands before
 * the last comma is what was. */
static void
drop_before_comma(struct clause *c)
{
	const struct item *last = NULL;
	uint32_t comma;

	if (!begins_after(c))
		return;
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].role == ROLE_EVENT &&
		    (last == NULL || c->items[i].first > last->first))
			last = &c->items[i];
	for (comma = last ? last->first : 0; comma > c->s->first; comma--)
		if (c->view->words.tokens[comma - 1].kind == TOKEN_MARK)
			break;
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].role == ROLE_EVENT && c->items[i].end <= comma) {
			miss_item(c, &c->items[i], "came before the news", NULL);
			c->items[i].role = ROLE_NONE;
		}
}

static void
emit(struct clause *c, const struct item *it, struct hits *hits)
{
	const struct class *act_of = it->act, *inner = it->inner;
	struct hit hit = { .effect = (enum effect)it->sign,
	    .weight = it->weight, .span = { it->first, it->end },
	    .stage = it->stage ? it->stage : STAGE_ANNOUNCED };
	const char *kind = act_of ? act_of->operator_kind : NULL;
	uint32_t head = it->head;

	hit.strong = (act_of && act_of->strong) || (inner && inner->strong);
	hit.cap = act_of && act_of->cap > 0 ? act_of->cap :
	    inner ? inner->cap : 0;
	hit.operator_class = act_of;
	hit.object_class = inner;
	hit.action = act_of ? act_of->name : NULL;
	hit.object = inner ? inner->name : NULL;
	hit.rule = hit.action ? hit.action : hit.object;
	hit.domain = inner && inner->domain ? inner->domain :
	    act_of ? act_of->domain : NULL;
	hit.topic = inner && inner->topic ? inner->topic :
	    act_of ? act_of->topic : NULL;
	for (size_t i = 0; i < TAKEN_MAX && it->took != NULL; i++) {
		it = it->took;
		hit.taken[i] = it->act;
	}
	if (!modify(c->view, c->from, c->end, head, kind, &hit))
		return;
	GROW(hits->v, hits->n, hits->cap);
	hits->v[hits->n++] = hit;
}

/* The operator beside the object, in its clause, that does not join with it. */
static const char *
refused_by(const struct clause *c, const struct item *it)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct item *op = &c->items[i];
		uint32_t from = op->end, to = it->first;

		if (op->operator == NULL || op->role == ROLE_OBJECT ||
		    op->turn != 0 || fits(c, &op->operator->with, it->mark))
			continue;
		if (it->end <= op->first) {
			from = it->end;
			to = op->first;
		}
		if (from <= to && to - from <= op->operator->reach &&
		    !any_token(c, from, to, TOKEN_BREAK))
			return op->operator->name;
	}
	return NULL;
}

static void
miss_object(const struct clause *c, const struct item *it)
{
	const char *by = c->view->misses ? refused_by(c, it) : NULL;

	miss_item(c, it, by ? "is in no list that joins with" :
	    "has no operator beside it", by);
}

void
compose_sentence(const struct view *view, const struct sentence *s,
    size_t from, size_t end, struct hits *hits)
{
	struct clause c;

	c.view = view;
	c.hits = hits;
	c.s = s;
	c.from = from;
	c.end = end;
	c.n = 0;	/* the items beyond are not set */
	clause_read(&c);
	if (c.n == 0)
		return;
	chain_objects(&c);
	remember(&c, hits);
	drop_attributes(&c);
	drop_vessels(&c);
	join_compounds(&c);
	join_nominal(&c);
	join_verbal(&c);
	join_comparisons(&c);
	join_sequel(&c);
	join_headline(&c);
	default_objects(&c);
	drop_before_comma(&c);
	for (size_t i = 0; i < c.n; i++) {
		if (c.items[i].role == ROLE_EVENT)
			emit(&c, &c.items[i], hits);
		else if (c.items[i].role == ROLE_OBJECT)
			miss_object(&c, &c.items[i]);
	}
}
