/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of a format or compression see, and which bytes none of them
 * does: printed by `muster inspect --coverage`, published in docs/formats/ (a test
 * compares the two), and held against by the sweeps that flip every bit.
 */
#ifndef MODEL_COVERAGE_H
#define MODEL_COVERAGE_H

#include <stddef.h>

/* A class of bytes that can change unnoticed. */
struct uncovered {
	const char *where; /* "the level of compression" */
	const char
		*effect; /* what a change does: "another name", "nothing: no reader looks at it" */
};

struct coverage {
	const char *id;       /* of the format or codec */
	const char *versions; /* that are read: "1.12 to 1.16 (PostgreSQL 9.0 to 18)" */
	const char *checked;  /* one or two sentences */
	const struct uncovered *row;
	size_t count; /* 0: every byte is covered */
};

#endif
