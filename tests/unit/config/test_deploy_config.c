/* SPDX-License-Identifier: Apache-2.0 */
/* Services that a drill starts, and what it tries on them. */
#include "config_fixture.h"

#define BEGINNING                                                                                  \
	"version: 1\n"                                                                             \
	"repository: {path: /b}\n"                                                                 \
	"components:\n"                                                                            \
	"  pg: {engine: postgresql}\n"

static const char whole[] = BEGINNING
	"  api:\n"
	"    engine: service\n"
	"    health: {http: \"http://127.0.0.1:8080/health\"}\n"
	"    deploy:\n"
	"      command: [/opt/api/bin/api, --listen, \"${LISTEN}\"]\n"
	"      env:\n"
	"        LISTEN: 127.0.0.1:8080\n"
	"        KEY: {file: api.key}\n"
	"        URL: \"amqp://api:${KEY}@127.0.0.1:5672/x\"\n"
	"      cwd: /work\n"
	"      files: [conf, /opt/api]\n"
	"      needs: [pg]\n"
	"      within: 90s\n"
	"      log_errors: [\"^E\"]\n"
	"      log_harmless: [deprecated]\n"
	"  worker:\n"
	"    engine: service\n"
	"    deploy: {command: [worker], needs: [api, pg], health: {log: waiting}}\n"
	"drill:\n"
	"  smoke:\n"
	"    rows: {command: [psql, -c, SELECT 1], expect: \"= 1\", env: {PGDATABASE: shop}}\n"
	"  workflows:\n"
	"    order:\n"
	"      within: 2min\n"
	"      http:\n"
	"        - method: POST\n"
	"          url: http://127.0.0.1:8080/tasks\n"
	"          headers: {Content-Type: text/plain, X-Key: \"${KEY}\"}\n"
	"          body: '{\"title\": \"a\"}'\n"
	"          expect: {status: 201, body: queued, headers: {X-Cache: miss}, json: {state: "
	"queued, items.0.id: n > 0}}\n"
	"          save: {ID: id}\n"
	"        - {url: \"http://127.0.0.1:8080/tasks/${ID}\", within: 10s}\n";

static void loaded(struct fixture *f, const char *text)
{
	fixture_open(f);
	if (fixture_load_text(f, text) < 0)
		fail_msg("%s", f->complaints.item[0].message);
}

static void a_service_is_read_with_all_that_starting_it_takes(void **state)
{
	const struct deploy_config *d;
	struct fixture f;
	char path[96];

	(void)state;
	loaded(&f, whole);
	d = &config_component(&f.config, "api")->deploy;
	assert_int_equal(d->command.count, 3);
	assert_string_equal(d->command.item[2], "${LISTEN}");
	assert_null(d->command.item[3]);
	assert_int_equal(d->env.count, 3);
	assert_string_equal(d->env.item[0].name, "LISTEN");
	assert_string_equal(d->env.item[0].text, "127.0.0.1:8080");
	assert_null(d->env.item[1].text);
	assert_int_equal(d->env.item[1].secret.kind, SECRET_FILE);
	assert_string_equal(d->cwd, "/work");
	(void)snprintf(path, sizeof(path), "%s/conf", f.directory);
	assert_string_equal(d->files.item[0], path);
	assert_string_equal(d->files.item[1], "/opt/api");
	assert_string_equal(d->needs.item[0], "pg");
	assert_int_equal(d->within_ns, INT64_C(90000000000));
	assert_string_equal(config_log_errors(config_component(&f.config, "api")).item[0], "^E");
	assert_string_equal(d->log_harmless.item[0], "deprecated");
	assert_true(config_is_deployed(config_component(&f.config, "worker")));
	assert_int_equal(config_component(&f.config, "worker")->deploy.within_ns,
			 INT64_C(60000000000));
	assert_false(config_is_deployed(config_component(&f.config, "pg")));
	fixture_close(&f);
}

static void trials_are_commands_or_requests(void **state)
{
	const struct request_config *r;
	struct fixture f;

	(void)state;
	loaded(&f, whole);
	assert_int_equal(f.config.smoke_count, 1);
	assert_string_equal(f.config.smoke[0].name, "rows");
	assert_string_equal(f.config.smoke[0].expect, "= 1");
	assert_int_equal(f.config.smoke[0].command.count, 3);
	assert_int_equal(f.config.smoke[0].request_count, 0);
	assert_int_equal(f.config.smoke[0].within_ns, INT64_C(60000000000));
	assert_int_equal(f.config.workflow_count, 1);
	assert_int_equal(f.config.workflow[0].request_count, 2);
	assert_int_equal(f.config.workflow[0].within_ns, INT64_C(120000000000));
	r = f.config.workflow[0].request;
	assert_string_equal(r->method, "POST");
	assert_int_equal(r->headers.count, 2);
	assert_string_equal(r->headers.item[1].name, "X-Key");
	assert_string_equal(r->body, "{\"title\": \"a\"}");
	assert_int_equal(r->expect.status, 201);
	assert_string_equal(r->expect.body, "queued");
	assert_string_equal(r->expect.headers.item[0].text, "miss");
	assert_string_equal(r->expect.json.item[1].name, "items.0.id");
	assert_string_equal(r->expect.json.item[1].text, "n > 0");
	assert_string_equal(r->save.item[0].name, "ID");
	assert_int_equal(r[1].within_ns, INT64_C(10000000000));
	assert_int_equal(r[1].expect.status, 0);
	assert_string_equal(r[1].method, "");
	fixture_close(&f);
}

static void what_is_read_can_be_shown_and_read_again(void **state)
{
	struct fixture f;
	char expected[300];

	(void)state;
	loaded(&f, whole);
	(void)snprintf(expected, sizeof(expected),
		       "{LISTEN: \"127.0.0.1:8080\", KEY: {file: %s/api.key}, URL: "
		       "\"amqp://api:${KEY}@127.0.0.1:5672/x\"}",
		       f.directory);
	assert_string_equal(fixture_value(&f, "components.api.deploy.env")->text, expected);
	assert_string_equal(fixture_value(&f, "drill.workflows.order.within")->text, "2min");
	assert_non_null(
		strstr(fixture_value(&f, "drill.workflows.order.http")->text, "method: POST"));
	assert_null(fixture_value(&f, "drill.smoke.rows.http")->text);
	for (size_t i = 0; i < f.config.value_count; i++)
		assert_null(strstr(f.config.value[i].key, "components.pg.deploy"));
	fixture_close(&f);
}

static void health_of_production_counts_inside_where_it_is_of_this_machine(void **state)
{
	static const struct {
		const char *health;
		bool counts;
	} rows[] = {
		{ "http: \"http://127.0.0.1:80/\"", true },
		{ "http: \"https://localhost/x\"", true },
		{ "tcp: \"[::1]:80\"", true },
		{ "http: \"http://localhost.example/\"", false },
		{ "http: \"http://api.example/\"", false },
		{ "tcp: \"127.0.0.10:80\"", false },
		{ "command: [curl, http://127.0.0.1/]", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct health_config health;
		struct fixture f;
		char text[400];

		(void)snprintf(text, sizeof(text),
			       BEGINNING "  api: {engine: service, health: {%s}, deploy: {command: "
					 "[x]}}\n",
			       rows[i].health);
		loaded(&f, text);
		assert_int_equal(config_inner_health(config_component(&f.config, "api"), &health),
				 rows[i].counts);
		assert_int_equal(f.complaints.count, !rows[i].counts);
		fixture_close(&f);
	}
}

struct mistake {
	const char *says;
	unsigned line, column;
};

static void expect_mistakes(const char *text, const struct mistake *expected, size_t count)
{
	struct fixture f;

	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, text), -1);
	for (size_t i = 0; i < count; i++) {
		const struct config_complaint *c = fixture_complaint(&f, expected[i].says);

		if (c->line != expected[i].line || c->column != expected[i].column)
			fail_msg("%s at %u:%u", c->message, c->line, c->column);
	}
	for (size_t i = 0; i < f.complaints.count; i++) {
		if (f.complaints.count != count)
			print_message("%s\n", f.complaints.item[i].message);
	}
	assert_int_equal(f.complaints.count, count);
	fixture_close(&f);
}

static void what_is_wrong_with_a_service_is_told_with_its_place(void **state)
{
	static const struct mistake expected[] = {
		{ "\"deploy\" does not apply to engine redis", 5, 26 },
		{ "deploy of \"a\" has no command", 6, 24 },
		{ "\"1X\" is no name of a variable", 9, 34 },
		{ "env: after \"${\" come", 9, 47 },
		{ "env: a password in a URL is shown", 9, 52 },
		{ "needs: there is no component \"pgg\"; did you mean \"pg\"?", 10, 7 },
		{ "needs: \"a\" is not deployed", 10, 7 },
		{ "log_errors: not a regular expression", 11, 21 },
		{ "within: \"2d\" is out of range", 12, 15 },
		{ "command: must name a program", 13, 42 },
		{ "files: must be a list of paths", 13, 53 },
		{ "unknown key \"log\" in components.d.health", 14, 33 },
	};

	(void)state;
	expect_mistakes(BEGINNING "  cache: {engine: redis, deploy: {}}\n"
				  "  a: {engine: service, deploy: {}}\n"
				  "  b: {engine: service, deploy: {\n"
				  "      command: [b], health: {log: x},\n"
				  "      env: {URL: \"http://${X}/\", 1X: y, A: \"z${A\", B: "
				  "\"x://u:p@h/\"},\n"
				  "      needs: [pgg, a],\n"
				  "      log_errors: [\"(\"],\n"
				  "      within: 2d}}\n"
				  "  c: {engine: service, deploy: {command: [], files: x}}\n"
				  "  d: {engine: service, health: {log: x}}\n",
			expected, sizeof(expected) / sizeof(*expected));
}

static void services_that_wait_for_each_other_are_an_error(void **state)
{
	static const struct mistake expected[] = {
		{ "needs: \"a\" needs itself", 6, 65 },
		{ "needs: \"b\" needs itself", 7, 65 },
		{ "needs: \"d\" needs itself", 9, 65 },
	};

	(void)state;
	expect_mistakes(
		BEGINNING
		"  x: {engine: service}\n"
		"  a: {engine: service, deploy: {command: [a], health: {log: x}, needs: [b]}}\n"
		"  b: {engine: service, deploy: {command: [b], health: {log: x}, needs: [a]}}\n"
		"  c: {engine: service, deploy: {command: [c], health: {log: x}, needs: [a]}}\n"
		"  d: {engine: service, deploy: {command: [d], health: {log: x}, needs: [d]}}\n",
		expected, sizeof(expected) / sizeof(*expected));
}

static void what_is_wrong_with_a_trial_is_told_with_its_place(void **state)
{
	static const struct mistake expected[] = {
		{ "smoke test \"a\" has neither command nor http", 7, 5 },
		{ "smoke test \"b\" has both command and http", 8, 5 },
		{ "\"c.d\" cannot name a smoke test", 9, 5 },
		{ "http: has no request", 10, 9 },
		{ "expect: is of a command's output", 11, 9 },
		{ "request 1 has no url", 14, 9 },
		{ "method: \"get\" is no method", 14, 18 },
		{ "url: \"ftp://x\" does not begin with http://", 15, 15 },
		{ "unknown key \"expct\" in request 2 of drill.workflows.f; did you mean "
		  "\"expect\"?",
		  15, 24 },
		{ "json: \"a..b\" is no member", 18, 26 },
		{ "json: \"x\" is not a number such as 10 or -2.5; a text is written \"= n > x\"",
		  18, 44 },
		{ "headers: \"X Y\" is no name of a header", 19, 21 },
		{ "save: \"1\" is no name of a variable", 20, 18 },
		{ "status: \"99\" is out of range", 16, 27 },
		{ "http: request 4 is no map of keys", 21, 9 },
	};

	(void)state;
	expect_mistakes(BEGINNING "drill:\n"
				  "  smoke:\n"
				  "    a: {within: 3s}\n"
				  "    b: {command: [x], http: [{url: http://x}]}\n"
				  "    c.d: {command: [x]}\n"
				  "    e: {http: []}\n"
				  "    g: {expect: x, http: [{url: http://x}]}\n"
				  "  workflows:\n"
				  "    f: {http: [\n"
				  "        {method: get},\n"
				  "        {url: ftp://x, expct: {},\n"
				  "         expect: {status: 99}},\n"
				  "        {url: http://x,\n"
				  "         expect: {json: {a..b: 1, c: \"n > x\"}},\n"
				  "         headers: {\"X Y\": z},\n"
				  "         save: {\"1\": id}},\n"
				  "        x]}\n",
			expected, sizeof(expected) / sizeof(*expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_read_with_all_that_starting_it_takes),
		cmocka_unit_test(trials_are_commands_or_requests),
		cmocka_unit_test(what_is_read_can_be_shown_and_read_again),
		cmocka_unit_test(health_of_production_counts_inside_where_it_is_of_this_machine),
		cmocka_unit_test(what_is_wrong_with_a_service_is_told_with_its_place),
		cmocka_unit_test(services_that_wait_for_each_other_are_an_error),
		cmocka_unit_test(what_is_wrong_with_a_trial_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
