/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule/ics.h"

#include <string.h>

#include "base/clock.h"

enum { LINE_MAX_OCTETS = 75 };

/* Section 3.1: no line longer than 75 octets; a break does not part a character of UTF-8. */
static int write_line(const char *name, const char *value, struct buf *out)
{
	size_t column = strlen(name) + 1;

	if (buf_printf(out, "%s:", name) < 0)
		return -1;
	for (size_t i = 0, len = 1; value[i]; i += len, column += len) {
		for (len = 1; ((unsigned char)value[i + len] & 0xc0) == 0x80;)
			len++;
		if (column + len > LINE_MAX_OCTETS) {
			if (buf_puts(out, "\r\n ") < 0)
				return -1;
			column = 1;
		}
		if (buf_append(out, value + i, len) < 0)
			return -1;
	}
	return buf_puts(out, "\r\n");
}

/* Section 3.3.11 */
static int write_text(const char *name, const char *text, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf escaped = { 0 };

	for (; *text; text++) {
		bool line_end = *text == '\n';

		if (((line_end || strchr("\\;,", *text)) && buf_puts(&escaped, "\\") < 0) ||
		    buf_append(&escaped, line_end ? "n" : text, 1) < 0)
			return -1;
	}
	return write_line(name, escaped.ptr ? escaped.ptr : "", out);
}

char *ics_stamp(int64_t wall_ns, char out[ICS_STAMP_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];
	size_t used = 0;

	for (const char *p = clock_format_rfc3339(wall_ns, text); *p && used + 1 < ICS_STAMP_SIZE;
	     p++)
		if (*p != '-' && *p != ':')
			out[used++] = *p;
	out[used] = '\0';
	return out;
}

int ics_begin(struct buf *out, const char *name, bool published)
{
	if (buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//muster//schedule//EN\r\n"
			  "CALSCALE:GREGORIAN\r\n") < 0 ||
	    (published && buf_puts(out, "METHOD:PUBLISH\r\n") < 0))
		return -1;
	return write_text("X-WR-CALNAME", name, out);
}

int ics_event(struct buf *out, const struct ics_event *e)
{
	char at[ICS_STAMP_SIZE];

	if (buf_puts(out, "BEGIN:VEVENT\r\n") < 0 || write_text("UID", e->uid, out) < 0 ||
	    write_line("DTSTAMP", ics_stamp(e->now_ns, at), out) < 0 ||
	    write_line("DTSTART", ics_stamp(e->begins_ns, at), out) < 0 ||
	    (e->ends_ns && write_line("DTEND", ics_stamp(e->ends_ns, at), out) < 0) ||
	    write_text("SUMMARY", e->summary, out) < 0 ||
	    write_text("DESCRIPTION", e->description, out) < 0)
		return -1;
	return buf_puts(out, "CATEGORIES:muster\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

int ics_end(struct buf *out)
{
	return buf_puts(out, "END:VCALENDAR\r\n");
}
