/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much was missing in the backup when it was made, told by the data itself: by a query of
 * the user's, by the row that `muster canary` writes, or else by the newest time in indexed
 * columns, which is a guess.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "component/postgres/canary.h"
#include "component/postgres/prove.intern.h"
#include "model/expect.h"
#include "model/quote.h"

struct newest {
	int64_t at_ns;
	bool is_found, is_guess;
	char source[2 * PROOF_NAME_SIZE + 80]; /* what tells it */
	char why[PROOF_WORDS_SIZE];            /* why nothing was found */
};

/* A statement of one value: a time, or NULL. */
static int ask_time(struct proof *p, const char *sql, struct newest *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *result = proof_ask(p, sql, err);
	const char *value;
	char shown[80];

	if (!result)
		return -1;
	value = proof_value(result);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		(void)proof_words(result, out->why);
	else if (!value)
		(void)snprintf(out->why, sizeof(out->why), "there is no row");
	else if (expect_parse_time(value, &out->at_ns) < 0)
		(void)snprintf(out->why, sizeof(out->why), "%s is not a time",
			       quote_text(value, shown, sizeof(shown)));
	else
		out->is_found = true;
	return 0;
}

/* The first column of a B-tree, whose end is found without reading the table. */
static const char time_columns[] =
	"SELECT DISTINCT n.nspname, r.relname, a.attname, format("
	"'SELECT max(%I)::timestamptz FROM ONLY %I.%I WHERE %I <= ', a.attname, n.nspname,"
	" r.relname, a.attname), r.relpages\n"
	"FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'"
	" JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'"
	" JOIN pg_class r ON r.oid = i.indrelid JOIN pg_namespace n ON n.oid = r.relnamespace"
	" JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = i.indkey[0]\n"
	"WHERE i.indisvalid AND i.indpred IS NULL AND r.relkind = 'r' AND a.atttypid IN ("
	"'timestamptz'::regtype, 'timestamp'::regtype) AND " PROVE_USERS_OWN(
		"n") "\n"
		     "ORDER BY r.relpages DESC, 1, 2, 3 LIMIT 200";

static int look_at_column(struct proof *p, const PGresult *list, int row, struct newest *best,
			  struct error *err)
{
	int64_t limit_ns = p->part->taken_ns ? p->part->taken_ns : clock_wall_ns();
	char name[PROOF_NAME_SIZE], column[PROOF_NAME_SIZE], limit[80];
	struct newest one = { .is_guess = true };
	CLEANUP(buf_release)
	struct buf sql = { 0 };

	(void)snprintf(limit, sizeof(limit), "to_timestamp(%" PRId64 ") AT TIME ZONE 'UTC'",
		       limit_ns / NS_PER_SECOND + 1);
	if (buf_printf(&sql, "%s%s", PQgetvalue(list, row, 3), limit) < 0)
		return proof_no_memory(err);
	if (ask_time(p, sql.ptr, &one, err) < 0)
		return -1;
	if (!one.is_found || (best->is_found && one.at_ns <= best->at_ns))
		return 0;
	(void)snprintf(one.source, sizeof(one.source), "the newest time in column %s of table %s",
		       proof_name("", PQgetvalue(list, row, 2), column),
		       proof_name(PQgetvalue(list, row, 0), PQgetvalue(list, row, 1), name));
	*best = one;
	return 0;
}

static int guess(struct proof *p, struct newest *out, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *list = session_query(p->session, time_columns, err);

	if (!list)
		return -1;
	for (int i = 0; i < PQntuples(list); i++) {
		if (look_at_column(p, list, i, out, err) < 0)
			return -1;
	}
	if (!out->is_found)
		(void)snprintf(out->why, sizeof(out->why),
			       "there is no row of muster canary, and no indexed column holds a "
			       "time before the backup's");
	return 0;
}

static int find_newest(struct proof *p, struct newest *out, struct error *err)
{
	const char *own = p->job->config->recovery_point;
	CLEANUP(cleanup_result)
	PGresult *canary = NULL;

	if (own && *own) {
		(void)snprintf(out->source, sizeof(out->source), "restore.recovery_point");
		return ask_time(p, own, out, err);
	}
	canary = session_query(p->session,
			       "SELECT to_regclass('" POSTGRES_CANARY_TABLE "') IS NOT NULL", err);
	if (!canary)
		return -1;
	if (PQgetvalue(canary, 0, 0)[0] == 't') {
		(void)snprintf(out->source, sizeof(out->source), "the row of muster canary");
		if (ask_time(p, "SELECT max(at) FROM " POSTGRES_CANARY_TABLE, out, err) < 0)
			return -1;
		if (out->is_found)
			return 0;
	}
	return guess(p, out, err);
}

/* What the number cannot tell. */
static const char *uncertainty(const struct newest *n, bool is_own)
{
	if (n->is_guess)
		return "; if nothing was written then, less was missing";
	return is_own ? "" : "; exact to how often the canary is written";
}

static int report_loss(struct proof *p, const struct newest *n, struct error *err)
{
	const char *own = p->job->config->recovery_point;
	int64_t taken_ns = p->part->taken_ns, rpo_ns = p->job->rpo_ns;
	int64_t loss_ns = taken_ns > n->at_ns ? taken_ns - n->at_ns : 0;
	char at[CLOCK_RFC3339_SIZE], taken[CLOCK_RFC3339_SIZE];
	char loss[QUANTITY_TEXT_SIZE], rpo[QUANTITY_TEXT_SIZE] = "";
	struct check base = { .verdict = VERDICT_PASS, .found = loss };

	(void)quantity_format_duration(loss_ns - loss_ns % NS_PER_SECOND, loss);
	if (rpo_ns) {
		base.expected = quantity_format_duration(rpo_ns, rpo);
		if (loss_ns > rpo_ns)
			base.verdict = n->is_guess ? VERDICT_WARN : VERDICT_FAIL;
	}
	if (n->is_guess)
		base.hint = "let muster canary run every minute, or set restore.recovery_point, "
			    "to know it";
	return proof_add(p, CHECK_RECOVERY_POINT, base, err,
			 "at most %s of data were missing when the backup was made at %s: %s is "
			 "%s%s%s%s",
			 loss, clock_format_rfc3339(taken_ns, taken), n->source,
			 clock_format_rfc3339(n->at_ns, at), uncertainty(n, own && *own),
			 rpo_ns ? "; the objective is " : "", rpo);
}

/* For those who hold it against another time than the backup's. */
static int note_newest(struct proof *p, const struct newest *n, struct error *err)
{
	char name[PROOF_NAME_SIZE + sizeof(RESTORED_NEWEST)], at[CLOCK_RFC3339_SIZE];

	(void)snprintf(name, sizeof(name), "%s%s%.190s",
		       n->is_guess ? RESTORED_NEWEST_GUESSED : RESTORED_NEWEST, " in ",
		       p->database);
	if (restored_note_add(p->out, name, clock_format_rfc3339(n->at_ns, at)) < 0)
		return proof_no_memory(err);
	return 0;
}

int prove_recovery_point(struct proof *p, struct error *err)
{
	struct newest newest = { 0 };
	struct check base = { .verdict = VERDICT_SKIPPED };
	char at[CLOCK_RFC3339_SIZE];
	const char *own = p->job->config->recovery_point;

	if (find_newest(p, &newest, err) < 0 ||
	    (newest.is_found && note_newest(p, &newest, err) < 0))
		return -1;
	if (newest.is_found && p->part->taken_ns)
		return report_loss(p, &newest, err);
	if (newest.is_found) {
		base.found = clock_format_rfc3339(newest.at_ns, at);
		return proof_add(p, CHECK_RECOVERY_POINT, base, err,
				 "%s is %s, but nobody knows when the backup was made",
				 newest.source, at);
	}
	base.found = newest.why;
	if (own && *own)
		base.verdict = VERDICT_FAIL;
	return proof_add(p, CHECK_RECOVERY_POINT, base, err,
			 "the data does not tell how new it is: %s", newest.why);
}
