/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a restored server's standby share; restore_standby.c has the order of things. */
#ifndef COMPONENT_POSTGRES_RESTORE_STANDBY_INTERN_H
#define COMPONENT_POSTGRES_RESTORE_STANDBY_INTERN_H

#include "base/quantity.h"
#include "component/postgres/restore.h"

/* Its process is the restored server's companion. */
struct postgres_standby {
	struct postgres_restore *r;
	struct server server;          /* but for the process */
	struct connect_config connect; /* borrows from `server` */
	char name[32];             /* of its slot, of its connection, of a database to write into */
	PGconn *primary;           /* with the restored server's database "postgres" */
	int64_t started_ns;        /* its process, monotonic */
	int64_t streamed_ns;       /* from then until it had all and streamed; 0: it does not */
	int64_t lag_ns;            /* from a commit until a standby's reader sees it, the longest */
	unsigned long long behind; /* bytes of WAL, in the end */
	char why[700];             /* what makes the check fail */
	int64_t patience_ns;       /* with which nothing moves until it is given up */
	char patience[QUANTITY_TEXT_SIZE];
};

/*
 * Copies the restored server by pg_basebackup into the directory of s->server's place, and
 * starts the copy. -1: the environment did not let us.
 */
MUST_CHECK int postgres_standby_make(struct postgres_standby *s, struct error *err);

/* Each is 1; 0: it does not hold, `why` tells what; -1: what kept us from looking. */

/* Waits until it streams and has all, then until it shows what is written now. */
MUST_CHECK int postgres_standby_stream(struct postgres_standby *s, struct error *err);
/* It streams still; how far it is behind. */
MUST_CHECK int postgres_standby_look_again(struct postgres_standby *s, struct error *err);

int postgres_standby_no_memory(struct error *err);

#endif
