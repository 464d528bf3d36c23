/* SPDX-License-Identifier: Apache-2.0 */
/* The drills of muster demo --drill, and how they are told on the screen. */
#ifndef CMD_DEMO_DRILL_INTERN_H
#define CMD_DEMO_DRILL_INTERN_H

#include "cmd/demo_show.intern.h"

enum { ACT_SOUND, ACT_ALTERED, ACTS };

struct drill_act {
	const char *name; /* in the names of the files that stay */
	struct show_case c;
	char state[SHOW_PATH];
	json_t *metrics; /* muster.drill-metrics/v1; NULL: it was not held */
	char page[SHOW_PATH], metrics_path[SHOW_PATH]; /* of the files that stay */
};

/* The criterion of that name was not met. */
bool demo_drill_failed(const struct drill_act *a, const char *criterion);

/* The milestones of a muster.drill-plan/v1. */
void demo_drill_print_plan(const struct show *s, const json_t *plan);
/* What was measured beside its objectives, and each criterion. */
void demo_drill_print_summary(const struct show *s, const struct drill_act *a);
/* All drills, each with its verdict; where the reports are. */
void demo_drill_print_end(const struct show *s, const struct drill_act *act);
/* All of it as muster.demo-drill/v1. */
MUST_CHECK int demo_drill_print_document(const struct show *s, const struct drill_act *act,
					 bool keep, struct error *err);

#endif
