/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_definition.h"

#include <stddef.h>
#include <string.h>

enum { NAME_SIZE = 1024 };

/* Outside of parentheses, `word` after `before` (NULL: any) goes before a name, or a list of them. */
struct lead {
	const char *before, *word;
	bool list;
};

struct pg_archive_watch {
	const char *kind;
	enum fact_kind names;
	struct lead lead[3];
};

static const struct pg_archive_watch watches[] = {
	{ "ACL",
	  FACT_ROLE,
	  { { NULL, "to", true }, { NULL, "from", true }, { "session", "authorization", false } } },
	{ "DEFAULT ACL",
	  FACT_ROLE,
	  { { NULL, "to", true }, { NULL, "from", true }, { "for", "role", false } } },
	{ "POLICY", FACT_ROLE, { { NULL, "to", true } } },
	{ "USER MAPPING", FACT_ROLE, { { "mapping", "for", false } } },
	{ "DATABASE PROPERTIES", FACT_ROLE, { { "alter", "role", false } } },
	{ "DATABASE", FACT_TABLESPACE, { { NULL, "tablespace", false } } },
	{ "BLOB METADATA", FACT_LARGE_OBJECTS, { { 0 } } }, /* their oids */
	{ "CONSTRAINT", FACT_ROLE, { { 0 } } },
	{ "CHECK CONSTRAINT", FACT_ROLE, { { 0 } } },
	{ "FK CONSTRAINT", FACT_ROLE, { { 0 } } },
	{ "TRIGGER", FACT_ROLE, { { 0 } } },
	{ "EVENT TRIGGER", FACT_ROLE, { { 0 } } },
	{ "SUBSCRIPTION", FACT_ROLE, { { 0 } } },
};

void pg_archive_definition_begin(struct pg_archive_definition *d, const char *kind)
{
	d->watch = NULL;
	d->not_valid = d->disabled = d->disconnected = false;
	for (size_t i = 0; i < sizeof(watches) / sizeof(*watches) && !d->watch; i++) {
		if (strcmp(watches[i].kind, kind) == 0)
			d->watch = &watches[i];
	}
	if (!d->watch)
		return;
	memset(&d->lexer, 0, offsetof(struct sql_lexer, buffer));
	d->lexer.escapes = d->escapes;
	d->expect = NAME_NOT_NEXT;
	d->before[0][0] = d->before[1][0] = '\0';
}

static bool is_one_of(const struct sql_lexer *l, const char *const *words)
{
	for (; *words; words++) {
		if (sql_lexer_is(l, *words))
			return true;
	}
	return false;
}

/* Unquoted names are folded as the server folds them. */
static void take_name(struct pg_archive_definition *d, enum sql_token token)
{
	static const char *const no_names[] = {
		"public", "group", "current_user", "current_role", "session_user", "default", NULL
	};
	size_t len = d->lexer.text.len < NAME_SIZE ? d->lexer.text.len : NAME_SIZE - 1;
	char name[NAME_SIZE];

	if (d->expect == NAME_NEXT)
		d->expect = NAME_NOT_NEXT;
	if (token == SQL_WORD && is_one_of(&d->lexer, no_names))
		return;
	if (len)
		memcpy(name, d->lexer.text.ptr, len);
	name[len] = '\0';
	for (char *p = name; *p && token == SQL_WORD; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	if (d->found(d->cookie, d->watch->names, name) < 0)
		d->no_memory = true;
}

static void look_for_lead(struct pg_archive_definition *d)
{
	for (const struct lead *l = d->watch->lead; l < d->watch->lead + 3 && l->word; l++) {
		if (sql_lexer_is(&d->lexer, l->word) &&
		    (!l->before || strcmp(d->before[0], l->before) == 0))
			d->expect = l->list ? NAME_LIST : NAME_NEXT;
	}
}

/* Flags, of which each is the last of up to three words. */
static void look_for_flag(struct pg_archive_definition *d, enum sql_token token)
{
	const struct sql_lexer *l = &d->lexer;
	bool disables = strcmp(d->before[0], "disable") == 0;
	bool is_word = token == SQL_WORD;

	if (is_word && !l->parens && sql_lexer_is(l, "valid") && strcmp(d->before[0], "not") == 0)
		d->not_valid = true;
	if (disables && (token == SQL_SEMICOLON || (is_word && sql_lexer_is(l, "trigger"))))
		d->disabled = true;
	if (is_word && sql_lexer_is(l, "false") && strcmp(d->before[0], "=") == 0 &&
	    strcmp(d->before[1], "connect") == 0)
		d->disconnected = true;
}

static void remember(struct pg_archive_definition *d, enum sql_token token)
{
	size_t len = d->lexer.text.len;

	memcpy(d->before[1], d->before[0], sizeof(d->before[0]));
	if ((token != SQL_WORD && token != SQL_SYMBOL) || len >= sizeof(d->before[0]))
		len = 0;
	for (size_t i = 0; i < len; i++) {
		char c = (char)d->lexer.text.ptr[i];

		d->before[0][i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	d->before[0][len] = '\0';
}

static void take_token(struct pg_archive_definition *d, enum sql_token token)
{
	static const char *const ends[] = {
		"with", "using", "granted", "cascade", "restrict", NULL
	};
	bool is_word = token == SQL_WORD;

	if (token == SQL_COMMENT)
		return;
	look_for_flag(d, token);
	if (token == SQL_SEMICOLON || (is_word && is_one_of(&d->lexer, ends)))
		d->expect = NAME_NOT_NEXT;
	if (d->lexer.parens) {
		remember(d, token);
		return;
	}
	if ((token == SQL_NUMBER && d->watch->names == FACT_LARGE_OBJECTS) ||
	    (d->expect != NAME_NOT_NEXT && (is_word || token == SQL_NAME)))
		take_name(d, token);
	else if (is_word)
		look_for_lead(d);
	remember(d, token);
}

void pg_archive_definition_push(struct pg_archive_definition *d, struct span piece)
{
	enum sql_token token;

	while (d->watch && (token = sql_lexer_next(&d->lexer, &piece)) != SQL_MORE) {
		if (token == SQL_BAD)
			d->watch = NULL;
		else
			take_token(d, token);
	}
}

void pg_archive_definition_end(struct pg_archive_definition *d)
{
	static const uint8_t newline = '\n';

	pg_archive_definition_push(d, (struct span){ &newline, 1 });
	d->watch = NULL;
}
