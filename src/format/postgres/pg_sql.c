/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink that reads plain SQL: titles and end markers, statements, psql's commands,
 * and the rows between COPY and its end marker, which go straight to the row
 * counter. The texts are those of pg_backup_archiver.c (RestoreArchive) and
 * pg_dumpall.c. A dump of a whole cluster holds whole dumps of its databases.
 */
#include "format/postgres/pg_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "format/postgres/copy_text.h"
#include "format/postgres/pg_sql_command.h"
#include "format/postgres/pg_sql_statement.h"
#include "format/postgres/pg_sql_title.h"
#include "model/quote.h"

/* A block of rows. */
struct rows {
	struct copy_text text;
	struct row_hash *hash; /* owned */
	size_t table;          /* index */
	uint64_t start;
	bool listed, plain; /* COPY named its columns; had no options */
	bool pending_cr;    /* the last byte was one */
	bool bare_cr;       /* a carriage return that is not before a newline */
	uint64_t windows_ends;
	bool nul;
};

struct pg_sql {
	struct stage stage;
	struct reading *out;
	enum { AT_BOM, IN_SQL, BEFORE_ROWS, IN_ROWS, LOST } phase;
	size_t bom; /* bytes of the byte order mark that came */
	struct sql_lexer lexer;
	struct pg_sql_statement statement;
	struct pg_sql_facts facts;
	struct pg_sql_objects objects;
	struct pg_sql_commands commands;
	struct rows rows;
	struct pg_sql_title title;
	uint64_t nul;          /* offset of the first zero byte outside of rows, plus 1 */
	struct utf8_text utf8; /* of the text outside of rows, while it shall be */
	bool not_utf8;         /* told once */
};

static struct pg_sql *sql_of(struct stage *s)
{
	return (struct pg_sql *)(void *)s;
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read SQL");
}

static void report(struct pg_sql *p, enum finding_code code, uint64_t offset, const char *message)
{
	findings_add(&p->out->findings, code, offset, "%s", message);
}

/* "-- Started on 2026-11-22 22:34:18 UTC" of --verbose */
static void take_time(struct pg_sql *p, const char *text)
{
	struct tm tm = { 0 };
	char zone[16] = "";
	int n = sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d %15s", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		       &tm.tm_hour, &tm.tm_min, &tm.tm_sec, zone);

	if (n < 6 || tm.tm_year < 1970 || tm.tm_year > 2261 || p->out->content_time_ns)
		return;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	p->out->content_time_ns = (int64_t)timegm(&tm) * NS_PER_SECOND;
	p->out->local_time = strcmp(zone, "UTC") != 0 && strcmp(zone, "GMT") != 0;
}

static int take_remark(struct pg_sql *p, struct span text)
{
	static const struct {
		const char *label, *setting;
	} versions[] = { { " Dumped from database version ", "server_version" },
			 { " Dumped by pg_dump version ", "dump_version" } };
	char value[PG_SQL_NAME_SIZE];

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		size_t len = strlen(versions[i].label);

		if (!span_begins(text, versions[i].label))
			continue;
		(void)snprintf(value, sizeof(value), "%.*s",
			       (int)(text.len - len < 1000 ? text.len - len : 1000),
			       (const char *)text.ptr + len);
		return pg_sql_facts_setting(&p->facts, versions[i].setting, value);
	}
	if (span_begins(text, " Started on ")) {
		(void)snprintf(value, sizeof(value), "%.40s", (const char *)text.ptr + 12);
		value[text.len - 12 < 40 ? text.len - 12 : 40] = '\0';
		take_time(p, value);
	}
	return 0;
}

static int take_comment(struct pg_sql *p)
{
	struct span text = p->lexer.text;
	struct pg_sql_entry entry;

	if (p->lexer.in_statement)
		return 0;
	if (pg_sql_title_take(&p->title, text, p->lexer.start)) {
		p->facts.cluster = p->title.kind == PG_SQL_CLUSTER;
		return 0;
	}
	if (pg_sql_entry_parse(&entry, text))
		return pg_sql_facts_entry(&p->facts, &entry);
	return take_remark(p, text);
}

static int take_command(struct pg_sql *p)
{
	if (p->lexer.in_statement || !span_begins(p->lexer.text, "unrestrict"))
		pg_sql_title_follow(&p->title, p->lexer.start);
	pg_sql_command(&p->commands, p->lexer.text, p->lexer.start, p->lexer.in_statement);
	if (!p->commands.connected)
		return 0;
	p->commands.connected = false;
	pg_sql_statement_session_ends(&p->statement);
	memcpy(p->facts.database, p->commands.database, sizeof(p->facts.database));
	p->facts.search_path[0] = '\0';
	p->lexer.escapes = false;
	p->statement.utf8 = false;
	p->facts.entry = (struct pg_sql_entry){ 0 };
	if (p->facts.cluster)
		return 0;
	return pg_sql_facts_setting(&p->facts, "database", p->commands.database);
}

/* The statement COPY … FROM stdin has ended: its rows begin in the next line. */
static int expect_rows(struct pg_sql *p)
{
	const struct pg_sql_copy *c = &p->statement.copy;
	struct pg_sql_table *t = pg_sql_facts_table(&p->facts, &p->statement.name);

	p->statement.rows_follow = false;
	if (!t)
		return -1;
	p->rows = (struct rows){ .hash = p->rows.hash,
				 .table = (size_t)(t - p->facts.table),
				 .start = p->statement.start,
				 .listed = c->listed,
				 .plain = !c->options };
	copy_text_begin(&p->rows.text, c->columns, p->rows.hash);
	p->phase = BEFORE_ROWS;
	return 0;
}

static int take_token(struct pg_sql *p, enum sql_token token)
{
	if (token == SQL_COMMENT)
		return take_comment(p);
	if (token == SQL_COMMAND)
		return take_command(p);
	pg_sql_title_follow(&p->title, p->lexer.start);
	if (token == SQL_BAD) {
		p->phase = LOST;
		report(p, FINDING_BAD_SYNTAX, p->lexer.start, "a dollar quote has too long a tag");
		return 0;
	}
	if (pg_sql_statement_token(&p->statement, token) < 0)
		return -1;
	return p->statement.rows_follow ? expect_rows(p) : 0;
}

static void look_for_nul(struct pg_sql *p, struct span text)
{
	const uint8_t *nul = p->nul || !text.len ? NULL : memchr(text.ptr, 0, text.len);

	if (nul)
		p->nul = p->lexer.offset - (uint64_t)(text.ptr + text.len - nul) + 1;
}

/* Text that shall be in `encoding` UTF8 from here on, or needs not; p->lexer.offset is behind it. */
static void check_encoding(struct pg_sql *p, struct span text, bool utf8)
{
	uint64_t offset = p->lexer.offset - text.len;

	if (!utf8) {
		p->utf8 = (struct utf8_text){ 0 };
		return;
	}
	p->utf8.taken = offset;
	utf8_text_push(&p->utf8, text);
	if (!p->utf8.run.bad || p->not_utf8)
		return;
	p->not_utf8 = true;
	report(p, FINDING_BAD_ENCODING, p->utf8.bad_at,
	       "text that is not valid UTF-8, which it is said to be");
}

static int push_sql(struct pg_sql *p, struct span *in)
{
	struct span taken = *in;
	int rc = 0;

	while (in->len && p->phase == IN_SQL && rc == 0) {
		const uint8_t *start = in->ptr;
		bool utf8 = p->statement.utf8;
		enum sql_token token = sql_lexer_next(&p->lexer, in);

		check_encoding(p, (struct span){ start, (size_t)(in->ptr - start) }, utf8);
		if (p->lexer.doubtful) /* SET may fail or be undone; pg_dump doubles quotes */
			report(p, FINDING_UNSAFE, p->lexer.start,
			       "whether \\' ends this string, psql decides by a setting");
		p->lexer.doubtful = false;
		if (token != SQL_MORE)
			rc = take_token(p, token);
	}
	taken.len -= in->len;
	look_for_nul(p, taken);
	return rc;
}

static void consume(struct pg_sql *p, struct span *in, size_t n)
{
	*in = span_behind(*in, n);
	p->lexer.offset += n;
}

/* psql reads the rows from the next line, whatever else stands on this one. */
static void push_before_rows(struct pg_sql *p, struct span *in)
{
	while (in->len && p->phase == BEFORE_ROWS) {
		uint8_t c = in->ptr[0];

		if (c == '\n')
			p->phase = IN_ROWS;
		else if (c != ' ' && c != '\t' && c != '\r' && !p->rows.bare_cr) {
			p->rows.bare_cr = true; /* told once; set back below */
			report(p, FINDING_BAD_SYNTAX, p->lexer.offset,
			       "text follows a COPY statement on its line");
		}
		consume(p, in, 1);
	}
	if (p->phase == IN_ROWS)
		p->rows.bare_cr = false;
}

/*
 * Without a list of columns the table has none, as pg_dump writes it, or their number
 * is unknown: then a row that is not empty is no fault, unless empty ones came first.
 */
static bool is_faulty(const struct rows *r)
{
	if (!r->plain || !r->text.faults)
		return false;
	return r->listed || r->text.fault != COPY_FAULT_COLUMNS || r->text.fault_row > 1;
}

static const char *table_label(const struct pg_sql *p, char out[96])
{
	const struct pg_sql_table *t = &p->facts.table[p->rows.table];
	char schema[36], name[52];

	(void)quote_text(t->schema, schema, sizeof(schema));
	(void)quote_text(t->name, name, sizeof(name));
	(void)snprintf(out, 96, "table %s%s%s", schema, *schema ? "." : "", name);
	return out;
}

static void end_rows(struct pg_sql *p)
{
	struct pg_sql_table *t = &p->facts.table[p->rows.table];
	struct copy_text *c = &p->rows.text;
	bool mixed = p->rows.windows_ends && p->rows.windows_ends < c->sum.count;
	char label[96];

	p->phase = IN_SQL;
	if (p->statement.utf8)
		copy_text_in_utf8(c);
	if (is_faulty(&p->rows))
		findings_add(&p->out->findings, FINDING_BAD_ROW, p->rows.start,
			     "%s, row %" PRIu64 ": %s (wrong rows: %" PRIu64 ")",
			     table_label(p, label), c->fault_row, copy_fault_meaning(c->fault),
			     c->faults);
	if (p->rows.plain && mixed)
		findings_add(&p->out->findings, FINDING_BAD_ROW, p->rows.start,
			     "%s: a carriage return that is neither escaped nor ends every line",
			     table_label(p, label));
	if (!p->rows.plain || is_faulty(&p->rows) || mixed)
		t->unknown = true;
	else
		row_sum_merge(&t->rows, &c->sum);
	pg_sql_facts_filled(&p->facts, t);
}

/* Rows up to `n` bytes that hold no carriage return that matters. */
static void take_rows(struct pg_sql *p, struct span *in, size_t n)
{
	size_t used = copy_text_rows(&p->rows.text, (struct span){ in->ptr, n });

	consume(p, in, used);
	if (p->rows.text.ended)
		end_rows(p);
}

/* The byte behind a carriage return. */
static void end_pending_cr(struct pg_sql *p, uint8_t next)
{
	static const uint8_t cr[] = { '\r' };

	p->rows.pending_cr = false;
	if (next == '\n') {
		p->rows.windows_ends++;
		return;
	}
	(void)copy_text_rows(&p->rows.text, (struct span){ cr, 1 });
}

/*
 * `cr` is the first carriage return of the block that has not been met, or NULL: it is
 * looked for once per byte, not once per block of rows.
 */
static void push_rows(struct pg_sql *p, struct span *in, const uint8_t **cr)
{
	while (in->len && p->phase == IN_ROWS) {
		if (p->rows.pending_cr)
			end_pending_cr(p, in->ptr[0]);
		if (*cr && *cr < in->ptr)
			*cr = memchr(in->ptr, '\r', in->len);
		if (!*cr) {
			take_rows(p, in, in->len);
		} else if (*cr > in->ptr) {
			take_rows(p, in, (size_t)(*cr - in->ptr));
		} else {
			p->rows.pending_cr = true;
			consume(p, in, 1);
		}
	}
}

static void push_bom(struct pg_sql *p, struct span *in)
{
	static const uint8_t bom[] = { 0xef, 0xbb, 0xbf };

	while (in->len && p->bom < sizeof(bom) && in->ptr[0] == bom[p->bom]) {
		p->bom++;
		consume(p, in, 1);
	}
	if (p->bom == sizeof(bom) || in->len)
		p->phase = IN_SQL;
}

static int pg_sql_push(struct stage *s, struct span block, struct error *err)
{
	struct pg_sql *p = sql_of(s);
	const uint8_t *cr = block.len ? memchr(block.ptr, '\r', block.len) : NULL;
	int rc = 0;

	while (block.len && rc == 0) {
		switch (p->phase) {
		case AT_BOM:
			push_bom(p, &block);
			break;
		case IN_SQL:
			rc = push_sql(p, &block);
			break;
		case BEFORE_ROWS:
			push_before_rows(p, &block);
			break;
		case IN_ROWS:
			push_rows(p, &block, &cr);
			break;
		case LOST:
			return 0;
		}
	}
	return rc < 0 ? no_memory(err) : 0;
}

/* The text has ended: within what? */
static bool check_rest(struct pg_sql *p, uint64_t size)
{
	char label[96];

	if (p->phase == BEFORE_ROWS || p->phase == IN_ROWS) {
		p->facts.table[p->rows.table].unknown = true;
		findings_add(&p->out->findings, FINDING_TRUNCATED, size,
			     "the dump ends within the rows of %s", table_label(p, label));
		return false;
	}
	if (p->phase == LOST)
		return false;
	if (!sql_lexer_at_rest(&p->lexer)) {
		findings_add(&p->out->findings, FINDING_TRUNCATED, size,
			     "the dump ends within %s that begins at byte %" PRIu64,
			     p->lexer.in_statement ? "a statement" : "a comment",
			     p->lexer.in_statement ? p->statement.start : p->lexer.start);
		return false;
	}
	return pg_sql_title_end(&p->title, size);
}

static int add_objects(struct pg_sql *p, bool known)
{
	struct fact *fact;

	if (!p->title.data)
		return 0;
	fact = facts_add(&p->out->facts, FACT_LARGE_OBJECTS, "", "");
	if (!fact)
		return -1;
	if (known)
		row_sum_to_fact(&p->objects.sum, fact);
	return 0;
}

static int pg_sql_finish(struct stage *s, struct error *err)
{
	static const uint8_t newline[] = { '\n' };
	struct pg_sql *p = sql_of(s);
	struct span last = { newline, 1 };
	bool whole, objects;

	if (s->offset == 0)
		report(p, FINDING_EMPTY, 0, "no bytes where a dump should be");
	if (p->phase == IN_SQL && push_sql(p, &last) < 0)
		return no_memory(err);
	whole = check_rest(p, s->offset);
	whole &= pg_sql_commands_end(&p->commands, s->offset);
	if (whole)
		pg_sql_statement_session_ends(&p->statement);
	objects = pg_sql_objects_end(&p->objects, s->offset);
	if (p->nul)
		report(p, FINDING_BAD_SYNTAX, p->nul - 1,
		       "a zero byte, which SQL text cannot hold");
	p->out->finished = whole;
	if (add_objects(p, objects && whole) < 0 || pg_sql_facts_finish(&p->facts, whole) < 0)
		return no_memory(err);
	return 0;
}

static void pg_sql_free(struct stage *s)
{
	struct pg_sql *p = sql_of(s);

	pg_sql_facts_release(&p->facts);
	pg_sql_objects_release(&p->objects);
	row_hash_free(p->rows.hash);
	free(p);
}

static const struct stage_ops pg_sql_ops = {
	.name = "pg-sql",
	.push = pg_sql_push,
	.finish = pg_sql_finish,
	.free = pg_sql_free,
};

static struct stage *pg_sql_open(struct reading *out, struct error *err)
{
	struct pg_sql *p = calloc(1, sizeof(*p));

	if (p)
		p->rows.hash = row_hash_new();
	if (!p || !p->rows.hash || pg_sql_objects_init(&p->objects, &out->findings) < 0) {
		if (p)
			row_hash_free(p->rows.hash);
		free(p);
		(void)no_memory(err);
		return NULL;
	}
	p->stage.ops = &pg_sql_ops;
	p->out = out;
	out->format = FORMAT_PG_SQL;
	p->facts.reading = out;
	p->commands.findings = &out->findings;
	p->statement.lexer = &p->lexer;
	p->statement.facts = &p->facts;
	p->statement.objects = &p->objects;
	p->statement.findings = &out->findings;
	p->title.findings = &out->findings;
	return &p->stage;
}

static const struct uncovered uncovered[PG_SQL_UNCOVERED_COUNT] = {
	[PG_SQL_UNCOVERED_ROWS] = { "the bytes of rows and of large objects",
				    "another fingerprint" },
	[PG_SQL_UNCOVERED_TEXT] = { "the text of statements and comments: names, definitions, "
				    "values, most keywords, white space",
				    "another name, definition or value, or a statement that the "
				    "server refuses; the names of data show in the facts" },
	[PG_SQL_UNCOVERED_STATEMENTS] = { "whole rows and whole statements, a COPY with its rows "
					  "among them: missing, there "
					  "twice or in another order",
					  "another number of rows or objects in the facts, or a "
					  "statement that the server "
					  "refuses; nothing for the order of rows" },
	[PG_SQL_UNCOVERED_SETTINGS] = { "a setting changed out of sight: in DO, by ALTER ROLE or "
					"ALTER DATABASE before a \\connect",
					"psql may end strings elsewhere, where a command of its "
					"own "
					"may hide" },
};

static const struct coverage coverage = {
	.id = "pg-sql",
	.versions = "what pg_dump, pg_dumpall and pg_restore of PostgreSQL 9.0 to 18 write",
	.checked =
		"Every statement's end, every quote and comment, psql's commands; the number of "
		"columns of each row and what COPY FROM refuses in it; UTF-8; the end marker and "
		"its \\unrestrict.",
	.row = uncovered,
	.count = PG_SQL_UNCOVERED_COUNT,
};

const struct reader pg_sql_reader = {
	.format = FORMAT_PG_SQL,
	.matches = pg_sql_title_matches,
	.open = pg_sql_open,
	.coverage = &coverage,
};
