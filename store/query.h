/*
 * The query language, for `query`, `--match` and whoever asks a store:
 *
 *	label:easing domain:trade confidence>0.6 text:"rare earths"
 *
 * Terms stand side by side and must all hold; "or", "not" (or a minus sign) and
 * parentheses combine them.  Records that are no articles match only a query
 * that asks for their type.  stance-query(5) is the manual.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/index.h"

struct query;

/* Compile `text`; times relative to `now`.  NULL with the column and the reason
 * otherwise.  Regular expressions are compiled here, so before the jail. */
struct query *query_new(const char *text, int64_t now, struct err *err);
void query_free(struct query *q);
bool query_match(struct query *q, const struct article *art);
/* No article stored before this time can match; INT64_MIN: any may.  Whoever
 * asks can begin there. */
int64_t query_earliest(const struct query *q);
/* What an index can tell of it: rows that do not pass cannot match. */
void query_sieve(const struct query *q, struct sieve *sieve);
/* Write it as it was understood: every value in quotes, times in UTC.  It reads back
 * as the same query. */
void query_put(const struct query *q, struct buf *b);
/* A regular expression gave up on some text (its cost has a ceiling) and was
 * taken not to match: how often. */
unsigned long query_gave_up(const struct query *q);

/* Append `sign` (" label:", ",") and the value in quotes to a query's text. */
void query_add_value(struct buf *text, const char *sign, struct str value);

#endif
