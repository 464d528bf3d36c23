/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill: the whole platform rebuilt from its backups in one sandbox, against the clock, as its
 * plan says. Steps of muster's run as they may; people's wait for what people enter into the
 * history (history/entry.h), which is looked at a few times a second.
 */
#ifndef PLAN_DRILL_DRILL_RUN_H
#define PLAN_DRILL_DRILL_RUN_H

#include "base/stop.h"
#include "drill/drill_plan.h"
#include "plan/run_request.h"

/* name, what it takes away */
#define DRILL_SCENARIO_TABLE(X)                                                                    \
	X(DATA_CENTRE, "data-centre")             /* everything but the backups */                 \
	X(COMPONENT_LOST, "component-lost")       /* the components that are named */              \
	X(NEWEST_UNUSABLE, "newest-unusable")     /* the newest set of each component */           \
	X(OFFSITE_ONLY, "offsite-only")           /* all but the off-site copy */                  \
	X(PERSON_ABSENT, "person-absent")         /* whoever has a role; another stands in */      \
	X(CORRUPTED_PRIMARY, "corrupted-primary") /* sets newer than a time */

enum drill_scenario {
#define X(id, name) DRILL_SCENARIO_##id,
	DRILL_SCENARIO_TABLE(X)
#undef X
		DRILL_SCENARIO_COUNT
};
const char *drill_scenario_name(enum drill_scenario s);

/* Notes of what belongs to a scenario: each lost component; until when sets are trusted. */
#define DRILL_NOTE_LOST    "lost"
#define DRILL_NOTE_TRUSTED "trusted until"

/* The platform's objectives when nobody set any: two hours, one hour. */
#define DRILL_RTO_NS (INT64_C(7200) * INT64_C(1000000000))
#define DRILL_RPO_NS (INT64_C(3600) * INT64_C(1000000000))

struct drill_request {
	struct run_request run; /* names: components of COMPONENT_LOST; else none */
	const struct drill_plan *plan;
	enum drill_scenario scenario;
	int64_t trusted_until_ns;  /* CORRUPTED_PRIMARY: no newer set may be used; wall clock */
	bool automatic;            /* nobody is there: people's steps are left out, and told so */
	struct history *entries;   /* open for reading, for nobody else's use meanwhile */
	const struct run *earlier; /* the same run, whose process was killed; NULL: a new one */
	const char *next;          /* day of the next drill, "2026-12-03"; NULL: nobody knows */
	unsigned jobs;             /* sessions of each restore; 0: one per processor */
	const char *scratch;       /* where the sandbox lies; NULL: $TMPDIR or /tmp */
	const char *logs;          /* directory where the services' logs are kept */
	/* Writes metrics and report of what the journal holds so far. */
	int (*write_report)(void *cookie, struct error *err);
	/*
	 * Sends a test alert, and adds a check `monitoring` per receiver of what became of it; waits
	 * for no arrival once `stop` asks for the end. What is being sent ends by its own time limit.
	 */
	int (*alert)(void *cookie, const struct stop *stop, struct checks *out, struct error *err);
	void *cookie;
};

/*
 * Whatever goes wrong in a drill is a check. -1 only when the run could not be made or
 * recorded. Nothing of the sandbox is left either way.
 */
MUST_CHECK int drill_run(const struct drill_request *request, struct run_outcome *out,
			 struct error *err);

#endif
