/* SPDX-License-Identifier: Apache-2.0 */
/* What services write, and trials see of them: searched, kept, bounded, and without secrets. */
#include "services_visited.h"

#include <signal.h>

#include "../unit/both_users.h"

static void remember(void *cookie, const struct service_log *log)
{
	*(struct service_log *)cookie = *log;
}

static void logs_are_searched_and_kept(void **state)
{
	static const char script[] =
		"printf 'all well\\nERROR one\\nno errors here\\nfatal: two\\nan error that is "
		"expected\\npanic\\n\\0a critical one\\nlast' ; sleep 1000";
	struct ground *g;
	struct service_log *log = malloc(sizeof(*log));
	struct buf kept = { 0 };
	struct error err = ERROR_INIT;
	char text[800], directory[96];

	(void)state;
	assert_non_null(log);
	(void)snprintf(text, sizeof(text),
		       BEGINNING
		       "  web: {engine: service, deploy: {command: [sh, -c, \"${S}\"], env: "
		       "{S: \"%s\"}, health: {log: last}, log_harmless: [IS EXPECTED]}}\n",
		       script);
	for (char *c = text; (c = strchr(c, '\\')); c += 2) {
		memmove(c + 1, c, strlen(c) + 1);
		*c = '\\';
	}
	g = visited(text);
	deploy(g);
	(void)snprintf(directory, sizeof(directory), "%s/logs/deep", g->directory);
	assert_int_equal(services_logs(g->services, directory, remember, log, &g->checks, &err), 0);
	assert_int_equal(log->found.lines, 8);
	assert_int_equal(log->found.errors, 4);
	assert_int_equal(log->found.hit[0].line, 2);
	assert_string_equal(log->found.hit[0].shown, "ERROR one");
	assert_int_equal(log->found.hit[3].line, 7);
	expect_said(g, "app-log", "web", VERDICT_FAIL, "/logs/deep/web.log:2: ERROR one; ");
	expect_said(g, "app-log", "web", VERDICT_FAIL, "web.log:4: fatal: two; ");
	expect_said(g, "app-log", "web", VERDICT_FAIL, "; and 1 more");
	assert_int_equal(file_read(log->path, 1000, &kept, &err), 0);
	assert_int_equal(kept.len, log->found.bytes);
	assert_memory_equal(kept.ptr + kept.len - 5, "\nlast", 5);
	buf_release(&kept);
	free(log);
	forget(g);
}

static void deploy_limited(struct ground *g, uint64_t log_max)
{
	const struct services_options options = {
		.config = &g->config, .sandbox = &g->sandbox, .env = g->env, .log_max = log_max
	};
	struct error err = ERROR_INIT;

	if (services_deploy(&options, &g->services, &g->checks, &err) < 0)
		fail_msg("%s", err.message);
}

static void a_service_that_floods_its_log_is_ended(void **state)
{
	struct ground *g = visited(
		BEGINNING
		"  first: {engine: service, deploy: {command: [sh, -c, \"yes ERROR "
		"floooood | head -c 50000000; sleep 1000\"],"
		" within: 10m, health: {log: never}}}\n"
		"  later: {engine: service, deploy: {command: [sh, -c, \"echo up; until [ -e "
		"flood ]; do sleep 0.1; done; yes ERROR floooood | head -c 50000000; "
		"sleep 1000\"], within: 10m, health: {log: up}}}\n");
	const char *const argv[] = { "touch", "flood", NULL };
	const struct visit_capture begin = { .program = { .argv = argv } };
	struct visit_captured begun = { 0 };
	struct error err = ERROR_INIT;
	size_t ended = 0;

	(void)state;
	deploy_limited(g, 1 << 20);
	expect_said(g, "deployed", "first", VERDICT_PASS, "first was started");
	expect_said(g, "health", "first", VERDICT_FAIL,
		    ": its log had grown to more than 1.0 MiB; ERROR floooood");
	expect_said(g, "health", "later", VERDICT_PASS, "");
	assert_int_equal(visit_capture(&g->sandbox, &begin, &begun, &err), 0);
	visit_captured_release(&begun);
	while (!ended) {
		if (services_watch(g->services, &ended, &g->checks, &err) < 0)
			fail_msg("%s", err.message);
	}
	assert_int_equal(ended, 1);
	expect_said(g, "health", "later", VERDICT_FAIL,
		    ": its log had grown to more than 1.0 MiB; ERROR floooood");
	assert_int_equal(services_up(g->services), 0);
	forget(g);
}

/* In none of what is told, and not in the file at `path`. */
static void expect_nowhere(const struct ground *g, const char *secret, const char *path)
{
	struct buf kept = { 0 };
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < g->checks.count; i++) {
		const struct check *c = &g->checks.item[i];

		if (strstr(c->message, secret) || strstr(c->expected, secret) ||
		    strstr(c->found, secret) || strstr(c->hint, secret))
			fail_msg("%s: %s (%s, %s)", c->name, c->message, c->found, c->expected);
	}
	assert_int_equal(file_read(path, 1 << 20, &kept, &err), 0);
	assert_non_null(memmem(kept.ptr, kept.len, "[hidden]", 8));
	assert_null(memmem(kept.ptr, kept.len, secret, strlen(secret)));
	buf_release(&kept);
}

/* What services and trials are given in confidence, and repeat in all that is quoted of them. */
static const char telling[] = BEGINNING
	"  web:\n"
	"    engine: service\n"
	"    deploy:\n"
	"      command: [python3, -u, -c, \"${CODE}\"]\n"
	"      env:\n"
	"        SECRET: {env: TEST_SECRET}\n"
	"        CODE: |\n"
	"          import http.server, os\n"
	"          S = os.environ['SECRET']\n"
	"          class H(http.server.BaseHTTPRequestHandler):\n"
	"            def do_GET(self):\n"
	"              self.send_response(200 if self.path == '/' else 500)\n"
	"              self.send_header('X-Said', S)\n"
	"              self.end_headers()\n"
	"              self.wfile.write(b'x' * 150 + S.encode())\n"
	"              if self.path == '/?end': os._exit(1)\n"
	"            def log_message(self, *a): print('ERROR', S, self.headers['X-Key'])\n"
	"          http.server.HTTPServer(('127.0.0.1', 8080), H).serve_forever()\n"
	"      health: {tcp: \"127.0.0.1:8080\"}\n"
	"drill:\n"
	"  smoke:\n"
	"    ends: {command: [sh, -c, \"echo no $KEY; exit 1\"], env: {KEY: {env: TEST_KEY}}}\n"
	"    says: {command: [sh, -c, \"echo no $KEY\"], expect: other, env: {KEY: {env: "
	"TEST_KEY}}}\n"
	"  workflows:\n"
	"    status: {http: [{url: \"http://127.0.0.1:8080/no\"}]}\n"
	"    header: {http: [{url: \"http://127.0.0.1:8080/\", expect: {headers: {X-Said: "
	"other}}}]}\n"
	"    body: {http: [{url: \"http://127.0.0.1:8080/\", expect: {body: other}}]}\n"
	"    key: {http: [{url: \"http://127.0.0.1:8080/?end\", headers: {X-Key: \"${KEY}\"}, "
	"expect: {body: other}}], env: {KEY: {env: TEST_KEY}}}\n";

static void what_they_are_given_in_confidence_is_not_repeated(void **state)
{
	static const char secret[] = "Tr0ub4dor&3", key[] = "c0rrect-h0rse";
	struct trials_request request = { .kind = TRIALS_SMOKE };
	struct error err = ERROR_INIT;
	struct ground *g;
	char directory[96], path[128];
	size_t ended = 0;

	(void)state;
	assert_int_equal(setenv("TEST_SECRET", secret, 1), 0);
	assert_int_equal(setenv("TEST_KEY", key, 1), 0);
	g = visited(telling);
	deploy(g);
	request.config = &g->config;
	request.sandbox = &g->sandbox;
	request.env = g->env;
	request.hidden = services_hidden(g->services);
	for (; request.kind <= TRIALS_WORKFLOW; request.kind++) {
		if (trials_run(&request, &g->checks, &err) < 0)
			fail_msg("%s", err.message);
	}
	expect_said(g, "workflow", "status", VERDICT_FAIL, "HTTP status 500");
	expect_said(g, "workflow", "header", VERDICT_FAIL, "X-Said is [hidden], not other");
	expect_said(g, "workflow", "body", VERDICT_FAIL, "the body is xxx");
	expect_said(g, "smoke", "ends", VERDICT_FAIL, "; no [hidden]");
	expect_said(g, "smoke", "says", VERDICT_FAIL, "its output is no [hidden], not other");
	while (!ended)
		assert_int_equal(services_watch(g->services, &ended, &g->checks, &err), 0);
	expect_said(g, "health", "web", VERDICT_FAIL, "ERROR [hidden] [hidden]");
	(void)snprintf(directory, sizeof(directory), "%s/logs", g->directory);
	(void)snprintf(path, sizeof(path), "%s/web.log", directory);
	assert_int_equal(services_logs(g->services, directory, NULL, NULL, &g->checks, &err), 0);
	expect_said(g, "app-log", "web", VERDICT_FAIL, "ERROR [hidden] None");
	expect_nowhere(g, "Tr0u", path);
	expect_nowhere(g, key, path);
	forget(g);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_are_searched_and_kept),
		cmocka_unit_test(a_service_that_floods_its_log_is_ended),
		cmocka_unit_test(what_they_are_given_in_confidence_is_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	return run_as_both_users(run_group);
}
