/* SPDX-License-Identifier: Apache-2.0 */
/* What runs have found out about backup sets, one component's part of a set at a time. */
#ifndef HISTORY_STANDING_H
#define HISTORY_STANDING_H

#include <stdbool.h>

#include "history/history.h"

enum set_standing {
	SET_UNKNOWN, /* no run has looked at it to its end */
	SET_SOUND,   /* read to its last byte by a verification, without a fault */
	SET_PROVEN,  /* restored, by a restore test or a drill, and equal to the backup */
	SET_BAD,     /* a check of what it holds failed */
};

struct standing {
	char *component; /* owned */
	char set[32];
	enum set_standing standing;
	char run[RUN_ID_SIZE]; /* the one that found it so */
	char kind[16];         /* of that run */
	char check[48];        /* of SET_BAD: the check that failed; else "" */
};
struct standings {
	struct standing *item; /* by component and set */
	size_t count;
};
void standings_release(struct standings *s);
/* NULL: no run has looked at it. */
const struct standing *standings_find(const struct standings *s, const char *component,
				      const char *set);

struct standings_question {
	bool offsite;     /* of the sets of the off-site copy; else of the repository's */
	int64_t since_ns; /* by runs that began then or later, wall clock: what else is not asked */
};

/*
 * As all finished verifications, restore tests and drills found them. The later one's word counts;
 * but what a restore has found bad, or good, no verification takes back: it sees less. Of the other
 * place's sets it counts only when what they hold could not be restored as it should: their files
 * are others, their content is the same. Checks that say nothing of the content, as of age,
 * objectives and copies, do not count.
 */
MUST_CHECK int history_standings(struct history *h, const struct standings_question *q,
				 struct standings *out, struct error *err);

#endif
