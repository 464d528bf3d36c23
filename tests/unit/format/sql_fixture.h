/* SPDX-License-Identifier: Apache-2.0 */
/* The real dumps in tests/fixtures/pg-sql/, made by tools/make-pg-fixtures.sh. Include after cmocka.h. */
#ifndef TESTS_SQL_FIXTURE_H
#define TESTS_SQL_FIXTURE_H

#include <stdio.h>

#include "base/file.h"
#include "format/postgres/pg_archive.h"
#include "format/postgres/pg_sql.h"
#include "reading.h"

/* "pg-sql/odd-15.sql" */
static inline struct buf fixture(const char *name)
{
	struct error err = ERROR_INIT;
	struct buf bytes = { 0 };
	char path[1024];

	(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/%s", name);
	if (file_read(path, 1 << 20, &bytes, &err) < 0)
		fail_msg("%s", err.message);
	return bytes;
}

static inline struct reading read_with(const struct reader *reader, struct span bytes, size_t block)
{
	struct reading r = { .findings = FINDINGS_INIT("pg-sql") };
	struct error err = ERROR_INIT;

	if (read_bytes(reader, bytes, block, &r, &err) < 0)
		fail_msg("%s", err.message);
	return r;
}

static inline struct reading read_fixture(const char *name)
{
	CLEANUP(buf_release)
	struct buf bytes = fixture(name);

	return read_with(strstr(name, ".dump") ? &pg_archive_reader : &pg_sql_reader,
			 buf_span(&bytes), 4096);
}

#endif
