/* SPDX-License-Identifier: Apache-2.0 */
/* The statements are those of dumpTableData_insert() in pg_dump.c. */
#include "format/postgres/insert_rows.h"

static const char *const meanings[] = {
#define X(name, meaning) [INSERT_FAULT_##name] = meaning,
	INSERT_FAULT_TABLE(X)
#undef X
};

const char *insert_fault_meaning(enum insert_fault fault)
{
	return meanings[fault];
}

void insert_statement_begin(struct insert_statement *s)
{
	*s = (struct insert_statement){ .expect = INSERT_HEAD };
}

static void wrong(struct insert_statement *s, struct sql_lexer *l, enum insert_fault fault)
{
	if (s->fault == INSERT_FAULT_NONE)
		s->fault = fault;
	s->expect = INSERT_TAIL;
	l->shallow = false;
}

static bool takes_from_query(const struct sql_lexer *l)
{
	return sql_lexer_is(l, "select") || sql_lexer_is(l, "with") || sql_lexer_is(l, "table");
}

/* A word outside of parentheses, before the rows. */
static void head_word(struct insert_statement *s, struct sql_lexer *l)
{
	if (sql_lexer_is(l, "default")) {
		s->expect = INSERT_DEFAULT;
	} else if (takes_from_query(l)) {
		wrong(s, l, INSERT_FAULT_QUERY);
	} else if (s->expect == INSERT_DEFAULT && sql_lexer_is(l, "values")) {
		s->rows = 1;
		s->expect = INSERT_TAIL;
	} else if (sql_lexer_is(l, "values")) {
		s->expect = INSERT_ROW;
		l->shallow = true;
	}
}

static void symbol(struct insert_statement *s, struct sql_lexer *l)
{
	switch (l->text.ptr[0]) {
	case '(':
		if (s->expect != INSERT_ROW)
			wrong(s, l, INSERT_FAULT_SHAPE);
		break;
	case ')': /* of the row */
		s->rows++;
		s->expect = INSERT_AFTER_ROW;
		break;
	case ',':
		if (s->expect != INSERT_AFTER_ROW)
			wrong(s, l, INSERT_FAULT_SHAPE);
		s->expect = s->expect == INSERT_AFTER_ROW ? INSERT_ROW : s->expect;
		break;
	default:
		wrong(s, l, INSERT_FAULT_SHAPE);
		break;
	}
}

void insert_statement_token(struct insert_statement *s, struct sql_lexer *l, enum sql_token token)
{
	if (token == SQL_COMMENT || token == SQL_MORE)
		return;
	if (token == SQL_SEMICOLON) {
		if (s->expect != INSERT_TAIL && s->expect != INSERT_AFTER_ROW)
			wrong(s, l, INSERT_FAULT_SHAPE);
		l->shallow = false;
	} else if (token == SQL_COMMAND || token == SQL_BAD) {
		wrong(s, l, INSERT_FAULT_COMMAND);
	} else if (s->expect == INSERT_TAIL) {
		return;
	} else if (s->expect == INSERT_HEAD || s->expect == INSERT_DEFAULT) {
		if (token == SQL_WORD && !l->parens)
			head_word(s, l);
	} else if (token == SQL_SYMBOL) {
		symbol(s, l);
	} else if (token == SQL_WORD && s->expect == INSERT_AFTER_ROW) {
		s->expect = INSERT_TAIL; /* ON CONFLICT, RETURNING */
		l->shallow = false;
	} else {
		wrong(s, l, INSERT_FAULT_SHAPE);
	}
}

static void report(struct insert_rows *r, enum insert_fault fault)
{
	if (fault == INSERT_FAULT_NONE || r->fault != INSERT_FAULT_NONE)
		return;
	r->fault = fault;
	r->fault_offset = r->lexer.start;
}

static void take(struct insert_rows *r, enum sql_token token)
{
	if (r->in_statement) {
		insert_statement_token(&r->statement, &r->lexer, token);
		report(r, r->statement.fault);
		r->in_statement = token != SQL_SEMICOLON;
		if (!r->in_statement)
			r->rows += r->statement.rows;
	} else if (token == SQL_WORD && sql_lexer_is(&r->lexer, "insert")) {
		insert_statement_begin(&r->statement);
		r->in_statement = true;
	} else if (token == SQL_COMMAND || token == SQL_BAD) {
		report(r, INSERT_FAULT_COMMAND);
	} else if (token != SQL_COMMENT) {
		report(r, INSERT_FAULT_OTHER);
	}
}

void insert_rows_push(struct insert_rows *r, struct span text)
{
	while (text.len) {
		enum sql_token token = sql_lexer_next(&r->lexer, &text);

		if (token != SQL_MORE)
			take(r, token);
	}
}

void insert_rows_end(struct insert_rows *r)
{
	static const uint8_t newline[] = { '\n' };

	insert_rows_push(r, (struct span){ newline, 1 });
	r->lexer.start = r->lexer.offset - 1;
	if (!sql_lexer_at_rest(&r->lexer))
		report(r, INSERT_FAULT_UNFINISHED);
}
