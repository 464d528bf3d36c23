/* SPDX-License-Identifier: Apache-2.0 */
/* A finished (or running) run as the journal tells it: what reports render. */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/check.h"
#include "model/facts.h"

enum { RUN_ID_SIZE = 32 };

struct run_step {
	const char *id, *title;
	const char *component;           /* "" = none */
	int64_t started_ns, duration_ns; /* duration -1: not finished */
	enum verdict verdict;
};

/* What one side of the comparison holds, as the run read it; empty when it has expired. */
struct run_facts {
	const char *component, *part, *database; /* part: a manifest part id */
	const char *set;
	uint64_t size;      /* of the file; 0: it is none */
	struct facts facts; /* its side: source (of the manifest), backup, restored */
};

/* A setting, a version, a choice: what people may want to know and nothing judges. */
struct run_note {
	const char *component, *name, *text;
	int64_t at_ns;
};

struct run {
	char id[RUN_ID_SIZE]; /* "20261122T191419Z-3f2a": sorts by time */
	const char *kind;     /* "verify", "backup" */
	const char *platform, *host, *version, *command;
	const char *set;                 /* the backup set it was about; "" = none */
	int64_t started_ns, finished_ns; /* finished 0: still running */
	bool unattended; /* finished 0, and no process is at it any more: it may be resumed */
	enum verdict verdict;
	struct run_step *step;
	size_t step_count;
	struct run_facts
		*facts; /* in the order read; this array and that of notes are the heap's */
	size_t facts_count;
	struct run_note *note;
	size_t note_count;
	struct checks checks;
	struct checks superseded; /* of steps that were done again: they count no more */
	struct arena arena;
};

/* A note of the run: "yes" when the sets that it was about are those of the off-site copy. */
#define RUN_NOTE_OFFSITE "offsite"
/* One for each pause of schedules in force when the run began: of what, until when, by whom, why. */
#define RUN_NOTE_PAUSED "paused"

/* The newest note of that name about the component ("" = the run as a whole); NULL: there is none. */
const char *run_find_note(const struct run *r, const char *component, const char *name);

/* The next note of that name about the run as a whole; `*at` begins as 0. NULL: no more. */
const char *run_next_note(const struct run *r, const char *name, size_t *at);

/* The last step of that id, which a run that was taken up again may have twice; NULL: there is none. */
struct run_step *run_find_step(const struct run *r, const char *id);
/* The first one. */
const struct run_step *run_find_first_step(const struct run *r, const char *id);

/* Does muster carry out such runs by itself? Else they are people's, who are reminded of them. */
bool run_kind_is_automatic(const char *kind);

/* A new id from the time and the kernel's random numbers. */
void run_id_make(int64_t wall_ns, char out[RUN_ID_SIZE]);
void run_release(struct run *r);

#endif
