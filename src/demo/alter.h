/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dump that is sound in every byte and of the wrong data: taken by PostgreSQL of a database
 * that was changed first, as if rows had been lost or rewritten on the way into the backup.
 */
#ifndef DEMO_ALTER_H
#define DEMO_ALTER_H

#include "base/cleanup.h"
#include "base/error.h"
#include "component/engine.h"

struct alteration {
	const char *done;  /* what was done, for people */
	const char *sql;   /* how */
	const char *check; /* name of the check of a restore test that must tell of it … */
	const char *named; /* … and what stands in its message */
};

enum { ALTERATION_COUNT = 3 };
extern const struct alteration alteration_list[ALTERATION_COUNT];

struct alter_request {
	const struct server *postgres; /* holds FILL_DATABASE; nobody may be connected to that */
	const char *settings;          /* a muster.yaml of that server that backs up to `scratch` */
	const char *scratch;           /* an empty repository for the backup of the altered copy */
	const char *repository;        /* holds one set, whose dump gets replaced */
	int (*stop_requested)(void);   /* not 0: give up with ERROR_INTERRUPTED; NULL: never */
};

/*
 * Back up an altered copy of FILL_DATABASE under that name, put the dump in the place of the
 * set's and its size and SHA-256 into the manifest. Afterwards the server is as before.
 */
MUST_CHECK int alter_dump(const struct alter_request *request, struct error *err);

#endif
