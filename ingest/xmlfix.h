/*
 * Broken XML made well-formed, so that a strict parser can read it.  What was
 * meant is kept where it can be told: an ampersand that begins nothing, HTML's
 * entities, control characters, text before the declaration, a tag that was not
 * closed, an end tag too many, a document cut off.
 *
 * It is also the only reader of a document type: entities that stand for plain
 * characters are replaced, the declaration itself is dropped, and a document
 * whose entities hold other entities, markup or outside files is refused.
 */
#ifndef INGEST_XMLFIX_H
#define INGEST_XMLFIX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* May it stand in a document at all (XML 1.0, 2.2)? */
bool xml_is_char(uint32_t cp);
/* May an element have so many attributes that comparing each with each takes
 * seconds? */
bool xml_has_giant_tag(struct str text);
/* Append the mended `text`, which is UTF-8, to `to`.  -1: refused. */
int xml_fix(struct str text, struct buf *to, struct arena *a, struct err *err);

#endif
