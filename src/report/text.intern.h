/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a restore test's report as text. */
#ifndef REPORT_TEXT_INTERN_H
#define REPORT_TEXT_INTERN_H

#include "report/paint.h"

extern const char text_rule[]; /* a line */

/* A section per component. */
void text_checks(struct paint *p, const struct run *run);
/* The checks that did not hold, once more. */
void text_troubles(struct paint *p, const struct run *run);
/* "Step 1: title    12s ✓ pass", one a line, in the order in which they began. */
void text_steps(struct paint *p, const struct run *run);
/* What the sides hold, a line per kind of facts of each database. -1: no memory. */
MUST_CHECK int text_facts(struct paint *p, const struct run *run);
void text_notes(struct paint *p, const struct run *run);

#endif
