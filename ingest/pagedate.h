/*
 * When it was published, and changed.  pagedate.c says whom it believes.
 */
#ifndef INGEST_PAGEDATE_H
#define INGEST_PAGEDATE_H

#include "ingest/heads.h"
#include "ingest/jsonld.h"

/* Fill the dates of `page`, whose language and address are known. */
void pagedate_choose(struct heads *h, struct page *page, const struct jsonld *ld);
/* The date that `s` tells, for machines or for readers. */
bool pagedate_read(const struct page *page, struct str s, struct date *d);

#endif
