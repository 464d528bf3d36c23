/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeatable random numbers: SplitMix64 (Steele, Lea, Flood 2014). Each row has
 * its own stream, so a row's content depends on (seed, table, row) alone.
 */
#ifndef DEMO_RANDOM_H
#define DEMO_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t random_next(struct random *r)
{
	r->state += UINT64_C(0x9e3779b97f4a7c15);
	return random_mix(r->state);
}

static inline struct random random_for(uint64_t seed, uint64_t table, uint64_t row)
{
	return (struct random){ random_mix(seed + random_mix(table + (row << 8))) };
}

/* 0 to n - 1; n at least 1. */
static inline uint64_t random_below(struct random *r, uint64_t n)
{
	return (uint64_t)((__extension__(unsigned __int128) random_next(r) * n) >> 64);
}

/* True `percent` times of a hundred. */
static inline bool random_chance(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

#endif
