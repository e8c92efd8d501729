/*
 * How well labels agree with the truth: the confusion matrix and what follows
 * from it, intervals by bootstrap, and how far confidence can be trusted.
 *
 * Averages go over the labels that occur in the truth, so that a set without
 * mixed articles is not punished for that.
 */
#ifndef CORPUS_SCORE_H
#define CORPUS_SCORE_H

#include <stdint.h>

#include "base/str.h"

/* In the order of every table. */
enum label {
	LABEL_EASING,
	LABEL_TIGHTENING,
	LABEL_MIXED,
	LABEL_NEUTRAL,
	LABEL_NONE	/* no label, or one that is none of the four */
};
#define LABELS	4

const char *label_name(enum label label);
enum label label_of(struct str name);

struct confusion {
	size_t	n[LABELS][LABELS + 1];	/* [truth][got] */
};

struct class_score {
	size_t	truth, got, right;
	double	precision, recall, f1;	/* 0 where nothing was got or true */
};

struct score {
	size_t			n;
	struct class_score	of[LABELS];
	double			accuracy, macro_f1, weighted_f1;
	double			wrong_way;	/* easing for tightening or back */
	double			alarms;		/* share of the neutral that is not
						 * called so; 0 without neutral */
};

/* Of at least one item. */
void score_make(struct score *score, const struct confusion *confusion);

/* One judged item. */
struct judged {
	enum label	truth, got;
	double		confidence;	/* negative: none given */
};

void confusion_add(struct confusion *confusion, const struct judged *item);

/* Intervals of 95 %: the 2.5th and 97.5th percentile of the four shares over
 * SCORE_REPLICATES samples with replacement, settled by `seed`. */
#define SCORE_REPLICATES	1000
struct interval {
	double	low, high;
};
struct intervals {
	struct interval	accuracy, macro_f1, weighted_f1, wrong_way;
};
void score_bootstrap(struct intervals *to, const struct judged *items,
    size_t count, uint64_t seed);
/* The interval that holds the middle 95 % of `values`, which it sorts. */
struct interval interval_of(double *values, size_t count);

/* Confidence against the share that is right, in ten bins of equal width. */
#define BINS	10
struct calibration {
	struct {
		size_t	n, right;
		double	confidence;	/* their sum */
	}	bin[BINS];
	size_t	n;			/* items with a confidence */
};
void calibration_make(struct calibration *to, const struct judged *items,
    size_t count);
/* The expected calibration error: |right - confidence| weighted by bin. */
double calibration_error(const struct calibration *calibration);

#endif
