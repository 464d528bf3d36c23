/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "model/json.h"
#include "model/run.h"

/* Its terminal is no longer ours: from here on only the history tells. */
static void leave_terminal(void)
{
	CLEANUP(cleanup_close)
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
}

void drill_detach_begun(int told, const char *id)
{
	struct error ignored = ERROR_INIT;

	(void)fflush(NULL);
	if (file_write_all(told, "a pipe", id, strlen(id), &ignored) < 0)
		error_clear(&ignored);
	(void)close(told);
	leave_terminal();
}

static int read_id(int told, char out[RUN_ID_SIZE], struct error *err)
{
	size_t got = 0;
	ssize_t n;

	while (got < RUN_ID_SIZE - 1 &&
	       (n = file_read_some(told, "a pipe", out + got, RUN_ID_SIZE - 1 - got, err)) != 0) {
		if (n < 0)
			return -1;
		got += (size_t)n;
	}
	out[got] = '\0';
	return 0;
}

static int say_begun(const struct invocation *inv, const char *id, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	if (!inv->global.json) {
		if (!inv->global.quiet)
			(void)fprintf(inv->out, "drill %s has begun; muster drill watch shows it\n",
				      id);
		return EXIT_CODE_PASS;
	}
	o = document_new("drill-begun");
	if (!o || !member_put(o, "drill", json_string(id)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err) < 0 ? -1 : EXIT_CODE_PASS;
}

/* It has said on our streams what was wrong, as JSON, too: to add to that would be to say it twice. */
static int take_exit_code(pid_t pid, struct error *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for the process of the drill");
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != EXIT_CODE_PASS)
		return WEXITSTATUS(status);
	return error_set(err, ERROR_TARGET, "the drill did not begin: its process has ended%s",
			 WIFSIGNALED(status) ? ", killed" : "");
}

static int await_beginning(const struct invocation *inv, int told, pid_t pid, struct error *err)
{
	char id[RUN_ID_SIZE] = "";

	if (read_id(told, id, err) < 0)
		return -1;
	return *id ? say_begun(inv, id, err) : take_exit_code(pid, err);
}

int drill_detach(const struct invocation *inv, int *told, int *code, struct error *err)
{
	int ends[2];
	pid_t pid;

	(void)fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	pid = process_fork();
	if (pid == 0) {
		(void)close(ends[0]);
		process_reset_signals();
		interrupt_watch();
		(void)setsid();
		*told = ends[1];
		return 1;
	}
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return error_set_errno(err, ERROR_IO, "start a process");
	}
	*code = await_beginning(inv, ends[0], pid, err);
	(void)close(ends[0]);
	return *code < 0 ? -1 : 0;
}
