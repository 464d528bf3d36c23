/* SPDX-License-Identifier: Apache-2.0 */
/* A drill's run as a JSON document, with all that its report tells. */
#include "model/json.h"
#include "report/document.h"
#include "report/drill.intern.h"

static json_t *seconds_or_null(int64_t ns)
{
	return ns < 0 ? json_null() : seconds_to_json(ns);
}

static json_t *step_to_json(const struct drill_record *r, const struct drill_record_step *s)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	bool on_clock = s->plan->on_clock, has_objective = s->plan->objective_ns != 0;

	if (!member_put(o, "id", text_to_json(s->plan->id)) ||
	    !member_put(o, "title", text_to_json(s->plan->title)) ||
	    !member_put(o, "kind", json_string(drill_kind_name(s->plan->kind))) ||
	    !member_put(o, "role", text_or_null_to_json(s->plan->role)) ||
	    !member_put(o, "phase", text_to_json(r->phase[s->plan->phase].plan->id)) ||
	    !member_put(o, "state", json_string(drill_step_state_name(s->state))) ||
	    !member_put(o, "why", text_or_null_to_json(s->why)) ||
	    !member_put(o, "began", drill_time_to_json(r, s->begin_ns)) ||
	    !member_put(o, "ended", drill_time_to_json(r, s->end_ns)) ||
	    !member_put(o, "planned_seconds", seconds_or_null(on_clock ? s->plan->end_ns : -1)) ||
	    !member_put(o, "took_seconds", seconds_or_null(s->duration_ns)) ||
	    !member_put(o, "objective_seconds",
			seconds_or_null(has_objective ? s->plan->objective_ns : -1)) ||
	    !member_put(o, "late_seconds", seconds_or_null(s->overrun_ns ? s->overrun_ns : -1)) ||
	    !member_put(o, "entry", s->entry ? json_integer(s->entry->number) : json_null()))
		return NULL;
	return TAKE(o);
}

static json_t *number_or_null(int64_t number)
{
	return number ? json_integer(number) : json_null();
}

static json_t *entry_to_json(const struct drill_record *r, const struct entry *e)
{
	const struct entry *by = entries_successor(r->entries, e->number);
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "number", json_integer(e->number)) ||
	    !member_put(o, "kind", json_string(entry_kind_name(e->kind))) ||
	    !member_put(o, "step", text_or_null_to_json(e->step)) ||
	    !member_put(o, "role", text_or_null_to_json(e->role)) ||
	    !member_put(o, "author", text_to_json(e->author)) ||
	    !member_put(o, "at", drill_time_to_json(r, e->at_ns)) ||
	    !member_put(o, "recorded", drill_time_to_json(r, e->recorded_ns)) ||
	    !member_put(o, "text", text_or_null_to_json(e->text)) ||
	    !member_put(o, "reason", text_or_null_to_json(e->reason)) ||
	    !member_put(o, "severity", text_or_null_to_json(entry_severity_name(e->severity))) ||
	    !member_put(o, "resolution", text_or_null_to_json(e->resolution)) ||
	    !member_put(o, "action", number_or_null(e->action)) ||
	    !member_put(o, "supersedes", number_or_null(e->supersedes)) ||
	    !member_put(o, "superseded_by", number_or_null(by ? by->number : 0)))
		return NULL;
	return TAKE(o);
}

static json_t *hold_to_json(const struct drill_record *r, const struct drill_interval *h)
{
	return json_pack("{s:o, s:o, s:o}", "from", drill_time_to_json(r, h->begin_ns), "until",
			 h->lasts ? json_null() : drill_time_to_json(r, h->end_ns), "entry",
			 json_integer(h->entry->number));
}

static json_t *action_to_json(const struct drill_record *r, const struct action *a)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "number", json_integer(a->number)) ||
	    !member_put(o, "title", text_to_json(a->title)) ||
	    !member_put(o, "owner", text_to_json(a->owner)) ||
	    !member_put(o, "due", text_to_json(a->due)) ||
	    !member_put(o, "run", text_or_null_to_json(a->run)) ||
	    !member_put(o, "done", drill_time_to_json(r, a->done ? a->done_ns : 0)))
		return NULL;
	return TAKE(o);
}

static json_t *earlier_to_json(const struct drill_record *r, const struct drill_earlier *e)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:s}", "run", e->run, "began",
			 drill_time_to_json(r, e->began_ns), "recovery_seconds",
			 seconds_or_null(e->rto.actual_ns), "loss_seconds",
			 seconds_or_null(e->rpo.actual_ns), "verdict", verdict_name(e->verdict));
}

static bool put_lists(json_t *o, const struct report_drill *d)
{
	const struct drill_record *r = &d->record;
	json_t *steps = json_array(), *log = json_array(), *holds = json_array(),
	       *actions = json_array(), *earlier = json_array();
	bool failed = false;

	/* the arrays belong to the document from here on, also when it is given up */
	failed |= !member_put(o, "steps", steps);
	failed |= !member_put(o, "log", log);
	failed |= !member_put(o, "holds", holds);
	failed |= !member_put(o, "actions", actions);
	failed |= !member_put(o, "earlier", earlier);
	if (failed)
		return false;
	for (size_t i = 0; i < r->plan.step_count; i++)
		failed |= json_array_append_new(steps, step_to_json(r, &r->step[i])) < 0;
	for (size_t i = 0; i < r->entries->count; i++)
		failed |= json_array_append_new(log, entry_to_json(r, &r->entries->item[i])) < 0;
	for (size_t i = 0; i < r->hold_count; i++)
		failed |= json_array_append_new(holds, hold_to_json(r, &r->hold[i])) < 0;
	for (size_t i = 0; i < d->action_count; i++)
		failed |= json_array_append_new(actions, action_to_json(r, d->action[i])) < 0;
	for (size_t i = 0; i < d->earlier_count; i++)
		failed |= json_array_append_new(earlier, earlier_to_json(r, &d->earlier[i])) < 0;
	return !failed;
}

int drill_document(const struct report_drill *d, struct buf *out)
{
	const struct drill_record *r = &d->record;
	CLEANUP(cleanup_json)
	json_t *o = report_run_to_json(r->run);
	CLEANUP(cleanup_json)
	json_t *drill = json_object();

	if (!o || !drill_put_metrics(drill, d) || !put_lists(drill, d) ||
	    !member_put(drill, "isolation", text_or_null_to_json(r->isolation)) ||
	    json_object_set(o, "drill", drill) < 0)
		return -1;
	return model_json_write(o, out);
}
