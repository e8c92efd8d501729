/*
 * The needle of a pattern: letters without which it cannot match.
 *
 *	/\bwant \w+ liberty/	liberty
 *	/(?:first|last) c?all/	all
 *
 * Looking for it costs far less than trying the pattern where it cannot match.
 */
#ifndef CLASSIFY_NEEDLE_H
#define CLASSIFY_NEEDLE_H

#include "base/str.h"

/* The longest, a view of the pattern; one that does not stand in `literal` if there
 * is any, for that is known to be there.  Empty when there is none or the pattern
 * is too clever for us. */
struct str needle_of(struct str pattern, struct str literal);
/* Is it there, in any case of its letters? */
bool needle_in(struct str needle, struct str text);

#endif
