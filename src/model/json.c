/* SPDX-License-Identifier: Apache-2.0 */
#include "model/json.h"

#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "model/utf8.h"

/* The byte that "\xNN" at `s` stands for, or -1. Only bytes that text_to_json() escapes count. */
static int escaped_byte(const char *s)
{
	int high, low, byte;

	if (s[0] != '\\' || s[1] != 'x')
		return -1;
	high = hex_digit(s[2]);
	low = high < 0 ? -1 : hex_digit(s[3]);
	if (low < 0)
		return -1;
	byte = high << 4 | low;
	return byte >= 0x80 || byte == '\\' ? byte : -1;
}

static int append_escaped(struct buf *out, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";
	const char text[] = { '\\', 'x', hex[byte >> 4], hex[byte & 15] };

	return buf_append(out, text, sizeof(text));
}

json_t *text_to_json(const char *text)
{
	CLEANUP(buf_release)
	struct buf safe = { 0 };
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		size_t n = utf8_length((struct span){ (const uint8_t *)text + i, len - i });
		int rc;

		if (n == 0 || escaped_byte(text + i) >= 0)
			rc = append_escaped(&safe, (uint8_t)text[i]);
		else
			rc = buf_append(&safe, text + i, n);
		if (rc < 0)
			return NULL;
		i += n ? n : 1;
	}
	return json_stringn(safe.ptr ? safe.ptr : "", safe.len);
}

char *text_from_json(const json_t *string, struct arena *a)
{
	const char *from = json_string_value(string);
	char *out = arena_strdup(a, from);
	char *to = out;

	if (!out)
		return NULL;
	while (*from) {
		int byte = escaped_byte(from);

		*to++ = byte < 0 ? *from : (char)byte;
		from += byte < 0 ? 1 : 4;
	}
	*to = '\0';
	return out;
}

json_t *time_to_json(int64_t wall_ns)
{
	char text[CLOCK_RFC3339_SIZE];

	return wall_ns ? json_string(clock_format_rfc3339(wall_ns, text)) : json_null();
}

json_t *error_to_json(const struct error *e)
{
	return json_pack("{s:s, s:o, s:o}", "kind", error_kind_name(e->kind), "message",
			 text_to_json(e->message), "hint", text_to_json(e->hint));
}

int error_from_json(const json_t *json, struct error *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *kind = "", *message = "", *hint = "";

	if (member_text(json, "kind", &arena, &kind, err) < 0 ||
	    member_text(json, "message", &arena, &message, err) < 0 ||
	    member_text(json, "hint", &arena, &hint, err) < 0)
		return -1;
	(void)error_set(out, error_kind_parse(kind), "%s", message);
	if (hint[0])
		(void)error_hint(out, "%s", hint);
	return 0;
}

bool member_put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value) == 0;
}

json_t *texts_to_json(const char *const *text, size_t count)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < count; i++) {
		if (json_array_append_new(list, text_to_json(text[i])) < 0)
			return NULL;
	}
	return TAKE(list);
}

json_t *text_or_null_to_json(const char *text)
{
	return text && *text ? text_to_json(text) : json_null();
}

json_t *uint_to_json(uint64_t value)
{
	return value > INT64_MAX ? json_null() : json_integer((json_int_t)value);
}

static const json_t *member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static int wrong_type(const char *key, const char *wanted, struct error *err)
{
	return error_set(err, ERROR_IO, "\"%s\" is not %s", key, wanted);
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read a JSON document");
}

int member_text(const json_t *object, const char *key, struct arena *a, const char **out,
		struct error *err)
{
	const json_t *value = member(object, key);
	const char *text;

	if (!value)
		return 0;
	if (!json_is_string(value))
		return wrong_type(key, "a string", err);
	text = text_from_json(value, a);
	if (!text)
		return no_memory(err);
	*out = text;
	return 0;
}

int member_uint(const json_t *object, const char *key, uint64_t *out, struct error *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong_type(key, "a whole number from 0", err);
	*out = (uint64_t)json_integer_value(value);
	return 0;
}

int member_time(const json_t *object, const char *key, int64_t *wall_ns, struct error *err)
{
	const json_t *value = member(object, key);

	if (!value)
		return 0;
	if (!json_is_string(value) || clock_parse_rfc3339(json_string_value(value), wall_ns) < 0)
		return wrong_type(key, "an RFC 3339 time", err);
	return 0;
}

int member_array(const json_t *object, const char *key, const json_t **out, struct error *err)
{
	const json_t *value = member(object, key);

	if (value && !json_is_array(value))
		return wrong_type(key, "an array", err);
	if (value)
		*out = value;
	return 0;
}

int member_object(const json_t *object, const char *key, const json_t **out, struct error *err)
{
	const json_t *value = member(object, key);

	if (value && !json_is_object(value))
		return wrong_type(key, "an object", err);
	if (value)
		*out = value;
	return 0;
}

json_t *findings_to_json(const struct findings *f)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; i < f->count; i++) {
		const struct finding *at = &f->item[i];
		json_t *o = json_object();

		if (json_array_append_new(array, o) < 0 ||
		    json_object_set_new(o, "code", json_string(finding_id(at->code))) < 0 ||
		    json_object_set_new(o, "layer", text_to_json(at->layer ? at->layer : "")) < 0 ||
		    json_object_set_new(o, "offset", uint_to_json(at->offset)) < 0 ||
		    json_object_set_new(o, "message", text_to_json(at->message)) < 0)
			return NULL;
	}
	return TAKE(array);
}

static int finding_from_json(const json_t *json, struct arena *a, struct findings *out,
			     struct error *err)
{
	const char *code = NULL, *layer = out->layer, *message = "", *own = out->layer;
	enum finding_code known;
	uint64_t offset = 0;

	if (!json_is_object(json))
		return wrong_type("findings", "an array of objects", err);
	if (member_text(json, "code", a, &code, err) < 0 ||
	    member_text(json, "layer", a, &layer, err) < 0 ||
	    member_text(json, "message", a, &message, err) < 0 ||
	    member_uint(json, "offset", &offset, err) < 0)
		return -1;
	if (!code || !finding_parse_id(code, &known))
		return wrong_type("code", "the id of a finding", err);
	out->layer = layer;
	findings_add(out, known, offset, "%s", message);
	out->layer = own;
	return out->no_memory ? no_memory(err) : 0;
}

int findings_from_json(const json_t *json, struct arena *a, struct findings *out, struct error *err)
{
	if (!json_is_array(json))
		return wrong_type("findings", "an array", err);
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (finding_from_json(json_array_get(json, i), a, out, err) < 0)
			return -1;
	}
	return 0;
}

json_t *check_to_json(const struct check *c)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct {
		const char *key, *text;
	} texts[] = { { "name", c->name },         { "component", c->component },
		      { "subject", c->subject },   { "verdict", verdict_name(c->verdict) },
		      { "expected", c->expected }, { "found", c->found },
		      { "message", c->message },   { "hint", c->hint } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = texts[i].text ? texts[i].text : "";

		if (!text[0] && strcmp(texts[i].key, "message") != 0)
			continue;
		if (json_object_set_new(o, texts[i].key, text_to_json(text)) < 0)
			return NULL;
	}
	if (c->required && json_object_set_new(o, "required", json_true()) < 0)
		return NULL;
	return TAKE(o);
}

int check_from_json(const json_t *json, struct checks *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	struct check check = { 0 };
	const char *name = "", *verdict = "";
	enum check_id id;

	if (member_text(json, "name", &arena, &name, err) < 0 ||
	    member_text(json, "component", &arena, &check.component, err) < 0 ||
	    member_text(json, "subject", &arena, &check.subject, err) < 0 ||
	    member_text(json, "verdict", &arena, &verdict, err) < 0 ||
	    member_text(json, "expected", &arena, &check.expected, err) < 0 ||
	    member_text(json, "found", &arena, &check.found, err) < 0 ||
	    member_text(json, "message", &arena, &check.message, err) < 0 ||
	    member_text(json, "hint", &arena, &check.hint, err) < 0)
		return -1;
	if (!check_parse_name(name, &id))
		return wrong_type("name", "a check's", err);
	if (!verdict_parse(verdict, &check.verdict))
		return wrong_type("verdict", "a verdict", err);
	check.name = check_name(id);
	check.required = json_is_true(json_object_get(json, "required"));
	if (checks_add(out, &check) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a check");
	return 0;
}

static int append_text(const char *text, size_t len, void *out)
{
	return buf_append(out, text, len);
}

int model_json_write(const json_t *json, struct buf *out)
{
	if (json_dump_callback(json, append_text, out, JSON_INDENT(2) | MODEL_JSON_REALS) < 0)
		return -1;
	return buf_puts(out, "\n");
}

int model_json_write_line(const json_t *json, struct buf *out)
{
	if (json_dump_callback(json, append_text, out, JSON_COMPACT | MODEL_JSON_REALS) < 0)
		return -1;
	return buf_puts(out, "\n");
}
