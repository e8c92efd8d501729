#include <stdlib.h>

#include "classify/spots.h"
#include "classify/trie.h"

void
spots_init(struct spots *p, const struct grammar *g,
    const struct marks *marks)
{
	*p = (struct spots){ .g = g, .marks = marks };
}

void
spots_release(struct spots *p)
{
	free(p->heads);
	free(p->v);
}

void
spots_reset(struct spots *p)
{
	p->from = p->end = 0;
	p->signs = 0;
	p->found = false;
}

void
spots_turn(struct spots *p, size_t from, size_t end)
{
	if (p->from == from && p->end == end)
		return;
	p->from = from;
	p->end = end;
	p->signs = 0;
	p->found = false;
	for (size_t i = from; i < end; i++)
		p->signs |= p->marks->v[i].signs;
}

/* Room for `more` spots behind the first `n`. */
static struct spot *
make_room(struct spots *p, size_t n, size_t more)
{
	if (n + more > p->cap) {
		p->cap = 2 * (n + more);
		p->v = xreallocarray(p->v, p->cap, sizeof(*p->v));
	}
	return p->v;
}

/* From the last mark to the first, so that each is put before those behind. */
static void
find(struct spots *p)
{
	struct head *heads;
	uint32_t round, n = 0;

	if (p->heads == NULL || p->round == UINT32_MAX) {
		free(p->heads);
		p->heads = xcalloc(p->g->class_count, sizeof(*p->heads));
		p->round = 0;
	}
	heads = p->heads;
	round = ++p->round;
	for (size_t i = p->end; i-- > p->from; ) {
		size_t count;
		const uint16_t *classes = classes_of(p->g->lexicon,
		    p->marks->v[i].phrase, &count);
		struct spot *v = make_room(p, n, count);

		for (size_t k = 0; k < count; k++, n++) {
			struct head *head = &heads[classes[k]];

			v[n] = (struct spot){ (uint32_t)i,
			    head->round == round ? head->first : NO_SPOT };
			*head = (struct head){ round, n };
		}
	}
	p->found = true;
}

uint32_t
spots_first(struct spots *p, uint16_t class)
{
	if (!p->found) {
		if ((p->g->classes[class].sign_bit & ~p->signs) != 0)
			return NO_SPOT;
		find(p);
	}
	return p->heads[class].round == p->round ? p->heads[class].first :
	    NO_SPOT;
}
