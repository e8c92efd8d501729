#include <assert.h>
#include <math.h>

#include "classify/take.h"

void
absorb(struct item *head, struct item *other)
{
	if (other->first < head->first)
		head->first = other->first;
	if (other->end > head->end)
		head->end = other->end;
	other->role = ROLE_NONE;
}

bool
refuses(const struct clause *c, const struct item *it, const struct item *op)
{
	const struct references *with;

	if (it->role != ROLE_OBJECT)
		return false;
	with = &it->object->with;
	if (op->sequel == NULL)
		return !fits(c, with, op->mark);
	for (size_t i = 0; i < with->n; i++)
		if (mark_in(c->view->g, op->sequel, with->v[i]))
			return false;
	return with->n > 0;
}

/* Can `operator`, standing where `op` does, take `it`? */
static bool
accepts(const struct clause *c, const struct class *operator,
    const struct item *op, const struct item *it)
{
	if (it->role == ROLE_EVENT)
		return op->turn == 0 && (fits(c, &operator->with, it->named) ||
		    fits(c, &operator->with, it->mark));
	return fits(c, &operator->with, it->named) && !refuses(c, it, op);
}

/* The first operator of mark `m` that takes `it` where `op` stands, or NULL. */
static const struct class *
willing(const struct clause *c, size_t m, const struct item *op,
    const struct item *it)
{
	const struct grammar *g = c->view->g;
	size_t count;
	const uint16_t *ids = phrase_classes(g->lexicon,
	    c->view->marks.v[m].phrase, &count);
	const struct class *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct class *other = &g->classes[ids[i]];

		if (other->kind == CLASS_OPERATOR &&
		    (best == NULL || other < best) &&
		    present(c, other) != NULL && accepts(c, other, op, it))
			best = other;
	}
	return best;
}

/* The operator that takes `it`, or NULL.  Words can stand in two lists that
 * differ in their objects: to extend a ban is one thing, to extend a licence
 * another.  The list that was read first is asked first. */
static const struct class *
operator_for(const struct clause *c, const struct item *op,
    const struct item *it)
{
	const struct class *best = NULL;

	if (it == NULL)
		return NULL;
	if (op->turn != 0)
		return accepts(c, op->operator, op, it) ? op->operator : NULL;
	for (size_t m = next_alike(c, op->mark, first_alike(c, op->mark));
	    m < c->end; m = next_alike(c, op->mark, m + 1)) {
		const struct class *other = willing(c, m, op, it);

		if (other != NULL && (best == NULL || other < best))
			best = other;
	}
	return best;
}

bool
can_join(const struct clause *c, const struct item *op, const struct item *it)
{
	return operator_for(c, op, it) != NULL;
}

bool
is_kind(const struct item *op, const char *kind)
{
	const char *own = op->operator->operator_kind;

	return own != NULL && strcmp(own, kind) == 0;
}

int
sign_for(const struct class *object, const char *kind)
{
	for (size_t i = 0; i < object->on_count; i++)
		if (kind != NULL && strcmp(object->on[i], kind) == 0)
			return object->on_sign[i];
	return object->sign;
}

/* "The tax on shares held for a year": what only keeps a thing, and stands behind
 * it, says which is meant. */
static bool
is_attributive(const struct item *it)
{
	return it->sign == 0 && it->inner != NULL && it->head > it->first;
}

/* "Cancels the rise in the tax": what is done in so many words to a doing is meant,
 * even where the inner word alone says little. */
static double
weight_for(const struct class *operator, const struct item *it)
{
	if (it->role != ROLE_EVENT)
		return it->weight * it->object->weight;
	if (is_attributive(it))
		return it->inner->weight;
	return operator->weight < 1 || it->sign == 0 || it->inner == NULL ?
	    it->weight : fmax(it->weight, it->inner->weight);
}

void
join_item(const struct clause *c, struct item *op, struct item *it)
{
	int sign;

	op->operator = operator_for(c, op, it);
	assert(op->operator != NULL);
	sign = op->turn ? op->turn : op->operator->sign;
	op->sign = sign * (it->role == ROLE_EVENT && !is_attributive(it) ?
	    it->sign : sign_for(it->role == ROLE_EVENT ? it->inner : it->object,
	    op->turn ? KIND_LEVEL : op->operator->operator_kind));
	op->inner = it->role == ROLE_EVENT ? it->inner : it->object;
	op->act = op->operator;
	op->weight = op->operator->weight * weight_for(op->operator, it);
	op->stage = op->operator->stage ? op->operator->stage : it->stage;
	op->named = it->named;
	op->took = it->role == ROLE_EVENT ? it : NULL;
	op->role = ROLE_EVENT;
	absorb(op, it);
}

struct item
renamed(const struct item *op, const struct class *object, size_t named)
{
	return (struct item){ .role = ROLE_OBJECT, .first = op->first,
	    .end = op->end, .head = op->first, .mark = named, .named = named,
	    .object = object, .sign = object->sign, .weight = 1 };
}

bool
has_event(const struct clause *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].role == ROLE_EVENT && c->items[i].sign != 0)
			return true;
	return false;
}
