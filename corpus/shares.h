/*
 * How often articles count that are many of one kind.
 */
#ifndef CORPUS_SHARES_H
#define CORPUS_SHARES_H

#include "base/opt.h"
#include "corpus/articles.h"

/* By article, from `wishes`, each MEMBER=VALUE:N: those that have the member count
 * together as N at most, the first wish that fits deciding; others once each.  Ends
 * the program at a wish that is none.  To be freed. */
double *shares_of(struct articles *all, const struct opt_list *wishes);
/* The same, only to see that each is one. */
void shares_check(const struct opt_list *wishes);

#endif
