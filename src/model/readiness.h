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

	/* from runs, by readiness_learn() */
	char run[RUN_ID_SIZE]; /* of the last verification; "" = never verified */
	int64_t verified_ns;   /* its end */
	enum verdict verdict;  /* what it said about this component */
	int64_t proven_ns;     /* end of the last one that passed or warned; 0: none seen */
	char proven_set[32];   /* the set it was about */

	/* by readiness_judge() */
	enum verdict state;
	const char *words; /* "verified", "never verified" …; static */
};

struct readiness {
	const char *platform;
	int64_t rto_ns, rpo_ns;                /* of the platform; 0: none set */
	int64_t at_ns;                         /* now */
	struct readiness_component *component; /* borrowed */
	size_t count;
	char run[RUN_ID_SIZE], command[64]; /* a run under way; "" = none */
	long pid;
	int64_t since_ns;
	enum verdict state; /* the worst component's, by readiness_judge() */
};

/*
 * Take in a finished verification; call with the newest first. True while some
 * component would learn from an older one.
 */
bool readiness_learn(struct readiness *r, const struct run *run);

/* Fill every `state` and `words`. No component at all is an error. */
void readiness_judge(struct readiness *r);

#endif
