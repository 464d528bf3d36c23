/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both sides of a visit share. The visitor sends one message: a byte for the manner,
 * the words TERM, PS1 and argv, each ended by NUL, and the descriptors of the program's streams.
 * One int comes back: the code.
 */
#ifndef SANDBOX_VISIT_INTERN_H
#define SANDBOX_VISIT_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sandbox/visit.h"

enum { VISIT_ON_TERMINAL = 't', VISIT_BY_PIPES = 'p' };
enum { VISIT_STREAMS = 3, VISIT_MESSAGE_MAX = 96 * 1024 };

/* A message with descriptors (at most VISIT_STREAMS), which stay the caller's. -1 with errno. */
int visit_send(int socket, const void *bytes, size_t len, const int *fd, size_t fds, int flags);

/*
 * One message; `fd` gets VISIT_STREAMS descriptors, -1 where there are fewer. 0 when the other
 * side is gone, -1 with errno, also for what does not fit.
 */
ssize_t visit_receive(int socket, void *bytes, size_t size, int fd[VISIT_STREAMS]);

/* The visitor's own streams and the program's, tied together. */
struct visit_streams {
	bool terminal;
	int far[VISIT_STREAMS]; /* the program's, until they are sent; one terminal for all three */
	int near[VISIT_STREAMS]; /* our ends: in, out, err; on a terminal the first for all */
};

MUST_CHECK int visit_streams_open(struct visit_streams *s, struct error *err);
void visit_streams_close(struct visit_streams *s);

/*
 * Pass bytes on until the code comes by `connection`, then what is still under way.
 * ERROR_TARGET when the sandbox ended.
 */
MUST_CHECK int visit_relay(struct visit_streams *s, int connection,
			   const struct visit_request *request, int *code, struct error *err);

#endif
