#include <stdlib.h>

#include "classify/spots.h"
#include "classify/trie.h"

void
held_init(struct held *h, const struct grammar *g)
{
	*h = (struct held){ .count = g->class_count, .round = 1,
	    .in = xcalloc(g->class_count, sizeof(*h->in)) };
}

void
held_release(struct held *h)
{
	free(h->in);
}

void
held_turn(struct held *h)
{
	if (++h->round > 0)
		return;
	memset(h->in, 0, h->count * sizeof(*h->in));
	h->round = 1;
}

void
held_add(struct held *h, const struct lexicon *lex, uint32_t phrase)
{
	size_t count;
	const uint16_t *classes = classes_of(lex, phrase, &count);

	for (size_t i = 0; i < count; i++)
		held_put(h, classes[i]);
}

void
spots_init(struct spots *p, const struct grammar *g,
    const struct marks *marks)
{
	*p = (struct spots){ .g = g, .marks = marks };
	held_init(&p->held, g);
}

void
spots_release(struct spots *p)
{
	held_release(&p->held);
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

const struct held *
spots_held(struct spots *p)
{
	if (p->found)
		return &p->held;
	held_turn(&p->held);
	for (size_t i = p->from; i < p->end; i++)
		held_add(&p->held, p->g->lexicon, p->marks->v[i].phrase);
	p->found = true;
	return &p->held;
}

bool
spots_hold(struct spots *p, uint16_t class)
{
	return (p->g->classes[class].sign_bit & ~p->signs) == 0 &&
	    held_has(spots_held(p), class);
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
