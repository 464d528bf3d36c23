/* SPDX-License-Identifier: Apache-2.0 */
/* What people may enter in a drill, as it stands. Pure. */
#ifndef DRILL_ENTRY_RULES_H
#define DRILL_ENTRY_RULES_H

#include "drill/record.h"

/*
 * May `e` be entered now, which is its recorded_ns? Its at_ns is 0 unless its author told the
 * time. What an entry that replaces another leaves open is filled in from that one, its time too;
 * texts then borrow from the record. ERROR_USAGE, or ERROR_NOT_FOUND for a step, role or entry
 * that there is not, tell why not, and what to do instead.
 */
MUST_CHECK int drill_entry_check(const struct drill_record *r, struct entry *e, struct error *err);

/* Is it a person who says what comes of the step: a tick, a gate, or one that failed and asks? */
bool drill_step_is_answered_by_people(const struct drill_record_step *s);

/* Is it of a phase whose steps are done when the drill is over? */
bool drill_step_is_of_review(const struct drill_record *r, const struct drill_record_step *s);

#endif
