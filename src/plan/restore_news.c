/* SPDX-License-Identifier: Apache-2.0 */
/* What comes out of the sandbox. */
#include <stdio.h>
#include <string.h>

#include "plan/restore_talk.intern.h"

static int not_one(const char *what, struct error *err)
{
	return error_set(err, ERROR_TARGET, "what the sandbox said is no %s", what);
}

int restore_progress_write(enum restore_phase phase, const char *what, uint64_t done,
			   uint64_t total, bool of_bytes, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	char shown[sizeof(((struct restore_news *)0)->what)];

	(void)snprintf(shown, sizeof(shown), "%s", what ? what : "");
	if (o && member_put(o, "phase", json_integer(phase)) &&
	    member_put(o, "what", text_to_json(shown)) &&
	    member_put(o, "done", uint_to_json(done)) &&
	    member_put(o, "total", uint_to_json(total)) &&
	    member_put(o, "bytes", json_boolean(of_bytes)))
		return talk_write_line(TAKE(o), out, err);
	return talk_no_memory(err);
}

static int read_progress(const json_t *o, struct restore_news *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	uint64_t phase = RESTORE_PHASE_COUNT;
	const char *what = "";

	if (member_uint(o, "phase", &phase, err) < 0 ||
	    member_text(o, "what", &arena, &what, err) < 0 ||
	    member_uint(o, "done", &out->done, err) < 0 ||
	    member_uint(o, "total", &out->total, err) < 0)
		return -1;
	if (phase >= RESTORE_PHASE_COUNT)
		return not_one("progress of a restore", err);
	out->word = RESTORE_WORD_PROGRESS;
	out->phase = (enum restore_phase)phase;
	out->of_bytes = json_is_true(json_object_get(o, "bytes"));
	(void)snprintf(out->what, sizeof(out->what), "%s", what);
	return 0;
}

void restore_report_release(struct restore_report *r)
{
	restored_release(&r->restored);
	*r = (struct restore_report){ 0 };
}

static json_t *restored_parts_to_json(const struct restored *r)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < r->part_count; i++) {
		CLEANUP(cleanup_json)
		json_t *o = json_object();

		if (!o || !member_put(o, "facts", facts_to_json(&r->part[i].facts)) ||
		    !member_put(o, "doubtful", facts_to_json(&r->part[i].doubtful)) ||
		    json_array_append_new(array, TAKE(o)) < 0)
			return NULL;
	}
	return TAKE(array);
}

static json_t *checks_to_json(const struct checks *checks)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < checks->count; i++) {
		if (json_array_append_new(array, check_to_json(&checks->item[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

static json_t *times_to_json(const struct restored *r)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (int i = 0; array && i < RESTORE_PHASE_COUNT; i++) {
		if (json_array_append_new(array, json_integer(r->took_ns[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

static json_t *variables_to_json(const struct restore_report *r)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < RESTORE_VARIABLES && r->variable[i]; i++) {
		if (json_array_append_new(array, text_to_json(r->variable[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

int restore_report_write(const struct restore_report *r, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct restored *d = &r->restored;

	if (o && member_put(o, "report", json_true()) &&
	    member_put(o, "server_ns", json_integer(r->server_ns)) &&
	    member_put(o, "server_version", text_to_json(d->server_version)) &&
	    member_put(o, "program_version", text_to_json(d->program_version)) &&
	    member_put(o, "complaints", text_to_json(d->complaints.len ? d->complaints.ptr : "")) &&
	    member_put(o, "checks", checks_to_json(&d->checks)) &&
	    member_put(o, "notes", talk_notes_to_json(d->note, d->note_count)) &&
	    member_put(o, "took_ns", times_to_json(d)) &&
	    member_put(o, "parts", restored_parts_to_json(d)) &&
	    member_put(o, "variables", variables_to_json(r)) &&
	    (r->error.kind == ERROR_NONE || member_put(o, "error", error_to_json(&r->error))))
		return talk_write_line(TAKE(o), out, err);
	return talk_no_memory(err);
}

static int read_version(const json_t *o, const char *key, char out[64], struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text = "";

	if (member_text(o, key, &arena, &text, err) < 0)
		return -1;
	(void)snprintf(out, 64, "%.63s", text);
	return 0;
}

static int read_complaints(const json_t *o, struct buf *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text = "";

	if (member_text(o, "complaints", &arena, &text, err) < 0)
		return -1;
	return buf_puts(out, text) < 0 ? talk_no_memory(err) : 0;
}

static int read_checks(const json_t *o, struct checks *out, struct error *err)
{
	const json_t *array = NULL;

	if (member_array(o, "checks", &array, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (check_from_json(json_array_get(array, i), out, err) < 0)
			return -1;
	}
	return 0;
}

/* The owner's own notes are believed: nobody in there writes one of that name. */
static bool is_owners(const char *name)
{
	static const char *const names[] = { "T0",
					     "engine",
					     "set",
					     "objective",
					     "recovery point",
					     "recovery point none",
					     "server version",
					     "program version",
					     "complaints" };
	static const char *const beginnings[] = { "file ", "time to ", "server up " };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

static int read_notes(const json_t *o, struct restored *out, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const json_t *array = NULL;

	if (member_array(o, "notes", &array, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *note = json_array_get(array, i);
		const char *name = "", *value = "";

		if (member_text(note, "name", &arena, &name, err) < 0 ||
		    member_text(note, "value", &arena, &value, err) < 0)
			return -1;
		if (is_owners(name))
			return not_one("note of a restore", err);
		if (restored_note_add(out, name, value) < 0)
			return talk_no_memory(err);
	}
	return 0;
}

static int read_times(const json_t *o, struct restored *out, struct error *err)
{
	const json_t *array = NULL;

	if (member_array(o, "took_ns", &array, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array) && i < RESTORE_PHASE_COUNT; i++) {
		json_int_t ns = json_integer_value(json_array_get(array, i));

		out->took_ns[i] = ns > 0 ? ns : 0;
	}
	return 0;
}

static int read_part_facts(const json_t *part, const char *key, struct facts *out,
			   struct error *err)
{
	const json_t *facts = NULL;

	if (member_object(part, key, &facts, err) < 0)
		return -1;
	if (facts && facts_from_json(facts, out, err) < 0)
		return -1;
	out->side = FACTS_RESTORED; /* whatever it says */
	return 0;
}

static int read_restored_parts(const json_t *o, size_t parts, struct restored *out,
			       struct error *err)
{
	const struct restore_job job = { .part_count = parts };
	const json_t *array = NULL;

	if (member_array(o, "parts", &array, err) < 0 || restored_begin(out, &job, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array) && i < parts; i++) {
		const json_t *part = json_array_get(array, i);

		out->part[i] = (struct restored_part){ 0 };
		if (read_part_facts(part, "facts", &out->part[i].facts, err) < 0 ||
		    read_part_facts(part, "doubtful", &out->part[i].doubtful, err) < 0)
			return -1;
	}
	return 0;
}

static int read_error(const json_t *o, struct error *out, struct error *err)
{
	const json_t *error = NULL;

	if (member_object(o, "error", &error, err) < 0)
		return -1;
	return error ? error_from_json(error, out, err) : 0;
}

/* NAME=value without anything that a terminal or a line would take for more. */
static bool is_variable(const char *text)
{
	size_t name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (!name || text[name] != '=' || strlen(text) > RESTORE_VARIABLE_MAX)
		return false;
	for (const char *c = text; *c; c++) {
		if (*c < '!' || *c > '~')
			return false;
	}
	return true;
}

static int read_variables(const json_t *o, struct restore_report *out, struct error *err)
{
	const json_t *array = NULL;

	if (member_array(o, "variables", &array, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (i == RESTORE_VARIABLES || !text || !is_variable(text))
			return not_one("list of variables", err);
		out->variable[i] = arena_strdup(&out->restored.arena, text);
		if (!out->variable[i])
			return talk_no_memory(err);
	}
	return 0;
}

static int read_report(const json_t *o, size_t parts, struct restore_report *out, struct error *err)
{
	struct restored *d = &out->restored;

	if (talk_read_time(o, "server_ns", &out->server_ns, err) < 0 ||
	    read_version(o, "server_version", d->server_version, err) < 0 ||
	    read_version(o, "program_version", d->program_version, err) < 0 ||
	    read_complaints(o, &d->complaints, err) < 0 || read_checks(o, &d->checks, err) < 0 ||
	    read_notes(o, d, err) < 0 || read_times(o, d, err) < 0 ||
	    read_variables(o, out, err) < 0 || read_restored_parts(o, parts, d, err) < 0 ||
	    read_error(o, &out->error, err) < 0)
		return error_context(err, "the report of a restore");
	return 0;
}

int restore_news_parse(struct span line, size_t parts, struct restore_news *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;
	json_error_t problem;

	o = model_json_load_bounded(line, (size_t)4 * RESTORE_REPORT_MAX, &problem, err);
	if (!o)
		return not_one("news of a restore", err);
	if (!json_is_true(json_object_get(o, "report")))
		return read_progress(o, out, err);
	out->word = RESTORE_WORD_REPORT;
	return read_report(o, parts, &out->report, err);
}
