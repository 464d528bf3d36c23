/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of files that a sandbox sees, put together from nothing. */
#ifndef SANDBOX_ROOT_H
#define SANDBOX_ROOT_H

#include "base/cleanup.h"
#include "base/error.h"

struct root_plan {
	const char *at;       /* an empty directory of the host, to build it at */
	const char *writable; /* of the host; it has a directory "tmp" */
	const char *given;    /* of the host, to be read only */
	const char *given_inside;
	const char *inside;          /* where that is seen: "/work" */
	const char *const *readable; /* further paths of the host to be seen, read-only; or NULL */
};

/*
 * In a mount namespace of its own and with the right to mount: leave the host's tree for
 * one of a tmpfs, the system's programs, libraries and a little of /etc (read-only), devices that
 * only give zeros and random bytes, a proc of this PID namespace, and the writable directory.
 */
MUST_CHECK int root_enter(const struct root_plan *plan, struct error *err);

#endif
