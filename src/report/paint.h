/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people, written piece by piece; a failed piece shows at the end. */
#ifndef REPORT_PAINT_H
#define REPORT_PAINT_H

#include "model/verdict.h"
#include "report/report.h"

struct paint {
	struct buf *out;
	struct report_style style;
	bool failed; /* out of memory */
};

/* Our own words. */
__attribute__((format(printf, 2, 3))) void paint_format(struct paint *p, const char *fmt, ...);

/*
 * Words that others chose: control characters, direction overrides and what is not
 * UTF-8 become \xNN, a line's end becomes \n. Without `utf8`, so does all but ASCII.
 */
void paint_foreign(struct paint *p, const char *text);

/* Symbol and `word` in the verdict's colour: "✓ pass". */
void paint_verdict(struct paint *p, enum verdict v, const char *word);

/* Spaces, as many as fill up to `width` a piece that was `used` columns wide; at least one. */
void paint_pad(struct paint *p, size_t used, size_t width);

/* Our own words of any length, with no format. */
void paint_raw(struct paint *p, const char *text);

/* As paint_foreign(), fit for a Nagios status line: no bar. */
void paint_one_line(struct paint *p, const char *text);

/* As paint_foreign(), fit for HTML: between tags, and for a value in double quotes. */
void paint_html(struct paint *p, const char *text);

/*
 * As paint_foreign(), fit for a line or table cell of GitHub-flavoured Markdown: nothing in it
 * is markup. Never at the beginning of a line.
 */
void paint_markdown(struct paint *p, const char *text);

#endif
