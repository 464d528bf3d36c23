/* SPDX-License-Identifier: Apache-2.0 */
/* A session with a PostgreSQL server under the settings that decide how rows read as text. */
#ifndef COMPONENT_POSTGRES_SESSION_H
#define COMPONENT_POSTGRES_SESSION_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "component/postgres/wait.h"
#include "component/reach.h"
#include "config/config.h"

/*
 * name, value: pinned in our sessions and in pg_dump's, and noted in the manifest.
 * pg_dump sets some of them itself, but inherits TimeZone and bytea_output.
 */
#define PINNED_TABLE(X)                                                                            \
	X("TimeZone", "UTC")                                                                       \
	X("DateStyle", "ISO,YMD")                                                                  \
	X("IntervalStyle", "postgres")                                                             \
	X("bytea_output", "hex")                                                                   \
	X("extra_float_digits", "3")                                                               \
	X("lc_monetary", "C")                                                                      \
	X("row_security", "off")

struct pinned_setting {
	const char *name, *value;
};
extern const struct pinned_setting session_pinned_settings[];
extern const size_t session_pinned_setting_count;

/*
 * Append a connection string of everything but the password, for libpq and for
 * the programs' argv. `database` NULL: the component's first, else "postgres".
 */
MUST_CHECK int session_conninfo(const struct connect_config *c, const char *database,
				struct buf *out, struct error *err);

/*
 * Connect. NULL on failure: why stands in `reached`, and in `err` (ERROR_TARGET, or
 * ERROR_PERMISSION when the login was refused). Each answer may take as long as
 * connecting may. The caller calls PQfinish().
 */
PGconn *session_open(const struct connect_config *c, const char *database, struct reached *reached,
		     struct error *err);

/*
 * As session_open(), and pins the settings, an empty search_path and the server's
 * encoding. Its queries may take as long as they like until `stop_requested` says stop.
 */
PGconn *session_open_pinned(const struct connect_config *c, const char *database,
			    int (*stop_requested)(void), struct error *err);

static inline void cleanup_session(PGconn **session)
{
	PQfinish(*session);
}
static inline void cleanup_result(PGresult **result)
{
	PQclear(*result);
}

/* Run a statement; NULL with ERROR_TARGET and the server's words when it fails. */
PGresult *session_query(PGconn *session, const char *sql, struct error *err);
/* The same for a statement without rows. `sqlstate` (may be NULL) gets the failure's code. */
MUST_CHECK int session_command(PGconn *session, const char *sql, char sqlstate[6],
			       struct error *err);

/* Fill `err` with the server's words about `what`, on one line. Always returns -1. */
int session_error(const PGconn *session, const PGresult *result, const char *what,
		  struct error *err);

#endif
