/* SPDX-License-Identifier: Apache-2.0 */
#include "report/any.h"

#include <string.h>

#include "base/clock.h"
#include "report/drill.h"

static bool is_drill(const struct run *run)
{
	return strcmp(run->kind, "drill") == 0;
}

int report_any_write(struct history *h, const struct run *run, const struct report_form *form,
		     struct buf *out, struct error *err)
{
	CLEANUP(report_drill_release)
	struct report_drill d = { 0 };
	int rc;

	if (is_drill(run) && report_drill_load(h, run, clock_wall_ns(), &d, err) < 0)
		return -1;
	rc = is_drill(run) ? report_drill_render(&d, form->format, &form->style, out) :
			     report_render(run, form->format, &form->style, out);
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for the report of run %s", run->id) :
			0;
}

int report_any_save(struct history *h, const struct run *run, const char *state_dir,
		    char text_path[REPORT_PATH_SIZE], struct error *err)
{
	CLEANUP(report_drill_release)
	struct report_drill d = { 0 };

	if (!is_drill(run))
		return report_save(run, state_dir, text_path, err);
	if (report_drill_load(h, run, clock_wall_ns(), &d, err) < 0)
		return -1;
	return report_drill_save(&d, state_dir, text_path, err);
}
