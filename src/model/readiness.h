/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Could the platform be brought back now, as far as we know? Per component: the
 * newest backup, what the last verification said, how old the proof is. Pure over
 * a passed-in time.
 */
#ifndef MODEL_READINESS_H
#define MODEL_READINESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/run.h"

/* The newest backup set that a restore test has proven, among those in the repository. */
struct readiness_restore {
	char set[32], run[RUN_ID_SIZE];
	int64_t proven_ns; /* the test's end; 0: no set is proven */
	int64_t took_ns;   /* to restore; 0: not told */
};

struct readiness_component {
	/* given */
	const char *name, *engine; /* borrowed */
	bool has_backups;          /* false: a service, of which only health is verified */
	bool set_known;            /* the catalogue was read: the next two hold */
	const char *set;           /* newest backup set; "" = there is none */
	int64_t set_time_ns;
	int64_t max_age_ns;           /* of a set, and of a proof; 0: any age will do */
	int64_t rto_ns, rpo_ns;       /* 0: none set */
	enum verdict no_set, old_set; /* the severities of "exists" and "age" */

	struct readiness_restore restore;

	/* from runs, by readiness_learn() */
	char run[RUN_ID_SIZE]; /* of the last verification; "" = never verified */
	int64_t verified_ns;   /* its end */
	enum verdict verdict;  /* what it said about this component */
	int64_t passed_ns;     /* end of the last one that passed or warned; 0: none seen */
	char passed_set[32];   /* the set it was about */

	/* by readiness_judge() */
	enum verdict state;
	const char *words; /* "verified", "never verified" …; static */
};

/* A run under way. Texts are borrowed. */
struct readiness_run {
	const char *run, *command;
	const char *const *component; /* that it has to itself */
	size_t component_count;
	long pid;
	int64_t since_ns;
};

/* How a schedule stands. Texts are borrowed. */
struct readiness_schedule {
	const char *name, *kind; /* "daily-verify", "verify" */
	bool expected;           /* its times are held against runs; else only a pause is known */
	uint64_t missed;         /* times that passed with no run and were not made good since */
	int64_t missed_at_ns;    /* the newest of them */
	const char *missed_reason;
	bool stale;             /* no success newer than stale_after_ns */
	int64_t success_ns;     /* start of the newest; 0: none is known */
	const char *success;    /* its run; "" */
	int64_t stale_after_ns; /* 0: any age will do */
	bool paused;            /* now */
	int64_t pause_ends_ns;
	const char *pause_reason, *pause_author;
};

/* An action item whose day is over. Texts are borrowed. */
struct readiness_action {
	int64_t number;
	const char *title, *owner, *due;
};

/* What is known of drills. Texts are borrowed. */
struct readiness_drill {
	const char *run; /* the last that is over; NULL: there is none */
	int64_t began_ns;
	enum verdict verdict;
	int64_t recovery_ns;  /* -1: not measured */
	int64_t objective_ns; /* of that; 0: none */
	const char *next;     /* "Thursday Dec 3 10:00 GMT"; NULL: none is to come */
	int64_t next_ns;
	size_t actions_open; /* items, overdue ones among them */
	const struct readiness_action *overdue;
	size_t overdue_count;
};

struct readiness {
	const char *platform;
	int64_t rto_ns, rpo_ns;                /* of the platform; 0: none set */
	int64_t at_ns;                         /* now */
	struct readiness_component *component; /* borrowed */
	size_t count;
	const char *newest_set; /* of the repository, borrowed; NULL: none, or not known */
	struct readiness_restore restore;    /* of every component that has backups */
	const struct readiness_run *running; /* borrowed */
	size_t running_count;
	const struct readiness_schedule *schedule; /* borrowed */
	size_t schedule_count;
	size_t undelivered;           /* notifications that were given up lately */
	struct readiness_drill drill; /* bears on no state */

	/* by readiness_judge() */
	enum verdict state;   /* the worst component's, and a warning for what is missed or stale */
	bool newest_unproven; /* there is a newest set, and no restore test has proven it */
	bool restore_stale;   /* no set was proven within READINESS_RESTORE_MAX_AGE_NS */
};

/*
 * Take in a finished verification; call with the newest first. True while some
 * component would learn from an older one.
 */
bool readiness_learn(struct readiness *r, const struct run *run);

/* A restore test is due weekly: a day's grace. */
#define READINESS_RESTORE_MAX_AGE_NS (INT64_C(8) * 86400 * 1000000000)

/*
 * Fill every `state` and `words`, and what is to be said of restores, which bears on no state:
 * the newest set of a day is rarely the one of the weekly test. No component is an error.
 */
void readiness_judge(struct readiness *r);

#endif
