/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness (model/readiness.h), rendered; see report.h for the rules of this room. */
#ifndef REPORT_READINESS_H
#define REPORT_READINESS_H

#include "model/readiness.h"
#include "report/report.h"

/* One screen: a line per component, what is under way, the state last. */
MUST_CHECK int readiness_text(const struct readiness *r, const struct report_style *style,
			      struct buf *out);
/* One "muster.status/v1" document. */
MUST_CHECK int readiness_json(const struct readiness *r, struct buf *out);
/* The one line of a Nagios plugin. */
MUST_CHECK int readiness_nagios(const struct readiness *r, struct buf *out);

#endif
