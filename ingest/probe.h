/*
 * Probing a list: each feed is asked once, and a table tells people what came:
 * HTTP's status, how many entries, how many of them carry their text, how old
 * the newest is, or what went wrong.
 */
#ifndef INGEST_PROBE_H
#define INGEST_PROBE_H

#include "base/io.h"
#include "ingest/fetch.h"
#include "ingest/list.h"
#include "ingest/parser.h"

/* Print the table, in the list's order.  How many feeds gave no entries. */
size_t probe_list(const struct list *list, struct fetcher *fetcher,
    struct parser *parser, struct out *out);

#endif
