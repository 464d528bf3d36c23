/* SPDX-License-Identifier: Apache-2.0 */
/* A restored database that is sound is proven so, and each defect planted in it is found and named. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "component/postgres/prove.h"

enum { OUTPUT_MAX = 64 << 20 };

/* 2026-11-22T10:30:00Z: half an hour after the newest order */
#define TAKEN (INT64_C(1795343400) * NS_PER_SECOND)

static struct server server = SERVER_INIT;
static char host[128], port[32], user[64], archive[128], tarred[128];
static struct restore_config config;
static struct restore_job job;
static struct restore_part part;
static struct facts no_facts;

static bool run(const char *const *argv)
{
	const char *const env[] = { host, port, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;
	CLEANUP(buf_release)
	struct buf out = { 0 };

	if (process_run(&spec, 120 * NS_PER_SECOND, OUTPUT_MAX, &out, &err) == 0)
		return true;
	print_message("%s: %s\n", argv[0], err.message);
	return false;
}

static void execute_file(const char *database, const char *path)
{
	char file[512];
	const char *const argv[] = { "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database,
				     "-f",   file,  NULL };

	(void)snprintf(file, sizeof(file), SOURCE_ROOT "/tests/fixtures/%s", path);
	assert_true(run(argv));
}

static void execute(const char *database, const char *sql)
{
	PGconn *session = platform_connect(&server, database);

	platform_execute(session, sql);
	PQfinish(session);
}

static void dump(const char *database, const char *format, const char *path)
{
	const char *const argv[] = { "pg_dump", format, "-f", path, "-d", database, NULL };

	assert_true(run(argv));
}

/* Into a new database "restored". */
static bool restore(const char *path)
{
	const char *const argv[] = { "pg_restore", "-d", "restored", path, NULL };

	execute("postgres", "DROP DATABASE IF EXISTS restored");
	execute("postgres", "CREATE DATABASE restored TEMPLATE template0");
	return run(argv);
}

static void begin_job(const char *path, enum format format)
{
	config = (struct restore_config){ .recovery_point = "" };
	part = (struct restore_part){ .kind = PART_DUMP,
				      .format = format,
				      .database = "sound",
				      .path = path,
				      .facts = &no_facts,
				      .taken_ns = TAKEN };
	job = (struct restore_job){ .part = &part, .part_count = 1, .config = &config, .jobs = 2 };
}

/* As `archive` was restored, and nothing was done to it. */
static void begin_fresh(void)
{
	execute("postgres", "DROP DATABASE IF EXISTS restored");
	execute("postgres", "CREATE DATABASE restored TEMPLATE pristine");
	begin_job(archive, FORMAT_PG_ARCHIVE);
}

static int start(void **state)
{
	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "prove", &server);
	(void)snprintf(host, sizeof(host), "PGHOST=%s", server.socket);
	(void)snprintf(port, sizeof(port), "PGPORT=%u", server.port);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", server.user);
	(void)snprintf(archive, sizeof(archive), "%s/archive", platform_directory);
	(void)snprintf(tarred, sizeof(tarred), "%s/tar", platform_directory);
	execute("postgres", "CREATE DATABASE sound TEMPLATE template0");
	execute_file("sound", "pg-prove/sound.sql");
	dump("sound", "-Fc", archive);
	assert_true(restore(archive));
	execute("postgres", "ALTER DATABASE restored RENAME TO pristine");
	return 0;
}

static int stop(void **state)
{
	(void)remove(archive);
	(void)remove(tarred);
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static struct restored prove(void)
{
	struct restored out = { 0 };
	struct error err = ERROR_INIT;

	if (restored_begin(&out, &job, &err) < 0 ||
	    postgres_prove(&server, &job, 0, "restored", &out, &err) < 0)
		fail_msg("%s", err.message);
	return out;
}

static void show(const struct restored *r)
{
	for (size_t i = 0; i < r->checks.count; i++) {
		const struct check *c = &r->checks.item[i];

		print_message("%s %s [%s] expected %s, found %s: %s\n", verdict_name(c->verdict),
			      c->name, c->subject, c->expected, c->found, c->message);
	}
}

/* The check of that name whose message holds `says`. */
static const struct check *find(const struct restored *r, enum check_id id, const char *says)
{
	for (size_t i = 0; i < r->checks.count; i++) {
		const struct check *c = &r->checks.item[i];

		if (strcmp(c->name, check_name(id)) == 0 && strstr(c->message, says))
			return c;
	}
	show(r);
	fail_msg("no %s says: %s", check_name(id), says);
	abort();
}

static size_t count(const struct restored *r, enum check_id id)
{
	size_t n = 0;

	for (size_t i = 0; i < r->checks.count; i++)
		n += strcmp(r->checks.item[i].name, check_name(id)) == 0;
	return n;
}

static void expect_no_defect(const struct restored *r)
{
	for (size_t i = 0; i < r->checks.count; i++) {
		if (r->checks.item[i].verdict > VERDICT_PASS) {
			show(r);
			fail_msg("%s", r->checks.item[i].message);
		}
	}
}

/* One defect, planted by `sql`, is told by one check of that verdict, about `subject`. */
static void expect_defect(const char *sql, enum check_id id, enum verdict verdict,
			  const char *subject, const char *says)
{
	struct restored r;
	const struct check *c;

	begin_fresh();
	execute("restored", "ALTER EVENT TRIGGER forbidden DISABLE");
	execute("restored", sql);
	execute("restored", "ALTER EVENT TRIGGER forbidden ENABLE");
	r = prove();
	c = find(&r, id, says);
	if (c->verdict != verdict || strcmp(c->subject, subject) != 0 || count(&r, id) != 1) {
		show(&r);
		fail_msg("%s: %s", c->subject, c->message);
	}
	restored_release(&r);
}

static void a_sound_database_has_no_defect(void **state)
{
	struct restored r;

	(void)state;
	begin_fresh();
	r = prove();
	expect_no_defect(&r);
	assert_int_equal(find(&r, CHECK_SCHEMA, "came back")->verdict, VERDICT_PASS);
	assert_int_equal(find(&r, CHECK_ANALYZE, "tables were analyzed")->verdict, VERDICT_PASS);
	(void)find(&r, CHECK_CONSTRAINTS, "every row keeps 6 foreign keys, ");
	(void)find(&r, CHECK_SEQUENCES, "the next number is free");
	(void)find(&r, CHECK_INDEXES, "are sound and hold every row");
	(void)find(&r, CHECK_RECOVERY_POINT, "at most 31m of data");
	restored_release(&r);
}

static void the_table_of_contents_of_a_tar_is_compared_as_well(void **state)
{
	struct restored r;

	(void)state;
	dump("sound", "-Ft", tarred);
	assert_true(restore(tarred));
	begin_job(tarred, FORMAT_PG_TAR);
	r = prove();
	expect_no_defect(&r);
	assert_int_equal(find(&r, CHECK_SCHEMA, "came back")->verdict, VERDICT_PASS);
	restored_release(&r);
}

static void a_foreign_key_is_counted_over_all_its_columns(void **state)
{
	(void)state;
	/* MATCH FULL: some columns without a value, too */
	expect_defect("SET session_replication_role = replica; INSERT INTO public.item (customer, "
		      "number, price) VALUES (77777, 1, 1), (NULL, 1, 1), (77777, 2, 1)",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"public\".\"item\"",
		      "3 rows of table \"public\".\"item\" violate the foreign key "
		      "\"item_customer_number_fkey\", such as (77777, 1)");
	expect_defect("SET session_replication_role = replica; INSERT INTO public.partly VALUES "
		      "(1, 99), (NULL, 99)",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"public\".\"partly\"",
		      "1 row of table \"public\".\"partly\" violates the foreign key "
		      "\"partly_customer_number_fkey\", such as (1, 99)");
}

static void a_foreign_key_of_partitions_is_counted_once(void **state)
{
	(void)state;
	expect_defect("SET session_replication_role = replica; INSERT INTO public.measure (day, "
		      "customer) VALUES ('2025-02-01', 88888), ('2027-01-01', 88888)",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"public\".\"measure\"",
		      "2 rows of table \"public\".\"measure\" violate the foreign key "
		      "\"measure_customer_fkey\", such as (88888)");
	expect_defect("SET session_replication_role = replica; DELETE FROM public.measure WHERE "
		      "day = '2025-07-01'",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"public\".\"remark\"",
		      "1 row of table \"public\".\"remark\" violates");
}

static void a_foreign_key_to_its_own_table_is_counted(void **state)
{
	(void)state;
	expect_defect("SET session_replication_role = replica; UPDATE \"Shop\".customer SET boss = "
		      "4711 WHERE id IN (3, 4)",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"Shop\".\"customer\"",
		      "2 rows of table \"Shop\".\"customer\" violate the foreign key "
		      "\"customer_boss_fkey\", such as (4711)");
}

static void a_constraint_that_is_not_valid_only_warns(void **state)
{
	(void)state;
	expect_defect("INSERT INTO public.item (price) VALUES (1000); ALTER TABLE public.item ADD "
		      "CONSTRAINT low CHECK (price < 1000) NOT VALID",
		      CHECK_CONSTRAINTS, VERDICT_WARN, "\"public\".\"item\"",
		      "violates the CHECK constraint \"low\", such as (row (");
	expect_defect(
		"ALTER TABLE public.grand ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES "
		"public.fresh NOT VALID",
		CHECK_CONSTRAINTS, VERDICT_WARN, "\"public\".\"grand\"",
		"5 rows of table \"public\".\"grand\" violate the foreign key \"later\", such "
		"as (1); the constraint is NOT VALID");
}

static void a_check_that_changed_its_mind_is_counted(void **state)
{
	(void)state;
	expect_defect("CREATE FUNCTION public.fine(int) RETURNS bool IMMUTABLE LANGUAGE sql AS "
		      "'SELECT true'; ALTER TABLE \"Shop\".\"Order\" ADD CONSTRAINT fine CHECK "
		      "(public.fine(number)); CREATE OR REPLACE FUNCTION public.fine(int) RETURNS "
		      "bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 <> 3'",
		      CHECK_CONSTRAINTS, VERDICT_FAIL, "\"Shop\".\"Order\"",
		      "200 rows of table \"Shop\".\"Order\" violate the CHECK constraint \"fine\", "
		      "such as (1, 3)");
	expect_defect(
		"CREATE FUNCTION public.fine(int) RETURNS bool IMMUTABLE LANGUAGE sql AS "
		"'SELECT 1 / ($1 - 3) < 9'; ALTER TABLE \"Shop\".\"Order\" ADD CONSTRAINT fine "
		"CHECK (public.fine(number)) NOT VALID",
		CHECK_CONSTRAINTS, VERDICT_WARN, "\"Shop\".\"Order\"",
		"cannot be counted: division by zero");
}

static void a_domain_is_counted_in_each_of_its_columns(void **state)
{
	(void)state;
	expect_defect("ALTER DOMAIN public.percent ADD CONSTRAINT low CHECK (VALUE < 49) NOT VALID",
		      CHECK_CONSTRAINTS, VERDICT_WARN, "\"Shop\".\"customer\"",
		      "4 rows of table \"Shop\".\"customer\" violate the constraint of a domain "
		      "\"low of column discount\", such as (49.00)");
}

static void more_than_twenty_defects_are_summed_up(void **state)
{
	struct restored r;

	(void)state;
	begin_fresh();
	execute("restored",
		"DO $$BEGIN FOR i IN 1..23 LOOP EXECUTE format('ALTER TABLE public.item "
		"ADD CONSTRAINT %I CHECK (price < 0) NOT VALID', 'c' || i); END LOOP; "
		"END$$");
	r = prove();
	assert_int_equal(count(&r, CHECK_CONSTRAINTS), PROVE_DEFECTS_MAX + 1);
	assert_int_equal(find(&r, CHECK_CONSTRAINTS, "and 3 more constraints")->verdict,
			 VERDICT_WARN);
	restored_release(&r);
}

static void an_index_that_lacks_a_row_is_found(void **state)
{
	(void)state;
	expect_defect("CREATE FUNCTION public.key(int) RETURNS int IMMUTABLE LANGUAGE sql AS "
		      "'SELECT $1'; CREATE INDEX lying ON public.down (public.key(id)); CREATE OR "
		      "REPLACE FUNCTION public.key(int) RETURNS int IMMUTABLE LANGUAGE sql AS "
		      "'SELECT -$1'",
		      CHECK_INDEXES, VERDICT_FAIL, "\"public\".\"lying\"",
		      "index \"public\".\"lying\" is not sound: heap tuple");
}

static void an_invalid_index_is_found(void **state)
{
	(void)state;
	expect_defect("UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
		      "'public.down_pkey'::regclass",
		      CHECK_INDEXES, VERDICT_FAIL, "\"public\".\"down_pkey\"",
		      "index \"public\".\"down_pkey\" is not valid");
}

static void amcheck_leaves_nothing_behind(void **state)
{
	struct restored r;
	PGconn *session;
	PGresult *row;

	(void)state;
	begin_fresh();
	r = prove();
	restored_release(&r);
	session = platform_connect(&server, "restored");
	row = PQexec(session, "SELECT (SELECT count(*) FROM pg_extension WHERE extname = 'amcheck')"
			      " + (SELECT count(*) FROM pg_namespace WHERE nspname ~ 'amcheck')");
	assert_string_equal(PQgetvalue(row, 0, 0), "0");
	PQclear(row);
	PQfinish(session);
	r = prove();
	expect_no_defect(&r);
	restored_release(&r);
}

static void without_amcheck_the_indexes_are_skipped(void **state)
{
	(void)state;
	expect_defect("CREATE SCHEMA muster_amcheck", CHECK_INDEXES, VERDICT_SKIPPED, "sound",
		      "without the extension amcheck: schema \"muster_amcheck\" already exists");
}

static void a_sequence_behind_its_column_is_found(void **state)
{
	(void)state;
	expect_defect(
		"SELECT setval('public.grand_id_seq', 7)", CHECK_SEQUENCES, VERDICT_WARN,
		"\"public\".\"grand_id_seq\"",
		"sequence \"public\".\"grand_id_seq\" gives 8 next, and column \"id\" of table "
		"\"public\".\"little\" has 10");
	expect_defect("SELECT setval('public.falling', 91, false)", CHECK_SEQUENCES, VERDICT_WARN,
		      "\"public\".\"falling\"",
		      "sequence \"public\".\"falling\" gives 91 next, and column \"id\" of table "
		      "\"public\".\"down\" has 91");
	expect_defect("INSERT INTO public.measure (id, day) VALUES (10000, '2025-01-01')",
		      CHECK_SEQUENCES, VERDICT_WARN, "\"public\".\"measure_id_seq\"",
		      "and column \"id\" of table \"public\".\"measure\" has 10000");
	expect_defect("INSERT INTO public.fresh VALUES (1)", CHECK_SEQUENCES, VERDICT_WARN,
		      "\"public\".\"fresh_id_seq\"", "gives 1 next");
}

static void a_table_that_cannot_be_analyzed_is_found(void **state)
{
	(void)state;
	expect_defect(
		"CREATE FUNCTION public.bad(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
		"'BEGIN RETURN $1; END'; CREATE INDEX ON public.down (public.bad(id)); CREATE "
		"OR REPLACE FUNCTION public.bad(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
		"'BEGIN RAISE $m$no more$m$; END'",
		CHECK_ANALYZE, VERDICT_FAIL, "\"public\".\"down\"",
		"table \"public\".\"down\" cannot be analyzed: no more");
}

/* Those of one round are planted in one database. */
static const struct difference {
	const char *sql, *subject, *says;
	unsigned round;
} differences[] = {
	{ "DROP VIEW public.cheap", "VIEW \"public\".\"cheap\"", "did not come back", 0 },
	{ "CREATE VIEW public.more AS SELECT 1", "VIEW \"public\".\"more\"",
	  "is here, but not in the backup", 0 },
	{ "ALTER VIEW public.cheap OWNER TO prover", "VIEW \"public\".\"cheap\"",
	  "belongs to \"prover\" here and to \"postgres\" in the backup", 1 },
	{ "CREATE OR REPLACE VIEW public.cheap AS SELECT customer, price FROM public.item "
	  "WHERE price < 11",
	  "VIEW \"public\".\"cheap\"",
	  "came back with another definition: in the backup '  WHERE ((", 2 },
	{ "ALTER TABLE public.down ALTER COLUMN turn TYPE bigint", "TABLE \"public\".\"down\"",
	  "here '    turn bigint", 0 },
	{ "REVOKE SELECT ON public.item FROM \"Odd reader\"", "ACL \"public\".\"TABLE item\"",
	  "did not come back", 0 },
	{ "GRANT DELETE ON public.item TO \"Odd reader\"", "ACL \"public\".\"TABLE item\"",
	  "GRANT SELECT,DELETE ON TABLE public.item", 1 },
	{ "COMMENT ON CONSTRAINT \"knows, itself\" ON \"Shop\".customer IS NULL",
	  "COMMENT \"Shop\".\"CONSTRAINT \"knows, itself\" ON customer\"", "did not come back", 0 },
	{ "ALTER TABLE public.partly DROP CONSTRAINT partly_customer_number_fkey",
	  "FK CONSTRAINT \"public\".\"partly partly_customer_number_fkey\"", "did not come back",
	  0 },
	{ "CREATE INDEX extra ON public.item (price)", "INDEX \"public\".\"extra\"",
	  "not in the backup", 0 },
	{ "ALTER TABLE public.down SET (fillfactor = 50)", "TABLE \"public\".\"down\"",
	  "in the backup ');', here ')'", 1 },
	{ "CREATE EXTENSION hstore", "EXTENSION \"hstore\"", "EXTENSION \"hstore\" is here", 1 },
	{ "COMMENT ON SCHEMA public IS 'mine'", "COMMENT \"SCHEMA public\"", "not in the backup",
	  0 },
	{ "ALTER EVENT TRIGGER forbidden DISABLE", "EVENT TRIGGER \"forbidden\"",
	  "came back with another definition", 0 },
	{ "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO prover",
	  "DEFAULT ACL \"DEFAULT PRIVILEGES FOR TABLES\"", "not in the backup", 0 },
};

static void expect_difference(const struct restored *r, const struct difference *d)
{
	for (size_t i = 0; i < r->checks.count; i++) {
		const struct check *c = &r->checks.item[i];

		if (strcmp(c->name, check_name(CHECK_SCHEMA)) == 0 &&
		    strcmp(c->subject, d->subject) == 0 && strstr(c->message, d->says)) {
			assert_int_equal(c->verdict, VERDICT_FAIL);
			return;
		}
	}
	show(r);
	fail_msg("no check of %s says: %s", d->subject, d->says);
}

static void every_difference_of_definitions_is_found(void **state)
{
	const size_t count_of = sizeof(differences) / sizeof(*differences);

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		struct restored r;

		begin_fresh();
		execute("restored", "ALTER EVENT TRIGGER forbidden DISABLE");
		for (size_t i = 0; i < count_of; i++) {
			if (differences[i].round == round)
				execute("restored", differences[i].sql);
		}
		if (round > 0)
			execute("restored", "ALTER EVENT TRIGGER forbidden ENABLE");
		r = prove();
		for (size_t i = 0; i < count_of; i++) {
			const struct difference *d = &differences[i];

			if (d->round == round)
				expect_difference(&r, d);
		}
		restored_release(&r);
	}
}

static void a_dump_with_all_identifiers_quoted_is_compared_with_such_a_one(void **state)
{
	const char *const argv[] = { "pg_dump", "-Fc",  "--quote-all-identifiers",
				     "-f",      tarred, "-d",
				     "sound",   NULL };
	struct restored r;

	(void)state;
	assert_true(run(argv));
	assert_true(restore(tarred));
	begin_job(tarred, FORMAT_PG_ARCHIVE);
	r = prove();
	assert_int_equal(find(&r, CHECK_SCHEMA, "came back with their owners")->verdict,
			 VERDICT_PASS);
	restored_release(&r);
}

static void what_has_no_definitions_to_compare_is_skipped(void **state)
{
	const char *const argv[] = { "pg_dump", "-Fc", "-a", "-f", tarred, "-d", "sound", NULL };
	struct restored r;

	(void)state;
	assert_true(restore(archive));
	begin_job(archive, FORMAT_PG_SQL);
	r = prove();
	assert_int_equal(find(&r, CHECK_SCHEMA, "plain SQL has no table of contents")->verdict,
			 VERDICT_SKIPPED);
	restored_release(&r);
	assert_true(run(argv));
	begin_job(tarred, FORMAT_PG_ARCHIVE);
	r = prove();
	assert_int_equal(find(&r, CHECK_SCHEMA, "only data")->verdict, VERDICT_SKIPPED);
	restored_release(&r);
}

static void objects_of_every_kind_come_back_as_they_were(void **state)
{
	static const char *const formats[] = { "-Fc", "-Ft" };

	(void)state;
	execute("postgres", "CREATE DATABASE every_kind TEMPLATE template0");
	execute_file("every_kind", "pg-archive/every-kind.sql");
	execute_file("every_kind", "pg-archive/subscription.sql");
	/* pg_dump writes nothing of its handler, which is a builtin one */
	execute("every_kind", "DROP LANGUAGE plmine");
	for (size_t i = 0; i < 2; i++) {
		const struct check *c;
		struct restored r;

		dump("every_kind", formats[i], tarred);
		assert_true(restore(tarred));
		begin_job(tarred, i ? FORMAT_PG_TAR : FORMAT_PG_ARCHIVE);
		r = prove();
		c = find(&r, CHECK_SCHEMA, "");
		if (c->verdict != VERDICT_PASS) {
			show(&r);
			fail_msg("%s", c->message);
		}
		assert_int_equal(
			find(&r, CHECK_CONSTRAINTS, "violate the foreign key \"loosely\"")->verdict,
			VERDICT_WARN);
		restored_release(&r);
		/* else the database could not be dropped */
		execute("restored", "ALTER SUBSCRIPTION draws SET (slot_name = NONE)");
		execute("restored", "DROP SUBSCRIPTION draws");
	}
}

static void the_example_platforms_database_comes_back(void **state)
{
	struct restored r;

	(void)state;
	execute("postgres", "CREATE DATABASE example TEMPLATE template0");
	execute_file("example", "../../examples/orchestrator/schema.sql");
	execute_file("example", "../../examples/orchestrator/keys.sql");
	dump("example", "-Fc", tarred);
	assert_true(restore(tarred));
	begin_job(tarred, FORMAT_PG_ARCHIVE);
	r = prove();
	expect_no_defect(&r);
	assert_int_equal(find(&r, CHECK_SCHEMA, "came back with their owners")->verdict,
			 VERDICT_PASS);
	(void)find(&r, CHECK_CONSTRAINTS, "every row keeps");
	restored_release(&r);
}

/* The archive as if the PostgreSQL before had written it. */
static void write_older(void)
{
	struct error err = ERROR_INIT;
	struct buf bytes = { 0 };
	PGconn *session = platform_connect(&server, "postgres");
	char now[16], before[16];
	size_t changed = 0;

	(void)snprintf(now, sizeof(now), "%d.", PQserverVersion(session) / 10000);
	(void)snprintf(before, sizeof(before), "%d.", PQserverVersion(session) / 10000 - 1);
	assert_int_equal(strlen(now), strlen(before));
	PQfinish(session);
	assert_int_equal(file_read(archive, OUTPUT_MAX, &bytes, &err), 0);
	for (size_t i = 0; i < 200; i++) {
		/* a version begins its text, which the last byte of its length precedes */
		if (bytes.ptr[i] == '\0' && memcmp(bytes.ptr + i + 1, now, strlen(now)) == 0) {
			memcpy(bytes.ptr + i + 1, before, strlen(before));
			changed++;
		}
	}
	assert_int_equal(changed, 2);
	assert_int_equal(file_write_atomic(tarred, 0644, bytes.ptr, bytes.len, &err), 0);
	buf_release(&bytes);
}

static void definitions_of_another_version_are_only_counted(void **state)
{
	struct restored r;

	(void)state;
	write_older();
	begin_fresh();
	part.path = tarred;
	execute("restored", "COMMENT ON SCHEMA public IS NULL");
	r = prove();
	expect_no_defect(&r);
	restored_release(&r);
	execute("restored", "CREATE OR REPLACE VIEW public.cheap AS SELECT customer, price FROM "
			    "public.item WHERE price < 11");
	r = prove();
	assert_int_equal(find(&r, CHECK_SCHEMA, "1 definitions read otherwise here")->verdict,
			 VERDICT_WARN);
	restored_release(&r);
	execute("restored", "DROP VIEW public.cheap");
	r = prove();
	assert_int_equal(find(&r, CHECK_SCHEMA, "did not come back")->verdict, VERDICT_FAIL);
	restored_release(&r);
}

static void archives_of_every_make_are_compared(void **state)
{
	static const struct {
		const char *name;
		enum format format;
	} rows[] = {
		{ "pg-archive/small-zlib.dump", FORMAT_PG_ARCHIVE },
		{ "pg-archive/stored-piped.dump", FORMAT_PG_ARCHIVE },
		{ "pg-archive/zlib.dump", FORMAT_PG_ARCHIVE },
		{ "pg-archive/inserts.dump", FORMAT_PG_ARCHIVE },
		{ "pg-archive/schema-only.dump", FORMAT_PG_ARCHIVE },
		{ "pg-archive/odd.dump", FORMAT_PG_ARCHIVE },
		{ "pg-tar/tar.tar", FORMAT_PG_TAR },
		{ "pg-tar/inserts.tar", FORMAT_PG_TAR },
	};

	(void)state;
	execute("postgres", "CREATE ROLE owner; CREATE ROLE reader; CREATE ROLE \"odd \"\"owner\"");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char path[300];
		struct restored r;
		const struct check *c;

		(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/%s", rows[i].name);
		assert_true(restore(path));
		begin_job(path, rows[i].format);
		r = prove();
		c = find(&r, CHECK_SCHEMA, "");
		if (c->verdict != VERDICT_PASS) {
			show(&r);
			fail_msg("%s: %s", rows[i].name, c->message);
		}
		restored_release(&r);
	}
}

static const struct sql_check questions[] = {
	{ "orders", "", "SELECT count(*) FROM \"Shop\".\"Order\"", "n > 0" },
	{ "few", "sound", "SELECT count(*) FROM \"Shop\".\"Order\"", "n < 10" },
	{ "elsewhere", "other", "SELECT 1", "= 2" },
	{ "fresh", "", "SELECT max(at) FROM \"Shop\".\"Order\"", "age < 32m" },
	{ "stale", "", "SELECT max(at) FROM \"Shop\".\"Order\"", "age < 30m" },
	{ "wrong", "", "SELECT * FROM nowhere", "nonempty" },
	{ "writes", "", "INSERT INTO public.fresh VALUES (1) RETURNING 1", "= 1" },
	{ "no-rows", "", "SELECT 1 WHERE false", "empty" },
	{ "no-query", "", "SET datestyle = 'german'", "nonempty" },
	{ "counts-up", "", "SELECT nextval('public.fresh_id_seq')", "= 1" },
	{ "many", "", "SELECT generate_series(7, 100000000);", "= 7" },
	{ "copies", "", "COPY public.down TO STDOUT", "nonempty" },
	{ "text", "", "SELECT email FROM \"Shop\".customer ORDER BY id LIMIT 1", "n > 0" },
};

static void the_users_questions_are_asked_and_judged(void **state)
{
	static const struct {
		const char *subject, *found;
		enum verdict verdict;
	} expected[] = {
		{ "orders", "1000", VERDICT_PASS },
		{ "few", "1000", VERDICT_FAIL },
		{ "fresh", "2026-11-22 09:59:00+00, 31m old", VERDICT_PASS },
		{ "stale", "2026-11-22 09:59:00+00, 31m old", VERDICT_FAIL },
		{ "wrong", "relation \"nowhere\" does not exist", VERDICT_FAIL },
		{ "writes", "syntax error at or near \"INSERT\"", VERDICT_FAIL },
		{ "no-rows", "nothing", VERDICT_PASS },
		{ "no-query", "syntax error at or near \"SET\"", VERDICT_FAIL },
		{ "counts-up", "cannot execute nextval() in a read-only transaction",
		  VERDICT_FAIL },
		{ "many", "7", VERDICT_PASS },
		{ "copies", "syntax error at or near \"COPY\"", VERDICT_FAIL },
		{ "text", "c1@example.org, which is not a number", VERDICT_FAIL },
	};
	struct restored r;
	size_t n = 0;

	(void)state;
	begin_fresh();
	config.check = (struct sql_check *)(uintptr_t)questions;
	config.check_count = sizeof(questions) / sizeof(*questions);
	r = prove();
	for (size_t i = 0; i < r.checks.count; i++) {
		const struct check *c = &r.checks.item[i];

		if (strcmp(c->name, check_name(CHECK_SQL)) != 0)
			continue;
		assert_true(n < sizeof(expected) / sizeof(*expected));
		assert_string_equal(c->subject, expected[n].subject);
		assert_string_equal(c->found, expected[n].found);
		assert_int_equal(c->verdict, expected[n].verdict);
		n++;
	}
	assert_int_equal(n, sizeof(expected) / sizeof(*expected));
	restored_release(&r);
}

/* The one check of the recovery point. */
static void expect_recovery_point(enum verdict verdict, const char *says)
{
	struct restored r = prove();
	const struct check *c = find(&r, CHECK_RECOVERY_POINT, says);

	assert_int_equal(c->verdict, verdict);
	assert_int_equal(count(&r, CHECK_RECOVERY_POINT), 1);
	restored_release(&r);
}

static void the_recovery_point_is_told_by_the_data(void **state)
{
	(void)state;
	begin_fresh();
	job.rpo_ns = 3600 * NS_PER_SECOND;
	expect_recovery_point(VERDICT_PASS, "the objective is 1h");
	job.rpo_ns = 60 * NS_PER_SECOND;
	expect_recovery_point(VERDICT_WARN, "if nothing was written then, less was missing");
	execute("restored", "ALTER EVENT TRIGGER forbidden DISABLE");
	execute("restored", "CREATE SCHEMA muster; CREATE TABLE muster.canary (id int PRIMARY KEY, "
			    "at timestamptz NOT NULL); INSERT INTO muster.canary VALUES (1, "
			    "'2026-11-22 10:26:00+00')");
	expect_recovery_point(VERDICT_FAIL,
			      "at most 4m of data were missing when the backup was "
			      "made at 2026-11-22T10:30:00Z: the row of muster canary");
	job.rpo_ns = 0;
	expect_recovery_point(VERDICT_PASS, "at most 4m of data");
	config.recovery_point = "SELECT timestamp '2026-11-22 10:29:30'";
	expect_recovery_point(VERDICT_PASS, "at most 30s of data were missing");
	config.recovery_point = "SELECT 'soon'";
	expect_recovery_point(VERDICT_FAIL, "soon is not a time");
	config.recovery_point = "SELECT at FROM muster.nowhere";
	expect_recovery_point(VERDICT_FAIL, "does not exist");
	config.recovery_point = "";
	part.taken_ns = 0;
	expect_recovery_point(VERDICT_SKIPPED, "nobody knows when the backup was made");
}

static void without_any_time_there_is_no_recovery_point(void **state)
{
	(void)state;
	expect_defect("UPDATE \"Shop\".\"Order\" SET at = '2027-01-01'", CHECK_RECOVERY_POINT,
		      VERDICT_SKIPPED, "sound",
		      "no indexed column holds a time before the backup's");
}

static void collations_are_compared_with_the_backups_notes(void **state)
{
	static const struct {
		const char *locale, *version, *says;
		enum verdict verdict;
	} rows[] = {
		{ "C", "", "no index sorts by a collation that could differ", VERDICT_PASS },
		{ "xx_XX.UTF-8", "1.0", "does not tell which versions", VERDICT_SKIPPED },
	};

	(void)state;
	begin_fresh();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct restored_note notes[] = { { "sound.collate", rows[i].locale },
						       { "collation_version", rows[i].version } };
		struct restored r;

		begin_job(archive, FORMAT_PG_ARCHIVE);
		job.production = notes;
		job.production_count = 2;
		r = prove();
		assert_int_equal(find(&r, CHECK_COLLATIONS, rows[i].says)->verdict,
				 rows[i].verdict);
		restored_release(&r);
	}
}

static void a_collation_of_another_version_is_warned_of(void **state)
{
	const struct restored_note notes[] = { { "sound.collation_version.und-x-icu", "1.2.3" } };
	struct restored r;
	const struct check *c;

	(void)state;
	begin_fresh();
	execute("restored", "CREATE INDEX ON public.grand (kind COLLATE \"und-x-icu\")");
	job.production = notes;
	job.production_count = 1;
	r = prove();
	c = find(&r, CHECK_COLLATIONS,
		 "the collation \"und-x-icu\" is of version 1.2.3 at the source");
	assert_int_equal(c->verdict, VERDICT_WARN);
	assert_non_null(strstr(c->message, "1 indexes sort by it"));
	restored_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_database_has_no_defect),
		cmocka_unit_test(the_table_of_contents_of_a_tar_is_compared_as_well),
		cmocka_unit_test(a_foreign_key_is_counted_over_all_its_columns),
		cmocka_unit_test(a_foreign_key_of_partitions_is_counted_once),
		cmocka_unit_test(a_foreign_key_to_its_own_table_is_counted),
		cmocka_unit_test(a_constraint_that_is_not_valid_only_warns),
		cmocka_unit_test(a_check_that_changed_its_mind_is_counted),
		cmocka_unit_test(a_domain_is_counted_in_each_of_its_columns),
		cmocka_unit_test(more_than_twenty_defects_are_summed_up),
		cmocka_unit_test(an_index_that_lacks_a_row_is_found),
		cmocka_unit_test(an_invalid_index_is_found),
		cmocka_unit_test(amcheck_leaves_nothing_behind),
		cmocka_unit_test(without_amcheck_the_indexes_are_skipped),
		cmocka_unit_test(a_sequence_behind_its_column_is_found),
		cmocka_unit_test(a_table_that_cannot_be_analyzed_is_found),
		cmocka_unit_test(every_difference_of_definitions_is_found),
		cmocka_unit_test(a_dump_with_all_identifiers_quoted_is_compared_with_such_a_one),
		cmocka_unit_test(what_has_no_definitions_to_compare_is_skipped),
		cmocka_unit_test(objects_of_every_kind_come_back_as_they_were),
		cmocka_unit_test(the_example_platforms_database_comes_back),
		cmocka_unit_test(definitions_of_another_version_are_only_counted),
		cmocka_unit_test(archives_of_every_make_are_compared),
		cmocka_unit_test(the_users_questions_are_asked_and_judged),
		cmocka_unit_test(the_recovery_point_is_told_by_the_data),
		cmocka_unit_test(without_any_time_there_is_no_recovery_point),
		cmocka_unit_test(collations_are_compared_with_the_backups_notes),
		cmocka_unit_test(a_collation_of_another_version_is_warned_of),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
