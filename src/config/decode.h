/* SPDX-License-Identifier: Apache-2.0 */
/* From the merged tree to struct config, driven by the key rows. */
#ifndef CONFIG_DECODE_H
#define CONFIG_DECODE_H

#include "base/error.h"
#include "config/complaints.h"
#include "config/node.h"

enum { COMPONENTS_MAX = 1000 };

/*
 * Built-in values, then what `root` (a map) sets. What is wrong is a complaint;
 * -1 only for our own errors.
 */
MUST_CHECK int decode_config(const struct node *root, struct config *out,
			     struct config_complaints *complaints, struct error *err);

/* Fill out->value from the tree and the decoded fields. */
MUST_CHECK int values_collect(const struct node *root, struct config *out, struct error *err);

#endif
