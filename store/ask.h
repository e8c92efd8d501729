/*
 * Asking a store: a query, what is done with its hits, and how they go out.
 * query, export and balance are command lines of this.
 */
#ifndef STORE_ASK_H
#define STORE_ASK_H

#include "base/io.h"
#include "store/balance.h"
#include "store/column.h"
#include "store/group.h"
#include "store/query.h"
#include "store/reader.h"

enum order {
	ORDER_OLDEST,
	ORDER_NEWEST,
	ORDER_PUBLISHED,
	ORDER_CONFIDENCE,
	ORDERS
};

const char *order_name(enum order order);

struct asking {
	/* the question */
	struct query		*query;
	bool			 all_revisions;
	enum order		 order;
	size_t			 limit;
	/* what becomes of the hits */
	bool			 count;
	struct groups		*groups;	/* NULL: no grouping */
	struct balance		*balance;	/* NULL: no balance */
	enum table_format	 format;
	struct columns		 columns;	/* n is 0: whole records */
	bool			 colours, raw;	/* raw: formulas stay */
	bool			 bare;		/* records without seals */
	bool			 terminal;	/* a person looks at it */
	unsigned		 width;
	struct out		 out;
	/* in work */
	struct sieve		 sieve;		/* the query, for indexes */
	struct reader		 reader;
	struct edits		*edits;		/* of stories */
	struct ids		*revised;	/* latest places of revised
						 * articles; NULL: all
						 * revisions are wanted */
	struct hit		*hits;		/* that wait for their order */
	uint64_t		 below;		/* newest first: from this seq
						 * on all was looked at; 0:
						 * nothing */
	size_t			 found, hits_cap;
	bool			 damaged;
};

/* In the jail: ask, print, release all.  The exit status. */
int ask(struct asking *asking, const char *store);
/* Print how it would be asked instead. */
int ask_explain(struct asking *asking, const char *store);

#endif
