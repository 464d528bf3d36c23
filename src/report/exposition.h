/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus's text exposition format, version 0.0.4 (prometheus/docs,
 * instrumenting/exposition_formats.md), written sample by sample.
 */
#ifndef REPORT_EXPOSITION_H
#define REPORT_EXPOSITION_H

#include <stdbool.h>

#include "base/buf.h"

struct exposition {
	struct buf *out;
	bool failed;                    /* out of memory; shows at the end */
	const char *name, *type, *help; /* of the family that was begun; borrowed */
	bool headed;                    /* its HELP and TYPE are written */
};

/* Samples follow. A family without any leaves no trace. `help` is one line of our own. */
void exposition_family(struct exposition *x, const char *name, const char *type, const char *help);

/* `name` is our own; `value` may be anything: what is not UTF-8 becomes U+FFFD. NULL is "". */
struct exposition_label {
	const char *name, *value;
};

/*
 * A sample of the family; `suffix` is "" or of a histogram ("_bucket"). Labels end with one
 * that has no name. The value is written to the millesimal.
 */
void exposition_sample(struct exposition *x, const char *suffix,
		       const struct exposition_label *labels, double value);

#endif
