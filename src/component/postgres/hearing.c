/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/hearing.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024, SPEAKERS_MAX = 1024 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for what a program says");
}

int hearing_open(struct hearing *h, struct error *err)
{
	int end[2], yes = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket to hear a program");
	h->in = end[0];
	h->out = end[1];
	/* from then on the kernel tells who wrote, and never joins the words of two */
	if (setsockopt(h->in, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0)
		return error_set_errno(err, ERROR_IO, "prepare a socket to hear a program");
	return 0;
}

/* A hostile program may have any number of children: the last place is of all the rest. */
static struct messages *speaker_of(struct hearing *h, pid_t pid)
{
	struct speaker *grown;

	for (size_t i = 0; i < h->count; i++) {
		if (h->speaker[i].pid == pid || i == SPEAKERS_MAX - 1)
			return &h->speaker[i].said;
	}
	grown = reallocarray(h->speaker, h->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	h->speaker = grown;
	grown[h->count] = (struct speaker){ .pid = pid, .said = h->model };
	return &grown[h->count++].said;
}

static pid_t sender_of(struct msghdr *message)
{
	struct ucred who = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(c), sizeof(who));
	}
	return who.pid;
}

/* 1: somebody said something; 0: nothing is there, or nobody is left to say anything. */
static int hear_one(struct hearing *h, struct error *err)
{
	uint8_t block[BLOCK];
	union {
		char space[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec into = { block, sizeof(block) };
	struct msghdr message = { .msg_iov = &into,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	ssize_t n = recvmsg(h->in, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct messages *said;

	if (n == 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return 0;
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "hear a program");
	said = speaker_of(h, sender_of(&message));
	if (!said)
		return no_memory(err);
	return messages_take(said, (struct span){ block, (size_t)n }, err) < 0 ? -1 : 1;
}

int hearing_listen(struct hearing *h, int timeout_ms, struct error *err)
{
	struct pollfd fd = { .fd = h->in, .events = POLLIN };
	int rc;

	if (poll(&fd, 1, timeout_ms) < 0 && errno != EINTR)
		return error_set_errno(err, ERROR_IO, "wait for a program");
	do {
		rc = hear_one(h, err);
	} while (rc > 0);
	return rc;
}

int hearing_end(struct hearing *h, struct error *err)
{
	for (size_t i = 0; i < h->count; i++) {
		if (messages_end(&h->speaker[i].said, err) < 0)
			return -1;
	}
	return 0;
}

struct heard hearing_sum(const struct hearing *h)
{
	struct heard sum = { .first = "", .lacking = "", .present = "" };

	for (size_t i = 0; i < h->count; i++) {
		const struct messages *m = &h->speaker[i].said;

		sum.complaints += m->complaint_count;
		sum.harmless += m->harmless_count;
		sum.items += m->items;
		sum.summed_up += m->errors_ignored;
		sum.has_sum |= m->summed_up;
		if (!sum.first[0])
			sum.first = m->first;
		if (m->present[0])
			sum.present = m->present;
		if (!sum.lacking[0])
			sum.lacking = m->lacking;
	}
	return sum;
}

void hearing_close(struct hearing *h)
{
	for (size_t i = 0; i < h->count; i++)
		messages_release(&h->speaker[i].said);
	free(h->speaker);
	if (h->in >= 0)
		(void)close(h->in);
	if (h->out >= 0)
		(void)close(h->out);
	*h = (struct hearing)HEARING_INIT;
}
