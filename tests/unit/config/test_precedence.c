/* SPDX-License-Identifier: Apache-2.0 */
#include "config_fixture.h"

static const char base[] = "version: 1\n"
			   "run: {jobs: 1}\n"
			   "repository: {path: /srv}\n"
			   "components: {r: {engine: redis, connect: {user: u}}}\n";

static void flags_win_over_environment_over_files_over_built_in(void **state)
{
	static const char *const flags[] = { "run.jobs=4", NULL };
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_write(&f, "muster.yaml", "version: 1\n");
	assert_int_equal(fixture_load(&f), 0);
	assert_int_equal(f.config.jobs, 0);
	assert_string_equal(fixture_value(&f, "run.jobs")->origin, "built-in");
	fixture_write(&f, "muster.yaml", base);
	assert_int_equal(fixture_load(&f), 0);
	assert_int_equal(f.config.jobs, 1);
	assert_non_null(strstr(fixture_value(&f, "run.jobs")->origin, "/muster.yaml:2"));
	assert_int_equal(setenv("MUSTER_RUN_JOBS", "3", 1), 0);
	assert_int_equal(fixture_load(&f), 0);
	assert_int_equal(f.config.jobs, 3);
	assert_string_equal(fixture_value(&f, "run.jobs")->origin, "MUSTER_RUN_JOBS");
	f.flags = flags;
	assert_int_equal(fixture_load(&f), 0);
	assert_int_equal(f.config.jobs, 4);
	assert_string_equal(fixture_value(&f, "run.jobs")->origin, "--set run.jobs");
	assert_int_equal(unsetenv("MUSTER_RUN_JOBS"), 0);
	fixture_close(&f);
}

static void a_flag_reaches_into_components_and_takes_lists(void **state)
{
	static const char *const flags[] = { "components.r.backups.decode=[gpg, \"a b\"]",
					     "components.new.engine=service", NULL };
	struct fixture f;

	(void)state;
	fixture_open(&f);
	f.flags = flags;
	assert_int_equal(fixture_load_text(&f, base), 0);
	assert_string_equal(config_component(&f.config, "r")->backups.decode.item[1], "a b");
	assert_string_equal(config_component(&f.config, "r")->connect.user, "u");
	assert_non_null(config_component(&f.config, "new"));
	fixture_close(&f);
}

static void wrong_flags_and_variables_are_named(void **state)
{
	static const char *const no_value[] = { "run.jobs", NULL };
	static const char *const unknown[] = { "run.jbos=1", NULL };
	static const char *const empty[] = { "run.jobs=", NULL };
	static const char *const in_the_way[] = { "run.jobs.x=1", NULL };
	struct fixture f;

	(void)state;
	fixture_open(&f);
	f.flags = no_value;
	assert_int_equal(fixture_load_text(&f, base), -1);
	assert_int_equal(f.err.kind, ERROR_USAGE);
	f.flags = unknown;
	assert_int_equal(fixture_load(&f), -1);
	assert_string_equal(fixture_complaint(&f, "unknown key \"jbos\"")->file, "--set run.jbos");
	f.flags = empty;
	assert_int_equal(fixture_load(&f), -1);
	(void)fixture_complaint(&f, "has no value");
	f.flags = in_the_way;
	assert_int_equal(fixture_load(&f), -1);
	(void)fixture_complaint(&f, "stands in the way");
	f.flags = NULL;
	assert_int_equal(setenv("MUSTER_RUN_JOBS", "x", 1), 0);
	assert_int_equal(setenv("MUSTER_REPOSITRY_PATH", "x", 1), 0);
	assert_int_equal(fixture_load(&f), -1);
	assert_string_equal(fixture_complaint(&f, "whole number")->file, "MUSTER_RUN_JOBS");
	assert_false(fixture_complaint(&f, "did you mean \"MUSTER_REPOSITORY_PATH\"?")->is_error);
	assert_int_equal(unsetenv("MUSTER_RUN_JOBS"), 0);
	assert_int_equal(unsetenv("MUSTER_REPOSITRY_PATH"), 0);
	fixture_close(&f);
}

static void parts_merge_maps_and_append_lists(void **state)
{
	struct fixture f;
	char path[128];

	(void)state;
	fixture_open(&f);
	(void)snprintf(path, sizeof(path), "%s/conf.d", f.directory);
	assert_int_equal(mkdir(path, 0700), 0);
	fixture_write(&f, "muster.yaml",
		      "version: 1\nrepository: {path: r}\n"
		      "components: {pg: {engine: postgresql, connect: {databases: [a]}}}\n");
	fixture_write(&f, "conf.d/20.yaml",
		      "version: 1\ncomponents: {pg: {connect: {databases: [c]}}}\n");
	fixture_write(&f, "conf.d/10.yaml",
		      "components: {pg: {connect: {databases: [b], socket: run}}, q: {engine: "
		      "rabbitmq}}\n");
	fixture_write(&f, "conf.d/ignored.yml", "nonsense");
	assert_int_equal(fixture_load(&f), 0);
	assert_int_equal(config_component(&f.config, "pg")->connect.databases.count, 3);
	assert_string_equal(config_component(&f.config, "pg")->connect.databases.item[1], "b");
	assert_non_null(config_component(&f.config, "q"));
	/* a relative path starts where it was written */
	(void)snprintf(path, sizeof(path), "%s/conf.d/run", f.directory);
	assert_string_equal(config_component(&f.config, "pg")->connect.socket, path);
	fixture_close(&f);
}

static void a_scalar_set_in_two_files_names_both_places(void **state)
{
	struct fixture f;
	char path[128];

	(void)state;
	fixture_open(&f);
	(void)snprintf(path, sizeof(path), "%s/conf.d", f.directory);
	assert_int_equal(mkdir(path, 0700), 0);
	fixture_write(&f, "conf.d/a.yaml", "# a\nrun: {jobs: 1}\n");
	assert_int_equal(fixture_load_text(&f, base), -1);
	assert_int_equal(f.complaints.errors, 1);
	(void)snprintf(path, sizeof(path), "\"jobs\" is set in %s:2 already", f.path);
	assert_int_equal(fixture_complaint(&f, path)->line, 2);
	assert_non_null(strstr(f.complaints.item[0].file, "conf.d/a.yaml"));
	fixture_close(&f);
}

static void literal_secrets_warn_and_are_shown_nowhere(void **state)
{
	static const char *const flags[] = { "components.q.connect.password=hunter2", NULL };
	struct fixture f;

	(void)state;
	fixture_open(&f);
	f.flags = flags;
	assert_int_equal(fixture_load_text(
				 &f, "version: 1\nrepository: {path: r}\n"
				     "components:\n"
				     "  q: {engine: rabbitmq}\n"
				     "  r: {engine: redis, connect: {prot: 1, password: hunter2}}\n"
				     "  s: {engine: redis, connect: {password:\n"
				     "      hunter2}}\n"),
			 -1);
	assert_int_equal(f.complaints.count, 4);
	for (size_t i = 0; i < f.complaints.count; i++) {
		const struct config_complaint *c = &f.complaints.item[i];

		assert_null(strstr(c->message, "hunter2"));
		assert_null(strstr(c->file, "hunter2"));
		if (c->source_line)
			assert_null(strstr(c->source_line, "hunter2"));
	}
	assert_int_equal(fixture_load_text(&f, "version: 1\nrepository: {path: r}\n"
					       "components: {q: {engine: rabbitmq}}\n"),
			 0);
	assert_int_equal(f.complaints.count, 1);
	assert_false(f.complaints.item[0].is_error);
	for (size_t i = 0; i < f.config.value_count; i++) {
		if (f.config.value[i].text)
			assert_null(strstr(f.config.value[i].text, "hunter2"));
		assert_null(strstr(f.config.value[i].origin, "hunter2"));
	}
	fixture_close(&f);
}

static void no_home_means_no_place_for_the_history(void **state)
{
	struct fixture f;

	(void)state;
	if (geteuid() == 0) {
		print_message("root has /var/lib/muster\n");
		skip();
	}
	fixture_open(&f);
	assert_int_equal(unsetenv("HOME"), 0);
	assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
	assert_int_equal(fixture_load_text(&f, base), -1);
	(void)fixture_complaint(&f, "history.state_dir is not set");
	assert_int_equal(setenv("XDG_STATE_HOME", "/tmp/state", 1), 0);
	assert_int_equal(fixture_load(&f), 0);
	assert_string_equal(f.config.state_dir, "/tmp/state/muster");
	fixture_close(&f);
}

static void a_missing_file_is_not_found(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load(&f), -1);
	assert_int_equal(f.err.kind, ERROR_NOT_FOUND);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_win_over_environment_over_files_over_built_in),
		cmocka_unit_test(a_flag_reaches_into_components_and_takes_lists),
		cmocka_unit_test(wrong_flags_and_variables_are_named),
		cmocka_unit_test(parts_merge_maps_and_append_lists),
		cmocka_unit_test(a_scalar_set_in_two_files_names_both_places),
		cmocka_unit_test(literal_secrets_warn_and_are_shown_nowhere),
		cmocka_unit_test(no_home_means_no_place_for_the_history),
		cmocka_unit_test(a_missing_file_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
