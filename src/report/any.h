/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run of any kind, with what the history knows beside it: that of drills tells more. */
#ifndef REPORT_ANY_H
#define REPORT_ANY_H

#include "history/history.h"
#include "report/report.h"

struct report_form {
	enum report_format format;
	struct report_style style; /* of text */
};

/* Append it to `out`; of a run under way as it is now. `h` holds the run. */
MUST_CHECK int report_any_write(struct history *h, const struct run *run,
				const struct report_form *form, struct buf *out, struct error *err);

/* Keep it as files: report_save(), or report_drill_save(). */
MUST_CHECK int report_any_save(struct history *h, const struct run *run, const char *state_dir,
			       char text_path[REPORT_PATH_SIZE], struct error *err);

#endif
