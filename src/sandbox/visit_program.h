/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sandbox's owner has run in there, by visits (sandbox/visit.h): programs to their end,
 * programs that go on, and work of the guide's. From any thread and several at a time, since
 * nothing is forked on this side. Each runs in a session of its own, and whatever it started
 * and left behind ends with it.
 *
 * An exit code is 0 to 255: 128 and the signal that ended it, 126 or 127 for a program that
 * could not be started. ERROR_TARGET, ERROR_TIMEOUT or ERROR_REFUSED when the sandbox ended
 * meanwhile, as sandbox_explain_end() tells it.
 */
#ifndef SANDBOX_VISIT_PROGRAM_H
#define SANDBOX_VISIT_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/stop.h"
#include "sandbox/sandbox.h"

struct visit_program {
	const char *const *argv; /* NULL-terminated, not empty; looked up in the PATH of inside */
	/*
	 * "NAME=value" beside PATH, HOME, LANG and the guide's, which they replace where both name
	 * one; NULL-terminated; NULL: none
	 */
	const char *const *env;
	const char *directory; /* where it begins, as seen from inside; NULL: the guide's */
};

/* ---- a program to its end ---- */

/* What is kept of an output. */
enum { VISIT_OUTPUT_MAX = 1 << 20 };

struct visit_capture {
	struct visit_program program;
	struct span input;   /* its standard input */
	int64_t time_max_ns; /* 0: none */
	struct stop stop;    /* asked for: it is ended, with ERROR_INTERRUPTED */
};

struct visit_captured {
	struct buf output; /* both of its outputs, as they came: the first VISIT_OUTPUT_MAX bytes */
	uint64_t written;  /* bytes that it wrote */
	int code;
	bool time_is_up; /* so it was ended: by SIGTERM, two seconds later by SIGKILL */
	int64_t took_ns;
};
void visit_captured_release(struct visit_captured *c);

/* Run it, into zeroed `out`; that it fails is no error. ERROR_USAGE: no program, or too long a command. */
MUST_CHECK int visit_capture(const struct sandbox *s, const struct visit_capture *request,
			     struct visit_captured *out, struct error *err);

/* ---- what goes on ---- */

/*
 * Start a program whose outputs are appended to the file `output` of the writable directory,
 * for sandbox_open_file(). Into `*connection` what it lives by: it ends when that is closed, and
 * poll() finds it readable when it has ended. Does not wait until it runs.
 */
MUST_CHECK int visit_start(const struct sandbox *s, const struct visit_program *program,
			   const char *output, int *connection, struct error *err);

/* Work of the guide's that is under way. */
struct visit_line {
	int in;         /* what it reads; the owner may close it and put -1 */
	int out;        /* what it writes */
	int connection; /* what it lives by, as a program does */
};
#define VISIT_LINE_INIT                                                                            \
	{                                                                                          \
		.in = -1, .out = -1, .connection = -1                                              \
	}

/* Begin the guide's work with that name; does not wait until it runs. */
MUST_CHECK int visit_begin_work(const struct sandbox *s, const char *name, struct visit_line *out,
				struct error *err);
/* Its end, if it still goes on, is not waited for. Safe on a closed one. */
void visit_line_close(struct visit_line *line);

/*
 * Wait for the end of what lives by `connection`, at most `timeout_ns` (negative: for ever).
 * 1: it ended, with `*code`, once; 0: time is up, or a signal came.
 */
MUST_CHECK int visit_await(const struct sandbox *s, int connection, int64_t timeout_ns, int *code,
			   struct error *err);

/* Have ended what lives by `connection`, as visit_end() does, and leave the waiting to others. */
void visit_ask_to_end(int connection);

/*
 * End what lives by `connection`, by SIGTERM and two seconds later by SIGKILL, if it still goes
 * on, and return when nothing is left of it. `*code`: how it ended. Closes `connection`.
 */
MUST_CHECK int visit_end(const struct sandbox *s, int connection, int *code, struct error *err);

#endif
