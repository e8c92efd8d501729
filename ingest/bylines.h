/*
 * Who wrote it.  JSON-LD and meta elements are believed first, then what readers
 * see: an element that is called the author's; near the headline also a block
 * that is, a link to an author's page, and a line that says "by".
 */
#ifndef INGEST_BYLINES_H
#define INGEST_BYLINES_H

#include "ingest/heads.h"
#include "ingest/jsonld.h"

/* Fill page->authors; page->site and h->title_at are known. */
void bylines_choose(struct heads *h, struct page *page, const struct jsonld *ld);
/* Add those that `names` names: "A, B and C". */
void bylines_add(struct heads *h, struct page *page, struct str names);

#endif
