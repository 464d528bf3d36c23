/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that write PostgreSQL's backups, under our settings. */
#ifndef COMPONENT_POSTGRES_DUMP_H
#define COMPONENT_POSTGRES_DUMP_H

#include "component/note.h"
#include "component/part.h"
#include "component/postgres/snapshot.h"

/* What every program of one backup shares. */
struct dump_programs {
	char pg_dump[512], pg_restore[512], pg_dumpall[512]; /* paths */
	struct buf password, options;                        /* assignments for the environment */
	const char *set_env[8];                              /* NULL-terminated */
};

/* Find programs fit for `server_major`, note their versions, make their environment. */
MUST_CHECK int dump_programs_find(struct dump_programs *p, const struct backup_job *job,
				  unsigned server_major, struct manifest *manifest,
				  struct error *err);
void dump_programs_release(struct dump_programs *p);

struct dump_request {
	const struct dump_programs *programs;
	const struct backup_job *job;
	const char *database, *encoding;
	const struct snapshot *snapshot;
	struct part *archive, *sql; /* open; sql NULL: not wanted */
};

/*
 * One pg_dump on the snapshot; its stream becomes the archive and, by pg_restore,
 * the SQL; both get finished. What the programs said is noted. 1: done; 0:
 * pg_dump did not get a lock in time (`why`); -1: error.
 */
MUST_CHECK int dump_database(const struct dump_request *r, struct manifest *manifest,
			     struct error *why, struct error *err);

/* pg_dumpall's roles and tablespaces, without passwords, into an open part, which gets finished. */
MUST_CHECK int dump_globals(const struct dump_programs *p, const struct backup_job *job,
			    struct part *out, struct manifest *manifest, struct error *err);

#endif
