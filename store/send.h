/*
 * A sender is a child process that owns one channel and delivers one alert at
 * a time: a command that gets it as JSON on its standard input, or an address
 * it is POSTed to.  The alerter reads the store and has no network; the sender
 * of a webhook has a network and no store; a command has the rights of its user.
 *
 * Start it before the jail.  When the alerter ends, by whatever cause, the
 * sender finishes what it does and ends, too.
 */
#ifndef STORE_SEND_H
#define STORE_SEND_H

#include <sys/types.h>

#include "base/io.h"
#include "store/outbox.h"

struct channel_options {
	const char	*command;	/* for /bin/sh -c; or */
	const char	*webhook;	/* an http or https address */
	const char	*headers;	/* more for the webhook, a line each */
	unsigned	 timeout_ms;	/* of one delivery */
};

struct sender {
	pid_t		pid;
	int		fd;
	struct in	in;
	bool		busy;
};

enum sent_status {
	SENT_DELIVERED,
	SENT_AGAIN,		/* not now; after `seconds`, if not 0 */
	SENT_FAILED		/* never */
};

struct sent {
	enum sent_status	status;
	long			seconds;
	struct str		detail;		/* until the next call */
};

void sender_start(struct sender *s, const struct channel_options *options);
/* Hand it over; `s` is busy until the answer has come. */
void sender_send(struct sender *s, const struct delivery *d);
/* Its answer, when s->fd can be read.  Ends the program when the sender has
 * gone: nothing is lost, the outbox knows what is owed. */
void sender_answer(struct sender *s, struct sent *sent);
void sender_stop(struct sender *s);

#endif
