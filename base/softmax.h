/*
 * Likelihoods that are exponential in logits (softmax), none of which overflows.
 */
#ifndef BASE_SOFTMAX_H
#define BASE_SOFTMAX_H

#include <math.h>
#include <stddef.h>

/* Turn `n` logits, one at least, into shares of one. */
static inline void
softmax(double *v, size_t n)
{
	double most = v[0], sum = 0;

	for (size_t k = 1; k < n; k++)
		most = fmax(most, v[k]);
	for (size_t k = 0; k < n; k++)
		sum += v[k] = exp(v[k] - most);
	for (size_t k = 0; k < n; k++)
		v[k] /= sum;
}

#endif
