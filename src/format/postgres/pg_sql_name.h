/* SPDX-License-Identifier: Apache-2.0 */
/* Names as SQL writes them, and the comments by which pg_dump names what follows. */
#ifndef FORMAT_PG_SQL_NAME_H
#define FORMAT_PG_SQL_NAME_H

#include <stdbool.h>

#include "format/postgres/sql_lexer.h"

enum { PG_SQL_NAME_SIZE = 1024, PG_SQL_KIND_SIZE = 64 }; /* as pg_archive_toc.h has them */

/* schema.name, as it comes token by token. Zeroed is empty. */
struct pg_sql_name {
	char schema[PG_SQL_NAME_SIZE], name[PG_SQL_NAME_SIZE];
	bool dotted; /* a dot came last */
};

/* One name of the lexer's token: unquoted ones in lower case; cut to the size. Returns `out`. */
char *pg_sql_name_copy(const struct sql_lexer *l, enum sql_token token, char out[PG_SQL_NAME_SIZE]);

/* A name or a dot of it. false: the token is not part of the name. */
bool pg_sql_name_token(struct pg_sql_name *n, const struct sql_lexer *l, enum sql_token token);

/* The text of a regclass: `public."se q"`. false: it is none. */
bool pg_sql_name_parse(struct pg_sql_name *n, struct span text);

/* What "-- Name: x; Type: TABLE; Schema: y; Owner: z" says; "" where it says "-". */
struct pg_sql_entry {
	char kind[PG_SQL_KIND_SIZE];
	char schema[PG_SQL_NAME_SIZE], name[PG_SQL_NAME_SIZE], owner[PG_SQL_NAME_SIZE];
	char tablespace[PG_SQL_NAME_SIZE];
};

/* false: the comment (what follows "--") is of another kind. */
bool pg_sql_entry_parse(struct pg_sql_entry *e, struct span comment);

/* Is `name` what stands in a comment as `written`, where pg_dump puts spaces for line ends? */
bool pg_sql_entry_names(const char *written, const char *name);

#endif
