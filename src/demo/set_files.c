/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/set_files.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/checksum.h"
#include "base/file.h"
#include "model/json.h"

enum { BLOCK_SIZE = 1 << 20, JSON_MAX = 64 << 20 };

int set_files_find(const char *repository, const char *pattern, char out[SET_FILES_PATH],
		   struct error *err)
{
	char full[SET_FILES_PATH];
	glob_t found = { 0 };
	int rc = 0;

	(void)snprintf(full, sizeof(full), "%.150s/%s", repository, pattern);
	if (glob(full, 0, NULL, &found) != 0 || found.gl_pathc != 1)
		rc = error_set(err, ERROR_NOT_FOUND, "%zu files match %s, not one", found.gl_pathc,
			       full);
	else
		(void)snprintf(out, SET_FILES_PATH, "%s", found.gl_pathv[0]);
	globfree(&found);
	return rc;
}

static void close_packed(gzFile *file)
{
	if (*file)
		(void)gzclose(*file);
}

static int copy_edited(gzFile in, gzFile out, const char *path, set_files_edit_fn *edit,
		       struct error *err)
{
	CLEANUP(cleanup_free)
	char *block = malloc(BLOCK_SIZE);
	bool done = false;
	int n;

	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory to edit %s", path);
	while ((n = gzread(in, block, BLOCK_SIZE)) > 0) {
		if (!done)
			done = edit(block, (size_t)n);
		if (gzwrite(out, block, (unsigned)n) != n)
			return error_set_errno(err, ERROR_IO, "write %s", path);
	}
	if (n < 0)
		return error_set(err, ERROR_IO, "unpack %s", path);
	if (!done)
		return error_set(err, ERROR_INTERNAL, "nothing to change was found in %s", path);
	return 0;
}

int set_files_edit_gzip(const char *path, set_files_edit_fn *edit, struct error *err)
{
	CLEANUP(close_packed)
	gzFile in = gzopen(path, "rbe");
	CLEANUP(close_packed)
	gzFile out = NULL;
	char temporary[SET_FILES_PATH + 8];

	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = gzopen(temporary, "wbe6");
	if (!in || !out)
		return error_set_errno(err, ERROR_IO, "open %s", in ? temporary : path);
	if (copy_edited(in, out, path, edit, err) < 0)
		return -1;
	if (gzclose(TAKE(out)) != Z_OK || rename(temporary, path) < 0)
		return error_set_errno(err, ERROR_IO, "write %s", path);
	return 0;
}

static bool is_packed(const char *path)
{
	size_t len = strlen(path);

	return len > 3 && strcmp(path + len - 3, ".gz") == 0;
}

/* zlib reads a file that is not packed as it is. */
int set_files_read_json(const char *path, json_t **out, struct error *err)
{
	CLEANUP(close_packed)
	gzFile in = gzopen(path, "rbe");
	CLEANUP(buf_release)
	struct buf text = { 0 };
	json_error_t trouble;
	int n;

	if (!in)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	do {
		if (buf_reserve(&text, BLOCK_SIZE) < 0 || text.len > JSON_MAX)
			return error_set(err, ERROR_NOMEM, "%s is too large", path);
		n = gzread(in, text.ptr + text.len, BLOCK_SIZE);
		if (n < 0)
			return error_set(err, ERROR_IO, "unpack %s", path);
		text.len += (size_t)n;
	} while (n > 0);
	*out = json_loadb(text.ptr, text.len, 0, &trouble);
	if (!*out)
		return error_set(err, ERROR_INTERNAL, "%s: line %d: %s", path, trouble.line,
				 trouble.text);
	return 0;
}

int set_files_write_json(const char *path, const json_t *json, struct error *err)
{
	CLEANUP(close_packed)
	gzFile out = NULL;
	CLEANUP(cleanup_free)
	char *text = json_dumps(json, JSON_INDENT(2));
	char temporary[SET_FILES_PATH + 8];

	if (!text)
		return error_set(err, ERROR_NOMEM, "no memory to write %s", path);
	if (!is_packed(path))
		return file_write_atomic(path, 0640, text, strlen(text), err);
	(void)snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = gzopen(temporary, "wbe6");
	if (!out || gzwrite(out, text, (unsigned)strlen(text)) <= 0 || gzclose(TAKE(out)) != Z_OK ||
	    rename(temporary, path) < 0)
		return error_set_errno(err, ERROR_IO, "write %s", path);
	return 0;
}

static int hash_file(const char *path, uint64_t *size, char hex[SHA256_TEXT_SIZE],
		     struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(BLOCK_SIZE);
	CLEANUP(sha256_release)
	struct sha256 hash = { 0 };
	uint8_t digest[SHA256_SIZE];
	ssize_t n;

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory to read %s", path);
	if (sha256_init(&hash, err) < 0)
		return -1;
	*size = 0;
	while ((n = file_read_some(fd, path, block, BLOCK_SIZE, err)) > 0) {
		if (sha256_update(&hash, (struct span){ block, (size_t)n }, err) < 0)
			return -1;
		*size += (uint64_t)n;
	}
	if (n < 0 || sha256_final(&hash, digest, err) < 0)
		return -1;
	(void)sha256_format(digest, hex);
	return 0;
}

int set_files_bless(const char *repository, const char *path, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *manifest = NULL;
	char manifest_path[SET_FILES_PATH], hex[SHA256_TEXT_SIZE];
	const char *relative = path + strlen(repository) + 1;
	uint64_t size = 0;
	size_t i;
	json_t *file;

	if (set_files_find(repository, "postgres/backup_*.json", manifest_path, err) < 0 ||
	    set_files_read_json(manifest_path, &manifest, err) < 0 ||
	    hash_file(path, &size, hex, err) < 0)
		return -1;
	json_array_foreach (json_object_get(manifest, "files"), i, file) {
		const char *name = json_string_value(json_object_get(file, "path"));

		if (!name || strcmp(name, relative) != 0)
			continue;
		if (json_object_set_new(file, "size", json_integer((json_int_t)size)) < 0 ||
		    json_object_set_new(file, "sha256", json_string(hex)) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the manifest");
		return set_files_write_json(manifest_path, manifest, err);
	}
	return error_set(err, ERROR_INTERNAL, "%s does not list %s", manifest_path, relative);
}
