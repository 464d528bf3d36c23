/* SPDX-License-Identifier: Apache-2.0 */
/* The comments are those of _printTocEntry() in pg_backup_archiver.c, their spaces those of sanitize_line(). */
#include "format/postgres/pg_sql_name.h"

#include <string.h>

static void copy_cut(char *out, size_t size, struct span text)
{
	size_t n = text.len < size ? text.len : size - 1;

	if (n)
		memcpy(out, text.ptr, n);
	out[n] = '\0';
}

static void fold(char *name)
{
	for (; *name; name++) {
		if (*name >= 'A' && *name <= 'Z')
			*name = (char)(*name - 'A' + 'a');
	}
}

char *pg_sql_name_copy(const struct sql_lexer *l, enum sql_token token, char out[PG_SQL_NAME_SIZE])
{
	copy_cut(out, PG_SQL_NAME_SIZE, l->text);
	if (token == SQL_WORD)
		fold(out);
	return out;
}

bool pg_sql_name_token(struct pg_sql_name *n, const struct sql_lexer *l, enum sql_token token)
{
	if (token == SQL_SYMBOL && l->text.ptr[0] == '.' && *n->name && !n->dotted) {
		memcpy(n->schema, n->name, sizeof(n->schema));
		n->dotted = true;
		return true;
	}
	if ((token != SQL_WORD && token != SQL_NAME) || (*n->name && !n->dotted))
		return false;
	(void)pg_sql_name_copy(l, token, n->name);
	n->dotted = false;
	return true;
}

/* One part from the front of `text`. */
static bool parse_part(struct span *text, char out[PG_SQL_NAME_SIZE])
{
	bool quoted = text->len && text->ptr[0] == '"';
	size_t used = 0, at = quoted;

	for (; at < text->len; at++) {
		uint8_t c = text->ptr[at];

		if (quoted && c == '"' && (at + 1 == text->len || text->ptr[at + 1] != '"'))
			break;
		if (!quoted && c == '.')
			break;
		at += quoted && c == '"';
		if (used < PG_SQL_NAME_SIZE - 1)
			out[used++] = (char)c;
	}
	out[used] = '\0';
	if (quoted && at++ == text->len)
		return false;
	if (!quoted)
		fold(out);
	text->ptr += at;
	text->len -= at;
	return used > 0;
}

bool pg_sql_name_parse(struct pg_sql_name *n, struct span text)
{
	*n = (struct pg_sql_name){ 0 };
	if (!parse_part(&text, n->name))
		return false;
	if (!text.len)
		return true;
	if (text.ptr[0] != '.')
		return false;
	text.ptr++;
	text.len--;
	memcpy(n->schema, n->name, sizeof(n->schema));
	return parse_part(&text, n->name) && !text.len;
}

/* Takes what follows the last `label` off `text` and copies it; "-" is "". */
static bool take_field(struct span *text, const char *label, char *out, size_t size)
{
	size_t len = strlen(label);

	for (size_t at = text->len; at >= len; at--) {
		const uint8_t *hit = text->ptr + at - len;
		struct span value = { hit + len, text->len - at };

		if (memcmp(hit, label, len) != 0)
			continue;
		if (value.len == 1 && value.ptr[0] == '-')
			value.len = 0;
		copy_cut(out, size, value);
		text->len = at - len;
		return true;
	}
	return false;
}

static bool take_prefix(struct span *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->ptr, prefix, len) != 0)
		return false;
	text->ptr += len;
	text->len -= len;
	return true;
}

bool pg_sql_entry_parse(struct pg_sql_entry *e, struct span comment)
{
	if (!take_prefix(&comment, " Name: ") && !take_prefix(&comment, " Data for Name: ") &&
	    !take_prefix(&comment, " Statistics for Name: "))
		return false;
	*e = (struct pg_sql_entry){ 0 };
	(void)take_field(&comment, "; Tablespace: ", e->tablespace, sizeof(e->tablespace));
	if (!take_field(&comment, "; Owner: ", e->owner, sizeof(e->owner)) ||
	    !take_field(&comment, "; Schema: ", e->schema, sizeof(e->schema)) ||
	    !take_field(&comment, "; Type: ", e->kind, sizeof(e->kind)))
		return false;
	copy_cut(e->name, sizeof(e->name), comment);
	return true;
}

bool pg_sql_entry_names(const char *written, const char *name)
{
	for (; *written && *name; written++, name++) {
		char c = *name == '\n' || *name == '\r' ? ' ' : *name;

		if (c != *written)
			return false;
	}
	return *written == *name;
}
