/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"

struct server trial_source = SERVER_INIT;

/* Run a shell command with the source as the environment's server; the place is its directory. */
__attribute__((format(printf, 1, 2))) void trial_shell(const char *format, ...)
{
	char command[2048], host[128];
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const char *const set[] = { host, "PGUSER=postgres", "PGTZ=UTC", NULL };
	struct process_spec spec = {
		.argv = argv, .set_env = set, .directory = platform_directory, .in = -1
	};
	struct error err = ERROR_INIT;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	(void)snprintf(host, sizeof(host), "PGHOST=%s", trial_source.socket);
	if (process_run(&spec, 60 * NS_PER_SECOND, 1 << 20, NULL, &err) < 0)
		fail_msg("%s", err.message);
}

static void note_progress(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
			  uint64_t total, bool of_bytes)
{
	struct trial *t = cookie;

	assert_non_null(what);
	assert_true(phase >= t->last);
	assert_true(total == 0 || done <= total);
	assert_true(phase != RESTORE_READ_BACK || of_bytes);
	t->last = phase;
	t->phases |= 1U << phase;
	t->calls++;
	t->most[phase] = done > t->most[phase] ? done : t->most[phase];
	t->total[phase] = total;
	if (t->disturb)
		t->disturb(t, phase, what);
}

static void read_file(const char *path, struct reading *out)
{
	static uint8_t block[1 << 16];
	struct error err = ERROR_INIT;
	struct stage *reader = detect_open(out, &err);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_non_null(reader);
	assert_true(fd >= 0);
	while ((n = read(fd, block, sizeof(block))) > 0)
		assert_int_equal(stage_push(reader, (struct span){ block, (size_t)n }, &err), 0);
	assert_int_equal(stage_finish(reader, &err), 0);
	stage_free_chain(reader);
	(void)close(fd);
	assert_true(out->finished);
}

/* Add the file NAME, made by a command that writes it to its standard output. */
void trial_add(struct trial *t, enum part_kind kind, const char *database, const char *name,
	       const char *command)
{
	size_t i = t->count++;

	trial_shell("%s >%s && chmod 644 %s", command, name, name);
	(void)snprintf(t->path[i], sizeof(t->path[i]), "%s/%s", platform_directory, name);
	read_file(t->path[i], &t->reading[i]);
	t->part[i] = (struct restore_part){ .kind = kind,
					    .format = t->reading[i].format,
					    .database = database,
					    .path = t->path[i],
					    .facts = &t->reading[i].facts };
}

void trial_begin(struct trial *t, const char *name)
{
	*t = (struct trial){ .server = SERVER_INIT, .err = ERROR_INIT };
	platform_start(ENGINE_POSTGRESQL, name, &t->server);
	t->job = (struct restore_job){ .part = t->part,
				       .config = &t->config,
				       .jobs = 2,
				       .progress = note_progress,
				       .cookie = t };
}

void trial_restore(struct trial *t)
{
	t->job.part_count = t->count;
	t->rc = engine_of(ENGINE_POSTGRESQL)->restore(&t->server, &t->job, &t->restored, &t->err);
}

void trial_end(struct trial *t)
{
	for (size_t i = 0; i < t->count; i++) {
		reading_release(&t->reading[i]);
		assert_int_equal(unlink(t->path[i]), 0);
	}
	restored_release(&t->restored);
	platform_stop(ENGINE_POSTGRESQL, &t->server);
}

void trial_expect_done(struct trial *t)
{
	if (t->rc < 0)
		fail_msg("%s (%s)", t->err.message, t->err.hint);
}

/* The n-th check of that name; NULL: there are no more. */
const struct check *trial_check(const struct trial *t, enum check_id id, size_t n)
{
	for (size_t i = 0; i < t->restored.checks.count; i++) {
		if (strcmp(t->restored.checks.item[i].name, check_name(id)) == 0 && n-- == 0)
			return &t->restored.checks.item[i];
	}
	return NULL;
}

void trial_expect_verdict(const struct trial *t, enum check_id id, size_t n, enum verdict verdict,
			  const char *words)
{
	const struct check *c = trial_check(t, id, n);

	if (!c || c->verdict != verdict || !strstr(c->message, words)) {
		for (size_t i = 0; i < t->restored.checks.count; i++)
			print_message("%s %s %s: %s\n", t->restored.checks.item[i].name,
				      t->restored.checks.item[i].subject,
				      verdict_name(t->restored.checks.item[i].verdict),
				      t->restored.checks.item[i].message);
		print_message("%s\n", t->restored.complaints.len ? t->restored.complaints.ptr : "");
		fail_msg("no check %s that says \"%s\"", check_name(id), words);
	}
}

void trial_expect_no_fail(const struct trial *t)
{
	for (size_t i = 0; i < t->restored.checks.count; i++) {
		const struct check *c = &t->restored.checks.item[i];

		if (c->verdict == VERDICT_FAIL || c->verdict == VERDICT_ERROR)
			fail_msg("%s %s: %s", c->name, c->subject, c->message);
	}
	trial_expect_verdict(t, CHECK_SERVER_LOG, 0, VERDICT_PASS, "no error");
}

/* What came back is what the file holds. */
void trial_expect_equal(struct trial *t, size_t part)
{
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_PROVEN),
		.component = "",
		.subject = "",
		.kinds = 1U << FACT_TABLE | 1U << FACT_SEQUENCE | 1U << FACT_LARGE_OBJECTS |
			 1U << FACT_EXTENSION,
		.severity = VERDICT_FAIL,
	};
	struct checks checks = { 0 };

	assert_int_equal(facts_compare(&t->reading[part].facts, &t->restored.part[part].facts,
				       &policy, &checks),
			 0);
	for (size_t i = 0; i < checks.count; i++) {
		if (checks.item[i].verdict == VERDICT_FAIL)
			fail_msg("part %zu: %s", part, checks.item[i].message);
	}
	assert_int_equal(checks_verdict(&checks), VERDICT_PASS);
	checks_release(&checks);
}

void trial_expect_answer(const struct trial *t, const char *database, const char *sql,
			 const char *answer)
{
	PGconn *session = platform_connect(&t->server, database);
	PGresult *row = PQexec(session, sql);

	if (PQresultStatus(row) != PGRES_TUPLES_OK || PQntuples(row) != 1)
		fail_msg("%s: %s", sql, PQerrorMessage(session));
	assert_string_equal(PQgetvalue(row, 0, 0), answer);
	PQclear(row);
	PQfinish(session);
}

const char *trial_note(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->restored.note_count; i++) {
		if (strcmp(t->restored.note[i].name, name) == 0)
			return t->restored.note[i].value;
	}
	return "";
}
