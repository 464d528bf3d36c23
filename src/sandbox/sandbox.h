/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sealed place for work on what nobody trusts: a restored dump is a program. Inside
 * are other processes, mounts, users and a network of its own with nothing but a
 * loopback; the system's programs, read-only; one writable directory; no privilege.
 * Nothing starts before the sandbox has tried to get out and failed.
 *
 * It lives as long as its owner: when that ends, however it ends, a reaper in a
 * session of its own ends the sandbox and removes what it left.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/place.h"

struct sandbox_limits {
	uint64_t
		memory_max; /* bytes: of all its processes where a cgroup can be made, else of each; 0: none */
	uint64_t disk_max;    /* bytes in its directory; 0: none */
	unsigned process_max; /* 0: none */
	int64_t time_max_ns;  /* from its start; 0: none */
};

/* Where the owner's files are seen from inside, read-only: those in sandbox.given. */
#define SANDBOX_GIVEN "/given"

/* The owner's other ends are those of struct sandbox. */
struct sandbox_pipes {
	int in;     /* what the owner says; it ends when that closes its end */
	int out;    /* all that leads out */
	int visits; /* where visits are announced, for visit_serve(); -1: there are none */
};

/*
 * What runs inside, in a process of its own that nothing else in there may look into, with
 * no environment but a PATH. `place` is the writable directory. Returns the exit code.
 */
typedef int sandbox_work(const struct place *place, struct sandbox_pipes pipes, void *cookie);

struct sandbox_options {
	const char *parent; /* where its directory is made; NULL: $TMPDIR or /tmp */
	struct sandbox_limits limits;
	const char *const *
		readable; /* absolute paths that it may read where they are, beside the system's; NULL-terminated, or NULL */
	bool visited; /* programs may be let in later (sandbox/visit.h) */
	sandbox_work *work;
	void *cookie; /* for `work`, which gets a copy of this process's memory */
};

struct sandbox {
	pid_t reaper;
	int lifeline;             /* held open while it shall live */
	int status;               /* the reaper's word */
	int in;                   /* what `work` reads; the owner may close it and put -1 */
	int out;                  /* what `work` writes */
	int visits;               /* for visit_let_in(); -1: it is not to be visited */
	char directory[PATH_MAX]; /* of the host */
	char given
		[PATH_MAX]; /* where the owner may put files for `work` to read, as long as it lives */
};
#define SANDBOX_INIT                                                                               \
	{                                                                                          \
		.lifeline = -1, .status = -1, .in = -1, .out = -1, .visits = -1                    \
	}

/* Where sandboxes are made: PARENT, or without it $TMPDIR or /tmp. */
const char *sandbox_parent(const char *parent);

/*
 * Returns once it is sealed, proven tight, and `work` begins. ERROR_REFUSED: this machine
 * cannot seal it, and the message says what is missing.
 */
MUST_CHECK int sandbox_open(const struct sandbox_options *options, struct sandbox *s,
			    struct error *err);

/*
 * Wait for the end of `work`, at most `timeout_ns` (negative: for ever). 1: it ended
 * and nothing is left; `*code` is its exit code. 0: time is up. -1: it was ended by a
 * limit (ERROR_TIMEOUT, ERROR_REFUSED for disk), by a signal (ERROR_TARGET), or we were interrupted.
 */
MUST_CHECK int sandbox_wait(struct sandbox *s, int64_t timeout_ns, int *code, struct error *err);

/*
 * For who finds that what ran inside is gone: why, once that is known. Takes nothing from
 * sandbox_wait(), and several threads may ask. Always -1: with the error of sandbox_wait() or,
 * when the sandbox still stands, with ERROR_TARGET.
 */
int sandbox_explain_end(const struct sandbox *s, struct error *err);

/* Bytes of disk that lie in its writable directory. */
uint64_t sandbox_written(const struct sandbox *s);

/*
 * Open a file of the writable directory for reading. NAME is a path below it, and nothing
 * that was planted inside leads anywhere else: no symbolic link is followed, and what is no
 * regular file is ERROR_REFUSED. A descriptor, or -1.
 */
MUST_CHECK int sandbox_open_file(const struct sandbox *s, const char *name, struct error *err);

/*
 * Forget it here: it lives as long as another process, a child of this one that was forked
 * meanwhile, holds its descriptors.
 */
void sandbox_hand_over(struct sandbox *s);

/* Ends it, if it still runs, and returns when nothing is left of it. Safe on a closed one. */
void sandbox_close(struct sandbox *s);

/*
 * Remove what sandboxes under `parent` left whose reaper ended with them (a power cut).
 * `*removed` counts them.
 */
MUST_CHECK int sandbox_sweep(const char *parent, unsigned *removed, struct error *err);

#endif
