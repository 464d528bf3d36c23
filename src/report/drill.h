/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of a drill, and its metrics: rendered from its record (drill/record.h) and what the
 * history knows beside it.
 */
#ifndef REPORT_DRILL_H
#define REPORT_DRILL_H

#include "drill/record.h"
#include "history/action.h"
#include "report/report.h"

/* A drill before this one, to be compared with. */
struct drill_earlier {
	char run[RUN_ID_SIZE];
	int64_t began_ns; /* T0, else the run's start; wall clock */
	struct drill_measure rto, rpo;
	enum verdict verdict;
};

/* A drill with all that its report tells. */
struct report_drill {
	struct entries entries;
	struct drill_record record;
	struct actions actions; /* all that there are */
	/* shown by this drill; and all that were open when it began */
	const struct action **action;
	size_t action_count;
	struct drill_earlier *earlier; /* the newest first */
	size_t earlier_count;
	struct drill_duration *duration; /* of each step, in the newest drill that finished it */
	size_t duration_count;
	struct arena arena;
};

/*
 * Into zeroed `out`, from what the history holds: nothing else is looked at, so that a copy of it
 * yields the same. Keeps `run` until the release. `now_ns` matters while the drill lasts. -1:
 * the run is no drill, its plan cannot be read, or the history; then nothing is kept.
 */
MUST_CHECK int report_drill_load(struct history *h, const struct run *run, int64_t now_ns,
				 struct report_drill *out, struct error *err);
void report_drill_release(struct report_drill *d);

/* Each appends to `out`; -1 when out of memory. */

/* As report_render(); JSON is the document muster.run/v1 with a member more, "drill". */
MUST_CHECK int report_drill_render(const struct report_drill *d, enum report_format format,
				   const struct report_style *style, struct buf *out);
/* One "muster.drill-metrics/v1" document; docs/schemas/drill-metrics.v1.json. */
MUST_CHECK int report_drill_metrics(const struct report_drill *d, struct buf *out);

/* As report_save(), and <run id>.metrics.json. */
MUST_CHECK int report_drill_save(const struct report_drill *d, const char *state_dir,
				 char text_path[REPORT_PATH_SIZE], struct error *err);

#endif
