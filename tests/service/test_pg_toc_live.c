/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of contents of archives of nearly every kind of object, as pg_dump
 * writes them in custom and tar format, is the list that pg_restore prints.
 */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "format/reader.h"

enum { ARCHIVE_MAX = 64 << 20 };

static struct server server = SERVER_INIT;
static char host[128], port[32], user[64], archive_path[128];

static void run(const char *const *argv, struct buf *out)
{
	const char *const env[] = { host, port, user, "PGTZ=UTC", NULL };
	struct process_spec spec = { .argv = argv, .set_env = env, .in = -1 };
	struct error err = ERROR_INIT;

	if (process_run(&spec, 120 * NS_PER_SECOND, ARCHIVE_MAX, out, &err) < 0)
		fail_msg("%s: %s", argv[0], err.message);
}

static void run_file(const char *name)
{
	char path[512];
	const char *const argv[] = { "psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "every_kind",
				     "-f",   path,  NULL };
	struct buf out = { 0 };

	(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/pg-archive/%s.sql", name);
	run(argv, &out);
	buf_release(&out);
}

static int start(void **state)
{
	const char *const create[] = { "createdb", "every_kind", NULL };
	struct buf out = { 0 };

	if (platform_open(state) < 0)
		return -1;
	platform_start(ENGINE_POSTGRESQL, "toc", &server);
	(void)snprintf(host, sizeof(host), "PGHOST=%s", server.socket);
	(void)snprintf(port, sizeof(port), "PGPORT=%u", server.port);
	(void)snprintf(user, sizeof(user), "PGUSER=%s", server.user);
	(void)snprintf(archive_path, sizeof(archive_path), "%s/archive", platform_directory);
	run(create, &out);
	buf_release(&out);
	run_file("every-kind");
	run_file("subscription");
	return 0;
}

static int stop(void **state)
{
	(void)remove(archive_path);
	platform_stop(ENGINE_POSTGRESQL, &server);
	return platform_close(state);
}

static struct reading read_archive(void)
{
	struct reading r = { .list = true };
	struct error err = ERROR_INIT;
	struct stage *s = detect_open(&r, &err);
	struct buf bytes = { 0 };

	assert_non_null(s);
	if (file_read(archive_path, ARCHIVE_MAX, &bytes, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t at = 0; at < bytes.len; at += 4096) {
		size_t n = bytes.len - at < 4096 ? bytes.len - at : 4096;
		struct span block = { (const uint8_t *)bytes.ptr + at, n };

		assert_int_equal(stage_push(s, block, &err), 0);
	}
	assert_int_equal(stage_finish(s, &err), 0);
	stage_free_chain(s);
	buf_release(&bytes);
	for (size_t i = 0; i < r.findings.count; i++) {
		if (r.findings.item[i].code != FINDING_RISKY)
			fail_msg("%s", r.findings.item[i].message);
	}
	assert_true(r.finished);
	return r;
}

/* What pg_restore does not list even with -C. */
static bool is_listed(const struct outline_entry *e)
{
	return strcmp(e->kind, "ENCODING") != 0 && strcmp(e->kind, "STDSTRINGS") != 0 &&
	       strcmp(e->kind, "SEARCHPATH") != 0;
}

/* One line each, as sanitize_line() has it. */
static const char *one_line(const char *text, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", text);
	for (char *p = out; *p; p++) {
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	}
	return out;
}

/* "215; 1259 16397 TABLE public empty owner" is that entry. */
static void expect_line(const struct outline_entry *e, const char *line, size_t len)
{
	char scope[256], name[512], want[1024], got[1024];
	const char *text = memchr(line, ';', len);
	size_t spaces = 0;

	assert_non_null(text);
	for (; text < line + len && spaces < 3; text++) /* before each oid and the kind */
		spaces += *text == ' ';
	(void)snprintf(got, sizeof(got), "%d %.*s", atoi(line), (int)(line + len - text), text);
	(void)snprintf(want, sizeof(want), "%" PRIu64 " %s %s %s %s", e->id, e->kind,
		       *e->scope ? one_line(e->scope, scope, sizeof(scope)) : "-",
		       one_line(e->name, name, sizeof(name)), e->owner);
	assert_string_equal(want, got);
}

static size_t expect_listed(const struct reading *r)
{
	const char *const argv[] = { "pg_restore", "-l", "-C", archive_path, NULL };
	size_t listed = 0, i = 0;
	struct buf list = { 0 };
	const char *line, *end;

	run(argv, &list);
	for (line = list.ptr; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		if (*line == ';' || end == line)
			continue;
		while (i < r->contents.count && !is_listed(&r->contents.item[i]))
			i++;
		if (i == r->contents.count)
			fail_msg("not in the contents: %.*s", (int)(end - line), line);
		expect_line(&r->contents.item[i++], line, (size_t)(end - line));
		listed++;
	}
	while (i < r->contents.count && !is_listed(&r->contents.item[i]))
		i++;
	assert_int_equal(i, r->contents.count);
	buf_release(&list);
	return listed;
}

static void expect_archive(const char *format, const char *how, const char *more, size_t entries)
{
	const char *const argv[] = { "pg_dump", format,       how,          more,
				     "-f",      archive_path, "every_kind", NULL };
	struct buf out = { 0 };
	struct reading r;
	size_t listed;

	run(argv, &out);
	r = read_archive();
	listed = expect_listed(&r);
	if (listed < entries)
		fail_msg("%s %s %s: only %zu entries", format, how, more, listed);
	reading_release(&r);
	buf_release(&out);
}

static void every_kind_of_entry_is_listed_as_pg_restore_does(void **state)
{
	(void)state;
	expect_archive("-Fc", "-Z6", "-v", 90);
	expect_archive("-Fc", "-Z0", "-b", 90);
	expect_archive("-Ft", "-v", "-b", 90);
}

static void parts_of_a_database_are_listed_too(void **state)
{
	(void)state;
	expect_archive("-Fc", "-s", "-v", 80);
	expect_archive("-Fc", "-a", "-v", 10);
	expect_archive("-Fc", "--inserts", "-v", 90);
	expect_archive("-Fc", "--no-owner", "-C", 90);
	expect_archive("-Fc", "-t", "kinds.child", 8);
	expect_archive("-Fc", "-n", "kinds", 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_entry_is_listed_as_pg_restore_does),
		cmocka_unit_test(parts_of_a_database_are_listed_too),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
