/* SPDX-License-Identifier: Apache-2.0 */
/* The review of a drill for people and programs. */
#ifndef CMD_DRILL_REVIEW_SHOW_H
#define CMD_DRILL_REVIEW_SHOW_H

#include "cmd/drill_session.h"

/* As text, or as the document muster.drill-review/v1. */
MUST_CHECK int drill_review_show(const struct invocation *inv, const struct drill_session *s,
				 struct error *err);

#endif
