/* SPDX-License-Identifier: Apache-2.0 */
#include "service/ask_request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "model/member_path.h"
#include "model/quote.h"
#include "net/http.h"
#include "service/content.h"

enum { HEADERS_MAX = 1 << 16, EXCERPT_SIZE = 160 };

/* What one attempt works on. */
struct exchange {
	const struct ask_attempt *attempt;
	struct ask_answer *out;
	struct buf url, body; /* as they are sent */
	struct buf *header;   /* "Name: value" each */
	const char **headers; /* those, NULL-terminated */
	struct http_answer answer;
	struct buf content;
	struct buf got; /* headers: "name: value\n" each, names in lower case */
	json_t *document;
};

static void exchange_release(struct exchange *x)
{
	for (size_t i = 0; x->header && i < x->attempt->request->headers.count; i++)
		buf_release(&x->header[i]);
	free(x->header);
	free(x->headers);
	buf_release(&x->url);
	buf_release(&x->body);
	buf_release(&x->content);
	buf_release(&x->got);
	json_decref(x->document);
}

static bool has_header(const struct request_config *r, const char *name)
{
	for (size_t i = 0; i < r->headers.count; i++) {
		if (strcasecmp(r->headers.item[i].name, name) == 0)
			return true;
	}
	return false;
}

static int fill_headers(struct exchange *x, struct error *err)
{
	const struct text_map *map = &x->attempt->request->headers;

	x->header = calloc(map->count + 1, sizeof(*x->header));
	x->headers = calloc(map->count + 1, sizeof(*x->headers));
	if (!x->header || !x->headers)
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	for (size_t i = 0; i < map->count; i++) {
		if (buf_printf(&x->header[i], "%s: ", map->item[i].name) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a request");
		if (variables_expand(x->attempt->variables, map->item[i].text, &x->header[i], err) <
		    0)
			return error_context(err, "header %s", map->item[i].name);
		/* a saved value must not become further headers */
		if (strpbrk(x->header[i].ptr, "\r\n"))
			return error_set(err, ERROR_TARGET, "header %s: its value has a line's end",
					 map->item[i].name);
		x->headers[i] = x->header[i].ptr;
	}
	return 0;
}

static int fill(struct exchange *x, struct error *err)
{
	const struct request_config *r = x->attempt->request;

	if (variables_expand(x->attempt->variables, r->url, &x->url, err) < 0)
		return error_context(err, "url");
	if (variables_expand(x->attempt->variables, r->body, &x->body, err) < 0)
		return error_context(err, "body");
	return fill_headers(x, err);
}

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct exchange *x = cookie;

	return http_receive_to_buf(&x->content, bytes, len, err);
}

static int receive_header(void *cookie, const char *name, const char *value, struct error *err)
{
	struct exchange *x = cookie;

	if (x->got.len > HEADERS_MAX)
		return 0;
	if (buf_printf(&x->got, "%s: %s\n", name, value) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer's headers");
	return 0;
}

/* "POST http://127.0.0.1:8080/tasks", as it is configured and without its query. */
static void name_request(const struct request_config *r, char *out, size_t size)
{
	const char *method = *r->method ? r->method : *r->body ? "POST" : "GET";

	(void)snprintf(out, size, "%s %.*s", method, http_shown_length(r->url), r->url);
}

__attribute__((format(printf, 2, 3))) static void fail(struct exchange *x, const char *fmt, ...)
{
	char request[ASK_SHOWN_SIZE], what[ASK_MESSAGE_SIZE];
	va_list ap;

	name_request(x->attempt->request, request, sizeof(request));
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)snprintf(x->out->message, sizeof(x->out->message), "%.220s: %.400s", request, what);
	x->out->held = false;
}

static void not_judged(struct exchange *x, const struct error *cause)
{
	fail(x, "%s", cause->message);
	x->out->unjudged = true;
	(void)snprintf(x->out->hint, sizeof(x->out->hint), "%s", cause->hint);
}

static void differs(struct exchange *x, const char *what, const char *wanted, const char *found)
{
	(void)snprintf(x->out->expected, sizeof(x->out->expected), "%s", wanted);
	(void)snprintf(x->out->found, sizeof(x->out->found), "%s", found);
	fail(x, "%.100s is %.120s, not %.120s", what, found, wanted);
}

/* For a message, after which nothing is judged any more. */
static void quote_content(struct exchange *x, const char *nothing, char excerpt[EXCERPT_SIZE])
{
	hidden_from(x->attempt->hidden, &x->content);
	(void)quote_text(x->content.len ? x->content.ptr : nothing, excerpt, EXCERPT_SIZE);
}

static bool judge_status(struct exchange *x)
{
	long status = x->answer.status;
	unsigned wanted = x->attempt->request->expect.status;
	char excerpt[EXCERPT_SIZE], found[16], expected[16] = "200 to 299";

	if (wanted ? status == (long)wanted : status >= 200 && status <= 299)
		return true;
	if (wanted)
		(void)snprintf(expected, sizeof(expected), "%u", wanted);
	(void)snprintf(found, sizeof(found), "%ld", status);
	(void)snprintf(x->out->expected, sizeof(x->out->expected), "%s", expected);
	(void)snprintf(x->out->found, sizeof(x->out->found), "%s", found);
	quote_content(x, "an empty body", excerpt);
	fail(x, "HTTP status %s, not %s, with %s", found, expected, excerpt);
	return false;
}

/* Of `value` under the name `what`. */
static bool judge_text(struct exchange *x, const char *what, const char *wanted, enum content_of of,
		       const struct buf *value)
{
	struct error err = ERROR_INIT;
	char found[EXPECT_FOUND_SIZE];
	const struct content_question q = { .variables = x->attempt->variables,
					    .wanted = wanted,
					    .of = of,
					    .hidden = x->attempt->hidden };
	int held = content_judge(&q, value, found, &err);

	if (held < 0) {
		(void)error_context(&err, "%s", what);
		not_judged(x, &err);
	} else if (!held) {
		differs(x, what, wanted, found);
	}
	return held > 0;
}

static bool judge_headers(struct exchange *x)
{
	const struct text_map *map = &x->attempt->request->expect.headers;

	for (size_t i = 0; i < map->count; i++) {
		CLEANUP(buf_release)
		struct buf value = { 0 };
		const char *name = map->item[i].name;
		size_t length = strlen(name);
		const char *line = x->got.len ? x->got.ptr : "";
		int rc = 0;

		while (*line && (strncasecmp(line, name, length) != 0 || line[length] != ':'))
			line = strchr(line, '\n') + 1;
		if (*line)
			rc = buf_append(&value, line + length + 2,
					strcspn(line + length + 2, "\n"));
		if (rc < 0 || !judge_text(x, name, map->item[i].text, CONTENT_WHOLE, &value))
			return false;
	}
	return true;
}

/* The body as a document; once. */
static const json_t *document_of(struct exchange *x)
{
	struct error ignored = ERROR_INIT;
	json_error_t problem;

	if (!x->document && x->content.len)
		x->document = model_json_load_value(buf_span(&x->content), &problem, &ignored);
	if (!x->document) {
		char excerpt[EXCERPT_SIZE];

		quote_content(x, "empty", excerpt);
		(void)snprintf(x->out->expected, sizeof(x->out->expected), "JSON");
		(void)snprintf(x->out->found, sizeof(x->out->found), "%s", excerpt);
		fail(x, "the body is no JSON document: %s", excerpt);
	}
	return x->document;
}

static bool judge_member(struct exchange *x, const struct text_pair *wanted)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	const json_t *value = member_path_find(x->document, wanted->name);
	bool is_null = !value || (json_is_null(value) && expect_begins(wanted->text));

	/* without it there is nothing that a text could be, not even the empty one */
	if (!value && !expect_begins(wanted->text)) {
		differs(x, wanted->name, *wanted->text ? wanted->text : "an empty text", "missing");
		return false;
	}
	if (!is_null && member_path_text(value, &text) < 0) {
		fail(x, "no memory for %s", wanted->name);
		return false;
	}
	return judge_text(x, wanted->name, wanted->text, CONTENT_WHOLE, &text);
}

static bool judge_members(struct exchange *x)
{
	const struct text_map *map = &x->attempt->request->expect.json;

	if (map->count && !document_of(x))
		return false;
	for (size_t i = 0; i < map->count; i++) {
		if (!judge_member(x, &map->item[i]))
			return false;
	}
	return true;
}

static bool save(struct exchange *x)
{
	const struct text_map *map = &x->attempt->request->save;

	if (map->count && !document_of(x))
		return false;
	for (size_t i = 0; i < map->count; i++) {
		CLEANUP(buf_release)
		struct buf text = { 0 };
		const json_t *value = member_path_find(x->document, map->item[i].text);
		struct error err = ERROR_INIT;

		if (!value) {
			differs(x, map->item[i].text, "there, to be saved", "missing");
			return false;
		}
		if (member_path_text(value, &text) < 0 ||
		    variables_set(x->attempt->variables, map->item[i].name,
				  text.len ? text.ptr : "", &err) < 0) {
			fail(x, "no memory to save %s", map->item[i].name);
			return false;
		}
	}
	return true;
}

static bool judge(struct exchange *x)
{
	const char *body = x->attempt->request->expect.body;

	if (!judge_status(x) || !judge_headers(x))
		return false;
	if (*body && !judge_text(x, "the body", body, CONTENT_PART, &x->content))
		return false;
	return judge_members(x) && save(x);
}

static int send(struct exchange *x, struct error *err)
{
	const struct request_config *r = x->attempt->request;
	int64_t left_ns = x->attempt->deadline_ns - clock_monotonic_ns();
	const struct http_request request = {
		.url = x->url.ptr,
		.method = *r->method ? r->method : NULL,
		.body = buf_span(&x->body),
		.content_type = has_header(r, "Content-Type") ? "" : NULL,
		.headers = x->headers,
		.timeout_ns = left_ns < x->attempt->attempt_ns ? left_ns : x->attempt->attempt_ns,
		.deadline_ns = x->attempt->deadline_ns,
		.receive = receive,
		.receive_header = receive_header,
		.cookie = x,
	};

	if (left_ns <= 0)
		return error_set(err, ERROR_TARGET, "no time was left for it");
	return http_send(&request, &x->answer, err);
}

void ask_request_send(const struct ask_attempt *a, struct ask_answer *out)
{
	CLEANUP(exchange_release)
	struct exchange x = { .attempt = a, .out = out };
	struct error err = ERROR_INIT;

	*out = (struct ask_answer){ 0 };
	if (fill(&x, &err) < 0) {
		not_judged(&x, &err);
	} else if (send(&x, &err) < 0) {
		(void)snprintf(out->expected, sizeof(out->expected), "an answer");
		(void)snprintf(out->found, sizeof(out->found), "%.200s", err.message);
		fail(&x, "%s", err.message);
		out->unanswered = true;
	} else {
		out->held = judge(&x);
	}
}
