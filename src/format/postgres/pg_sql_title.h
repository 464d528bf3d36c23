/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comments that say where a dump begins and ends: of one database, or of a whole
 * cluster, which holds whole dumps of its databases. The texts are those of
 * pg_backup_archiver.c (RestoreArchive) and pg_dumpall.c.
 */
#ifndef FORMAT_POSTGRES_PG_SQL_TITLE_H
#define FORMAT_POSTGRES_PG_SQL_TITLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "model/finding.h"

enum pg_sql_kind { PG_SQL_NO_KIND, PG_SQL_DATABASE, PG_SQL_CLUSTER };

struct pg_sql_title {
	struct findings *findings; /* borrowed; set by the owner */
	enum pg_sql_kind kind;
	bool data; /* it is a database's dump, or holds one */
	/* its own */
	bool ending; /* its own end marker came, but not the empty comment behind it */
	bool ended;
	bool inner;    /* within a database's dump of a cluster's */
	bool torn;     /* one of its databases' dumps lacks its end */
	bool trailing; /* something followed; told once */
};

/* Does a dump begin so? What may stand before the title: a byte order mark, empty lines, comments. */
bool pg_sql_title_matches(struct span head);

/* The text of a comment between statements, which begins at `offset`. Is it one of these? */
bool pg_sql_title_take(struct pg_sql_title *t, struct span text, uint64_t offset);

/* A statement or command at `offset`: after the end nothing may come. */
void pg_sql_title_follow(struct pg_sql_title *t, uint64_t offset);

/* The text ended after `size` bytes. Was it a whole dump? */
bool pg_sql_title_end(struct pg_sql_title *t, uint64_t size);

#endif
