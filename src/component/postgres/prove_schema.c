/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The definitions: the restored database is dumped without its data, and the table of contents
 * held against the backup's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "component/postgres/programs.h"
#include "component/postgres/prove_schema.intern.h"
#include "component/start.h"
#include "model/quote.h"

enum { BLOCK_SIZE = 1 << 20, SAID_MAX = 64 * 1024 };

static int skip(struct proof *p, const char *why, const char *hint, struct error *err)
{
	return proof_add(p, CHECK_SCHEMA,
			 (struct check){ .verdict = VERDICT_SKIPPED, .hint = hint }, err,
			 "the definitions were not compared: %s", why);
}

static int read_blocks(int fd, const char *path, struct pg_objects_reader *reader,
		       enum pg_objects_result *result, struct error *err)
{
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(BLOCK_SIZE);
	ssize_t n = 1;

	if (!block)
		return proof_no_memory(err);
	while (*result == PG_OBJECTS_MORE && n > 0) {
		n = read(fd, block, BLOCK_SIZE);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			return error_set_errno(err, ERROR_IO, "read %s", path);
		else if (pg_objects_push(reader, (struct span){ block, (size_t)n }, result, err) <
			 0)
			return -1;
	}
	if (*result == PG_OBJECTS_MORE)
		*result = PG_OBJECTS_NOT_READ;
	return 0;
}

static int read_objects(const char *path, bool is_tar, struct pg_objects *out,
			enum pg_objects_result *result, struct error *err)
{
	CLEANUP(cleanup_pg_objects_reader)
	struct pg_objects_reader *reader = pg_objects_reader_new(out, is_tar, err);
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!reader)
		return -1;
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	*result = PG_OBJECTS_MORE;
	return read_blocks(fd, path, reader, result, err);
}

struct schema_dump {
	char path[128]; /* in the server's place */
	bool quoted;    /* with all identifiers in quotes */
};

/* pg_dump of the definitions alone. ERROR_TARGET when it does not come to its end. */
static int dump_schema(struct proof *p, const struct schema_dump *d, struct error *err)
{
	const struct fact *encoding =
		p->part->facts ? facts_find(p->part->facts, FACT_SETTING, "", "encoding") : NULL;
	unsigned major = (unsigned)PQserverVersion(p->session) / 10000;
	CLEANUP(buf_release)
	struct buf program = { 0 };
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };
	const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "PGTZ=UTC", NULL };
	const char *argv[12] = { NULL, "--no-password", "-Fc", "-s", "-f", d->path, "-d", NULL };
	size_t n = 8;
	struct process_spec spec;

	if (postgres_program_directory("pg_dump", major, &program, err) < 0)
		return -1;
	if (buf_puts(&program, "/pg_dump") < 0)
		return proof_no_memory(err);
	if (session_conninfo(&p->connect, p->database, &conninfo, err) < 0)
		return -1;
	argv[0] = program.ptr;
	argv[7] = conninfo.ptr;
	if (encoding && encoding->value[0]) {
		argv[n++] = "-E";
		argv[n++] = encoding->value;
	}
	if (d->quoted)
		argv[n++] = "--quote-all-identifiers";
	spec = server_process_spec(&p->server->place, argv, env, -1);
	return process_run(&spec, -1, SAID_MAX, NULL, err);
}

static int dump_and_read(struct proof *p, bool quoted, struct pg_objects *out, struct error *err)
{
	struct schema_dump d = { .quoted = quoted };
	enum pg_objects_result result;
	int rc;

	(void)snprintf(d.path, sizeof(d.path), "%s/definitions.dump", p->server->place.directory);
	rc = dump_schema(p, &d, err);
	if (rc == 0)
		rc = read_objects(d.path, false, out, &result, err);
	(void)unlink(d.path);
	if (rc == 0 && result != PG_OBJECTS_DONE)
		return error_set(err, ERROR_TARGET, "the dump of the definitions in %s is not read",
				 d.path);
	return rc;
}

static bool is_same_major(const struct pg_objects *a, const struct pg_objects *b)
{
	return strtoul(a->dump_version, NULL, 10) == strtoul(b->dump_version, NULL, 10) &&
	       strtoul(a->server_version, NULL, 10) == strtoul(b->server_version, NULL, 10);
}

/* A dump may have been made with all identifiers in quotes: whichever way agrees better was it. */
static int choose_quoting(struct proof *p, struct pg_objects *backup, struct pg_objects *restored,
			  struct error *err)
{
	struct schema_outcome plain, with_quotes;
	struct pg_objects quoted = { 0 }, worse;
	int rc = schema_compare(backup, restored, false, NULL, &plain, err);

	if (rc < 0 || plain.differences == 0)
		return rc;
	rc = dump_and_read(p, true, &quoted, err);
	if (rc == 0)
		rc = schema_compare(backup, &quoted, false, NULL, &with_quotes, err);
	if (rc == 0 && with_quotes.differences < plain.differences) {
		worse = *restored;
		*restored = quoted;
		quoted = worse;
	}
	pg_objects_release(&quoted);
	return rc;
}

static int report_other_version(struct proof *p, const struct pg_objects *backup,
				const struct pg_objects *restored,
				const struct schema_outcome *outcome, struct error *err)
{
	char server[60], dump[60];

	return proof_add(
		p, CHECK_SCHEMA, (struct check){ .verdict = VERDICT_WARN }, err,
		"%zu definitions read otherwise here, which says little: they were "
		"printed by PostgreSQL %s for pg_dump %s, and here by %s",
		outcome->otherwise, quote_text(backup->server_version, server, sizeof(server)),
		quote_text(backup->dump_version, dump, sizeof(dump)), restored->server_version);
}

static int compare(struct proof *p, struct pg_objects *backup, struct pg_objects *restored,
		   struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_SCHEMA };
	bool identities_only = !is_same_major(backup, restored);
	struct schema_outcome outcome;

	if (!identities_only && choose_quoting(p, backup, restored, err) < 0)
		return -1;
	if (schema_compare(backup, restored, identities_only, &defects, &outcome, err) < 0)
		return -1;
	if (defects.count)
		return proof_defects_end(&defects, "schema objects that differ", err);
	if (outcome.otherwise)
		return report_other_version(p, backup, restored, &outcome, err);
	return schema_report_equal(p, backup, &outcome, err);
}

static int compare_with_restored(struct proof *p, struct pg_objects *backup, struct error *err)
{
	struct pg_objects restored = { 0 };
	struct error failure = ERROR_INIT;
	int rc = dump_and_read(p, false, &restored, &failure);

	if (rc < 0 && failure.kind != ERROR_TARGET && failure.kind != ERROR_NOT_FOUND) {
		*err = failure;
	} else if (rc < 0) {
		rc = proof_add(p, CHECK_SCHEMA,
			       (struct check){ .verdict = VERDICT_ERROR, .hint = failure.hint },
			       err, "the restored definitions could not be dumped: %s",
			       failure.message);
	} else {
		rc = compare(p, backup, &restored, err);
	}
	pg_objects_release(&restored);
	return rc;
}

static int compare_with_backup(struct proof *p, struct pg_objects *backup, struct error *err)
{
	enum pg_objects_result result;

	if (read_objects(p->part->path, p->part->format == FORMAT_PG_TAR, backup, &result, err) < 0)
		return -1;
	if (result == PG_OBJECTS_TOO_LARGE)
		return skip(p, "the backup has more than 512 MiB of them", "", err);
	if (result == PG_OBJECTS_NOT_READ)
		return skip(p, "the backup's table of contents is not read", "", err);
	if (backup->count == 0)
		return skip(p, "the backup holds none, only data", "", err);
	return compare_with_restored(p, backup, err);
}

int prove_schema(struct proof *p, struct error *err)
{
	struct pg_objects backup = { 0 };
	int rc;

	proof_progress(p, "definitions", 0, 0);
	if (p->part->format != FORMAT_PG_ARCHIVE && p->part->format != FORMAT_PG_TAR)
		return skip(p, "plain SQL has no table of contents",
			    "back up with pg_dump -Fc to have them compared", err);
	rc = compare_with_backup(p, &backup, err);
	pg_objects_release(&backup);
	return rc;
}
