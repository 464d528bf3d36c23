/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive names its database, so while the backup runs the copy has the name of the
 * original, and the original another.
 */
#include "demo/alter.h"

#include <stdio.h>

#include "component/postgres/session.h"
#include "demo/fill.h"
#include "demo/set_files.h"
#include "demo/trial.h"

#define COPY  "demo_altered"
#define ASIDE "demo_unaltered"

const struct alteration alteration_list[ALTERATION_COUNT] = {
	{ "3 rows of orchestrator.tool_calls deleted",
	  "DELETE FROM orchestrator.tool_calls WHERE id IN "
	  "(SELECT id FROM orchestrator.tool_calls ORDER BY id LIMIT 3)",
	  "proven", "table orchestrator.tool_calls: 3 rows missing" },
	/* # 1 changes the last bit, and never how many digits there are */
	{ "one number in orchestrator.messages changed",
	  "UPDATE orchestrator.messages SET tokens = tokens # 1 WHERE id = "
	  "(SELECT min(id) FROM orchestrator.messages)",
	  "proven", "table orchestrator.messages: the content differs" },
	{ "a row of orchestrator.schedules against its foreign key, now NOT VALID",
	  "ALTER TABLE orchestrator.schedules DROP CONSTRAINT schedules_workflow_id_fkey; "
	  "UPDATE orchestrator.schedules SET workflow_id = 0 WHERE id = "
	  "(SELECT min(id) FROM orchestrator.schedules); "
	  "ALTER TABLE orchestrator.schedules ADD CONSTRAINT schedules_workflow_id_fkey "
	  "FOREIGN KEY (workflow_id) REFERENCES orchestrator.workflows ON DELETE CASCADE "
	  "NOT VALID",
	  "constraints",
	  "1 row of table \"orchestrator\".\"schedules\" violates the foreign key "
	  "\"schedules_workflow_id_fkey\"" },
};

static int execute(const struct server *s, const char *database, const char *sql,
		   int (*stop_requested)(void), struct error *err)
{
	CLEANUP(cleanup_session)
	PGconn *session = NULL;
	struct connect_config connect;

	server_connect_config(s, ENGINE_POSTGRESQL, &connect);
	session = session_open_pinned(&connect, database, stop_requested, err);
	return session ? session_command(session, sql, NULL, err) : -1;
}

static int make_copy(const struct alter_request *r, struct error *err)
{
	if (execute(r->postgres, "postgres", "CREATE DATABASE " COPY " TEMPLATE " FILL_DATABASE,
		    r->stop_requested, err) < 0)
		return -1;
	for (size_t i = 0; i < ALTERATION_COUNT; i++) {
		if (execute(r->postgres, COPY, alteration_list[i].sql, r->stop_requested, err) < 0)
			return error_context(err, "%s", alteration_list[i].done);
	}
	return 0;
}

static int back_up(const struct alter_request *r, struct error *err)
{
	static const char *const words[] = { "backup", "postgres-main", NULL };
	CLEANUP(trial_release)
	struct trial backup = { 0 };

	if (trial_run(words, r->settings, &backup, err) < 0)
		return -1;
	if (backup.exit_code != 0)
		return error_set(err, ERROR_TARGET, "the altered copy could not be backed up: %s",
				 trial_text(trial_failure(&backup, NULL), "message"));
	return 0;
}

/* Both renames or none; after an interruption, too. */
static int back_up_as_original(const struct alter_request *r, struct error *err)
{
	struct error late = ERROR_INIT;
	int rc;

	if (execute(r->postgres, "postgres",
		    "BEGIN; ALTER DATABASE " FILL_DATABASE " RENAME TO " ASIDE "; "
		    "ALTER DATABASE " COPY " RENAME TO " FILL_DATABASE "; COMMIT",
		    NULL, err) < 0)
		return -1;
	rc = back_up(r, err);
	if (execute(r->postgres, "postgres",
		    "BEGIN; ALTER DATABASE " FILL_DATABASE " RENAME TO " COPY "; "
		    "ALTER DATABASE " ASIDE " RENAME TO " FILL_DATABASE "; COMMIT",
		    NULL, &late) < 0 &&
	    rc == 0) {
		*err = late;
		rc = -1;
	}
	return rc;
}

static int replace_dump(const struct alter_request *r, struct error *err)
{
	static const char dump[] = "postgres/backup_*.dump.gz";
	char from[SET_FILES_PATH], to[SET_FILES_PATH];

	if (set_files_find(r->scratch, dump, from, err) < 0 ||
	    set_files_find(r->repository, dump, to, err) < 0)
		return -1;
	if (rename(from, to) < 0)
		return error_set_errno(err, ERROR_IO, "rename %s to %s", from, to);
	return set_files_bless(r->repository, to, err);
}

int alter_dump(const struct alter_request *r, struct error *err)
{
	struct error late = ERROR_INIT;
	int rc = make_copy(r, err);

	if (rc == 0)
		rc = back_up_as_original(r, err);
	if (execute(r->postgres, "postgres", "DROP DATABASE IF EXISTS " COPY, NULL, &late) < 0 &&
	    rc == 0) {
		*err = late;
		rc = -1;
	}
	return rc < 0 ? -1 : replace_dump(r, err);
}
