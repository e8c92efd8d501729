/*
 * The clause as compose.c finds it: a row of items, each of them an operator or
 * an object in its place.  Words of both kinds are settled by what stands beside
 * them; what tells of earlier times, or in passing, is no item any more.
 */
#ifndef CLASSIFY_CLAUSE_H
#define CLASSIFY_CLAUSE_H

#include "classify/compose.h"

/* Items of one sentence; a sentence with more is a list, not news. */
#define ITEMS_MAX	64
/* Words between a head and what a preposition ties to it: "ban on all raw
 * sugar exports". */
#define LINK_REACH	5

enum role {
	ROLE_NONE,		/* used up, or void */
	ROLE_OPERATOR,
	ROLE_OBJECT,
	ROLE_EVENT		/* operator and object, composed */
};

struct item {
	enum role	 role;
	uint32_t	 first, end;	/* tokens it covers */
	uint32_t	 head;		/* first token of its own word */
	uint32_t	 mark;		/* its word among the view's marks */
	const struct mark *sequel;	/* or that of the sentence behind, or NULL */
	uint32_t	 named;		/* that of its object: may be another */
	const struct class *operator;	/* NULL: none */
	const struct class *object;
	int		 sign;		/* of an object or event */
	int		 turn;		/* of a comparison: up 1, down -1 */
	bool		 parted;	/* an operator with words in between */
	enum stage	 stage;
	double		 weight;
	const struct class *act;	/* outermost operator of an event */
	const struct class *inner;	/* innermost object of an event */
	const struct item *took;	/* the event it took, or NULL */
};

struct clause {
	const struct view	*view;
	const struct hits	*hits;
	const struct sentence	*s;
	size_t			 from, end;	/* marks */
	struct item		 items[ITEMS_MAX];
	size_t			 n;
};

/* Gather the items of the marks from..end-1 and settle what they are. */
void clause_read(struct clause *c);
/* The first of the marks on the very words of `mark`: a stem and a raw form may
 * both be named.  They stand in a row. */
size_t first_alike(const struct clause *c, uint32_t mark);
/* The next mark from `i` on with the words of `mark`, or `c->end`. */
size_t next_alike(const struct clause *c, uint32_t mark, size_t i);
/* Is one of `refs` a class of the mark's words?  No references allow all. */
bool fits(const struct clause *c, const struct references *refs, uint32_t mark);
/* The class, or NULL: a list whose needs the sentence does not meet is not there
 * at all, so that another one with the same word can count. */
const struct class *present(const struct clause *c, const struct class *class);
/* Tell who asked why the item makes no hit. */
void miss_item(const struct clause *c, const struct item *it, const char *why,
    const char *who);

static inline bool
any_token(const struct clause *c, uint32_t from, uint32_t end, uint16_t bit)
{
	for (uint32_t i = from; i < end; i++)
		if (c->view->bits[i] & bit)
			return true;
	return false;
}

static inline bool
token_is(const struct clause *c, uint32_t at, uint16_t bit)
{
	return at >= c->s->first && at < c->s->end &&
	    (c->view->bits[at] & bit);
}

static inline bool
is_comma(const struct clause *c, uint32_t at)
{
	return c->view->words.tokens[at].kind == TOKEN_MARK &&
	    token_is(c, at, TOKEN_JOIN);
}

#endif
