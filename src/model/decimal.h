/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers of any length, as databases and people write them, compared without rounding. */
#ifndef MODEL_DECIMAL_H
#define MODEL_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

struct decimal {
	bool negative;                /* never of zero */
	const char *whole, *fraction; /* digits, borrowed; no zeros before, none behind */
	size_t whole_len, fraction_len;
};

/* "-12.50", "+3", ".5", "7."; false for anything else, also for an exponent. Keeps `text`. */
bool decimal_parse(const char *text, size_t len, struct decimal *out);

/* Below, equal to or above 0, as `a` is less than, equal to or greater than `b`. */
int decimal_compare(const struct decimal *a, const struct decimal *b);

#endif
