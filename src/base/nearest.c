/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { EDIT = 2, CASE = 1, FAR = 1 << 30 };

static unsigned minimum(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned substitution(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE : EDIT;
}

/* Optimal string alignment over three rolling rows. */
unsigned nearest_distance(const char *a, const char *b)
{
	unsigned rows[3][NEAREST_WORD_MAX + 1];
	unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > NEAREST_WORD_MAX || b_len > NEAREST_WORD_MAX)
		return FAR;
	for (size_t j = 0; j <= b_len; j++)
		previous[j] = (unsigned)j * EDIT;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *recycled = before;

		current[0] = (unsigned)i * EDIT;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best = previous[j - 1] + substitution(a[i - 1], b[j - 1]);

			best = minimum(best, minimum(previous[j], current[j - 1]) + EDIT);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = minimum(best, before[j - 2] + EDIT);
			current[j] = best;
		}
		before = previous;
		previous = current;
		current = recycled;
	}
	return previous[b_len];
}

/* A third of the word may be wrong, and at least one letter. */
static unsigned tolerance(const char *word)
{
	size_t len = strlen(word);

	return EDIT * (unsigned)(len < 6 ? 1 + (len > 3) : len / 3);
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	bool same_letters = strcasecmp(n->word, candidate) == 0;
	unsigned distance = same_letters ? CASE : nearest_distance(n->word, candidate);

	if (!same_letters &&
	    (distance > tolerance(n->word) || distance >= EDIT * strlen(candidate)))
		return;
	if (n->best && distance >= n->distance)
		return;
	n->best = candidate;
	n->distance = distance;
}
