/* SPDX-License-Identifier: Apache-2.0 */
/* The record of an environment, a JSON document. */
#include <stdio.h>
#include <string.h>

#include "environment/registry.h"
#include "model/json.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the record of an environment");
}

static json_t *engines_to_json(const struct environment *e)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (int i = 0; array && i < ENGINE_COUNT; i++) {
		if (e->engine[i] && json_array_append_new(array, text_to_json(engine_kind_name(
									 (enum engine_kind)i))) < 0)
			return NULL;
	}
	return TAKE(array);
}

int record_write(const struct environment *e, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "name", text_to_json(e->name)) &&
	    member_put(o, "engines", engines_to_json(e)) &&
	    member_put(o, "run", text_to_json(e->run)) &&
	    member_put(o, "component", text_to_json(e->component)) &&
	    member_put(o, "began", json_integer(e->began_ns)) &&
	    member_put(o, "until", json_integer(e->until_ns)) &&
	    member_put(o, "pid", json_integer(e->keeper)) &&
	    member_put(o, "directory", text_to_json(e->directory)) && model_json_write(o, out) == 0)
		return 0;
	return no_memory(err);
}

static int read_text(const json_t *o, const char *key, char *out, size_t size, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text = "";

	if (member_text(o, key, &arena, &text, err) < 0)
		return -1;
	if (strlen(text) >= size)
		return error_set(err, ERROR_IO, "\"%s\" is too long", key);
	(void)snprintf(out, size, "%s", text);
	return 0;
}

static void read_engines(const json_t *array, struct environment *out)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *name = json_string_value(json_array_get(array, i));

		for (int k = 0; name && k < ENGINE_COUNT; k++) {
			if (strcmp(name, engine_kind_name((enum engine_kind)k)) == 0)
				out->engine[k] = true;
		}
	}
}

int record_parse(struct span text, struct environment *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;
	json_error_t problem;
	const json_t *engines = NULL;
	uint64_t began = 0, until = 0, pid = 0;

	o = model_json_load(text, &problem, err);
	if (!o)
		return error_set(err, ERROR_IO, "it is no record of an environment");
	if (read_text(o, "name", out->name, sizeof(out->name), err) < 0 ||
	    read_text(o, "run", out->run, sizeof(out->run), err) < 0 ||
	    read_text(o, "component", out->component, sizeof(out->component), err) < 0 ||
	    read_text(o, "directory", out->directory, sizeof(out->directory), err) < 0 ||
	    member_array(o, "engines", &engines, err) < 0 ||
	    member_uint(o, "began", &began, err) < 0 || member_uint(o, "until", &until, err) < 0 ||
	    member_uint(o, "pid", &pid, err) < 0)
		return -1;
	if (!out->name[0])
		return error_set(err, ERROR_IO, "it is no record of an environment");
	read_engines(engines, out);
	out->began_ns = (int64_t)began;
	out->until_ns = (int64_t)until;
	out->keeper = (pid_t)pid;
	return 0;
}
