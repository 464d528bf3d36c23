/* SPDX-License-Identifier: Apache-2.0 */
/* Outlines as JSON: what an entry has not, is left out. */
#include "model/facts.h"
#include "model/json.h"

static int set_text(json_t *o, const char *key, const char *text)
{
	return text[0] ? json_object_set_new(o, key, text_to_json(text)) : 0;
}

static int set_number(json_t *o, const char *key, bool known, uint64_t value)
{
	return known && value <= INT64_MAX ?
		       json_object_set_new(o, key, json_integer((json_int_t)value)) :
		       0;
}

static json_t *entry_to_json(const struct outline_entry *e)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!o || set_text(o, "kind", e->kind) < 0 || set_text(o, "scope", e->scope) < 0 ||
	    set_text(o, "name", e->name) < 0 || set_text(o, "owner", e->owner) < 0 ||
	    set_number(o, "id", e->id != 0, e->id) < 0 ||
	    set_number(o, "offset", e->offset != OUTLINE_NO_OFFSET, e->offset) < 0 ||
	    set_number(o, "count", e->known & MEASURE_COUNT, e->count) < 0 ||
	    set_number(o, "bytes", e->known & MEASURE_BYTES, e->bytes) < 0)
		return NULL;
	return TAKE(o);
}

json_t *outline_to_json(const struct outline *outline)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < outline->count; i++) {
		if (json_array_append_new(array, entry_to_json(&outline->item[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

static int read_number(const json_t *json, const char *key, unsigned bit, uint64_t *out,
		       unsigned *known, struct error *err)
{
	const json_t *value = json_object_get(json, key);

	if (value && !json_is_null(value))
		*known |= bit;
	return member_uint(json, key, out, err);
}

static int entry_from_json(const json_t *json, struct outline *out, struct error *err)
{
	struct outline_entry read = {
		.kind = "", .scope = "", .name = "", .owner = "", .offset = OUTLINE_NO_OFFSET
	};
	struct outline_entry *e;
	struct arena *a = &out->arena;

	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "it is not an object");
	if (member_text(json, "kind", a, &read.kind, err) < 0 ||
	    member_text(json, "scope", a, &read.scope, err) < 0 ||
	    member_text(json, "name", a, &read.name, err) < 0 ||
	    member_text(json, "owner", a, &read.owner, err) < 0 ||
	    member_uint(json, "id", &read.id, err) < 0 ||
	    member_uint(json, "offset", &read.offset, err) < 0 ||
	    read_number(json, "count", MEASURE_COUNT, &read.count, &read.known, err) < 0 ||
	    read_number(json, "bytes", MEASURE_BYTES, &read.bytes, &read.known, err) < 0)
		return -1;
	e = outline_add(out, NULL, NULL, NULL, NULL);
	if (!e)
		return error_set(err, ERROR_NOMEM, "no memory for an outline");
	*e = read;
	return 0;
}

int outline_from_json(const json_t *json, struct outline *out, struct error *err)
{
	if (!json_is_array(json))
		return error_set(err, ERROR_IO, "an outline is not an array");
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (entry_from_json(json_array_get(json, i), out, err) < 0)
			return error_context(err, "entry %zu", i);
	}
	return 0;
}
