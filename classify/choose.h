/*
 * Which sentences are worth reading.  Most can make no hit and show it by the words
 * that stand in them, before marks are made: an operator without an object that it
 * takes, a rule's word without the others that the rule asks for.
 */
#ifndef CLASSIFY_CHOOSE_H
#define CLASSIFY_CHOOSE_H

#include "classify/view.h"

/* Does the sentence begin in the title or in the lead? */
static inline bool
is_top(const struct view *view, const struct outlook *o)
{
	return view->words.sentences[o->sentence].first < view->top_end;
}

/* Choose what is wanted of the view, and what of it composes; the top of it has its
 * marks, and is wanted. */
void choose_sentences(struct view *view);

#endif
