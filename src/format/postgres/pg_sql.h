/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain SQL as pg_dump, pg_dumpall and pg_restore write it: every statement, quote
 * and psql command followed, rows counted and fingerprinted.
 */
#ifndef FORMAT_PG_SQL_H
#define FORMAT_PG_SQL_H

#include "format/reader.h"

/* Rows of the reader's coverage. */
enum {
	PG_SQL_UNCOVERED_ROWS,
	PG_SQL_UNCOVERED_TEXT,
	PG_SQL_UNCOVERED_STATEMENTS,
	PG_SQL_UNCOVERED_SETTINGS,
	PG_SQL_UNCOVERED_COUNT
};

extern const struct reader pg_sql_reader;

#endif
