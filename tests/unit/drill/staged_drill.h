/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a history of its own in which a drill is written, and the record that comes of it. */
#ifndef STAGED_DRILL_H
#define STAGED_DRILL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "drill_journal.h"

static inline int stage_open(void **state)
{
	const struct history_claim claim = { .run = STAGED_ID, .command = "drill" };
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	(void)snprintf(s->directory, sizeof(s->directory), "/tmp/muster-drill-XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	/* it is alive: somebody holds a lock for it */
	if (history_open(s->directory, &s->h, &s->err) < 0 ||
	    history_lock(s->h, &claim, &s->err) < 0)
		fail_msg("%s", s->err.message);
	*state = s;
	return 0;
}

static inline void stage_forget(struct stage *s)
{
	drill_record_release(&s->record);
	entries_release(&s->entries);
	run_release(&s->run);
}

static inline int stage_close(void **state)
{
	struct stage *s = *state;
	struct error err = ERROR_INIT;

	stage_forget(s);
	history_close(s->h);
	assert_int_equal(file_remove_tree(s->directory, &err), 0);
	free(s);
	return 0;
}

/* From the history, at that minute. */
static inline struct drill_record *stage_record(struct stage *s, double minute)
{
	stage_forget(s);
	if (history_load(s->h, stage_id(s), &s->run, &s->err) < 0 ||
	    history_entries(s->h, stage_id(s), 0, &s->entries, &s->err) < 0)
		fail_msg("%s", s->err.message);
	if (drill_record_build(&s->run, &s->entries, staged_at(minute) + s->later_ns, &s->record,
			       &s->err) < 0)
		fail_msg("%s", s->err.message);
	return &s->record;
}

#endif
