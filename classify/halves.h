/*
 * Halves: is the news that hits tell one story that goes both ways, or a move and
 * its history?
 *
 *	Riyadh widens work permits but raises fee		both ways
 *	Riyadh lifts the ban.  It was imposed after a war.	a move
 */
#ifndef CLASSIFY_HALVES_H
#define CLASSIFY_HALVES_H

#include "classify/compose.h"

/* A half of a mixed story that weighs less is an aside. */
#define HALF_LEAST	0.3

/* Do hits of both ways stand in the title, in one sentence of the lead, or beside
 * a word that sets the one against the other? */
bool halves_stand_together(const struct hits *hits);
/* Is the title itself of two halves? */
bool halves_in_title(const struct view *title, const struct hits *hits);
/* What the title says, tightening less easing. */
double halves_lean(const struct hits *hits);

#endif
