/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the Markdown report. */
#ifndef REPORT_MARKDOWN_INTERN_H
#define REPORT_MARKDOWN_INTERN_H

#include "report/paint.h"

/* The checks that did not hold; all checks; the notes. */
void markdown_troubles(struct paint *p, const struct run *run);
void markdown_checks(struct paint *p, const struct run *run);
void markdown_notes(struct paint *p, const struct run *run);
/* What the three sides hold, side by side. -1: no memory. */
MUST_CHECK int markdown_facts(struct paint *p, const struct run *run);

#endif
