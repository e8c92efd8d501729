/*
 * What the poller's parts share; private to ingest/poll*.  poller.c has the loop
 * and what stands around it, pollfeed.c asks feeds and learns from how they
 * answer, pollentry.c makes articles of what a feed names, pollpage.c brings an
 * article from there to safety.
 */
#ifndef INGEST_POLLMODEL_H
#define INGEST_POLLMODEL_H

#include "base/date.h"
#include "ingest/article.h"
#include "ingest/poller.h"
#include "ingest/schedule.h"
#include "ingest/sites.h"

/* Feeds being asked, and articles on their way, at once; above it no further
 * feed is asked, so that memory does not grow with the list. */
#define FEEDS_AT_ONCE	1000
#define ARTICLES_AT_ONCE 4000
#define ARTICLE_BUCKETS	4096

/* A feed of the list, while it is watched. */
struct watch {
	const struct subscription *sub;	/* NULL: no longer watched */
	struct feed_state *state;
	bool		 busy;		/* being asked */
	bool		 asked;		/* at least once in this run */
	bool		 found;		/* the last answer had something new */
	bool		 unkept;	/* its validators wait for its articles */
	unsigned	 generation;	/* of the list that last had it */
	struct watch	*index;		/* the sitemap index that has it; NULL: the
					 * list has it */
	unsigned	 answers;	/* of an index */
	unsigned	 parts;		/* new ones that it named on that day */
	int64_t		 parts_day;
	unsigned	 named;		/* by which answer of its index */
	bool		 late;		/* it came to an index that we knew: what is
					 * there is news */
	struct watch	*next;		/* waiting for robots.txt */
	size_t		 unsafe;	/* articles on their way */
	char		*etag, *modified, *body;	/* of the last answer */
};

/* An article between its feed and safety. */
struct article {
	struct article	*chain;		/* same bucket */
	struct article	*next;		/* in one of the queues */
	unsigned char	 key[STATE_KEY];
	uint64_t	 version;
	struct watch	*watch;
	char		*draft;		/* the entry; NULL once printed */
	char		*url;
	bool		 by_link, backfill;
	unsigned	 tries;
	int64_t		 due;		/* of the next try, ms */
	uint64_t	 end;		/* where its record ends in the output */
};

struct queue {
	struct article	*first, **last;
};

enum work_kind {
	WORK_NONE,
	WORK_FEED,
	WORK_PAGE,
	WORK_ROBOTS
};

/* What a tag stands for while a child has it. */
struct work {
	enum work_kind	 kind;
	bool		 parsing;
	bool		 asked_again;	/* a page led to its feed */
	struct watch	*watch;
	struct article	*article;
	struct site	*site;
	char		*url;		/* after redirects */
	long		 status;
	char		 at[DATE_SIZE], sha256[65];
	struct hints	 hints;
	size_t		 next_free;
};

struct poller {
	struct poller_options options;
	struct watch	**watches;	/* by the feed's number; may be NULL */
	size_t		 nwatches, cap, nwatched;
	unsigned	 generation;	/* of the list */
	size_t		 asking, answered;	/* feeds, in this run */
	int64_t		 next_due;	/* no feed is due before; seconds */
	int64_t		 pass_due;	/* as the pass under way knows it */
	size_t		 cursor;	/* where it stands */
	struct work	*works;
	size_t		 nworks, works_cap, free_work;	/* number + 1 */
	struct article	*on_way[ARTICLE_BUCKETS];
	size_t		 narticles;
	struct queue	 retries, printed, waiting;	/* for robots.txt */
	struct watch	*feeds_waiting;	/* for the same */
	struct sites	*sites;
	struct out	 out;
	uint64_t	 written;	/* bytes that left us */
	struct buf	 acks;
	bool		 acks_ended;
	struct arena	 a;
	unsigned long	 total, quarantined, bytes;
	int64_t		 shown;		/* ms: last progress line */
	unsigned long	 bytes_shown;	/* what it said */
	double		 rate;		/* bytes a second, of late */
};

/* poller.c: what the tags stand for. */
uint64_t poller_work_new(struct poller *p, struct work work);
void poller_work_done(struct poller *p, uint64_t tag);
/* Hand a fetched body to a parse child. */
void poller_parse(struct poller *p, uint64_t tag, enum parse_mode mode,
    const struct http_reply *r);

/* The watch of a feed, made where there is none. */
struct watch *poller_watch_of(struct poller *p, struct feed_state *feed);

/* pollfeed.c */
/* Is it in the list, or named by an index that is? */
bool poller_watches(const struct poller *p, const struct watch *w);
/* Watch a feed that an index has named (of new ones only so many a day, for each
 * is remembered); forget those that its last answer did
 * not name; watch those that earlier answers named. */
void poller_watch_part(struct poller *p, struct watch *index, const char *url);
void poller_drop_parts(struct poller *p, const struct watch *index);
void poller_watch_known_parts(struct poller *p);
/* From now on it is fetched as `sub` says; NULL: not at all.  The last watch that
 * leaves a list frees it. */
void watch_follow(struct watch *w, const struct subscription *sub);
/* Nothing of a feed that left the list is on its way: forget how it was listed. */
void poller_let_go(struct poller *p, struct watch *w);
/* Ask it; a feed that nobody listed only where robots.txt allows it. */
void poller_ask_feed(struct poller *p, struct watch *w);
/* A site has told its rules: go on with the feeds that wait for them. */
void poller_ask_waiting(struct poller *p);
/* Ask the feeds that are due.  A pass that meets a limit goes on from there. */
void poller_ask_due(struct poller *p);
void poller_feed_fetched(struct poller *p, uint64_t tag, struct work *work,
    const struct http_reply *r);
void poller_feed_parsed(struct poller *p, uint64_t tag,
    const struct parser_reply *r);
/* Every article of the last answer is safe: keep what spares us to get it
 * again. */
void poller_keep_answer(struct poller *p, struct watch *w);

/* pollentry.c: take what the feed's lines say.  -1 and the reason: it is no
 * feed after all. */
int poller_take_feed(struct poller *p, struct work *work, struct str lines,
    struct err *err);

/* pollpage.c */
void queue_init(struct queue *q);
void queue_put(struct queue *q, struct article *article);
struct article *queue_take(struct queue *q);
/* Where the article with this key is, or would be. */
struct article **poller_on_way(struct poller *p,
    const unsigned char key[STATE_KEY]);
/* It has reached where it should: never again. */
void poller_article_safe(struct poller *p, struct article *article);
void poller_describe_feed(const struct watch *w, bool by_link,
    struct article_feed *feed);
/* Print the article, with its page where there is one. */
void poller_print(struct poller *p, struct article *article,
    struct str page_line, const struct work *work);
/* Ask for the page, if its site allows it, and where that is not known ask for
 * its robots.txt first. */
void poller_want_page(struct poller *p, struct article *article);
/* What the site allows; its robots.txt is asked for where that is not known. */
enum site_answer poller_ask_site(struct poller *p, struct site *site,
    struct str url);
void poller_retry_pages(struct poller *p);
void poller_robots_fetched(struct poller *p, uint64_t tag,
    const struct work *work, const struct http_reply *r);
void poller_page_fetched(struct poller *p, uint64_t tag, struct work *work,
    const struct http_reply *r);
void poller_page_parsed(struct poller *p, uint64_t tag,
    const struct work *work, const struct parser_reply *r);
/* Keep what the parser died of, for whoever mends it. */
void poller_quarantine(struct poller *p, const struct parser_reply *r);
void poller_free_articles(struct poller *p);

#endif
