/*
 * The poller: the parent of ingest.  It owns the schedule and the state, hands
 * addresses to the fetch child and bytes to the parse children, joins what
 * comes back into records, and prints them.
 *
 * A feed's answer is an unfinished thing until each of its articles is safe:
 * printed, or acknowledged where acknowledgements are asked for.  Only then are
 * its validators kept, so that after a crash the server sends it again.
 *
 * Nothing in here sleeps but the one poll() of poller_run(): not even writing,
 * for who does not read our output may be waiting for us to read its
 * acknowledgements.
 */
#ifndef INGEST_POLLER_H
#define INGEST_POLLER_H

#include <signal.h>

#include "base/io.h"
#include "ingest/fetch.h"
#include "ingest/list.h"
#include "ingest/parser.h"
#include "ingest/state.h"
#include "ingest/warc.h"

struct poller;

struct poller_options {
	struct state	*state;
	struct fetcher	*fetcher;
	struct parser	*parser;
	const char	*quarantine;	/* folder, or NULL */
	struct warc_out	*archive;	/* every answer goes there, too, or NULL;
					 * the fetcher then leaves codings */
	int		 acks;		/* descriptor of --acks, or -1 */
	bool		 once;
	bool		 robots;	/* obey robots.txt for pages */
	bool		 progress;	/* on stderr, for a person */
};

struct poller *poller_new(const struct poller_options *options);
void poller_free(struct poller *p);
/* Watch these feeds and no others.  The list, malloc'ed, is the poller's then:
 * it is freed when no article is on its way from any of its feeds. */
void poller_watch(struct poller *p, struct list *list);
/* Poll till *stop is set, or once.  Returns an exit code.  When *reload is set,
 * it returns EXIT_DONE early, with *reload still set. */
int poller_run(struct poller *p, volatile sig_atomic_t *stop,
    volatile sig_atomic_t *reload, const sigset_t *while_asleep);

#endif
