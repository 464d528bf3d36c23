/* SPDX-License-Identifier: Apache-2.0 */
/* What the show of drills writes on the screen. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/demo_drill.intern.h"
#include "cmd/document.h"
#include "drill/drill_plan.h"
#include "model/json.h"

enum { LINE_SIZE = 600, NAMES_SIZE = 400 };

/* To the millisecond; none of them is negative. */
static int64_t ns_of(const json_t *value, double unit)
{
	return (int64_t)(json_number_value(value) * unit * 1000 + 0.5) * (NS_PER_SECOND / 1000);
}

void demo_drill_print_plan(const struct show *s, const json_t *plan)
{
	size_t i, steps = 0;
	const json_t *phases = json_object_get(plan, "phases"), *phase;
	char line[LINE_SIZE], due[DRILL_T_SIZE];

	json_array_foreach (phases, i, phase)
		steps += json_array_size(json_object_get(phase, "steps"));
	(void)snprintf(line, sizeof(line), "%s: %zu steps in %zu phases, of which are due",
		       trial_text(plan, "title"), steps, json_array_size(phases));
	show_print_text(s, line);
	json_array_foreach (phases, i, phase) {
		const json_t *milestone = json_object_get(phase, "milestone");

		if (!json_is_number(milestone))
			continue;
		(void)snprintf(line, sizeof(line), "by %s  %s",
			       drill_t_format(ns_of(milestone, 1), due),
			       trial_text(phase, "title"));
		show_print_line(s, line);
	}
}

/* Of minutes or seconds that may not have been measured. */
static const char *duration_of(const json_t *value, double unit, char out[QUANTITY_TEXT_SIZE])
{
	if (!json_is_number(value))
		return "-";
	return quantity_format_duration(ns_of(value, unit), out);
}

static const char *status_of(const json_t *of, const char *key)
{
	const char *status = trial_text(of, key);

	return strcmp(status, "MET") == 0    ? "met" :
	       strcmp(status, "MISSED") == 0 ? "MISSED" :
					       "NOT MEASURED";
}

static void print_platform(const struct show *s, const json_t *m, const char *what,
			   const char *const keys[3])
{
	char took[QUANTITY_TEXT_SIZE], target[QUANTITY_TEXT_SIZE];

	show_say(s, "    %-22s  %8s  objective %4s  %s\n", what,
		 duration_of(json_object_get(m, keys[0]), 60, took),
		 duration_of(json_object_get(m, keys[1]), 60, target), status_of(m, keys[2]));
}

static void print_components(const struct show *s, const json_t *metrics)
{
	size_t i;
	const json_t *c;

	json_array_foreach (json_object_get(metrics, "components"), i, c) {
		char what[64], took[QUANTITY_TEXT_SIZE], target[QUANTITY_TEXT_SIZE];

		(void)snprintf(what, sizeof(what), "%.40s restored", trial_text(c, "name"));
		show_say(s, "    %-22s  %8s  objective %4s  %s\n", what,
			 duration_of(json_object_get(c, "restore_seconds"), 1, took),
			 duration_of(json_object_get(c, "objective_seconds"), 1, target),
			 status_of(c, "objective_status"));
	}
}

static enum verdict verdict_of(const json_t *criterion)
{
	enum verdict v = VERDICT_SKIPPED;

	return verdict_parse(trial_text(criterion, "verdict"), &v) ? v : VERDICT_SKIPPED;
}

bool demo_drill_failed(const struct drill_act *a, const char *name)
{
	size_t i;
	const json_t *c;

	json_array_foreach (json_object_get(a->metrics, "criteria"), i, c) {
		if (strcmp(trial_text(c, "name"), name) == 0)
			return verdict_of(c) == VERDICT_FAIL;
	}
	return false;
}

void demo_drill_print_summary(const struct show *s, const struct drill_act *a)
{
	static const char *const rto[] = { "total_rto_minutes", "rto_target_minutes",
					   "rto_status" };
	static const char *const rpo[] = { "data_loss_minutes", "rpo_target_minutes",
					   "rpo_status" };
	const json_t *measured = json_object_get(a->metrics, "measurements"), *c;
	size_t i;

	show_print_text(s, trial_text(a->metrics, "summary"));
	print_platform(s, measured, "recovery time", rto);
	print_platform(s, measured, "data that would be lost", rpo);
	print_components(s, a->metrics);
	show_say(s, "  what it was to show:\n");
	json_array_foreach (json_object_get(a->metrics, "criteria"), i, c) {
		char line[LINE_SIZE];

		(void)snprintf(line, sizeof(line), "%s %s: %s",
			       terminal_symbol(&s->inv->screen, verdict_of(c)),
			       trial_text(c, "title"), trial_text(c, "sentence"));
		show_print_text(s, line);
	}
}

/* "Data integrity verified, Milestones met": what was not. */
static void name_criteria(const struct drill_act *a, char names[NAMES_SIZE])
{
	size_t i;
	const json_t *c;

	names[0] = '\0';
	json_array_foreach (json_object_get(a->metrics, "criteria"), i, c) {
		size_t len = strlen(names);

		if (verdict_of(c) >= VERDICT_ERROR)
			(void)snprintf(names + len, NAMES_SIZE - len, "%s%s", len ? ", " : "",
				       trial_text(c, "title"));
	}
}

static void print_row(const struct show *s, const struct drill_act *a, int width)
{
	char names[NAMES_SIZE];

	name_criteria(a, names);
	show_say(s, "%-*s  %s%s\n", width, a->c.done, a->c.not_run ? "not run" : a->c.trial.verdict,
		 a->c.not_run || a->c.as_expected ? "" : "  NOT AS EXPECTED");
	if (*names)
		show_print_text(s, names);
}

void demo_drill_print_end(const struct show *s, const struct drill_act *act)
{
	const int width = (int)strlen(act[ACT_ALTERED].c.done);

	show_say(s, "\n%-*s  verdict, and what was not achieved\n", width, "done, then a drill");
	for (size_t i = 0; i < ACTS; i++)
		print_row(s, &act[i], width);
	if (act[ACT_SOUND].c.not_run) {
		show_say(s, "\nNo drill was held, so that nothing is proven:\n");
		show_print_text(s, s->why_not_run);
		return;
	}
	show_say(s, "\nThese files stay:\n");
	show_say(s, "%s  the report of the drill, a page for browsers\n", act[ACT_SOUND].page);
	show_say(s, "%s  its metrics, JSON\n", act[ACT_SOUND].metrics_path);
	show_say(s, "%s  the report of the one that failed\n", act[ACT_ALTERED].page);
	show_say(s, "%s  its metrics\n", act[ACT_ALTERED].metrics_path);
	show_say(s, "%s  both reports as text\n", s->report_path);
}

static json_t *act_document(const struct show *s, const struct drill_act *a)
{
	if (a->c.not_run)
		return json_pack("{s:s, s:n, s:i, s:b, s:b, s:s}", "done", a->c.done, "verdict",
				 "exit_code", EXIT_CODE_REFUSED, "as_expected", 0, "not_run", 1,
				 "why", s->why_not_run);
	return json_pack("{s:s, s:s, s:i, s:b, s:b, s:s, s:s, s:O}", "done", a->c.done, "verdict",
			 a->c.trial.verdict, "exit_code", a->c.trial.exit_code, "as_expected",
			 (int)a->c.as_expected, "not_run", 0, "report", a->page, "metrics_file",
			 a->metrics_path, "metrics", a->metrics);
}

int demo_drill_print_document(const struct show *s, const struct drill_act *act, bool keep,
			      struct error *err)
{
	json_t *document = document_new("demo-drill"), *drills = json_array();
	const struct platform_offsite *o = &s->platform.offsite;

	for (size_t i = 0; i < ACTS; i++)
		(void)json_array_append_new(drills, act_document(s, &act[i]));
	if (!document || json_array_size(drills) != ACTS ||
	    json_object_set(document, "drills", drills) < 0 ||
	    json_object_set_new(document, "offsite", json_boolean(*o->endpoint)) < 0 ||
	    json_object_set_new(document, "offsite_server", text_or_null_to_json(o->server)) < 0 ||
	    json_object_set_new(document, "why_no_offsite",
				*o->endpoint ? json_null() : text_to_json(o->why_not)) < 0 ||
	    json_object_set_new(document, "report",
				*s->report_path ? text_to_json(s->report_path) : json_null()) < 0 ||
	    (keep &&
	     json_object_set_new(document, "config", text_to_json(s->platform.settings)) < 0)) {
		json_decref(document);
		document = NULL;
	}
	json_decref(drills);
	return document_print(s->inv->out, document, err);
}
