/* SPDX-License-Identifier: Apache-2.0 */
/* The real archives in tests/fixtures/pg-archive/, and reading one whole. Include after cmocka.h. */
#ifndef TESTS_ARCHIVE_FIXTURE_H
#define TESTS_ARCHIVE_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "format/postgres/pg_archive.h"
#include "reading.h"

/* Made by tools/make-pg-fixtures.sh. */
static inline struct buf fixture(const char *name)
{
	struct error err = ERROR_INIT;
	struct buf bytes = { 0 };
	char path[1024];

	(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/pg-archive/%s.dump", name);
	if (file_read(path, 1 << 20, &bytes, &err) < 0)
		fail_msg("%s", err.message);
	return bytes;
}

static inline struct reading read_whole(struct span bytes)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	if (read_bytes(&pg_archive_reader, bytes, bytes.len ? bytes.len : 1, &r, &err) < 0)
		fail_msg("%s", err.message);
	return r;
}

#endif
