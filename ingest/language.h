/*
 * The language a text is in, by its script and its commonest words: enough to
 * see that what a page declares is not so, which happens with every template
 * that was copied from elsewhere.
 */
#ifndef INGEST_LANGUAGE_H
#define INGEST_LANGUAGE_H

#include "base/str.h"

/* What the text is in, BCP 47: `declared` unless the text is clearly in another
 * language; where nothing is declared, the likeliest; or none. */
struct str language_of_text(struct str text, struct str declared);

#endif
