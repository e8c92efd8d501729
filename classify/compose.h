/*
 * Composition: which way a clause moves policy is the product of the signs of
 * its operators and its object.
 *
 *	Ghana lifts the ban on onions		lift - x ban +		= easing
 *	the suspension of the ban was lifted	- x - x +		= tightening
 *	delays rate cut				delay - x (cut - x rate +) = tightening
 *
 * The clause is read as a row of items (operators, objects).  Objects that
 * stand together form one phrase whose head counts ("export ban", "ban on
 * exports": ban).  Operators then take the object or the event beside them,
 * nominal ones first ("removal of the ban"), the others from right to left, on
 * their right in the active voice and on their left in the passive.
 */
#ifndef CLASSIFY_COMPOSE_H
#define CLASSIFY_COMPOSE_H

#include "classify/expr.h"
#include "classify/view.h"

#define FLAGS_MAX	6
/* Operators of one hit below the outermost that are counted. */
#define TAKEN_MAX	3

/* One piece of evidence before it is weighed. */
struct hit {
	const char	*rule;
	enum effect	 effect;
	double		 weight;
	struct span	 span;		/* tokens of its field */
	const char	*action, *object;
	const struct class *operator_class, *object_class; /* or NULL */
	const struct class *taken[TAKEN_MAX];	/* operators between, or NULL */
	enum stage	 stage;
	const char	*domain, *topic;
	const char	*flags[FLAGS_MAX];
	uint8_t		 flag_count;
	bool		 strong;	/* counts without an authority */
	bool		 leads;		/* weighs as in the lead */
	bool		 veto;		/* makes the verdict neutral */
	bool		 lone;		/* silent beside others */
	bool		 worded;	/* by no rule: it tells of no event */
	bool		 outside;	/* only words outside of it modify it */
	double		 cap;		/* of hits like it; 0: none */
	/* set by the judge */
	uint8_t		 field, scope;
	uint32_t	 sentence;	/* of its field */
	bool		 contrasted;	/* its sentence is one half of a story */
	double		 counted;	/* what it added to a mass */
	const char	*actor;
};

struct hits {
	struct hit	*v;
	size_t		 n, cap;
	/* the object named last, for the "it" of the next sentence */
	const struct view	*named_in;
	const struct class	*object;
	uint32_t		 named;		/* its mark */
	uint32_t		 named_until;	/* token where its sentence ends */
};

/* Compose the sentence whose marks are from..end-1, appending hits. */
void compose_sentence(const struct view *view, const struct sentence *s,
    size_t from, size_t end, struct hits *hits);
/* Let the modifiers among the marks act on `hit`, whose word is at `anchor`:
 * false when it is cancelled.  `kind` is of its operator or NULL. */
bool modify(const struct view *view, size_t from, size_t end, uint32_t anchor,
    const char *kind, struct hit *hit);

#endif
