/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/sender.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "cmd/interrupt.h"
#include "notify/deliver.h"

/* Of nobody's business but ours: no key of the configuration. */
static const char variable[] = "MUSTER_DELIVERS_ITSELF";

bool sender_must_stay(void)
{
	return getenv(variable) != NULL;
}

int sender_mark_stay(struct error *err)
{
	if (setenv(variable, "1", 1) < 0)
		return error_set_errno(err, ERROR_IO, "set %s", variable);
	return 0;
}

static void complain(const struct invocation *inv, struct error *err)
{
	terminal_error(&inv->message, err);
	error_clear(err);
}

static _Noreturn void become_sender(char *const *words, int failed)
{
	process_reset_signals();
	(void)execv("/proc/self/exe", words);
	(void)!write(failed, "", 1);
	_exit(1);
}

/*
 * In a child of one thread: its own child is nobody's. When this has ended well that one is the
 * program that delivers, and looks like it to whoever lists processes.
 */
static _Noreturn void leave(char *const *words)
{
	struct error ignored = ERROR_INIT;
	int failed[2];
	char byte;
	ssize_t n;
	pid_t pid;

	if (setsid() < 0 || process_keep_only(NULL, 0, &ignored) < 0 ||
	    pipe2(failed, O_CLOEXEC) < 0)
		_exit(1);
	pid = fork();
	if (pid == 0)
		become_sender(words, failed[1]);
	(void)close(failed[1]);
	do
		n = read(failed[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	_exit(pid < 0 || n != 0);
}

static int start(char *const *words, struct error *err)
{
	int status = 0;
	pid_t pid, ended;

	pid = process_fork();
	if (pid == 0)
		leave(words);
	if (pid < 0)
		return error_set_errno(err, ERROR_IO, "start the delivery of notifications");
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended != pid || status)
		return error_set(err, ERROR_IO, "the delivery of notifications did not start");
	return 0;
}

void sender_start(const struct invocation *inv, const struct config *config)
{
	enum { WORDS_BESIDE_SETTINGS = 8 };
	const struct option_list *settings = &inv->global.settings;
	struct error err = ERROR_INIT;
	char path[PATH_MAX];
	size_t n = 0;
	CLEANUP(cleanup_free)
	const char **words = calloc(WORDS_BESIDE_SETTINGS + 2 * settings->count, sizeof(*words));

	if (!words || !realpath(config->path, path)) {
		(void)error_set_errno(&err, ERROR_IO, "deliver notifications");
		complain(inv, &err);
		return;
	}
	words[n++] = "muster";
	words[n++] = "notify";
	words[n++] = "deliver";
	words[n++] = "--quiet";
	words[n++] = "-c";
	words[n++] = path;
	for (size_t i = 0; i < settings->count; i++) {
		words[n++] = "--set";
		words[n++] = settings->item[i];
	}
	(void)fflush(NULL);
	if (start((char *const *)(uintptr_t)words, &err) < 0)
		complain(inv, &err);
}

void sender_run(const struct invocation *inv, const struct config *config)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	struct deliver_request request = { .config = config,
					   .deadline_ns = clock_monotonic_ns() + SENDER_TIME_NS,
					   .stop_requested = interrupt_requested };
	struct deliver_result ignored = { 0 };
	struct error err = ERROR_INIT;

	(void)fflush(NULL);
	if (history_open(config->state_dir, &h, &err) == 0) {
		request.history = h;
		if (deliver(&request, &ignored, &err) == 0)
			return;
	}
	if (err.kind != ERROR_INTERRUPTED)
		complain(inv, &err);
}
