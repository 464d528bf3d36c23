/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example platform's application, deployed beside PostgreSQL, Redis and RabbitMQ in a
 * sandbox, and what is said of it when all is well, and when a server or a part of it is gone.
 *
 * usage: test_services_platform API WORKER
 */
#include "services_ground.h"

#include <signal.h>

#include "component/engine.h"

enum { VARIABLES = 8, VARIABLE_SIZE = 256 };

static const char *api, *worker;

/* What leads to the servers, as an environment tells it (environment/guide.c). */
static void describe(const struct server *s, char out[VARIABLES][VARIABLE_SIZE])
{
	(void)snprintf(out[0], VARIABLE_SIZE, "PGHOST=%s", s[ENGINE_POSTGRESQL].socket);
	(void)snprintf(out[1], VARIABLE_SIZE, "PGPORT=%u", (unsigned)s[ENGINE_POSTGRESQL].port);
	(void)snprintf(out[2], VARIABLE_SIZE, "PGUSER=%s", s[ENGINE_POSTGRESQL].user);
	(void)snprintf(out[3], VARIABLE_SIZE, "REDIS_SOCKET=%s", s[ENGINE_REDIS].socket);
	(void)snprintf(out[4], VARIABLE_SIZE, "RABBITMQ_URL=amqp://%s:%s@127.0.0.1:%u/",
		       s[ENGINE_RABBITMQ].user, s[ENGINE_RABBITMQ].password,
		       (unsigned)s[ENGINE_RABBITMQ].port);
}

/* Starts the three servers, says how they are reached, serves visits. */
static int be_platform(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static struct server server[ENGINE_COUNT];
	static char variable[VARIABLES][VARIABLE_SIZE];
	const char *env[VARIABLES + 1] = { NULL };
	const struct visit_guide guide = {
		.directory = place->directory, .env = env, .work = ask_work, .cookie = cookie
	};
	struct error err = ERROR_INIT;

	for (int i = ENGINE_POSTGRESQL; i <= ENGINE_RABBITMQ; i++) {
		if (engine_start_below((enum engine_kind)i, place, &server[i], &err) < 0) {
			(void)dprintf(pipes.out, "%s\n", err.message);
			return 1;
		}
	}
	describe(server, variable);
	for (size_t i = 0; i < VARIABLES && variable[i][0]; i++)
		env[i] = variable[i];
	if (file_write_all(pipes.out, "the sandbox's pipe", variable, sizeof(variable), &err) < 0)
		return 1;
	return visit_serve(pipes, &guide, &err) < 0;
}

static char variable[VARIABLES][VARIABLE_SIZE];
static const char *platform_env[VARIABLES + 1];

static void hear_of_servers(struct ground *g)
{
	struct error err = ERROR_INIT;
	size_t got = 0;

	while (got < sizeof(variable)) {
		ssize_t n = file_read_some(g->sandbox.out, "the sandbox", (char *)variable + got,
					   sizeof(variable) - got, &err);

		if (n <= 0)
			fail_msg("the sandbox says: %.*s", (int)got, (char *)variable);
		got += (size_t)n;
	}
	for (size_t i = 0; i < VARIABLES && variable[i][0]; i++)
		platform_env[i] = variable[i];
	g->env = platform_env;
}

static void run(struct ground *g, const char *script, const struct buf *input)
{
	const char *const argv[] = { "sh", "-ec", script, NULL };
	const struct visit_capture capture = { .program = { .argv = argv },
					       .input = buf_span(input) };
	struct visit_captured captured = { 0 };
	struct error err = ERROR_INIT;

	if (visit_capture(&g->sandbox, &capture, &captured, &err) < 0)
		fail_msg("%s", err.message);
	if (captured.code != 0)
		fail_msg("%s: code %d: %s", script, captured.code, captured.output.ptr);
	visit_captured_release(&captured);
}

static void make_database(struct ground *g)
{
	static const char rows[] =
		"INSERT INTO orchestrator.users (email, display_name, locale) VALUES ('a@b', 'A', "
		"'en');"
		"INSERT INTO orchestrator.workflows (public_id, name, owner_id, status, "
		"definition, "
		"created_at, updated_at) SELECT gen_random_uuid(), 'w', id, 'live', '{}', now(), "
		"now() FROM orchestrator.users;"
		"INSERT INTO orchestrator.agents (public_id, name, version, status, model, "
		"settings, "
		"created_by, created_at) SELECT gen_random_uuid(), 'a', 1, 'active', 'm', '{}', "
		"id, "
		"now() FROM orchestrator.users;";
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	if (file_read(SOURCE_ROOT "/examples/orchestrator/schema.sql", 1 << 20, &text, &err) < 0 ||
	    buf_puts(&text, rows) < 0 ||
	    file_read(SOURCE_ROOT "/examples/orchestrator/keys.sql", 1 << 20, &text, &err) < 0)
		fail_msg("%s", err.message);
	run(g,
	    "createdb agent_orchestrator; psql -qX -v ON_ERROR_STOP=1 -d agent_orchestrator "
	    "-o /dev/null",
	    &text);
	buf_release(&text);
}

#define STORES                                                                                     \
	"        DATABASE_URL: postgresql:///agent_orchestrator?user=%s\n"                         \
	"        REDIS_URL: unix://${REDIS_SOCKET}\n"                                              \
	"        AMQP_URL: ${RABBITMQ_URL}%%2F\n"

static const char configuration[] =
	"version: 1\n"
	"repository: {path: /nowhere}\n"
	"components:\n"
	"  pg: {engine: postgresql}\n"
	"  api:\n"
	"    engine: service\n"
	"    health: {http: \"http://127.0.0.1:8080/health\"}\n"
	"    deploy:\n"
	"      command: [%s]\n"
	"      needs: [pg]\n"
	"      log_errors: [\" error \"]\n"
	"      env:\n" STORES "  worker:\n"
	"    engine: service\n"
	"    deploy:\n"
	"      command: [%s]\n"
	"      needs: [api]\n"
	"      health: {log: waiting for tasks}\n"
	"      env:\n" STORES "drill:\n"
	"  smoke:\n"
	"    database: {command: [psql, -AtX, -d, agent_orchestrator, -c, SELECT count(*) FROM "
	"orchestrator.agents], expect: n > 0}\n"
	"    cache: {command: [redis-cli, -s, \"${REDIS_SOCKET}\", ping], expect: = PONG}\n"
	"  workflows:\n"
	"    task:\n"
	"      http:\n"
	"        - url: http://127.0.0.1:8080/tasks\n"
	"          body: '{\"description\": \"count these four words\"}'\n"
	"          expect: {status: 201, json: {state: queued}}\n"
	"          save: {ID: id}\n"
	"        - url: http://127.0.0.1:8080/tasks/${ID}\n"
	"          expect: {json: {id: \"${ID}\", state: succeeded, result.words: \"4\"}}\n"
	"          within: 40s\n"
	"        - url: http://127.0.0.1:8080/tasks/${ID}\n"
	"          expect: {headers: {X-Cache: hit}}\n"
	"          within: 20s\n"
	"    refused: {http: [{url: \"http://127.0.0.1:8080/tasks\", body: '{}', expect: {status: "
	"400, body: hint}}]}\n"
	"    wrong:\n"
	"      http:\n"
	"        - url: http://127.0.0.1:8080/tasks\n"
	"          body: '{\"title\": \"two words\"}'\n"
	"          save: {ID: id}\n"
	"        - url: http://127.0.0.1:8080/tasks/${ID}\n"
	"          expect: {json: {result.words: \"5\"}}\n"
	"          within: 20s\n";

static struct ground *open_platform(void)
{
	char text[sizeof(configuration) + 2 * PATH_MAX];
	struct ground *g;

	(void)snprintf(text, sizeof(text), configuration, api, "orchestrator_api", worker,
		       "orchestrator_worker");
	g = prepare(text, be_platform);
	hear_of_servers(g);
	make_database(g);
	return g;
}

static void an_application_is_deployed_and_does_its_work(struct ground *g)
{
	struct error err = ERROR_INIT;

	deploy(g);
	expect_said(g, "deployed", "api", VERDICT_PASS, "");
	expect_said(g, "health", "api", VERDICT_PASS, "api is well, ");
	expect_said(g, "health", "worker", VERDICT_PASS, "");
	try(g, TRIALS_SMOKE);
	expect_said(g, "smoke", "database", VERDICT_PASS, "");
	expect_said(g, "smoke", "cache", VERDICT_PASS, "");
	try(g, TRIALS_WORKFLOW);
	expect_said(g, "workflow", "task", VERDICT_PASS, "task goes through in ");
	expect_said(g, "workflow", "refused", VERDICT_PASS, "");
	expect_said(g, "workflow", "wrong", VERDICT_FAIL, "request 2: GET http://127.0.0.1:8080/");
	expect_said(g, "workflow", "wrong", VERDICT_FAIL, "result.words is 2, not 5");
	if (services_logs(g->services, NULL, NULL, NULL, &g->checks, &err) < 0)
		fail_msg("%s", err.message);
	expect_said(g, "app-log", "api", VERDICT_PASS, "no line of api's log");
	expect_said(g, "app-log", "worker", VERDICT_PASS, "no line of worker's log");
	assert_int_equal(services_up(g->services), 2);
}

static void what_is_gone_is_noticed(struct ground *g)
{
	struct error err = ERROR_INIT;
	size_t ended = 0;

	run(g, "redis-cli -s \"$REDIS_SOCKET\" shutdown nosave", &(struct buf){ 0 });
	assert_int_equal(services_health(g->services, &g->checks, &err), 0);
	expect_said(g, "health", "api", VERDICT_FAIL,
		    "GET http://127.0.0.1:8080/health: HTTP status 503, not 200, with {");
	run(g, "kill $(grep -l ^orchestrator-wo /proc/[0-9]*/comm | cut -d/ -f3); sleep 1",
	    &(struct buf){ 0 });
	while (services_up(g->services) > 1)
		(void)usleep(10000);
	assert_int_equal(services_watch(g->services, &ended, &g->checks, &err), 0);
	assert_int_equal(ended, 1);
	expect_said(g, "health", "worker", VERDICT_FAIL, "exited with code 0; ");
}

static void the_whole_application_on_a_platform(void **state)
{
	struct ground *g = open_platform();

	(void)state;
	an_application_is_deployed_and_does_its_work(g);
	what_is_gone_is_noticed(g);
	forget(g);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_application_on_a_platform),
	};

	if (argc != 3)
		return 2;
	api = realpath(argv[1], NULL);
	worker = realpath(argv[2], NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return !api || !worker || cmocka_run_group_tests(tests, NULL, NULL);
}
