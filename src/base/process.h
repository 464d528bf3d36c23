/* SPDX-License-Identifier: Apache-2.0 */
/* Child programs: started by argv (never a shell), bounded in time and output, always reaped. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/stop.h"

struct process {
	pid_t pid;  /* 0: none */
	int pidfd;  /* readable when it has ended; -1: none */
	int status; /* as waitpid() gives it, once reaped */
	bool reaped;
	bool own_group; /* its process group is its own, and process_stop() ends all of it */
};
#define PROCESS_INIT                                                                               \
	{                                                                                          \
		.pid = 0, .pidfd = -1                                                              \
	}

struct process_spec {
	const char *const *
		argv; /* NULL-terminated; argv[0] is looked up in PATH of `env` when it has no '/' */
	const char *const
		*env; /* "NAME=value", NULL-terminated; NULL: this process's environment */
	const char *const *
		set_env; /* added to (or replacing in) `env`; NULL: none. Secrets go here, never into argv */
	const char *directory; /* working directory; NULL: this process's */
	int in, out, err;      /* descriptors for 0, 1, 2, borrowed; -1: /dev/null */
	bool drop;             /* change to uid, gid below, with no other groups (needs root) */
	uid_t uid;
	gid_t gid;
	bool own_group; /* a process group of its own, so that a terminal's Ctrl-C does not reach it */
	bool die_with_parent; /* `death_signal` when the thread that started it ends */
	int death_signal;     /* 0: SIGKILL */
	struct stop stop;     /* of process_run() only: asked for, it is killed */
};

/* fork() so that handlers of this process do not run in the child, which starts with every signal blocked. */
pid_t process_fork(void);

/* For such a child: what this process ignored or blocked is its own business. */
void process_reset_signals(void);

/*
 * Of all that is open only these stay, as 3 and up in their order, to be closed by an exec;
 * 0 to 2 lead nowhere. A kept one of -1 stays that.
 */
MUST_CHECK int process_keep_only(int *const kept[], size_t count, struct error *err);

/*
 * Start it. A program that cannot be executed is an error here (with the
 * program's name), not an exit code later. Every other descriptor is closed in
 * the child.
 */
MUST_CHECK int process_start(const struct process_spec *spec, struct process *p, struct error *err);

/*
 * Wait until it ends, at most `timeout_ns` (negative: for ever). 1: it has ended
 * and `status` is set; 0: time is up; -1: error or interrupted.
 */
MUST_CHECK int process_wait(struct process *p, int64_t timeout_ns, struct error *err);

/*
 * `signal` to it, `grace_ns` later SIGKILL; reaps. What is left of a group of its
 * own is killed too. Safe on one that has ended or never began.
 */
void process_stop(struct process *p, int signal, int64_t grace_ns);
void cleanup_process(struct process *p); /* for CLEANUP(): process_stop with no grace */

/*
 * Of `p`, started with `own_group`: from now on its whole group is killed when this process
 * ends, however it ends, for as long as `*guard` lives: to be stopped before `p` is forgotten.
 */
MUST_CHECK int process_guard_group(const struct process *p, struct process *guard,
				   struct error *err);

/* Exited by itself with code 0. */
bool process_succeeded(const struct process *p);

/* "exited with code 3", "was killed by signal 9 (Killed)". Returns `out`. */
char *process_describe_end(const struct process *p, char *out, size_t size);

/*
 * Run to the end, collecting standard output into `out` (may be NULL: discarded)
 * and the end of standard error into the message. ERROR_TARGET when it does not
 * exit with code 0 or writes more than `max` bytes to `out`, ERROR_TIMEOUT when it
 * runs past `timeout_ns` (negative: no limit); then it is killed. ERROR_INTERRUPTED after a
 * signal to this process, or when `spec->stop` asked for the end. `spec->out` and `spec->err`
 * are ignored; `spec->in` may be a regular file.
 */
MUST_CHECK int process_run(const struct process_spec *spec, int64_t timeout_ns, size_t max,
			   struct buf *out, struct error *err);

/* The last `max` printable bytes of a program's text, lines joined by "; ". Returns `out`. */
char *process_quote_text(const struct buf *text, char *out, size_t size);

/*
 * The absolute path of `program` found in `path` (colon-separated; NULL: $PATH),
 * appended to `out`; -1 with ERROR_NOT_FOUND.
 */
MUST_CHECK int process_find_program(const char *program, const char *path, struct buf *out,
				    struct error *err);

#endif
