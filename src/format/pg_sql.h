/* SPDX-License-Identifier: Apache-2.0 */
/* Plain SQL as pg_dump, pg_dumpall and pg_restore write it: recognised, and complete to its end marker. */
#ifndef FORMAT_PG_SQL_H
#define FORMAT_PG_SQL_H

#include "format/reader.h"

extern const struct reader pg_sql_reader;

#endif
