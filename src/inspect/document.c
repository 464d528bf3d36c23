/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "model/json.h"

/* Take ownership of `value`; false when it or the object had no memory. */
static json_t *all_findings(const struct inspection *i)
{
	json_t *all = findings_to_json(&i->envelope);
	json_t *content = findings_to_json(&i->reading.findings);

	if (!all || !content || json_array_extend(all, content) < 0) {
		json_decref(all);
		all = NULL;
	}
	json_decref(content);
	return all;
}

/* An outline that is empty is left out. */
static bool put_outline(json_t *object, const char *key, const struct outline *outline)
{
	return !outline->count || member_put(object, key, outline_to_json(outline));
}

/* A wall time of an unknown zone: RFC 3339 without the offset. */
static json_t *local_time_to_json(const struct reading *r)
{
	char text[CLOCK_RFC3339_SIZE];

	if (!r->local_time || !r->content_time_ns)
		return json_null();
	(void)clock_format_rfc3339(r->content_time_ns, text);
	return json_stringn(text, strlen(text) - strlen("Z"));
}

json_t *inspection_to_json(const struct inspection *i)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct reading *r = &i->reading;
	char digest[SHA256_TEXT_SIZE];

	(void)sha256_format(i->sha256, digest);
	if (o && member_put(o, "path", text_to_json(i->path)) &&
	    member_put(o, "format", json_string(format_id(r->format))) &&
	    member_put(o, "verdict", json_string(verdict_name(i->verdict))) &&
	    member_put(o, "size", uint_to_json(i->size)) &&
	    member_put(o, "sha256",
		       i->error.kind == ERROR_NONE ? json_string(digest) : json_null()) &&
	    member_put(o, "compression", json_string(codec_id(i->codec))) &&
	    member_put(o, "members", uint_to_json(i->members)) &&
	    member_put(o, "content_bytes", uint_to_json(r->content_bytes)) &&
	    member_put(o, "content_time", time_to_json(r->local_time ? 0 : r->content_time_ns)) &&
	    member_put(o, "content_local_time", local_time_to_json(r)) &&
	    member_put(o, "finished", json_boolean(r->finished)) &&
	    member_put(o, "duration", json_real((double)i->duration_ns / 1e9)) &&
	    member_put(o, "findings", all_findings(i)) &&
	    member_put(o, "findings_dropped",
		       uint_to_json(i->envelope.dropped + r->findings.dropped)) &&
	    member_put(o, "facts", facts_to_json(&r->facts)) &&
	    put_outline(o, "contents", &r->contents) && put_outline(o, "largest", &r->largest) &&
	    (i->error.kind == ERROR_NONE || member_put(o, "error", error_to_json(&i->error))))
		return TAKE(o);
	return NULL;
}

/* Findings of a codec's layer belong to the envelope, all others to the content. */
static int sort_findings(const json_t *all, struct inspection *out, struct error *err)
{
	for (size_t k = 0; k < json_array_size(all); k++) {
		json_t *item = json_array_get(all, k);
		const char *layer = json_string_value(json_object_get(item, "layer"));
		enum codec codec;
		bool of_envelope = layer && codec_parse_id(layer, &codec);
		CLEANUP(cleanup_json)
		json_t *one = json_pack("[O]", item);

		if (!one)
			return error_set(err, ERROR_NOMEM, "no memory for findings");
		if (findings_from_json(one, &out->arena,
				       of_envelope ? &out->envelope : &out->reading.findings,
				       err) < 0)
			return -1;
	}
	return 0;
}

static int read_outline(const json_t *json, const char *key, struct outline *out, struct error *err)
{
	const json_t *array = NULL;

	if (member_array(json, key, &array, err) < 0)
		return -1;
	return array && outline_from_json(array, out, err) < 0 ? error_context(err, "\"%s\"", key) :
								 0;
}

static int read_error(const json_t *json, struct inspection *out, struct error *err)
{
	const json_t *error = NULL;

	if (member_object(json, "error", &error, err) < 0)
		return -1;
	return error ? error_from_json(error, &out->error, err) : 0;
}

static int read_duration(const json_t *json, struct inspection *out, struct error *err)
{
	static const double year = 366.0 * 24 * 3600;
	double seconds = json_number_value(json_object_get(json, "duration"));

	if (!(seconds >= 0 && seconds < year))
		return error_set(err, ERROR_IO, "\"duration\" is not a number of seconds");
	out->duration_ns = (int64_t)(seconds * 1e9);
	return 0;
}

static int read_times(const json_t *json, struct reading *r, struct error *err)
{
	const char *local = json_string_value(json_object_get(json, "content_local_time"));
	char text[CLOCK_RFC3339_SIZE + 1];

	if (!local)
		return member_time(json, "content_time", &r->content_time_ns, err);
	(void)snprintf(text, sizeof(text), "%sZ", local);
	if (clock_parse_rfc3339(text, &r->content_time_ns) < 0)
		return error_set(err, ERROR_IO, "\"content_local_time\" is not a time");
	r->local_time = true;
	return 0;
}

static int read_words(const json_t *json, struct inspection *out, struct error *err)
{
	const char *format = "", *verdict = "", *digest = "", *codec = "";

	if (member_text(json, "format", &out->arena, &format, err) < 0 ||
	    member_text(json, "verdict", &out->arena, &verdict, err) < 0 ||
	    member_text(json, "compression", &out->arena, &codec, err) < 0 ||
	    member_text(json, "sha256", &out->arena, &digest, err) < 0)
		return -1;
	if (!format_parse_id(format, &out->reading.format) ||
	    !verdict_parse(verdict, &out->verdict) || !codec_parse_id(codec, &out->codec) ||
	    (digest[0] && !sha256_parse(digest, out->sha256)))
		return error_set(err, ERROR_IO, "an inspection says format \"%s\", verdict \"%s\"",
				 format, verdict);
	out->reading.finished = json_is_true(json_object_get(json, "finished"));
	return read_duration(json, out, err);
}

int inspection_from_json(const json_t *json, struct inspection *out, struct error *err)
{
	const json_t *findings = NULL, *facts = NULL;
	struct reading *r = &out->reading;

	if (read_words(json, out, err) < 0 || member_uint(json, "size", &out->size, err) < 0 ||
	    member_uint(json, "members", &out->members, err) < 0 ||
	    member_uint(json, "content_bytes", &out->reading.content_bytes, err) < 0 ||
	    member_uint(json, "findings_dropped", &out->reading.findings.dropped, err) < 0 ||
	    read_times(json, r, err) < 0 || member_array(json, "findings", &findings, err) < 0 ||
	    member_object(json, "facts", &facts, err) < 0)
		return -1;
	if (facts && facts_from_json(facts, &r->facts, err) < 0)
		return -1;
	if (read_outline(json, "contents", &r->contents, err) < 0 ||
	    read_outline(json, "largest", &r->largest, err) < 0)
		return -1;
	return sort_findings(findings, out, err) < 0 ? -1 : read_error(json, out, err);
}
