/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the HTML report. What others named goes through paint_html(), all of it. */
#ifndef REPORT_HTML_INTERN_H
#define REPORT_HTML_INTERN_H

#include "report/paint.h"

/* Of all kinds of facts together, beside those that differ. */
enum { HTML_LINES_SHOWN = 5000 };

/* The page's style sheet, as an element. */
void html_style(struct paint *p);

/* <span class="v pass">✓ pass</span>, with the word of our own that is given. */
void html_verdict(struct paint *p, enum verdict v, const char *word);
/* A table's beginning, in a region of its own that scrolls sideways where it must. */
void html_table_begin(struct paint *p, const char *label, const char *columns);
void html_table_end(struct paint *p);

/* The page's beginning, up to its body, and its end. */
void html_head(struct paint *p, const struct run *run, const char *title, enum verdict v);
void html_foot(struct paint *p, const struct run *run);
/* Of the list at the top; nothing without a value. */
void html_term(struct paint *p, const char *name, const char *value);
/* The checks that did not hold, all checks, the notes: a section each. */
void html_troubles(struct paint *p, const struct run *run);
void html_checks(struct paint *p, const struct run *run);
void html_notes(struct paint *p, const struct run *run);

/* x="12.500%", of thousandths of a percent. */
void html_share(struct paint *p, const char *attribute, int value);

/* The picture of the steps in time, and the same as a table. -1: no memory. */
MUST_CHECK int html_timeline(struct paint *p, const struct run *run);
/* What the three sides hold, side by side. -1: no memory. */
MUST_CHECK int html_facts(struct paint *p, const struct run *run);

#endif
