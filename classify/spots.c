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

static void
add_spot(struct spots *p, uint16_t class, uint32_t mark)
{
	struct head *head = &p->heads[class];

	GROW(p->v, p->n, p->cap);
	p->v[p->n] = (struct spot){ mark,
	    head->round == p->round ? head->first : NO_SPOT };
	*head = (struct head){ p->round, (uint32_t)p->n++ };
}

/* From the last mark to the first, so that each is put before those behind. */
static void
find(struct spots *p)
{
	if (p->heads == NULL || p->round == UINT32_MAX) {
		free(p->heads);
		p->heads = xcalloc(p->g->class_count, sizeof(*p->heads));
		p->round = 0;
	}
	p->round++;
	p->n = 0;
	for (size_t i = p->end; i-- > p->from; ) {
		size_t count;
		const uint16_t *classes = classes_of(p->g->lexicon,
		    p->marks->v[i].phrase, &count);

		for (size_t k = 0; k < count; k++)
			add_spot(p, classes[k], (uint32_t)i);
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
