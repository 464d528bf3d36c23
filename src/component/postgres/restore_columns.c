/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table that inherits has its parent's columns first when it is created, and those that the
 * parent got later last: pg_dump's CREATE TABLE puts them first, and so restores its columns in
 * another order. Rows are read back in the order in which the backup has them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "component/postgres/restore.h"
#include "component/postgres/snapshot.h"
#include "format/postgres/pg_objects.h"

enum { BLOCK = 64 * 1024 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for columns of what was restored");
}

/* Behind the identifier at `p`. */
static const char *skip_identifier(const char *p)
{
	if (*p != '"')
		return p + strcspn(p, "., ()\"");
	for (p++; *p; p++) {
		if (*p == '"' && *++p != '"')
			return p;
	}
	return p;
}

static char *unquote(struct arena *a, const char *from, const char *end)
{
	char *out = arena_strndup(a, from, (size_t)(end - from)), *to = out;

	if (!out || *out != '"')
		return out;
	for (const char *p = out + 1; *p; p++) {
		if (*p == '"' && p[1] != '"')
			continue;
		p += *p == '"';
		*to++ = *p;
	}
	*to = '\0';
	return out;
}

/* `(a, "b c")…`, unquoted; no names when it is no such list. -1: no memory. */
static int parse_names(struct arena *a, const char *list, struct string_list *out)
{
	size_t most = 1;

	*out = (struct string_list){ 0 };
	for (const char *p = list; *p; p++)
		most += *p == ',';
	out->item = arena_alloc(a, most * sizeof(*out->item));
	if (!out->item)
		return -1;
	for (const char *p = list; (*p == '(' && !out->count) || *p == ',';) {
		const char *from = p + 1 + (*p == ','), *end = skip_identifier(from);

		out->item[out->count] = unquote(a, from, end);
		if (!out->item[out->count++])
			return -1;
		p = end;
		if (*p == ')')
			return 0;
	}
	out->count = 0;
	return 0;
}

/* COPY schema.table (a, "b c") FROM stdin; */
static const char *columns_of_copy(const char *statement)
{
	const char *p = statement;

	if (strncmp(p, "COPY ", 5) != 0)
		return "";
	p = skip_identifier(p + 5);
	if (*p == '.')
		p = skip_identifier(p + 1);
	return *p == ' ' ? p + 1 : "";
}

static bool has_name(const struct string_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], name) == 0)
			return true;
	}
	return false;
}

static bool are_same(const struct string_list *a, const struct string_list *b)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!has_name(b, a->item[i]))
			return false;
	}
	return a->count && a->count == b->count;
}

/* NULL: no memory. */
static const char *quote_names(struct arena *a, PGconn *session, const struct string_list *names)
{
	CLEANUP(buf_release)
	struct buf list = { 0 };
	int rc = 0;

	for (size_t i = 0; i < names->count; i++) {
		char *quoted = PQescapeIdentifier(session, names->item[i], strlen(names->item[i]));

		rc |= quoted ? buf_printf(&list, "%s%s", i ? ", " : "(", quoted) : -1;
		PQfreemem(quoted);
	}
	return rc < 0 || buf_puts(&list, ")") < 0 ? NULL : arena_strdup(a, list.ptr);
}

static int reorder(PGconn *session, const struct pg_objects *copies, struct dumped_tables *tables,
		   struct dumped_table *t, struct error *err)
{
	struct arena *a = &tables->arena;
	struct string_list want, have;

	for (size_t i = 0; i < copies->count; i++) {
		const struct pg_object *c = &copies->item[i];

		if (strcmp(c->tag, t->name) != 0 || strcmp(c->schema, t->schema) != 0)
			continue;
		if (parse_names(a, columns_of_copy(c->definition), &want) < 0 ||
		    parse_names(a, t->columns, &have) < 0)
			return no_memory(err);
		if (!are_same(&want, &have))
			return 0;
		t->columns = quote_names(a, session, &want);
		return t->columns ? 0 : no_memory(err);
	}
	return 0;
}

/* What is not read of it leaves its tables as they are. */
static int read_copies(const struct restore_part *p, struct pg_objects *out, struct error *err)
{
	CLEANUP(cleanup_pg_objects_reader)
	struct pg_objects_reader *reader =
		pg_objects_reader_new(out, p->format == FORMAT_PG_TAR, err);
	CLEANUP(cleanup_close)
	int fd = open(p->path, O_RDONLY | O_CLOEXEC);
	enum pg_objects_result result = PG_OBJECTS_MORE;
	uint8_t block[BLOCK];

	if (!reader)
		return -1;
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", p->path);
	pg_objects_reader_wants_copies(reader);
	while (result == PG_OBJECTS_MORE) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "read %s", p->path);
		if (n == 0)
			return 0;
		if (pg_objects_push(reader, (struct span){ block, (size_t)n }, &result, err) < 0)
			return -1;
	}
	return 0;
}

static struct dumped_table *table_of(struct dumped_tables *t, const char *oid)
{
	unsigned long wanted = strtoul(oid, NULL, 10);

	for (size_t i = 0; i < t->count; i++) {
		if (t->item[i].oid == wanted)
			return &t->item[i];
	}
	return NULL;
}

int postgres_restore_order_columns(const struct restore_part *p, PGconn *session,
				   struct dumped_tables *tables, struct error *err)
{
	CLEANUP(pg_objects_release)
	struct pg_objects copies = { 0 };
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(session,
				       "SELECT DISTINCT i.inhrelid FROM pg_catalog.pg_inherits i"
				       " JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
				       " WHERE c.relkind = 'r' AND NOT c.relispartition",
				       err);

	if (!rows)
		return -1;
	if (!PQntuples(rows) || (p->format != FORMAT_PG_ARCHIVE && p->format != FORMAT_PG_TAR))
		return 0;
	if (read_copies(p, &copies, err) < 0)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		struct dumped_table *t = table_of(tables, PQgetvalue(rows, i, 0));

		if (t && reorder(session, &copies, tables, t, err) < 0)
			return -1;
	}
	return 0;
}
