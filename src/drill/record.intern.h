/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a drill's record, in the order in which they are made; each needs those before. */
#ifndef DRILL_RECORD_INTERN_H
#define DRILL_RECORD_INTERN_H

#include "drill/record.h"

int drill_record_no_memory(struct error *err);

/* The text of the run's newest note of that name and component ("" = the run's); "". */
const char *drill_record_note(const struct drill_record *r, const char *component,
			      const char *name);

/* Seconds with decimals, as notes have them, in nanoseconds; 0: none. */
int64_t drill_record_seconds(const char *text);

/* Participants, deviations, holds. */
MUST_CHECK int drill_record_people(struct drill_record *r, struct error *err);
MUST_CHECK int drill_record_steps(struct drill_record *r, struct error *err);
/* The step for which the validation did not pass. */
MUST_CHECK int drill_record_validation(struct drill_record *r, struct error *err);
MUST_CHECK int drill_record_phases(struct drill_record *r, struct error *err);
MUST_CHECK int drill_record_components(struct drill_record *r, struct error *err);
/* Recovery time and point of the platform. */
void drill_record_measure(struct drill_record *r);
/* Criteria, verdict and sentence. */
MUST_CHECK int drill_record_judge(struct drill_record *r, struct error *err);

/* A criterion that checks decide. -1: no memory. */
MUST_CHECK int drill_record_judge_checks(struct drill_record *r, enum drill_criterion_id id,
					 struct drill_criterion *out);
/* The sentence of it all. */
MUST_CHECK int drill_record_sum_up(struct drill_record *r, struct error *err);

/* Has it come to an end, whichever? */
static inline bool drill_step_has_ended(const struct drill_record_step *s)
{
	return s->state >= DRILL_STEP_DONE;
}

/* The worst of the checks of that name whose subject the step is. */
enum verdict drill_step_word(const struct drill_record *r, enum check_id id, const char *step);
/* Is there a check of it that could not be made? Then its verdict is its own word, not that of its end. */
bool drill_step_tells_error(const struct drill_record *r, const char *step);
/* What ended the drill before its own end, a signal or people, in words; NULL: nothing did. */
const char *drill_record_interruption(const struct drill_record *r);
/* The title of a step or phase within a sentence, in quotes; NULL: no memory. */
const char *drill_record_quote(struct drill_record *r, const char *title);
/* How a step fell short, in words; NULL: no memory. */
const char *drill_step_say_short(struct drill_record *r, const struct drill_record_step *s);
/* Has a step that failed done what it is for, and only taken longer than its objective? */
bool drill_step_was_only_late(const struct drill_record *r, const struct drill_record_step *s);
/* The outcome of something that has taken `actual_ns` (-1: not measured, and never will be when `over`). */
enum drill_outcome drill_outcome_of(const struct drill_measure *m, bool over);

/* A sentence of the record's; NULL: no memory. */
__attribute__((format(printf, 2, 3))) const char *drill_record_say(struct drill_record *r,
								   const char *fmt, ...);

#endif
