#include "classify/halves.h"
#include "classify/judge.h"

/* A half in the title that makes it a story of two weighs as much. */
#define TITLE_HALF_LEAST	0.6

/* Are the two the halves of one story: in the title, in one sentence, or beside a
 * word that sets the one against the other? */
static bool
are_halves(const struct hit *a, const struct hit *b)
{
	if (a->effect == 0 || a->effect != -b->effect ||
	    b->scope == PLACED_BODY || b->weight < HALF_LEAST)
		return false;
	return a->contrasted || b->contrasted || (a->field == b->field &&
	    (a->field == FIELD_TITLE || a->sentence == b->sentence));
}

bool
halves_stand_together(const struct hits *hits)
{
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *a = &hits->v[i];

		if (a->scope == PLACED_BODY || a->weight < HALF_LEAST)
			continue;
		for (size_t k = i + 1; k < hits->n; k++)
			if (are_halves(a, &hits->v[k]))
				return true;
	}
	return false;
}

/* Do two hits of the title, both by what is done to what, stand in two halves of
 * it: "widens work permits but raises fee"? */
static bool
are_told_apart(const struct view *title, const struct hit *a,
    const struct hit *b)
{
	const struct hit *left = a->span.first < b->span.first ? a : b,
	    *right = left == a ? b : a;

	if (a->effect != -b->effect || a->effect == EFFECT_NEUTRAL ||
	    a->operator_class == NULL || b->operator_class == NULL)
		return false;
	for (uint32_t i = left->span.end; i < right->span.first; i++)
		if (title->bits[i] & (TOKEN_BREAK | TOKEN_JOIN))
			return true;
	return false;
}

bool
halves_in_title(const struct view *title, const struct hits *hits)
{
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *a = &hits->v[i];

		if (a->field != FIELD_TITLE || a->weight < TITLE_HALF_LEAST)
			continue;
		for (size_t k = i + 1; k < hits->n; k++) {
			const struct hit *b = &hits->v[k];

			if (b->field == FIELD_TITLE &&
			    b->weight >= TITLE_HALF_LEAST &&
			    are_told_apart(title, a, b))
				return true;
		}
	}
	return false;
}

double
halves_lean(const struct hits *hits)
{
	double sum = 0;

	for (size_t i = 0; i < hits->n; i++)
		if (hits->v[i].field == FIELD_TITLE)
			sum += hits->v[i].weight * hits->v[i].effect;
	return sum;
}
