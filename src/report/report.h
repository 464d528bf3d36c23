/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as the journal tells it, rendered for people, programs and monitoring.
 * Nothing here judges: verdicts and numbers are those of `struct run`.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/run.h"

/* Zeroed: ASCII without colour, lines of any length. */
struct report_style {
	bool utf8;      /* symbols and names may be more than ASCII */
	bool color;     /* SGR sequences around verdicts */
	unsigned width; /* columns in which the lines of a run's text stay; 0: no limit */
};

/* Each appends to `out`; -1 when out of memory. Text from outside is made harmless. */

/*
 * Heading, a section per component, summary; the last line is the verdict. Of a restore test,
 * what did not hold is repeated before the summary: the sections are long.
 */
MUST_CHECK int report_text(const struct run *run, const struct report_style *style,
			   struct buf *out);

/* One "muster.run/v1" document. */
MUST_CHECK int report_json(const struct run *run, struct buf *out);

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_MARKDOWN, REPORT_HTML };
/* "text", "json", "markdown", "html", NULL: in the order of enum report_format. */
extern const char *const report_formats[];
/* In any of them; `style` is for text. */
MUST_CHECK int report_render(const struct run *run, enum report_format format,
			     const struct report_style *style, struct buf *out);

/* GitHub-flavoured Markdown, for tickets and wikis. */
MUST_CHECK int report_markdown(const struct run *run, struct buf *out);

/*
 * One HTML page that needs nothing else: no script, no address but its own. Every line of the
 * facts that differs is in it, the others up to a bound that browsers like.
 */
MUST_CHECK int report_html(const struct run *run, struct buf *out);

/* Runs of a list, one a line under headings. */
MUST_CHECK int report_list_text(const struct run *run, size_t count,
				const struct report_style *style, struct buf *out);

/* One "muster.run-list/v1" document: each run without steps and checks. */
MUST_CHECK int report_list_json(const struct run *run, size_t count, struct buf *out);

/* "MUSTER CRITICAL - …| perfdata": the one line of a Nagios plugin. */
MUST_CHECK int report_nagios(const struct run *run, struct buf *out);

/* "MUSTER UNKNOWN - message": for when there is no run to tell of. */
MUST_CHECK int report_nagios_error(const struct error *error, struct buf *out);

/* Of a Nagios plugin: 0 for pass (and skipped), 1 warn, 2 fail, 3 error. */
int report_nagios_code(enum verdict v);
const char *report_nagios_word(enum verdict v); /* "OK", "WARNING", "CRITICAL", "UNKNOWN" */

enum { REPORT_PATH_SIZE = 4096 };
/*
 * Write <state_dir>/reports/<run id>.txt, .json, .md and .html, each whole or not at all,
 * mode 0640; an earlier report of the run is replaced. `text_path` gets the first's path.
 */
MUST_CHECK int report_save(const struct run *run, const char *state_dir,
			   char text_path[REPORT_PATH_SIZE], struct error *err);

/*
 * Remove the directories of runs that began before that time (wall clock) from among the saved
 * reports: logs of services that drills have kept. The reports themselves stay.
 */
MUST_CHECK int report_sweep(const char *state_dir, int64_t before_ns, struct error *err);

#endif
