/* SPDX-License-Identifier: Apache-2.0 */
/* A drill's plan for people and programs. */
#ifndef CMD_DRILL_PLAN_SHOW_H
#define CMD_DRILL_PLAN_SHOW_H

#include "cmd/terminal.h"
#include "drill/drill_plan.h"

/* As a checklist, then the order drawn along T+. */
void drill_plan_print(const struct terminal *t, const struct drill_plan *plan);

/* The document muster.drill-plan/v1. */
MUST_CHECK int drill_plan_print_json(FILE *out, const struct drill_plan *plan, struct error *err);

#endif
