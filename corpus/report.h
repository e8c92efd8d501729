/*
 * What an evaluation found, as tables for people or one JSON object.
 */
#ifndef CORPUS_REPORT_H
#define CORPUS_REPORT_H

#include "base/buf.h"
#include "corpus/score.h"

/* Items that share a value of a member, such as all of domain "trade". */
struct group {
	struct str		value;
	struct confusion	confusion;
};

struct grouping {
	const char	*member;
	struct group	*groups;	/* in order of their values */
	size_t		 n;
};

struct report {
	struct confusion	 confusion;
	struct score		 score;
	struct intervals	 intervals;
	struct calibration	 calibration;
	struct grouping		*groupings;
	size_t			 ngroupings;
};

void report_tables(struct buf *to, const struct report *report, bool colours);
void report_json(struct buf *to, const struct report *report);

#endif
