/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/notice.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "model/json.h"

/* Larger than what a run can have checks of. */
enum { LINES_MAX = 100000 };

static const char *const event_names[NOTICE_EVENT_COUNT] = {
#define X(name, word) [NOTICE_##name] = word,
	NOTICE_EVENT_TABLE(X)
#undef X
};

/* The texts of both, so that writing and reading cannot drift. */
#define TEXT(type, member)                                                                         \
	{                                                                                          \
#member, offsetof(struct type, member)                                             \
	}
struct text_row {
	const char *name;
	size_t offset;
};
static const struct text_row notice_texts[] = {
	TEXT(notice, id),   TEXT(notice, key),       TEXT(notice, platform), TEXT(notice, host),
	TEXT(notice, kind), TEXT(notice, component), TEXT(notice, check),    TEXT(notice, run),
	TEXT(notice, set),  TEXT(notice, title),     TEXT(notice, link),     TEXT(notice, next),
	{ NULL, 0 },
};
static const struct text_row line_texts[] = {
	TEXT(notice_line, component), TEXT(notice_line, check),
	TEXT(notice_line, subject),   TEXT(notice_line, expected),
	TEXT(notice_line, found),     TEXT(notice_line, message),
	TEXT(notice_line, hint),      { NULL, 0 },
};

const char *notice_event_name(enum notice_event e)
{
	return event_names[e];
}

bool notice_event_parse(const char *name, enum notice_event *out)
{
	for (int i = 0; i < NOTICE_EVENT_COUNT; i++) {
		if (strcmp(event_names[i], name) == 0) {
			*out = (enum notice_event)i;
			return true;
		}
	}
	return false;
}

enum notice_event notice_event_of(enum verdict v)
{
	switch (v) {
	case VERDICT_FAIL:
		return NOTICE_FAILED;
	case VERDICT_ERROR:
		return NOTICE_ERROR;
	case VERDICT_WARN:
		return NOTICE_WARNED;
	case VERDICT_SKIPPED:
	case VERDICT_PASS:
		break;
	}
	return NOTICE_PASSED;
}

int notice_event_gravity(enum notice_event event)
{
	static const enum notice_event order[] = { NOTICE_RECOVERED, NOTICE_WARNED, NOTICE_STALE,
						   NOTICE_MISSED,    NOTICE_ERROR,  NOTICE_FAILED };

	for (int i = 0; i < (int)(sizeof(order) / sizeof(*order)); i++) {
		if (order[i] == event)
			return i;
	}
	return -1;
}

struct notice_line notice_line_of(const struct check *c)
{
	return (struct notice_line){ .component = c->component,
				     .check = c->name,
				     .subject = c->subject,
				     .verdict = check_weight(c),
				     .expected = c->expected,
				     .found = c->found,
				     .message = c->message,
				     .hint = c->hint };
}

static bool put_texts(json_t *object, const struct text_row *row, const void *from)
{
	for (; row->name; row++) {
		const char *text;

		memcpy(&text, (const char *)from + row->offset, sizeof(text));
		if (!member_put(object, row->name, text_to_json(text)))
			return false;
	}
	return true;
}

static int get_texts(const json_t *object, const struct text_row *row, struct arena *a, void *into,
		     struct error *err)
{
	for (; row->name; row++) {
		const char *text = "";

		if (member_text(object, row->name, a, &text, err) < 0)
			return -1;
		memcpy((char *)into + row->offset, &text, sizeof(text));
	}
	return 0;
}

/* RFC 3339 with all nine decimals where there are any, so that nothing is lost; null for 0. */
static json_t *moment_to_json(int64_t wall_ns)
{
	char seconds[CLOCK_RFC3339_SIZE];
	int64_t decimals = wall_ns % NS_PER_SECOND;

	if (decimals <= 0)
		return time_to_json(wall_ns);
	(void)clock_format_rfc3339(wall_ns, seconds);
	seconds[strcspn(seconds, "Z")] = '\0';
	return json_sprintf("%s.%09dZ", seconds, (int)decimals);
}

static json_t *line_to_json(const struct notice_line *line)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!put_texts(o, line_texts, line) ||
	    !member_put(o, "verdict", json_string(verdict_name(line->verdict))))
		return NULL;
	return TAKE(o);
}

static json_t *lines_to_json(const struct notice *n)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; i < n->line_count; i++) {
		if (json_array_append_new(array, line_to_json(&n->line[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

/* Members that other notices do not have. */
static bool put_announced(json_t *o, const struct notice *n)
{
	if (n->body && *n->body && !member_put(o, "body", text_to_json(n->body)))
		return false;
	if (n->file && *n->file &&
	    (!member_put(o, "file_name", text_to_json(n->file_name)) ||
	     !member_put(o, "file", text_to_json(n->file))))
		return false;
	return !n->begins_ns || (member_put(o, "begins", moment_to_json(n->begins_ns)) &&
				 member_put(o, "ends", moment_to_json(n->ends_ns)));
}

json_t *notice_to_json(const struct notice *n)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (!member_put(o, "event", json_string(event_names[n->event])) ||
	    !put_texts(o, notice_texts, n) || !member_put(o, "at", moment_to_json(n->at_ns)) ||
	    !member_put(o, "since", moment_to_json(n->since_ns)) ||
	    !member_put(o, "reminder", json_boolean(n->reminder)) ||
	    !member_put(o, "verdict", json_string(verdict_name(n->verdict))) ||
	    !member_put(o, "lines", lines_to_json(n)) || !put_announced(o, n))
		return NULL;
	return TAKE(o);
}

static int verdict_from_json(const json_t *object, struct arena *a, enum verdict *out,
			     struct error *err)
{
	const char *word = "";

	if (member_text(object, "verdict", a, &word, err) < 0)
		return -1;
	if (!verdict_parse(word, out))
		return error_set(err, ERROR_IO, "\"verdict\" is not a verdict's name");
	return 0;
}

static int line_from_json(const json_t *json, struct arena *a, struct notice_line *out,
			  struct error *err)
{
	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "\"lines\" is not an array of objects");
	if (get_texts(json, line_texts, a, out, err) < 0)
		return -1;
	return verdict_from_json(json, a, &out->verdict, err);
}

static int lines_from_json(const json_t *json, struct notice *out, struct error *err)
{
	const json_t *array = NULL;
	size_t count;

	if (member_array(json, "lines", &array, err) < 0)
		return -1;
	count = json_array_size(array);
	if (count > LINES_MAX)
		return error_set(err, ERROR_IO, "\"lines\" has more than %d items", LINES_MAX);
	if (count == 0)
		return 0;
	out->line = arena_alloc(&out->arena, count * sizeof(*out->line));
	if (!out->line)
		return error_set(err, ERROR_NOMEM, "no memory to read a notice");
	for (size_t i = 0; i < count; i++) {
		if (line_from_json(json_array_get(array, i), &out->arena, &out->line[i], err) < 0)
			return -1;
	}
	out->line_count = count;
	return 0;
}

static int fill_from_json(const json_t *json, struct notice *out, struct error *err)
{
	const char *event = "";
	const json_t *reminder = json_object_get(json, "reminder");

	if (!json_is_object(json))
		return error_set(err, ERROR_IO, "it is not a JSON object");
	if (member_text(json, "event", &out->arena, &event, err) < 0 ||
	    get_texts(json, notice_texts, &out->arena, out, err) < 0 ||
	    member_time(json, "at", &out->at_ns, err) < 0 ||
	    member_time(json, "since", &out->since_ns, err) < 0 ||
	    member_text(json, "body", &out->arena, &out->body, err) < 0 ||
	    member_text(json, "file_name", &out->arena, &out->file_name, err) < 0 ||
	    member_text(json, "file", &out->arena, &out->file, err) < 0 ||
	    member_time(json, "begins", &out->begins_ns, err) < 0 ||
	    member_time(json, "ends", &out->ends_ns, err) < 0 ||
	    verdict_from_json(json, &out->arena, &out->verdict, err) < 0)
		return -1;
	if (!notice_event_parse(event, &out->event))
		return error_set(err, ERROR_IO, "\"event\" is not an event's name");
	if (reminder && !json_is_boolean(reminder))
		return error_set(err, ERROR_IO, "\"reminder\" is not true or false");
	out->reminder = json_is_true(reminder);
	return lines_from_json(json, out, err);
}

int notice_from_json(const json_t *json, struct notice *out, struct error *err)
{
	if (fill_from_json(json, out, err) < 0) {
		notice_release(out);
		return error_context(err, "read a notice");
	}
	return 0;
}

void notice_release(struct notice *n)
{
	arena_release(&n->arena);
	*n = (struct notice){ 0 };
}
