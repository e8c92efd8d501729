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
	held_init(&p->row.held, g);
	held_init(&p->other.held, g);
}

void
spots_release(struct spots *p)
{
	held_release(&p->row.held);
	held_release(&p->other.held);
}

static void
reset_row(struct row *row)
{
	row->from = row->end = 0;
	row->signs = 0;
	row->found = false;
}

void
spots_reset(struct spots *p)
{
	reset_row(&p->row);
	reset_row(&p->other);
}

void
spots_turn(struct spots *p, size_t from, size_t end)
{
	struct row *row = &p->row, last = *row;

	if (row->from == from && row->end == end)
		return;
	*row = p->other;
	p->other = last;
	if (row->from == from && row->end == end)
		return;
	row->from = from;
	row->end = end;
	row->signs = 0;
	row->found = false;
	for (size_t i = from; i < end; i++)
		row->signs |= p->marks->v[i].signs;
}

const struct held *
spots_held(struct spots *p)
{
	struct row *row = &p->row;

	if (row->found)
		return &row->held;
	held_turn(&row->held);
	for (size_t i = row->from; i < row->end; i++)
		held_add(&row->held, p->g->lexicon, p->marks->v[i].phrase);
	row->found = true;
	return &row->held;
}

bool
spots_hold(struct spots *p, uint16_t class)
{
	return (p->g->classes[class].sign_bit & ~p->row.signs) == 0 &&
	    held_has(spots_held(p), class);
}

static bool
phrase_in(const struct lexicon *lex, uint32_t phrase, uint16_t class)
{
	size_t count;
	const uint16_t *classes = classes_of(lex, phrase, &count);

	for (size_t i = 0; i < count; i++)
		if (classes[i] == class)
			return true;
	return false;
}

uint32_t
spots_next(const struct spots *p, uint16_t class, size_t i)
{
	const struct mark *v = p->marks->v;
	class_signs sign = p->g->classes[class].sign_bit;
	size_t end = p->row.end;

	while (i < end && ((sign & ~v[i].signs) != 0 ||
	    !phrase_in(p->g->lexicon, v[i].phrase, class)))
		i++;
	return i < end ? (uint32_t)i : NO_SPOT;
}

uint32_t
spots_first(struct spots *p, uint16_t class)
{
	return spots_hold(p, class) ? spots_next(p, class, p->row.from) :
	    NO_SPOT;
}

bool
mark_in(const struct grammar *g, const struct mark *m, uint16_t class)
{
	return (g->classes[class].sign_bit & ~m->signs) == 0 &&
	    phrase_in(g->lexicon, m->phrase, class);
}
