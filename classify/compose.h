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
#include "classify/reader.h"

#define FLAGS_MAX	6

/* One piece of evidence before it is weighed. */
struct hit {
	const char	*rule;
	enum effect	 effect;
	double		 weight;
	struct span	 span;		/* tokens of its field */
	const char	*action, *object;
	const struct class *operator_class, *object_class; /* or NULL */
	enum stage	 stage;
	const char	*domain, *topic;
	const char	*flags[FLAGS_MAX];
	uint8_t		 flag_count;
	bool		 strong;	/* counts without an authority */
	bool		 leads;		/* weighs as in the lead */
	/* set by the judge */
	uint8_t		 field, scope;
	uint32_t	 sentence;	/* of its field */
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

/* Why a list or a rule whose words stand there made no hit, for --why-not. */
struct miss {
	const char	*name;
	struct span	 span;
	const char	*why;
	const char	*who;		/* the list that kept it away, or NULL */
	uint8_t		 field;
};

struct misses {
	const char	*wanted;	/* the name asked for */
	struct miss	*v;
	size_t		 n, cap;
};

/* One field of a text with its marks. */
struct view {
	const struct grammar	*g;
	struct reader		*reader;
	struct words		 words;
	struct marks		 marks;
	uint16_t		*bits;		/* TOKEN_* by token */
	const struct view	*title;		/* NULL in the title itself */
	const struct view	*text;		/* of a title: what stands below */
	size_t			 lead_marks;	/* of its marks, those in the lead */
	struct misses		*misses;	/* NULL: nobody asks */
};

/* Find the sentences, marks and bits of `text`, which must outlive the view. */
void view_read(struct view *view, struct str text, struct arena *a);
void view_release(struct view *view);
/* Note a miss of `name`, if it is the one asked for. */
void view_miss(const struct view *view, const char *name, struct span span,
    const char *why, const char *who);
/* Is there a word of the class in the marks given, in the title, or for a
 * title in the lead? */
bool marks_near(const struct view *view, size_t from, size_t end,
    uint16_t class);
/* Are all of `needs` near and none of `unless` in the marks given? */
bool marks_allow(const struct view *view, size_t from, size_t end,
    const struct references *needs, const struct references *unless);
/* Which way the numbers turn that are compared in `span` or nearest to it in
 * the marks given: up 1, down -1, 0 for none. */
int comparison_turn(const struct view *view, size_t from, size_t end,
    struct span span);
/* Compose the sentence whose marks are from..end-1, appending hits. */
void compose_sentence(const struct view *view, const struct sentence *s,
    size_t from, size_t end, struct hits *hits);
/* Let the modifiers among the marks act on `hit`, whose word is at `anchor`:
 * false when it is cancelled.  `kind` is of its operator or NULL. */
bool modify(const struct view *view, size_t from, size_t end, uint32_t anchor,
    const char *kind, struct hit *hit);

#endif
