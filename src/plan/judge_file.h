/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of a single file of a backup: readable, sized, unchanged, sound, holding what it should. */
#ifndef PLAN_JUDGE_FILE_H
#define PLAN_JUDGE_FILE_H

#include "inspect/inspect.h"
#include "plan/judge.h"
#include "repository/catalogue.h"

struct judged_file {
	const struct component_config *component;
	bool alone; /* of no platform: nobody says what it should be; of the rest only `subject` and `kind` matter */
	const char *set;     /* id of its backup set */
	const char *subject; /* its path relative to the repository */
	enum part_kind kind;
	const char *database;                 /* "" unless DUMP or SQL */
	const struct manifest *manifest;      /* of its set; NULL: there is none */
	const struct manifest_file *expected; /* what that says of it; NULL: nothing */
	struct inspection inspection;
};

/* As `file` of the component's set is to be judged, not inspected yet. */
struct judged_file judged_file_of(const struct backup_set *set, const struct backup_file *file);

/* The object that the file is; NULL: it lies here. In the arena; borrows from the catalogue. */
MUST_CHECK int judged_source_of(const struct backup_file *file, struct arena *a,
				const struct inspect_source **out, struct error *err);

/* How the run reads files: the configuration's limits, told and stopped as its steps are. */
struct inspect_options judged_inspect_options(struct plan_run *run, const struct config *config);

/* Checks READABLE, SIZE, HASH, COMPRESSION, FORMAT and FACTS; then its facts go to the history. */
MUST_CHECK int judge_file(struct plan_run *run, struct judged_file *f, struct error *err);

/* What the set's manifest says that it should hold; NULL: nothing. */
struct facts *judged_file_facts(const struct judged_file *f);

#endif
