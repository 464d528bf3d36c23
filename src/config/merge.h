/* SPDX-License-Identifier: Apache-2.0 */
/* Several trees made one: conf.d, the environment, flags. */
#ifndef CONFIG_MERGE_H
#define CONFIG_MERGE_H

#include "base/error.h"
#include "config/complaints.h"
#include "config/node.h"

/*
 * Move what `extra` sets into `root` (both maps): maps merge, lists append, a
 * scalar set in both is a complaint that names both places. A "version" that
 * agrees may stand in both.
 */
void merge_file(struct node *root, struct node *extra, struct config_complaints *complaints);

/* Put MUSTER_… variables into `root`. */
MUST_CHECK int merge_environment(struct node *root, struct arena *arena,
				 struct config_complaints *complaints, struct error *err);

/* Put "key=value" flags into `root`; the value is read as YAML. ERROR_USAGE for one without '='. */
MUST_CHECK int merge_flags(struct node *root, const char *const *flags, struct arena *arena,
			   struct config_complaints *complaints, struct error *err);

#endif
