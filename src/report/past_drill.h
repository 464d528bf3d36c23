/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a drill that is over, out of the history. */
#ifndef REPORT_PAST_DRILL_H
#define REPORT_PAST_DRILL_H

#include "drill/record.h"
#include "history/history.h"

struct past_drill {
	struct run run; /* without facts */
	struct entries entries;
	struct drill_record record; /* of both, as of the run's end */
};

/*
 * Into zeroed `out`, which the caller releases whatever comes back. 1: it is there; 0: it has no
 * record, as this muster cannot read its plan: then only `run` and `entries` are set; -1.
 */
MUST_CHECK int past_drill_load(struct history *h, const char *id, struct past_drill *out,
			       struct error *err);
void past_drill_release(struct past_drill *d);

#endif
