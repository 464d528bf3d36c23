/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "config_fixture.h"

#define HOUR (3600 * NS_PER_SECOND)

static const char whole[] =
	"version: 1\n"
	"platform:\n"
	"  name: shop\n"
	"  timezone: Europe/Berlin\n"
	"  objectives: {rto: 2h, rpo: 1h}\n"
	"repository: {path: backups, tolerance: 20min, disk_free_min: 0.1}\n"
	"components:\n"
	"  pg:\n"
	"    engine: postgresql\n"
	"    connect: {port: 5433, databases: [a, b], password: {file: pw}}\n"
	"    objectives: {rto: 30min}\n"
	"    backups: {max_age: 25h, min_size: 10 MiB, sql: false,\n"
	"              decode: [gpg, --decrypt], path: /srv/pg}\n"
	"    thresholds: {count_drop: 5%}\n"
	"    severities: {age: warn, rpo: ignore}\n"
	"  cache: {engine: redis}\n"
	"  api: {engine: service, health: {http: \"http://localhost/\", status: 204}}\n"
	"history: {state_dir: state, keep_facts: 2y}\n"
	"run: {jobs: 3, time_limit: 1h30m}\n";

static void every_kind_of_value_is_read(void **state)
{
	const struct component_config *pg, *cache;
	char expected[160];
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, whole), 0);
	assert_int_equal(f.complaints.count, 0);
	assert_string_equal(f.config.platform, "shop");
	assert_string_equal(f.config.timezone, "Europe/Berlin");
	assert_int_equal(f.config.rto_ns, 2 * HOUR);
	assert_int_equal(f.config.set_tolerance_ns, HOUR / 3);
	assert_float_equal(f.config.disk_free_min, 0.1, 1e-9);
	assert_int_equal(f.config.jobs, 3);
	assert_int_equal(f.config.time_limit_ns, HOUR + HOUR / 2);
	assert_int_equal(f.config.keep_facts_ns, 730 * 24 * HOUR);
	(void)snprintf(expected, sizeof(expected), "%s/state", f.directory);
	assert_string_equal(f.config.state_dir, expected);
	assert_int_equal(f.config.component_count, 3);
	pg = config_component(&f.config, "pg");
	assert_non_null(pg);
	assert_int_equal(pg->engine, ENGINE_POSTGRESQL);
	assert_int_equal(pg->connect.port, 5433);
	assert_int_equal(pg->connect.databases.count, 2);
	assert_string_equal(pg->connect.databases.item[1], "b");
	assert_null(pg->connect.databases.item[2]);
	assert_int_equal(pg->connect.password.kind, SECRET_FILE);
	(void)snprintf(expected, sizeof(expected), "%s/pw", f.directory);
	assert_string_equal(pg->connect.password.text, expected);
	assert_int_equal(pg->backups.max_age_ns, 25 * HOUR);
	assert_int_equal(pg->backups.min_size, 10 << 20);
	assert_false(pg->backups.sql);
	assert_true(pg->backups.globals);
	assert_string_equal(pg->backups.decode.item[1], "--decrypt");
	assert_string_equal(pg->backups.path, "/srv/pg");
	assert_float_equal(pg->thresholds.count_drop, 0.05, 1e-9);
	assert_int_equal(pg->severity[CHECK_AGE], VERDICT_WARN);
	assert_int_equal(pg->severity[CHECK_RPO], VERDICT_SKIPPED);
	assert_int_equal(pg->severity[CHECK_HASH], VERDICT_FAIL);
	cache = config_component(&f.config, "cache");
	(void)snprintf(expected, sizeof(expected), "%s/backups/redis", f.directory);
	assert_string_equal(cache->backups.path, expected);
	assert_string_equal(cache->backups.files.item[0], "rdb:snapshot_{time}.rdb.gz");
	assert_int_equal(cache->backups.max_age_ns, 24 * HOUR);
	assert_string_equal(cache->connect.host, "");
	assert_int_equal(config_component(&f.config, "api")->health.status, 204);
	assert_null(config_component(&f.config, "nobody"));
	fixture_close(&f);
}

static void one_pass_tells_all_errors_with_their_places(void **state)
{
	static const struct {
		const char *says;
		unsigned line, column, width;
	} expected[] = {
		{ "reads 1", 1, 10, 1 },
		{ "unknown key \"platfrom\"; did you mean \"platform\"?", 2, 1, 8 },
		{ "unknown time zone \"Europe/Lodon\"; did you mean \"Europe/London\"?", 3, 23,
		  12 },
		{ "tolerance: \"20\" is not a duration", 4, 34, 2 },
		{ "\"120%\" is out of range; it must be between 0% and 100%", 4, 53, 4 },
		{ "engine: \"postgres\" is not known; did you mean \"postgresql\"?", 6, 16, 8 },
		{ "unknown key \"prot\" in components.pg.connect; did you mean \"port\"?", 7, 15,
		  4 },
		{ "\"vhost\" does not apply to engine redis", 10, 15, 5 },
		{ "\"99999\" is out of range; it must be between 1 and 65535", 10, 31, 5 },
		{ "duplicate key \"connect\"; it is set in line 10 already", 11, 5, 7 },
		{ "decode: must be a list of words", 12, 23, 3 },
		{ "unknown check \"agee\"; did you mean \"age\"?", 13, 18, 4 },
		{ "age: \"wran\" is not known; did you mean \"warn\"?", 13, 35, 4 },
		{ "\"x.y\" cannot name a component", 14, 3, 3 },
		{ "component \"s\" has no engine", 15, 3, 1 },
		{ "jobs: \"many\" is not a whole number", 16, 13, 4 },
		{ "run.limit", 0, 0, 0 },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(
		fixture_load_text(&f, "version: 2\n"
				      "platfrom: {name: x}\n"
				      "platform: {timezone:  Europe/Lodon}\n"
				      "repository: {path: b, tolerance: 20, disk_free_min: 120%}\n"
				      "components:\n"
				      "  pg: {engine: postgres,\n"
				      "    connect: {prot: 1}}\n"
				      "  r:\n"
				      "    engine: redis\n"
				      "    connect: {vhost: /, port: 99999}\n"
				      "    connect: {}\n"
				      "    backups: {decode: gpg}\n"
				      "    severities: {agee: warn, age: wran}\n"
				      "  x.y: {engine: service}\n"
				      "  s: {}\n"
				      "run: {jobs: many}\n"),
		-1);
	assert_int_equal(f.err.kind, ERROR_CONFIG);
	for (size_t i = 0; expected[i].line; i++) {
		const struct config_complaint *c = fixture_complaint(&f, expected[i].says);

		assert_true(c->is_error);
		assert_string_equal(c->file, f.path);
		assert_int_equal(c->line, expected[i].line);
		assert_int_equal(c->column, expected[i].column);
		assert_int_equal(c->width, expected[i].width);
		assert_non_null(c->source_line);
	}
	assert_int_equal(f.complaints.errors, sizeof(expected) / sizeof(expected[0]) - 1);
	fixture_close(&f);
}

static void what_yaml_has_and_muster_does_not_is_refused(void **state)
{
	static const char *const texts[][2] = {
		{ "version: 1\nrun: &x {jobs: 1}\n", "anchors" },
		{ "version: 1\nrun: *x\n", "aliases" },
		{ "version: !!int 1\n", "tags" },
		{ "version: 1\n---\nversion: 1\n", "second document" },
		{ "version: 1\nrun:\n\tjobs: 1\n", "a tab" },
		{ "version: 1\nrun: {jobs:\t1}\n", "a tab" },
		{ "version: 1\nplatform: {name: \"\xff\"}\n", "not UTF-8" },
		{ "version: 1\nplatform: {name: \"\x01\"}\n", "control character" },
		{ "version: 1\n? [a]\n: b\n", "a key must be a word" },
		{ "version: 1\nrun: {jobs: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}\n",
		  "nested too deeply" },
		{ "version: 1\n  run: x\n", "multiline" },
		{ "version: 1\nrun: {jobs: 1\n", "" },
		{ "version: 1\nrun.jobs: 1\n", "unknown key \"run.jobs\"" },
		{ "version: 1\n<<: {run: {jobs: 1}}\n", "unknown key \"<<\"" },
		{ "version: 1\nrun: 5\n", "must be a map" },
		{ "version: 1\nrun: {jobs: }\n", "has no value" },
		{ "- version: 1\n", "a configuration is a map" },
		{ "", "a configuration is a map" },
		{ "run: {jobs: 1}\n", "\"version\" is missing" },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(fixture_load_text(&f, texts[i][0]), -1);
		assert_int_equal(f.err.kind, ERROR_CONFIG);
		(void)fixture_complaint(&f, texts[i][1]);
	}
	fixture_close(&f);
}

static void tabs_in_comments_do_no_harm(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, "version: 1 #\ta tab\n#\tanother\n"), 0);
	fixture_close(&f);
}

static void backups_need_a_repository(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, "version: 1\ncomponents: {r: {engine: redis}}\n"),
			 -1);
	(void)fixture_complaint(&f, "repository.path is not set");
	assert_int_equal(fixture_load_text(&f, "version: 1\ncomponents: {s: {engine: service}}\n"),
			 0);
	fixture_close(&f);
}

static void a_hostile_file_is_told_of_within_bounds(void **state)
{
	enum { LINES = 100000 };
	char *text = malloc(LINES * 12 + 16), *at = text;
	struct fixture f;

	(void)state;
	assert_non_null(text);
	at += sprintf(at, "version: 1\n");
	for (unsigned i = 0; i < LINES; i++)
		at += sprintf(at, "%x: 1\n", i % (LINES - 10));
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, text), -1);
	assert_int_equal(f.complaints.count, 100);
	assert_int_equal(f.complaints.errors, LINES + 10);
	free(text);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(one_pass_tells_all_errors_with_their_places),
		cmocka_unit_test(what_yaml_has_and_muster_does_not_is_refused),
		cmocka_unit_test(tabs_in_comments_do_no_harm),
		cmocka_unit_test(backups_need_a_repository),
		cmocka_unit_test(a_hostile_file_is_told_of_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
