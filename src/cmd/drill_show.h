/* SPDX-License-Identifier: Apache-2.0 */
/* What the process that carries a drill says on its terminal: a line for each step, as it goes. */
#ifndef CMD_DRILL_SHOW_H
#define CMD_DRILL_SHOW_H

#include "cmd/command.h"
#include "drill/drill_plan.h"
#include "history/history.h"
#include "model/event.h"

struct drill_show {
	struct event_sink sink; /* stays first: the sink is the show */
	const struct invocation *inv;
	const struct drill_plan *plan;
	bool automatic; /* nobody is waited for */
	int64_t t0_ns;  /* wall clock; 0: not begun */
	struct checks told;
};

/* Both are kept until the last event. */
void drill_show_begin(struct drill_show *s, const struct invocation *inv,
		      const struct drill_plan *plan, bool automatic);

void drill_show_end(struct drill_show *s);

/* What earlier drills left to be done is before everybody's eyes when the next one begins. */
MUST_CHECK int drill_show_actions(const struct invocation *inv, struct history *h,
				  struct error *err);

#endif
