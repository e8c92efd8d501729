/*
 * The judge reads one article with the grammar of its language and says which
 * way policy moves, and why.
 *
 * A judge is one thread's working storage over an immutable grammar.
 */
#ifndef CLASSIFY_JUDGE_H
#define CLASSIFY_JUDGE_H

#include "classify/compose.h"

/* Bytes of an article that are read; what makes news stands above that. */
#define JUDGE_TEXT_MAX	(256UL << 10)
/* So many that it shows where the last code point of those ends. */
#define JUDGE_TEXT_ASKED	(JUDGE_TEXT_MAX + 4)
#define NAMES_MAX	24

enum label {
	LABEL_EASING,
	LABEL_TIGHTENING,
	LABEL_MIXED,
	LABEL_NEUTRAL
};
#define LABELS_ALL	(LABEL_NEUTRAL + 1)

enum hit_field { FIELD_TITLE, FIELD_TEXT };

struct names {
	const char	*v[NAMES_MAX];
	size_t		 n;
};

/* A rule that could not be tried to the end: it neither hit nor did not. */
struct fault {
	const char	*rule, *why;
};
#define FAULTS_MAX	16

struct verdict {
	enum label	 label;
	enum label	 ruled;		/* what it is by the rules alone */
	double		 score;		/* -1 easing .. +1 tightening */
	double		 confidence;
	enum stage	 stage;
	struct names	 domains, topics, actors;
	const struct hit *hits;		/* heaviest first */
	size_t		 count;
	double		 easing, tightening, neutral;	/* the masses */
	double		 threshold;	/* that they had to reach */
	double		 relevance;	/* logit; 0 where nobody asked */
	bool		 elsewhere;	/* so low that no rule was asked */
	bool		 worded;	/* the wording had a say: */
	double		 wording[LEANS]; /* its logits against neutral, */
	double		 strengths[3];	/* and what it was weighed against, of */
					/* easing, tightening and neutral; */
	bool		 past[2];	/* was either told as history? */
	const struct fault *faults;	/* each rule once */
	size_t		 fault_count;
};

/* Counts over a run, for --lint and --profile. */
struct tally {
	uint64_t	*seen;		/* by class: its words stood there */
	uint64_t	*hits;		/* by class: it was in a hit */
	uint64_t	*tries;		/* by rule: its words stood there */
	uint64_t	*rule_hits;	/* by rule */
	uint64_t	*nanoseconds;	/* by rule */
};

struct judge;

/* `memo` and `matcher` must outlive it; `tag` is its reader's in the memo. */
struct judge *judge_new(const struct grammar *g, struct memo *memo,
    uint8_t tag, struct matcher *matcher);
void judge_free(struct judge *j);
/* Read an article; it and `a` must live on until its verdict.  Where only that is
 * asked for, `briefly`, what no rule can hit in is not cut into words. */
void judge_read(struct judge *j, const struct article *article, bool briefly,
    struct arena *a);
/* The share of the words read that are among the language's common ones. */
double judge_familiarity(const struct judge *j);
/* Judge what was read.  The verdict lives until the next judge_read(). */
void judge_verdict(struct judge *j, struct arena *a, struct verdict *v);
/* From now on note what keeps `misses->wanted` from hitting. */
void judge_trace(struct judge *j, struct misses *misses);
/* From now on judge by the rules alone, whatever the wording; or not. */
void judge_by_rules(struct judge *j, bool alone);
/* From now on count in `tally`, unless NULL. */
void judge_count(struct judge *j, struct tally *tally);
/* The bytes of a hit in its field. */
struct str judge_quote(const struct judge *j, const struct hit *hit);
struct str judge_quote_span(const struct judge *j, enum hit_field field,
    struct span span);
/* The tokens of a field, for those who show it. */
const struct words *judge_words(const struct judge *j, enum hit_field field);

const char *verdict_label(enum label label);
const char *verdict_scope(enum hit_scope scope);

#endif
