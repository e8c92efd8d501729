/*
 * Fitting by gradient descent with the steps of Adam (Kingma and Ba 2015), which
 * need no tuning where what is minimised is convex.
 */
#ifndef CORPUS_DESCENT_H
#define CORPUS_DESCENT_H

#include <math.h>

#define DESCENT_STEPS	400
#define DESCENT_STEP	0.05

struct parameter {
	double	value, slope;
	double	mean, square;	/* of the slopes, decaying */
};

/* The step `number`, from 1, down the slope. */
static inline void
descend(struct parameter *p, int number)
{
	double mean, square;

	p->mean = 0.9 * p->mean + 0.1 * p->slope;
	p->square = 0.999 * p->square + 0.001 * p->slope * p->slope;
	mean = p->mean / (1 - pow(0.9, number));
	square = p->square / (1 - pow(0.999, number));
	p->value -= DESCENT_STEP * mean / (sqrt(square) + 1e-8);
}

#endif
