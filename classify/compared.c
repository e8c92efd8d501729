#include "classify/compared.h"

/* Words between numbers that are compared and what they are about. */
#define COMPARE_REACH	12

/* Words between two items; the end of a clause counts for several. */
static uint32_t
distance(const struct clause *c, const struct item *a, const struct item *b)
{
	uint32_t from = a->end, to = b->first;

	if (b->end <= a->first) {
		from = b->end;
		to = a->first;
	}
	if (from >= to)
		return 0;
	/* a colon may part them in a headline: "Rice tariff: 35%, from 50%" */
	return to - from + (any_token(c, from, to, TOKEN_BREAK) ?
	    COMPARE_REACH / 2 : 0);
}

/* The object of the comparison before `op`, when only prepositions part the two:
 * "goes from 10% to 20% on rice, and on wheat from 30% to 15%".  False for none. */
static bool
find_compared(const struct clause *c, const struct item *op, struct item *it)
{
	const struct item *was = op;
	uint32_t join = op->first;

	while (was > c->items && (was == op || was->role == ROLE_NONE))
		was--;
	if (was == op || was->role != ROLE_EVENT || was->turn == 0 ||
	    was->end >= op->first)
		return false;
	while (join > was->end && !token_is(c, join - 1, TOKEN_JOIN))
		join--;
	if (join == was->end || !token_is(c, join, TOKEN_LINK) ||
	    any_token(c, was->end, op->first, TOKEN_BREAK))
		return false;
	*it = renamed(op, was->inner, was->named);
	return can_join(c, op, it);
}

/* The comparison nearest to an event's words that is of its object and names the
 * new number first, "at 5% instead of 10%", or NULL. */
static struct item *
comparison_of(struct clause *c, const struct item *event)
{
	const struct mark *v = c->view->marks.v;
	struct item *best = NULL, named;

	for (size_t i = 0; i < c->n; i++) {
		struct item *op = &c->items[i];

		if (op->turn == 0 || op->role != ROLE_OPERATOR ||
		    distance(c, op, event) > COMPARE_REACH ||
		    !phrase_swapped(c->view->g->lexicon, v[op->mark].phrase))
			continue;
		named = renamed(op, event->inner, event->named);
		if (can_join(c, op, &named) && (best == NULL ||
		    distance(c, op, event) < distance(c, best, event)))
			best = op;
	}
	return best;
}

/* "Sets the tariff at 5% instead of 10%": what only adds says less than the numbers
 * do. */
static void
turn_events(struct clause *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i], *op;
		int sign;

		if (it->role != ROLE_EVENT || it->act == NULL ||
		    it->inner == NULL || it->took != NULL || it->turn != 0 ||
		    it->act->sign <= 0 || is_kind(it, KIND_LEVEL) ||
		    (op = comparison_of(c, it)) == NULL)
			continue;
		sign = op->turn * sign_for(it->inner, KIND_LEVEL);
		if (sign == 0 || sign == it->sign)
			continue;
		it->sign = sign;
		it->act = op->operator;
		absorb(it, op);
	}
}

void
join_comparisons(struct clause *c)
{
	turn_events(c);
	if (has_event(c))
		return;
	for (size_t i = 0; i < c->n; i++) {
		struct item *op = &c->items[i], *best = NULL, named;

		if (op->turn == 0 || op->role != ROLE_OPERATOR)
			continue;
		for (size_t k = 0; k < c->n; k++) {
			struct item *it = &c->items[k];

			if (it->role == ROLE_OBJECT && can_join(c, op, it) &&
			    distance(c, op, it) <= COMPARE_REACH &&
			    (best == NULL ||
			    distance(c, op, it) < distance(c, op, best)))
				best = it;
		}
		if (best == NULL && find_compared(c, op, &named))
			best = &named;
		if (best != NULL)
			join_item(c, op, best);
	}
}

void
join_sequel(struct clause *c)
{
	const struct mark *by;
	uint32_t at;
	int turn;

	if (c->n == ITEMS_MAX || has_event(c))
		return;
	by = sequel_of(c->view, c->s, &at, &turn);
	if (by == NULL)
		return;
	c->items[c->n] = (struct item){ .role = ROLE_OPERATOR, .first = at,
	    .end = at + 1, .head = at, .mark = c->items[0].mark,
	    .named = c->items[0].named, .sequel = by, .turn = turn,
	    .operator = c->view->g->roles[by->phrase].compare, .weight = 1 };
	c->n++;
	join_comparisons(c);
}
