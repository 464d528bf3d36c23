/* SPDX-License-Identifier: Apache-2.0 */
/* The newest drill that is over, and what is still to be done because of drills. */
#ifndef CMD_LAST_DRILL_H
#define CMD_LAST_DRILL_H

#include "drill/record.h"
#include "history/history.h"

struct last_drill {
	char run[RUN_ID_SIZE]; /* "" = there was none; then nothing below is set */
	int64_t began_ns;      /* T0, else its start; wall clock */
	int64_t duration_ns;   /* from its start to its end */
	enum verdict verdict;  /* of the drill, which its run's checks alone do not make */
	struct drill_measure rto, rpo;
};

/* Also of one that was cut short. Of one whose plan cannot be read, what its run tells. */
MUST_CHECK int last_drill_find(struct history *h, struct last_drill *out, struct error *err);

#endif
