/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_locale.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "format/postgres/sql_lexer.h"

enum { VALUE_SIZE = 1024 };

/* LOCALE stands for both of the others. */
static const struct {
	const char *word, *name[2];
} clauses[] = {
	{ "encoding", { "database_encoding", NULL } },
	{ "locale", { "collate", "ctype" } },
	{ "lc_collate", { "collate", NULL } },
	{ "lc_ctype", { "ctype", NULL } },
	{ "locale_provider", { "locale_provider", NULL } },
	{ "icu_locale", { "icu_locale", NULL } },
	{ "icu_rules", { "icu_rules", NULL } },
	{ "builtin_locale", { "builtin_locale", NULL } },
};
enum { NO_CLAUSE = sizeof(clauses) / sizeof(*clauses) };

static size_t clause_of(const struct sql_lexer *l)
{
	size_t i = 0;

	while (i < NO_CLAUSE && !sql_lexer_is(l, clauses[i].word))
		i++;
	return i;
}

static int yield(size_t clause, const struct sql_lexer *l,
		 int (*found)(void *cookie, const char *name, const char *value), void *cookie)
{
	char value[VALUE_SIZE];
	int rc = 0;

	if (l->cut || l->text.len >= sizeof(value))
		return 0;
	(void)snprintf(value, sizeof(value), "%.*s", (int)l->text.len, (const char *)l->text.ptr);
	for (size_t i = 0; i < 2 && clauses[clause].name[i] && rc == 0; i++)
		rc = found(cookie, clauses[clause].name[i], value);
	return rc;
}

int pg_archive_locale_read(const char *definition,
			   int (*found)(void *cookie, const char *name, const char *value),
			   void *cookie)
{
	struct sql_lexer lexer = { 0 };
	struct span in = { (const uint8_t *)definition, strlen(definition) };
	size_t clause = NO_CLAUSE;
	bool equals = false;
	enum sql_token token;
	int rc = 0;

	while (rc == 0 && (token = sql_lexer_next(&lexer, &in)) != SQL_MORE && token != SQL_BAD) {
		if (token == SQL_SYMBOL && lexer.text.len && lexer.text.ptr[0] == '=') {
			equals = true;
			continue;
		}
		if (equals && clause != NO_CLAUSE && (token == SQL_STRING || token == SQL_WORD))
			rc = yield(clause, &lexer, found, cookie);
		clause = token == SQL_WORD && !equals ? clause_of(&lexer) : NO_CLAUSE;
		equals = false;
	}
	return rc;
}
