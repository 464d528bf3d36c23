/* SPDX-License-Identifier: Apache-2.0 */
#include "environment/servers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

enum { TICK_MS = 200 };

/* What the starter of one server says. */
struct start_report {
	struct error error;
	struct server server;
};

/* It stays: a server ends with who started it. All end with the sandbox. */
noreturn static void be_starter(const struct place *place, enum engine_kind kind, int told)
{
	struct start_report report = { .server = SERVER_INIT };
	struct error ignored = ERROR_INIT;

	process_reset_signals();
	(void)(engine_start_below(kind, place, &report.server, &report.error) < 0); /* it is told */
	if (file_write_all(told, "a pipe", &report, sizeof(report), &ignored) < 0 ||
	    report.error.kind != ERROR_NONE)
		_exit(1);
	(void)close(told);
	for (;;)
		(void)pause();
}

/* The reading end of the pipe by which it will report. */
static int fork_starter(const struct place *place, struct sandbox_pipes pipes,
			enum engine_kind kind, struct error *err)
{
	int told[2];
	pid_t pid;

	if (pipe2(told, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	pid = process_fork();
	if (pid == 0) {
		(void)close(pipes.in);
		(void)close(pipes.out);
		(void)close(pipes.visits);
		(void)close(told[0]);
		be_starter(place, kind, told[1]);
	}
	(void)close(told[1]);
	if (pid < 0) {
		(void)close(told[0]);
		return error_set_errno(err, ERROR_IO, "start a process");
	}
	return told[0];
}

static int read_all(int fd, void *out, size_t size, struct error *err)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = file_read_some(fd, "a pipe", (char *)out + got, size - got, err);

		if (n < 0)
			return -1;
		if (n == 0)
			return error_set(err, ERROR_TARGET, "what started servers was killed");
		got += (size_t)n;
	}
	return 0;
}

static int start_all(const struct place *place, struct sandbox_pipes pipes, const bool *engine,
		     struct environment_report *out, struct error *err)
{
	int fd[ENGINE_COUNT];
	size_t begun = 0;
	int rc = 0;

	for (int i = 0; rc == 0 && i < ENGINE_COUNT; i++) {
		if (!engine[i])
			continue;
		out->server[begun].kind = (enum engine_kind)i;
		fd[begun] = fork_starter(place, pipes, (enum engine_kind)i, err);
		rc = fd[begun] < 0 ? -1 : 0;
		begun += rc == 0;
	}
	for (size_t i = 0; i < begun; i++) {
		struct start_report report = { 0 };

		if (rc == 0)
			rc = read_all(fd[i], &report, sizeof(report), err);
		(void)close(fd[i]);
		if (rc == 0 && report.error.kind != ERROR_NONE) {
			*err = report.error;
			rc = -1;
		}
		out->server[i].server = report.server;
	}
	out->count = begun;
	return rc;
}

int environment_work(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	static struct environment_report report;
	struct error err = ERROR_INIT;

	(void)(start_all(place, pipes, cookie, &report, &report.error) < 0); /* it is told */
	if (file_write_all(pipes.out, "the sandbox's pipe", &report, sizeof(report), &err) < 0 ||
	    report.error.kind != ERROR_NONE)
		return 1;
	return environment_serve(place, pipes, report.server, report.count, &err) < 0;
}

static bool is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool is_sound(const struct environment_report *r)
{
	bool sound = r->count <= ENGINE_COUNT &&
		     is_ended(r->error.message, sizeof(r->error.message)) &&
		     is_ended(r->error.hint, sizeof(r->error.hint));

	for (size_t i = 0; sound && i < r->count; i++) {
		const struct environment_server *s = &r->server[i];

		sound = (unsigned)s->kind < ENGINE_COUNT &&
			is_ended(s->server.socket, sizeof(s->server.socket)) &&
			is_ended(s->server.user, sizeof(s->server.user)) &&
			is_ended(s->server.password, sizeof(s->server.password));
	}
	return sound;
}

int environment_report_read(int fd, int (*stop_requested)(void), struct environment_report *out,
			    struct error *err)
{
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int n = poll(&ready, 1, TICK_MS);

		if (stop_requested && stop_requested())
			return error_set(err, ERROR_INTERRUPTED, "interrupted while starting");
		if (n < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for the sandbox");
		if (n > 0)
			break;
	}
	if (read_all(fd, out, sizeof(*out), err) < 0)
		return -1;
	if (!is_sound(out))
		return error_set(err, ERROR_TARGET, "the sandbox does not say what it should");
	if (out->error.kind == ERROR_NONE)
		return 0;
	*err = out->error;
	return -1;
}
