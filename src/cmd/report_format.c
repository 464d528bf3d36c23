/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_format.h"

int report_print(const struct invocation *inv, const struct run *run, int format, struct error *err)
{
	struct report_style style = { .utf8 = inv->screen.utf8, .color = inv->screen.color };
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (inv->global.json && format != REPORT_TEXT && format != REPORT_JSON) {
		(void)error_set(err, ERROR_USAGE, "--json and --format=%s contradict each other",
				report_formats[format]);
		return error_hint(err, "give one of the two");
	}
	if (inv->global.json)
		format = REPORT_JSON;
	if (report_render(run, (enum report_format)format, &style, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report of run %s", run->id);
	if (fwrite(text.ptr, 1, text.len, inv->out) != text.len)
		return error_set_errno(err, ERROR_IO, "write the report");
	return 0;
}
