/* SPDX-License-Identifier: Apache-2.0 */
/* Between the reading of a drill's plan and what is made sure of afterwards. */
#ifndef DRILL_DRILL_PLAN_INTERN_H
#define DRILL_DRILL_PLAN_INTERN_H

#include "drill/drill_plan.h"

/* Which texts stand for a key, and where in the structure. */
struct drill_reading {
	struct drill_plan *plan;
	struct config_complaints *complaints;
	struct error *err;
};

int drill_no_memory(struct drill_reading *r);
/* -1 with ERROR_CONFIG. */
int drill_plan_not_valid(const struct drill_plan *p, size_t errors, struct error *err);

/* Phases and steps of the tree, into the plan. */
MUST_CHECK int drill_read_phases(struct drill_reading *r, const struct node *map);

/* The keys of `map` are among `known` (NULL-terminated), else complaints. False: it is no map. */
bool drill_check_keys(struct drill_reading *r, const struct node *map, const char *what,
		      const char *const *known);
/* A text below `map`, copied; "" when it is not there. */
MUST_CHECK int drill_read_text(struct drill_reading *r, const struct node *map, const char *key,
			       const char **out);
/* "1h30m"; `out` stays as it is when the key is not there. */
void drill_read_duration(struct drill_reading *r, const struct node *map, const char *key,
			 int64_t *out);
/* One of `word` (NULL-terminated), as its index; `out` stays as it is when the key is not there. */
void drill_read_word(struct drill_reading *r, const struct node *map, const char *key,
		     const char *const *word, unsigned *out);
/* "true" or "false". */
void drill_read_bool(struct drill_reading *r, const struct node *map, const char *key, bool *out);
/* Can it name a phase, step or role? Letters, digits, - and _. Complains when not. */
bool drill_check_id(struct drill_reading *r, const struct node *node, const char *what);

/* Names that must be of something, cycles. Needs indices, which it makes. */
MUST_CHECK int drill_check_order(struct drill_reading *r);
/* T+ of each step; milestones. The order must be sound. */
void drill_check_clock(struct drill_reading *r);

#endif
