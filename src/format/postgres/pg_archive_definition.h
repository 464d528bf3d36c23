/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the definition of a table of contents' entry says besides its object:
 * roles, tablespaces, oids of large objects, what is not valid or disabled. Read as it streams, of the
 * kinds of entries that can say any of it; nothing of it is kept. The forms are
 * those of buildACLCommands() in dumputils.c and of pg_dump.c of PostgreSQL.
 */
#ifndef FORMAT_PG_ARCHIVE_DEFINITION_H
#define FORMAT_PG_ARCHIVE_DEFINITION_H

#include <stdbool.h>

#include "format/postgres/sql_lexer.h"
#include "model/facts.h"

struct pg_archive_definition {
	/* Shown each FACT_ROLE, FACT_TABLESPACE and FACT_LARGE_OBJECTS (an oid), as often as it is named; -1: out of memory. */
	int (*found)(void *cookie, enum fact_kind kind, const char *name);
	void *cookie;
	bool escapes; /* standard_conforming_strings is off */

	/* Of the definition begun last. */
	bool not_valid;    /* a constraint that existing rows need not meet */
	bool disabled;     /* a trigger */
	bool disconnected; /* a subscription that does not connect when it is created */
	bool no_memory;

	/* Its own. */
	const struct pg_archive_watch *watch; /* what the kind of entry may say; NULL: nothing */
	enum { NAME_NOT_NEXT, NAME_NEXT, NAME_LIST } expect;
	char before[2]
		   [16]; /* the word before, and the one before that; "" for a longer one or none */
	struct sql_lexer lexer;
};

/* A definition of that kind of entry ("POLICY") begins, or there is none. */
void pg_archive_definition_begin(struct pg_archive_definition *d, const char *kind);
void pg_archive_definition_push(struct pg_archive_definition *d, struct span piece);
void pg_archive_definition_end(struct pg_archive_definition *d);

#endif
