/* SPDX-License-Identifier: Apache-2.0 */
/* The server's log: errors that nobody else told of. */
#include <stdio.h>
#include <string.h>

#include "component/postgres/restore.h"
#include "component/start.h"

struct log_errors {
	const struct buf *explained; /* as in struct postgres_restore */
	bool of_standby;
	uint64_t count;
	char first[400];
	char killed[200]; /* a process of the server's was */
};

/*
 * "2026-01-01 12:00:00.000 UTC [17] ERROR:  …" without what stands before the severity; NULL:
 * the line goes on with the one before, as those of hostile texts do.
 */
static const char *message_of(const char *line)
{
	const char *end = *line >= '0' && *line <= '9' ? strstr(line, "] ") : NULL;

	return end ? end + 2 : NULL;
}

static bool begins_with(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

/* The log adds where in a statement an error is: " at character 15". */
static size_t length_without_place(const char *message)
{
	static const char place[] = " at character ";
	size_t len = strlen(message);
	size_t digits = len;

	while (digits && message[digits - 1] >= '0' && message[digits - 1] <= '9')
		digits--;
	if (digits == len || digits < sizeof(place) - 1 ||
	    memcmp(message + digits - (sizeof(place) - 1), place, sizeof(place) - 1) != 0)
		return len;
	return digits - (sizeof(place) - 1);
}

/* A whole line of what the programs told of. */
static bool is_explained(const struct buf *explained, const char *message)
{
	size_t len = length_without_place(message);
	const char *at = explained->ptr, *end = at ? at + explained->len : NULL;

	while (at && (at = memmem(at, (size_t)(end - at), message, len))) {
		if ((at == explained->ptr || at[-1] == '\n') && at[len] == '\n')
			return true;
		at += len ? len : 1;
	}
	return false;
}

/* Our asking whether it is up, and the end of the database that we made to see it stream. */
static bool is_of_its_life(const char *message)
{
	static const char *const beginnings[] = {
		"FATAL:  the database system is starting up",
		"FATAL:  the database system is not yet accepting connections",
		"FATAL:  terminating connection due to conflict with recovery",
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		if (begins_with(message, beginnings[i]))
			return true;
	}
	return false;
}

static void take_message(struct log_errors *e, const char *message)
{
	if (begins_with(message, "LOG:  ") && strstr(message, "was terminated by signal 9")) {
		(void)snprintf(e->killed, sizeof(e->killed), "%.199s", message + 6);
		return;
	}
	if (!begins_with(message, "ERROR:  ") && !begins_with(message, "FATAL:  ") &&
	    !begins_with(message, "PANIC:  ") &&
	    !(begins_with(message, "LOG:  ") && strstr(message, "was terminated by signal ")))
		return;
	if (is_explained(e->explained, message) || (e->of_standby && is_of_its_life(message)))
		return;
	if (!e->count++)
		(void)snprintf(e->first, sizeof(e->first), "%.399s", message);
}

static int take_line(void *cookie, char *line, struct error *err)
{
	const char *message = message_of(line);

	(void)err;
	if (message)
		take_message(cookie, message);
	return 0;
}

int postgres_restore_judge_log(struct postgres_restore *r, uint64_t from, struct error *err)
{
	struct log_errors e = { .explained = &r->explained };
	struct check check = { .name = check_name(CHECK_SERVER_LOG),
			       .component = "",
			       .subject = "",
			       .verdict = VERDICT_PASS };
	int rc;

	if (server_read_log(r->server->log, from, take_line, &e, err) < 0)
		return -1;
	if (e.killed[0]) {
		(void)error_set(err, ERROR_TARGET, "while the backup was loaded the %s", e.killed);
		return error_hint(err, "it is what the system does when memory runs out");
	}
	check.verdict = e.count ? VERDICT_FAIL : VERDICT_PASS;
	if (e.count)
		rc = checks_addf(
			&r->out->checks, &check,
			"the server's log tells of %llu errors that no program told of: %s",
			(unsigned long long)e.count, e.first);
	else
		rc = checks_addf(&r->out->checks, &check,
				 "the server's log tells of no error but those that the programs "
				 "told of");
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for a check") : 0;
}

int postgres_restore_judge_standby_log(struct postgres_restore *r, const char *standby,
				       uint64_t from, struct error *err)
{
	struct log_errors e = { .explained = &r->explained, .of_standby = true };
	struct check check = { .name = check_name(CHECK_SERVER_LOG),
			       .component = "",
			       .subject = "standby",
			       .verdict = VERDICT_PASS };
	int rc;

	if (server_read_log(r->server->log, from, take_line, &e, err) < 0 ||
	    server_read_log(standby, 0, take_line, &e, err) < 0)
		return -1;
	if (e.killed[0]) {
		(void)error_set(err, ERROR_TARGET, "while a standby streamed the %s", e.killed);
		return error_hint(err, "it is what the system does when memory runs out");
	}
	check.verdict = e.count ? VERDICT_FAIL : VERDICT_PASS;
	if (e.count)
		rc = checks_addf(
			&r->out->checks, &check,
			"the logs of the standby and of its primary tell of %llu errors: %s",
			(unsigned long long)e.count, e.first);
	else
		rc = checks_addf(&r->out->checks, &check,
				 "neither the standby's log nor its primary's tells of an error");
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory for a check") : 0;
}
