/* SPDX-License-Identifier: Apache-2.0 */
/* What psql makes of a line: src/fe_utils/psqlscan.l, src/bin/psql/psqlscanslash.l and command.c. */
#include "format/postgres/pg_sql_command.h"

#include <stdio.h>
#include <string.h>

#include "model/quote.h"

/* They change what psql shows or how it reads, and run nothing. */
static const char *const harmless[] = { "a", "C",          "conninfo", "echo",  "encoding", "f",
					"H", "errverbose", "pset",     "qecho", "set",      "t",
					"T", "timing",     "unset",    "warn",  "x" };

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span trimmed(struct span s)
{
	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* The command's name, taken off the front of its line. */
static struct span take_name(struct span *line)
{
	struct span name = { line->ptr, 0 };

	while (name.len < line->len && !is_space(line->ptr[name.len]) &&
	       line->ptr[name.len] != '\\')
		name.len++;
	line->ptr += name.len;
	line->len -= name.len;
	*line = trimmed(*line);
	return name;
}

static bool equals(struct span s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

static bool is_key(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return false;
	}
	return s.len > 0;
}

static void restrict_to(struct pg_sql_commands *c, struct span key, uint64_t offset)
{
	if (!is_key(key) || key.len >= sizeof(c->key)) {
		findings_add(c->findings, FINDING_BAD_STRUCTURE, offset,
			     "\\restrict has no key of letters and digits");
		return;
	}
	if (c->restricted)
		findings_add(c->findings, FINDING_BAD_STRUCTURE, offset,
			     "\\restrict again, before the \\unrestrict of the one at %llu",
			     (unsigned long long)c->restricted_at);
	memcpy(c->key, key.ptr, key.len);
	c->key[key.len] = '\0';
	c->restricted = true;
	c->restricted_at = offset;
}

static void unrestrict(struct pg_sql_commands *c, struct span key, uint64_t offset)
{
	if (!c->restricted)
		findings_add(c->findings, FINDING_BAD_STRUCTURE, offset,
			     "\\unrestrict where nothing is restricted");
	else if (!equals(key, c->key))
		findings_add(c->findings, FINDING_BAD_STRUCTURE, offset,
			     "the key of \\unrestrict is not that of the \\restrict at %llu",
			     (unsigned long long)c->restricted_at);
	c->restricted = false;
}

/* What psql would expand or take as another command. */
static bool is_active(struct span arguments)
{
	for (size_t i = 0; i < arguments.len; i++) {
		if (strchr("`\\:", arguments.ptr[i]))
			return true;
	}
	return false;
}

/* One word in which psql finds nothing to expand or to take off. */
static bool is_plain(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (is_space(word.ptr[i]) || strchr("\"'", word.ptr[i]))
			return false;
	}
	return !is_active(word);
}

/* Long enough for a name of 63 bytes in a connection string. */
struct dbname {
	char text[160];
	size_t len;
};

static bool put(struct dbname *n, uint8_t c)
{
	if (n->len == sizeof(n->text))
		return false;
	n->text[n->len++] = (char)c;
	return true;
}

/* One "quoted ""word""" to its end, in which psql expands nothing. */
static bool unquote(struct span word, struct dbname *out)
{
	if (word.len < 2 || word.ptr[0] != '"' || word.ptr[word.len - 1] != '"')
		return false;
	for (size_t i = 1; i < word.len - 1; i++) {
		if (word.ptr[i] == '"' && (++i == word.len - 1 || word.ptr[i] != '"'))
			return false;
		if (!put(out, word.ptr[i]))
			return false;
	}
	return true;
}

/* 'it\'s' or it\'s of a connection string, of which nothing may follow. */
static bool take_dbname(struct span value, struct dbname *out)
{
	bool quoted = value.len >= 2 && value.ptr[0] == '\'' && value.ptr[value.len - 1] == '\'';

	if (quoted)
		value = (struct span){ value.ptr + 1, value.len - 2 };
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\'' || (!quoted && is_space(value.ptr[i])))
			return false;
		if (value.ptr[i] == '\\' && ++i == value.len)
			return false;
		if (!put(out, value.ptr[i]))
			return false;
	}
	return out->len > 0;
}

/*
 * A database's name as psql's \connect has it: bare, "quoted", or, since such a name could
 * be a connection string, -reuse-previous=on "dbname='…'". false: it may lead to
 * another server.
 */
static bool database_of(struct span arguments, struct dbname *out)
{
	struct dbname word = { .len = 0 };
	struct span name;

	if (span_begins(arguments, "-reuse-previous=on ")) {
		arguments.ptr += strlen("-reuse-previous=on ");
		arguments.len -= strlen("-reuse-previous=on ");
		arguments = trimmed(arguments);
	}
	name = arguments;
	if (unquote(arguments, &word))
		name = (struct span){ (const uint8_t *)word.text, word.len };
	else if (!is_plain(arguments))
		return false;
	if (span_begins(name, "dbname="))
		return take_dbname((struct span){ name.ptr + 7, name.len - 7 }, out);
	for (size_t i = 0; i < name.len; i++) {
		if (!put(out, name.ptr[i]))
			return false;
	}
	return name.len > 0 && !memchr(name.ptr, '=', name.len) &&
	       !memmem(name.ptr, name.len, "://", 3);
}

static void connect_to(struct pg_sql_commands *c, struct span arguments, uint64_t offset)
{
	struct dbname name = { .len = 0 };
	char shown[100];

	if (c->restricted)
		findings_add(
			c->findings, FINDING_BAD_STRUCTURE, offset,
			"\\connect between \\restrict and \\unrestrict, where psql refuses it");
	if (!database_of(arguments, &name)) {
		findings_add(c->findings, FINDING_UNSAFE, offset,
			     "\\connect would do more than open a database of this server: %s",
			     quote_bytes(arguments, shown, sizeof(shown)));
		return;
	}
	(void)snprintf(c->database, sizeof(c->database), "%.*s", (int)name.len, name.text);
	c->connected = true;
}

/* pg_dump writes one before a \connect to a database of an odd name. */
static bool sets_encoding(const struct pg_sql_commands *c, struct span name, struct span arguments)
{
	return !c->restricted && equals(name, "encoding") && equals(arguments, "SQL_ASCII");
}

/* Without AUTOCOMMIT nothing is restored that the text itself does not commit; \unset is off. */
static bool sets_autocommit(struct span name, struct span arguments)
{
	if (!equals(name, "set") && !equals(name, "unset"))
		return false;
	return memchr(arguments.ptr, '\'', arguments.len) ||
	       memchr(arguments.ptr, '"', arguments.len) ||
	       memmem(arguments.ptr, arguments.len, "AUTOCOMMIT", 10);
}

static void report(struct pg_sql_commands *c, struct span name, struct span arguments,
		   uint64_t offset)
{
	bool mild = false;
	char shown[64];

	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		mild |= equals(name, harmless[i]);
	mild &= !is_active(arguments) && !sets_autocommit(name, arguments) && !c->restricted;
	findings_add(c->findings, mild ? FINDING_RISKY : FINDING_UNSAFE, offset,
		     "psql would run its command \\%s, which pg_dump does not write%s",
		     quote_bytes(name, shown, sizeof(shown)),
		     name.len > 48 ? "" :
		     c->restricted ? "; psql with \\restrict refuses it" :
				     "");
}

void pg_sql_command(struct pg_sql_commands *c, struct span line, uint64_t offset, bool in_statement)
{
	struct span name = take_name(&line);

	if (equals(name, ".")) {
		findings_add(c->findings, FINDING_BAD_STRUCTURE, offset,
			     "the end of rows, \\., where no rows are");
	} else if (!in_statement && equals(name, "restrict")) {
		restrict_to(c, line, offset);
	} else if (!in_statement && equals(name, "unrestrict")) {
		unrestrict(c, line, offset);
	} else if (!in_statement && (equals(name, "connect") || equals(name, "c"))) {
		connect_to(c, line, offset);
	} else if (in_statement || !sets_encoding(c, name, line)) {
		report(c, name, line, offset);
	}
}

bool pg_sql_commands_end(struct pg_sql_commands *c, uint64_t offset)
{
	if (c->restricted)
		findings_add(c->findings, FINDING_TRUNCATED, offset,
			     "the \\unrestrict of the \\restrict at %llu is missing",
			     (unsigned long long)c->restricted_at);
	return !c->restricted;
}
