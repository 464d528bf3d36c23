/* SPDX-License-Identifier: Apache-2.0 */
/* The other show, of muster demo --drill: a whole drill that passes, then one of an altered backup. */
#include "cmd/demo_drill.intern.h"

#include <string.h>

#include "base/file.h"
#include "cmd/interrupt.h"
#include "demo/application.h"
#include "demo/kept_mail.h"
#include "demo/set_files.h"

enum { ANNOUNCEMENT_LINES = 7, METRICS_MAX = 16 << 20 };

static void hear(void *cookie, const char *line)
{
	show_print_line(cookie, line);
}

/* ---- before it begins ---- */

static int show_plan(struct show *s, struct error *err)
{
	static const char *const words[] = { "drill", "plan", "monthly", NULL };
	CLEANUP(trial_release)
	struct trial plan = { 0 };

	if (show_run(s, words, s->platform.settings, &plan, err) < 0)
		return -1;
	demo_drill_print_plan(s, plan.document);
	return 0;
}

static int show_announcement(struct show *s, struct error *err)
{
	static const char *const words[] = { "drill", "announce", "--dry-run", NULL };
	CLEANUP(trial_release)
	struct trial t = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (show_run(s, words, s->platform.settings, &t, err) < 0)
		return -1;
	if (buf_puts(&text, trial_text(t.document, "text")) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	show_print_lines(s, text.ptr, ANNOUNCEMENT_LINES);
	return 0;
}

/* ---- a drill ---- */

static int keep_file(const char *from, const char *to, struct error *err)
{
	CLEANUP(buf_release)
	struct buf bytes = { 0 };

	if (file_read(from, METRICS_MAX, &bytes, err) < 0)
		return -1;
	return file_write_atomic(to, 0600, bytes.ptr, bytes.len, err);
}

/* What stays when the platform is gone. */
static int keep_report(struct show *s, struct drill_act *a, struct error *err)
{
	const char *run = a->c.trial.run;
	char from[SHOW_PATH + 64], what[64];

	show_kept_path(a->page, a->name, "html");
	(void)snprintf(what, sizeof(what), "%.40s-metrics", a->name);
	show_kept_path(a->metrics_path, what, "json");
	(void)snprintf(from, sizeof(from), "%.100s/reports/%.64s.html", a->state, run);
	if (keep_file(from, a->page, err) < 0)
		return -1;
	(void)snprintf(from, sizeof(from), "%.100s/reports/%.64s.metrics.json", a->state, run);
	if (keep_file(from, a->metrics_path, err) < 0 ||
	    set_files_read_json(from, &a->metrics, err) < 0)
		return -1;
	return show_keep_report(s, &a->c, a->state, err);
}

static int hold_drill(struct show *s, struct drill_act *a, const char *settings, struct error *err)
{
	static const char *const words[] = { "drill", "start", "--auto", NULL };
	const struct trial_request request = {
		.words = words,
		.settings = settings,
		.hear = hear,
		.cookie = s,
		.stop_requested = interrupt_requested,
	};
	const json_t *reason;

	if (show_run_heard(s, &request, &a->c.trial, err) < 0)
		return -1;
	reason = show_no_sandbox(&a->c.trial, "empty");
	if (!reason)
		return keep_report(s, a, err);
	a->c.not_run = true;
	show_note_not_run(s, "the drill cannot be held on this machine", reason);
	return 0;
}

/* The test alert, where its receiver put it. */
static int show_alert(const struct show *s, const struct drill_act *a, const char *directory,
		      struct error *err)
{
	CLEANUP(kept_mail_release)
	struct kept_mail mail = { 0 };
	struct error none = ERROR_INIT;
	char path[SET_FILES_PATH];
	const json_t *check;
	size_t i;

	if (set_files_find(directory, "*.eml", path, &none) < 0)
		return 0;
	if (kept_mail_read(path, &mail, err) < 0)
		return -1;
	show_say(s, "  its test alert, which the platform's receiver of mails keeps as a file:\n");
	show_print_lines(s, mail.head.ptr, SIZE_MAX);
	json_array_foreach (json_object_get(a->c.trial.document, "checks"), i, check) {
		const char *message = trial_text(check, "message");

		if (strcmp(trial_text(check, "name"), "monitoring") == 0 &&
		    strstr(message, "test alert"))
			show_print_text(s, message);
	}
	return 0;
}

static int show_sound_drill(struct show *s, struct drill_act *a, struct error *err)
{
	char mail[SHOW_PATH];

	(void)snprintf(a->state, sizeof(a->state), "%s/state", s->platform.directory);
	(void)snprintf(mail, sizeof(mail), "%s/mail", s->platform.directory);
	if (hold_drill(s, a, s->platform.settings, err) < 0 || a->c.not_run)
		return a->c.not_run ? 0 : -1;
	a->c.as_expected = a->c.trial.exit_code == EXIT_CODE_PASS;
	show_print_verdict(s, &a->c.trial);
	demo_drill_print_summary(s, a);
	return show_alert(s, a, mail, err);
}

/* What did not hold was told while the drill went on, what is but a warning was not. */
static void print_untold(const struct show *s, const struct show_case *c)
{
	for (size_t i = 0; i < ALTERATION_COUNT; i++) {
		if (strcmp(trial_text(c->named[i], "verdict"), verdict_name(VERDICT_WARN)) == 0)
			show_print_difference(s, c->named[i]);
	}
}

/* Whoever only looks whether a backup can be restored would be content with this one. */
static int show_altered_drill(struct show *s, struct drill_act *a, struct error *err)
{
	struct show_copy copy;

	show_say(s,
		 "\nThe same drill, of data that went bad unnoticed before they were backed up.");
	if (show_alter(s, &copy, err) < 0)
		return -1;
	(void)snprintf(a->state, sizeof(a->state), "%.150s", copy.state);
	if (hold_drill(s, a, copy.settings, err) < 0)
		return -1;
	show_judge_altered(&a->c);
	a->c.as_expected = a->c.as_expected && demo_drill_failed(a, "integrity");
	show_print_verdict(s, &a->c.trial);
	print_untold(s, &a->c);
	demo_drill_print_summary(s, a);
	return 0;
}

static void say_what_is_left_out(const struct show *s)
{
	char application[PATH_MAX];

	if (!*s->platform.offsite.endpoint) {
		show_say(s, "The off-site copy is left out, so the drill restores from the backups "
			    "here:\n");
		show_print_text(s, s->platform.offsite.why_not);
	}
	if (!application_find(application))
		show_say(s, "The example's services are left out: their programs are only where "
			    "this one\n"
			    "was built.\n");
}

static int give(struct show *s, struct drill_act *act, struct error *err)
{
	if (show_offsite_prepare(s, err) < 0)
		return -1;
	say_what_is_left_out(s);
	if (show_canary(s, err) < 0 || show_backup(s, err) < 0 || show_plan(s, err) < 0 ||
	    show_announcement(s, err) < 0)
		return -1;
	show_say(s,
		 "\nThe drill, with nobody there: what people do is left out, and recorded so.\n");
	if (show_sound_drill(s, &act[ACT_SOUND], err) < 0)
		return -1;
	if (act[ACT_SOUND].c.not_run) {
		act[ACT_ALTERED].c.not_run = true;
		return 0;
	}
	if (show_altered_drill(s, &act[ACT_ALTERED], err) < 0)
		return -1;
	return show_save_report(s, "drill", err);
}

static int exit_code(const struct drill_act *act)
{
	int code = EXIT_CODE_PASS;

	for (size_t i = 0; i < ACTS; i++) {
		if (act[i].c.not_run)
			code = EXIT_CODE_REFUSED;
		else if (!act[i].c.as_expected)
			return EXIT_CODE_FAIL;
	}
	return code;
}

int demo_drill(struct show *s, bool keep, struct error *err)
{
	struct drill_act act[ACTS] = {
		[ACT_SOUND] = { .name = "drill", .c = { .done = "nothing" } },
		[ACT_ALTERED] = { .name = "drill-altered",
				  .c = { .done = "three alterations before the dump" } },
	};
	int rc = give(s, act, err);

	if (rc == 0 && s->inv->global.json)
		rc = demo_drill_print_document(s, act, keep, err);
	else if (rc == 0)
		demo_drill_print_end(s, act);
	if (rc == 0)
		rc = exit_code(act);
	for (size_t i = 0; i < ACTS; i++) {
		trial_release(&act[i].c.trial);
		json_decref(act[i].metrics);
	}
	return rc;
}
