/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

const char *const report_formats[] = { [REPORT_TEXT] = "text",
				       [REPORT_JSON] = "json",
				       [REPORT_MARKDOWN] = "markdown",
				       [REPORT_HTML] = "html",
				       [REPORT_HTML + 1] = NULL };

int report_render(const struct run *run, enum report_format format,
		  const struct report_style *style, struct buf *out)
{
	switch (format) {
	case REPORT_JSON:
		return report_json(run, out);
	case REPORT_MARKDOWN:
		return report_markdown(run, out);
	case REPORT_HTML:
		return report_html(run, out);
	case REPORT_TEXT:
		break;
	}
	return report_text(run, style, out);
}
