/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that people run in a sandbox that is up. Nobody enters it from outside: its work
 * forks each program, which so is as shut in as the work is, and only bytes pass, through
 * pipes or a terminal made for it. A sandbox is visited when it was opened so. What its owner
 * has run in there: sandbox/visit_program.h.
 *
 * A visit takes a connection: a pair of SOCK_SEQPACKET sockets, of which one end is let in
 * by the sandbox's owner and the other is the visitor's.
 */
#ifndef SANDBOX_VISIT_H
#define SANDBOX_VISIT_H

#include "base/cleanup.h"
#include "base/error.h"
#include "sandbox/sandbox.h"

/* ---- inside, by the work ---- */

struct visit_guide {
	const char *directory; /* where programs begin, and their HOME */
	const char *const *
		env; /* "NAME=value" for them, beside PATH, HOME, LANG, TERM and PS1; NULL-terminated */
	const char *greeting; /* what a shell on a terminal shows first; NULL: nothing */
	/*
	 * Code of the caller's own that the owner may begin by NAME, as often as it likes: each in
	 * a process of its own that, like the sandbox's work, nothing else in there may look into.
	 * Returns the exit code. NULL: there is none.
	 */
	int (*work)(void *cookie, const char *name, struct sandbox_pipes pipes);
	void *cookie;
};

/* Serve visits until the owner closes its end. Children of the caller's that end meanwhile are reaped. */
MUST_CHECK int visit_serve(struct sandbox_pipes pipes, const struct visit_guide *guide,
			   struct error *err);

/* ---- the owner ---- */

/* Announce a visit; `connection` stays the caller's. Never waits; makes no use of memory. */
MUST_CHECK int visit_let_in(const struct sandbox *s, int connection, struct error *err);

/* ---- the visitor ---- */

struct visit_request {
	const char *const *argv;     /* NULL-terminated; empty: a shell */
	const char *prompt;          /* of a shell: its PS1 */
	int (*stop_requested)(void); /* not 0: end it with ERROR_INTERRUPTED; NULL: never */
};

/*
 * Run it, with this process's standard streams: on a terminal when standard input and output
 * are one. `*code`: its exit code; 128 and the signal that ended it; 126 or 127 when it could
 * not be started.
 */
MUST_CHECK int visit_run(int connection, const struct visit_request *request, int *code,
			 struct error *err);

#endif
