/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/last_drill.h"

#include <stdio.h>

#include "report/past_drill.h"

/* One of these is over: what was not resumed within a day has an end. */
enum { DRILLS_ASKED = 20 };

static int read_record(struct history *h, struct last_drill *out, struct error *err)
{
	CLEANUP(past_drill_release)
	struct past_drill drill = { .run = { .kind = NULL } };
	const struct drill_record *r = &drill.record;
	int rc = past_drill_load(h, out->run, &drill, err);

	if (rc <= 0)
		return rc;
	out->verdict = r->verdict;
	out->rto = r->rto;
	out->rpo = r->rpo;
	if (r->t0_ns)
		out->began_ns = r->t0_ns;
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
