/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_sql_statement.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/quote.h"

/* What a statement may begin with: the "SQL Commands" of PostgreSQL's manual. */
static const struct {
	const char *word;
	enum pg_sql_verb verb;
} verbs[] = {
	{ "insert", SQL_VERB_INSERT },    { "copy", SQL_VERB_COPY },
	{ "select", SQL_VERB_SELECT },    { "set", SQL_VERB_SET },
	{ "alter", SQL_VERB_ALTER },      { "create", SQL_VERB_CREATE },
	{ "grant", SQL_VERB_GRANT },      { "revoke", SQL_VERB_GRANT },
	{ "abort", SQL_VERB_OTHER },      { "analyze", SQL_VERB_OTHER },
	{ "begin", SQL_VERB_OTHER },      { "call", SQL_VERB_OTHER },
	{ "checkpoint", SQL_VERB_OTHER }, { "close", SQL_VERB_OTHER },
	{ "cluster", SQL_VERB_OTHER },    { "comment", SQL_VERB_OTHER },
	{ "commit", SQL_VERB_OTHER },     { "deallocate", SQL_VERB_OTHER },
	{ "declare", SQL_VERB_OTHER },    { "delete", SQL_VERB_OTHER },
	{ "discard", SQL_VERB_OTHER },    { "do", SQL_VERB_OTHER },
	{ "drop", SQL_VERB_OTHER },       { "end", SQL_VERB_OTHER },
	{ "execute", SQL_VERB_OTHER },    { "explain", SQL_VERB_OTHER },
	{ "fetch", SQL_VERB_OTHER },      { "import", SQL_VERB_OTHER },
	{ "listen", SQL_VERB_OTHER },     { "load", SQL_VERB_OTHER },
	{ "lock", SQL_VERB_OTHER },       { "merge", SQL_VERB_OTHER },
	{ "move", SQL_VERB_OTHER },       { "notify", SQL_VERB_OTHER },
	{ "prepare", SQL_VERB_OTHER },    { "reassign", SQL_VERB_OTHER },
	{ "refresh", SQL_VERB_OTHER },    { "reindex", SQL_VERB_OTHER },
	{ "release", SQL_VERB_OTHER },    { "repack", SQL_VERB_OTHER },
	{ "reset", SQL_VERB_OTHER },      { "rollback", SQL_VERB_OTHER },
	{ "savepoint", SQL_VERB_OTHER },  { "security", SQL_VERB_OTHER },
	{ "show", SQL_VERB_OTHER },       { "start", SQL_VERB_OTHER },
	{ "table", SQL_VERB_OTHER },      { "truncate", SQL_VERB_OTHER },
	{ "unlisten", SQL_VERB_OTHER },   { "update", SQL_VERB_OTHER },
	{ "vacuum", SQL_VERB_OTHER },     { "values", SQL_VERB_OTHER },
	{ "wait", SQL_VERB_OTHER },       { "with", SQL_VERB_OTHER },
};

static bool word_is(const struct pg_sql_statement *s, enum sql_token token, const char *word)
{
	return token == SQL_WORD && sql_lexer_is(s->lexer, word);
}

static bool symbol_is(const struct pg_sql_statement *s, enum sql_token token, char symbol)
{
	return token == SQL_SYMBOL && s->lexer->text.ptr[0] == (uint8_t)symbol;
}

/* The token's text as a C string; unquoted words in lower case. */
static void keep(const struct sql_lexer *l, enum sql_token token, char *out, size_t size)
{
	size_t n = l->text.len < size ? l->text.len : size - 1;

	memcpy(out, l->text.ptr, n);
	out[n] = '\0';
	for (size_t i = 0; token == SQL_WORD && i < n; i++) {
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	}
}

/* pg_dump has large objects in transactions, pg_restore -1 the whole; all are committed. */
static void follow_transaction(struct pg_sql_statement *s, enum sql_token token)
{
	if (word_is(s, token, "begin") || word_is(s, token, "start")) {
		s->in_transaction = true;
		s->transaction_start = s->start;
	} else if (word_is(s, token, "commit") || word_is(s, token, "end")) {
		s->in_transaction = false;
	} else if (s->in_transaction &&
		   (word_is(s, token, "rollback") || word_is(s, token, "abort"))) {
		findings_add(s->findings, FINDING_BAD_STRUCTURE, s->start,
			     "it undoes statements since byte %" PRIu64
			     ", which pg_dump never does",
			     s->transaction_start);
	}
}

void pg_sql_statement_session_ends(struct pg_sql_statement *s)
{
	if (s->in_transaction)
		findings_add(s->findings, FINDING_BAD_STRUCTURE, s->transaction_start,
			     "a transaction that is never committed: nothing from here on would be "
			     "restored");
	s->in_transaction = false;
}

static void begin(struct pg_sql_statement *s, enum sql_token token)
{
	char shown[64];

	s->start = s->lexer->start;
	s->verb = SQL_VERB_OTHER;
	s->words = 0;
	s->name = (struct pg_sql_name){ 0 };
	s->name_ended = s->grants = false;
	s->copy = (struct pg_sql_copy){ 0 };
	s->call.name[0] = '\0';
	s->call.index = s->call.values = 0;
	s->call.in_values = false;
	s->role = ROLE_NOT_NEXT;
	s->object[0] = s->previous[0] = '\0';
	insert_statement_begin(&s->insert);
	follow_transaction(s, token);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (word_is(s, token, verbs[i].word)) {
			s->verb = verbs[i].verb;
			return;
		}
	}
	if (!symbol_is(s, token, '(')) /* a query may stand in parentheses */
		findings_add(s->findings, FINDING_BAD_SYNTAX, s->start,
			     "no statement begins with \"%s\"",
			     quote_bytes(s->lexer->text, shown, sizeof(shown)));
}

static void take_name(struct pg_sql_statement *s, enum sql_token token)
{
	if (!s->name_ended)
		s->name_ended = !pg_sql_name_token(&s->name, s->lexer, token);
}

static void report_copy(struct pg_sql_statement *s, enum sql_token token)
{
	if (token == SQL_WORD)
		findings_add(s->findings, FINDING_UNSAFE, s->start,
			     "COPY would run a program on the server");
	else
		findings_add(s->findings, s->copy.to ? FINDING_UNSAFE : FINDING_RISKY, s->start,
			     "COPY would %s a file on the server", s->copy.to ? "write" : "read");
	s->copy.phase = COPY_ELSEWHERE;
}

static void copy_token(struct pg_sql_statement *s, enum sql_token token)
{
	struct pg_sql_copy *c = &s->copy;

	if (c->phase == COPY_OPTIONS) {
		c->options = true;
	} else if (c->phase == COPY_SOURCE) {
		if (word_is(s, token, "stdin") || word_is(s, token, "stdout"))
			c->phase = COPY_OPTIONS;
		else if (word_is(s, token, "program") || token == SQL_STRING)
			report_copy(s, token);
	} else if (c->phase == COPY_NAME) {
		if (word_is(s, token, "from") || word_is(s, token, "to")) {
			c->to = word_is(s, token, "to");
			c->phase = s->lexer->parens ? COPY_NAME : COPY_SOURCE;
		} else if (symbol_is(s, token, '(')) {
			c->columns += !c->listed;
			c->listed = true;
		} else if (c->listed) {
			c->columns += symbol_is(s, token, ',') || word_is(s, token, "oids");
		} else {
			take_name(s, token);
		}
	}
}

/* Its table's data is elsewhere, or as unknown options say. */
static int end_copy(struct pg_sql_statement *s)
{
	struct pg_sql_table *t;

	if (s->copy.to || !*s->name.name)
		return 0;
	s->rows_follow = s->copy.phase == COPY_OPTIONS;
	if (s->rows_follow)
		return 0;
	t = pg_sql_facts_table(s->facts, &s->name);
	if (t)
		t->unknown = true;
	return t ? 0 : -1;
}

static int end_insert(struct pg_sql_statement *s)
{
	struct pg_sql_table *t;

	if (s->insert.fault != INSERT_FAULT_NONE && s->insert.fault != INSERT_FAULT_QUERY)
		findings_add(s->findings, FINDING_BAD_SYNTAX, s->start, "%s",
			     insert_fault_meaning(s->insert.fault));
	if (!*s->name.name)
		return 0;
	t = pg_sql_facts_table(s->facts, &s->name);
	if (!t)
		return -1;
	t->inserted += s->insert.rows;
	t->unknown |= s->insert.fault != INSERT_FAULT_NONE;
	pg_sql_facts_filled(s->facts, t);
	return 0;
}

static void keep_value(struct pg_sql_statement *s, enum sql_token token)
{
	struct pg_sql_call *c = &s->call;

	if (c->index == PG_SQL_ARGUMENTS || c->values > c->index)
		return;
	if (c->values < c->index + 1 && symbol_is(s, token, '-')) {
		c->negative[c->index] = true;
	} else if (token != SQL_SYMBOL) {
		keep(s->lexer, token, c->value[c->index], sizeof(c->value[0]));
		c->values = c->index + 1;
	}
}

static void next_value(struct pg_sql_statement *s)
{
	struct pg_sql_call *c = &s->call;

	c->index += c->index < PG_SQL_ARGUMENTS;
	if (c->index < PG_SQL_ARGUMENTS)
		c->negative[c->index] = false;
	if (c->index == 1 && strcmp(c->name, "lowrite") == 0) {
		pg_sql_objects_begin_write(s->objects, s->start);
		s->lexer->pieces = true;
	}
}

/* SELECT pg_catalog.f('a', -1, true) */
static void select_token(struct pg_sql_statement *s, enum sql_token token)
{
	struct pg_sql_call *c = &s->call;

	if (token == SQL_PIECE) {
		pg_sql_objects_write(s->objects, s->lexer->text);
	} else if (token == SQL_STRING && s->lexer->pieces) {
		pg_sql_objects_end_write(s->objects, s->start);
		s->lexer->pieces = false;
	} else if (c->in_values) {
		if (!s->lexer->parens)
			c->in_values = false;
		else if (symbol_is(s, token, ',') && s->lexer->parens == 1)
			next_value(s);
		else
			keep_value(s, token);
	} else if (!s->name_ended) {
		take_name(s, token);
		c->in_values = s->name_ended && symbol_is(s, token, '(');
		c->negative[0] = false;
		if (c->in_values && (!*s->name.schema || strcmp(s->name.schema, "pg_catalog") == 0))
			(void)snprintf(c->name, sizeof(c->name), "%.63s", s->name.name);
	}
}

static bool oid_of(const struct pg_sql_call *c, uint32_t *out)
{
	char *end;
	unsigned long long oid = strtoull(c->value[0], &end, 10);

	*out = (uint32_t)oid;
	return c->values && c->value[0][0] >= '0' && c->value[0][0] <= '9' && !*end &&
	       oid <= UINT32_MAX;
}

static int end_setval(struct pg_sql_statement *s)
{
	struct pg_sql_call *c = &s->call;
	const char *text = c->value[0];
	struct pg_sql_name name;
	char value[40], *end;
	bool sound = c->values == 3 && strcmp(c->value[2], "true") == 0;

	sound |= c->values == 3 && strcmp(c->value[2], "false") == 0;
	sound = sound &&
		pg_sql_name_parse(&name, (struct span){ (const uint8_t *)text, strlen(text) });
	if (sound) {
		(void)strtoull(c->value[1], &end, 10);
		sound = end > c->value[1] && !*end && strlen(c->value[1]) < 20;
	}
	if (!sound) {
		findings_add(s->findings, FINDING_BAD_STRUCTURE, s->start,
			     "a statement does not set a sequence's value as pg_dump does");
		return 0;
	}
	(void)snprintf(value, sizeof(value), "%s%.20s,%.5s", c->negative[1] ? "-" : "", c->value[1],
		       c->value[2]);
	return pg_sql_facts_sequence(s->facts, &name, value, s->start);
}

/* As PostgreSQL compares names of encodings: letters and digits alone, small. */
static void plain_encoding(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; *name && n < size - 1; name++) {
		if (isalnum((unsigned char)*name))
			out[n++] = (char)tolower((unsigned char)*name);
	}
	out[n] = '\0';
}

/*
 * psql knows the characters of the client's encoding; the lexer takes bytes. In these
 * encodings the second byte of a character may be a backslash or a quote.
 */
static bool may_hide_quotes(const char *plain)
{
	static const char *const names[] = {
		"sjis", "shiftjis", "shiftjis2004", "mskanji", "win932", "windows932",
		"big5", "win950",   "windows950",   "gbk",     "win936", "windows936",
		"uhc",  "win949",   "windows949",   "gb18030", "johab"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(plain, names[i]) == 0)
			return true;
	}
	return false;
}

static int take_encoding(struct pg_sql_statement *s, const char *value)
{
	char name[40], plain[24];

	plain_encoding(value, plain, sizeof(plain));
	s->utf8 = strcmp(plain, "utf8") == 0 || strcmp(plain, "unicode") == 0;
	if (may_hide_quotes(plain))
		findings_add(s->findings, FINDING_RISKY, s->start,
			     "text in %s, whose characters may hold backslashes: where strings end "
			     "is not sure, and a psql command may hide in one",
			     quote_text(value, name, sizeof(name)));
	return pg_sql_facts_setting(s->facts, "encoding", value);
}

static int take_setting(struct pg_sql_statement *s, const char *name, const char *value)
{
	static const char *const offs[] = { "off", "false", "no", "0", "f", "n" };
	struct pg_sql_facts *f = s->facts;

	if (strcmp(name, "client_encoding") == 0)
		return take_encoding(s, value);
	if (strcmp(name, "search_path") == 0) {
		(void)snprintf(f->search_path, sizeof(f->search_path), "%.1023s", value);
		return pg_sql_facts_setting(f, "search_path", value);
	}
	if (strcmp(name, "default_tablespace") == 0 && *value)
		return pg_sql_facts_once(f, FACT_TABLESPACE, value);
	if (strcmp(name, "standard_conforming_strings") == 0) {
		s->lexer->escapes = false;
		for (size_t i = 0; i < sizeof(offs) / sizeof(*offs); i++)
			s->lexer->escapes |= strcasecmp(value, offs[i]) == 0;
	}
	return 0;
}

static int end_select(struct pg_sql_statement *s)
{
	struct pg_sql_call *c = &s->call;
	uint32_t oid;

	if (strcmp(c->name, "setval") == 0)
		return end_setval(s);
	if (strcmp(c->name, "set_config") == 0 && c->values >= 2)
		return take_setting(s, c->value[0], c->value[1]);
	if (strcmp(c->name, "lo_create") == 0 && oid_of(c, &oid))
		pg_sql_objects_create(s->objects, oid);
	else if (strcmp(c->name, "lo_open") == 0 && oid_of(c, &oid))
		pg_sql_objects_open(s->objects, oid, s->start);
	else if (strcmp(c->name, "lo_close") == 0)
		pg_sql_objects_close(s->objects, s->start);
	return 0;
}

/* SET [SESSION | LOCAL] name { = | TO } value */
static void set_token(struct pg_sql_statement *s, enum sql_token token)
{
	struct pg_sql_call *c = &s->call;

	if (c->in_values) {
		keep_value(s, token);
	} else if (symbol_is(s, token, '=') || word_is(s, token, "to")) {
		c->in_values = true;
		c->negative[0] = false;
	} else if (word_is(s, token, "names")) { /* SET NAMES 'SJIS' */
		(void)snprintf(c->name, sizeof(c->name), "client_encoding");
		c->in_values = true;
		c->negative[0] = false;
	} else if (token == SQL_WORD) {
		keep(s->lexer, token, c->name, sizeof(c->name));
	}
}

/* Words that a role's name may be in place of, or that come before it. */
static bool is_no_role(const struct pg_sql_statement *s, enum sql_token token)
{
	static const char *const words[] = { "public",       "group",        "role", "current_user",
					     "current_role", "session_user", "all" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (word_is(s, token, words[i]))
			return true;
	}
	return false;
}

static bool ends_roles(const struct pg_sql_statement *s, enum sql_token token)
{
	static const char *const words[] = { "with", "granted", "cascade", "restrict", "using" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (word_is(s, token, words[i]))
			return true;
	}
	return false;
}

static int take_role(struct pg_sql_statement *s, enum sql_token token)
{
	char name[PG_SQL_NAME_SIZE];

	if (ends_roles(s, token)) {
		s->role = ROLE_NOT_NEXT;
		return 0;
	}
	if ((token != SQL_WORD && token != SQL_NAME) || is_no_role(s, token))
		return 0;
	if (s->role == ROLE_NEXT)
		s->role = ROLE_NOT_NEXT;
	return pg_sql_facts_once(s->facts, FACT_ROLE, pg_sql_name_copy(s->lexer, token, name));
}

/* Does this word outside of parentheses come before roles? */
static void expect_role(struct pg_sql_statement *s, enum sql_token token)
{
	bool to = word_is(s, token, "to") || word_is(s, token, "from");
	bool creates_role = strcmp(s->object, "role") == 0 || strcmp(s->object, "user") == 0 ||
			    strcmp(s->object, "group") == 0;

	if (to && (s->verb == SQL_VERB_GRANT || s->grants || strcmp(s->object, "policy") == 0))
		s->role = ROLE_LIST;
	else if ((to && strcmp(s->previous, "owner") == 0) ||
		 (word_is(s, token, "owner") && strcmp(s->object, "tablespace") == 0) ||
		 (creates_role && s->words == 1 && s->verb != SQL_VERB_GRANT) ||
		 (word_is(s, token, "role") && strcmp(s->object, "default") == 0) ||
		 (word_is(s, token, "for") && strcmp(s->previous, "mapping") == 0))
		s->role = ROLE_NEXT;
	s->grants |= strcmp(s->object, "default") == 0 &&
		     (word_is(s, token, "grant") || word_is(s, token, "revoke"));
}

static bool object_is(const struct pg_sql_statement *s, const char *object)
{
	return s->verb == SQL_VERB_CREATE && strcmp(s->object, object) == 0;
}

/* The first name behind CREATE and the kind of object. */
static int created(struct pg_sql_statement *s, enum sql_token token)
{
	char name[PG_SQL_NAME_SIZE];
	enum fact_kind kind = object_is(s, "extension") ? FACT_EXTENSION : FACT_TABLESPACE;

	if (s->words < 2 || s->name_ended || word_is(s, token, "if") || word_is(s, token, "not") ||
	    word_is(s, token, "exists"))
		return 0;
	if (token != SQL_WORD && token != SQL_NAME)
		return 0;
	s->name_ended = true;
	if (object_is(s, "subscription"))
		findings_add(s->findings, FINDING_RISKY, s->start,
			     "a subscription: once enabled, the restored server would dial out to "
			     "its publisher");
	if (!object_is(s, "extension") && !object_is(s, "tablespace"))
		return 0;
	return pg_sql_facts_once(s->facts, kind, pg_sql_name_copy(s->lexer, token, name));
}

/* GRANT, REVOKE, ALTER, CREATE. */
static int definition_token(struct pg_sql_statement *s, enum sql_token token)
{
	if (s->role != ROLE_NOT_NEXT && !s->lexer->parens) {
		if (s->words == 2 && word_is(s, token, "mapping"))
			s->role = ROLE_NOT_NEXT;
		else if (take_role(s, token) < 0)
			return -1;
	} else if (token == SQL_WORD && !s->lexer->parens) {
		if (s->words == 1 && s->verb != SQL_VERB_GRANT)
			keep(s->lexer, token, s->object, sizeof(s->object));
		expect_role(s, token);
		if (word_is(s, token, "valid") && strcmp(s->previous, "not") == 0 &&
		    s->verb == SQL_VERB_ALTER)
			pg_sql_facts_kind(s->facts, "NOT VALID CONSTRAINT");
	}
	if (s->verb == SQL_VERB_CREATE && created(s, token) < 0)
		return -1;
	if (token == SQL_WORD)
		keep(s->lexer, token, s->previous, sizeof(s->previous));
	else
		s->previous[0] = '\0';
	return 0;
}

static int end(struct pg_sql_statement *s)
{
	enum pg_sql_verb verb = s->verb;

	s->lexer->pieces = false;
	s->verb = SQL_VERB_NONE;
	switch (verb) {
	case SQL_VERB_COPY:
		return end_copy(s);
	case SQL_VERB_INSERT:
		return end_insert(s);
	case SQL_VERB_SELECT:
		return end_select(s);
	case SQL_VERB_SET:
		return s->call.values ? take_setting(s, s->call.name, s->call.value[0]) : 0;
	case SQL_VERB_NONE:
	case SQL_VERB_GRANT:
	case SQL_VERB_ALTER:
	case SQL_VERB_CREATE:
	case SQL_VERB_OTHER:
		break;
	}
	return 0;
}

int pg_sql_statement_token(struct pg_sql_statement *s, enum sql_token token)
{
	int rc = 0;

	if (s->verb == SQL_VERB_NONE) {
		if (token != SQL_SEMICOLON)
			begin(s, token);
		return 0;
	}
	s->words++;
	if (s->verb == SQL_VERB_INSERT) {
		insert_statement_token(&s->insert, s->lexer, token);
		if (s->words > 1)
			take_name(s, token);
	}
	if (token == SQL_SEMICOLON)
		return end(s);
	switch (s->verb) {
	case SQL_VERB_COPY:
		copy_token(s, token);
		break;
	case SQL_VERB_SELECT:
		select_token(s, token);
		break;
	case SQL_VERB_SET:
		set_token(s, token);
		break;
	case SQL_VERB_GRANT:
	case SQL_VERB_ALTER:
	case SQL_VERB_CREATE:
		rc = definition_token(s, token);
		break;
	case SQL_VERB_INSERT:
	case SQL_VERB_NONE:
	case SQL_VERB_OTHER:
		break;
	}
	return rc;
}
