/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One statement of a dump after the other, told apart by its first words and
 * followed as far as facts need it; nothing else of it is kept.
 */
#ifndef FORMAT_PG_SQL_STATEMENT_H
#define FORMAT_PG_SQL_STATEMENT_H

#include "format/postgres/insert_rows.h"
#include "format/postgres/pg_sql_facts.h"
#include "format/postgres/pg_sql_objects.h"

enum pg_sql_verb {
	SQL_VERB_NONE, /* before the first word */
	SQL_VERB_COPY,
	SQL_VERB_INSERT,
	SQL_VERB_SELECT,
	SQL_VERB_SET,
	SQL_VERB_GRANT, /* and REVOKE */
	SQL_VERB_ALTER,
	SQL_VERB_CREATE,
	SQL_VERB_OTHER,
};

/* COPY t (a, b) FROM stdin: rows follow in the next line. */
struct pg_sql_copy {
	enum { COPY_NAME, COPY_SOURCE, COPY_OPTIONS, COPY_ELSEWHERE } phase;
	bool to;      /* not from */
	bool listed;  /* it names its columns */
	bool options; /* so that the rows may not be as pg_dump writes them */
	uint64_t columns;
};

enum { PG_SQL_WORD_SIZE = 64, PG_SQL_VALUE_SIZE = 2 * PG_SQL_NAME_SIZE + 8, PG_SQL_ARGUMENTS = 3 };

/* SELECT f(a, b, c), SET a = b */
struct pg_sql_call {
	char name[PG_SQL_WORD_SIZE];
	char value[PG_SQL_ARGUMENTS][PG_SQL_VALUE_SIZE];
	size_t index, values; /* of the argument that is being read; of those there are */
	bool negative[PG_SQL_ARGUMENTS], in_values;
};

struct pg_sql_statement {
	struct sql_lexer *lexer; /* borrowed, as the next three */
	struct pg_sql_facts *facts;
	struct pg_sql_objects *objects;
	struct findings *findings;

	enum pg_sql_verb verb;
	uint64_t start; /* its offset */
	uint64_t words; /* tokens so far */
	struct pg_sql_name name;
	bool name_ended;
	struct pg_sql_copy copy;
	struct insert_statement insert;
	struct pg_sql_call call;
	/* Where a role's name comes next: one, or a list of them. */
	enum { ROLE_NOT_NEXT, ROLE_NEXT, ROLE_LIST } role;
	char object[PG_SQL_WORD_SIZE];   /* CREATE this */
	char previous[PG_SQL_WORD_SIZE]; /* the last word outside of parentheses */
	bool grants;                     /* ALTER DEFAULT PRIVILEGES … GRANT */
	bool utf8;                       /* client_encoding is, as SET said */
	bool in_transaction;             /* BEGIN without COMMIT so far */
	uint64_t transaction_start;      /* offset of BEGIN */
	bool rows_follow; /* set by the end of COPY … FROM stdin; the owner clears it */
};

/* Any token but a comment or a command. -1: out of memory. */
MUST_CHECK int pg_sql_statement_token(struct pg_sql_statement *s, enum sql_token token);

/* The session ends, which undoes what is not committed: reports it. */
void pg_sql_statement_session_ends(struct pg_sql_statement *s);

#endif
