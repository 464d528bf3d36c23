/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a finished run changes in the alerts: what is not well and was not told yet, or so long
 * ago that people are reminded, and what is well again. Pure.
 */
#ifndef NOTIFY_CHANGES_H
#define NOTIFY_CHANGES_H

#include "history/alert.h"
#include "model/run.h"
#include "notify/notice.h"

/* Of one alert. Texts and lines live in the arena of the changes. */
struct change {
	struct alert alert;      /* as it shall be; told_ns is the teller's to fill */
	enum notice_event event; /* to be told as; RECOVERED: it is over */
	bool is_told;            /* it is to be told; else only the message is new */
	bool reminder;           /* it was told before, and lasts */
	enum verdict verdict;
	struct notice_line *line;
	size_t line_count;
};

struct changes {
	struct change *item;
	size_t count, capacity;
	struct arena arena;
};
void changes_release(struct changes *c);

/* What time it is, and when one that lasts is told again. */
struct change_times {
	int64_t now_ns, reminder_ns;
};

/*
 * An alert lasts until a run of its kind says that it is well: the check passed, or it is not
 * among those of the run, all of whose other checks of the component passed or warned. What a
 * run has no word on, and what was skipped in a bad one, lasts and is not told again.
 */
MUST_CHECK int changes_of_run(const struct run *run, const struct alerts *alerts,
			      const struct change_times *times, struct changes *out,
			      struct error *err);

/*
 * That something (of which `now` is all known but since and told) is not well, as `event`, with
 * one line made of its message.
 */
MUST_CHECK int changes_add_bad(const struct alert *now, enum notice_event event,
			       const struct alerts *alerts, const struct change_times *times,
			       struct changes *out, struct error *err);
/* `how`: "well again". */
MUST_CHECK int changes_add_recovered(const struct alert *a, const char *how, struct changes *out,
				     struct error *err);

/* "muster/PLATFORM/KIND/COMPONENT/NAME", "-" for no component; NULL: no memory. */
char *change_key(struct arena *arena, const struct alert *of);

#endif
