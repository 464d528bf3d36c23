/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each damage is one that simple tests miss. Where the damage would have come
 * before the file's checksum was taken (bad memory, a bug, a hand), the manifest
 * is made to agree, so that it has to be seen in the content.
 */
#include "demo/damage.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "demo/set_files.h"
#include "model/json.h"

enum { DAYS_OLD = 3 };

static const char *const folders[] = { "postgres", "redis", "rabbitmq" };

/* " the " stands in rows alone: the schema has it nowhere. */
static bool change_letter(char *bytes, size_t len)
{
	char *found = memmem(bytes, len, " the ", 5);

	if (!found)
		return false;
	found[3] = 'a';
	return true;
}

static int damage_row(const char *repository, struct error *err)
{
	char path[SET_FILES_PATH];

	if (set_files_find(repository, "postgres/backup_*.dump.gz", path, err) < 0 ||
	    set_files_edit_gzip(path, change_letter, err) < 0)
		return -1;
	return set_files_bless(repository, path, err);
}

/* A copy that broke off: written anew, since the original shares the file. */
static int damage_snapshot(const char *repository, struct error *err)
{
	CLEANUP(buf_release)
	struct buf content = { 0 };
	char path[SET_FILES_PATH];

	if (set_files_find(repository, "redis/snapshot_*.rdb.gz", path, err) < 0 ||
	    file_read(path, SIZE_MAX, &content, err) < 0)
		return -1;
	return file_write_atomic(path, 0640, content.ptr, content.len / 3 * 2, err);
}

static int damage_sql(const char *repository, struct error *err)
{
	char path[SET_FILES_PATH];

	if (set_files_find(repository, "postgres/backup_*.sql.gz", path, err) < 0)
		return -1;
	if (unlink(path) < 0)
		return error_set_errno(err, ERROR_IO, "remove %s", path);
	return 0;
}

/* RabbitMQ imports such a file without complaint, and the messages then go nowhere. */
static int damage_binding(const char *repository, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *definitions = NULL;
	char path[SET_FILES_PATH];
	size_t i;
	json_t *binding;

	if (set_files_find(repository, "rabbitmq/definitions_*.json.gz", path, err) < 0 ||
	    set_files_read_json(path, &definitions, err) < 0)
		return -1;
	json_array_foreach (json_object_get(definitions, "bindings"), i, binding) {
		const char *source = json_string_value(json_object_get(binding, "source"));

		if (!source || strcmp(source, "results") != 0)
			continue;
		if (json_object_set_new(binding, "source", json_string("results-v2")) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the definitions");
		if (set_files_write_json(path, definitions, err) < 0)
			return -1;
		return set_files_bless(repository, path, err);
	}
	return error_set(err, ERROR_INTERNAL, "%s has no binding to change", path);
}

/* Text with every `from` replaced by `to`, which is as long. */
static void replace_all(char *text, const char *from, const char *to)
{
	for (char *at = text; (at = strstr(at, from)) != NULL; at += strlen(from))
		memcpy(at, to, strlen(to));
}

static int make_times_older(json_t *object, struct error *err)
{
	static const char *const keys[] = { "started", "finished" };

	for (size_t i = 0; i < 2; i++) {
		const char *text = json_string_value(json_object_get(object, keys[i]));
		char older[CLOCK_RFC3339_SIZE];
		int64_t at;

		if (!text || clock_parse_rfc3339(text, &at) < 0)
			return error_set(err, ERROR_INTERNAL, "the manifest has no time \"%s\"",
					 keys[i]);
		(void)clock_format_rfc3339(at - DAYS_OLD * 86400 * NS_PER_SECOND, older);
		if (json_object_set_new(object, keys[i], json_string(older)) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the manifest");
	}
	return 0;
}

/* "20261122_201532" three days earlier. */
static int older_stamp(const char *stamp, char *out, size_t size, struct error *err)
{
	struct tm tm = { 0 };
	time_t at;
	const char *end = strptime(stamp, "%Y%m%d_%H%M%S", &tm);

	if (!end || *end)
		return error_set(err, ERROR_INTERNAL, "the set's time stamp is \"%s\"", stamp);
	at = timegm(&tm) - DAYS_OLD * 86400;
	if (!gmtime_r(&at, &tm) || strftime(out, size, "%Y%m%d_%H%M%S", &tm) == 0)
		return error_set(err, ERROR_INTERNAL, "no time before \"%s\"", stamp);
	return 0;
}

static int rename_files(const char *directory, const char *from, const char *to, struct error *err)
{
	DIR *listing = opendir(directory);
	const struct dirent *entry;
	int rc = 0;

	if (!listing)
		return error_set_errno(err, ERROR_IO, "list %s", directory);
	while (rc == 0 && (entry = readdir(listing)) != NULL) {
		char old[SET_FILES_PATH], renamed[SET_FILES_PATH];

		if (!strstr(entry->d_name, from))
			continue;
		(void)snprintf(old, sizeof(old), "%.120s/%.120s", directory, entry->d_name);
		(void)snprintf(renamed, sizeof(renamed), "%s", old);
		replace_all(renamed + strlen(directory), from, to);
		if (rename(old, renamed) < 0)
			rc = error_set_errno(err, ERROR_IO, "rename %s", old);
	}
	(void)closedir(listing);
	return rc;
}

/* The manifest's own times and names; the files' follow by rename_files(). */
static int make_manifest_older(const char *path, const char *from, const char *to,
			       struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *manifest = NULL;
	CLEANUP(buf_release)
	struct buf text = { 0 };
	size_t i;
	json_t *file;

	if (set_files_read_json(path, &manifest, err) < 0 || make_times_older(manifest, err) < 0)
		return -1;
	json_array_foreach (json_object_get(manifest, "files"), i, file) {
		if (make_times_older(file, err) < 0)
			return -1;
	}
	if (set_files_write_json(path, manifest, err) < 0 ||
	    file_read(path, SIZE_MAX, &text, err) < 0)
		return -1;
	replace_all(text.ptr, from, to);
	return file_write_atomic(path, 0640, text.ptr, text.len, err);
}

/* What the repository looks like when the nightly job has not run for three days. */
static int damage_age(const char *repository, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *manifest = NULL;
	char path[SET_FILES_PATH], directory[SET_FILES_PATH], older[32];
	const char *stamp;

	if (set_files_find(repository, "postgres/backup_*.json", path, err) < 0 ||
	    set_files_read_json(path, &manifest, err) < 0)
		return -1;
	stamp = json_string_value(json_object_get(manifest, "set"));
	if (!stamp)
		return error_set(err, ERROR_INTERNAL, "%s names no set", path);
	if (older_stamp(stamp, older, sizeof(older), err) < 0 ||
	    make_manifest_older(path, stamp, older, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		(void)snprintf(directory, sizeof(directory), "%.120s/%s", repository, folders[i]);
		if (rename_files(directory, stamp, older, err) < 0)
			return -1;
	}
	return 0;
}

const struct damage damage_list[DAMAGE_COUNT] = {
	{ "row", "a letter of a PostgreSQL row changed", "facts", damage_row },
	{ "snapshot", "the end of Redis's snapshot cut off", "compression", damage_snapshot },
	{ "sql", "PostgreSQL's .sql.gz deleted", "complete", damage_sql },
	{ "binding", "a RabbitMQ binding to no exchange", "format", damage_binding },
	{ "age", "the newest set is three days old", "age", damage_age },
};

static int link_files(const char *from, const char *to, struct error *err)
{
	DIR *listing = opendir(from);
	const struct dirent *entry;
	int rc = 0;

	if (!listing)
		return error_set_errno(err, ERROR_IO, "list %s", from);
	while (rc == 0 && (entry = readdir(listing)) != NULL) {
		char source[SET_FILES_PATH], target[SET_FILES_PATH];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(source, sizeof(source), "%.120s/%.120s", from, entry->d_name);
		(void)snprintf(target, sizeof(target), "%.120s/%.120s", to, entry->d_name);
		if (link(source, target) < 0)
			rc = error_set_errno(err, ERROR_IO, "link %s to %s", source, target);
	}
	(void)closedir(listing);
	return rc;
}

int damage_copy(const char *from, const char *to, struct error *err)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		char source[SET_FILES_PATH], target[SET_FILES_PATH];

		(void)snprintf(source, sizeof(source), "%.120s/%s", from, folders[i]);
		(void)snprintf(target, sizeof(target), "%.120s/%s", to, folders[i]);
		if (file_make_directories(target, 0700, err) < 0 ||
		    link_files(source, target, err) < 0)
			return -1;
	}
	return 0;
}
