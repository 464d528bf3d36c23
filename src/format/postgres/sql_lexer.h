/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL text cut into tokens as psql does it: where statements end, what is quoted
 * and what would run on the client. Push driven: resumable at any byte, bounded
 * memory, comments nested to any depth by a counter.
 *
 * Source: src/fe_utils/psqlscan.l of PostgreSQL, and for the blocks of a function's
 * body (BEGIN ATOMIC) its heuristic of version 14 on.
 */
#ifndef FORMAT_SQL_LEXER_H
#define FORMAT_SQL_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

enum sql_token {
	SQL_MORE, /* all input was taken */
	SQL_WORD, /* a keyword or an unquoted name, as it stands */
	SQL_NAME, /* a "quoted" name without its quotes */
	SQL_STRING, /* what '…', E'…', U&'…' stands for; empty when it came in pieces, or was $$…$$ */
	SQL_PIECE,  /* of a string's content, when `pieces` is set; SQL_STRING follows the last */
	SQL_NUMBER, /* without a sign */
	SQL_SYMBOL, /* one byte; a ';' in parentheses or in a function's body too */
	SQL_SEMICOLON, /* ends a statement */
	SQL_COMMENT,   /* what follows "--" on its line; block comments are no tokens */
	SQL_COMMAND,   /* psql's own: what follows a backslash, to the end of the line */
	SQL_BAD,       /* nothing more can be understood: a dollar quote's tag past SQL_TAG_MAX */
};

enum {
	SQL_TEXT_SIZE = 16384, /* kept of a token */
	SQL_TAG_MAX = 255,     /* of a dollar quote */
};

struct sql_lexer {
	/* Set by the owner. */
	uint64_t offset; /* of the next byte; the owner adds those that it takes itself */
	bool escapes;    /* standard_conforming_strings is off: a backslash escapes in '…' too */
	bool pieces;     /* yield strings in pieces */
	/* Yield nothing inside parentheses but psql's commands: quick over the rows of INSERT. */
	bool shallow;

	/* Of the token yielded last, valid until the next call. */
	struct span text;
	bool cut;       /* it was longer */
	uint64_t start; /* its offset */

	bool doubtful;     /* a \' was in '…', which it ends if the setting is on after all */
	bool in_statement; /* since the last SQL_SEMICOLON there was a token of SQL */
	uint64_t parens;   /* open now */

	/* Its own. */
	unsigned state, mode, digits;
	uint8_t code;    /* of an escape */
	bool newline;    /* since the quote that may have ended the string */
	uint64_t begins; /* of a function's body, not ended */
	uint64_t words;  /* of the statement */
	char heads[4];   /* first letters of those of its first four that psql looks at */
	uint64_t nesting;
	size_t len, matched, tag_len;
	uint8_t tag[SQL_TAG_MAX];
	uint8_t buffer[SQL_TEXT_SIZE];
};

/*
 * The next token; takes its bytes from the front of `in`. Zeroed storage is a valid
 * start. A word, comment or command ends at the byte that follows it: at the end of
 * the text push a newline.
 */
enum sql_token sql_lexer_next(struct sql_lexer *l, struct span *in);

/* Is it outside of every token, comment and statement, so that the text may end here? */
bool sql_lexer_at_rest(const struct sql_lexer *l);

/* Is the token's text this keyword, in any case? `word` is in lower case. */
bool sql_lexer_is(const struct sql_lexer *l, const char *word);

#endif
