/* SPDX-License-Identifier: Apache-2.0 */
/* muster verify: the daily verification. */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/progress.h"
#include "cmd/report_format.h"
#include "cmd/run_session.h"
#include "plan/verify.h"
#include "report/report.h"

struct verify_arguments {
	const char *set;
	int fail_on;
	bool nagios;
	bool offsite_read, offsite;
};

static const char *const fail_on_choices[] = { "fail", "warn", NULL };

static const struct option_row rows[] = {
	{ .name = "backup-set",
	  .type = OPTION_STRING,
	  .metavar = "SET",
	  .summary = "verify this backup set, not each component's newest",
	  .help = "An id as muster backup list shows it, or a beginning of one that fits one set. "
		  "It "
		  "is a run of its own kind, verify-set: what is known of the newest sets, their "
		  "alerts, status and metrics, stays as it is.",
	  .offset = offsetof(struct verify_arguments, set) },
	{ .name = "fail-on",
	  .type = OPTION_CHOICE,
	  .choices = fail_on_choices,
	  .summary = "the mildest verdict that is not success",
	  .help = "With \"warn\", warnings end the program with exit code 3.",
	  .offset = offsetof(struct verify_arguments, fail_on) },
	{ .name = "offsite",
	  .type = OPTION_FLAG,
	  .summary = "verify the sets of the off-site copy instead, straight from there",
	  .help = "They are listed and read from offsite.url; what lies here, disks and services "
		  "are not looked at. It is a run of its own kind, verify-offsite.",
	  .offset = offsetof(struct verify_arguments, offsite) },
	{ .name = "offsite-read",
	  .type = OPTION_FLAG,
	  .summary = "read every file of the off-site copy back",
	  .help = "And hash it: without this, only what the server cannot tell the SHA-256 of, "
		  "and of that offsite.read_share a day.",
	  .offset = offsetof(struct verify_arguments, offsite_read) },
	{ .name = "nagios",
	  .type = OPTION_FLAG,
	  .summary = "one status line and the exit codes of a Nagios plugin",
	  .help = "0 OK, 1 WARNING, 2 CRITICAL (a backup is bad), 3 UNKNOWN (could not tell).",
	  .offset = offsetof(struct verify_arguments, nagios) },
	{ 0 },
};

static int render(const struct invocation *inv, const struct run *run, const char *report_path,
		  struct error *err)
{
	const struct verify_arguments *a = inv->options;
	struct report_style style = report_style_of(&inv->screen);
	CLEANUP(buf_release)
	struct buf text = { 0 };
	int rc;

	if (a->nagios)
		rc = report_nagios(run, &text);
	else if (inv->global.json)
		rc = report_json(run, &text);
	else
		rc = report_text(run, &style, &text);
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report");
	(void)fwrite(text.ptr, 1, text.len, inv->out);
	(void)fflush(inv->out); /* the two streams may be one terminal */
	if (!a->nagios && !inv->global.json && !inv->global.quiet)
		(void)fprintf(inv->err, "The report is in %s\n", report_path);
	return 0;
}

static int verify(const struct invocation *inv, struct run_session *s, struct error *err)
{
	const struct verify_arguments *a = inv->options;
	struct progress progress = { 0 };
	struct verify_request request = { .set = a->set, .offsite_read = a->offsite_read };
	struct run_outcome outcome = { 0 };
	char path[REPORT_PATH_SIZE];
	struct run run = { 0 };
	int rc;

	if (run_session_open(inv, a->offsite ? "verify-offsite" : "verify", s, err) < 0)
		return -1;
	request.run = s->request;
	request.run.offsite = a->offsite;
	request.run.sinks = run_session_sinks(s, &progress.sink);
	progress_begin(&progress, inv, "verify");
	rc = verify_run(&request, &outcome, err);
	progress_end(&progress);
	if (rc < 0 || run_session_report(s, &run, path, err) < 0)
		return -1;
	rc = render(inv, &run, path, err);
	run_release(&run);
	if (rc < 0)
		return -1;
	if (a->nagios)
		return report_nagios_code(outcome.verdict);
	return run_session_exit_code(&outcome, a->fail_on == 1);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct verify_arguments *a = inv->options;
	struct run_session s = { 0 };
	int code = verify(inv, &s, err);

	run_session_close(&s);
	if (code < 0 && a->nagios) {
		(void)fprintf(inv->out, "MUSTER UNKNOWN - %s\n", err->message);
		return report_nagios_code(VERDICT_ERROR);
	}
	return code;
}

const struct command verify_command = {
	.name = "verify",
	.summary = "read and judge the newest backups: the daily verification",
	.description =
		"Reads every byte of each component's newest backup set and judges it: is it "
		"there, "
		"recent, whole, unchanged since it was written, sound in every format, holding "
		"what "
		"its manifest says the source held, plausible against earlier sets; is there room "
		"on "
		"the disk, do the services answer. Where offsite.url is set, the copy of each set "
		"there "
		"is held against it: is every file there, in its size, with its content, uploaded "
		"in time, readable at once, protected as required. Without COMPONENT, all of the "
		"configuration.\n\n"
		"A bad backup is \"fail\"; what could not be looked at is \"error\"; what does not "
		"apply is \"skipped\", counted and never green. The run, its checks and the facts "
		"go "
		"into the history; the report is written to reports/ in the state directory, as "
		"text, JSON, Markdown and HTML.",
	.arguments = "[COMPONENT...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct verify_arguments),
	.examples = "muster verify                   # everything\n"
		    "muster verify postgres-main     # one component\n"
		    "muster verify --backup-set 20261122 --json\n"
		    "muster verify --offsite         # the copy, read from where it is\n"
		    "muster verify --nagios          # for a monitoring system",
	.run = run,
};
