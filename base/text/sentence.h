/*
 * Where sentences end.  A full stop ends one unless it belongs to a number, an
 * initial, an ordinal or an abbreviation, or the text goes on in lower case.
 * After an abbreviation that can also stand last ("the U.S.", "fish, etc.") a
 * sentence ends where the next word is one that begins sentences: "The", "Il".
 * The lists of words serve all our languages at once, for a splitter is asked
 * before anybody knows the language; what is one in one language and an
 * ordinary word in another is asked for its capital.
 *
 * tests/text/sentences.txt is the labelled file that this is measured by.
 */
#ifndef BASE_TEXT_SENTENCE_H
#define BASE_TEXT_SENTENCE_H

#include "base/text/words.h"

/* Does token number `i`, a mark or a word with a point at its end, end the
 * sentence?  What closes it behind that token, quotation marks and brackets, ends
 * at *end. */
bool sentence_ends(struct splitter *sp, size_t i, size_t *end);
/* Does the line break at sp->at do so, where the next line begins at `next`? */
bool line_ends_sentence(struct splitter *sp, size_t next);

#endif
