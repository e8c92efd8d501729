/*
 * Which operators take which objects, and what comes of it: an event, whose sign is
 * the product of theirs.
 */
#ifndef CLASSIFY_TAKE_H
#define CLASSIFY_TAKE_H

#include "classify/clause.h"

/* `other` is used up by `head`, whose words now hold its own. */
void absorb(struct item *head, struct item *other);
/* Does the object keep away from operators like this one?  Then it is not there
 * for it. */
bool refuses(const struct clause *c, const struct item *it,
    const struct item *op);
/* Has the operator's word a list that takes `it`, which can be NULL? */
bool can_join(const struct clause *c, const struct item *op,
    const struct item *it);
/* The operator takes its object: `it` becomes void, the operator an event. */
void join_item(const struct clause *c, struct item *op, struct item *it);
/* An object's sign as this kind of operator sees it: imposing a quota tightens,
 * raising it eases. */
int sign_for(const struct class *object, const char *kind);
bool is_kind(const struct item *op, const char *kind);
/* What was named elsewhere, as an item that stands where `op` does. */
struct item renamed(const struct item *op, const struct class *object,
    size_t named);
/* Did anything compose to more than neutral? */
bool has_event(const struct clause *c);

#endif
