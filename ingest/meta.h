/*
 * What a page says of its article: title, authors, dates, language, address,
 * site, image, tags.  Sources contradict each other on most pages; meta.c says
 * for each member which is believed first, and why.
 */
#ifndef INGEST_META_H
#define INGEST_META_H

#include "ingest/jsonld.h"
#include "ingest/page.h"
#include "ingest/tree.h"

/* Fill all of `page` but its text; page->url is the address it came from, and
 * `rule` the one for its site, or NULL. */
void page_meta_read(struct page *page, const struct tree *tree,
    const struct jsonld *ld, const struct override *rule, struct arena *a);

#endif
