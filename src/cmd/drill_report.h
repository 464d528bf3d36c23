/* SPDX-License-Identifier: Apache-2.0 */
/* A drill with all that its report tells, as commands load it. */
#ifndef CMD_DRILL_REPORT_H
#define CMD_DRILL_REPORT_H

#include "cmd/drill_session.h"
#include "report/drill.h"

struct drill_report {
	struct run run;
	struct report_drill drill; /* of that run */
};

/* As the history has it now; `facts`: with what was read of backups and servers, for a report. */
MUST_CHECK int drill_report_load(struct drill_session *s, bool facts, struct drill_report *out,
				 struct error *err);
void drill_report_release(struct drill_report *r);

#endif
