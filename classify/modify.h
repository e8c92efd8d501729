/*
 * Which hits a modifier acts on.  modify() itself is in compose.h.
 */
#ifndef CLASSIFY_MODIFY_H
#define CLASSIFY_MODIFY_H

#include "classify/compose.h"

/* Does modifier `m` with this mark govern a hit with its word at `anchor`, or
 * one that covers `span`? */
bool modifier_governs(const struct view *view, const struct class *m,
    const struct mark *at, uint32_t anchor, struct span span);
/* Does it act on operators of this kind, or on hits in this domain? */
bool modifier_is_on(const struct class *m, const char *kind,
    const char *domain);
/* Did a modifier give the hit this flag? */
bool hit_has_flag(const struct hit *hit, const char *flag);

#endif
