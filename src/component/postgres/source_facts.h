/* SPDX-License-Identifier: Apache-2.0 */
/* What a database holds, read in the transaction that holds its snapshot: the source's, which was dumped, or a restored one's. */
#ifndef COMPONENT_POSTGRES_SOURCE_FACTS_H
#define COMPONENT_POSTGRES_SOURCE_FACTS_H

#include "component/postgres/snapshot.h"
#include "format/row_hash.h"
#include "model/facts.h"

struct source_options {
	bool counts_only; /* rows and large objects are counted, not hashed */
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
};

/*
 * Sequences ignore snapshots: their values are read before the dump and again
 * after it, and one that moved meanwhile has no known value.
 */
MUST_CHECK int source_sequences(PGconn *session, struct facts *out, struct error *err);

/*
 * The rows of one table. `tick` is asked after every mebibyte of its COPY text, with all of
 * its bytes so far, whether to go on; other than 0 ends it. -1 leaves the session in the COPY.
 */
MUST_CHECK int source_table(PGconn *session, const struct dumped_table *table,
			    int (*tick)(void *cookie, uint64_t bytes, struct error *err),
			    void *cookie, struct row_sum *out, struct error *err);

/* Add large objects, extensions, and the sequences of `before` with the values that still hold. */
MUST_CHECK int source_facts_besides_tables(PGconn *session, const struct source_options *options,
					   const struct facts *before, struct facts *out,
					   struct error *err);

/* The same and the tables. */
MUST_CHECK int source_facts(PGconn *session, const struct source_options *options,
			    const struct snapshot *snapshot, const struct facts *before,
			    struct facts *out, struct error *err);

#endif
