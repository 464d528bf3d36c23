/* SPDX-License-Identifier: Apache-2.0 */
/* Messages with descriptors, and who is let in. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/visit.intern.h"

/* Room for the descriptors of one message, aligned as its header must be. */
union ancillary {
	struct cmsghdr header;
	char room[CMSG_SPACE(VISIT_STREAMS * sizeof(int))];
};

int visit_send(int socket, const void *bytes, size_t len, const int *fd, size_t fds, int flags)
{
	union ancillary ancillary = { 0 };
	struct iovec part = { .iov_len = len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	memcpy(&part.iov_base, &bytes, sizeof(bytes)); /* it is not written to */
	if (fds) {
		message.msg_control = &ancillary;
		message.msg_controllen = CMSG_SPACE(fds * sizeof(*fd));
		ancillary.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
						     .cmsg_type = SCM_RIGHTS,
						     .cmsg_len = CMSG_LEN(fds * sizeof(*fd)) };
		memcpy(CMSG_DATA(&ancillary.header), fd, fds * sizeof(*fd));
	}
	do
		n = sendmsg(socket, &message, MSG_NOSIGNAL | flags);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len ? 0 : -1;
}

static void take_descriptors(struct msghdr *message, int fd[VISIT_STREAMS])
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	for (int i = 0; i < VISIT_STREAMS; i++)
		fd[i] = -1;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
}

ssize_t visit_receive(int socket, void *bytes, size_t size, int fd[VISIT_STREAMS])
{
	union ancillary ancillary = { 0 };
	struct iovec part = { .iov_base = bytes, .iov_len = size };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &ancillary,
				  .msg_controllen = sizeof(ancillary.room) };
	ssize_t n;

	do
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	take_descriptors(&message, fd);
	if (n <= 0 || !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return n;
	for (int i = 0; i < VISIT_STREAMS; i++)
		cleanup_close(&fd[i]);
	errno = EMSGSIZE;
	return -1;
}

int visit_let_in(const struct sandbox *s, int connection, struct error *err)
{
	if (visit_send(s->visits, "v", 1, &connection, 1, MSG_DONTWAIT) < 0)
		return error_set_errno(err, ERROR_TARGET, "visit a sandbox");
	return 0;
}

int visit_connect(const struct sandbox *s, struct error *err)
{
	int ends[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set_errno(err, ERROR_IO, "make a socket");
	rc = visit_let_in(s, ends[0], err);
	(void)close(ends[0]);
	if (rc == 0)
		return ends[1];
	(void)close(ends[1]);
	return -1;
}
