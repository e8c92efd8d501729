/*
 * A stream of random numbers that a seed settles for ever, on every machine
 * (Steele, Lea and Flood's SplitMix64): samples and intervals can be repeated.
 */
#ifndef CORPUS_RANDOM_H
#define CORPUS_RANDOM_H

#include <stdint.h>

static inline uint64_t
random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Below `n`, which is at least 1 and below 2^32; the bias is under 2^-32. */
static inline uint32_t
random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((random_next(state) >> 32) * n >> 32);
}

#endif
