/* SPDX-License-Identifier: Apache-2.0 */
/* What the judgement of times and the reasons for it share. */
#ifndef SCHEDULE_EXPECTED_INTERN_H
#define SCHEDULE_EXPECTED_INTERN_H

#include "schedule/expected.h"

/* Is it of the kind, and about all components? */
bool expected_keeps(const struct expected_run *run, const struct expected_question *q);
/* Is it about any of the components? Then its lock kept others out. */
bool expected_shares(const struct expected_run *run, const struct expected_question *q);

/* Why no run kept that time. */
void expected_reason(const struct expected_question *q, int64_t at_ns,
		     char out[EXPECTED_REASON_SIZE]);

#endif
