/* SPDX-License-Identifier: Apache-2.0 */
/* A finished (or running) run as the journal tells it: what reports render. */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/check.h"

enum { RUN_ID_SIZE = 32 };

struct run_step {
	const char *id, *component;
	int64_t started_ns, duration_ns; /* duration -1: not finished */
	enum verdict verdict;
};

struct run {
	char id[RUN_ID_SIZE]; /* "20261122T191419Z-3f2a": sorts by time */
	const char *kind;     /* "verify", "backup" */
	const char *platform, *host, *version, *command;
	const char *set;                 /* the backup set it was about; "" = none */
	int64_t started_ns, finished_ns; /* finished 0: still running */
	enum verdict verdict;
	struct run_step *step;
	size_t step_count;
	struct checks checks;
	struct arena arena;
};

/* A new id from the time and the kernel's random numbers. */
void run_id_make(int64_t wall_ns, char out[RUN_ID_SIZE]);
void run_release(struct run *r);

#endif
