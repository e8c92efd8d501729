/*
 * The fetch child: the one process with a network.  It may open certificates
 * and the resolver's files and nothing else, and it sees HTTP only; what the
 * bodies mean is for the parse child.
 */
#ifndef INGEST_FETCH_H
#define INGEST_FETCH_H

#include <poll.h>

#include "net/http.h"

struct fetcher;

/* Start the child; do it before the caller jails itself, for a jailed parent
 * cannot give a child rights that it has not.  http_setup() comes first. */
struct fetcher *fetcher_new(const struct http_options *options);
/* Ends the child. */
void fetcher_free(struct fetcher *f);
void fetcher_submit(struct fetcher *f, const struct http_request *request);
/* Requests without a reply yet. */
size_t fetcher_pending(const struct fetcher *f);
/* The next reply, valid until the next call of any function here. */
bool fetcher_next(struct fetcher *f, struct http_reply *reply);
/* Would fetcher_next() have one without receiving?  Then poll() must not wait,
 * for what has been received makes no descriptor readable. */
bool fetcher_ready(const struct fetcher *f);
/* For the caller's loop.  With `receive` false nothing is read: replies wait in
 * the child, which then starts no new transfers. */
struct pollfd fetcher_poll(const struct fetcher *f, bool receive);
/* Ends the program when the child is gone, for it cannot be started again:
 * what was not finished is fetched by the next run. */
void fetcher_pump(struct fetcher *f, bool receive);

#endif
