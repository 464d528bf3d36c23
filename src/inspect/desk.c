/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's side: orders by a socket, each with a socket of its own for what comes of it. */
#include "inspect/desk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "inspect/desk.intern.h"
#include "inspect/document.h"
#include "model/json.h"

enum { TICK_MS = 200, BLOCK = 64 * 1024 };

int inspect_desk_open(struct inspect_desk *d, const struct inspect_request *request,
		      const struct inspect_options *options, struct error *err)
{
	int line[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket for readers of backups");
	d->pid = process_fork();
	if (d->pid == 0)
		desk_main(line[1], request, options);
	(void)close(line[1]);
	if (d->pid < 0) {
		(void)error_set_errno(err, ERROR_IO, "start the process that starts readers");
		(void)close(line[0]);
		return -1;
	}
	d->line = line[0];
	d->request = request;
	d->memory_max = options->memory_max ? options->memory_max : INSPECT_MEMORY_MAX;
	return 0;
}

static int send_order(int line, size_t index, int result, int unpacked, struct error *err)
{
	int descriptors[DESK_DESCRIPTORS] = { result, unpacked };
	const size_t size = unpacked ? sizeof(descriptors) : sizeof(descriptors[0]);
	union desk_control control = { 0 };
	struct iovec body = { &index, sizeof(index) };
	struct msghdr order = { .msg_iov = &body,
				.msg_iovlen = 1,
				.msg_control = control.space,
				.msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&order);
	ssize_t n;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(head), descriptors, size);
	do
		n = sendmsg(line, &order, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "order a reader");
	return 0;
}

/* 1: what it tells; -1: it ended without a word. */
static int hear_word(int result, struct desk_word *word, struct error *err)
{
	ssize_t n;

	do
		n = recv(result, word, sizeof(*word), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*word) ? 1 :
					     error_set(err, ERROR_INTERNAL,
						       "the process that starts readers ended "
						       "unexpectedly");
}

/* Whoever is told to stop ends its worker, and says so. */
static int hear_end(int result, const struct inspect_options *options, const char *path,
		    struct desk_word *word, struct error *err)
{
	for (bool stopped = false;;) {
		struct pollfd fd = { .fd = result, .events = POLLIN };
		int n = poll(&fd, 1, TICK_MS);

		if (!stopped && options->stop_requested && options->stop_requested()) {
			(void)shutdown(result, SHUT_WR);
			stopped = true;
		}
		if (n <= 0)
			continue;
		if (hear_word(result, word, err) < 0)
			return -1;
		if (word->ended)
			return 0;
		if (options->progress)
			options->progress(options->cookie, path, word->done, word->total);
	}
}

static int take_document(int result, const struct inspect_desk *d, struct inspection *out,
			 struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	json_error_t why;
	ssize_t n;

	do {
		if (buf_reserve(&text, BLOCK) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for what a reader found");
		n = file_read_some(result, "the reader's socket", text.ptr + text.len, BLOCK, err);
		if (n < 0)
			return -1;
		text.len += (size_t)n;
	} while (n > 0);
	json = model_json_load_bounded(buf_span(&text), d->memory_max, &why, err);
	if (!json && err->kind == ERROR_NONE)
		return error_set(err, ERROR_INTERNAL, "%s: what its reader found is no JSON: %s",
				 out->path, why.text);
	return json ? inspection_from_json(json, out, err) : -1;
}

static int hear(int result, const struct inspect_desk *d, const struct inspect_options *options,
		struct inspection *out, struct error *err)
{
	struct desk_word word = { 0 };

	if (hear_end(result, options, out->path, &word, err) < 0)
		return -1;
	if (word.error.kind != ERROR_NONE) {
		*err = word.error;
		return -1;
	}
	if (take_document(result, d, out, err) < 0)
		return -1;
	out->mtime_ns = word.mtime_ns;
	return 0;
}

int inspect_desk_read(const struct inspect_desk *d, size_t index, int unpacked,
		      const struct inspect_options *options, struct inspection *out,
		      struct error *err)
{
	CLEANUP(cleanup_close)
	int ours = -1;
	int ends[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket for a reader");
	ours = ends[0];
	out->path = d->request[index].path;
	out->envelope = (struct findings)FINDINGS_INIT("gzip");
	out->reading.facts.side = FACTS_BACKUP;
	rc = send_order(d->line, index, ends[1], unpacked, err);
	(void)close(ends[1]);
	if (rc == 0)
		rc = hear(ours, d, options, out, err);
	if (rc < 0)
		inspection_release(out);
	return rc;
}

void inspect_desk_close(struct inspect_desk *d)
{
	if (d->line < 0)
		return;
	(void)close(d->line);
	while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*d = (struct inspect_desk)INSPECT_DESK_INIT;
}
