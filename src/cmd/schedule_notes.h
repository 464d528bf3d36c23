/* SPDX-License-Identifier: Apache-2.0 */
/* The dates of the next two years on which clocks skip the time of a schedule, or show it twice. */
#ifndef CMD_SCHEDULE_NOTES_H
#define CMD_SCHEDULE_NOTES_H

#include <jansson.h>

#include "cmd/schedule_rows.h"
#include "cmd/terminal.h"

/* A line each; and of a schedule that never comes. */
void schedule_notes_print(const struct terminal *t, const struct schedule_rows *rows,
			  int64_t now_ns);

/* [{"schedule", and the members of a time}]; NULL when out of memory. */
json_t *schedule_notes_to_json(const struct schedule_rows *rows, int64_t now_ns);

#endif
