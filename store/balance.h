/*
 * The balance of easing and tightening by period and group, the index that
 * researchers publish.  A story votes once in a period and group, with its first
 * article there.  The net share is (easing - tightening) / (easing + tightening
 * + mixed): -1 all tightening, +1 all easing; neutral votes are counted beside
 * it.  The interval is the middle 95 % of 1,000 bootstrap samples of the votes,
 * drawn from a seed that is always the same unless asked otherwise, so that the
 * same store gives the same figures.
 */
#ifndef STORE_BALANCE_H
#define STORE_BALANCE_H

#include "store/column.h"

struct balance;

/* `period` is COLUMN_DAY, _WEEK or _MONTH; `group` a column, or COLUMNS for one
 * balance of all. */
struct balance *balance_new(enum column period, enum column group,
    uint64_t seed);
void balance_free(struct balance *bal);
void balance_count(struct balance *bal, const struct article *art);
/* A row for each period and group, in their order.  As text with a bar from -1
 * to +1 that shows the interval and the net share; as a plot at most `columns`
 * wide, or SVG, a picture for each group. */
void balance_put(struct balance *bal, struct buf *b, enum table_format format,
    bool raw, unsigned columns);

#endif
