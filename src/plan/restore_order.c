/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into the sandbox. */
#include <stdlib.h>

#include "plan/restore_talk.intern.h"

void restore_order_release(struct restore_order *o)
{
	for (size_t i = 0; i < o->job.part_count; i++)
		facts_release(&o->facts[i]);
	free(o->facts);
	free(o->part);
	free(o->production);
	arena_release(&o->arena);
	*o = (struct restore_order){ 0 };
}

static json_t *part_to_json(const struct restore_part *p)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "kind", text_to_json(part_kind_id(p->kind))) &&
	    member_put(o, "format", text_to_json(format_id(p->format))) &&
	    member_put(o, "database", text_to_json(p->database)) &&
	    member_put(o, "path", text_to_json(p->path)) &&
	    member_put(o, "taken_ns", json_integer(p->taken_ns)) &&
	    member_put(o, "pinned", json_boolean(p->pinned)) &&
	    member_put(o, "facts", facts_to_json(p->facts)))
		return TAKE(o);
	return NULL;
}

static json_t *parts_to_json(const struct restore_job *job)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < job->part_count; i++) {
		json_t *part = part_to_json(&job->part[i]);

		if (!part || json_array_append_new(array, part) < 0)
			return NULL;
	}
	return TAKE(array);
}

int restore_order_write(enum engine_kind engine, const struct restore_job *job, struct buf *out,
			struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "engine", json_integer(engine)) &&
	    member_put(o, "jobs", json_integer(job->jobs)) &&
	    member_put(o, "realistic", json_boolean(job->realistic)) &&
	    member_put(o, "standby", json_boolean(job->standby)) &&
	    member_put(o, "rpo_ns", json_integer(job->rpo_ns)) &&
	    member_put(o, "production",
		       talk_notes_to_json(job->production, job->production_count)) &&
	    member_put(o, "parts", parts_to_json(job)))
		return talk_write_line(TAKE(o), out, err);
	return talk_no_memory(err);
}

static int read_part(const json_t *json, struct restore_order *o, size_t i, struct error *err)
{
	struct restore_part *p = &o->part[i];
	const char *kind = "", *format = "";
	const json_t *facts = NULL;

	p->database = p->path = "";
	p->facts = &o->facts[i];
	if (member_text(json, "kind", &o->arena, &kind, err) < 0 ||
	    member_text(json, "format", &o->arena, &format, err) < 0 ||
	    member_text(json, "database", &o->arena, &p->database, err) < 0 ||
	    member_text(json, "path", &o->arena, &p->path, err) < 0 ||
	    talk_read_time(json, "taken_ns", &p->taken_ns, err) < 0 ||
	    member_object(json, "facts", &facts, err) < 0)
		return -1;
	p->pinned = json_is_true(json_object_get(json, "pinned"));
	if (!part_kind_parse(kind, &p->kind) || !format_parse_id(format, &p->format) || !facts)
		return error_set(err, ERROR_INTERNAL,
				 "a part of the order to a sandbox is not one");
	return facts_from_json(facts, &o->facts[i], err);
}

static int read_production(const json_t *array, struct restore_order *o, struct error *err)
{
	size_t count = json_array_size(array);

	o->production = calloc(count + 1, sizeof(*o->production));
	if (!o->production)
		return talk_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const json_t *note = json_array_get(array, i);

		o->production[i] = (struct restored_note){ "", "" };
		if (member_text(note, "name", &o->arena, &o->production[i].name, err) < 0 ||
		    member_text(note, "value", &o->arena, &o->production[i].value, err) < 0)
			return -1;
	}
	o->job.production = o->production;
	o->job.production_count = count;
	return 0;
}

static int read_parts(const json_t *array, struct restore_order *o, struct error *err)
{
	size_t count = json_array_size(array);

	o->part = calloc(count + 1, sizeof(*o->part));
	o->facts = calloc(count + 1, sizeof(*o->facts));
	if (!o->part || !o->facts)
		return talk_no_memory(err);
	o->job.part = o->part;
	o->job.part_count = count;
	for (size_t i = 0; i < count; i++) {
		if (read_part(json_array_get(array, i), o, i, err) < 0)
			return -1;
	}
	return 0;
}

int restore_order_parse(struct span text, struct restore_order *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;
	json_error_t problem;
	const json_t *parts = NULL, *production = NULL;
	uint64_t engine = ENGINE_COUNT, jobs = 0;

	o = model_json_load(text, &problem, err);
	if (!o)
		return error_set(err, ERROR_INTERNAL, "the order to a sandbox is not one");
	if (member_uint(o, "engine", &engine, err) < 0 || member_uint(o, "jobs", &jobs, err) < 0 ||
	    talk_read_time(o, "rpo_ns", &out->job.rpo_ns, err) < 0 ||
	    member_array(o, "parts", &parts, err) < 0 ||
	    member_array(o, "production", &production, err) < 0)
		return -1;
	if (engine >= ENGINE_COUNT)
		return error_set(err, ERROR_INTERNAL, "the order to a sandbox names no engine");
	out->engine = (enum engine_kind)engine;
	out->job.jobs = (unsigned)jobs;
	out->job.realistic = json_is_true(json_object_get(o, "realistic"));
	out->job.standby = json_is_true(json_object_get(o, "standby"));
	if (read_production(production, out, err) < 0)
		return -1;
	return read_parts(parts, out, err);
}
