/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_sql_title.h"

#include <string.h>

static const char *const titles[] = {
	[PG_SQL_DATABASE] = " PostgreSQL database dump",
	[PG_SQL_CLUSTER] = " PostgreSQL database cluster dump",
};
enum { KINDS = sizeof(titles) / sizeof(titles[0]) };

bool pg_sql_title_matches(struct span head)
{
	if (span_begins(head, "\xef\xbb\xbf"))
		head = span_behind(head, 3);
	while (head.len) {
		const uint8_t *newline = memchr(head.ptr, '\n', head.len);
		size_t len = newline ? (size_t)(newline - head.ptr) : head.len;
		struct span line = { head.ptr, len };

		if (span_begins(line, "--")) {
			for (size_t i = PG_SQL_DATABASE; i < KINDS; i++) {
				if (span_begins(span_behind(line, 2), titles[i]))
					return true;
			}
		} else if (len && !(len == 1 && line.ptr[0] == '\r')) {
			return false;
		}
		head = span_behind(head, newline ? len + 1 : len);
	}
	return false;
}

static void report(struct pg_sql_title *t, enum finding_code code, uint64_t offset,
		   const char *message)
{
	findings_add(t->findings, code, offset, "%s", message);
}

static void end_inner(struct pg_sql_title *t, uint64_t offset)
{
	if (!t->inner)
		return;
	report(t, FINDING_TRUNCATED, offset,
	       "the dump of the database before lacks its end marker");
	t->inner = false;
	t->torn = true;
}

static void begin(struct pg_sql_title *t, enum pg_sql_kind kind)
{
	t->kind = kind;
	t->data = kind == PG_SQL_DATABASE;
	t->ended = t->ending = false;
}

static void take_begin(struct pg_sql_title *t, enum pg_sql_kind kind, uint64_t offset)
{
	bool of_cluster = t->kind == PG_SQL_CLUSTER && kind == PG_SQL_DATABASE;
	/* `cat globals.sql database.sql` restores, too */
	bool behind_globals = of_cluster && t->ended && !t->data;

	if (t->kind == PG_SQL_NO_KIND || behind_globals) {
		begin(t, kind);
	} else if (of_cluster && !t->ended) {
		end_inner(t, offset);
		t->inner = t->data = true;
	} else if (!t->ended) {
		report(t, FINDING_BAD_STRUCTURE, offset,
		       "another dump begins before this one has ended");
	}
}

static void take_end(struct pg_sql_title *t, enum pg_sql_kind kind, uint64_t offset)
{
	if (kind == t->kind) {
		end_inner(t, offset);
		t->ending = true;
	} else if (t->kind == PG_SQL_CLUSTER && t->inner) {
		t->inner = false;
	} else {
		report(t, FINDING_BAD_STRUCTURE, offset,
		       "the end marker of a dump that did not begin");
	}
}

bool pg_sql_title_take(struct pg_sql_title *t, struct span text, uint64_t offset)
{
	static const char complete[] = " complete";

	t->ended |= t->ending && !text.len;
	for (int i = PG_SQL_DATABASE; i < KINDS; i++) {
		size_t len = strlen(titles[i]);

		if (!span_begins(text, titles[i]))
			continue;
		if (text.len == len)
			take_begin(t, (enum pg_sql_kind)i, offset);
		else if (text.len == len + strlen(complete) &&
			 span_begins(span_behind(text, len), complete))
			take_end(t, (enum pg_sql_kind)i, offset);
		return true;
	}
	return false;
}

void pg_sql_title_follow(struct pg_sql_title *t, uint64_t offset)
{
	if (!t->ended || t->trailing)
		return;
	t->trailing = true;
	report(t, FINDING_TRAILING_DATA, offset,
	       "SQL follows the end marker; nothing but \\unrestrict may");
}

bool pg_sql_title_end(struct pg_sql_title *t, uint64_t size)
{
	if (t->kind == PG_SQL_NO_KIND) {
		report(t, FINDING_BAD_MAGIC, 0, "it does not begin as a PostgreSQL dump does");
		return false;
	}
	if (!t->ended)
		findings_add(t->findings, FINDING_TRUNCATED, size,
			     "the end marker \"--%s complete\" is missing", titles[t->kind]);
	return t->ended && !t->torn;
}
