/*
 * Lines between the paragraphs of an article that are not of it, known by their
 * words alone: "Advertisement", "Read more: ...", "Follow us on ...".
 */
#ifndef INGEST_FILLER_H
#define INGEST_FILLER_H

#include "base/str.h"

bool filler_is(struct str block);
/* The address of the page, or of anything else, alone on its line. */
bool filler_is_address(struct str block);

#endif
