/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/file.h"
#include "cmd/commands.h"

static const char *const parts[] = {
	"postgres/backup_app_20241118.dump.gz", "postgres/backup_app_20241118.sql.gz",
	"postgres/backup_app_20241118.json",    "postgres/globals_20241118.sql.gz",
	"redis/snapshot_20241118.rdb.gz",       "rabbitmq/definitions_20241118.json.gz"
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

/* A repository with the first `count` parts of a set, and its configuration. */
static void set_up(char root[64], size_t count)
{
	struct error err = ERROR_INIT;
	char path[200], text[600];

	(void)snprintf(root, 64, "/tmp/muster-sets.XXXXXX");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < PARTS; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root, parts[i]);
		*strrchr(path, '/') = '\0';
		assert_int_equal(file_make_directories(path, 0755, &err), 0);
	}
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", root, parts[i]);
		assert_int_equal(file_write_atomic(path, 0644, "12345", 5, &err), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/odd\nname", root);
	assert_int_equal(file_write_atomic(path, 0644, "", 0, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/.muster.yaml", root);
	(void)snprintf(text, sizeof(text),
		       "version: 1\nplatform:\n  name: test\nrepository:\n  path: %s\n"
		       "history:\n  state_dir: /tmp/muster-there-is-no-such-place\ncomponents:\n"
		       "  pg:\n    engine: postgresql\n    connect:\n      databases: [app]\n"
		       "  cache:\n    engine: redis\n  broker:\n    engine: rabbitmq\n",
		       root);
	assert_int_equal(file_write_atomic(path, 0644, text, strlen(text), &err), 0);
}

static void tear_down(const char *root)
{
	struct error err = ERROR_INIT;

	assert_int_equal(file_remove_tree(root, &err), 0);
}

/* The exit code, -1 for an error; standard output in `out`, to be freed. */
static int run(const struct command *command, const char *root, const char *argument, bool json,
	       char **out, struct error *err)
{
	const char *arguments[] = { argument, NULL };
	unsigned limit = 20;
	char config[100];
	size_t size;
	FILE *stream = open_memstream(out, &size);
	struct invocation inv = { .command = command,
				  .options = &limit,
				  .argument = arguments,
				  .argument_count = argument != NULL,
				  .line = "",
				  .out = stream,
				  .err = stderr,
				  .screen = { .stream = stream, .passes = true, .utf8 = true },
				  .message = { .stream = stderr } };
	int code;

	(void)snprintf(config, sizeof(config), "%s/.muster.yaml", root);
	inv.global.config = config;
	inv.global.json = json;
	code = command->run(&inv, err);
	assert_int_equal(fclose(stream), 0);
	return code;
}

static void a_complete_set_is_told_part_by_part(void **state)
{
	struct error err = ERROR_INIT;
	char root[64], *out;

	(void)state;
	set_up(root, PARTS);
	assert_int_equal(run(&backup_complete_command, root, "20241118", false, &out, &err), 0);
	assert_string_equal(out, "✓ backup_app_20241118.dump.gz exists\n"
				 "✓ backup_app_20241118.sql.gz exists\n"
				 "✓ globals_20241118.sql.gz exists\n"
				 "✓ backup_app_20241118.json exists\n"
				 "✓ snapshot_20241118.rdb.gz exists\n"
				 "✓ definitions_20241118.json.gz exists\n"
				 "set 20241118: 6 of 6 parts\n");
	free(out);
	tear_down(root);
}

static void a_missing_part_is_named_and_exits_with_1(void **state)
{
	struct error err = ERROR_INIT;
	char root[64], *out;
	json_t *json;

	(void)state;
	set_up(root, PARTS - 1);
	assert_int_equal(run(&backup_complete_command, root, NULL, false, &out, &err), 1);
	assert_non_null(strstr(out, "✗ definitions_20241118.json.gz MISSING\n"));
	assert_non_null(strstr(out, "5 of 6 parts"));
	free(out);
	assert_int_equal(run(&backup_complete_command, root, "2024-11-18", true, &out, &err), 1);
	json = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "schema")),
			    "muster.backup-complete/v1");
	assert_int_equal(json_integer_value(json_object_get(json, "missing")), 1);
	assert_int_equal(json_array_size(json_object_get(json, "parts")), PARTS);
	json_decref(json);
	free(out);
	tear_down(root);
}

static void a_day_without_a_set_misses_every_part(void **state)
{
	struct error err = ERROR_INIT;
	char root[64], *out;

	(void)state;
	set_up(root, PARTS);
	assert_int_equal(run(&backup_complete_command, root, "20241119", false, &out, &err), 1);
	assert_non_null(strstr(out, "✗ backup_app_20241119.dump.gz MISSING\n"));
	assert_non_null(strstr(out, "set 20241119: 0 of 6 parts\n"));
	free(out);
	assert_int_equal(run(&backup_complete_command, root, "yesterday", false, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	free(out);
	tear_down(root);
}

static void the_list_tells_sets_and_foreign_files(void **state)
{
	struct error err = ERROR_INIT;
	char root[64], *out;
	json_t *json;

	(void)state;
	set_up(root, PARTS - 1);
	assert_int_equal(run(&backup_list_command, root, NULL, false, &out, &err), 0);
	assert_non_null(strstr(out,
			       "20241118         2024-11-18T00:00:00Z  name      5/6    25 B      "
			       "never          ✗ incomplete\n"));
	assert_non_null(strstr(out, "1 file of no known name:\n  odd\\x0aname\n"));
	free(out);
	assert_int_equal(run(&backup_list_command, root, NULL, true, &out, &err), 0);
	json = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "sets")), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(json, "foreign"), 0)),
			    "odd\nname");
	json_decref(json);
	free(out);
	tear_down(root);
}

static void a_set_is_shown_with_files_and_missing_parts(void **state)
{
	struct error err = ERROR_INIT;
	char root[64], *out;
	json_t *json;

	(void)state;
	set_up(root, PARTS - 1);
	assert_int_equal(run(&backup_show_command, root, "latest", false, &out, &err), 0);
	assert_non_null(strstr(out, "redis/snapshot_20241118.rdb.gz\n"));
	assert_non_null(strstr(out, "MISSING  definitions_20241118.json.gz\n"));
	free(out);
	assert_int_equal(run(&backup_show_command, root, "20241118", true, &out, &err), 0);
	json = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(json_object_get(json, "files")), PARTS - 1);
	json_decref(json);
	free(out);
	assert_int_equal(run(&backup_show_command, root, "20200101", false, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	free(out);
	tear_down(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_set_is_told_part_by_part),
		cmocka_unit_test(a_missing_part_is_named_and_exits_with_1),
		cmocka_unit_test(a_day_without_a_set_misses_every_part),
		cmocka_unit_test(the_list_tells_sets_and_foreign_files),
		cmocka_unit_test(a_set_is_shown_with_files_and_missing_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
