/*
 * A view is one field of a text as rules see it: its words, the marks where
 * listed words stand, and what is near them.  It lives as long as the text.
 */
#ifndef CLASSIFY_VIEW_H
#define CLASSIFY_VIEW_H

#include "classify/expr.h"
#include "classify/spots.h"
#include "classify/walk.h"

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

/* What an article is judged by. */
#define ARTICLE_SOURCES	16
struct article {
	struct str	 language;	/* BCP 47, or empty */
	struct str	 title, text;
	struct str	 sources[ARTICLE_SOURCES]; /* hosts, feed title, tags */
	size_t		 source_count;
};

/* One field of a text with its marks. */
struct view {
	const struct grammar	*g;
	struct reader		*reader;
	struct words		 words;
	struct reading		 reading;
	struct outlook		*outlooks;	/* of sentences with any starts */
	size_t			 outlook_count;
	struct finds		 finds, notes;	/* of the outlooks */
	struct finds		 listed;	/* of one of them, */
	struct held		 held;		/* and the classes of one, */
	const struct outlook	*held_of;	/* or NULL */
	struct marks		 marks;		/* of those wanted */
	struct spots		*spots;	/* of the marks looked at now */
	uint16_t		*bits;		/* TOKEN_* by token */
	const struct view	*title;		/* NULL in the title itself */
	const struct view	*text;		/* of a title: what stands below */
	size_t			 lead_marks;	/* of its marks, those in the lead */
	size_t			 near_marks;	/* those near all others there */
	uint32_t		 top_end;	/* the token behind the lead; of a
						 * title all is top */
	class_signs		 beside;	/* signs of the title, or of the lead */
	const struct article	*article;	/* that it is of */
	struct misses		*misses;	/* NULL: nobody asks */
};

void view_init(struct view *view, const struct grammar *g,
    struct reader *reader);
/* Find the sentences and bits of `text`, which must outlive the view. */
void view_read(struct view *view, struct str text, struct arena *a);
/* Read nothing of `text`: no rule can hit in it. */
void view_pass(struct view *view, struct str text);
/* Find what stands in its sentences. */
void view_look(struct view *view, struct arena *a);
/* Find the marks of the outlook's sentence, which is behind those marked. */
void view_mark(struct view *view, struct outlook *o);
/* The signs of the marks from..end-1. */
class_signs view_signs(const struct view *view, size_t from, size_t end);
void view_release(struct view *view);
/* Note a miss of `name`, if it is the one asked for. */
void view_miss(const struct view *view, const char *name, struct span span,
    const char *why, const char *who);
/* The index of the first mark at or behind `token`. */
size_t mark_at(const struct view *view, uint32_t token);
/* Is a word of class `class` in the marks from..end-1? */
bool marks_hold(const struct view *view, size_t from, size_t end,
    uint16_t class);
/* Is there a word of the class in the marks given, in the title, or for a
 * title in the lead? */
bool marks_near(const struct view *view, size_t from, size_t end,
    uint16_t class);
/* Do the conditions hold for the marks given: what is needed near, what must
 * not be not there, and the article from a source that is asked for? */
bool marks_allow(const struct view *view, size_t from, size_t end,
    const struct conditions *when);
/* Note what keeps them from holding, as misses of `name`. */
void miss_conditions(const struct view *view, const char *name,
    struct span span, size_t from, size_t end, const struct conditions *when);
/* Up or down, from the first and the last number of a comparison.  In "from 5 to
 * 3 million" the multiple is of both. */
int turn_of(const struct view *view, const struct mark *m);
/* The mark of the comparison that the next sentence of the lead, or the first below
 * a title, makes with the last number of `s`: "Bond of 30%. It was 10."  That
 * number's token in *at and which way it turned in *turn; NULL for none. */
const struct mark *sequel_of(const struct view *view,
    const struct sentence *s, uint32_t *at, int *turn);
/* Which way the numbers turn that are compared in `span` or nearest to it in
 * the marks given: up 1, down -1, 0 for none. */
int comparison_turn(const struct view *view, size_t from, size_t end,
    struct span span);

#endif
