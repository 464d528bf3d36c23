/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as JSON: the keys come from the table of fact kinds. */
#include <string.h>

#include "model/json.h"

/* The measures besides the count, whose key depends on the kind. */
static const char bytes_key[] = "bytes", expires_key[] = "expires",
		  fingerprint_key[] = "fingerprint", value_key[] = "value";

static int set_text(json_t *o, const char *key, const char *text)
{
	return key ? json_object_set_new(o, key, text_to_json(text)) : 0;
}

static int set_number(json_t *o, const char *key, bool known, uint64_t value)
{
	/* a number that JSON cannot hold is told as unknown, never as another number */
	if (!known || !key || value > INT64_MAX)
		return 0;
	return json_object_set_new(o, key, json_integer((json_int_t)value));
}

static json_t *fact_to_json(const struct fact *f)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct fact_words *w = fact_kind_words(f->kind);
	char text[FINGERPRINT_TEXT_SIZE];

	if (set_text(o, w->scope_key, f->scope) < 0 || set_text(o, w->name_key, f->name) < 0 ||
	    set_number(o, w->count_key, f->known & MEASURE_COUNT, f->count) < 0 ||
	    set_number(o, bytes_key, f->known & MEASURE_BYTES, f->bytes) < 0 ||
	    set_number(o, expires_key, f->known & MEASURE_EXPIRES, f->expires) < 0)
		return NULL;
	if (f->known & MEASURE_FINGERPRINT &&
	    set_text(o, fingerprint_key, fingerprint_format(f->fingerprint, text)) < 0)
		return NULL;
	if (f->known & MEASURE_VALUE && set_text(o, value_key, f->value) < 0)
		return NULL;
	/* an empty object's reference is NULL only when there was no memory for it */
	return TAKE(o);
}

json_t *facts_to_json(const struct facts *f)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	json_t *array[FACT_KIND_COUNT] = { NULL };

	if (set_text(o, "side", facts_side_name(f->side)) < 0)
		return NULL;
	for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
		for (size_t i = 0; i < f->count && !array[kind]; i++) {
			if ((int)f->item[i].kind != kind)
				continue;
			array[kind] = json_array();
			if (json_object_set_new(o, fact_kind_words(f->item[i].kind)->array,
						array[kind]) < 0)
				return NULL;
		}
	}
	for (size_t i = 0; i < f->count; i++) {
		if (json_array_append_new(array[f->item[i].kind], fact_to_json(&f->item[i])) < 0)
			return NULL;
	}
	return TAKE(o);
}

static int read_number(const json_t *json, const char *key, enum fact_measure bit, uint64_t *out,
		       unsigned *known, struct error *err)
{
	const json_t *value = key ? json_object_get(json, key) : NULL;

	if (!value || json_is_null(value))
		return 0;
	*known |= bit;
	return member_uint(json, key, out, err);
}

static int read_fingerprint(const json_t *json, struct fact *fact, struct error *err)
{
	const json_t *value = json_object_get(json, fingerprint_key);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_string(value) ||
	    !fingerprint_parse(json_string_value(value), &fact->fingerprint))
		return error_set(err, ERROR_IO, "\"fingerprint\" is not 32 hexadecimal digits");
	fact->known |= MEASURE_FINGERPRINT;
	return 0;
}

static int read_measures(const json_t *json, const struct fact_words *w, struct fact *fact,
			 struct error *err)
{
	if (read_number(json, w->count_key, MEASURE_COUNT, &fact->count, &fact->known, err) < 0 ||
	    read_number(json, bytes_key, MEASURE_BYTES, &fact->bytes, &fact->known, err) < 0 ||
	    read_number(json, expires_key, MEASURE_EXPIRES, &fact->expires, &fact->known, err) < 0)
		return -1;
	return read_fingerprint(json, fact, err);
}

static int fact_from_json(const json_t *json, enum fact_kind kind, struct facts *out,
			  struct error *err)
{
	const struct fact_words *w = fact_kind_words(kind);
	const char *scope = "", *name = "", *value = NULL;
	struct fact *fact;

	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "an element of \"%s\" is not an object", w->array);
	if (w->scope_key && member_text(json, w->scope_key, &out->arena, &scope, err) < 0)
		return -1;
	if (w->name_key && member_text(json, w->name_key, &out->arena, &name, err) < 0)
		return -1;
	if (member_text(json, value_key, &out->arena, &value, err) < 0)
		return -1;
	fact = facts_add(out, kind, scope, name);
	if (!fact || (value && fact_set_value(out, fact, value) < 0))
		return error_set(err, ERROR_NOMEM, "no memory for facts");
	return read_measures(json, w, fact, err);
}

static int read_kind(const json_t *json, enum fact_kind kind, struct facts *out, struct error *err)
{
	const char *key = fact_kind_words(kind)->array;
	const json_t *array = NULL;

	if (member_array(json, key, &array, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (fact_from_json(json_array_get(array, i), kind, out, err) < 0)
			return error_context(err, "%s[%zu]", key, i);
	}
	return 0;
}

int facts_from_json(const json_t *json, struct facts *out, struct error *err)
{
	const json_t *side = json_object_get(json, "side");

	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "\"facts\" is not an object");
	if (!json_is_string(side) || !facts_side_parse(json_string_value(side), &out->side))
		return error_set(err, ERROR_IO, "\"side\" is not source, backup or restored");
	for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
		if (read_kind(json, (enum fact_kind)kind, out, err) < 0)
			return -1;
	}
	facts_sort(out);
	return 0;
}
