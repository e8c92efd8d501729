/*
 * What ingest remembers between polls: the feeds, and which articles have been
 * handed on.  It lives in memory and in one append-only file of JSON lines,
 * STATE/state.jsonl, where the last line about a thing counts; a torn last line
 * is dropped, and a file that is mostly history is written anew beside and
 * renamed.  An article is remembered only once it is safe where it went, so a
 * crash repeats articles and never loses one.
 */
#ifndef INGEST_STATE_H
#define INGEST_STATE_H

#include <stdint.h>

#include "base/err.h"

#define STATE_KEY	16	/* bytes of an article's key, hashed */

struct state;

struct feed_state {
	size_t		 number;	/* its place among all */
	char		*id;		/* the address in the list, for good */
	char		*url;		/* where it is now */
	char		*title, *home;
	char		*etag, *modified;	/* verbatim, of the last answer
						 * whose articles are all safe */
	char		*body;		/* digest of that answer */
	char		*index;		/* the id of the sitemap index that has
					 * it, or NULL */
	char		*moved_to;	/* where permanent redirects point */
	char		*error;		/* of the last poll, or NULL */
	long long	 moved_seen;	/* polls in a row that said so */
	long long	 interval;	/* seconds; 0: never polled */
	long long	 next_poll, not_before;	/* seconds since 1970 */
	long long	 first_poll, last_success, last_new;
	long long	 errors;	/* in a row */
	long long	 articles;	/* handed on after first_poll */
	long long	 gone;		/* it said 410 */
	long long	 found;		/* a page led to its address */
	long long	 dropped;	/* its index left it out: forgotten when the
					 * file is written anew */
	long long	 said, said_at;	/* what was last reported of it, when */
};

/* Open the state in the folder `dir`, made where it is missing; NULL: keep it
 * in memory only.  A second owner is refused.  `readable` opens it to look at
 * only, beside its owner. */
struct state *state_open(const char *dir, bool readable, struct err *err);
void state_close(struct state *s);

/* The feed called `id`, made where it is new; it lives as long as `s`. */
struct feed_state *state_feed(struct state *s, const char *id);
bool state_has_feed(const struct state *s, const char *id);
/* All feeds; the order is that of their first appearance. */
size_t state_count(const struct state *s);
struct feed_state *state_nth(const struct state *s, size_t n);
/* Set one of the strings. */
void state_set(char **member, struct str value);
/* Write down what the feed has become. */
void state_save(struct state *s, const struct feed_state *feed);

/* What the state has instead of a key. */
void state_hash(struct str key, unsigned char hashed[STATE_KEY]);
/* Is this version of the article remembered?  Keeps the memory fresh. */
bool state_knows(struct state *s, const unsigned char key[STATE_KEY],
    uint64_t version, int64_t now);
void state_remember(struct state *s, const unsigned char key[STATE_KEY],
    uint64_t version, int64_t now);
/* Hand what was saved and remembered to the file. */
void state_flush(struct state *s);

#endif
