/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_format.h"

int report_format_check(const struct invocation *inv, int format, struct error *err)
{
	if (!inv->global.json || format == REPORT_TEXT || format == REPORT_JSON)
		return 0;
	(void)error_set(err, ERROR_USAGE, "--json and --format=%s contradict each other",
			report_formats[format]);
	return error_hint(err, "give one of the two");
}

struct report_style report_style_of(const struct terminal *t)
{
	return (struct report_style){ .utf8 = t->utf8,
				      .color = t->color,
				      .width = t->is_tty ? t->width : 0 };
}

int report_print(const struct invocation *inv, struct history *h, const struct run *run, int format,
		 struct error *err)
{
	struct report_form form = { .style = report_style_of(&inv->screen) };
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (report_format_check(inv, format, err) < 0)
		return -1;
	form.format = inv->global.json ? REPORT_JSON : (enum report_format)format;
	if (report_any_write(h, run, &form, &text, err) < 0)
		return -1;
	/* what is said next on standard error must come after it on a terminal */
	if (fwrite(text.ptr, 1, text.len, inv->out) != text.len || fflush(inv->out) != 0)
		return error_set_errno(err, ERROR_IO, "write the report");
	return 0;
}
