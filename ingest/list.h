/*
 * The list of feeds: a plain text file with an address a line, or OPML.
 *
 *	# central banks
 *	https://bank.example/rss  tag=official interval=5m
 *	https://desk.example/atom tag="trade press" content=page
 *
 * What may follow the address:
 *	interval=N[smhd]	poll so often, whatever the feed does
 *	content=feed|page|auto	take the text from the feed, from the page, or
 *				from the feed where it has all of it (auto)
 *	id=auto|link		trust the feed's ids, or go by links
 *	tag=TAG			goes into feed.tags; may be given again
 *	agent="TEXT"		another User-Agent
 *	header="NAME: VALUE"	sent with the feed's requests; may be given again
 *	title="TEXT"		instead of the feed's own
 *	zone=ZONE		its dates are of the clock there, whatever zone
 *				they name (ingest/zone.h)
 *	home=URL source=URL	its page, and the document that names it: kept
 *
 * A double quote inside of quotes is written twice.
 */
#ifndef INGEST_LIST_H
#define INGEST_LIST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum content_policy {
	CONTENT_AUTO,
	CONTENT_FEED,
	CONTENT_PAGE
};

/* Its strings live with the list. */
struct subscription {
	struct list	*list;
	char		*url, *title, *agent, *headers, *zone, *home, *source;
	struct str	*tags;
	size_t		 ntags, cap;
	long long	 interval;	/* seconds, 0: as it changes */
	enum content_policy content;
	bool		 by_link;
};

struct list {
	struct subscription *v;
	size_t		     n, cap;
	struct arena	     strings;
	size_t		     users;	/* for who keeps it: of its subscriptions */
};

/* Add an address without options.  The result moves when the next is added. */
struct subscription *list_add(struct list *list, struct str url);
void subscription_tag(struct subscription *sub, struct str tag);
/* Read options, as they may follow an address. */
int subscription_options(struct subscription *sub, struct str text,
    struct err *err);
/* Read a plain list.  -1 with the place and the reason; `name` is for it. */
int list_read(struct list *list, const char *name, struct str text,
    struct err *err);
/* Append the list as OPML, or as a plain list.  Nothing is lost: what OPML has no
 * name for stands in the attribute stance:options, in the words of the plain
 * list. */
void list_write_opml(const struct list *list, struct buf *to);
void list_write_plain(const struct list *list, struct buf *to);
void list_release(struct list *list);

#endif
