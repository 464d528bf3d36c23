/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a PostgreSQL restore share; restore.c has the order of things. A dump
 * is a program: all of it belongs inside a sandbox.
 */
#ifndef COMPONENT_POSTGRES_RESTORE_H
#define COMPONENT_POSTGRES_RESTORE_H

#include "component/engine.h"
#include "component/postgres/messages.h"
#include "component/postgres/session.h"

enum { POSTGRES_NAME_SIZE = 64 }; /* NAMEDATALEN */

/* What becomes of a part; zeroed: nothing, such as of the globals. */
struct postgres_target {
	char database[POSTGRES_NAME_SIZE]; /* where it is restored; "" = nowhere */
	bool loads;                        /* it is to be loaded and read back */
	bool cluster; /* of pg_dumpall: it makes its roles and databases; facts' scopes have these before them */
};

/* Settings of a server's, each over those before it. */
enum { POSTGRES_SETTINGS_MAX = 48 };
struct postgres_settings {
	struct arena arena;
	struct restored_note item[POSTGRES_SETTINGS_MAX];
	size_t count;
};
void postgres_settings_release(struct postgres_settings *s);
/* -1: no memory, or too many. `name` is static. */
__attribute__((format(printf, 3, 4))) MUST_CHECK int postgres_settings_add(
	struct postgres_settings *s, const char *name, const char *format, ...);

/* A restore under way. */
struct postgres_restore {
	struct server *server;
	const struct restore_job *job;
	struct restored *out;
	struct connect_config connect;     /* borrows from `server` */
	struct postgres_target *target;    /* per part of the job */
	struct postgres_settings settings; /* of `server`, since postgres_restore_settle() */
	enum restore_phase reading;        /* the phase in which facts are read just now */
	unsigned jobs;                     /* sessions at a time, at least 1 */
	unsigned server_major;
	char pg_restore[512], psql[512]; /* paths; "" = not needed */
	struct buf explained; /* server messages that the programs told of, a line each */
	int64_t began_ns;     /* the phase under way, monotonic */
};

/* job->progress(), if there is one. */
void postgres_restore_progress(const struct postgres_restore *r, enum restore_phase phase,
			       const char *what, uint64_t done, uint64_t total, bool of_bytes);

/* The value of a setting that the part's own text tells; NULL: it does not. */
const char *postgres_part_setting(const struct restore_part *p, const char *name);

/* How people know the part: its database, "globals"; may be "". */
const char *postgres_part_label(const struct restore_part *p);

/* Adds a check of the part, by its label. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int postgres_restore_check(
	const struct postgres_restore *r, const struct restore_part *p, const struct check *base,
	struct error *err, const char *fmt, ...);

MUST_CHECK int postgres_restore_note(const struct postgres_restore *r, const char *name,
				     const char *value, struct error *err);

/* A pinned session as the administrator. NULL on failure. */
PGconn *postgres_restore_session(const struct postgres_restore *r, const char *database,
				 struct error *err);

/*
 * PREPARE. Each is -1, ERROR_TARGET and a hint where this machine is what lacks something:
 * preflight: programs, versions, extensions; adds CHECK_PREFLIGHT. settle: the server anew
 * with settings for a bulk load, or production's. prepare: roles, tablespaces and one
 * database per part.
 */
MUST_CHECK int postgres_restore_preflight(struct postgres_restore *r, struct error *err);
MUST_CHECK int postgres_restore_settle(struct postgres_restore *r, struct error *err);
MUST_CHECK int postgres_restore_prepare(struct postgres_restore *r, struct error *err);

/* A new directory of the server's account; below its place. */
MUST_CHECK int postgres_restore_make_directory(const struct place *place, const char *directory,
					       struct error *err);

/* LOAD a part into its database; adds CHECK_RESTORED. */
MUST_CHECK int postgres_restore_load(struct postgres_restore *r, size_t part, struct error *err);
/*
 * Globals or a whole cluster, by psql as another superuser, since they may leave "postgres"
 * without rights or login, as those of a hosted source do; it gets them back.
 */
MUST_CHECK int postgres_restore_cluster(struct postgres_restore *r, const struct restore_part *p,
					struct error *err);
/* What that needs: psql on the part, as `user`; `benign` as in messages.h. */
MUST_CHECK int postgres_restore_psql(struct postgres_restore *r, const struct restore_part *p,
				     const char *user, const struct string_list *benign,
				     struct error *err);

/*
 * A tar of pg_dump's directory format, which pg_restore does not take, unpacked into a new
 * directory of the server's place, whose path goes to `out`. 1: done; 0: it is pg_dump's own
 * tar; -1.
 */
MUST_CHECK int postgres_restore_unpack(const struct postgres_restore *r,
				       const struct restore_part *p, char out[128],
				       struct error *err);

/* What the server's log says from byte `from` on, held against r->explained; adds CHECK_SERVER_LOG. */
MUST_CHECK int postgres_restore_judge_log(struct postgres_restore *r, uint64_t from,
					  struct error *err);

/*
 * What the log of a standby says, and that of the restored server from byte `from` on, while
 * one streamed from the other; adds CHECK_SERVER_LOG of the standby.
 */
MUST_CHECK int postgres_restore_judge_standby_log(struct postgres_restore *r, const char *standby,
						  uint64_t from, struct error *err);

/* Columns of tables that inherit, in the order in which an archive has them. */
struct dumped_tables;
MUST_CHECK int postgres_restore_order_columns(const struct restore_part *p, PGconn *session,
					      struct dumped_tables *tables, struct error *err);

/*
 * READ_BACK: the part's facts and doubtful facts. On a standby, tables and sequences that are
 * on its primary only are facts with nothing known.
 */
MUST_CHECK int postgres_restore_read_back(struct postgres_restore *r, size_t part,
					  struct error *err);

/* REPLICATE: the server anew, so that a standby may stream from it; when that fails it has ended. */
MUST_CHECK int postgres_restore_settle_streaming(struct postgres_restore *r, struct error *err);
/*
 * A standby beside it, which streams and is read back as the server was; adds
 * CHECK_REPLICATION. It stays up, as the server's companion, unless it could not be made.
 */
MUST_CHECK int postgres_restore_replicate(struct postgres_restore *r, struct error *err);

#endif
