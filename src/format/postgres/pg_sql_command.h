/* SPDX-License-Identifier: Apache-2.0 */
/*
 * psql's own commands in a dump. pg_dump writes \connect, \restrict and \unrestrict;
 * all others are findings, since they would run when the dump is restored
 * (CVE-2025-8714).
 */
#ifndef FORMAT_PG_SQL_COMMAND_H
#define FORMAT_PG_SQL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "format/postgres/pg_sql_name.h"
#include "model/finding.h"

struct pg_sql_commands {
	struct findings *findings; /* borrowed */
	bool restricted;           /* between \restrict and \unrestrict */
	uint64_t restricted_at;
	char key[128];
	bool connected;                  /* the last command was \connect, to: */
	char database[PG_SQL_NAME_SIZE]; /* "" before the first */
};

/* A command's line without its backslash, which stood at `offset`. */
void pg_sql_command(struct pg_sql_commands *c, struct span line, uint64_t offset,
		    bool in_statement);

/* The text has ended at `offset`. true: no \unrestrict is missing. */
bool pg_sql_commands_end(struct pg_sql_commands *c, uint64_t offset);

#endif
