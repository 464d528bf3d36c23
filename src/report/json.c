/* SPDX-License-Identifier: Apache-2.0 */
/* Runs as JSON documents: times RFC 3339 UTC, durations in seconds. */
#include "model/json.h"

#include "report/document.h"
#include "report/report.h"

static json_t *step_to_json(const struct run_step *s)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "id", text_to_json(s->id), "title",
		text_to_json(s->title ? s->title : ""), "component", text_to_json(s->component),
		"started", time_to_json(s->started_ns), "duration",
		s->duration_ns < 0 ? json_null() : seconds_to_json(s->duration_ns), "verdict",
		s->duration_ns < 0 ? json_null() : json_string(verdict_name(s->verdict)));
}

/* The facts' side is in their own document. */
static json_t *run_facts_to_json(const struct run_facts *f)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "component", text_to_json(f->component)) ||
	    !member_put(o, "part", text_to_json(f->part)) ||
	    !member_put(o, "database", text_to_json(f->database)) ||
	    !member_put(o, "set", text_to_json(f->set)) ||
	    !member_put(o, "size", f->size ? uint_to_json(f->size) : json_null()) ||
	    !member_put(o, "facts", facts_to_json(&f->facts)))
		return NULL;
	return TAKE(o);
}

static json_t *note_to_json(const struct run_note *n)
{
	return json_pack("{s:o, s:o, s:o}", "component", text_to_json(n->component), "name",
			 text_to_json(n->name), "text", text_to_json(n->text));
}

json_t *seconds_to_json(int64_t ns)
{
	/* milliseconds: below that is noise, and doubles would print it */
	int64_t milliseconds = ns / 1000000;

	return json_real((double)milliseconds / 1000.0);
}

static int add_head(json_t *o, const struct run *run)
{
	const struct {
		const char *key, *text;
	} texts[] = {
		{ "id", run->id },     { "kind", run->kind },       { "platform", run->platform },
		{ "host", run->host }, { "version", run->version }, { "command", run->command },
		{ "set", run->set },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = texts[i].text ? texts[i].text : "";
		json_t *value = *text ? text_to_json(text) : json_null();

		if (json_object_set_new(o, texts[i].key, value) < 0)
			return -1;
	}
	if (json_object_set_new(o, "started", time_to_json(run->started_ns)) < 0 ||
	    json_object_set_new(o, "finished", time_to_json(run->finished_ns)) < 0 ||
	    json_object_set_new(o, "duration",
				run->finished_ns ?
					seconds_to_json(run->finished_ns - run->started_ns) :
					json_null()) < 0)
		return -1;
	return json_object_set_new(o, "verdict",
				   run->finished_ns ? json_string(verdict_name(run->verdict)) :
						      json_null());
}

static int add_counts(json_t *o, const struct checks *checks)
{
	json_t *counts = json_object();

	for (int v = 0; v < VERDICT_COUNT; v++) {
		size_t n = checks_count(checks, (enum verdict)v);

		if (json_object_set_new(counts, verdict_name((enum verdict)v), uint_to_json(n)) <
		    0) {
			json_decref(counts);
			return -1;
		}
	}
	return json_object_set_new(o, "counts", counts);
}

static int add_body(json_t *o, const struct run *run)
{
	json_t *steps = json_array(), *checks = json_array();
	json_t *facts = json_array(), *notes = json_array();

	/* the arrays belong to the document from here on, also when it is given up */
	if ((json_object_set_new(o, "steps", steps) | json_object_set_new(o, "checks", checks) |
	     json_object_set_new(o, "facts", facts) | json_object_set_new(o, "notes", notes)) < 0)
		return -1;
	for (size_t i = 0; i < run->step_count; i++) {
		if (json_array_append_new(steps, step_to_json(&run->step[i])) < 0)
			return -1;
	}
	for (size_t i = 0; i < run->checks.count; i++) {
		if (json_array_append_new(checks, check_to_json(&run->checks.item[i])) < 0)
			return -1;
	}
	for (size_t i = 0; i < run->facts_count; i++) {
		if (json_array_append_new(facts, run_facts_to_json(&run->facts[i])) < 0)
			return -1;
	}
	for (size_t i = 0; i < run->note_count; i++) {
		if (json_array_append_new(notes, note_to_json(&run->note[i])) < 0)
			return -1;
	}
	return 0;
}

json_t *report_run_to_json(const struct run *run)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (json_object_set_new(o, "schema", json_string("muster.run/v1")) < 0 ||
	    add_head(o, run) < 0 || add_counts(o, &run->checks) < 0 || add_body(o, run) < 0)
		return NULL;
	return TAKE(o);
}

int report_json(const struct run *run, struct buf *out)
{
	CLEANUP(cleanup_json)
	json_t *o = report_run_to_json(run);

	return o ? model_json_write(o, out) : -1;
}

int report_list_json(const struct run *run, size_t count, struct buf *out)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	json_t *runs = json_array();

	if (json_object_set_new(o, "schema", json_string("muster.run-list/v1")) < 0 ||
	    json_object_set(o, "runs", runs) < 0) {
		json_decref(runs);
		return -1;
	}
	json_decref(runs);
	for (size_t i = 0; i < count; i++) {
		json_t *one = json_object();

		if (json_array_append_new(runs, one) < 0 || add_head(one, &run[i]) < 0)
			return -1;
	}
	return model_json_write(o, out);
}
