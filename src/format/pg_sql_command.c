/* SPDX-License-Identifier: Apache-2.0 */
/* What psql makes of a line: src/fe_utils/psqlscan.l, src/bin/psql/psqlscanslash.l and command.c. */
#include "format/pg_sql_command.h"

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

static bool begins(struct span s, const char *text)
{
	return s.len >= strlen(text) && memcmp(s.ptr, text, strlen(text)) == 0;
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

/* 'it''s' or it_s of a connection string, of which nothing may follow. */
static bool take_dbname(struct span value, struct span *out)
{
	if (value.len >= 2 && value.ptr[0] == '\'' && value.ptr[value.len - 1] == '\'') {
		*out = (struct span){ value.ptr + 1, value.len - 2 };
		return !memchr(out->ptr, '\'', out->len);
	}
	*out = value;
	for (size_t i = 0; i < value.len; i++) {
		if (is_space(value.ptr[i]) || value.ptr[i] == '\'')
			return false;
	}
	return value.len > 0;
}

/*
 * A database's name as psql's \connect has it: bare, "quoted", or, since such a name could
 * be a connection string, -reuse-previous=on "dbname='…'". false: it may lead to
 * another server.
 */
static bool database_of(struct span arguments, struct span *out)
{
	bool reuse = begins(arguments, "-reuse-previous=on "), quoted;

	if (reuse) {
		arguments.ptr += strlen("-reuse-previous=on ");
		arguments.len -= strlen("-reuse-previous=on ");
		arguments = trimmed(arguments);
	}
	quoted = arguments.len >= 2 && arguments.ptr[0] == '"' &&
		 arguments.ptr[arguments.len - 1] == '"';
	if (quoted)
		arguments = (struct span){ arguments.ptr + 1, arguments.len - 2 };
	for (size_t i = 0; i < arguments.len && !quoted; i++) {
		if (is_space(arguments.ptr[i]) || strchr("\"'", arguments.ptr[i]))
			return false;
	}
	if (begins(arguments, "dbname="))
		return take_dbname((struct span){ arguments.ptr + 7, arguments.len - 7 }, out);
	*out = arguments;
	return arguments.len > 0 && !memchr(arguments.ptr, '=', arguments.len) &&
	       !memmem(arguments.ptr, arguments.len, "://", 3);
}

static void connect_to(struct pg_sql_commands *c, struct span arguments, uint64_t offset)
{
	char shown[100];
	struct span name;

	if (c->restricted)
		findings_add(
			c->findings, FINDING_BAD_STRUCTURE, offset,
			"\\connect between \\restrict and \\unrestrict, where psql refuses it");
	if (is_active(arguments) || !database_of(arguments, &name)) {
		findings_add(c->findings, FINDING_UNSAFE, offset,
			     "\\connect would do more than open a database of this server: %s",
			     quote_bytes(arguments, shown, sizeof(shown)));
		return;
	}
	(void)snprintf(c->database, sizeof(c->database), "%.*s", (int)name.len, name.ptr);
	c->connected = true;
}

/* pg_dump writes one before a \connect to a database of an odd name. */
static bool sets_encoding(const struct pg_sql_commands *c, struct span name, struct span arguments)
{
	return !c->restricted && equals(name, "encoding") && equals(arguments, "SQL_ASCII");
}

static void report(struct pg_sql_commands *c, struct span name, struct span arguments,
		   uint64_t offset)
{
	bool mild = false;
	char shown[64];

	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		mild |= equals(name, harmless[i]);
	mild &= !is_active(arguments) && !c->restricted;
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
	} else if (in_statement) {
		report(c, name, line, offset);
	} else if (equals(name, "restrict")) {
		restrict_to(c, line, offset);
	} else if (equals(name, "unrestrict")) {
		unrestrict(c, line, offset);
	} else if (equals(name, "connect") || equals(name, "c")) {
		connect_to(c, line, offset);
	} else if (!sets_encoding(c, name, line)) {
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
