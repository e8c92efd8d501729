/*
 * What a page gives, and why each of its blocks was kept or dropped, for people:
 * as lines of text, which begin with '+' for what is kept and '-' for what is
 * not, or as a page in colours that holds nothing but text.
 */
#ifndef INGEST_EXPLAIN_H
#define INGEST_EXPLAIN_H

#include "ingest/page.h"

/* `reason`: why the page was refused, or NULL. */
void explain_text(struct buf *to, const struct page *page,
    const struct page_sight *sight, const char *reason, struct arena *a);
void explain_html(struct buf *to, const struct page *page,
    const struct page_sight *sight, const char *reason, struct arena *a);

#endif
