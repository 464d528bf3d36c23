/* SPDX-License-Identifier: Apache-2.0 */
/* How orders and answers are spelt. */
#include <stdio.h>

#include "model/json.h"
#include "model/quote.h"
#include "service/ask.h"

/* An order may hold bodies; an answer is short. */
enum { ANSWER_MEMORY = 1 << 20 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for what is asked of services");
}

static int write_line(json_t *document, struct buf *out, struct error *err)
{
	int rc = document ? model_json_write_line(document, out) : -1;

	json_decref(document);
	return rc < 0 ? no_memory(err) : 0;
}

/* [[name, text], …] */
static json_t *map_to_json(const struct text_map *map)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < map->count; i++) {
		const char *const pair[] = { map->item[i].name, map->item[i].text };

		if (json_array_append_new(array, texts_to_json(pair, 2)) < 0)
			return NULL;
	}
	return TAKE(array);
}

static json_t *request_to_json(const struct request_config *r)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "method", text_to_json(r->method)) &&
	    member_put(o, "url", text_to_json(r->url)) &&
	    member_put(o, "headers", map_to_json(&r->headers)) &&
	    member_put(o, "body", text_to_json(r->body)) &&
	    member_put(o, "status", json_integer(r->expect.status)) &&
	    member_put(o, "expect_body", text_to_json(r->expect.body)) &&
	    member_put(o, "expect_headers", map_to_json(&r->expect.headers)) &&
	    member_put(o, "expect_json", map_to_json(&r->expect.json)) &&
	    member_put(o, "save", map_to_json(&r->save)) &&
	    member_put(o, "within_ns", json_integer(r->within_ns)))
		return TAKE(o);
	return NULL;
}

static json_t *requests_to_json(const struct ask_order *order)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < order->request_count; i++) {
		if (json_array_append_new(array, request_to_json(&order->request[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

static size_t count_texts(const char *const *text)
{
	size_t count = 0;

	while (text && text[count])
		count++;
	return count;
}

int ask_order_write(const struct ask_order *order, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "requests", requests_to_json(order)) &&
	    member_put(o, "tcp", text_to_json(order->tcp ? order->tcp : "")) &&
	    member_put(o, "env", texts_to_json(order->env, count_texts(order->env))) &&
	    member_put(o, "hidden", texts_to_json(order->hidden, count_texts(order->hidden))) &&
	    member_put(o, "time_ns", json_integer(order->time_ns)) &&
	    member_put(o, "attempt_ns", json_integer(order->attempt_ns)))
		return write_line(TAKE(o), out, err);
	return no_memory(err);
}

static int read_time(const json_t *o, const char *key, int64_t *out, struct error *err)
{
	uint64_t ns = 0;

	if (member_uint(o, key, &ns, err) < 0)
		return -1;
	*out = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
	return 0;
}

static int read_map(const json_t *o, const char *key, struct arena *a, struct text_map *out,
		    struct error *err)
{
	const json_t *array = NULL;
	size_t count;

	if (member_array(o, key, &array, err) < 0)
		return -1;
	count = json_array_size(array);
	out->item = arena_alloc(a, (count + 1) * sizeof(*out->item));
	if (!out->item)
		return no_memory(err);
	for (; out->count < count; out->count++) {
		const json_t *pair = json_array_get(array, out->count);
		struct text_pair *p = &out->item[out->count];

		if (!json_is_string(json_array_get(pair, 0)) ||
		    !json_is_string(json_array_get(pair, 1)))
			return error_set(err, ERROR_IO, "%s: not pairs of texts", key);
		p->name = text_from_json(json_array_get(pair, 0), a);
		p->text = text_from_json(json_array_get(pair, 1), a);
		if (!p->name || !p->text)
			return no_memory(err);
	}
	return 0;
}

static int read_request(const json_t *o, struct arena *a, struct request_config *r,
			struct error *err)
{
	uint64_t status = 0;

	r->method = r->url = r->body = r->expect.body = "";
	if (member_text(o, "method", a, &r->method, err) < 0 ||
	    member_text(o, "url", a, &r->url, err) < 0 ||
	    read_map(o, "headers", a, &r->headers, err) < 0 ||
	    member_text(o, "body", a, &r->body, err) < 0 ||
	    member_uint(o, "status", &status, err) < 0 ||
	    member_text(o, "expect_body", a, &r->expect.body, err) < 0 ||
	    read_map(o, "expect_headers", a, &r->expect.headers, err) < 0 ||
	    read_map(o, "expect_json", a, &r->expect.json, err) < 0 ||
	    read_map(o, "save", a, &r->save, err) < 0)
		return -1;
	r->expect.status = status > 999 ? 999 : (uint16_t)status;
	return read_time(o, "within_ns", &r->within_ns, err);
}

static int read_requests(const json_t *o, struct arena *a, struct ask_order *out, struct error *err)
{
	const json_t *array = NULL;
	struct request_config *request;

	if (member_array(o, "requests", &array, err) < 0)
		return -1;
	request = arena_alloc(a, (json_array_size(array) + 1) * sizeof(*request));
	if (!request)
		return no_memory(err);
	out->request = request;
	for (; out->request_count < json_array_size(array); out->request_count++) {
		if (read_request(json_array_get(array, out->request_count), a,
				 &request[out->request_count], err) < 0)
			return -1;
	}
	return 0;
}

static int read_texts(const json_t *o, const char *key, struct arena *a, const char *const **out,
		      struct error *err)
{
	const json_t *array = NULL;
	const char **item;

	if (member_array(o, key, &array, err) < 0)
		return -1;
	item = arena_alloc(a, (json_array_size(array) + 1) * sizeof(*item));
	if (!item)
		return no_memory(err);
	*out = item;
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *text = json_array_get(array, i);

		if (!json_is_string(text))
			return error_set(err, ERROR_IO, "%s: not all are texts", key);
		item[i] = text_from_json(text, a);
		if (!item[i])
			return no_memory(err);
	}
	return 0;
}

int ask_order_parse(struct span line, struct arena *arena, struct ask_order *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;
	json_error_t problem;

	*out = (struct ask_order){ .tcp = "" };
	o = model_json_load(line, &problem, err);
	if (!o)
		return error_set(err, ERROR_IO, "no order for services");
	if (read_requests(o, arena, out, err) < 0 ||
	    member_text(o, "tcp", arena, &out->tcp, err) < 0 ||
	    read_texts(o, "env", arena, &out->env, err) < 0 ||
	    read_texts(o, "hidden", arena, &out->hidden, err) < 0 ||
	    read_time(o, "time_ns", &out->time_ns, err) < 0)
		return -1;
	return read_time(o, "attempt_ns", &out->attempt_ns, err);
}

int ask_answer_write(const struct ask_answer *a, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "held", json_boolean(a->held)) &&
	    member_put(o, "unjudged", json_boolean(a->unjudged)) &&
	    member_put(o, "expected", text_to_json(a->expected)) &&
	    member_put(o, "found", text_to_json(a->found)) &&
	    member_put(o, "message", text_to_json(a->message)) &&
	    member_put(o, "hint", text_to_json(a->hint)))
		return write_line(TAKE(o), out, err);
	return no_memory(err);
}

static int read_shown(const json_t *o, const char *key, char *out, size_t size, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const char *text = "";

	if (member_text(o, key, &arena, &text, err) < 0)
		return -1;
	(void)quote_text(text, out, size);
	return 0;
}

int ask_answer_parse(struct span line, struct ask_answer *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;
	json_error_t problem;

	*out = (struct ask_answer){ 0 };
	o = model_json_load_bounded(line, ANSWER_MEMORY, &problem, err);
	if (!json_is_object(o))
		return error_set(err, ERROR_TARGET, "what the sandbox said is no answer");
	out->held = json_is_true(json_object_get(o, "held"));
	out->unjudged = json_is_true(json_object_get(o, "unjudged"));
	if (read_shown(o, "expected", out->expected, sizeof(out->expected), err) < 0 ||
	    read_shown(o, "found", out->found, sizeof(out->found), err) < 0 ||
	    read_shown(o, "message", out->message, sizeof(out->message), err) < 0 ||
	    read_shown(o, "hint", out->hint, sizeof(out->hint), err) < 0)
		return error_context(err, "an answer of the sandbox");
	return 0;
}
