/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/dump.h"

#include <stdio.h>
#include <string.h>

#include "component/postgres/programs.h"
#include "component/pump.h"
#include "component/tool.h"

static int find_program(const struct backup_job *job, const char *name, unsigned server_major,
			char path[512], struct manifest *manifest, struct error *err)
{
	CLEANUP(buf_release)
	struct buf directory = { 0 };
	CLEANUP(buf_release)
	struct buf version = { 0 };
	unsigned major = 0;

	if (postgres_program_directory(name, server_major, &directory, err) < 0)
		return -1;
	(void)snprintf(path, 512, "%s/%s", directory.ptr, name);
	if (tool_version(path, &version, &major, err) < 0)
		return -1;
	if (major < server_major) {
		(void)error_set(err, ERROR_TARGET, "%s is version %s, older than the server's %u",
				path, version.ptr, server_major);
		return error_hint(err, "install postgresql-client-%u", server_major);
	}
	return note_add(manifest, job, version.ptr, err, "%s_version", name);
}

static int make_environment(struct dump_programs *p, const struct backup_job *job,
			    struct error *err)
{
	size_t n = 0;
	int rc = buf_puts(&p->password, "PGPASSWORD=");

	if (secret_fetch(&job->component->connect.password, &p->password, err) < 0)
		return -1;
	rc |= buf_puts(&p->options, "PGOPTIONS=");
	for (size_t i = 0; i < session_pinned_setting_count; i++)
		rc |= buf_printf(&p->options, "%s-c %s=%s", i ? " " : "",
				 session_pinned_settings[i].name, session_pinned_settings[i].value);
	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the environment of pg_dump");
	if (job->component->connect.password.kind != SECRET_NONE)
		p->set_env[n++] = p->password.ptr;
	p->set_env[n++] = p->options.ptr;
	/* libpq sends these after PGOPTIONS, and they would win */
	p->set_env[n++] = "PGTZ=UTC";
	p->set_env[n++] = "PGDATESTYLE=ISO,YMD";
	p->set_env[n++] = "LC_ALL=C.UTF-8";
	return 0;
}

int dump_programs_find(struct dump_programs *p, const struct backup_job *job, unsigned server_major,
		       struct manifest *manifest, struct error *err)
{
	const struct backups_config *wanted = &job->component->backups;

	if (find_program(job, "pg_dump", server_major, p->pg_dump, manifest, err) < 0)
		return -1;
	if (wanted->sql &&
	    find_program(job, "pg_restore", server_major, p->pg_restore, manifest, err) < 0)
		return -1;
	if (wanted->globals &&
	    find_program(job, "pg_dumpall", server_major, p->pg_dumpall, manifest, err) < 0)
		return -1;
	return make_environment(p, job, err);
}

void dump_programs_release(struct dump_programs *p)
{
	secret_wipe(&p->password);
	buf_release(&p->options);
}

/* pg_dump locks every table before it writes anything. */
static bool lost_a_lock(const struct pump *p)
{
	return p->bytes == 0 && p->messages.len &&
	       (strstr(p->messages.ptr, "LOCK TABLE") || strstr(p->messages.ptr, "lock timeout"));
}

static int note_messages(const struct pump *p, const struct backup_job *job,
			 struct manifest *manifest, const char *program, struct error *err)
{
	if (note_lines(manifest, job, program, &p->messages, err) < 0)
		return -1;
	return note_lines(manifest, job, "pg_restore_said", &p->filter_messages, err);
}

/* "--dbname=CONNINFO": a name with '=' in it would be read as a connection string. */
static int dbname_argument(const struct backup_job *job, const char *database, struct buf *out,
			   struct error *err)
{
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };

	if (session_conninfo(&job->component->connect, database, &conninfo, err) < 0)
		return -1;
	if (buf_printf(out, "--dbname=%s", conninfo.ptr) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the arguments of pg_dump");
	return 0;
}

int dump_database(const struct dump_request *r, struct manifest *manifest, struct error *why,
		  struct error *err)
{
	CLEANUP(buf_release)
	struct buf dbname = { 0 };
	char snapshot[96], timeout[64], encoding[64];
	const char *const argv[] = { r->programs->pg_dump,
				     "--format=custom",
				     "--compress=0",
				     "--no-password",
				     snapshot,
				     timeout,
				     encoding,
				     NULL,
				     NULL };
	const char *const filter[] = { r->programs->pg_restore, "--file=-", NULL };
	const char *full[sizeof(argv) / sizeof(*argv)];
	struct error failure = ERROR_INIT;
	struct pump pump = { .job = r->job,
			     .subject = r->archive->path,
			     .argv = full,
			     .set_env = r->programs->set_env,
			     .receive = pump_to_part,
			     .cookie = r->archive,
			     .filter_argv = r->sql ? filter : NULL,
			     .filtered = r->sql };
	int rc;

	if (dbname_argument(r->job, r->database, &dbname, err) < 0)
		return -1;
	(void)snprintf(snapshot, sizeof(snapshot), "--snapshot=%s", r->snapshot->id);
	(void)snprintf(timeout, sizeof(timeout), "--lock-wait-timeout=%lld",
		       (long long)(r->job->component->backups.lock_timeout_ns / 1000000));
	(void)snprintf(encoding, sizeof(encoding), "--encoding=%s", r->encoding);
	memcpy(full, argv, sizeof(argv));
	full[7] = dbname.ptr;
	rc = pump_run(&pump, &failure);
	if (rc < 0 && lost_a_lock(&pump)) {
		*why = failure;
		rc = 0;
	} else if (rc < 0) {
		*err = failure;
	} else if (part_finish(r->archive, err) == 0 &&
		   (!r->sql || part_finish(r->sql, err) == 0) &&
		   note_messages(&pump, r->job, manifest, "pg_dump_said", err) == 0) {
		rc = 1;
	} else {
		rc = -1;
	}
	pump_release(&pump);
	return rc;
}

int dump_globals(const struct dump_programs *p, const struct backup_job *job, struct part *out,
		 struct manifest *manifest, struct error *err)
{
	CLEANUP(buf_release)
	struct buf dbname = { 0 };
	const char *argv[] = {
		p->pg_dumpall, "--globals-only", "--no-role-passwords", "--no-password", NULL, NULL
	};
	struct pump pump = { .job = job,
			     .subject = out->path,
			     .argv = argv,
			     .set_env = p->set_env,
			     .receive = pump_to_part,
			     .cookie = out };
	int rc;

	if (dbname_argument(job, NULL, &dbname, err) < 0)
		return -1;
	argv[4] = dbname.ptr;
	rc = pump_run(&pump, err);
	if (rc == 0)
		rc = part_finish(out, err);
	if (rc == 0)
		rc = note_messages(&pump, job, manifest, "pg_dumpall_said", err);
	pump_release(&pump);
	return rc;
}
