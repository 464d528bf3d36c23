/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subset of YAML 1.2 that configurations are written in: one document of maps
 * with plain keys, lists and scalars. Refused with a complaint: tabs outside
 * comments, anchors, aliases, tags, keys that are no scalar, a key twice,
 * nesting past YAML_DEPTH_MAX, bytes that are not UTF-8 text.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "base/error.h"
#include "config/complaints.h"
#include "config/node.h"

enum { YAML_DEPTH_MAX = 16, YAML_SIZE_MAX = 1 << 20 };

/*
 * `*out` is the tree, NULL when the text could not be understood (then there are
 * complaints) or is empty. -1 only for our own errors.
 */
MUST_CHECK int yaml_read(const struct node_source *source, struct arena *arena,
			 struct config_complaints *complaints, struct node **out,
			 struct error *err);

#endif
