/*
 * Phrases of rule files that may not say what their writer meant.  In
 *
 *	"on the sick list|on parole"	(the, then sick, then list or on, then parole)
 *
 * a | joins two words and not two phrases; nothing is wrong with it but that no
 * text will ever hold it.
 */
#ifndef CLASSIFY_DOUBT_H
#define CLASSIFY_DOUBT_H

#include "base/buf.h"
#include "classify/grammar.h"

/* Append a line `file:line: "phrase" what` for each doubtful one of the language;
 * their number. */
size_t doubt_phrases(const struct grammar *g, const struct rulefiles *files,
    struct buf *b);

#endif
