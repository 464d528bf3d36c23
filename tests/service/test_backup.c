/* SPDX-License-Identifier: Apache-2.0 */
/* Probing and backing up real servers: what the source says, the file says too. */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <libpq-fe.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "format/reader.h"

static struct server database, cache, broker;
static char root[80];

#define STAMP "20261122_191419"

static int open_platform(void **state)
{
	database = cache = broker = (struct server)SERVER_INIT;
	if (platform_open(state) < 0)
		return -1;
	(void)snprintf(root, sizeof(root), "%s/backups", platform_directory);
	platform_start(ENGINE_POSTGRESQL, "pg", &database);
	platform_start(ENGINE_REDIS, "redis", &cache);
	platform_start(ENGINE_RABBITMQ, "rabbit", &broker);
	return 0;
}

static int close_platform(void **state)
{
	struct error err = ERROR_INIT;

	platform_stop(ENGINE_POSTGRESQL, &database);
	platform_stop(ENGINE_REDIS, &cache);
	platform_stop(ENGINE_RABBITMQ, &broker);
	if (file_remove_tree(root, &err) < 0)
		return -1;
	return platform_close(state);
}

static struct component_config component_of(enum engine_kind kind, const struct server *s,
					    char path[100])
{
	struct component_config c = platform_component(kind, s);

	(void)snprintf(path, 100, "%s/%s", root, c.name);
	c.backups.path = path;
	return c;
}

static size_t entries_of(const char *directory)
{
	DIR *d = opendir(directory);
	struct dirent *entry;
	size_t n = 0;

	while (d && (entry = readdir(d)))
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (d)
		(void)closedir(d);
	return n;
}

/* Read a backup file as `muster inspect` does, but for the worker. */
static void read_back(const char *path, struct reading *out)
{
	static uint8_t block[1 << 16];
	struct error err = ERROR_INIT;
	struct stage *reader = detect_open(out, &err);
	gzFile file = gzopen(path, "rb");
	int n;

	assert_non_null(reader);
	assert_non_null(file);
	while ((n = gzread(file, block, sizeof(block))) > 0)
		assert_int_equal(stage_push(reader, (struct span){ block, (size_t)n }, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(gzclose(file), Z_OK);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	for (size_t i = 0; i < out->findings.count; i++)
		print_message("%s: %s\n", finding_id(out->findings.item[i].code),
			      out->findings.item[i].message);
	assert_int_equal(findings_verdict(&out->findings), VERDICT_PASS);
	assert_true(out->finished);
}

static const struct backup_part *part_ending(const struct backup_parts *parts, const char *suffix)
{
	for (size_t i = 0; i < parts->count; i++) {
		size_t len = strlen(parts->item[i].final);

		if (len > strlen(suffix) &&
		    strcmp(parts->item[i].final + len - strlen(suffix), suffix) == 0)
			return &parts->item[i];
	}
	fail_msg("no part ends in %s", suffix);
	return NULL;
}

static void back_up(const struct component_config *c, struct manifest *manifest,
		    struct backup_parts *parts)
{
	struct backup_job job = { .component = c, .root = root, .stamp = STAMP };
	struct error err = ERROR_INIT;

	if (engine_of(c->engine)->backup(&job, manifest, parts, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < manifest->file_count; i++) {
		struct stat st;

		assert_int_equal(stat(parts->item[i].temporary, &st), 0);
		assert_int_equal(st.st_size, manifest->file[i].size);
		assert_true(manifest->file[i].finished_ns >= manifest->file[i].started_ns);
	}
}

static const char *note_of(const struct manifest *m, const char *name)
{
	for (size_t i = 0; i < m->note_count; i++) {
		if (strcmp(m->note[i].name, name) == 0)
			return m->note[i].value;
	}
	fail_msg("no note %s", name);
	return NULL;
}

static void release(struct manifest *manifest, struct backup_parts *parts)
{
	backup_parts_release(parts);
	manifest_release(manifest);
}

static const char schema[] =
	"CREATE EXTENSION IF NOT EXISTS plpgsql;"
	"CREATE SCHEMA \"odd schema\";"
	"CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY, t text, at timestamptz,"
	" raw bytea, f float8, m money, i interval, gone int, doubled int GENERATED ALWAYS AS (1 + "
	"1)"
	" STORED);"
	"ALTER TABLE plain DROP COLUMN gone;"
	"INSERT INTO plain (t, at, raw, f, m, i) SELECT repeat('x', n % 50) || E'\\t\\n\\\\' || n,"
	" '2026-03-29 02:30+01'::timestamptz + n * interval '1 hour', decode(md5(n::text), 'hex'),"
	" 1.0 / (n + 1), n, n * interval '1 minute 1 second' FROM generate_series(1, 5000) n;"
	"CREATE TABLE \"odd schema\".\"T \"\"x\"\"\" (\"a b\" int, c text[]);"
	"INSERT INTO \"odd schema\".\"T \"\"x\"\"\" VALUES (1, '{a,NULL}'), (NULL, NULL);"
	"CREATE TABLE parted (k int, v text) PARTITION BY RANGE (k);"
	"CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);"
	"CREATE TABLE parted_2 (v text, k int);"
	"ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (10) TO (20);"
	"INSERT INTO parted SELECT n, 'p' || n FROM generate_series(0, 19) n;"
	"CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);"
	"INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3), (4, 5);"
	"CREATE TABLE empty (a int); CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT "
	"VALUES;"
	"CREATE UNLOGGED TABLE unlogged (a int); INSERT INTO unlogged VALUES (7);"
	"CREATE VIEW seen AS SELECT * FROM plain; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS a;"
	"CREATE SEQUENCE counter; SELECT nextval('counter'), nextval('counter');"
	"CREATE SEQUENCE untouched START 5;"
	"SELECT lo_from_bytea(0, decode(repeat('00ff', 700000), 'hex'));"
	"SELECT lo_from_bytea(0, '');"
	"SELECT lo_put(lo_create(0), 5000, 'after a hole');"
	"CREATE ROLE keeper NOLOGIN";

static void postgresql_source_and_archive_agree(void **state)
{
	char path[100];
	struct component_config c = component_of(ENGINE_POSTGRESQL, &database, path);
	PGconn *session = platform_connect(&database, "postgres");
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct reading archive = { 0 }, sql = { 0 }, globals = { 0 };
	struct checks checks = { 0 };
	struct facts_policy policy = { .check_name = check_name(CHECK_FACTS),
				       .component = "database",
				       .subject = "",
				       .kinds = 1U << FACT_TABLE | 1U << FACT_LARGE_OBJECTS |
						1U << FACT_SEQUENCE | 1U << FACT_EXTENSION,
				       .severity = VERDICT_FAIL };

	(void)state;
	/* the name of a database may be anything; its settings must not reach the rows' text */
	platform_execute(
		session,
		"CREATE DATABASE \"od'd/=db\" ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
	platform_execute(session, "ALTER DATABASE \"od'd/=db\" SET TimeZone = 'Asia/Kolkata'");
	platform_execute(session, "ALTER DATABASE \"od'd/=db\" SET bytea_output = 'escape'");
	PQfinish(session);
	session = platform_connect(&database, "od'd/=db");
	platform_execute(session, schema);
	PQfinish(session);

	back_up(&c, &manifest, &parts);
	assert_int_equal(manifest.file_count, 3);
	assert_int_equal(manifest.file[0].kind, PART_DUMP);
	assert_string_equal(manifest.file[0].database, "od'd/=db");
	assert_string_equal(manifest.file[0].path, "database/backup_od'd%2F=db_" STAMP ".dump.gz");
	read_back(part_ending(&parts, ".dump.gz")->temporary, &archive);
	assert_int_equal(archive.format, FORMAT_PG_ARCHIVE);
	assert_int_equal(manifest.file[0].facts->side, FACTS_SOURCE);
	assert_int_equal(facts_compare(manifest.file[0].facts, &archive.facts, &policy, &checks),
			 0);
	for (size_t i = 0; i < checks.count; i++)
		print_message("%s: %s (%s, %s)\n", verdict_name(checks.item[i].verdict),
			      checks.item[i].message, checks.item[i].expected,
			      checks.item[i].found);
	assert_int_equal(checks_verdict(&checks), VERDICT_PASS);
	assert_int_equal(facts_find(&archive.facts, FACT_TABLE, "public", "plain")->count, 5000);
	assert_int_equal(facts_find(&archive.facts, FACT_LARGE_OBJECTS, "", "")->count, 3);

	read_back(part_ending(&parts, "=db_" STAMP ".sql.gz")->temporary, &sql);
	assert_int_equal(sql.format, FORMAT_PG_SQL);
	read_back(part_ending(&parts, "globals_" STAMP ".sql.gz")->temporary, &globals);
	assert_int_equal(globals.format, FORMAT_PG_SQL);
	assert_string_equal(note_of(&manifest, "TimeZone"), "UTC");
	assert_string_equal(note_of(&manifest, "role.keeper"), "nologin");
	assert_string_equal(note_of(&manifest, "setting.fsync"), "off");
	assert_string_equal(note_of(&manifest, "setting.max_wal_size"), "4GB");
	assert_string_equal(note_of(&manifest, "od'd/=db.encoding"), "LATIN1");
	assert_true(strlen(note_of(&manifest, "od'd/=db.snapshot")) > 0);

	reading_release(&archive);
	reading_release(&sql);
	reading_release(&globals);
	checks_release(&checks);
	release(&manifest, &parts);
	assert_int_equal(entries_of(path), 0);
}

static void an_exclusive_lock_fails_the_backup_and_leaves_nothing(void **state)
{
	char path[100];
	struct component_config c = component_of(ENGINE_POSTGRESQL, &database, path);
	struct backup_job job = { .component = &c, .root = root, .stamp = STAMP };
	const char *names[] = { "locked" };
	PGconn *session = platform_connect(&database, "postgres"), *holder;
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	platform_execute(session, "CREATE DATABASE locked");
	holder = platform_connect(&database, "locked");
	platform_execute(holder, "CREATE TABLE held (a int)");
	platform_execute(holder, "BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE");
	c.connect.databases = (struct string_list){ names, 1 };
	c.backups.lock_timeout_ns = NS_PER_SECOND / 20;
	assert_int_equal(engine_of(ENGINE_POSTGRESQL)->backup(&job, &manifest, &parts, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_non_null(strstr(err.message, "3 attempts"));
	assert_non_null(strstr(err.message, "held"));
	release(&manifest, &parts);
	assert_int_equal(entries_of(path), 0);

	/* the lock goes, and the next backup succeeds */
	error_clear(&err);
	platform_execute(holder, "COMMIT");
	manifest = (struct manifest){ 0 };
	back_up(&c, &manifest, &parts);
	release(&manifest, &parts);
	PQfinish(holder);
	platform_execute(session, "DROP DATABASE locked");
	PQfinish(session);
}

static void temporaries_of_a_dead_run_are_swept(void **state)
{
	char path[100], stale[160];
	struct component_config c = component_of(ENGINE_REDIS, &cache, path);
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 }, other = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(file_make_directories(path, 0700, &err), 0);
	(void)snprintf(stale, sizeof(stale), "%s/.snapshot_x.rdb.gz.abcdef.partial", path);
	assert_int_equal(file_write_atomic(stale, 0600, "x", 1, &err), 0);
	back_up(&c, &manifest, &parts);
	assert_int_equal(access(stale, F_OK), -1);
	/* but not those of one that lives */
	manifest_release(&manifest);
	manifest = (struct manifest){ 0 };
	back_up(&c, &manifest, &other);
	assert_int_equal(access(parts.item[0].temporary, F_OK), 0);
	backup_parts_release(&parts);
	release(&manifest, &other);
	assert_int_equal(entries_of(path), 0);
}

static void redis_snapshot_holds_every_key(void **state)
{
	char path[100];
	struct component_config c = component_of(ENGINE_REDIS, &cache, path);
	redisContext *connection = redisConnectUnix(cache.socket);
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct reading rdb = { 0 };
	const struct fact *fact;

	(void)state;
	assert_true(connection && !connection->err);
	for (int i = 0; i < 500; i++)
		freeReplyObject(redisCommand(connection, "SET key:%d value-%d", i, i));
	freeReplyObject(redisCommand(connection, "EXPIRE key:1 100000"));
	back_up(&c, &manifest, &parts);
	assert_string_equal(manifest.file[0].path, "cache/snapshot_" STAMP ".rdb.gz");
	read_back(parts.item[0].temporary, &rdb);
	assert_int_equal(rdb.format, FORMAT_RDB);
	fact = facts_find(&rdb.facts, FACT_KEYSPACE, "0", "string");
	assert_non_null(fact);
	assert_int_equal(fact->count, 500);
	assert_int_equal(fact->expires, 1);
	assert_non_null(strstr(note_of(&manifest, "keyspace_before.db0"), "keys=500"));

	/* with a known length there is no mark at the end */
	release(&manifest, &parts);
	manifest = (struct manifest){ 0 };
	reading_release(&rdb);
	rdb = (struct reading){ 0 };
	freeReplyObject(redisCommand(connection, "CONFIG SET repl-diskless-sync no"));
	back_up(&c, &manifest, &parts);
	read_back(parts.item[0].temporary, &rdb);
	reading_release(&rdb);
	release(&manifest, &parts);
	redisFree(connection);
}

static void rabbitmq_definitions_are_whole(void **state)
{
	char path[100];
	struct component_config c = component_of(ENGINE_RABBITMQ, &broker, path);
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct reading definitions = { 0 };

	(void)state;
	back_up(&c, &manifest, &parts);
	read_back(parts.item[0].temporary, &definitions);
	assert_int_equal(definitions.format, FORMAT_DEFINITIONS);
	reading_release(&definitions);
	release(&manifest, &parts);
}

static void expect_probe(const struct component_config *c, enum verdict verdict, size_t count,
			 const char *words)
{
	struct checks checks = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(engine_of(c->engine)->probe(c, &checks, &err), 0);
	assert_int_equal(checks.count, count);
	for (size_t i = 0; i < count; i++) {
		print_message("%s: %s: %s\n", checks.item[i].subject,
			      verdict_name(checks.item[i].verdict), checks.item[i].message);
		assert_int_equal(checks.item[i].verdict, verdict);
		assert_non_null(strstr(checks.item[i].message, words));
	}
	checks_release(&checks);
}

static void what_runs_is_reachable_with_its_version(void **state)
{
	struct component_config pg = platform_component(ENGINE_POSTGRESQL, &database);
	struct component_config redis = platform_component(ENGINE_REDIS, &cache);
	struct component_config rabbit = platform_component(ENGINE_RABBITMQ, &broker);

	(void)state;
	expect_probe(&pg, VERDICT_PASS, 1, "PostgreSQL");
	expect_probe(&redis, VERDICT_PASS, 1, "Redis");
	expect_probe(&rabbit, VERDICT_PASS, 2, "RabbitMQ");
}

static void a_wrong_password_is_an_authentication_failure(void **state)
{
	static const char words[] = "authentication failed";
	struct component_config pg = platform_component(ENGINE_POSTGRESQL, &database);
	struct component_config redis = platform_component(ENGINE_REDIS, &cache);
	struct component_config rabbit = platform_component(ENGINE_RABBITMQ, &broker);
	redisContext *connection = redisConnectUnix(cache.socket);
	PGconn *session = platform_connect(&database, "postgres");
	char hba[120];
	struct error err = ERROR_INIT;

	(void)state;
	(void)snprintf(hba, sizeof(hba), "%s/data/pg_hba.conf", database.place.directory);
	platform_execute(session, "CREATE ROLE guarded LOGIN PASSWORD 'right'");
	assert_int_equal(
		file_write_atomic(
			hba, 0644, "local all guarded scram-sha-256\nlocal all all trust\n",
			strlen("local all guarded scram-sha-256\nlocal all all trust\n"), &err),
		0);
	platform_execute(session, "SELECT pg_reload_conf()");
	pg.connect.user = "guarded";
	pg.connect.password = (struct secret){ .kind = SECRET_LITERAL, .text = "wrong" };
	/* the reload is asynchronous: until it is done, "guarded" needs no password */
	for (bool trusted = true; trusted;) {
		const char *const keys[] = { "host", "user", "dbname", NULL };
		const char *const values[] = { database.socket, "guarded", "postgres", NULL };
		PGconn *attempt = PQconnectdbParams(keys, values, 0);

		trusted = PQstatus(attempt) == CONNECTION_OK;
		PQfinish(attempt);
	}
	expect_probe(&pg, VERDICT_ERROR, 1, words);
	pg.connect.password.text = "right";
	expect_probe(&pg, VERDICT_PASS, 1, "PostgreSQL");

	freeReplyObject(redisCommand(connection, "ACL SETUSER guarded on >right allcommands"));
	redis.connect.user = "guarded";
	redis.connect.password = (struct secret){ .kind = SECRET_LITERAL, .text = "wrong" };
	expect_probe(&redis, VERDICT_ERROR, 1, words);
	redis.connect.password.text = "right";
	expect_probe(&redis, VERDICT_PASS, 1, "Redis");

	rabbit.connect.password.text = "wrong";
	expect_probe(&rabbit, VERDICT_ERROR, 2, words);
	PQfinish(session);
	redisFree(connection);
}

/* A port at which nobody listens, nor can, until the descriptor is closed. */
static int hold_port(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static void a_server_that_is_down_is_refused(void **state)
{
	struct component_config pg = platform_component(ENGINE_POSTGRESQL, &database);
	struct component_config redis = platform_component(ENGINE_REDIS, &cache);
	struct component_config rabbit = platform_component(ENGINE_RABBITMQ, &broker);
	int held[2] = { hold_port(&rabbit.connect.port),
			hold_port(&rabbit.connect.management_port) };

	(void)state;
	pg.connect.socket = root;
	redis.connect.socket = root;
	expect_probe(&pg, VERDICT_ERROR, 1, "refused");
	expect_probe(&redis, VERDICT_ERROR, 1, "refused");
	expect_probe(&rabbit, VERDICT_ERROR, 2, "refused");
	(void)close(held[0]);
	(void)close(held[1]);
	redis.connect.tls = true;
	expect_probe(&redis, VERDICT_ERROR, 1, "TLS");
}

static void a_service_is_probed_by_http_tcp_and_command(void **state)
{
	struct component_config web = platform_component(ENGINE_SERVICE, &broker);
	const char *good[] = { "/bin/true", NULL }, *bad[] = { "/bin/sh", "-c", "exit 2", NULL };
	char url[80], tcp[40];

	(void)state;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", (unsigned)broker.management_port);
	(void)snprintf(tcp, sizeof(tcp), "127.0.0.1:%u", (unsigned)broker.port);
	web.health.http = url;
	web.health.tcp = tcp;
	web.health.command = (struct string_list){ good, 1 };
	expect_probe(&web, VERDICT_PASS, 3, "");
	web.health.status = 418;
	web.health.tcp = "";
	web.health.command = (struct string_list){ bad, 3 };
	expect_probe(&web, VERDICT_ERROR, 2, "unexpected");
}

static void the_tools_are_there_and_not_older_than_the_server(void **state)
{
	struct component_config pg = platform_component(ENGINE_POSTGRESQL, &database);
	struct component_config redis = platform_component(ENGINE_REDIS, &cache);
	struct checks checks = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(engine_of(ENGINE_POSTGRESQL)->tools(&pg, &checks, &err), 0);
	assert_int_equal(engine_of(ENGINE_REDIS)->tools(&redis, &checks, &err), 0);
	assert_int_equal(checks.count, 4);
	assert_int_equal(checks_verdict(&checks), VERDICT_PASS);
	checks_release(&checks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postgresql_source_and_archive_agree),
		cmocka_unit_test(an_exclusive_lock_fails_the_backup_and_leaves_nothing),
		cmocka_unit_test(redis_snapshot_holds_every_key),
		cmocka_unit_test(temporaries_of_a_dead_run_are_swept),
		cmocka_unit_test(rabbitmq_definitions_are_whole),
		cmocka_unit_test(what_runs_is_reachable_with_its_version),
		cmocka_unit_test(a_server_that_is_down_is_refused),
		cmocka_unit_test(a_service_is_probed_by_http_tcp_and_command),
		cmocka_unit_test(the_tools_are_there_and_not_older_than_the_server),
		cmocka_unit_test(a_wrong_password_is_an_authentication_failure),
	};

	return cmocka_run_group_tests(tests, open_platform, close_platform);
}
