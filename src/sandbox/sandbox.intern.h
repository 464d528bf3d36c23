/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the sandbox share. Processes: the owner forks the reaper, which stays
 * outside; the reaper forks one that makes the namespaces, forks the sandbox's init into
 * them and ends; init builds the tree, gives up privilege, tries to get out, forks `work`.
 */
#ifndef SANDBOX_SANDBOX_INTERN_H
#define SANDBOX_SANDBOX_INTERN_H

#include <stdnoreturn.h>

#include "sandbox/cgroup.h"
#include "sandbox/escape.h"
#include "sandbox/sandbox.h"

#define SANDBOX_PREFIX "muster-sandbox-"
/* In the sandbox's directory on the host. */
#define SANDBOX_LOCK   "lock"  /* locked while its reaper lives */
#define SANDBOX_ROOT   "root"  /* where the tree is put together */
#define SANDBOX_WORK   "work"  /* the writable directory */
#define SANDBOX_FOR_IT "given" /* what the owner gives it */
enum { SANDBOX_NAME_MAX = 16 };
#define SANDBOX_DOOR "door" /* a Unix socket that must not be reachable */
/* The writable directory, as seen from inside. */
#define SANDBOX_INSIDE "/work"

enum sandbox_word { SANDBOX_READY = 1, SANDBOX_FAILED, SANDBOX_ENDED };

/* One message on the status pipe; shorter than PIPE_BUF, so never torn. */
struct sandbox_status {
	enum sandbox_word word;
	int code;           /* SANDBOX_ENDED: of `work` */
	struct error error; /* SANDBOX_FAILED, and why it was ended */
};

/* A sandbox in the making; everything the reaper and init need. */
struct sandbox_plan {
	const struct sandbox_options *options;
	char directory[PATH_MAX];
	uid_t uid; /* inside; as root outside too */
	gid_t gid;
	bool own_user; /* without root: a user namespace */
	struct cgroup cgroup;
	struct escape escape;
	int lock;
	int lifeline; /* reading end; EOF: the owner is gone or wants no more */
	int status;   /* writing end */
	struct sandbox_pipes pipes;
};

/* Its directory, its doors, its cgroup. */
MUST_CHECK int sandbox_prepare(struct sandbox_plan *plan, struct error *err);

/* The reaper's whole life. */
noreturn void reaper_main(struct sandbox_plan *plan);

/*
 * The whole life of the one that makes the namespaces; tells init's pid to `told`. A byte
 * in `heart` lets init begin; it breaks when the reaper ends.
 */
noreturn void init_main(const struct sandbox_plan *plan, int told, int heart);

/* Send a message; a reader that is gone is nobody's loss. */
void sandbox_tell(int status, enum sandbox_word word, int code, const struct error *error);

/* PLAN's directory and NAME. Returns `out`. */
char *sandbox_path(const struct sandbox_plan *plan, const char *name, char out[PATH_MAX]);

#endif
