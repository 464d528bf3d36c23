/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the standbys of restored servers still stream when services have written. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "plan/drill/drill.intern.h"
#include "sandbox/visit_program.h"

enum { LSN_MAX = 32, SAID_MAX = 400, WHY_MAX = SAID_MAX + 160, GLANCE_US = 200000 };
static const int64_t patience_ns = 30 * NS_PER_SECOND, question_ns = 20 * NS_PER_SECOND;

/* One server, as psql finds it from inside; the standby's socket is in a directory of the primary's. */
struct side {
	const char *const *primary; /* variables */
	const char *host;           /* "PGHOST=..." of the standby; NULL: the primary is asked */
};

/* The first line of what psql says, without its end. 1: an answer; 0: psql failed, and those are its words. */
static int ask(const struct drill *d, const struct side *side, const char *sql, char said[SAID_MAX],
	       struct error *err)
{
	const char *const argv[] = { "psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", "postgres",
				     "-c",   sql,      NULL };
	const char *env[RESTORE_VARIABLES + 3] = { "PGCONNECT_TIMEOUT=10" };
	struct visit_capture capture = { .program = { .argv = argv, .env = env },
					 .time_max_ns = question_ns,
					 .stop = drill_stop(d) };
	CLEANUP(visit_captured_release)
	struct visit_captured seen = { 0 };
	size_t count = 1;

	for (const char *const *v = side->primary; *v; v++)
		env[count++] = side->host && strncmp(*v, "PGHOST=", 7) == 0 ? side->host : *v;
	if (visit_capture(&d->fleet.sandbox, &capture, &seen, err) < 0)
		return -1;
	(void)process_quote_text(&seen.output, said, SAID_MAX);
	return seen.code == 0 && !seen.time_is_up;
}

/*
 * The restored server may commit before it has flushed, so that what is flushed need not be all that
 * was written: a commit that waits for its flush is behind everything before it.
 */
static const char position_sql[] =
	"BEGIN READ WRITE; SET LOCAL synchronous_commit = on;"
	" DO $$BEGIN PERFORM pg_catalog.pg_logical_emit_message(true, 'muster', ''); END$$;"
	" COMMIT; SELECT pg_catalog.pg_current_wal_flush_lsn()";

/* Has the standby all that the primary had written when it was asked? 1: yes; 0: `why` not. */
static int await(const struct drill *d, const struct side *primary, const struct side *standby,
		 char why[WHY_MAX], struct error *err)
{
	const int64_t end_ns = clock_monotonic_ns() + patience_ns;
	char lsn[SAID_MAX], said[SAID_MAX], sql[400];
	int rc = ask(d, primary, position_sql, lsn, err);

	if (rc < 0)
		return -1;
	if (!rc || strspn(lsn, "0123456789ABCDEF/") != strlen(lsn) || strlen(lsn) >= LSN_MAX) {
		(void)snprintf(why, WHY_MAX,
			       "the restored server no longer tells what it has written: %s", lsn);
		return 0;
	}
	(void)snprintf(sql, sizeof(sql),
		       "SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver"
		       " WHERE status = 'streaming') THEN 'it does not stream'"
		       " WHEN pg_catalog.pg_last_wal_replay_lsn() >= '%.31s'::pg_catalog.pg_lsn"
		       " THEN 'caught up' ELSE 'it is behind' END",
		       lsn);
	do {
		rc = ask(d, standby, sql, said, err);
		if (rc < 0 || (rc && strcmp(said, "caught up") == 0))
			return rc;
		(void)usleep(GLANCE_US);
	} while (clock_monotonic_ns() < end_ns);
	(void)snprintf(why, WHY_MAX,
		       "the standby does not have what was written since, after 30 s: %s", said);
	return 0;
}

static const char *host_of_standby(struct drill *d, const struct restore_target *t)
{
	const char *found = NULL;

	(void)pthread_mutex_lock(&d->lock);
	for (const char *const *v = t->report.variable; *v; v++) {
		if (strncmp(*v, "PGHOST=", 7) == 0)
			found = arena_printf(&d->arena, "%s/standby", *v);
	}
	(void)pthread_mutex_unlock(&d->lock);
	return found;
}

/* Perhaps the sandbox has ended: what else there is to judge is judged all the same. */
static int tell_unseen(struct plan_run *run, struct drill *d, struct question *q,
		       const struct error *cause, struct error *err)
{
	char message[WHY_MAX];

	(void)snprintf(message, sizeof(message), "the standby could not be asked: %.400s",
		       cause->message);
	if (drill_tell_ended(run, d, q->component->name, message, err) < 0)
		return -1;
	return judge_as(run, q, VERDICT_ERROR, err, "%s", message);
}

static int look_at(struct plan_run *run, struct drill *d, const struct restore_target *t,
		   struct error *err)
{
	const struct side primary = { .primary = t->report.variable };
	const struct side standby = { .primary = t->report.variable,
				      .host = host_of_standby(d, t) };
	struct question q = { .id = CHECK_REPLICATION,
			      .component = t->component,
			      .subject = "after the services" };
	char why[WHY_MAX] = "";
	struct error cause = ERROR_INIT, ignored = ERROR_INIT;
	int rc;

	if (!standby.host)
		return judge_skipped(run, &q, err, "nobody told where the standby is");
	rc = await(d, &primary, &standby, why, &cause);
	if (rc < 0 && plan_may_go_on(run, &ignored) < 0) {
		*err = cause;
		return -1;
	}
	if (rc < 0)
		return tell_unseen(run, d, &q, &cause, err);
	if (rc)
		return judge(run, &q, true, err,
			     "the standby still streams, and has all that was written until now");
	if (drill_tell_ended(run, d, t->component->name, why, err) < 0)
		return -1;
	return judge(run, &q, false, err, "%s", why);
}

/* It had a standby that streamed; of another, what was wrong has been told. */
static bool had_standby(const struct restore_target *t)
{
	const struct checks *c = &t->report.restored.checks;
	bool streamed = false;

	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->item[i].name, check_name(CHECK_REPLICATION)) != 0)
			continue;
		streamed = check_weight(&c->item[i]) < VERDICT_ERROR;
		if (!streamed)
			return false;
	}
	return streamed;
}

int drill_look_at_standbys(struct plan_run *run, struct drill *d, struct error *err)
{
	if (d->standbys_seen || !d->restores.standby || !drill_has_sandbox(d))
		return 0;
	d->standbys_seen = true;
	for (size_t i = 0; i < d->fleet.test.target_count; i++) {
		struct restore_target *t = &d->fleet.test.target[i];

		if (t->component->engine == ENGINE_POSTGRESQL && restore_has_reported(t) &&
		    had_standby(t) && look_at(run, d, t, err) < 0)
			return -1;
	}
	return 0;
}
