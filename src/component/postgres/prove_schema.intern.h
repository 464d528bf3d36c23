/* SPDX-License-Identifier: Apache-2.0 */
/* How the definitions of the backup and of the restored database are told apart. */
#ifndef COMPONENT_POSTGRES_PROVE_SCHEMA_INTERN_H
#define COMPONENT_POSTGRES_PROVE_SCHEMA_INTERN_H

#include "component/postgres/prove.intern.h"
#include "format/postgres/pg_objects.h"

struct schema_outcome {
	size_t differences; /* that say that something is wrong */
	size_t respelt;     /* definitions with other casts or parentheses */
	size_t otherwise;   /* of another version's, which may print them otherwise */
};

/*
 * Compares; with `defects`, adds a check for each difference. `identities_only`: definitions
 * are of another version, so those that differ are only counted.
 */
MUST_CHECK int schema_compare(struct pg_objects *backup, struct pg_objects *restored,
			      bool identities_only, struct proof_defects *defects,
			      struct schema_outcome *out, struct error *err);

/* One check that tells how many of which kinds agree. */
MUST_CHECK int schema_report_equal(struct proof *p, const struct pg_objects *backup,
				   const struct schema_outcome *outcome, struct error *err);

#endif
