/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files share that show what a backup holds. */
#ifndef CMD_INSPECT_HOLDS_INTERN_H
#define CMD_INSPECT_HOLDS_INTERN_H

#include "cmd/inspect_show.h"

/* The facts of one kind, `*n` of them, for the caller to free(); NULL with `err`. */
const struct fact **inspect_facts_of(const struct facts *facts, enum fact_kind kind, size_t *n,
				     struct error *err);
/* For qsort() of these: by bytes, then by count. */
int inspect_larger_first(const void *a, const void *b);

/* Each shows nothing where there is nothing of it. */
MUST_CHECK int inspect_show_tables(const struct inspect_show *show, const struct facts *facts,
				   struct error *err);
MUST_CHECK int inspect_show_keys(const struct inspect_show *show, const struct facts *facts,
				 struct error *err);
MUST_CHECK int inspect_show_largest(const struct inspect_show *show, const struct outline *largest,
				    struct error *err);
/* Of facts that are sorted by vhost. */
MUST_CHECK int inspect_show_vhosts(const struct inspect_show *show, const struct fact *const *fact,
				   size_t n, struct error *err);

#endif
