/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments that name objects: s3://BUCKET/KEY. */
#ifndef CMD_S3_ARGUMENT_H
#define CMD_S3_ARGUMENT_H

#include "cmd/command.h"
#include "config/config.h"
#include "inspect/inspect.h"

bool s3_argument_is(const char *argument);

struct s3_arguments {
	struct config config; /* where objects were named, and there is one */
	struct arena arena;
	const struct inspect_source **source; /* of each argument; NULL: it is no object */
};

/*
 * Into zeroed `out`. Sizes are asked for; what cannot be told is told again, by who reads the
 * object. Buckets are spoken to as `offsite` of the configuration says; where there is no
 * configuration, and none was named, as variables and profiles do.
 */
MUST_CHECK int s3_arguments_load(const struct invocation *inv, struct s3_arguments *out,
				 struct error *err);
void s3_arguments_release(struct s3_arguments *a);

#endif
