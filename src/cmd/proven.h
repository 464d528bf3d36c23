/* SPDX-License-Identifier: Apache-2.0 */
/* How far backup sets are proven by restore tests. */
#ifndef CMD_PROVEN_H
#define CMD_PROVEN_H

#include <jansson.h>

#include "config/config.h"
#include "history/history.h"
#include "model/readiness.h"
#include "repository/catalogue.h"

struct set_proof {
	size_t component_count;    /* that have backups */
	size_t proven_count;       /* of them: whose part of the set was restored and proven */
	const struct proof *first; /* the oldest of their proofs, borrowed; NULL: none */
	int64_t restore_ns;        /* what the slowest took, as they are restored side by side */
};

/* Of the set `id`: each configured component with backups must be proven. */
struct set_proof set_proof_of(const char *id, const struct config *config,
			      const struct proofs *proofs);

static inline bool set_proof_is_whole(const struct set_proof *p)
{
	return p->component_count && p->proven_count == p->component_count;
}

/* [{"component", "run", "time", "verdict", "restore"}], "restore" in seconds; NULL: no memory. */
json_t *set_proofs_to_json(const char *id, const struct proofs *proofs);

/* Tell readiness the newest set and the newest that is proven, of all and per component. */
void proven_learn(const struct catalogue *sets, const struct config *config,
		  const struct proofs *proofs, struct readiness *r);

#endif
