/*
 * The settings of a verdict: how hits add up, and what else is asked of a language.
 */
#ifndef CLASSIFY_SETTINGS_H
#define CLASSIFY_SETTINGS_H

#include "classify/cursor.h"

/* What holds where no `verdict` statement says otherwise. */
void settings_default(struct grammar *g);
/* The settings of a `verdict` statement, up to its end. */
int settings_read(struct cursor *r);

#endif
