/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …?": the known word nearest to a mistyped one. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/* Words longer than this are never near to anything. */
enum { NEAREST_WORD_MAX = 64 };

/*
 * Edits (insertion, deletion, substitution, swap of neighbours) that turn one
 * word into the other, letter case being half an edit; counted in halves, so
 * that "Jobs" and "jobs" differ by 1 and "jbos" and "jobs" by 2. Words past
 * NEAREST_WORD_MAX yield a number larger than any distance.
 */
unsigned nearest_distance(const char *a, const char *b);

/* Feed candidates one by one; `best` is what to suggest, NULL when nothing is near enough. */
struct nearest {
	const char *word; /* mistyped; borrowed */
	const char *best; /* borrowed from the candidates */
	unsigned distance;
};

void nearest_offer(struct nearest *n, const char *candidate);

#endif
