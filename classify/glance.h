/*
 * A glance at an article, before it is cut into words: can any rule hit in it?
 *
 * Where rules are many and their words rare, most articles hold none of what a rule
 * asks for together.  So a glance looks only at words that rules may name, by their
 * first letters, and at which of them meet:
 *
 *	rule	"export quota" or quota near/5 tariff
 *	text	... the quota was met ...		nothing can hit
 *	text	... quota ... and no tariff ...		it has to be read
 *
 * Rules of operators and objects meet everywhere; of those no glance tells.
 */
#ifndef CLASSIFY_GLANCE_H
#define CLASSIFY_GLANCE_H

#include "classify/walk.h"

struct grammar;
struct glance;

/* One thread's storage; NULL where a glance tells nothing.  `reader` must outlive
 * it. */
struct glance *glance_new(const struct grammar *g, struct reader *reader);
void glance_free(struct glance *gl);
/* May a rule hit in the article?  It may also for other reasons than what stands
 * there: where most articles have to be read, few are glanced at. */
bool glance_may_hit(struct glance *gl, struct str title, struct str text);

#endif
