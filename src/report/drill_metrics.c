/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of a drill as a JSON document. What was not measured is null, never invented. */
#include <string.h>

#include "base/clock.h"
#include "model/json.h"
#include "report/document.h"
#include "report/drill.intern.h"

/* Minutes, to less than a millisecond; null for what was not measured. */
static json_t *minutes_to_json(int64_t ns)
{
	const int64_t unit_ns = 60 * 10000, hundred_thousandths = (ns + unit_ns / 2) / unit_ns;

	return ns < 0 ? json_null() : json_real((double)hundred_thousandths / 100000.0);
}

static json_t *measured_to_json(int64_t ns)
{
	return ns < 0 ? json_null() : seconds_to_json(ns);
}

json_t *drill_time_to_json(const struct drill_record *r, int64_t wall_ns)
{
	char text[DRILL_TIME_SIZE];

	return wall_ns ? json_string(drill_time_format(r, wall_ns, text)) : json_null();
}

static json_t *status_to_json(enum drill_outcome o)
{
	bool told = o == DRILL_OUTCOME_MET || o == DRILL_OUTCOME_MISSED;

	return json_string(drill_outcome_name(told ? o : DRILL_OUTCOME_NOT_MEASURED));
}

static json_t *objective_to_json(int64_t ns, json_t *(*spell)(int64_t ns))
{
	return ns ? spell(ns) : json_null();
}

static const struct drill_record_step *step_of_work(const struct drill_record *r,
						    enum drill_work work, enum engine_kind engine)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_step *plan = r->step[i].plan;

		if (plan->kind == DRILL_AUTOMATIC && plan->work == work && plan->engine == engine)
			return &r->step[i];
	}
	return NULL;
}

/* When the phase of such a step was complete; 0. */
static int64_t phase_end(const struct drill_record *r, enum drill_work work,
			 enum engine_kind engine)
{
	const struct drill_record_step *s = step_of_work(r, work, engine);

	return s && !drill_step_fell_short(s) ? r->phase[s->plan->phase].end_ns : 0;
}

/* That of the last phase that has a milestone: what follows is cleaning up and talking it over. */
static int64_t drill_end(const struct drill_record *r)
{
	for (size_t i = r->plan.phase_count; i-- > 0;) {
		if (r->phase[i].plan->milestone_ns >= 0)
			return r->phase[i].end_ns;
	}
	return r->run->finished_ns;
}

static json_t *timeline_to_json(const struct drill_record *r)
{
	const struct {
		const char *key;
		int64_t at_ns;
	} rows[] = {
		{ "drill_start", r->t0_ns },
		{ "postgres_recovery_complete",
		  phase_end(r, DRILL_WORK_RESTORE, ENGINE_POSTGRESQL) },
		{ "redis_recovery_complete", phase_end(r, DRILL_WORK_RESTORE, ENGINE_REDIS) },
		{ "rabbitmq_recovery_complete", phase_end(r, DRILL_WORK_RESTORE, ENGINE_RABBITMQ) },
		{ "services_online", phase_end(r, DRILL_WORK_DEPLOY, ENGINE_COUNT) },
		{ "validation_complete",
		  r->validated && !*r->not_validated ? r->validated->end_ns : 0 },
		{ "drill_end", drill_end(r) },
	};
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!member_put(o, rows[i].key, drill_time_to_json(r, rows[i].at_ns)))
			return NULL;
	}
	return TAKE(o);
}

/* How long the engine's components took to be restored; -1. */
static int64_t restored_in(const struct drill_record *r, enum engine_kind engine)
{
	for (size_t i = 0; i < r->component_count; i++) {
		if (strcmp(r->component[i].engine, engine_kind_name(engine)) == 0)
			return r->component[i].actual_ns;
	}
	return -1;
}

static json_t *measurements_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "postgres_restore_minutes",
			minutes_to_json(restored_in(r, ENGINE_POSTGRESQL))) ||
	    !member_put(o, "redis_restore_minutes",
			minutes_to_json(restored_in(r, ENGINE_REDIS))) ||
	    !member_put(o, "rabbitmq_restore_minutes",
			minutes_to_json(restored_in(r, ENGINE_RABBITMQ))) ||
	    !member_put(o, "total_rto_minutes", minutes_to_json(r->rto.actual_ns)) ||
	    !member_put(o, "rto_target_minutes",
			objective_to_json(r->rto.objective_ns, minutes_to_json)) ||
	    !member_put(o, "rto_status", status_to_json(r->rto.outcome)) ||
	    !member_put(o, "data_loss_minutes", minutes_to_json(r->rpo.actual_ns)) ||
	    !member_put(o, "rpo_target_minutes",
			objective_to_json(r->rpo.objective_ns, minutes_to_json)) ||
	    !member_put(o, "rpo_status", status_to_json(r->rpo.outcome)) ||
	    !member_put(o, "recovery_point", drill_time_to_json(r, r->point_ns)) ||
	    !member_put(o, "recovery_point_skew_seconds", measured_to_json(r->skew_ns)) ||
	    !member_put(o, "held_minutes", minutes_to_json(r->held_ns)))
		return NULL;
	return TAKE(o);
}

/* What is to be done of it, in one line; null. */
static json_t *action_to_json(const struct report_drill *d, int64_t number)
{
	for (size_t i = 0; number && i < d->actions.count; i++) {
		if (d->actions.item[i].number == number)
			return text_to_json(d->actions.item[i].title);
	}
	return json_null();
}

static json_t *issue_to_json(const struct report_drill *d, const struct entry *e)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "severity", text_or_null_to_json(entry_severity_name(e->severity))) ||
	    !member_put(o, "description", text_to_json(e->text)) ||
	    !member_put(o, "resolution", text_or_null_to_json(e->resolution)) ||
	    !member_put(o, "action_item", action_to_json(d, e->action)) ||
	    !member_put(o, "action_number", e->action ? json_integer(e->action) : json_null()) ||
	    !member_put(o, "step", text_or_null_to_json(e->step)) ||
	    !member_put(o, "author", text_to_json(e->author)) ||
	    !member_put(o, "at", drill_time_to_json(&d->record, e->at_ns)))
		return NULL;
	return TAKE(o);
}

static json_t *issues_to_json(const struct report_drill *d)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();
	size_t at = 0;

	for (const struct entry *e;
	     (e = drill_record_entry(&d->record, ENTRY_ISSUE, &at)) != NULL;) {
		if (json_array_append_new(list, issue_to_json(d, e)) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

static json_t *texts_of(const struct drill_record *r, enum entry_kind kind)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();
	size_t at = 0;

	for (const struct entry *e; (e = drill_record_entry(r, kind, &at)) != NULL;) {
		if (json_array_append_new(list, text_to_json(e->text)) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

static json_t *deviations_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *entered = texts_of(r, ENTRY_DEVIATION);
	CLEANUP(cleanup_json)
	json_t *list = texts_to_json(r->deviation, r->deviation_count);

	if (!list || !entered || json_array_extend(list, entered) < 0)
		return NULL;
	return TAKE(list);
}

static json_t *participants_to_json(const struct drill_record *r, bool with_roles)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; i < r->participant_count; i++) {
		const struct drill_participant *p = &r->participant[i];
		json_t *one =
			!with_roles ?
				text_to_json(p->name) :
				json_pack("{s:o, s:o, s:o}", "role", text_to_json(p->role), "title",
					  text_to_json(p->title), "name", text_to_json(p->name));

		if (json_array_append_new(list, one) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

static json_t *day_to_json(const struct drill_record *r)
{
	char text[DRILL_TIME_SIZE];

	(void)drill_time_format(r, r->t0_ns ? r->t0_ns : r->run->started_ns, text);
	return json_stringn(text, sizeof("2026-12-03") - 1);
}

static bool put_sample(json_t *o, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;

	return member_put(o, "drill_date", day_to_json(r)) &&
	       member_put(o, "participants", participants_to_json(r, false)) &&
	       member_put(o, "timeline", timeline_to_json(r)) &&
	       member_put(o, "measurements", measurements_to_json(r)) &&
	       member_put(o, "issues_found", issues_to_json(d)) &&
	       member_put(o, "improvements", texts_of(r, ENTRY_IMPROVEMENT)) &&
	       member_put(o, "lessons_learned", texts_of(r, ENTRY_LESSON)) &&
	       member_put(o, "next_drill", text_or_null_to_json(r->next_drill));
}

/* That nothing has failed yet is no verdict. */
static json_t *verdict_so_far(const struct drill_record *r)
{
	return r->over || r->verdict >= VERDICT_ERROR ? json_string(verdict_name(r->verdict)) :
							json_null();
}

static bool put_head(json_t *o, const struct drill_record *r)
{
	return member_put(o, "schema", json_string("muster.drill-metrics/v1")) &&
	       member_put(o, "run", text_to_json(r->run->id)) &&
	       member_put(o, "platform", text_or_null_to_json(r->run->platform)) &&
	       member_put(o, "plan", text_to_json(r->plan.name)) &&
	       member_put(o, "scenario", text_or_null_to_json(r->scenario)) &&
	       member_put(o, "mode", text_or_null_to_json(r->mode)) &&
	       member_put(o, "timezone", text_to_json(r->zone_name)) &&
	       member_put(o, "offsite", json_boolean(r->offsite)) &&
	       member_put(o, "state", json_string(drill_state_name(r->state))) &&
	       member_put(o, "aborted", json_boolean(r->aborted)) &&
	       member_put(o, "verdict", verdict_so_far(r)) &&
	       member_put(o, "summary", text_to_json(r->sentence));
}

static json_t *files_to_json(const struct drill_record_component *c)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; i < c->file_count; i++) {
		const struct drill_record_file *f = &c->file[i];
		json_t *size = *f->size ? json_integer(strtoll(f->size, NULL, 10)) : json_null();

		if (json_array_append_new(list,
					  json_pack("{s:o, s:o, s:o}", "path",
						    text_to_json(f->path), "size", size, "sha256",
						    text_or_null_to_json(f->sha256))) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

static json_t *component_to_json(const struct drill_record *r,
				 const struct drill_record_component *c)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "name", text_to_json(c->name)) ||
	    !member_put(o, "engine", text_to_json(c->engine)) ||
	    !member_put(o, "version", text_or_null_to_json(c->version)) ||
	    !member_put(o, "set", text_or_null_to_json(c->set)) ||
	    !member_put(o, "files", files_to_json(c)) ||
	    !member_put(o, "restore_seconds", measured_to_json(c->actual_ns)) ||
	    !member_put(o, "objective_seconds",
			objective_to_json(c->objective_ns, seconds_to_json)) ||
	    !member_put(o, "objective_status", status_to_json(c->objective)) ||
	    !member_put(o, "recovery_point", drill_time_to_json(r, c->point_ns)) ||
	    !member_put(o, "no_recovery_point", text_or_null_to_json(c->no_point)))
		return NULL;
	return TAKE(o);
}

static json_t *components_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; i < r->component_count; i++) {
		if (json_array_append_new(list, component_to_json(r, &r->component[i])) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

/* T+ of a moment, in seconds; null before T0. */
static json_t *t_to_json(const struct drill_record *r, int64_t wall_ns)
{
	int64_t t_ns;

	return wall_ns && drill_record_t(r, wall_ns, &t_ns) ? seconds_to_json(t_ns) : json_null();
}

static json_t *phase_to_json(const struct drill_record *r, const struct drill_record_phase *p)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "id", text_to_json(p->plan->id)) ||
	    !member_put(o, "title", text_to_json(p->plan->title)) ||
	    !member_put(o, "began", drill_time_to_json(r, p->begin_ns)) ||
	    !member_put(o, "ended", drill_time_to_json(r, p->end_ns)) ||
	    !member_put(o, "milestone_seconds", measured_to_json(p->plan->milestone_ns)) ||
	    !member_put(o, "ended_seconds", t_to_json(r, p->end_ns)) ||
	    !member_put(o, "milestone_status", status_to_json(p->milestone)) ||
	    !member_put(o, "not_met_for", text_or_null_to_json(p->why)))
		return NULL;
	return TAKE(o);
}

static json_t *phases_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; i < r->plan.phase_count; i++) {
		if (json_array_append_new(list, phase_to_json(r, &r->phase[i])) < 0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

/* One that is open has no verdict yet. */
static json_t *criteria_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (int i = 0; i < DRILL_CRITERION_COUNT; i++) {
		const struct drill_criterion *c = &r->criterion[i];
		json_t *verdict = c->open ? json_null() : json_string(verdict_name(c->verdict));

		if (json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o}", "name", c->name,
							  "title", c->title, "verdict", verdict,
							  "sentence", text_to_json(c->sentence))) <
		    0)
			return NULL;
	}
	return list ? TAKE(list) : NULL;
}

bool drill_put_metrics(json_t *o, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;

	return put_head(o, r) && put_sample(o, d) &&
	       member_put(o, "roles", participants_to_json(r, true)) &&
	       member_put(o, "components", components_to_json(r)) &&
	       member_put(o, "phases", phases_to_json(r)) &&
	       member_put(o, "criteria", criteria_to_json(r)) &&
	       member_put(o, "went_well", texts_of(r, ENTRY_WENT_WELL)) &&
	       member_put(o, "deviations", deviations_to_json(r));
}

int report_drill_metrics(const struct report_drill *d, struct buf *out)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	return o && drill_put_metrics(o, d) ? model_json_write(o, out) : -1;
}
