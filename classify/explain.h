/*
 * Verdicts for people: as text, in colour on a terminal; as a page; and why a
 * rule did not hit.
 */
#ifndef CLASSIFY_EXPLAIN_H
#define CLASSIFY_EXPLAIN_H

#include "classify/program.h"

/* Append the verdict; `colour`: with terminal escapes. */
void verdict_explain(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v, bool colour);
/* The same as an article of a page, and what stands around all articles. */
void verdict_html(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v);
void verdict_page_open(struct buf *b);
void verdict_page_close(struct buf *b);
/* Append why bench->misses->wanted did or did not hit in the article just
 * judged. */
void verdict_why_not(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v);

#endif
