/*
 * Selectors: which nodes of a tree are meant, in the part of CSS that people
 * write for this.
 *
 *	article > p, div.story-text p, #lead, [itemprop=author], a[href^="/by/"]
 *
 * A step is an element's name or '*', then .class, #id, [attribute] and
 * [attribute OP value] with OP one of = ~= ^= $= *=; steps are joined by a
 * space (anywhere inside) or '>' (directly inside), alternatives by ','.
 */
#ifndef INGEST_SELECT_H
#define INGEST_SELECT_H

#include "base/err.h"
#include "ingest/tree.h"

struct select;

/* Compile `text`, which must live as long as what is made in `a`.  NULL on a
 * mistake: the reason in err->msg, *at: where it is. */
struct select *select_parse(struct str text, struct arena *a, size_t *at,
    struct err *err);
/* The first match after `node`, or 0.  Start with the root, 0. */
uint32_t select_next(const struct select *select, const struct tree *tree,
    uint32_t node);

#endif
