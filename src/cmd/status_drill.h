/* SPDX-License-Identifier: Apache-2.0 */
/* What the status tells of drills: the last one, the next one, what is still to be done. */
#ifndef CMD_STATUS_DRILL_H
#define CMD_STATUS_DRILL_H

#include "cmd/last_drill.h"
#include "cmd/schedule_state.h"
#include "history/action.h"

/* Zeroed at first; what the readiness borrows from. */
struct status_drill {
	struct last_drill last;
	struct actions open;
	struct readiness_action *overdue;
	struct buf next;
};
void status_drill_release(struct status_drill *s);

/* Sets `r->drill`. */
MUST_CHECK int status_drill_learn(const struct config *config, struct history *h,
				  const struct schedule_states *schedules, struct status_drill *s,
				  struct readiness *r, struct error *err);

#endif
