/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a drill in each format. */
#include "report/drill.intern.h"

int report_drill_render(const struct report_drill *d, enum report_format format,
			const struct report_style *style, struct buf *out)
{
	return report_render(d->record.run, format, style, out);
}
