#include <stdlib.h>

#include "classify/spots.h"
#include "classify/trie.h"

void
spots_init(struct spots *p, const struct grammar *g,
    const struct marks *marks)
{
	*p = (struct spots){ .g = g, .marks = marks,
	    .held = xcalloc(g->class_count, sizeof(*p->held)) };
}

void
spots_release(struct spots *p)
{
	free(p->held);
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
find(struct spots *p)
{
	if (++p->round == 0) {
		memset(p->held, 0, p->g->class_count * sizeof(*p->held));
		p->round = 1;
	}
	for (size_t i = p->from; i < p->end; i++) {
		size_t count;
		const uint16_t *classes = classes_of(p->g->lexicon,
		    p->marks->v[i].phrase, &count);

		for (size_t k = 0; k < count; k++)
			p->held[classes[k]] = p->round;
	}
	p->found = true;
}

bool
spots_hold(struct spots *p, uint16_t class)
{
	if ((p->g->classes[class].sign_bit & ~p->signs) != 0)
		return false;
	if (!p->found)
		find(p);
	return p->held[class] == p->round;
}

uint32_t
spots_next(const struct spots *p, uint16_t class, size_t i)
{
	while (i < p->end && !mark_in(p->g, &p->marks->v[i], class))
		i++;
	return i < p->end ? (uint32_t)i : NO_SPOT;
}

uint32_t
spots_first(struct spots *p, uint16_t class)
{
	return spots_hold(p, class) ? spots_next(p, class, p->from) : NO_SPOT;
}

bool
mark_in(const struct grammar *g, const struct mark *m, uint16_t class)
{
	size_t count;
	const uint16_t *classes;

	if ((g->classes[class].sign_bit & ~m->signs) != 0)
		return false;
	classes = classes_of(g->lexicon, m->phrase, &count);
	for (size_t i = 0; i < count; i++)
		if (classes[i] == class)
			return true;
	return false;
}
