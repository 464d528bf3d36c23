/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/session.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"

const struct pinned_setting session_pinned_settings[] = {
#define X(name, value) { name, value },
	PINNED_TABLE(X)
#undef X
};
const size_t session_pinned_setting_count =
	sizeof(session_pinned_settings) / sizeof(*session_pinned_settings);

static const char *first_database(const struct connect_config *c)
{
	return c->databases.count ? c->databases.item[0] : "postgres";
}

static int add_keyword(struct buf *out, const char *key, const char *value)
{
	if (!value || !*value)
		return 0;
	if (buf_printf(out, "%s%s='", out->len ? " " : "", key) < 0)
		return -1;
	for (; *value; value++) {
		if ((*value == '\'' || *value == '\\') && buf_puts(out, "\\") < 0)
			return -1;
		if (buf_append(out, value, 1) < 0)
			return -1;
	}
	return buf_puts(out, "'");
}

int session_conninfo(const struct connect_config *c, const char *database, struct buf *out,
		     struct error *err)
{
	const char *host = c->host && *c->host ? c->host : c->socket;
	char port[8] = "", timeout[24];

	if (c->port)
		(void)snprintf(port, sizeof(port), "%u", (unsigned)c->port);
	/* libpq takes whole seconds and rounds one up to two */
	(void)snprintf(timeout, sizeof(timeout), "%lld",
		       (long long)((reach_timeout_ns(c) + NS_PER_SECOND - 1) / NS_PER_SECOND));
	if (add_keyword(out, "service", c->service) < 0 || add_keyword(out, "host", host) < 0 ||
	    add_keyword(out, "port", port) < 0 || add_keyword(out, "user", c->user) < 0 ||
	    add_keyword(out, "dbname", database ? database : first_database(c)) < 0 ||
	    add_keyword(out, "sslmode", c->sslmode) < 0 ||
	    add_keyword(out, "sslrootcert", c->ca_file) < 0 ||
	    add_keyword(out, "connect_timeout", timeout) < 0 ||
	    /* a peer that fell silent ends a query after a minute or so, not after hours */
	    add_keyword(out, "keepalives_idle", "30") < 0 ||
	    add_keyword(out, "keepalives_interval", "10") < 0 ||
	    add_keyword(out, "keepalives_count", "3") < 0 ||
	    add_keyword(out, "tcp_user_timeout", "60000") < 0 ||
	    add_keyword(out, "application_name", "muster") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a connection to PostgreSQL");
	return 0;
}

/* libpq tells what failed in words only; the codes of a refused login come with them. */
static enum reach reach_of_message(const char *text)
{
	static const struct {
		const char *words;
		enum reach how;
	} rows[] = {
		{ "password authentication failed", REACH_DENIED },
		{ "authentication failed", REACH_DENIED },
		{ "no password supplied", REACH_DENIED },
		{ "no pg_hba.conf entry", REACH_DENIED },
		{ "permission denied for database", REACH_DENIED },
		{ "role \"", REACH_DENIED },
		{ "could not translate host name", REACH_UNRESOLVED },
		{ "timeout expired", REACH_TIMEOUT },
		{ "Connection timed out", REACH_TIMEOUT },
		{ "does not support SSL", REACH_TLS },
		{ "SSL error", REACH_TLS },
		{ "certificate", REACH_TLS },
		{ "Connection refused", REACH_REFUSED },
		{ "No such file or directory", REACH_REFUSED },
		{ "No route to host", REACH_REFUSED },
		{ "Network is unreachable", REACH_REFUSED },
		{ "Permission denied", REACH_DENIED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strstr(text, rows[i].words))
			return rows[i].how;
	}
	return REACH_PROTOCOL;
}

static char *one_line(const char *text, char *out, size_t size)
{
	struct buf words = { 0 };

	out[0] = '\0';
	if (buf_puts(&words, text ? text : "") == 0)
		(void)process_quote_text(&words, out, size);
	buf_release(&words);
	return out;
}

PGconn *session_open(const struct connect_config *c, const char *database, struct reached *reached,
		     struct error *err)
{
	CLEANUP(buf_release)
	struct buf conninfo = { 0 };
	CLEANUP(secret_wipe)
	struct buf password = { 0 };
	const char *keys[] = { "dbname", "password", NULL };
	const char *values[] = { NULL, NULL, NULL };
	const struct patience patience = { .answer_ns = reach_timeout_ns(c) };
	char words[700];
	PGconn *session;

	if (session_conninfo(c, database, &conninfo, err) < 0 ||
	    secret_fetch(&c->password, &password, err) < 0)
		return NULL;
	values[0] = conninfo.ptr;
	values[1] = password.ptr;
	session = PQconnectdbParams(keys, values, 1);
	if (PQstatus(session) == CONNECTION_OK) {
		if (session_set_patience(session, &patience, err) == 0)
			return session;
		PQfinish(session);
		return NULL;
	}
	(void)one_line(PQerrorMessage(session), words, sizeof(words));
	(void)reached_fail(reached, session ? reach_of_message(words) : REACH_PROTOCOL, "%s",
			   words);
	(void)error_set(err, reached->how == REACH_DENIED ? ERROR_PERMISSION : ERROR_TARGET, "%s",
			words);
	PQfinish(session);
	return NULL;
}

int session_error(const PGconn *session, const PGresult *result, const char *what,
		  struct error *err)
{
	const char *said = result ? PQresultErrorMessage(result) : "";
	char words[500];

	(void)one_line(*said ? said : PQerrorMessage(session), words, sizeof(words));
	return error_set(err, ERROR_TARGET, "%s: %s", what, words);
}

static const char *beginning(const char *sql, char *out, size_t size)
{
	size_t len = strcspn(sql, "\n");

	if (len > 60)
		len = 60;
	(void)snprintf(out, size, "%.*s%s", (int)len, sql, sql[len] ? "…" : "");
	return out;
}

PGresult *session_query(PGconn *session, const char *sql, struct error *err)
{
	PGresult *result = session_exec(session, sql, 0, NULL, 0, err);
	char what[80];

	if (!result || PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	(void)session_error(session, result, beginning(sql, what, sizeof(what)), err);
	PQclear(result);
	return NULL;
}

int session_command(PGconn *session, const char *sql, char sqlstate[6], struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *result = session_exec(session, sql, 0, NULL, 0, err);
	ExecStatusType status = PQresultStatus(result);
	const char *code;
	char what[80];

	if (!result)
		return -1;
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (sqlstate)
		(void)snprintf(sqlstate, 6, "%s", code ? code : "");
	return session_error(session, result, beginning(sql, what, sizeof(what)), err);
}

static int pin_settings(PGconn *session, struct error *err)
{
	const char *encoding = PQparameterStatus(session, "server_encoding");

	for (size_t i = 0; i < session_pinned_setting_count; i++) {
		char sql[128];

		(void)snprintf(sql, sizeof(sql), "SET %s = '%s'", session_pinned_settings[i].name,
			       session_pinned_settings[i].value);
		if (session_command(session, sql, NULL, err) < 0)
			return -1;
	}
	if (encoding && PQsetClientEncoding(session, encoding) < 0)
		return session_error(session, NULL, "set the client encoding", err);
	return session_command(session,
			       "SELECT pg_catalog.set_config('search_path', '', false), "
			       "pg_catalog.set_config('statement_timeout', '0', false), "
			       "pg_catalog.set_config('synchronize_seqscans', 'off', false)",
			       NULL, err);
}

PGconn *session_open_pinned(const struct connect_config *c, const char *database,
			    int (*stop_requested)(void), struct error *err)
{
	const struct patience patience = { .stop_requested = stop_requested };
	struct reached reached = { 0 };
	PGconn *session = session_open(c, database, &reached, err);

	if (session &&
	    (session_set_patience(session, &patience, err) < 0 || pin_settings(session, err) < 0)) {
		PQfinish(session);
		return NULL;
	}
	return session;
}
