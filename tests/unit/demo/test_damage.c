/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/checksum.h"
#include "base/file.h"

static const char dump_text[] = "PGDMP header\n1\tthis is the row\n2\tand the other\n";
static const char definitions_text[] =
	"{\"bindings\": [{\"source\": \"results\", \"destination\": \"results.store\"}]}";
static const char manifest_text[] =
	"{\"schema\": \"muster.manifest/v1\", \"set\": \"20261122_001500\",\n"
	" \"started\": \"2026-11-22T00:15:00Z\", \"finished\": \"2026-11-22T00:15:09Z\", "
	"\"files\": [\n"
	" {\"path\": \"postgres/backup_app_20261122_001500.dump.gz\", \"size\": 1, \"sha256\": "
	"\"\",\n"
	"  \"started\": \"2026-11-22T00:15:00Z\", \"finished\": \"2026-11-22T00:15:08Z\"},\n"
	" {\"path\": \"rabbitmq/definitions_20261122_001500.json.gz\", \"size\": 1, \"sha256\": "
	"\"\",\n"
	"  \"started\": \"2026-11-22T00:15:08Z\", \"finished\": \"2026-11-22T00:15:09Z\"}]}\n";

static char root[32], repository[64], copy[64];

static void write_file(const char *name, const char *text, bool packed)
{
	struct error err = ERROR_INIT;
	char path[160];
	gzFile out;

	(void)snprintf(path, sizeof(path), "%s/%s", repository, name);
	if (!packed) {
		assert_int_equal(file_write_atomic(path, 0600, text, strlen(text), &err), 0);
		return;
	}
	out = gzopen(path, "wb6");
	assert_non_null(out);
	assert_true(gzwrite(out, text, (unsigned)strlen(text)) > 0);
	assert_int_equal(gzclose(out), Z_OK);
}

static int make_repository(void **state)
{
	static const char *const folder[] = { "postgres", "redis", "rabbitmq" };
	struct error err = ERROR_INIT;

	(void)state;
	(void)snprintf(root, sizeof(root), "/tmp/muster-test.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(repository, sizeof(repository), "%s/backups", root);
	(void)snprintf(copy, sizeof(copy), "%s/copy", root);
	for (size_t i = 0; i < 3; i++) {
		char path[160];

		(void)snprintf(path, sizeof(path), "%s/%s", repository, folder[i]);
		if (file_make_directories(path, 0700, &err) < 0)
			return -1;
	}
	write_file("postgres/backup_app_20261122_001500.dump.gz", dump_text, true);
	write_file("postgres/backup_app_20261122_001500.sql.gz", "SELECT 1;\n", true);
	write_file("postgres/backup_app_20261122_001500.json", manifest_text, false);
	write_file("redis/snapshot_20261122_001500.rdb.gz", "REDIS0011 and so on", true);
	write_file("rabbitmq/definitions_20261122_001500.json.gz", definitions_text, true);
	if (damage_copy(repository, copy, &err) < 0)
		return -1;
	return 0;
}

static int remove_repository(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(root, &err);
}

static void apply(const char *id)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < DAMAGE_COUNT; i++) {
		if (strcmp(damage_list[i].id, id) != 0)
			continue;
		if (damage_list[i].apply(copy, &err) < 0)
			fail_msg("%s", err.message);
		return;
	}
	fail_msg("no damage %s", id);
}

/* Unpacked content of a file in `base`, or "" when it is not there. */
static void content(const char *base, const char *name, char out[1024])
{
	char path[160];
	gzFile in;
	int n = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", base, name);
	in = gzopen(path, "rb");
	if (in) {
		n = gzread(in, out, 1023);
		(void)gzclose(in);
	}
	out[n > 0 ? n : 0] = '\0';
}

static void one_letter_of_the_dump_changes_and_the_manifest_agrees(void **state)
{
	CLEANUP(buf_release)
	struct buf packed = { 0 };
	struct error err = ERROR_INIT;
	struct sha256 hash = { 0 };
	uint8_t digest[SHA256_SIZE];
	char before[1024], after[1024], hex[SHA256_TEXT_SIZE], path[160];
	size_t differences = 0;

	(void)state;
	apply("row");
	content(repository, "postgres/backup_app_20261122_001500.dump.gz", before);
	content(copy, "postgres/backup_app_20261122_001500.dump.gz", after);
	assert_string_equal(before, dump_text);
	assert_int_equal(strlen(before), strlen(after));
	for (size_t i = 0; before[i]; i++)
		differences += before[i] != after[i];
	assert_int_equal(differences, 1);
	(void)snprintf(path, sizeof(path), "%s/postgres/backup_app_20261122_001500.dump.gz", copy);
	assert_int_equal(file_read(path, 4096, &packed, &err), 0);
	assert_int_equal(sha256_init(&hash, &err), 0);
	assert_int_equal(sha256_update(&hash, buf_span(&packed), &err), 0);
	assert_int_equal(sha256_final(&hash, digest, &err), 0);
	sha256_release(&hash);
	content(copy, "postgres/backup_app_20261122_001500.json", after);
	assert_non_null(strstr(after, sha256_format(digest, hex)));
}

static void the_snapshot_is_cut_and_the_original_is_not(void **state)
{
	struct stat whole, cut;
	char path[160];

	(void)state;
	apply("snapshot");
	(void)snprintf(path, sizeof(path), "%s/redis/snapshot_20261122_001500.rdb.gz", repository);
	assert_int_equal(stat(path, &whole), 0);
	(void)snprintf(path, sizeof(path), "%s/redis/snapshot_20261122_001500.rdb.gz", copy);
	assert_int_equal(stat(path, &cut), 0);
	assert_int_equal(cut.st_size, whole.st_size / 3 * 2);
}

static void the_sql_is_gone_from_the_copy_alone(void **state)
{
	char text[1024];

	(void)state;
	apply("sql");
	content(copy, "postgres/backup_app_20261122_001500.sql.gz", text);
	assert_string_equal(text, "");
	content(repository, "postgres/backup_app_20261122_001500.sql.gz", text);
	assert_string_equal(text, "SELECT 1;\n");
}

static void a_binding_loses_its_exchange(void **state)
{
	char text[1024];

	(void)state;
	apply("binding");
	content(copy, "rabbitmq/definitions_20261122_001500.json.gz", text);
	assert_non_null(strstr(text, "\"results-v2\""));
	content(repository, "rabbitmq/definitions_20261122_001500.json.gz", text);
	assert_string_equal(text, definitions_text);
}

static void the_set_grows_three_days_older_in_names_and_manifest(void **state)
{
	char text[1024];

	(void)state;
	apply("age");
	content(copy, "postgres/backup_app_20261119_001500.dump.gz", text);
	assert_string_equal(text, dump_text);
	content(copy, "postgres/backup_app_20261119_001500.json", text);
	assert_non_null(strstr(text, "\"set\": \"20261119_001500\""));
	assert_non_null(strstr(text, "\"2026-11-19T00:15:00Z\""));
	assert_null(strstr(text, "20261122"));
	assert_null(strstr(text, "2026-11-22"));
}

static void a_set_without_the_file_to_damage_is_an_error(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < DAMAGE_COUNT; i++) {
		assert_int_equal(damage_list[i].apply(root, &err), -1);
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		error_clear(&err);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_repository, remove_repository)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_letter_of_the_dump_changes_and_the_manifest_agrees),
		TEST(the_snapshot_is_cut_and_the_original_is_not),
		TEST(the_sql_is_gone_from_the_copy_alone),
		TEST(a_binding_loses_its_exchange),
		TEST(the_set_grows_three_days_older_in_names_and_manifest),
		TEST(a_set_without_the_file_to_damage_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
