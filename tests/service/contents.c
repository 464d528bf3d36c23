/* SPDX-License-Identifier: Apache-2.0 */
#include "contents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { NAME_MAX_BYTES = 63, LITERAL_MAX_BYTES = 300 };

static const char *const plain_pieces[] = { "a",  "Z",   "0",   " ",    "'",    "\"", "\\",
					    "\t", "\n",  "\r",  "\b",   "\x01", ".",  ",",
					    "(",  ")",   ";",   "$",    "%",    "-",  "--",
					    "/*", "\\.", "\\N", "\x7f", "_",    "{",  "NULL" };
static const char *const other_pieces[][4] = {
	[CONTENTS_UNICODE] = { "ü", "中", "😀", "é" },
	[CONTENTS_LATIN] = { "ü", "ß", "ÿ", "\u00a0" },
	[CONTENTS_JAPANESE] = { "中", "ア", "ü", "～" },
	[CONTENTS_BYTES] = { "\xff", "\x80\xfe", "\xc3", "\xe4\xb8" },
};

uint64_t contents_seed(void)
{
	const char *given = getenv("MUSTER_TEST_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

	print_message("MUSTER_TEST_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

void contents_begin(struct contents *c, PGconn *session, uint64_t seed)
{
	*c = (struct contents){ .session = session,
				.random = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) };
}

size_t contents_below(struct contents *c, size_t n)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return (uint32_t)(c->random >> 16) % n;
}

/* At most `room` bytes, of which none splits a character. */
static size_t random_text(struct contents *c, char *out, size_t room)
{
	size_t want = contents_below(c, 8) ? contents_below(c, room + 1) : room, len = 0;

	for (int tries = 0; len < want && tries < 200; tries++) {
		size_t i = contents_below(c, COUNT(plain_pieces) + 4);
		const char *piece = i < 4 ? other_pieces[c->characters][i] : plain_pieces[i - 4];

		if (len + strlen(piece) > room)
			continue;
		memcpy(out + len, piece, strlen(piece));
		len += strlen(piece);
	}
	out[len] = '\0';
	return len;
}

/* Unlike any other that was made here: its first bytes are a number. */
static void random_name(struct contents *c, char out[NAME_MAX_BYTES + 1])
{
	int len = snprintf(out, NAME_MAX_BYTES, "%u", c->names++);

	(void)random_text(c, out + len, (size_t)(NAME_MAX_BYTES - len));
}

static void add(struct buf *sql, const char *text)
{
	assert_int_equal(buf_puts(sql, text), 0);
}

void contents_add_name(struct contents *c, struct buf *sql, const char *name)
{
	char *quoted = PQescapeIdentifier(c->session, name, strlen(name));

	if (!quoted)
		fail_msg("%s", PQerrorMessage(c->session));
	add(sql, quoted);
	PQfreemem(quoted);
}

/* Bytes that are no text are for the server to take, not for libpq to look at. */
static void add_literal(struct buf *sql, const char *text)
{
	add(sql, " E'");
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			add(sql, "\\");
		assert_int_equal(buf_append(sql, text, 1), 0);
	}
	add(sql, "'");
}

static void add_random_literal(struct contents *c, struct buf *sql)
{
	char text[LITERAL_MAX_BYTES + 1];

	if (contents_below(c, 6) == 0) {
		add(sql, "NULL");
		return;
	}
	(void)random_text(c, text, LITERAL_MAX_BYTES);
	add_literal(sql, text);
}

void contents_run(struct contents *c, struct buf *sql)
{
	platform_execute(c->session, sql->ptr);
	buf_clear(sql);
}

static void run_all(struct contents *c, const char *const *statement, size_t count)
{
	for (size_t i = 0; i < count; i++)
		platform_execute(c->session, statement[i]);
}

static bool is_there(struct contents *c, const char *sql, const char *name)
{
	PGresult *row = PQexecParams(c->session, sql, 1, NULL, &name, NULL, NULL, 0);
	bool there = PQntuples(row) == 1;

	assert_int_equal(PQresultStatus(row), PGRES_TUPLES_OK);
	PQclear(row);
	return there;
}

bool contents_has_type(struct contents *c, const struct contents_type *type)
{
	return !type->extension ||
	       is_there(c, "SELECT FROM pg_extension WHERE extname = $1", type->extension);
}

size_t contents_value_count(const struct contents_type *type)
{
	size_t n = 0;

	while (n < COUNT(type->values) && type->values[n])
		n++;
	return n;
}

void contents_make_types(struct contents *c)
{
	static const char *const statements[] = {
		"CREATE TYPE public.mood AS ENUM ('so, so', 'it''s', '')",
		"CREATE TYPE public.pair AS (a int, b text)",
		"CREATE DOMAIN public.short_text AS text CHECK (length(VALUE) < 9)",
		"CREATE DOMAIN public.shorter_text AS public.short_text CHECK (length(VALUE) < 8)",
		"CREATE TYPE public.moment AS (at timestamptz, moods public.mood[])",
		"CREATE DOMAIN public.raw AS bytea",
		"CREATE TYPE public.span AS RANGE (subtype = double precision)",
		"CREATE TYPE public.stay AS RANGE (subtype = public.moment)",
	};
	char sql[80];

	run_all(c, statements, COUNT(statements));
	for (size_t i = 0; i < contents_type_count; i++) {
		const char *name = contents_types[i].extension;

		if (!name)
			continue;
		if (!is_there(c, "SELECT FROM pg_available_extensions WHERE name = $1", name)) {
			print_message("types of %s are left out: it is not installed\n", name);
			continue;
		}
		(void)snprintf(sql, sizeof(sql), "CREATE EXTENSION IF NOT EXISTS %s SCHEMA public",
			       name);
		platform_execute(c->session, sql);
	}
}

static bool is_array(const struct contents_type *type)
{
	return type->name[strlen(type->name) - 1] == ']';
}

static const char *random_value(struct contents *c, const struct contents_type *type)
{
	return type->values[contents_below(c, contents_value_count(type))];
}

static void add_values(struct contents *c, struct buf *sql, const struct contents_type *type,
		       bool arrays)
{
	int rc = buf_printf(sql, ", %s", contents_below(c, 5) ? random_value(c, type) : "NULL");

	if (arrays && !is_array(type))
		rc |= buf_printf(sql, ", ARRAY[%s, NULL, %s]::%s[]", random_value(c, type),
				 random_value(c, type), type->name);
	assert_int_equal(rc, 0);
}

void contents_fill_types(struct contents *c, size_t rows, bool arrays)
{
	struct buf sql = { 0 };

	add(&sql, "CREATE TABLE public.types (id int GENERATED ALWAYS AS IDENTITY, "
		  "twice int GENERATED ALWAYS AS (1 + 1) STORED");
	for (size_t i = 0; i < contents_type_count; i++) {
		const struct contents_type *type = &contents_types[i];

		if (!contents_has_type(c, type))
			continue;
		assert_int_equal(buf_printf(&sql, ", c%zu %s", i, type->name), 0);
		if (arrays && !is_array(type))
			assert_int_equal(buf_printf(&sql, ", a%zu %s[]", i, type->name), 0);
	}
	add(&sql, ")");
	contents_run(c, &sql);
	for (size_t row = 0; row < rows; row++) {
		add(&sql, "INSERT INTO public.types VALUES (DEFAULT, DEFAULT");
		for (size_t i = 0; i < contents_type_count; i++) {
			if (contents_has_type(c, &contents_types[i]))
				add_values(c, &sql, &contents_types[i], arrays);
		}
		add(&sql, ")");
		contents_run(c, &sql);
	}
	buf_release(&sql);
}

static void add_table_name(struct contents *c, struct buf *sql, const char *schema,
			   const char *table)
{
	contents_add_name(c, sql, schema);
	add(sql, ".");
	contents_add_name(c, sql, table);
}

void contents_fill_values(struct contents *c)
{
	struct buf sql = { 0 };

	add(&sql, "CREATE SCHEMA " CONTENTS_VALUED);
	contents_run(c, &sql);
	for (size_t i = 0; i < contents_type_count; i++) {
		const struct contents_type *type = &contents_types[i];

		if (!contents_has_type(c, type))
			continue;
		add(&sql, "CREATE TABLE ");
		add_table_name(c, &sql, CONTENTS_VALUED, type->name);
		assert_int_equal(buf_printf(&sql, " (n int, v %s)", type->name), 0);
		for (size_t n = 0; n < contents_value_count(type); n++) {
			add(&sql, "; INSERT INTO ");
			add_table_name(c, &sql, CONTENTS_VALUED, type->name);
			assert_int_equal(buf_printf(&sql, " VALUES (%zu, %s)", n, type->values[n]),
					 0);
		}
		contents_run(c, &sql);
	}
	buf_release(&sql);
}

/* A table with up to 6 columns of text and up to 30 rows, all names random. */
static void add_odd_table(struct contents *c, const char *schema)
{
	size_t columns = contents_below(c, 7), rows = contents_below(c, 31);
	char table[NAME_MAX_BYTES + 1], column[NAME_MAX_BYTES + 1];
	struct buf sql = { 0 };

	random_name(c, table);
	add(&sql, "CREATE TABLE ");
	add_table_name(c, &sql, schema, table);
	add(&sql, " (");
	for (size_t i = 0; i < columns; i++) {
		random_name(c, column);
		add(&sql, i ? ", " : "");
		contents_add_name(c, &sql, column);
		add(&sql, " text");
	}
	add(&sql, ")");
	contents_run(c, &sql);
	for (size_t row = 0; row < rows; row++) {
		add(&sql, "INSERT INTO ");
		add_table_name(c, &sql, schema, table);
		add(&sql, columns ? " VALUES (" : " DEFAULT VALUES");
		for (size_t i = 0; i < columns; i++) {
			add(&sql, i ? ", " : "");
			add_random_literal(c, &sql);
		}
		add(&sql, columns ? ")" : "");
		contents_run(c, &sql);
	}
	buf_release(&sql);
}

void contents_fill_odd_tables(struct contents *c, size_t count)
{
	char schema[NAME_MAX_BYTES + 1], sequence[NAME_MAX_BYTES + 1];
	struct buf sql = { 0 };

	random_name(c, schema);
	add(&sql, "CREATE SCHEMA ");
	contents_add_name(c, &sql, schema);
	contents_run(c, &sql);
	for (size_t i = 0; i < count; i++)
		add_odd_table(c, i % 2 ? schema : "public");
	random_name(c, sequence);
	add(&sql, "CREATE SEQUENCE ");
	add_table_name(c, &sql, "public", sequence);
	contents_run(c, &sql);
	buf_release(&sql);
}

void contents_fill_oddities(struct contents *c)
{
	static const char *const statements[] = {
		"CREATE TABLE public.dots (\"\\.\" text)",
		"INSERT INTO public.dots VALUES ('\\.'), ('\\N'), (NULL), (''), (E'\\n\\\\.\\n')",
		"CREATE TABLE public.\"\\.\" (\"\\.\" text)",
		"INSERT INTO public.\"\\.\" VALUES ('\\.')",
		"CREATE TABLE public.\" \" (\" \" text, \"select\" int)",
		"INSERT INTO public.\" \" VALUES (' ', 1)",
		"CREATE TABLE public.\"table\" (\"from\" text, \"a\"\"b\" int)",
		"INSERT INTO public.\"table\" VALUES ('\"', 1)",
		"CREATE TABLE public.bare ()",
		"INSERT INTO public.bare SELECT FROM generate_series(1, 3)",
		"CREATE TABLE public.vacant (a int, b int)",
		"SELECT lo_from_bytea(0, ''), lo_from_bytea(4294967290, 'high')",
		"SELECT lo_put(lo_create(77), 3000000, 'far')",
		"SELECT lo_from_bytea(0, repeat('ab', i)::bytea) FROM generate_series(1, 40) i",
	};

	run_all(c, statements, COUNT(statements));
}

void contents_fill_structures(struct contents *c)
{
	static const char *const statements[] = {
		"CREATE TABLE public.parted (k int, v text) PARTITION BY RANGE (k)",
		"CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES FROM (0) TO "
		"(9)",
		"CREATE TABLE public.parted_2 (gone int, v text, k int)",
		"ALTER TABLE public.parted_2 DROP COLUMN gone",
		"ALTER TABLE public.parted ATTACH PARTITION public.parted_2 DEFAULT",
		"ALTER TABLE public.parted ADD COLUMN late int DEFAULT 5",
		"INSERT INTO public.parted SELECT n, 'p' || n FROM generate_series(0, 19) n",
		"CREATE TABLE public.parent (a int)",
		"CREATE TABLE public.child (b int) INHERITS (public.parent)",
		"INSERT INTO public.parent VALUES (1)",
		"INSERT INTO public.child VALUES (2, 3), (4, 5)",
		"ALTER TABLE public.parent ADD COLUMN \"late, (\"\"\" int DEFAULT 6",
		"CREATE TABLE public.grandchild (\"select\" int) INHERITS (public.child)",
		"INSERT INTO public.grandchild VALUES (1, 2, 3, 4), (5, 6, 7, 8)",
		"ALTER TABLE public.parent ADD COLUMN last int DEFAULT 9",
		"CREATE TABLE public.adopted (a int, \"late, (\"\"\" int, last int, t text)",
		"INSERT INTO public.adopted VALUES (1, 2, 3, 'a'), (2, NULL, 4, NULL)",
		"ALTER TABLE public.adopted INHERIT public.parent",
		"CREATE TABLE public.generated (g int GENERATED ALWAYS AS (a * 2) STORED, a int,"
		" i int GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT 3), gone int, b text)",
		"INSERT INTO public.generated (a, gone, b) VALUES (1, 2, 'x'), (3, 4, NULL)",
		"ALTER TABLE public.generated DROP COLUMN gone",
		"CREATE TABLE public.only_generated (g int GENERATED ALWAYS AS (1) STORED)",
		"INSERT INTO public.only_generated DEFAULT VALUES",
		"CREATE TABLE public.long (inline text, stored text)",
		"ALTER TABLE public.long ALTER stored SET STORAGE EXTERNAL",
		"INSERT INTO public.long SELECT repeat(chr(64 + n), n * 10000),"
		" repeat(md5(n::text), n * 400) FROM generate_series(1, 9) n",
		"CREATE UNLOGGED TABLE public.unlogged (a int)",
		"INSERT INTO public.unlogged VALUES (7)",
		"CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM public.long",
		"CREATE VIEW public.seen AS SELECT * FROM public.parted",
		"CREATE TABLE public.typed OF public.pair",
		"INSERT INTO public.typed VALUES (1, 'typed')",
		"CREATE SEQUENCE public.untouched START 5",
		"CREATE SEQUENCE public.called",
		"SELECT nextval('public.called') FROM generate_series(1, 3)",
		"CREATE SEQUENCE public.falling INCREMENT -2 MAXVALUE 9",
		"SELECT nextval('public.falling') FROM generate_series(1, 8)",
		"CREATE TABLE public.guarded (a int)",
		"INSERT INTO public.guarded VALUES (1), (2)",
		"ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY,"
		" FORCE ROW LEVEL SECURITY",
		"CREATE RULE swallowed AS ON INSERT TO public.guarded DO INSTEAD NOTHING",
	};

	run_all(c, statements, COUNT(statements));
}
