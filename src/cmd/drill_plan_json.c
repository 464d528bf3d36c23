/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "cmd/document.h"
#include "cmd/drill_plan_show.h"
#include "model/json.h"

static json_t *words_to_json(const struct string_list *words)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < words->count; i++)
		if (json_array_append_new(list, text_to_json(words->item[i])) < 0)
			return NULL;
	return TAKE(list);
}

/* Of times that are not there: null. */
static json_t *seconds_or_null(bool known, int64_t ns)
{
	return known ? json_real((double)ns / NS_PER_SECOND) : json_null();
}

static json_t *step_to_json(const struct drill_step *s)
{
	const bool automatic = s->kind == DRILL_AUTOMATIC;
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "id", text_to_json(s->id)) &&
	    member_put(o, "title", text_to_json(s->title)) &&
	    member_put(o, "kind", json_string(drill_kind_name(s->kind))) &&
	    member_put(o, "does",
		       automatic ? json_string(drill_work_name(s->work)) : json_null()) &&
	    member_put(o, "engine",
		       s->engine < ENGINE_COUNT ? json_string(engine_kind_name(s->engine)) :
						  json_null()) &&
	    member_put(o, "command", words_to_json(&s->command)) &&
	    member_put(o, "role", text_or_null_to_json(s->role)) &&
	    member_put(o, "after", words_to_json(&s->after)) &&
	    member_put(o, "objective", seconds_or_null(s->objective_ns > 0, s->objective_ns)) &&
	    member_put(o, "on_failure", json_string(drill_failure_name(s->on_failure))) &&
	    member_put(o, "always", json_boolean(s->always)) &&
	    member_put(o, "begins_by", seconds_or_null(s->on_clock, s->begin_ns)) &&
	    member_put(o, "ends_by", seconds_or_null(s->on_clock, s->end_ns)))
		return TAKE(o);
	return NULL;
}

static json_t *phase_to_json(const struct drill_plan *plan, const struct drill_phase *p)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	CLEANUP(cleanup_json)
	json_t *steps = json_array();

	for (size_t i = 0; steps && i < p->step_count; i++)
		if (json_array_append_new(steps, step_to_json(&plan->step[p->step + i])) < 0)
			return NULL;
	if (o && steps && member_put(o, "id", text_to_json(p->id)) &&
	    member_put(o, "title", text_to_json(p->title)) &&
	    member_put(o, "milestone", seconds_or_null(p->milestone_ns >= 0, p->milestone_ns)) &&
	    member_put(o, "after_end", json_boolean(p->after_end)) &&
	    member_put(o, "steps", TAKE(steps)))
		return TAKE(o);
	return NULL;
}

static json_t *roles_to_json(const struct drill_plan *plan)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	for (size_t i = 0; o && i < plan->role_count; i++)
		if (!member_put(o, plan->role[i].id, text_to_json(plan->role[i].title)))
			return NULL;
	return TAKE(o);
}

int drill_plan_print_json(FILE *out, const struct drill_plan *plan, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("drill-plan");
	CLEANUP(cleanup_json)
	json_t *phases = json_array();

	for (size_t i = 0; phases && i < plan->phase_count; i++)
		if (json_array_append_new(phases, phase_to_json(plan, &plan->phase[i])) < 0)
			return document_no_memory(err);
	if (!document || !phases || !member_put(document, "name", text_to_json(plan->name)) ||
	    !member_put(document, "title", text_to_json(plan->title)) ||
	    !member_put(document, "start", text_to_json(plan->start)) ||
	    !member_put(document, "validated", text_to_json(plan->validated)) ||
	    !member_put(document, "ends_by", seconds_or_null(true, plan->end_ns)) ||
	    !member_put(document, "roles", roles_to_json(plan)) ||
	    !member_put(document, "phases", TAKE(phases)))
		return document_no_memory(err);
	return document_print(out, TAKE(document), err);
}
