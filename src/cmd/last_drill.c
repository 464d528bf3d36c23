/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/last_drill.h"

#include <stdio.h>

#include "history/entry.h"

/* One of these is over: what was not resumed within a day has an end. */
enum { DRILLS_ASKED = 20 };

static int read_record(struct history *h, struct last_drill *out, struct error *err)
{
	CLEANUP(run_release)
	struct run run = { 0 };
	CLEANUP(entries_release)
	struct entries entries = { 0 };
	CLEANUP(drill_record_release)
	struct drill_record record = { 0 };
	struct error why = ERROR_INIT;

	if (history_load_brief(h, out->run, &run, err) < 0 ||
	    history_entries(h, out->run, 0, &entries, err) < 0)
		return -1;
	if (drill_record_build(&run, &entries, run.finished_ns, &record, &why) < 0) {
		if (why.kind != ERROR_NOMEM)
			return 0;
		*err = why;
		return -1;
	}
	out->verdict = record.verdict;
	out->rto = record.rto;
	out->rpo = record.rpo;
	if (record.t0_ns)
		out->began_ns = record.t0_ns;
	return 0;
}

int last_drill_find(struct history *h, struct last_drill *out, struct error *err)
{
	const struct history_filter filter = { .kind = "drill",
					       .limit = DRILLS_ASKED,
					       .has_come = true };
	struct run *runs = NULL;
	size_t count = 0, i = 0;
	int rc = history_list(h, &filter, &runs, &count, err);

	*out = (struct last_drill){ .rto = { .actual_ns = -1 }, .rpo = { .actual_ns = -1 } };
	while (i < count && !runs[i].finished_ns)
		i++;
	if (rc == 0 && i < count) {
		(void)snprintf(out->run, sizeof(out->run), "%s", runs[i].id);
		out->began_ns = runs[i].started_ns;
		out->duration_ns = runs[i].finished_ns - runs[i].started_ns;
		out->verdict = runs[i].verdict;
		rc = read_record(h, out, err);
	}
	history_free_runs(runs, count);
	return rc;
}
