/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts the rows of INSERT statements, of any shape that pg_dump gives them:
 * one or many rows each, with or without columns, DEFAULT VALUES, ON CONFLICT.
 */
#ifndef FORMAT_INSERT_ROWS_H
#define FORMAT_INSERT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "format/postgres/sql_lexer.h"

/* name, what a person reads */
#define INSERT_FAULT_TABLE(X)                                                                      \
	X(NONE, "no fault")                                                                        \
	X(SHAPE, "an INSERT statement is not what its grammar allows")                             \
	X(QUERY, "an INSERT statement takes its rows from a query")                                \
	X(OTHER, "another statement than INSERT stands among the rows")                            \
	X(COMMAND, "a psql command stands among the rows")                                         \
	X(UNFINISHED, "the data ends within a statement")

enum insert_fault {
#define X(name, meaning) INSERT_FAULT_##name,
	INSERT_FAULT_TABLE(X)
#undef X
};

const char *insert_fault_meaning(enum insert_fault fault);

/* One statement, token by token; its owner keeps the lexer. */
struct insert_statement {
	uint64_t rows;
	enum insert_fault fault;
	enum { INSERT_HEAD, INSERT_DEFAULT, INSERT_ROW, INSERT_AFTER_ROW, INSERT_TAIL } expect;
};

/* The word INSERT was yielded. */
void insert_statement_begin(struct insert_statement *s);
/* Each token behind it, the semicolon too; sets and clears l->shallow. */
void insert_statement_token(struct insert_statement *s, struct sql_lexer *l, enum sql_token token);

/* Nothing but such statements: the data of a table in an archive. Zeroed is a valid start; set lexer.escapes. */
struct insert_rows {
	struct sql_lexer lexer;
	struct insert_statement statement;
	bool in_statement;
	uint64_t rows;           /* of the statements that ended */
	enum insert_fault fault; /* the first */
	uint64_t fault_offset;   /* in the text of all pushes */
};

void insert_rows_push(struct insert_rows *r, struct span text);
/* The text has ended. */
void insert_rows_end(struct insert_rows *r);

#endif
