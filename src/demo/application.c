/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/application.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/node.h"
#include "demo/fill.h"

static bool has_program(const char *directory, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", directory, name);

	return n > 0 && (size_t)n < sizeof(path) && access(path, X_OK) == 0;
}

bool application_find(char out[PATH_MAX])
{
	static const char below[] = "examples/orchestrator";
	char self[PATH_MAX - sizeof(below)];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (len <= 0)
		return false;
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	slash[1] = '\0';
	(void)snprintf(out, PATH_MAX, "%s%s", self, below);
	return has_program(out, "orchestrator-api") && has_program(out, "orchestrator-worker");
}

static int put_program(const char *directory, const char *name, struct buf *out)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (buf_puts(out, "      command: [") < 0 || node_print_text(path, out) < 0)
		return -1;
	return buf_puts(out, "]\n");
}

/* Its users are those of the backup: their logins come back with it. */
static int put_stores(const char *user, const char *role, struct buf *out)
{
	return buf_printf(
		out,
		"      env:\n"
		"        DATABASE_URL: \"postgresql://%s@127.0.0.1:${PGPORT}/" FILL_DATABASE "\"\n"
		"        REDIS_URL: \"${REDIS_URL}/0\"\n"
		"        PASSWORD: demo-%s\n"
		"        AMQP_URL: \"amqp://%s:${PASSWORD}@127.0.0.1:5672/orchestrator\"\n",
		role, user, user);
}

int application_put_components(const char *directory, struct buf *out)
{
	if (buf_puts(out, "  # a drill starts these beside the restored servers\n"
			  "  api:\n"
			  "    engine: service\n"
			  "    deploy:\n") < 0 ||
	    put_program(directory, "orchestrator-api", out) < 0 ||
	    buf_puts(out, "      health: {http: \"http://127.0.0.1:8080/health\"}\n") < 0 ||
	    put_stores("api", "orchestrator_api", out) < 0 ||
	    buf_puts(out, "  worker:\n"
			  "    engine: service\n"
			  "    deploy:\n") < 0 ||
	    put_program(directory, "orchestrator-worker", out) < 0 ||
	    buf_puts(out, "      needs: [api]\n"
			  "      health: {log: waiting for tasks}\n") < 0)
		return -1;
	return put_stores("worker", "orchestrator_worker", out);
}

int application_put_drill(struct buf *out)
{
	return buf_puts(out, "  smoke:\n"
			     "    users: {command: [psql, -AtX, -d, " FILL_DATABASE
			     ", -c, SELECT count(*) "
			     "FROM orchestrator.users], expect: \"n > 0\"}\n"
			     "  workflows:\n"
			     "    a-task-is-done:\n"
			     "      http:\n"
			     "        - url: http://127.0.0.1:8080/tasks\n"
			     "          body: '{\"description\": \"count these four words\"}'\n"
			     "          expect: {status: 201, json: {state: queued}}\n"
			     "          save: {ID: id}\n"
			     "        - url: http://127.0.0.1:8080/tasks/${ID}\n"
			     "          expect: {json: {state: succeeded, result.words: 4}}\n"
			     "          within: 40s\n"
			     "        - url: http://127.0.0.1:8080/tasks/${ID}\n"
			     "          expect: {headers: {X-Cache: hit}}\n"
			     "          within: 20s\n"
			     "    a-bad-request-is-refused:\n"
			     "      http:\n"
			     "        - url: http://127.0.0.1:8080/tasks\n"
			     "          body: '{\"title\": \"\"}'\n"
			     "          expect: {status: 400, json: {hint: nonempty}}\n"
			     "  monitoring:\n"
			     "    api-metrics:\n"
			     "      http:\n"
			     "        - url: http://127.0.0.1:8080/metrics\n"
			     "          expect: {body: orchestrator_up 1}\n");
}
