/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_carry.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/drill_alert.h"
#include "cmd/drill_dead.h"
#include "cmd/drill_detach.h"
#include "cmd/drill_plans.h"
#include "cmd/drill_show.h"
#include "cmd/report_format.h"
#include "cmd/run_session.h"
#include "cmd/schedule_rows.h"
#include "report/drill.h"

/* What all that carries a drill has in hand. */
struct carried {
	struct run_session s;
	struct history *people; /* their entries are read by it; it holds the drill's own lock */
	struct drill_plan plan;
	struct run earlier;
	struct drill_show show;
	struct event_sink beginning; /* tells the parent of a detached one */
	int told;                    /* the pipe to it; -1: none */
	bool begun;                  /* it is in the history */
	struct drill_request request;
	char next[sizeof("2026-12-03")];
	char logs[4096];
};

static int tell_beginning(struct event_sink *self, const struct event *e, struct error *err)
{
	struct carried *c =
		(struct carried *)(void *)((char *)self - offsetof(struct carried, beginning));

	(void)err;
	c->begun = true;
	if (c->told < 0 || e->type == EVENT_PROGRESS)
		return 0;
	drill_detach_begun(c->told, c->s.id);
	c->told = -1;
	return 0;
}

/* ---- what a drill needs ---- */

static int load_plan(const struct invocation *inv, struct carried *c, const char *name,
		     struct error *err)
{
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	int rc = drill_plan_load(c->s.config.drill_plans, name ? name : "monthly", &c->plan,
				 &complaints, err);

	configuration_complain(&inv->message, &complaints);
	return rc;
}

/* The plan as it was when the drill began, whatever became of the file. */
static int load_earlier_plan(struct carried *c, struct error *err)
{
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	const char *name = run_find_note(&c->earlier, "", "plan");
	const char *text = run_find_note(&c->earlier, "", "plan.yaml");

	if (!name || !text)
		return error_set(err, ERROR_IO, "the history does not hold the plan of drill %s",
				 c->earlier.id);
	return drill_plan_parse(name, name, text, &c->plan, &complaints, err);
}

/* One drill at a time; and a sign that somebody carries it. */
static int lock_drill(struct carried *c, struct error *err)
{
	const struct history_claim claim = { .run = c->s.id,
					     .command = "drill",
					     .whole_kind = true };

	if (history_open(c->s.config.state_dir, &c->people, err) < 0)
		return -1;
	return history_lock(c->people, &claim, err);
}

/* The day of the next one after this: of the first schedule of drills that comes. */
static int find_next(struct carried *c, struct error *err)
{
	CLEANUP(schedule_rows_release)
	struct schedule_rows rows = { 0 };
	const struct schedule_question q = { .config = &c->s.config, .now_ns = clock_wall_ns() };
	char day[CLOCK_RFC3339_SIZE];
	int64_t first_ns = INT64_MAX;

	if (schedule_gather(&q, &rows, err) < 0)
		return -1;
	for (size_t i = 0; i < rows.count; i++) {
		const struct schedule_row *row = &rows.item[i];

		if (strcmp(row->config->run, "drill") != 0 || !row->comes ||
		    row->next.at_ns >= first_ns)
			continue;
		first_ns = row->next.at_ns;
		(void)clock_format_rfc3339(row->next.local * NS_PER_SECOND, day);
		(void)snprintf(c->next, sizeof(c->next), "%.10s", day);
		c->request.next = c->next;
	}
	return 0;
}

static int write_report(void *cookie, struct error *err)
{
	const struct carried *c = cookie;
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(run_release)
	struct run run = { 0 };
	char path[REPORT_PATH_SIZE];

	if (history_open_read(c->s.config.state_dir, &h, err) < 0 ||
	    history_load(h, c->s.id, &run, err) < 0)
		return -1;
	return report_any_save(h, &run, c->s.config.state_dir, path, err);
}

static int send_alert(void *cookie, const struct stop *stop, struct checks *out, struct error *err)
{
	const struct carried *c = cookie;

	return drill_alert(&c->s.config, c->s.id, stop, out, err);
}

/* The drill's: the worst of its checks' and, unless it was cut short, of its criteria's. */
static int take_verdict(struct carried *c, const struct run *run, struct run_outcome *outcome,
			struct error *err)
{
	CLEANUP(report_drill_release)
	struct report_drill drill = { .action_count = 0 };

	if (report_drill_load(c->s.history, run, clock_wall_ns(), &drill, err) < 0)
		return -1;
	if (outcome->cut_short == ERROR_NONE)
		outcome->verdict = verdict_worse(outcome->verdict, drill.record.verdict);
	return 0;
}

static int show_result(const struct invocation *inv, struct carried *c, struct run_outcome *outcome,
		       struct error *err)
{
	CLEANUP(run_release)
	struct run run = { 0 };
	char path[REPORT_PATH_SIZE];

	if (run_session_report(&c->s, &run, path, err) < 0 ||
	    report_print(inv, c->s.history, &run, REPORT_TEXT, err) < 0 ||
	    take_verdict(c, &run, outcome, err) < 0)
		return -1;
	if (!inv->global.json && !inv->global.quiet)
		(void)fprintf(inv->err, "The report is in %s\n", path);
	return 0;
}

/* It has no end: what kept this process from carrying it on, such as a full disk, may be put right. */
static int say_how_to_go_on(const struct carried *c, struct error *err)
{
	char first[sizeof(err->hint)];

	if (!c->begun)
		return -1;
	(void)snprintf(first, sizeof(first), "%s", err->hint);
	err->hint[0] = '\0';
	return error_hint(err, "%.180s%smuster drill resume takes the drill up again", first,
			  *first ? "; then " : "");
}

static int execute(const struct invocation *inv, struct carried *c, struct error *err)
{
	struct run_outcome outcome = { 0 };
	struct drill_request *r = &c->request;

	if (lock_drill(c, err) < 0)
		return -1;
	if (!r->earlier &&
	    drill_dead_settle(inv, &c->s.config, c->s.history, r->automatic, err) < 0)
		return -1;
	if (find_next(c, err) < 0 || drill_show_actions(inv, c->people, err) < 0)
		return -1;
	(void)snprintf(c->logs, sizeof(c->logs), "%s/reports", c->s.config.state_dir);
	drill_show_begin(&c->show, inv, &c->plan, r->automatic);
	c->beginning = (struct event_sink){ .receive = tell_beginning, .next = &c->show.sink };
	r->run = c->s.request;
	r->run.sinks = run_session_sinks(&c->s, &c->beginning);
	r->plan = &c->plan;
	r->entries = c->people;
	r->logs = c->logs;
	r->write_report = write_report;
	r->alert = send_alert;
	r->cookie = c;
	if (drill_run(r, &outcome, err) < 0)
		return say_how_to_go_on(c, err);
	if (show_result(inv, c, &outcome, err) < 0)
		return -1;
	return run_session_exit_code(&outcome, false);
}

static void close_all(struct carried *c)
{
	drill_show_end(&c->show);
	history_close(c->people);
	run_session_close(&c->s);
	run_release(&c->earlier);
	drill_plan_release(&c->plan);
	if (c->told >= 0)
		(void)close(c->told);
}

/* Names that a configuration no longer has are no components to restore. */
static int check_lost(const struct carried *c, struct error *err)
{
	for (size_t i = 0; i < c->s.request.component_count; i++) {
		if (!run_request_component(&c->s.request, i, err))
			return -1;
	}
	return 0;
}

static int take_wishes(const struct drill_wishes *w, struct carried *c, struct error *err)
{
	const struct config *config = &c->s.config;
	struct drill_request *r = &c->request;

	r->scenario = w->scenario;
	r->trusted_until_ns = w->trusted_until_ns;
	r->automatic = w->automatic;
	r->jobs = w->jobs;
	c->s.request.component = w->lost;
	c->s.request.component_count = w->lost_count;
	c->s.request.offsite = *config->offsite.url && !w->local;
	if (w->scenario == DRILL_SCENARIO_OFFSITE_ONLY && !*config->offsite.url)
		return error_set(
			err, ERROR_CONFIG,
			"%s names no off-site copy (offsite.url), and this scenario leaves "
			"nothing else",
			config->path);
	return check_lost(c, err);
}

/* What went with the scenario only. */
static int take_earlier_scenario(struct carried *c, struct error *err)
{
	const struct run *earlier = &c->earlier;
	const char *trusted = run_find_note(earlier, "", DRILL_NOTE_TRUSTED);
	const char **lost = arena_alloc(&c->earlier.arena, earlier->note_count * sizeof(*lost) + 1);
	size_t count = 0;

	if (!lost)
		return error_set(err, ERROR_NOMEM, "no memory for a drill");
	for (size_t i = 0; i < earlier->note_count; i++) {
		if (!*earlier->note[i].component &&
		    strcmp(earlier->note[i].name, DRILL_NOTE_LOST) == 0)
			lost[count++] = earlier->note[i].text;
	}
	c->s.request.component = lost;
	c->s.request.component_count = count;
	if ((c->request.scenario == DRILL_SCENARIO_COMPONENT_LOST && !count) ||
	    (c->request.scenario == DRILL_SCENARIO_CORRUPTED_PRIMARY &&
	     (!trusted || clock_parse_rfc3339(trusted, &c->request.trusted_until_ns) < 0)))
		return error_set(
			err, ERROR_IO,
			"the history does not hold what scenario %s of drill %s takes away",
			drill_scenario_name(c->request.scenario), earlier->id);
	return check_lost(c, err);
}

/* As it was wished for when it began. */
static int take_earlier(struct carried *c, const char *id, struct error *err)
{
	struct drill_request *r = &c->request;
	const char *scenario, *mode, *offsite;

	if (history_load_brief(c->s.history, id, &c->earlier, err) < 0 ||
	    load_earlier_plan(c, err) < 0)
		return -1;
	if (c->earlier.finished_ns) {
		(void)error_set(err, ERROR_USAGE, "drill %s is over", c->earlier.id);
		return error_hint(err, "muster drill start begins another");
	}
	scenario = run_find_note(&c->earlier, "", "scenario");
	mode = run_find_note(&c->earlier, "", "mode");
	offsite = run_find_note(&c->earlier, "", RUN_NOTE_OFFSITE);
	for (int i = 0; scenario && i < DRILL_SCENARIO_COUNT; i++) {
		if (strcmp(scenario, drill_scenario_name((enum drill_scenario)i)) == 0)
			r->scenario = (enum drill_scenario)i;
	}
	r->automatic = mode && strcmp(mode, "automatic") == 0;
	c->s.request.offsite = offsite && strcmp(offsite, "yes") == 0;
	r->earlier = &c->earlier;
	return take_earlier_scenario(c, err);
}

/* A new drill as it is wished for, or, without wishes, the one of that id. */
static int carry(const struct invocation *inv, const struct drill_wishes *w, const char *id,
		 int told, struct error *err)
{
	struct carried c = { .s = { .whole = true, .again = id }, .told = told };
	int rc = run_session_open(inv, "drill", &c.s, err);

	if (rc == 0 && w)
		rc = load_plan(inv, &c, w->plan, err) < 0 ? -1 : take_wishes(w, &c, err);
	else if (rc == 0)
		rc = take_earlier(&c, id, err);
	if (rc == 0)
		rc = execute(inv, &c, err);
	close_all(&c);
	return rc;
}

static int carry_somewhere(const struct invocation *inv, const struct drill_wishes *w,
			   const char *id, bool detached, struct error *err)
{
	int told = -1, code = 0;
	int rc = detached ? drill_detach(inv, &told, &code, err) : 1;

	return rc > 0 ? carry(inv, w, id, told, err) : rc < 0 ? -1 : code;
}

int drill_carry(const struct invocation *inv, const struct drill_wishes *wishes, struct error *err)
{
	return carry_somewhere(inv, wishes, NULL, wishes->detached, err);
}

int drill_carry_on(const struct invocation *inv, const char *id, bool detached, struct error *err)
{
	return carry_somewhere(inv, NULL, id, detached, err);
}
