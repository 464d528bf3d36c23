/* SPDX-License-Identifier: Apache-2.0 */
/* What the source holds, read in the transaction whose snapshot was dumped. */
#ifndef COMPONENT_POSTGRES_SOURCE_FACTS_H
#define COMPONENT_POSTGRES_SOURCE_FACTS_H

#include "component/engine.h"
#include "component/postgres/snapshot.h"
#include "model/facts.h"

/*
 * Sequences ignore snapshots: their values are read before the dump and again
 * after it, and one that moved meanwhile has no known value.
 */
MUST_CHECK int source_sequences(PGconn *session, struct facts *out, struct error *err);

/*
 * Add tables, large objects, extensions, and the sequences of `before` with the
 * values that still hold. With source_facts "counts" rows are counted only.
 */
MUST_CHECK int source_facts(PGconn *session, const struct backup_job *job,
			    const struct snapshot *snapshot, const struct facts *before,
			    struct facts *out, struct error *err);

#endif
