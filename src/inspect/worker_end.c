/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/worker_end.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/quantity.h"
#include "inspect/child.h"

void worker_end_explain(const struct worker_end *end, struct error *err)
{
	const char *path = end->path;
	int status = end->status;
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	char limit[QUANTITY_TEXT_SIZE];

	if (end->over == OVER_TIME) {
		(void)error_set(err, ERROR_TIMEOUT,
				"%s: reading it took longer than its limit of %s", path,
				quantity_format_duration(end->time_max_ns, limit));
		(void)error_hint(err, "if it may take so long, allow more: inspect.time_limit, or "
				      "--time-limit");
	} else if (end->over == OVER_DOCUMENT) {
		(void)error_set(err, ERROR_IO, "%s: what its reader found is more than %s", path,
				quantity_format_size(end->document_max, limit));
		(void)error_hint(err, "read it without its list of contents");
	} else if (signal == SIGKILL) {
		(void)error_set(err, ERROR_IO, "%s: its reader was killed (signal 9)", path);
		(void)error_hint(err, "the kernel does so when memory runs out: see its log, and "
				      "read fewer files at a time");
	} else if (signal) {
		(void)error_set(err, ERROR_INTERNAL, "%s: the reader crashed (signal %d, %s)", path,
				signal, strsignal(signal));
		(void)error_hint(err, "please report it as a bug, with the file if you may");
	} else if (WEXITSTATUS(status) == CHILD_NOT_CONFINED) {
		(void)error_set(err, ERROR_IO, "%s: the kernel refuses to confine its reader",
				path);
		(void)error_hint(err, "muster needs seccomp filters (CONFIG_SECCOMP_FILTER)");
	} else if (WEXITSTATUS(status) == CHILD_NO_MEMORY) {
		(void)error_set(err, ERROR_NOMEM, "no memory to hand over what is in it");
	} else {
		(void)error_set(err, ERROR_INTERNAL,
				"%s: its reader ended (code %d) without a result", path,
				WEXITSTATUS(status));
	}
}

void worker_end_explain_memory(const struct worker_end *end, struct error *err)
{
	char limit[QUANTITY_TEXT_SIZE], why[sizeof(err->message)];

	(void)snprintf(why, sizeof(why), "%s", err->message);
	error_clear(err);
	(void)error_set(err, ERROR_NOMEM,
			"%s: reading it needs more memory than its limit of %s (%s)", end->path,
			quantity_format_size(end->memory_max, limit), why);
	(void)error_hint(err, "if it may take so much, allow more: inspect.memory_limit, or "
			      "--memory-limit");
}
