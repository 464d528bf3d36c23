/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the files of a backup set behind muster's back: what damages are made with. */
#ifndef DEMO_SET_FILES_H
#define DEMO_SET_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

enum { SET_FILES_PATH = 256 };

/* The path of the only file in `repository` that matches "postgres/backup_*.dump.gz" and the like. */
MUST_CHECK int set_files_find(const char *repository, const char *pattern, char out[SET_FILES_PATH],
			      struct error *err);

/* Replaces a block's bytes in place; true when it is content with the change and need not see more. */
typedef bool set_files_edit_fn(char *bytes, size_t len);

/* Unpack, edit, pack again, of any size; an edit that never was content is ERROR_INTERNAL. */
MUST_CHECK int set_files_edit_gzip(const char *path, set_files_edit_fn *edit, struct error *err);

/* Whole documents, packed or not. */
MUST_CHECK int set_files_read_json(const char *path, json_t **out, struct error *err);
MUST_CHECK int set_files_write_json(const char *path, const json_t *json, struct error *err);

/* Write the size and SHA-256 that `path` has now into the manifest of its set. */
MUST_CHECK int set_files_bless(const char *repository, const char *path, struct error *err);

#endif
