/* SPDX-License-Identifier: Apache-2.0 */
#include "platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

char platform_directory[64];

int platform_open(void **state)
{
	(void)state;
	(void)snprintf(platform_directory, sizeof(platform_directory), "/tmp/muster-test.XXXXXX");
	return mkdtemp(platform_directory) && chmod(platform_directory, 0755) == 0 ? 0 : -1;
}

int platform_close(void **state)
{
	(void)state;
	if (rmdir(platform_directory) == 0)
		return 0;
	perror(platform_directory);
	return -1;
}

void platform_start(enum engine_kind kind, const char *name, struct server *out)
{
	static const char *const accounts[ENGINE_COUNT] = { "postgres", "redis", "rabbitmq", NULL };
	struct error err = ERROR_INIT;
	struct place place = { 0 };

	if (place_open(&place, platform_directory, name, accounts[kind], &err) < 0 ||
	    engine_of(kind)->start(&place, out, &err) < 0)
		fail_msg("%s", err.message);
}

void platform_stop(enum engine_kind kind, struct server *s)
{
	struct error err = ERROR_INIT;
	char directory[sizeof(s->place.directory)];
	int64_t deadline = clock_monotonic_ns() + 120 * NS_PER_SECOND;

	memcpy(directory, s->place.directory, sizeof(directory));
	engine_of(kind)->stop(s);
	/* what lost its parent needs a moment to notice */
	while (platform_processes_naming(directory) && clock_monotonic_ns() < deadline)
		(void)usleep(10000);
	assert_int_equal(platform_processes_naming(directory), 0);
	assert_int_equal(place_remove(&s->place, &err), 0);
}

PGconn *platform_connect(const struct server *s, const char *name)
{
	const char *const keys[] = { "host", "user", "dbname", NULL };
	const char *const values[] = { s->socket, s->user, name, NULL };
	PGconn *session = PQconnectdbParams(keys, values, 0);

	if (PQstatus(session) != CONNECTION_OK)
		fail_msg("%s", PQerrorMessage(session));
	return session;
}

void platform_execute(PGconn *session, const char *sql)
{
	PGresult *result = PQexec(session, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%sof: %s", PQerrorMessage(session), sql); /* cmocka cuts long messages */
	PQclear(result);
}

struct component_config platform_component(enum engine_kind kind, const struct server *s)
{
	static const char *const names[ENGINE_COUNT] = { "database", "cache", "broker", "web" };
	struct component_config c = { .name = names[kind], .engine = kind, .origin = "test" };

	server_connect_config(s, kind, &c.connect);
	for (int i = 0; i < CHECK_ID_COUNT; i++)
		c.severity[i] = check_default_severity((enum check_id)i);
	c.health.status = 200;
	c.health.http = c.health.tcp = "";
	c.backups.lock_timeout_ns = 10 * NS_PER_SECOND;
	c.backups.sql = c.backups.globals = true;
	c.backups.source_facts = "fingerprints";
	return c;
}

static bool file_names(const char *pid, const char *file, const char *text)
{
	CLEANUP(buf_release)
	struct buf content = { 0 };
	struct error ignored = ERROR_INIT;
	char path[300];

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	return file_read(path, 1 << 20, &content, &ignored) == 0 && content.len &&
	       memmem(content.ptr, content.len, text, strlen(text));
}

static bool works_in(const char *pid, const char *text)
{
	char path[300], target[4096] = "";

	(void)snprintf(path, sizeof(path), "/proc/%s/cwd", pid);
	return readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, text);
}

static bool names_anywhere(const char *pid, const char *text, const char *unused)
{
	(void)unused;
	return file_names(pid, "cmdline", text) || file_names(pid, "environ", text) ||
	       works_in(pid, text);
}

static bool names_both(const char *pid, const char *text, const char *more)
{
	return file_names(pid, "cmdline", text) && file_names(pid, "cmdline", more);
}

static size_t count_processes(bool (*fits)(const char *pid, const char *text, const char *more),
			      const char *text, const char *more)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid())
			continue;
		n += fits(entry->d_name, text, more);
	}
	(void)closedir(proc);
	return n;
}

size_t platform_processes_naming(const char *text)
{
	return count_processes(names_anywhere, text, NULL);
}

size_t platform_commands_naming(const char *text, const char *more)
{
	return count_processes(names_both, text, more);
}
