/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a server may run: made by whoever owns the run (the demo, a test, a
 * sandbox), used by component/, which knows nothing of who made it.
 */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

struct place {
	char directory
		[80]; /* private to the server, writable by `uid`; short, since socket paths end at 107 bytes */
	bool drop; /* run as uid, gid: set when muster runs as root */
	uid_t uid;
	gid_t gid;
	uint64_t memory_max; /* bytes the server should plan with; 0: its default */
	/*
	 * Nobody else is in its network, as in a sandbox: a server listens on 127.0.0.1 at its
	 * usual port, beside any Unix socket. False: at free ports, and only where it must.
	 */
	bool own_network;
	unsigned
		number; /* among the servers of its kind in that network, from 0: added to the usual port */
};

/*
 * A new private directory NAME under `parent` (NULL: $TMPDIR or /tmp), mode 0700.
 * As root it belongs to an unprivileged account (the server's own account such as
 * `account`, else nobody), otherwise to the caller. The parent must be reachable by it.
 */
MUST_CHECK int place_open(struct place *p, const char *parent, const char *name,
			  const char *account, struct error *err);

/* A free TCP port on 127.0.0.1, found by binding; somebody else may take it before it is used. */
MUST_CHECK int place_free_port(uint16_t *port, struct error *err);

/* Removes the directory. */
MUST_CHECK int place_remove(struct place *p, struct error *err);

#endif
