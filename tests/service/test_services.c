/* SPDX-License-Identifier: Apache-2.0 */
/* Services deployed in a real sandbox: well ones, and each way in which one is not. */
#include "services_visited.h"

#include <signal.h>

#include "../unit/both_users.h"
#include "base/clock.h"

/* A server that answers what a test wants to see; its paths are its answers. */
#define SERVER                                                                                     \
	"  web:\n"                                                                                 \
	"    engine: service\n"                                                                    \
	"    deploy:\n"                                                                            \
	"      command: [python3, -u, -c, \"${CODE}\"]\n"                                          \
	"      env:\n"                                                                             \
	"        WORD: from ${PLACE}\n"                                                            \
	"        CODE: |\n"                                                                        \
	"          import http.server, json, os, time\n"                                           \
	"          class H(http.server.BaseHTTPRequestHandler):\n"                                 \
	"            protocol_version = 'HTTP/1.1'\n"                                              \
	"            seen = 0\n"                                                                   \
	"            def answer(self, status, body, **headers):\n"                                 \
	"              self.send_response(status)\n"                                               \
	"              for k, v in headers.items(): self.send_header(k.replace('_', '-'), v)\n"    \
	"              self.send_header('Content-Length', len(body))\n"                            \
	"              self.end_headers()\n"                                                       \
	"              self.wfile.write(body)\n"                                                   \
	"            def do_GET(self):\n"                                                          \
	"              if self.path == '/hang': time.sleep(1000)\n"                                \
	"              if self.path == '/huge': return self.answer(200, b'x' * (5 << 20))\n"       \
	"              if self.path == '/late':\n"                                                 \
	"                H.seen += 1\n"                                                            \
	"                return self.answer(200 if H.seen > 2 else 404, b'late')\n"                \
	"              self.answer(200, json.dumps({'path': self.path, 'word': "                   \
	"os.environ['WORD'], 'list': [1, {'n': None}]}).encode(), X_Cache='hit')\n"                \
	"            def do_POST(self):\n"                                                         \
	"              body = self.rfile.read(int(self.headers['Content-Length']))\n"              \
	"              self.answer(201, json.dumps({'id': 7, 'got': body.decode(), 'key': "        \
	"self.headers['X-Key'], 'type': self.headers['Content-Type']}).encode())\n"                \
	"          http.server.ThreadingHTTPServer(('127.0.0.1', 8080), H).serve_forever()\n"      \
	"      health: {http: \"http://127.0.0.1:8080/health\", tcp: \"127.0.0.1:8080\"}\n"

static void a_service_is_started_asked_searched_and_ended(void **state)
{
	struct ground *g = visited(BEGINNING SERVER);
	struct error err = ERROR_INIT;

	(void)state;
	deploy(g);
	expect_said(g, "deployed", "web", VERDICT_PASS, "web was started and runs");
	expect_said(g, "health", "web", VERDICT_PASS, "web is well, ");
	assert_int_equal(services_up(g->services), 1);
	assert_int_equal(services_health(g->services, &g->checks, &err), 0);
	expect_said(g, "health", "web", VERDICT_PASS, "web is well");
	assert_int_equal(services_logs(g->services, NULL, NULL, NULL, &g->checks, &err), 0);
	expect_said(g, "app-log", "web", VERDICT_PASS, "no line of web's log tells of an error");
	assert_int_equal(g->checks.count, 4);
	assert_int_equal(services_stop(g->services, &g->checks, &err), 0);
	g->services = NULL;
	assert_int_equal(g->checks.count, 4);
	forget(g);
}

static void requests_are_judged_and_save_what_later_ones_need(void **state)
{
	struct ground *g = visited(
		BEGINNING SERVER
		"drill:\n"
		"  smoke:\n"
		"    command: {command: [sh, -c, \"echo $PLACE ${WORD}; echo; exit 0\"], env: "
		"{WORD: "
		"there}, expect: \"= inside there\"}\n"
		"    part: {command: [echo, one two], expect: two}\n"
		"    wrong-output: {command: [echo, 3], expect: n > 3}\n"
		"    wrong-code: {command: [sh, -c, \"echo said so; exit 9\"]}\n"
		"    no-program: {command: [/nowhere/x]}\n"
		"    slow: {command: [sleep, \"1000\"], within: 1s}\n"
		"    unknown: {command: [echo, \"${NOTHING}\"]}\n"
		"  workflows:\n"
		"    order:\n"
		"      env: {KEY: \"k 1\"}\n"
		"      http:\n"
		"        - method: POST\n"
		"          url: http://127.0.0.1:8080/orders\n"
		"          headers: {X-Key: \"${KEY}\"}\n"
		"          body: '{\"a\": 1}'\n"
		"          expect:\n"
		"            status: 201\n"
		"            json: {got: '{\"a\": 1}', key: k 1, type: application/json, id: n > "
		"0}\n"
		"          save: {ID: id}\n"
		"        - url: http://127.0.0.1:8080/orders/${ID}?q=secret\n"
		"          expect:\n"
		"            body: from inside\n"
		"            headers: {X-Cache: hit, Content-Length: n > 10, X-None: empty}\n"
		"            json: {path: \"/orders/${ID}?q=secret\", list.0: 1, list.1.n: empty, "
		"list.2: empty}\n"
		"    late: {http: [{url: \"http://127.0.0.1:8080/late\", within: 20s}]}\n"
		"    wrong-status: {http: [{url: \"http://127.0.0.1:8080/x\", expect: {status: "
		"204}}]}\n"
		"    wrong-member: {http: [{url: \"http://127.0.0.1:8080/x\"}, {url: "
		"\"http://127.0.0.1:8080/y\", expect: {json: {word: other}}}]}\n"
		"    missing: {http: [{url: \"http://127.0.0.1:8080/x\", save: {X: list.9}}]}\n"
		"    huge: {http: [{url: \"http://127.0.0.1:8080/huge\"}]}\n"
		"    hangs: {within: 2s, http: [{url: \"http://127.0.0.1:8080/hang\"}]}\n"
		"    nobody: {http: [{url: \"http://127.0.0.1:81/\"}]}\n"
		"    outside: {within: 5s, http: [{url: \"http://192.0.2.1/\"}]}\n");
	struct error err = ERROR_INIT;
	struct trials_request one = { .config = &g->config,
				      .kind = TRIALS_WORKFLOW,
				      .name = "nothing",
				      .sandbox = &g->sandbox };

	(void)state;
	deploy(g);
	try(g, TRIALS_SMOKE);
	expect_said(g, "smoke", "command", VERDICT_PASS, "command passes in ");
	expect_said(g, "smoke", "part", VERDICT_PASS, "");
	expect_said(g, "smoke", "wrong-output", VERDICT_FAIL, "its output is 3, not n > 3");
	expect_said(g, "smoke", "wrong-code", VERDICT_FAIL, "sh: code 9; said so");
	expect_said(g, "smoke", "no-program", VERDICT_FAIL,
		    "code 127; muster: /nowhere/x: No such");
	expect_said(g, "smoke", "slow", VERDICT_FAIL, "no end within 1s");
	expect_said(g, "smoke", "unknown", VERDICT_ERROR, "the variable NOTHING is not known");
	try(g, TRIALS_WORKFLOW);
	expect_said(g, "workflow", "order", VERDICT_PASS, "order goes through in ");
	expect_said(g, "workflow", "late", VERDICT_PASS, "");
	expect_said(g, "workflow", "wrong-status", VERDICT_FAIL,
		    "wrong-status: GET http://127.0.0.1:8080/x: HTTP status 200, not 204, with {");
	expect_said(g, "workflow", "wrong-member", VERDICT_FAIL,
		    "request 2: GET http://127.0.0.1:8080/y: word is from inside, not other");
	expect_said(g, "workflow", "missing", VERDICT_FAIL, "list.9 is missing");
	expect_said(g, "workflow", "huge", VERDICT_FAIL, "the answer is larger than 4 MiB");
	expect_said(g, "workflow", "hangs", VERDICT_FAIL, "GET http://127.0.0.1:8080/hang");
	expect_said(g, "workflow", "nobody", VERDICT_FAIL, "GET http://127.0.0.1:81/");
	expect_said(g, "workflow", "outside", VERDICT_FAIL, "GET http://192.0.2.1/");
	assert_int_equal(trials_run(&one, &g->checks, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	forget(g);
}

static void what_a_service_needs_is_up_before_it(void **state)
{
	struct ground *g = visited(
		BEGINNING
		"  last:\n"
		"    engine: service\n"
		"    deploy: {command: [sh, -c, \"cat first.is; cat second.is; sleep 1000\"], "
		"needs: "
		"[second, first], health: {log: \"^22$\"}, log_errors: [No such file]}\n"
		"  second:\n"
		"    engine: service\n"
		"    deploy: {command: [sh, -c, \"cat first.is; echo 22 >second.is; echo up; sleep "
		"1000\"], needs: [first], health: {log: up}, log_errors: [No such file]}\n"
		"  first:\n"
		"    engine: service\n"
		"    deploy: {command: [sh, -c, \"sleep 1; echo 11 >first.is; sleep 1000\"], "
		"health: "
		"{command: [test, -f, first.is]}}\n"
		"  other:\n"
		"    engine: service\n"
		"    deploy: {command: [sleep, \"1000\"]}\n");
	struct error err = ERROR_INIT;

	(void)state;
	deploy(g);
	for (size_t i = 0; i < g->checks.count; i++)
		assert_int_equal(g->checks.item[i].verdict, VERDICT_PASS);
	assert_int_equal(g->checks.count, 8);
	assert_string_equal(g->checks.item[0].component, "last");
	expect_said(g, "health", "other", VERDICT_PASS, "how to see that it is well is not");
	assert_int_equal(services_logs(g->services, NULL, NULL, NULL, &g->checks, &err), 0);
	expect_said(g, "app-log", "last", VERDICT_PASS, "");
	expect_said(g, "app-log", "second", VERDICT_PASS, "");
	forget(g);
}

static void a_service_that_is_not_up_is_told_of_with_its_reason(void **state)
{
	struct ground *g = visited(
		BEGINNING
		"  dies: {engine: service, deploy: {command: [sh, -c, \"echo one; echo two; exit "
		"3\"], "
		"health: {tcp: \"127.0.0.1:1\"}}}\n"
		"  after: {engine: service, deploy: {command: [sleep, \"9\"], needs: [dies]}}\n"
		"  never-well: {engine: service, deploy: {command: [sleep, \"1000\"], within: 2s, "
		"health: {http: \"http://127.0.0.1:99/\"}}}\n"
		"  absent: {engine: service, deploy: {command: [/nowhere/program], health: {log: "
		"x}}}\n"
		"  no-file: {engine: service, deploy: {command: [sleep, \"9\"], files: "
		"[/nowhere/f], "
		"health: {log: x}}}\n"
		"  no-program: {engine: service, deploy: {command: [no-such-program], health: "
		"{log: "
		"x}}}\n"
		"  no-variable: {engine: service, deploy: {command: [sleep, \"9\"], env: {A: "
		"\"${B}\"}, health: {log: x}}}\n"
		"  killed: {engine: service, deploy: {command: [sh, -c, \"kill -9 $$$$\"], health: "
		"{log: x}}}\n"
		"  hangs:\n"
		"    engine: service\n"
		"    connect: {timeout: 1s}\n"
		"    deploy: {within: 3s, command: [python3, -c, \"import socket; s = "
		"socket.create_server(('127.0.0.1', 7007)); import time; time.sleep(1000)\"], "
		"health: "
		"{http: \"http://127.0.0.1:7007/\"}}\n"
		"  not-wanted: {engine: service, severities: {health: warn}, deploy: {within: 1s, "
		"command: [sleep, \"1000\"], health: {log: never}}}\n");

	(void)state;
	deploy(g);
	expect_said(g, "deployed", "dies", VERDICT_FAIL, "exited with code 3; one; two");
	expect_said(g, "deployed", "after", VERDICT_SKIPPED, "it needs dies, which is not up");
	expect_said(g, "deployed", "never-well", VERDICT_PASS, "");
	expect_said(g, "health", "never-well", VERDICT_FAIL, "never-well is not well within 2s: ");
	expect_said(g, "deployed", "absent", VERDICT_FAIL, "/nowhere/program is not there");
	expect_said(g, "deployed", "no-file", VERDICT_FAIL, "/nowhere/f is not there");
	expect_said(g, "deployed", "no-program", VERDICT_FAIL,
		    "exited with code 127; muster: no-such-program: No such file");
	expect_said(g, "deployed", "no-variable", VERDICT_FAIL,
		    "env A: the variable B is not known; there are PLACE");
	expect_said(g, "deployed", "killed", VERDICT_FAIL, "killed by signal 9; it wrote nothing");
	expect_said(g, "health", "hangs", VERDICT_FAIL, "hangs is not well within 3s: ");
	expect_said(g, "health", "not-wanted", VERDICT_WARN, "no line that matches \"never\"");
	forget(g);
}

static void a_service_that_ends_later_is_noticed_once(void **state)
{
	struct ground *g = visited(
		BEGINNING
		"  web: {engine: service, deploy: {command: [sh, -c, \"echo up; while ! [ "
		"-e end ]; do sleep 0.1; done; echo gone; exit 4\"], health: {log: up}}}\n");
	const char *const argv[] = { "touch", "end", NULL };
	const struct visit_capture end = { .program = { .argv = argv } };
	struct visit_captured ended = { 0 };
	struct error err = ERROR_INIT;
	size_t count = 0;

	(void)state;
	deploy(g);
	assert_int_equal(services_watch(g->services, &count, &g->checks, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(visit_capture(&g->sandbox, &end, &ended, &err), 0);
	while (services_up(g->services))
		(void)usleep(10000);
	assert_int_equal(services_watch(g->services, &count, &g->checks, &err), 0);
	assert_int_equal(count, 1);
	expect_said(g, "health", "web", VERDICT_FAIL, "exited with code 4; up; gone");
	assert_int_equal(services_watch(g->services, &count, &g->checks, &err), 0);
	assert_int_equal(services_health(g->services, &g->checks, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(g->checks.count, 3);
	visit_captured_release(&ended);
	forget(g);
}

static void a_service_cannot_call_out_nor_see_the_host(void **state)
{
	struct ground *g =
		visited(BEGINNING
			"  web:\n"
			"    engine: service\n"
			"    deploy:\n"
			"      health: {log: done}\n"
			"      command: [python3, -c, \"${CODE}\"]\n"
			"      env:\n"
			"        CODE: |\n"
			"          import os, socket\n"
			"          for host in ('1.1.1.1', '192.0.2.1', 'example.org'):\n"
			"            try:\n"
			"              socket.create_connection((host, 80), 3)\n"
			"              print('fatal: reached', host)\n"
			"            except OSError as e:\n"
			"              print(host, 'is not there')\n"
			"          for name in ('/etc/shadow', '/root', '/home', '/etc/muster'):\n"
			"            if os.path.exists(name): print('fatal: sees', name)\n"
			"          print('done', flush=True)\n"
			"          import time; time.sleep(1000)\n");
	struct error err = ERROR_INIT;

	(void)state;
	deploy(g);
	assert_int_equal(services_logs(g->services, NULL, NULL, NULL, &g->checks, &err), 0);
	expect_said(g, "app-log", "web", VERDICT_PASS, "it has 4");
	forget(g);
}

static void files_are_readable_inside_wherever_they_lie(void **state)
{
	struct ground *g = calloc(1, sizeof(*g));
	char path[96], program[96];

	(void)state;
	assert_non_null(g);
	load(g, BEGINNING
	     "  web: {engine: service, deploy: {command: [sh, program], cwd: /work, files: "
	     "[conf, conf/a, program, /usr/share], health: {log: read}}}\n");
	(void)snprintf(path, sizeof(path), "%s/conf", g->directory);
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/conf/a", g->directory);
	write_file(path, 0644, "read\n");
	(void)snprintf(program, sizeof(program), "%s/program", g->directory);
	write_file(program, 0755, "cat \"${0%/*}/conf/a\"; echo x >>\"$0\" || sleep 1000\n");
	g->config.component[0].deploy.command.item[1] = program;
	g->env = env;
	seal(g, be_visited);
	deploy(g);
	expect_said(g, "health", "web", VERDICT_PASS, "");
	forget(g);
}

static bool stop_now(const void *cookie)
{
	(void)cookie;
	return true;
}

static void whoever_is_asked_to_stop_leaves_nothing(void **state)
{
	struct ground *g =
		visited(BEGINNING "  a: {engine: service, deploy: {command: [sleep, \"1000\"], "
				  "health: {log: never}}}\n"
				  "  b: {engine: service, deploy: {command: [sleep, \"1000\"], "
				  "needs: [a], health: {log: never}}}\n"
				  "drill: {smoke: {slow: {command: [sleep, \"1000\"]}}}\n");
	const struct services_options options = { .config = &g->config,
						  .sandbox = &g->sandbox,
						  .stop = { .asked = stop_now } };
	const struct trials_request request = { .config = &g->config,
						.sandbox = &g->sandbox,
						.stop = { .asked = stop_now } };
	const char *const argv[] = { "sh", "-c", "grep -l '^sleep' /proc/[0-9]*/cmdline", NULL };
	const struct visit_capture look = { .program = { .argv = argv } };
	struct visit_captured left = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(services_deploy(&options, &g->services, &g->checks, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_null(g->services);
	error_clear(&err);
	assert_int_equal(trials_run(&request, &g->checks, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	error_clear(&err);
	assert_int_equal(visit_capture(&g->sandbox, &look, &left, &err), 0);
	assert_int_equal(left.output.len, 0);
	visit_captured_release(&left);
	forget(g);
}

static void a_sandbox_that_ends_is_an_error_not_a_bad_service(void **state)
{
	struct ground *g = visited(BEGINNING SERVER);
	const struct trials_request request = { .config = &g->config, .sandbox = &g->sandbox };
	const struct ask_order order = { .tcp = "127.0.0.1:8080", .time_ns = NS_PER_SECOND };
	struct ask_answer answer;
	struct error err = ERROR_INIT;

	(void)state;
	deploy(g);
	assert_int_equal(kill(g->sandbox.reaper, SIGKILL), 0);
	assert_int_equal(trials_run(&request, &g->checks, &err), 0); /* there are none */
	/* it may take a moment to end */
	while (ask_inside(&g->sandbox, &order, NULL, &answer, &err) == 0)
		;
	assert_int_equal(err.kind, ERROR_TARGET);
	error_clear(&err);
	if (services_health(g->services, &g->checks, &err) != -1)
		fail_msg("%s", g->checks.item[g->checks.count - 1].message);
	error_clear(&err);
	assert_int_equal(services_stop(g->services, &g->checks, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	error_clear(&err);
	g->services = NULL;
	forget(g);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_started_asked_searched_and_ended),
		cmocka_unit_test(requests_are_judged_and_save_what_later_ones_need),
		cmocka_unit_test(what_a_service_needs_is_up_before_it),
		cmocka_unit_test(a_service_that_is_not_up_is_told_of_with_its_reason),
		cmocka_unit_test(a_service_that_ends_later_is_noticed_once),
		cmocka_unit_test(a_service_cannot_call_out_nor_see_the_host),
		cmocka_unit_test(files_are_readable_inside_wherever_they_lie),
		cmocka_unit_test(whoever_is_asked_to_stop_leaves_nothing),
		cmocka_unit_test(a_sandbox_that_ends_is_an_error_not_a_bad_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	return run_as_both_users(run_group);
}
