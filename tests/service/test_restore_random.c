/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random databases go round: dumped under odd settings and in several encodings, by muster
 * and by pg_dump alone, restored, and equal to what they were. MUSTER_TEST_SEED repeats a
 * run; without it the seed is the time's.
 */
#include "round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ODD_TABLES = 12, TYPE_ROWS = 12 };

/* What a database has for its own, and how its dumps are made with nothing pinned. */
struct setting {
	const char *encoding;
	enum contents_characters characters;
	const char *settings[8]; /* of the database, as SQL has them; NULL-terminated */
};

static const struct setting kolkata = {
	.encoding = "UTF8",
	.characters = CONTENTS_UNICODE,
	.settings = { "TimeZone = 'Asia/Kolkata'", "DateStyle = 'SQL, DMY'",
		      "IntervalStyle = sql_standard", "bytea_output = escape",
		      "extra_float_digits = 0", "lc_monetary = 'C'" },
};
static const struct setting st_johns = {
	.encoding = "LATIN1",
	.characters = CONTENTS_LATIN,
	.settings = { "TimeZone = 'America/St_Johns'", "DateStyle = 'German'",
		      "IntervalStyle = iso_8601", "bytea_output = escape",
		      "extra_float_digits = -15", "lc_monetary = 'C.UTF-8'" },
};
static const struct setting monrovia = {
	.encoding = "SQL_ASCII",
	.characters = CONTENTS_BYTES,
	.settings = { "TimeZone = 'Africa/Monrovia'", "DateStyle = 'Postgres, MDY'",
		      "IntervalStyle = postgres_verbose", "bytea_output = hex",
		      "extra_float_digits = 1", "lc_monetary = 'POSIX'" },
};
static const struct setting amsterdam = {
	.encoding = "EUC_JP",
	.characters = CONTENTS_JAPANESE,
	.settings = { "TimeZone = 'Europe/Amsterdam'", "DateStyle = 'ISO, YMD'",
		      "IntervalStyle = postgres", "bytea_output = escape",
		      "extra_float_digits = -3" },
};

static struct server source = SERVER_INIT;
static uint64_t seed;

static void make_database(const char *name, const struct setting *s)
{
	PGconn *session = platform_connect(&source, "postgres");
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
		       "CREATE DATABASE %s ENCODING '%s' LOCALE 'C' TEMPLATE template0", name,
		       s->encoding);
	platform_execute(session, sql);
	PQfinish(session);
}

/* Once it is filled. */
static void set_settings(const char *name, const struct setting *s)
{
	PGconn *session = platform_connect(&source, "postgres");
	char sql[200];

	for (size_t i = 0; s->settings[i]; i++) {
		(void)snprintf(sql, sizeof(sql), "ALTER DATABASE %s SET %s", name, s->settings[i]);
		platform_execute(session, sql);
	}
	PQfinish(session);
}

static void fill(const char *name, const struct setting *s, struct contents *c)
{
	PGconn *session = platform_connect(&source, name);

	assert_int_equal(PQsetClientEncoding(
				 session, s->characters == CONTENTS_BYTES ? "SQL_ASCII" : "UTF8"),
			 0);
	platform_execute(session, "SET client_min_messages = error");
	c->session = session;
	c->characters = s->characters;
	contents_make_types(c);
	contents_fill_types(c, TYPE_ROWS, true);
	contents_fill_values(c);
	contents_fill_oddities(c);
	contents_fill_structures(c);
	contents_fill_odd_tables(c, ODD_TABLES);
	c->session = NULL;
	PQfinish(session);
}

static bool same_fingerprint(const struct fact *a, const struct fact *b)
{
	return memcmp(&a->fingerprint, &b->fingerprint, sizeof(a->fingerprint)) == 0;
}

/*
 * As a restore test does with dumps of others: the content of doubtful tables that differs
 * is left out, their rows are counted all the same. How many those were.
 */
static size_t forget_doubtful(const struct facts *expected, struct facts *found,
			      const struct facts *doubtful)
{
	size_t forgotten = 0;

	for (size_t i = 0; i < found->count; i++) {
		struct fact *f = &found->item[i];
		const struct fact *e = facts_find(expected, f->kind, f->scope, f->name);

		if (f->kind != FACT_TABLE || !e || same_fingerprint(e, f) ||
		    !facts_find(doubtful, f->kind, f->scope, f->name))
			continue;
		f->known &= ~(unsigned)(MEASURE_FINGERPRINT | MEASURE_BYTES);
		forgotten++;
	}
	return forgotten;
}

static const struct fact *valued(const struct facts *f, const char *type)
{
	const struct fact *found = facts_find(f, FACT_TABLE, CONTENTS_VALUED, type);

	if (!found)
		fail_msg("no table of values of %s", type);
	return found;
}

/* Doubtful is what depends on settings, and nothing else. */
static void expect_doubtful(const struct restored_part *part)
{
	for (size_t i = 0; i < contents_type_count; i++) {
		const struct contents_type *type = &contents_types[i];
		bool told = facts_find(&part->doubtful, FACT_TABLE, CONTENTS_VALUED, type->name);
		bool there = facts_find(&part->facts, FACT_TABLE, CONTENTS_VALUED, type->name);

		if (told != (there && type->by_setting))
			fail_msg("%s: %s doubtful", type->name, told ? "told as" : "not told as");
	}
	assert_non_null(facts_find(&part->doubtful, FACT_TABLE, "public", "types"));
	assert_null(facts_find(&part->doubtful, FACT_TABLE, "public", "parted_2"));
}

static unsigned kinds_of(const struct dump_file *f)
{
	return f->reading.format == FORMAT_PG_SQL ? ROUND_TRIP_SQL_KINDS : ROUND_TRIP_KINDS;
}

/* Settings were pinned: nothing is in doubt. */
static void expect_proven(struct dump_file *f, struct restored_part *part, struct facts *described)
{
	expect_equal(described, f->source, FACTS_EQUAL, ROUND_TRIP_KINDS, "source and manifest");
	expect_equal(f->source, &f->reading.facts, FACTS_EQUAL, ROUND_TRIP_KINDS,
		     "manifest and archive");
	expect_equal(f->source, &part->facts, FACTS_SAME_SNAPSHOT, ROUND_TRIP_KINDS,
		     "manifest and restored");
	expect_equal(&f->reading.facts, &part->facts, FACTS_EQUAL, ROUND_TRIP_KINDS,
		     "archive and restored");
}

/* Of others: no false alarm, and what is in doubt is told. */
static void expect_proven_but_doubts(struct dump_file *f, struct restored_part *part,
				     struct facts *described, bool same_encoding)
{
	struct facts *backup = &f->reading.facts;
	char how[64];

	/* child and grandchild, whose columns plain SQL restores in another order */
	if (same_encoding && f->reading.format == FORMAT_PG_SQL)
		assert_int_equal(forget_doubtful(described, &part->facts, &part->doubtful), 2);
	if (same_encoding) {
		(void)snprintf(how, sizeof(how), "%s: source and restored", f->label);
		expect_equal(described, &part->facts, FACTS_EQUAL, ROUND_TRIP_KINDS, how);
	}
	assert_false(same_fingerprint(valued(backup, "timestamptz"),
				      valued(&part->facts, "timestamptz")));
	assert_true(forget_doubtful(backup, &part->facts, &part->doubtful) > 0);
	(void)snprintf(how, sizeof(how), "%s: backup and restored", f->label);
	expect_equal(backup, &part->facts, FACTS_EQUAL, kinds_of(f), how);
}

static const struct way {
	const char *label, *options[4];
	bool recodes; /* its text differs from the source's in every character that is not ASCII */
} ways[] = {
	{ "custom", { "-Fc", "-Z1" }, false },
	{ "tar", { "-Ft" }, false },
	{ "plain", { "-Fp" }, false },
	{ "made", { "-Fp", "--create" }, false },
	{ "recoded", { "-Fc", "-Z0", "--encoding=UTF8" }, true },
};

static void round_trip(const char *name, const struct setting *s)
{
	struct contents contents;
	struct dump_file file[COUNT(ways) + 1];
	struct described described;
	struct restored restored = { 0 };
	size_t n = 1;

	contents_begin(&contents, NULL, seed);
	make_database(name, s);
	fill(name, s, &contents);
	set_settings(name, s);
	describe(&source, name, &described);
	dump_by_muster(&source, name, &contents, &file[0]);
	for (size_t i = 0; i < COUNT(ways); i++) {
		if (s->characters == CONTENTS_BYTES && strcmp(ways[i].label, "recoded") == 0)
			continue;
		dump_by_pg_dump(&source, name, described.snapshot.id, ways[i].options,
				ways[i].label, &contents, &file[n++]);
	}
	restore_dumps(file, n, &restored);
	expect_proven(&file[0], &restored.part[0], &described.facts);
	for (size_t i = 1; i < n; i++) {
		expect_doubtful(&restored.part[i]);
		expect_proven_but_doubts(&file[i], &restored.part[i], &described.facts,
					 !ways[i - 1].recodes);
	}
	for (size_t i = 0; i < n; i++)
		dump_file_release(&file[i]);
	described_release(&described);
	restored_release(&restored);
}

static void unicode_under_indian_time_goes_round(void **state)
{
	(void)state;
	round_trip("kolkata", &kolkata);
}

static void latin_under_newfoundland_time_goes_round(void **state)
{
	(void)state;
	round_trip("st_johns", &st_johns);
}

static void bytes_of_no_encoding_under_local_mean_time_go_round(void **state)
{
	(void)state;
	round_trip("monrovia", &monrovia);
}

static void japanese_under_dutch_time_goes_round(void **state)
{
	(void)state;
	round_trip("amsterdam", &amsterdam);
}

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	round_trip_open();
	platform_start(ENGINE_POSTGRESQL, "source", &source);
	seed = contents_seed();
	return 0;
}

static int stop(void **state)
{
	platform_stop(ENGINE_POSTGRESQL, &source);
	round_trip_close();
	return platform_close(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unicode_under_indian_time_goes_round),
		cmocka_unit_test(latin_under_newfoundland_time_goes_round),
		cmocka_unit_test(bytes_of_no_encoding_under_local_mean_time_go_round),
		cmocka_unit_test(japanese_under_dutch_time_goes_round),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
