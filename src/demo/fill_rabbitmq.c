/* SPDX-License-Identifier: Apache-2.0 */
/* Objects are rows: the management API's method, path and body (rabbitmq.com/docs/http-api-reference). */
#include "demo/fill.h"

#include <curl/curl.h>
#include <stdio.h>

#include "base/buf.h"

struct object {
	const char *path; /* behind /api/ */
	const char *body; /* JSON */
};

/* Each is PUT, in this order. %2F is the virtual host "/". */
static const struct object put_objects[] = {
	{ "vhosts/orchestrator", "{\"description\":\"agents at work\",\"tags\":\"production\"}" },
	{ "vhosts/analytics", "{\"description\":\"reports\",\"tracing\":false}" },
	{ "users/api", "{\"password\":\"demo-api\",\"tags\":\"\"}" },
	{ "users/worker", "{\"password\":\"demo-worker\",\"tags\":\"\"}" },
	{ "users/observer", "{\"password_hash\":\"\",\"tags\":\"monitoring,policymaker\"}" },
	{ "permissions/orchestrator/api",
	  "{\"configure\":\"^tasks\\\\..*\",\"write\":\".*\",\"read\":\"^tasks\\\\..*\"}" },
	{ "permissions/orchestrator/worker",
	  "{\"configure\":\"\",\"write\":\"^results$\",\"read\":\".*\"}" },
	{ "permissions/analytics/worker", "{\"configure\":\"\",\"write\":\"\",\"read\":\".*\"}" },
	{ "permissions/%2F/observer", "{\"configure\":\"\",\"write\":\"\",\"read\":\".*\"}" },
	{ "vhost-limits/analytics/max-queues", "{\"value\":500}" },
	{ "exchanges/orchestrator/tasks",
	  "{\"type\":\"topic\",\"durable\":true,\"arguments\":{\"alternate-exchange\":"
	  "\"unrouted\"}}" },
	{ "exchanges/orchestrator/results", "{\"type\":\"direct\",\"durable\":true}" },
	{ "exchanges/orchestrator/broadcast", "{\"type\":\"fanout\",\"durable\":true}" },
	{ "exchanges/orchestrator/unrouted", "{\"type\":\"fanout\",\"durable\":true}" },
	{ "exchanges/orchestrator/by-model", "{\"type\":\"headers\",\"durable\":true}" },
	{ "exchanges/orchestrator/dead-letter",
	  "{\"type\":\"topic\",\"durable\":true,\"internal\":true}" },
	{ "exchanges/analytics/reports", "{\"type\":\"topic\",\"durable\":true}" },
	{ "topic-permissions/orchestrator/api",
	  "{\"exchange\":\"tasks\",\"write\":\"^agent\\\\.\",\"read\":\".*\"}" },
	{ "queues/orchestrator/tasks.urgent",
	  "{\"durable\":true,\"arguments\":{\"x-queue-type\":\"quorum\",\"x-delivery-limit\":5,"
	  "\"x-dead-letter-exchange\":\"dead-letter\"}}" },
	{ "queues/orchestrator/tasks.normal",
	  "{\"durable\":true,\"arguments\":{\"x-queue-type\":\"quorum\"}}" },
	{ "queues/orchestrator/tasks.batch",
	  "{\"durable\":true,\"arguments\":{\"x-max-priority\":10,\"x-message-ttl\":86400000}}" },
	{ "queues/orchestrator/results.store", "{\"durable\":true,\"arguments\":{}}" },
	{ "queues/orchestrator/tasks.dead",
	  "{\"durable\":true,\"arguments\":{\"x-queue-mode\":\"lazy\"}}" },
	{ "queues/orchestrator/unrouted.keep",
	  "{\"durable\":true,\"arguments\":{\"x-max-length\":10000,\"x-overflow\":"
	  "\"reject-publish\"}}" },
	{ "queues/analytics/reports.daily",
	  "{\"durable\":true,\"arguments\":{\"x-queue-type\":\"stream\",\"x-max-age\":\"7D\"}}" },
	{ "queues/analytics/reports.weekly", "{\"durable\":true,\"arguments\":{}}" },
	{ "policies/orchestrator/dead-letters",
	  "{\"pattern\":\"^tasks\\\\.\",\"definition\":{\"dead-letter-exchange\":\"dead-letter\"},"
	  "\"priority\":5,\"apply-to\":\"queues\"}" },
	{ "policies/analytics/limits",
	  "{\"pattern\":\"^reports\",\"definition\":{\"max-length-bytes\":1073741824},"
	  "\"apply-to\":\"queues\"}" },
	{ "operator-policies/orchestrator/ceiling",
	  "{\"pattern\":\".*\",\"definition\":{\"max-length\":1000000},\"priority\":0,"
	  "\"apply-to\":\"queues\"}" },
	{ "global-parameters/platform", "{\"value\":{\"name\":\"agent-orchestrator\"}}" },
};

/* Each is POSTed. */
static const struct object bindings[] = {
	{ "orchestrator/e/tasks/q/tasks.urgent", "{\"routing_key\":\"agent.*.urgent\"}" },
	{ "orchestrator/e/tasks/q/tasks.normal", "{\"routing_key\":\"agent.#\"}" },
	{ "orchestrator/e/tasks/q/tasks.batch", "{\"routing_key\":\"batch.#\"}" },
	{ "orchestrator/e/results/q/results.store", "{\"routing_key\":\"store\"}" },
	{ "orchestrator/e/broadcast/q/results.store", "{\"routing_key\":\"\"}" },
	{ "orchestrator/e/tasks/e/broadcast", "{\"routing_key\":\"control.#\"}" },
	{ "orchestrator/e/dead-letter/q/tasks.dead", "{\"routing_key\":\"#\"}" },
	{ "orchestrator/e/unrouted/q/unrouted.keep", "{\"routing_key\":\"\"}" },
	{ "orchestrator/e/by-model/q/tasks.batch",
	  "{\"routing_key\":\"\",\"arguments\":{\"x-match\":\"all\",\"model\":\"small\"}}" },
	{ "analytics/e/reports/q/reports.daily", "{\"routing_key\":\"daily.#\"}" },
	{ "analytics/e/reports/q/reports.weekly", "{\"routing_key\":\"weekly.#\"}" },
};

enum { WORKERS = 24, ANSWER_MAX = 4096 };

struct client {
	CURL *curl;
	struct curl_slist *headers;
	const struct server *server;
	struct buf answer;
};

static void client_close(struct client *c)
{
	curl_slist_free_all(c->headers);
	curl_easy_cleanup(c->curl);
	buf_release(&c->answer);
}

static size_t receive(char *bytes, size_t size, size_t count, void *cookie)
{
	struct buf *answer = cookie;

	(void)size;
	if (answer->len + count <= ANSWER_MAX && buf_append(answer, bytes, count) < 0)
		return 0;
	return count;
}

static int client_open(struct client *c, const struct server *s, struct error *err)
{
	c->server = s;
	c->curl = curl_easy_init();
	c->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (!c->curl || !c->headers)
		return error_set(err, ERROR_NOMEM, "no memory to talk to RabbitMQ");
	(void)curl_easy_setopt(c->curl, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, 60L);
	(void)curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, c->headers);
	(void)curl_easy_setopt(c->curl, CURLOPT_USERNAME, s->user);
	(void)curl_easy_setopt(c->curl, CURLOPT_PASSWORD, s->password);
	(void)curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, receive);
	(void)curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &c->answer);
	return 0;
}

static int ask(struct client *c, const char *method, const char *path, const char *body,
	       struct error *err)
{
	char url[256];
	long status = 0;
	CURLcode rc;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/%s",
		       (unsigned)c->server->management_port, path);
	buf_clear(&c->answer);
	(void)curl_easy_setopt(c->curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, body);
	rc = curl_easy_perform(c->curl);
	if (rc != CURLE_OK)
		return error_set(err, ERROR_TARGET, "RabbitMQ: %s %s: %s", method, url,
				 curl_easy_strerror(rc));
	(void)curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return error_set(err, ERROR_TARGET, "RabbitMQ: %s %s: status %ld: %.200s", method,
				 url, status, c->answer.len ? c->answer.ptr : "");
	return 0;
}

static int put_binding(struct client *c, const char *path, const char *body, struct error *err)
{
	char full[160];

	(void)snprintf(full, sizeof(full), "bindings/%s", path);
	return ask(c, "POST", full, body, err);
}

/* A queue per worker, as orchestrators make them. */
static int fill_workers(struct client *c, struct error *err)
{
	for (unsigned i = 1; i <= WORKERS; i++) {
		char path[96], key[64];

		(void)snprintf(path, sizeof(path), "queues/orchestrator/worker.%02u", i);
		if (ask(c, "PUT", path, "{\"durable\":true,\"arguments\":{\"x-expires\":3600000}}",
			err) < 0)
			return -1;
		(void)snprintf(path, sizeof(path), "orchestrator/e/tasks/q/worker.%02u", i);
		(void)snprintf(key, sizeof(key), "{\"routing_key\":\"agent.%u.control\"}", i);
		if (put_binding(c, path, key, err) < 0)
			return -1;
	}
	return 0;
}

int fill_rabbitmq(const struct server *s, const struct fill *fill, struct error *err)
{
	CLEANUP(client_close)
	struct client c = { 0 };

	if (client_open(&c, s, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(put_objects) / sizeof(*put_objects); i++) {
		if (fill->stop_requested && fill->stop_requested())
			return error_set(err, ERROR_INTERRUPTED, "the fill was interrupted");
		if (ask(&c, "PUT", put_objects[i].path, put_objects[i].body, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(bindings) / sizeof(*bindings); i++) {
		if (put_binding(&c, bindings[i].path, bindings[i].body, err) < 0)
			return -1;
	}
	return fill_workers(&c, err);
}
