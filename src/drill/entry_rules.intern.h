/* SPDX-License-Identifier: Apache-2.0 */
/* What may be entered of a step, and of the drill's course. */
#ifndef DRILL_ENTRY_RULES_INTERN_H
#define DRILL_ENTRY_RULES_INTERN_H

#include "drill/entry_rules.h"

/* The step of that id; NULL: ERROR_NOT_FOUND tells the nearest. */
const struct drill_record_step *drill_entry_step(const struct drill_record *r, const char *id,
						 struct error *err);

/* A tick, a refusal. */
MUST_CHECK int drill_entry_check_answer(const struct drill_record *r, const struct entry *e,
					struct error *err);
/* A hold, its end, an abort, a close. */
MUST_CHECK int drill_entry_check_course(const struct drill_record *r, const struct entry *e,
					struct error *err);

#endif
