/* SPDX-License-Identifier: Apache-2.0 */
/* muster backup copy: write a set that is there to the off-site copy. */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/report_format.h"
#include "cmd/run_session.h"
#include "plan/copy.h"
#include "report/report.h"

static int render(const struct invocation *inv, const struct run *run, struct error *err)
{
	struct report_style style = report_style_of(&inv->screen);
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if ((inv->global.json ? report_json(run, &text) : report_text(run, &style, &text)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report");
	(void)fwrite(text.ptr, 1, text.len, inv->out);
	return 0;
}

static int copy(const struct invocation *inv, struct run_session *s, struct error *err)
{
	struct progress progress = { 0 };
	struct copy_request request = { .set = inv->argument_count ? inv->argument[0] : NULL };
	struct run_outcome outcome = { 0 };
	char path[REPORT_PATH_SIZE];
	struct run run = { 0 };
	int rc;

	if (run_session_open(inv, "copy", s, err) < 0)
		return -1;
	request.run = s->request;
	request.run.sinks = run_session_sinks(s, &progress.sink);
	progress_begin(&progress, inv, "copy");
	rc = copy_run(&request, &outcome, err);
	progress_end(&progress);
	if (rc < 0 || run_session_report(s, &run, path, err) < 0)
		return -1;
	rc = render(inv, &run, err);
	run_release(&run);
	return rc < 0 ? -1 : run_session_exit_code(&outcome, false);
}

static int run(const struct invocation *inv, struct error *err)
{
	struct run_session s = { .whole = true };
	int code = copy(inv, &s, err);

	run_session_close(&s);
	return code;
}

const struct command backup_copy_command = {
	.name = "copy",
	.summary = "write a backup set to the off-site copy",
	.description =
		"Writes each file of the set, the latest without SET, to offsite.url, below which "
		"it gets the path that it has below repository.path; the manifest comes last. Each "
		"object carries the file's SHA-256, and is held against what the server says it "
		"keeps. A file that is there already, as the server's own sum tells, is left "
		"alone; one that differs is written again. A file that has changed since its "
		"manifest was written is not copied.\n\n"
		"An upload that breaks off leaves no object, and no parts of one. What had arrived "
		"before stays: the next attempt goes on from there. When muster was killed in the "
		"middle, the parts are left; the next copy of the file removes them, and any copy "
		"those that are a week old.",
	.arguments = "[SET]",
	.arguments_max = 1,
	.examples = "muster backup copy\n"
		    "muster backup copy 20261122_030000",
	.run = run,
};
