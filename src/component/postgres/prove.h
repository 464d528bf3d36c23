/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proves that a restored database is sound: that its rows keep its constraints, its indexes
 * hold every row, its definitions are the backup's, and what the user asks. It executes code
 * of the database's own: this belongs inside a sandbox.
 */
#ifndef COMPONENT_POSTGRES_PROVE_H
#define COMPONENT_POSTGRES_PROVE_H

#include "base/cleanup.h"
#include "component/engine.h"

/*
 * Call it when `database`, restored from job->part[part], was read back: it analyzes the
 * tables, and changes nothing else. Adds checks to out->checks (schema, analyze, constraints,
 * sequences, collations, sql, recovery-point, indexes), whose subjects are the objects; at
 * most PROVE_DEFECTS_MAX defects of one check, then one with the number of the rest. -1 is for
 * what kept us from looking.
 */
enum { PROVE_DEFECTS_MAX = 20 };
MUST_CHECK int postgres_prove(struct server *s, const struct restore_job *job, size_t part,
			      const char *database, struct restored *out, struct error *err);

#endif
