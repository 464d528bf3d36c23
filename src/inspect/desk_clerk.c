/* SPDX-License-Identifier: Apache-2.0 */
/* The desk's side: a process of one thread forks a clerk per order, who inspects that file. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "inspect/desk.intern.h"
#include "inspect/document.h"
#include "model/json.h"

struct order {
	size_t index;
	int result, unpacked; /* 0: none */
};

/* For owner_is_gone(), which is asked without a word of whom; a clerk has but one order. */
static int owner = -1;

/* It says nothing but that it wants no more. */
static int owner_is_gone(void)
{
	struct pollfd fd = { .fd = owner, .events = POLLIN };

	return poll(&fd, 1, 0) > 0 ? SIGTERM : 0;
}

static void say(const struct desk_word *word)
{
	struct error ignored = ERROR_INIT;

	/* who does not hear it any more ends us otherwise */
	if (file_write_all(owner, "the owner's socket", word, sizeof(*word), &ignored) < 0)
		error_clear(&ignored);
}

static void tell_progress(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	struct desk_word word = { .done = done, .total = total };

	(void)cookie;
	(void)path;
	say(&word);
}

static int inspect(const struct inspect_request *request, const struct inspect_options *limits,
		   struct inspection *out, struct buf *text, struct error *err)
{
	const struct inspect_options options = { .jobs = 1,
						 .expansion_max = limits->expansion_max,
						 .memory_max = limits->memory_max,
						 .time_max_ns = limits->time_max_ns,
						 .deadline_ns = limits->deadline_ns,
						 .progress = tell_progress,
						 .stop_requested = owner_is_gone };
	CLEANUP(cleanup_json)
	json_t *document = NULL;

	if (inspect_files(request, 1, &options, out, err) < 0)
		return -1;
	document = inspection_to_json(out);
	if (!document || model_json_write(document, text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for what is in %s", request->path);
	return 0;
}

/* An order's clerk. */
static int serve(const struct order *order, const struct inspect_request *request,
		 const struct inspect_options *limits)
{
	CLEANUP(inspection_release)
	struct inspection found = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct inspect_request own = *request;
	struct desk_word word = { .ended = true };
	struct error ignored = ERROR_INIT;

	owner = order->result;
	own.unpacked = order->unpacked;
	(void)signal(SIGCHLD, SIG_DFL); /* its worker is waited for */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return 1;
	if (inspect(&own, limits, &found, &text, &word.error) == 0)
		word.mtime_ns = found.mtime_ns;
	say(&word);
	if (word.error.kind != ERROR_NONE)
		return 0;
	return file_write_all(owner, "the owner's socket", text.ptr, text.len, &ignored) < 0;
}

/* 1: an order; 0: the owner is gone. */
static int receive(int line, struct order *out)
{
	union desk_control control = { 0 };
	struct iovec body = { &out->index, sizeof(out->index) };
	struct msghdr order = { .msg_iov = &body,
				.msg_iovlen = 1,
				.msg_control = control.space,
				.msg_controllen = sizeof(control.space) };
	int descriptors[DESK_DESCRIPTORS] = { 0 };
	const struct cmsghdr *head;
	ssize_t n;

	do
		n = recvmsg(line, &order, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	head = CMSG_FIRSTHDR(&order);
	if (n != (ssize_t)sizeof(out->index) || !head || head->cmsg_type != SCM_RIGHTS)
		return 0;
	memcpy(descriptors, CMSG_DATA(head), head->cmsg_len - CMSG_LEN(0));
	out->result = descriptors[0];
	out->unpacked = descriptors[1];
	return 1;
}

/*
 * What else was open in the owner is none of ours, but for standard input, which may be the
 * backup. Ending is the owner's decision: then the line closes.
 */
static void leave_owner(int line)
{
	sigset_t none;

	if (line > 3)
		(void)close_range(3, (unsigned)line - 1, 0);
	(void)close_range((unsigned)line + 1, ~0U, 0);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN); /* clerks leave nothing to be waited for */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void desk_main(int line, const struct inspect_request *request,
	       const struct inspect_options *options)
{
	struct order order = { 0 };

	leave_owner(line);
	while (receive(line, &order)) {
		if (fork() == 0) {
			(void)close(line);
			_exit(serve(&order, &request[order.index], options));
		}
		/* of a fork that failed the owner hears by the end of its socket */
		(void)close(order.result);
		if (order.unpacked)
			(void)close(order.unpacked);
	}
	_exit(0);
}
