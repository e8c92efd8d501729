/*
 * Counting articles by columns: --group-by day,label.  An article with two
 * domains counts once for each.
 */
#ifndef STORE_GROUP_H
#define STORE_GROUP_H

#include "store/column.h"

struct groups;

struct groups *groups_new(const struct columns *by);
void groups_free(struct groups *g);
void groups_count(struct groups *g, const struct article *art);
/* Write them in the order of their values, with a line of names in all formats
 * but JSON Lines. */
void groups_put(struct groups *g, struct buf *b, enum table_format format,
    bool raw);

#endif
