/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "repository/catalogue.h"
#include "repository/pattern.h"
#include "repository/stamp.h"

/* A repository in a directory of its own, and a configuration for it. */
struct fixture {
	char root[64];
	char paths[3][80];
	const char *databases[2];
	struct component_config component[3];
	struct config config;
};

static void set_up(struct fixture *f)
{
	static const char *const names[] = { "postgres", "redis", "rabbitmq" };
	struct error err = ERROR_INIT;

	*f = (struct fixture){ .root = "/tmp/muster-catalogue.XXXXXX", .databases = { "app" } };
	assert_non_null(mkdtemp(f->root));
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(f->paths[i], sizeof(f->paths[i]), "%s/%s", f->root, names[i]);
		assert_int_equal(file_make_directories(f->paths[i], 0755, &err), 0);
		f->component[i] = (struct component_config){
			.name = names[i],
			.engine = (enum engine_kind)(ENGINE_POSTGRESQL + i),
			.backups = { .path = f->paths[i], .sql = true, .globals = true },
		};
	}
	f->component[0].connect.databases = (struct string_list){ f->databases, 1 };
	f->config = (struct config){ .timezone = "Europe/Berlin",
				     .repository = f->root,
				     .time_pattern = "",
				     .set_tolerance_ns = 15 * 60 * NS_PER_SECOND,
				     .component = f->component,
				     .component_count = 3 };
}

static void tear_down(struct fixture *f)
{
	struct error err = ERROR_INIT;

	assert_int_equal(file_remove_tree(f->root, &err), 0);
}

static void put(const struct fixture *f, const char *name)
{
	char path[400];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	(void)close(fd);
}

static void put_set(const struct fixture *f, const char *stamp)
{
	static const char *const names[] = {
		"postgres/backup_app_%s.dump.gz", "postgres/backup_app_%s.sql.gz",
		"postgres/backup_app_%s.json",    "postgres/globals_%s.sql.gz",
		"redis/snapshot_%s.rdb.gz",       "rabbitmq/definitions_%s.json.gz"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[120];

		(void)snprintf(name, sizeof(name), "%.*s%s%s",
			       (int)(strstr(names[i], "%s") - names[i]), names[i], stamp,
			       strstr(names[i], "%s") + 2);
		put(f, name);
	}
}

static struct catalogue load(const struct fixture *f)
{
	struct catalogue c = { 0 };
	struct error err = ERROR_INIT;

	if (catalogue_load(&f->config, &c, &err) < 0)
		fail_msg("%s", err.message);
	return c;
}

static void a_set_is_the_files_of_one_time(void **state)
{
	struct fixture f;
	struct catalogue c;
	struct backup_set *set;

	(void)state;
	set_up(&f);
	put_set(&f, "20261122_020000");
	put_set(&f, "20261121_020000");
	c = load(&f);
	assert_int_equal(c.set_count, 2);
	assert_int_equal(c.foreign_count, 0);
	set = &c.set[0];
	assert_string_equal(set->id, "20261122_020000");
	assert_int_equal(set->file_count, 6);
	assert_int_equal(set->time_source, SET_TIME_NAME);
	/* 02:00 in Berlin in winter is 01:00 UTC */
	assert_true(set->time_ns ==
		    (clock_days_from_civil(2026, 11, 22) * 86400 + 3600) * NS_PER_SECOND);
	assert_string_equal(set->file[0].relative, "postgres/backup_app_20261122_020000.dump.gz");
	assert_string_equal(set->file[0].database, "app");
	assert_int_equal(set->file[0].kind, PART_DUMP);
	assert_ptr_equal(set->file[5].component, &f.component[2]);
	assert_int_equal(set->manifest_file->kind, PART_MANIFEST);
	assert_ptr_equal(catalogue_find(&c, "latest"), set);
	assert_ptr_equal(catalogue_find(&c, "20261121_020000"), &c.set[1]);
	assert_ptr_equal(catalogue_find(&c, "20261121"), &c.set[1]);
	assert_null(catalogue_find(&c, "202611"));
	assert_null(catalogue_find(&c, ""));
	catalogue_release(&c);
	tear_down(&f);
}

static void parts_that_differ_by_minutes_are_one_set(void **state)
{
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	put(&f, "postgres/backup_app_20261122_020000.dump.gz");
	put(&f, "redis/snapshot_20261122_020400.rdb.gz");
	put(&f, "rabbitmq/definitions_20261122_021500.json.gz");
	put(&f, "rabbitmq/definitions_20261122_023001.json");
	c = load(&f);
	assert_int_equal(c.set_count, 2);
	assert_string_equal(c.set[1].id, "20261122_020000");
	assert_int_equal(c.set[1].file_count, 3);
	assert_string_equal(c.set[0].id, "20261122_023001");
	catalogue_release(&c);
	tear_down(&f);
}

static void two_runs_within_the_tolerance_are_two_sets(void **state)
{
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	put_set(&f, "20261122_020000");
	put_set(&f, "20261122_020100");
	put_set(&f, "20261122_020101");
	c = load(&f);
	assert_int_equal(c.set_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(c.set[i].file_count, 6);
	catalogue_release(&c);
	tear_down(&f);
}

static void names_that_tell_only_a_day_group_by_day(void **state)
{
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	put_set(&f, "20241118");
	put_set(&f, "20241119");
	/* joins the day's only set that tells a time */
	put(&f, "postgres/backup_app_20241120_230000.dump.gz");
	put(&f, "redis/snapshot_20241120.rdb.gz");
	c = load(&f);
	assert_int_equal(c.set_count, 3);
	assert_string_equal(c.set[0].id, "20241120_230000");
	assert_int_equal(c.set[0].file_count, 2);
	assert_string_equal(c.set[2].id, "20241118");
	assert_int_equal(c.set[2].file_count, 6);
	catalogue_release(&c);
	tear_down(&f);
}

static void foreign_files_are_listed_and_temporaries_are_not(void **state)
{
	struct fixture f;
	struct catalogue c;
	char link[200];

	(void)state;
	set_up(&f);
	put(&f, "README");
	put(&f, "postgres/backup_app_20261322_020000.dump.gz");
	put(&f, "postgres/backup_app_20260230.dump.gz");
	put(&f, "postgres/backup_app_20261122_020000.dump.gz.Ab3dEf");
	put(&f, "postgres/.backup_app_20261122_020000.dump.gz.partial");
	put(&f, "redis/definitions_20261122_020000.json.gz");
	put(&f, "redis/line\nbreak \303\274\377.rdb");
	(void)snprintf(link, sizeof(link), "%s/redis/snapshot_20261122_020000.rdb.gz", f.root);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	c = load(&f);
	assert_int_equal(c.set_count, 0);
	assert_int_equal(c.foreign_count, 7);
	assert_string_equal(c.foreign[0], "README");
	assert_string_equal(c.foreign[5], "redis/line\nbreak \303\274\377.rdb");
	catalogue_release(&c);
	tear_down(&f);
}

static void close_directory(const struct fixture *f, const char *name)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
	assert_true(mkdir(path, 0) == 0 || chmod(path, 0) == 0);
}

static void open_directory(const struct fixture *f, const char *name)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
	assert_int_equal(chmod(path, 0700), 0);
}

static void a_closed_directory_hinders_only_where_backups_are_looked_for(void **state)
{
	uid_t own = geteuid();
	struct fixture f;
	struct catalogue c = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	if (own == 0) /* whom nothing is closed to */
		assert_int_equal(seteuid(65534), 0);
	set_up(&f);
	put(&f, "redis/snapshot_20261122_020000.rdb.gz");
	close_directory(&f, "notes");
	close_directory(&f, "redis/lost+found");
	c = load(&f);
	assert_int_equal(c.set_count, 1);
	assert_int_equal(c.foreign_count, 2);
	assert_string_equal(c.foreign[0], "notes");
	assert_string_equal(c.foreign[1], "redis/lost+found");
	catalogue_release(&c);
	close_directory(&f, "rabbitmq");
	assert_int_equal(catalogue_load(&f.config, &c, &err), -1);
	assert_int_equal(err.kind, ERROR_PERMISSION);
	assert_non_null(strstr(err.message, "/rabbitmq"));
	catalogue_release(&c);
	open_directory(&f, "rabbitmq");
	open_directory(&f, "notes");
	open_directory(&f, "redis/lost+found");
	tear_down(&f);
	assert_int_equal(seteuid(own), 0);
}

static void odd_database_names_are_understood(void **state)
{
	struct fixture f;
	struct catalogue c;
	char name[300] = "postgres/backup_";

	(void)state;
	set_up(&f);
	put(&f, "postgres/backup_a%2Fb%25 c_20261122_020000.dump.gz");
	put(&f, "postgres/backup_a_20200101_20261122_020000.dump.gz");
	memset(name + strlen(name), 'x', 255 - strlen("backup__20261122_020000.dump.gz"));
	(void)strcat(name, "_20261122_020000.dump.gz");
	put(&f, name);
	c = load(&f);
	assert_int_equal(c.foreign_count, 0);
	assert_int_equal(c.set_count, 1);
	assert_int_equal(c.set[0].file_count, 3);
	assert_string_equal(c.set[0].file[0].database, "a/b% c");
	assert_string_equal(c.set[0].file[1].database, "a_20200101");
	catalogue_release(&c);
	tear_down(&f);
}

static void configured_names_patterns_and_suffixes_are_honoured(void **state)
{
	struct fixture f;
	struct catalogue c;
	const char *argv[] = { "gpg", "--decrypt" };
	const char *files[] = { "dump:{time}-{database}*.pgdump", "rdb:dump.rdb" };

	(void)state;
	set_up(&f);
	f.config.time_pattern = "%Y-%m-%dT%H.%M.%S";
	f.component[0].backups.files = (struct string_list){ files, 1 };
	f.component[1].backups.files = (struct string_list){ files + 1, 1 };
	f.component[2].backups.decode = (struct string_list){ argv, 2 };
	put(&f, "postgres/2026-11-22T02.00.00-app.x.pgdump");
	put(&f, "postgres/backup_app_20261122_020000.dump.gz");
	put(&f, "redis/dump.rdb");
	put(&f, "rabbitmq/definitions_2026-11-22T02.00.01.json.gz.gpg");
	put(&f, "rabbitmq/definitions_2026-11-22T02.00.02.json.gz.Ab3dEf");
	put(&f, "rabbitmq/definitions_2026-11-22T02.00.02.json.gz.ab3def");
	c = load(&f);
	assert_int_equal(c.foreign_count, 3);
	assert_int_equal(c.set_count, 2);
	assert_int_equal(c.set[1].file_count, 2);
	assert_string_equal(c.set[1].file[0].stamp, "2026-11-22T02.00.00");
	/* without a time in its name the file's own time counts */
	assert_int_equal(c.set[0].time_source, SET_TIME_MTIME);
	assert_true(c.set[0].time_ns == c.set[0].file[0].mtime_ns);
	catalogue_release(&c);
	tear_down(&f);
}

static void the_manifest_gives_the_time_and_names_more_parts(void **state)
{
	struct fixture f;
	struct catalogue c;
	struct manifest m = { .set = "20261122_020000",
			      .platform = "p",
			      .host = "h",
			      .muster_version = "0",
			      .started_ns = 1795312807 * NS_PER_SECOND,
			      .finished_ns = 1795312808 * NS_PER_SECOND };
	struct manifest_file extra = { .kind = PART_DUMP,
				       .component = "postgres",
				       .database = "second",
				       .path = "postgres/backup_second_20261122_020000.dump.gz" };
	struct findings findings = FINDINGS_INIT("manifest");
	struct missing_part *missing;
	size_t count;
	struct buf text = { 0 };
	struct error err = ERROR_INIT;
	char path[200];

	(void)state;
	set_up(&f);
	put_set(&f, "20261122_020000");
	assert_int_equal(manifest_add_file(&m, &extra), 0);
	assert_int_equal(manifest_write(&m, &text, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/postgres/backup_app_20261122_020000.json", f.root);
	assert_int_equal(file_write_atomic(path, 0644, text.ptr, text.len, &err), 0);
	c = load(&f);
	assert_int_equal(catalogue_missing(&c, &f.config, &c.set[0], &missing, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(catalogue_load_manifest(&c.set[0], &findings, &err), 0);
	assert_int_equal(findings.count, 0);
	assert_int_equal(c.set[0].time_source, SET_TIME_MANIFEST);
	assert_true(c.set[0].time_ns == m.started_ns);
	assert_int_equal(catalogue_missing(&c, &f.config, &c.set[0], &missing, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_string_equal(missing[0].name, "backup_second_20261122_020000.dump.gz");
	assert_ptr_equal(missing[0].component, &f.component[0]);
	catalogue_release(&c);
	manifest_release(&m);
	buf_release(&text);
	tear_down(&f);
}

static void write_manifest(const struct fixture *f, const char *name, const char *set,
			   const char *listed)
{
	const int64_t at = 1795312807 * NS_PER_SECOND;
	struct manifest m = { .set = set,
			      .platform = "p",
			      .host = "h",
			      .muster_version = "0",
			      .started_ns = at,
			      .finished_ns = at };
	struct manifest_file file = { .kind = PART_RDB,
				      .component = "redis",
				      .path = listed,
				      .started_ns = at,
				      .finished_ns = at };
	struct buf text = { 0 };
	struct error err = ERROR_INIT;
	char path[200];

	assert_int_equal(manifest_add_file(&m, &file), 0);
	assert_int_equal(manifest_write(&m, &text, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
	assert_int_equal(file_write_atomic(path, 0644, text.ptr, text.len, &err), 0);
	manifest_release(&m);
	buf_release(&text);
}

static void all_manifests_of_a_set_count_and_those_of_others_do_not(void **state)
{
	struct fixture f;
	struct catalogue c;
	struct findings findings = FINDINGS_INIT("manifest");
	struct error err = ERROR_INIT;

	(void)state;
	set_up(&f);
	write_manifest(&f, "manifest_20261122_020000.json", "20261122_020000", "redis/one");
	write_manifest(&f, "postgres/backup_app_20261122_020100.json", "20261122_020100",
		       "redis/two");
	c = load(&f);
	assert_int_equal(c.set_count, 1);
	assert_int_equal(catalogue_load_manifest(&c.set[0], &findings, &err), 0);
	assert_int_equal(findings.count, 0);
	assert_non_null(manifest_find(c.set[0].manifest, "redis/one"));
	assert_non_null(manifest_find(c.set[0].manifest, "redis/two"));
	catalogue_release(&c);
	write_manifest(&f, "postgres/backup_app_20261123_020000.json", "20261122_020000",
		       "redis/three");
	c = load(&f);
	assert_int_equal(c.set_count, 2);
	assert_int_equal(catalogue_load_manifest(&c.set[0], &findings, &err), 0);
	assert_int_equal(findings.count, 1);
	assert_int_equal(findings.item[0].code, FINDING_BAD_REFERENCE);
	findings_release(&findings);
	catalogue_release(&c);
	tear_down(&f);
}

static void built_in_names_may_end_in_any_compression(void **state)
{
	static const char *const endings[] = { "", ".gz", ".zst", ".lz4", ".xz", ".bz2" };
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	for (unsigned i = 0; i < 6; i++) {
		char name[100];

		(void)snprintf(name, sizeof(name), "redis/snapshot_2026112%u_020000.rdb%s", i,
			       endings[i]);
		put(&f, name);
		(void)snprintf(name, sizeof(name), "postgres/backup_app_2026112%u_020000.dump%s", i,
			       endings[i]);
		put(&f, name);
	}
	put(&f, "redis/snapshot_20261127_020000.rdb.rar");
	c = load(&f);
	assert_int_equal(c.set_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(c.set[i].file_count, 2);
	catalogue_release(&c);
	tear_down(&f);
}

static void configured_names_may_end_in_any_compression(void **state)
{
	static const char *names[] = { "rdb:redis-{time}.rdb.zst" };
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	f.component[1].backups.files = (struct string_list){ names, 1 };
	put(&f, "redis/redis-20261122_020000.rdb.zst");
	put(&f, "redis/redis-20261123_020000.rdb.gz");
	c = load(&f);
	assert_int_equal(c.set_count, 1);
	assert_string_equal(c.set[0].file[0].relative, "redis/redis-20261122_020000.rdb.zst");
	catalogue_release(&c);
	tear_down(&f);
}

static void every_part_of_a_day_without_a_set_is_missing(void **state)
{
	static const char *const names[] = {
		"backup_app_20241118.dump.gz", "backup_app_20241118.sql.gz",
		"globals_20241118.sql.gz",     "backup_app_20241118.json",
		"snapshot_20241118.rdb.gz",    "definitions_20241118.json.gz"
	};
	struct fixture f;
	struct catalogue c;
	const struct backup_set none = { .id = "20241118" };
	struct missing_part *missing;
	size_t count;
	struct error err = ERROR_INIT;

	(void)state;
	set_up(&f);
	c = load(&f);
	assert_int_equal(catalogue_missing(&c, &f.config, &none, &missing, &count, &err), 0);
	assert_int_equal(count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(missing[i].name, names[i]);
	/* the spec's five, when neither is configured */
	f.component[0].backups.globals = false;
	assert_int_equal(catalogue_missing(&c, &f.config, &none, &missing, &count, &err), 0);
	assert_int_equal(count, 5);
	catalogue_release(&c);
	tear_down(&f);
}

static void databases_come_from_the_newest_set_when_none_is_configured(void **state)
{
	struct fixture f;
	struct catalogue c;
	const struct backup_set none = { .id = "20241118" };
	struct missing_part *missing;
	size_t count;
	struct error err = ERROR_INIT;

	(void)state;
	set_up(&f);
	f.component[0].connect.databases.count = 0;
	put(&f, "postgres/backup_old_20241101_020000.dump.gz");
	put(&f, "postgres/backup_new_20241102_020000.dump.gz");
	c = load(&f);
	assert_int_equal(catalogue_missing(&c, &f.config, &none, &missing, &count, &err), 0);
	assert_string_equal(missing[0].name, "backup_new_20241118.dump.gz");
	assert_int_equal(catalogue_missing(&c, &f.config, &c.set[1], &missing, &count, &err), 0);
	assert_string_equal(missing[0].name, "backup_old_20241101_020000.sql.gz");
	catalogue_release(&c);
	tear_down(&f);
}

static void a_platform_without_postgresql_has_its_manifest_in_the_root(void **state)
{
	struct fixture f;
	struct catalogue c;
	struct missing_part *missing;
	size_t count;
	struct error err = ERROR_INIT;

	(void)state;
	set_up(&f);
	f.config.component = f.component + 1;
	f.config.component_count = 2;
	put(&f, "redis/snapshot_20261122_020000.rdb.gz");
	c = load(&f);
	assert_int_equal(catalogue_missing(&c, &f.config, &c.set[0], &missing, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(missing[0].name, "definitions_20261122_020000.json.gz");
	assert_string_equal(missing[1].name, "manifest_20261122_020000.json");
	catalogue_release(&c);
	put(&f, "manifest_20261122_020000.json");
	put(&f, "redis/manifest_20261122_020000.json");
	c = load(&f);
	assert_int_equal(c.set_count, 1);
	assert_int_equal(c.foreign_count, 1);
	assert_non_null(c.set[0].manifest_file);
	catalogue_release(&c);
	tear_down(&f);
}

static void a_repository_that_is_not_there_is_empty(void **state)
{
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	tear_down(&f);
	c = load(&f);
	assert_int_equal(c.set_count, 0);
	assert_null(catalogue_find(&c, "latest"));
	catalogue_release(&c);
}

static void many_files_make_many_sets(void **state)
{
	struct fixture f;
	struct catalogue c;

	(void)state;
	set_up(&f);
	for (int day = 0; day < 7; day++) {
		for (int hour = 0; hour < 24; hour++) {
			char stamp[40];

			(void)snprintf(stamp, sizeof(stamp), "202602%02d_%02d0000", day + 1, hour);
			put_set(&f, stamp);
		}
	}
	c = load(&f);
	assert_int_equal(c.set_count, 7 * 24);
	for (size_t i = 0; i < c.set_count; i++)
		assert_int_equal(c.set[i].file_count, 6);
	for (size_t i = 1; i < c.set_count; i++)
		assert_true(c.set[i - 1].time_ns > c.set[i].time_ns);
	catalogue_release(&c);
	tear_down(&f);
}

static void stamps_are_real_dates(void **state)
{
	static const struct {
		const char *pattern, *text;
		size_t count;
	} rows[] = {
		{ "", "20241118_020000x", 2 },   { "", "20241118_250000", 1 },
		{ "", "20240229", 1 },           { "", "20230229", 0 },
		{ "", "20241318", 0 },           { "", "2024111", 0 },
		{ "", "00000000", 0 },           { "", "99990101", 0 },
		{ "", "20240431", 0 },           { "%s", "1795312800", 1 },
		{ "%d.%m.%Y", "18.11.2024", 1 }, { "%d.%m.%Y", "18-11-2024", 0 },
		{ "%Y%%%m%d", "2024%1118", 1 },  { "%q", "1", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct stamp_reading out[2];
		struct span text = { (const uint8_t *)rows[i].text, strlen(rows[i].text) };

		assert_int_equal(stamp_read(rows[i].pattern, text, out), rows[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_the_files_of_one_time),
		cmocka_unit_test(parts_that_differ_by_minutes_are_one_set),
		cmocka_unit_test(two_runs_within_the_tolerance_are_two_sets),
		cmocka_unit_test(names_that_tell_only_a_day_group_by_day),
		cmocka_unit_test(foreign_files_are_listed_and_temporaries_are_not),
		cmocka_unit_test(a_closed_directory_hinders_only_where_backups_are_looked_for),
		cmocka_unit_test(odd_database_names_are_understood),
		cmocka_unit_test(configured_names_patterns_and_suffixes_are_honoured),
		cmocka_unit_test(the_manifest_gives_the_time_and_names_more_parts),
		cmocka_unit_test(all_manifests_of_a_set_count_and_those_of_others_do_not),
		cmocka_unit_test(built_in_names_may_end_in_any_compression),
		cmocka_unit_test(configured_names_may_end_in_any_compression),
		cmocka_unit_test(every_part_of_a_day_without_a_set_is_missing),
		cmocka_unit_test(databases_come_from_the_newest_set_when_none_is_configured),
		cmocka_unit_test(a_platform_without_postgresql_has_its_manifest_in_the_root),
		cmocka_unit_test(a_repository_that_is_not_there_is_empty),
		cmocka_unit_test(many_files_make_many_sets),
		cmocka_unit_test(stamps_are_real_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
