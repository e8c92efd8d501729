/*
 * How far labelers agree beyond chance.  Cohen's kappa (1960) is for two of
 * them; Krippendorff's alpha (nominal) for any number, with gaps.
 */
#ifndef CORPUS_AGREEMENT_H
#define CORPUS_AGREEMENT_H

#include "corpus/score.h"

/* How many labelers gave one article each label. */
struct votes {
	unsigned	n[LABELS];
};

/* Of a table [one's label][the other's]; NAN when chance alone agrees. */
double cohen_kappa(const struct confusion *table);
/* NAN when no article has two labels, or all labels are the same. */
double krippendorff_alpha(const struct votes *articles, size_t count);

#endif
