/* SPDX-License-Identifier: Apache-2.0 */
/* A request is judged before any store is asked; what a store says is in the log and in /health only. */
#include "routes.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tasks.h"

enum { TITLE_MAX = 200, PRIORITY = 5, PRIORITY_MAX = 9, ERROR_SIZE = 200, NAME_MAX_SHOWN = 60 };

static const char example[] = "send {\"title\": \"...\", \"description\": \"...\"}, and agent_id, "
			      "workflow_id, priority (0 to 9) if need be";

static void put_json(struct answer *out, unsigned status, json_t *document)
{
	out->status = status;
	out->type = "application/json";
	out->text = document ? json_dumps(document, 0) : NULL;
	json_decref(document);
}

void routes_error(struct answer *out, unsigned status, const char *message, const char *hint)
{
	put_json(out, status,
		 json_pack("{s:s, s:s*}", "error", message, "hint", *hint ? hint : NULL));
}

static void put_unavailable(struct answer *out, const struct error *err)
{
	log_error(LOG_LEVEL_WARNING, err);
	routes_error(out, 503, "a store does not answer", "see /health, and try again");
}

static json_t *parse_body(const struct request *q, char why[ERROR_SIZE])
{
	json_error_t where;
	json_t *body =
		json_loadb(q->body ? q->body : "", q->length, JSON_REJECT_DUPLICATES, &where);

	if (!body)
		(void)snprintf(why, ERROR_SIZE, "the body is no JSON at line %d, column %d",
			       where.line, where.column);
	else if (!json_is_object(body))
		(void)snprintf(why, ERROR_SIZE, "the body is no JSON object");
	if (json_is_object(body))
		return body;
	json_decref(body);
	return NULL;
}

static int take_text(json_t *input, const char *name, json_t *value, char why[ERROR_SIZE])
{
	size_t length = json_string_length(value);

	if (!json_is_string(value) || !length) {
		(void)snprintf(why, ERROR_SIZE, "%s is no text", name);
		return -1;
	}
	if (strcmp(name, "title") == 0 && length > TITLE_MAX) {
		(void)snprintf(why, ERROR_SIZE, "title is longer than %d bytes", TITLE_MAX);
		return -1;
	}
	(void)json_object_set(input, name, value);
	return 0;
}

static int take_id(const char *name, const json_t *value, int64_t *out, char why[ERROR_SIZE])
{
	if (json_is_null(value))
		return 0;
	*out = json_integer_value(value);
	if (*out > 0)
		return 0;
	(void)snprintf(why, ERROR_SIZE, "%s is no whole number above 0", name);
	return -1;
}

static int take_priority(const json_t *value, int *out, char why[ERROR_SIZE])
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < 0 || n > PRIORITY_MAX) {
		(void)snprintf(why, ERROR_SIZE, "priority is no whole number from 0 to %d",
			       PRIORITY_MAX);
		return -1;
	}
	*out = (int)n;
	return 0;
}

/* -1 with `why`. */
static int take_task(json_t *body, json_t *input, struct new_task *t, char why[ERROR_SIZE])
{
	const char *name;
	json_t *value;

	t->priority = PRIORITY;
	json_object_foreach (body, name, value) {
		int rc;

		if (strcmp(name, "title") == 0 || strcmp(name, "description") == 0) {
			rc = take_text(input, name, value, why);
		} else if (strcmp(name, "agent_id") == 0) {
			rc = take_id(name, value, &t->agent, why);
		} else if (strcmp(name, "workflow_id") == 0) {
			rc = take_id(name, value, &t->workflow, why);
		} else if (strcmp(name, "priority") == 0) {
			rc = take_priority(value, &t->priority, why);
		} else {
			(void)snprintf(why, ERROR_SIZE, "a task has no member \"%s\"",
				       strlen(name) <= NAME_MAX_SHOWN ? name : "of that name");
			rc = -1;
		}
		if (rc < 0)
			return -1;
	}
	if (json_object_size(input) > 0)
		return 0;
	(void)snprintf(why, ERROR_SIZE, "there is neither a title nor a description");
	return -1;
}

/* Committed first, so that a worker that is told of it finds it. */
static void create(struct stores *s, struct counters *n, const struct new_task *t,
		   struct answer *out)
{
	struct error err = ERROR_INIT, ignored = ERROR_INIT;
	int64_t id;

	if (tasks_create(&s->database, t, &id, &err) < 0) {
		if (err.kind == ERROR_NOT_FOUND)
			routes_error(out, 422, err.message, err.hint);
		else
			put_unavailable(out, &err);
		return;
	}
	if (broker_publish(&s->broker, id, t->agent, &err) < 0) {
		log_error(LOG_LEVEL_WARNING, &err);
		if (tasks_cancel(&s->database, id, "no worker could be told of it", &ignored) < 0)
			log_error(LOG_LEVEL_WARNING, &ignored);
		put_json(out, 503,
			 json_pack("{s:s, s:s, s:I}", "error",
				   "the message broker did not take the task", "hint",
				   "see /health, and try again; this one is cancelled, unless it "
				   "was done all the same",
				   "id", (json_int_t)id));
		return;
	}
	(void)atomic_fetch_add(&n->tasks_created, 1);
	(void)snprintf(out->location, sizeof(out->location), "/tasks/%lld", (long long)id);
	put_json(out, 201, json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", "queued"));
}

static void post_task(struct stores *s, struct counters *n, const struct request *q,
		      struct answer *out)
{
	char why[ERROR_SIZE] = "";
	json_t *body = parse_body(q, why), *input = json_object();
	struct new_task task = { 0 };
	char *text = NULL;

	if (body && input && take_task(body, input, &task, why) == 0) {
		text = json_dumps(input, JSON_COMPACT);
		task.input = text;
		if (text)
			create(s, n, &task, out);
	} else {
		routes_error(out, 400, *why ? why : "no memory", example);
	}
	free(text);
	json_decref(input);
	json_decref(body);
}

/* 1 to INT64_MAX in digits and nothing else; 0 for anything else. */
static int64_t parse_id(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= 18 && !text[digits] ? strtoll(text, NULL, 10) : 0;
}

/* What Redis does not have, or cannot say, PostgreSQL does; what is finished is kept from then on. */
static void get_task(struct stores *s, struct counters *n, const char *id_text, struct answer *out)
{
	struct error err = ERROR_INIT, cache_err = ERROR_INIT;
	int64_t id = parse_id(id_text);
	bool finished = false, cache_works;

	if (!id) {
		routes_error(out, 400, "the task's id is no whole number above 0",
			     "ask for /tasks/ID with the id that POST /tasks answered");
		return;
	}
	out->status = 200;
	out->type = "application/json";
	cache_works = cache_get(&s->cache, id, &out->text, &cache_err) == 0;
	out->cached = out->text ? "hit" : "miss";
	(void)atomic_fetch_add(out->text ? &n->cache_hits : &n->cache_misses, 1);
	if (out->text)
		return;
	if (!cache_works)
		log_error(LOG_LEVEL_WARNING, &cache_err);
	if (tasks_read(&s->database, id, &out->text, &finished, &err) < 0)
		put_unavailable(out, &err);
	else if (!out->text)
		routes_error(out, 404, "there is no such task", "POST /tasks makes one");
	else if (finished && cache_works && cache_put(&s->cache, id, out->text, &cache_err) < 0)
		log_error(LOG_LEVEL_WARNING, &cache_err);
}

static void get_health(struct stores *s, struct answer *out)
{
	struct error database = ERROR_INIT, cache = ERROR_INIT, broker = ERROR_INIT;
	const struct {
		const char *name;
		const struct error *err;
		int rc;
	} checks[] = {
		{ "postgresql", &database, tasks_ping(&s->database, &database) },
		{ "redis", &cache, cache_ping(&s->cache, &cache) },
		{ "rabbitmq", &broker, broker_ping(&s->broker, &broker) },
	};
	json_t *states = json_object(), *failing = json_array();

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		bool bad = checks[i].rc < 0;
		json_t *said = json_string(bad ? checks[i].err->message : "ok");

		/* a server's words need not be UTF-8 */
		(void)json_object_set_new(states, checks[i].name,
					  said ? said : json_string("it does not answer"));
		if (bad) {
			(void)json_array_append_new(failing, json_string(checks[i].name));
			log_error(LOG_LEVEL_WARNING, checks[i].err);
		}
	}
	put_json(out, json_array_size(failing) ? 503 : 200,
		 json_pack("{s:s, s:o, s:o}", "status",
			   json_array_size(failing) ? "unavailable" : "ok", "failing", failing,
			   "stores", states));
}

static void get_metrics(struct counters *n, struct answer *out)
{
	out->status = 200;
	out->type = "text/plain; version=0.0.4; charset=utf-8";
	if (asprintf(&out->text,
		     "# HELP orchestrator_up Whether the API answers.\n"
		     "# TYPE orchestrator_up gauge\n"
		     "orchestrator_up 1\n"
		     "# HELP orchestrator_requests_total Requests that were answered.\n"
		     "# TYPE orchestrator_requests_total counter\n"
		     "orchestrator_requests_total %lu\n"
		     "# HELP orchestrator_errors_total Answers of a status from 500 on.\n"
		     "# TYPE orchestrator_errors_total counter\n"
		     "orchestrator_errors_total %lu\n"
		     "# HELP orchestrator_tasks_created_total Tasks that were queued.\n"
		     "# TYPE orchestrator_tasks_created_total counter\n"
		     "orchestrator_tasks_created_total %lu\n"
		     "# HELP orchestrator_cache_reads_total Tasks that were asked for, by the "
		     "cache's answer.\n"
		     "# TYPE orchestrator_cache_reads_total counter\n"
		     "orchestrator_cache_reads_total{result=\"hit\"} %lu\n"
		     "orchestrator_cache_reads_total{result=\"miss\"} %lu\n",
		     atomic_load(&n->requests), atomic_load(&n->errors),
		     atomic_load(&n->tasks_created), atomic_load(&n->cache_hits),
		     atomic_load(&n->cache_misses)) < 0)
		out->text = NULL;
}

static bool allowed(const struct request *q, const char *method, struct answer *out)
{
	if (strcmp(q->method, method) == 0)
		return true;
	routes_error(out, 405, "this path has no such method", "see the header Allow");
	out->allow = method;
	return false;
}

void routes_answer(struct stores *stores, struct counters *counters, const struct request *request,
		   struct answer *out)
{
	static const char task[] = "/tasks/";

	(void)atomic_fetch_add(&counters->requests, 1);
	if (strcmp(request->path, "/tasks") == 0) {
		if (allowed(request, "POST", out))
			post_task(stores, counters, request, out);
	} else if (strncmp(request->path, task, strlen(task)) == 0) {
		if (allowed(request, "GET", out))
			get_task(stores, counters, request->path + strlen(task), out);
	} else if (strcmp(request->path, "/health") == 0) {
		if (allowed(request, "GET", out))
			get_health(stores, out);
	} else if (strcmp(request->path, "/metrics") == 0) {
		if (allowed(request, "GET", out))
			get_metrics(counters, out);
	} else {
		routes_error(out, 404, "there is nothing at this path",
			     "there are POST /tasks, GET /tasks/ID, GET /health, GET /metrics");
	}
	if (out->status >= 500)
		(void)atomic_fetch_add(&counters->errors, 1);
}
