/* SPDX-License-Identifier: Apache-2.0 */
/* Is it text at all? What must hold before a YAML parser sees it. */
#ifndef CONFIG_YAML_TEXT_H
#define CONFIG_YAML_TEXT_H

#include "config/complaints.h"
#include "config/node.h"

/* Complains about bytes that are not UTF-8, control characters, and tabs outside comments; -1 then. */
MUST_CHECK int yaml_text_check(const struct node_source *source,
			       struct config_complaints *complaints);

#endif
