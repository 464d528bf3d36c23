/* SPDX-License-Identifier: Apache-2.0 */
#include "report/past_drill.h"

#include "history/entry.h"

int past_drill_load(struct history *h, const char *id, struct past_drill *out, struct error *err)
{
	struct error why = ERROR_INIT;

	if (history_load_brief(h, id, &out->run, err) < 0 ||
	    history_entries(h, id, 0, &out->entries, err) < 0)
		return -1;
	if (drill_record_build(&out->run, &out->entries, out->run.finished_ns, &out->record,
			       &why) == 0)
		return 1;
	if (why.kind != ERROR_NOMEM)
		return 0;
	*err = why;
	return -1;
}

void past_drill_release(struct past_drill *d)
{
	drill_record_release(&d->record);
	entries_release(&d->entries);
	run_release(&d->run);
	*d = (struct past_drill){ .run = { .kind = NULL } };
}
