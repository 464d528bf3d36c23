/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both sides of a visit share. The visitor sends one message, with the descriptors of
 * the program's streams. One int comes back: the code.
 */
#ifndef SANDBOX_VISIT_INTERN_H
#define SANDBOX_VISIT_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#include "base/buf.h"
#include "sandbox/visit.h"
#include "sandbox/visit_program.h"

enum { VISIT_STREAMS = 3, VISIT_MESSAGE_MAX = 96 * 1024, VISIT_WORDS_MAX = 4096 };

/* Each tells how many descriptors come with it. */
enum visit_manner {
	VISIT_ON_TERMINAL = 't', /* 1 */
	VISIT_BY_PIPES = 'p',    /* 3 */
	/* what the owner has run: all that it leaves ends with it */
	VISIT_CAPTURED = 'c', /* 2: both outputs are one */
	VISIT_STARTED = 's',  /* 0: the output is a file in there */
	VISIT_WORK = 'w',     /* 2: of the guide's work */
};

/* What a message asks for. */
struct visit_wish {
	enum visit_manner manner;
	const char *term, *prompt; /* of a shell: its TERM and PS1; "": none */
	const char *directory;     /* where to begin, "": where the guide says */
	const char *output;        /* STARTED: the name of its file; else "" */
	const char *const *env;    /* "NAME=value", NULL-terminated; NULL: none */
	const char *const *argv;   /* NULL-terminated; NULL: none; WORK: its name alone */
};

/* The manner's byte, then words, each ended by NUL: term, prompt, directory, output, env, an empty one, argv. */
MUST_CHECK int visit_message_write(const struct visit_wish *wish, struct buf *out,
				   struct error *err);

/* One visit inside, as its message asked for it. */
struct visit {
	const struct visit_guide *guide;
	char text[VISIT_MESSAGE_MAX + 1];
	char *word[VISIT_WORDS_MAX + 2]; /* of the text: env, NULL, argv, NULL */
	enum visit_manner manner;
	const char *term, *prompt, *directory, *output;
	char **env, **argv;
	int fd[VISIT_STREAMS]; /* of the program, or of the work */
	size_t fds;            /* descriptors that came */
};

/* `text` has `len` bytes. False: not a message of ours. */
bool visit_message_parse(struct visit *v, size_t len);

/* What a visitor's process becomes: the program, or the guide's work. */
noreturn void visit_become(struct visit *v);

/*
 * Await the end of `program`, a child in a session of its own of this process, which adopts
 * orphans; when the other side of `connection` wants no more, see to it. Then all that
 * descends from it is ended. Returns its status.
 */
int visit_await_all(pid_t program, int pidfd, int connection);

/* A connection that was let in; the caller closes it. -1 on failure. */
MUST_CHECK int visit_connect(const struct sandbox *s, struct error *err);

/* A message with descriptors (at most VISIT_STREAMS), which stay the caller's. -1 with errno. */
int visit_send(int socket, const void *bytes, size_t len, const int *fd, size_t fds, int flags);

/*
 * One message; `fd` gets VISIT_STREAMS descriptors, -1 where there are fewer. 0 when the other
 * side is gone, -1 with errno, also for what does not fit.
 */
ssize_t visit_receive(int socket, void *bytes, size_t size, int fd[VISIT_STREAMS]);

/*
 * Ask for what the owner has run; the descriptors stay the caller's. A connection, which the
 * caller closes; -1 on failure.
 */
MUST_CHECK int visit_ask(const struct sandbox *s, enum visit_manner manner,
			 const struct visit_program *program, const char *output, const int *fd,
			 size_t fds, struct error *err);

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
