/* SPDX-License-Identifier: Apache-2.0 */
#include "round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/postgres/source_facts.h"

enum { DUMPS_MAX = 8, OUTPUT_MAX = 1 << 20, DIFFERENCES_MAX = 1000 };

#define STAMP "20261122_191419"

static void dump_directory(char out[96])
{
	(void)snprintf(out, 96, "%s/dumps", platform_directory);
}

void round_trip_open(void)
{
	char directory[96];

	dump_directory(directory);
	assert_int_equal(mkdir(directory, 0755), 0);
	assert_int_equal(chmod(directory, 0755), 0);
}

void round_trip_close(void)
{
	struct error err = ERROR_INIT;
	char directory[96];

	dump_directory(directory);
	if (file_remove_tree(directory, &err) < 0)
		fail_msg("%s", err.message);
}

void describe(const struct server *s, const char *database, struct described *out)
{
	const struct source_options options = { .counts_only = false };
	struct facts before = { .side = FACTS_SOURCE };
	struct error err = ERROR_INIT, why = ERROR_INIT;
	struct connect_config connect;

	*out = (struct described){ .facts.side = FACTS_SOURCE };
	server_connect_config(s, ENGINE_POSTGRESQL, &connect);
	out->session = session_open_pinned(&connect, database, NULL, &err);
	if (!out->session || source_sequences(out->session, &before, &err) < 0 ||
	    snapshot_take(out->session, 10 * NS_PER_SECOND, &out->snapshot, &why, &err) != 1 ||
	    source_facts(out->session, &options, &out->snapshot, &before, &out->facts, &err) < 0)
		fail_msg("%s%s", err.message, why.message);
	facts_release(&before);
}

void described_release(struct described *d)
{
	PQfinish(d->session);
	facts_release(&d->facts);
	snapshot_release(&d->snapshot);
}

void dump_file_release(struct dump_file *f)
{
	reading_release(&f->reading);
	if (f->source)
		facts_release(f->source);
	free(f->source);
	assert_int_equal(unlink(f->path), 0);
}

static void name_file(struct dump_file *out, const char *label)
{
	char directory[96];

	*out = (struct dump_file){ 0 };
	dump_directory(directory);
	(void)snprintf(out->label, sizeof(out->label), "%s", label);
	(void)snprintf(out->path, sizeof(out->path), "%s/%s", directory, label);
}

/* In blocks of a random size. */
static void read_dump(struct dump_file *f, struct contents *random)
{
	static uint8_t block[300000];
	size_t size = 1 + contents_below(random, sizeof(block));
	struct error err = ERROR_INIT;
	struct stage *reader = detect_open(&f->reading, &err);
	FILE *file = fopen(f->path, "rb");
	size_t n;

	assert_non_null(reader);
	assert_non_null(file);
	while ((n = fread(block, 1, size, file)) > 0)
		assert_int_equal(stage_push(reader, (struct span){ block, n }, &err), 0);
	assert_int_equal(ferror(file), 0);
	(void)fclose(file);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	for (size_t i = 0; i < f->reading.findings.count; i++) {
		if (finding_verdict(f->reading.findings.item[i].code) != VERDICT_WARN)
			fail_msg("%s: %s", f->label, f->reading.findings.item[i].message);
	}
	assert_true(f->reading.finished);
}

void dump_by_pg_dump(const struct server *s, const char *database, const char *snapshot,
		     const char *const *options, const char *label, struct contents *random,
		     struct dump_file *out)
{
	char host[160], user[80], at[96], file[160];
	const char *argv[16] = { "pg_dump", file };
	const char *const env[] = { host, user, NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;
	struct buf said = { 0 };
	size_t n = 2;

	name_file(out, label);
	(void)snprintf(host, sizeof(host), "PGHOST=%s", s->socket);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", s->user);
	(void)snprintf(at, sizeof(at), "--snapshot=%s", snapshot ? snapshot : "");
	(void)snprintf(file, sizeof(file), "--file=%s", out->path);
	for (size_t i = 0; options[i]; i++)
		argv[n++] = options[i];
	if (snapshot)
		argv[n++] = at;
	argv[n] = database;
	if (process_run(&spec, 300 * NS_PER_SECOND, OUTPUT_MAX, &said, &err) < 0)
		fail_msg("%s: %s", label, err.message);
	buf_release(&said);
	read_dump(out, random);
}

static void unpack(const char *from, const char *to)
{
	static uint8_t block[1 << 16];
	gzFile in = gzopen(from, "rb");
	FILE *out = fopen(to, "wb");
	int n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = gzread(in, block, sizeof(block))) > 0)
		assert_int_equal(fwrite(block, 1, (size_t)n, out), n);
	assert_int_equal(n, 0);
	assert_int_equal(gzclose(in), Z_OK);
	assert_int_equal(fclose(out), 0);
}

void dump_by_muster(const struct server *s, const char *database, struct contents *random,
		    struct dump_file *out)
{
	struct component_config c = platform_component(ENGINE_POSTGRESQL, s);
	char directory[96], path[120];
	struct backup_job job = { .component = &c, .root = directory, .stamp = STAMP };
	struct manifest manifest = { 0 };
	struct backup_parts parts = { 0 };
	struct error err = ERROR_INIT;

	dump_directory(directory);
	(void)snprintf(path, sizeof(path), "%s/%s", directory, c.name);
	c.backups.path = path;
	c.backups.sql = c.backups.globals = false;
	c.connect.databases = (struct string_list){ &database, 1 };
	if (engine_of(ENGINE_POSTGRESQL)->backup(&job, &manifest, &parts, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(manifest.file_count, 1);
	name_file(out, "muster");
	unpack(parts.item[0].temporary, out->path);
	out->source = TAKE(manifest.file[0].facts);
	assert_non_null(out->source);
	assert_int_equal(out->source->side, FACTS_SOURCE);
	backup_parts_release(&parts);
	manifest_release(&manifest);
	read_dump(out, random);
}

static void expect_no_failure(const struct restored *r)
{
	for (size_t i = 0; i < r->checks.count; i++) {
		enum verdict v = r->checks.item[i].verdict;

		if (v == VERDICT_FAIL || v == VERDICT_ERROR)
			fail_msg("%s: %s", r->checks.item[i].subject, r->checks.item[i].message);
	}
}

void restore_dumps(const struct dump_file *file, size_t count, struct restored *out)
{
	static const struct restore_config config = { 0 };
	struct restore_part part[DUMPS_MAX] = { 0 };
	struct restore_job job = { .part = part, .part_count = count, .config = &config };
	struct server server = SERVER_INIT;
	struct error err = ERROR_INIT;

	assert_true(count <= DUMPS_MAX);
	for (size_t i = 0; i < count; i++)
		part[i] = (struct restore_part){ .kind = PART_DUMP,
						 .format = file[i].reading.format,
						 .database = file[i].label,
						 .path = file[i].path,
						 .facts = &file[i].reading.facts };
	platform_start(ENGINE_POSTGRESQL, "restored", &server);
	if (engine_of(ENGINE_POSTGRESQL)->restore(&server, &job, out, &err) < 0)
		fail_msg("%s", err.message);
	platform_stop(ENGINE_POSTGRESQL, &server);
	expect_no_failure(out);
}

void expect_equal(struct facts *expected, struct facts *found, enum facts_mode mode, unsigned kinds,
		  const char *how)
{
	const struct facts_policy policy = { .check_name = check_name(CHECK_PROVEN),
					     .component = "",
					     .subject = "",
					     .mode = mode,
					     .kinds = kinds,
					     .severity = VERDICT_FAIL,
					     .max_differences = DIFFERENCES_MAX };
	struct checks checks = { 0 };
	bool good;

	assert_int_equal(facts_compare(expected, found, &policy, &checks), 0);
	for (size_t i = 0; i < checks.count; i++) {
		const struct check *c = &checks.item[i];

		if (c->verdict != VERDICT_PASS)
			print_message("%s: %s (%s, %s)\n", how, c->message, c->expected, c->found);
	}
	good = checks.count && checks_verdict(&checks) == VERDICT_PASS;
	checks_release(&checks);
	if (!good)
		fail_msg("%s", how);
}
