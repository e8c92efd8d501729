/*
 * Numbers that are compared speak where no verb does, "rice tariff 50%, from 35%", and
 * say more than a verb that only adds.
 */
#ifndef CLASSIFY_COMPARED_H
#define CLASSIFY_COMPARED_H

#include "classify/take.h"

/* Let the comparisons of the clause take their objects. */
void join_comparisons(struct clause *c);
/* Let that of the next sentence, where the clause has none: "Bond now 30 percent.
 * Was 10." */
void join_sequel(struct clause *c);

#endif
