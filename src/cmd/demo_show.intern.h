/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the show share: its cases, and how they are told on the screen. */
#ifndef CMD_DEMO_SHOW_INTERN_H
#define CMD_DEMO_SHOW_INTERN_H

#include "cmd/demo_show.h"

#include "demo/alter.h"
#include "demo/damage.h"
#include "demo/trial.h"

enum {
	CASE_SOUND,
	CASE_DAMAGED,
	CASE_OFFSITE = CASE_DAMAGED + DAMAGE_COUNT, /* the sound set's copy in S3 */
	CASE_RESTORED,
	CASE_OFFSITE_RESTORED,
	CASE_ALTERED,
	CASES,
	SHOW_PATH = 160
};

/* A repository that was verified or restored. */
struct show_case {
	const char *done;
	const char *check; /* the check that must fail; NULL: none, or alteration_list tells */
	struct trial trial;
	const json_t *named[ALTERATION_COUNT]; /* of the altered one: the check that told of it */
	bool as_expected;
	bool left_out; /* there is no S3 server here */
	bool not_run;  /* no sandbox can be sealed here: nothing is known of the backup */
};

struct show {
	const struct invocation *inv;
	struct platform platform;
	struct show_case item[CASES];
	char why_not_run[1024]; /* "" unless a case was not run */
	struct buf report;      /* the text reports of all cases */
	char report_path[SHOW_PATH];
};

/* A copy of the backups, with a configuration for it. */
struct show_copy {
	char repository[SHOW_PATH + 16], state[SHOW_PATH + 16], settings[SHOW_PATH + 16];
};

/* `words` end with NULL. Prints the command line, runs it. */
MUST_CHECK int show_run(const struct show *s, const char *const *words, const char *settings,
			struct trial *t, struct error *err);
/* Enters a case's report, which lies in the state directory `state`, into the show's. */
MUST_CHECK int show_keep_report(struct show *s, const struct show_case *c, const char *state,
				struct error *err);
/* Copies the backups to damaged/ID and configures it. */
MUST_CHECK int show_copy_backups(const struct show *s, const char *id, struct show_copy *out,
				 struct error *err);
/* A configuration of the live platform with another repository. */
MUST_CHECK int show_configure(const struct show *s, const struct show_copy *copy,
			      struct error *err);

/* A row that tells how new the data is, before the backup. */
MUST_CHECK int show_canary(struct show *s, struct error *err);
/* The bucket for copies, where there is a server for it; else their cases are left out. */
MUST_CHECK int show_offsite_prepare(struct show *s, struct error *err);
/* The sound set's copy, read from where it is. */
MUST_CHECK int show_offsite_verify(struct show *s, struct error *err);
/* The restore tests: of the sound set, of its copy, and of the altered one. */
MUST_CHECK int show_restores(struct show *s, struct error *err);

/* Nothing of this is printed with --json. */
__attribute__((format(printf, 2, 3))) void show_say(const struct show *s, const char *fmt, ...);
/* The verdict and the exit code. */
void show_print_verdict(const struct show *s, const struct trial *t);
/* "name: message", indented; nothing when it is NULL. */
void show_print_check(const struct show *s, const json_t *check);
/* The same, and a line with what was expected and found. */
void show_print_difference(const struct show *s, const json_t *check);
/* Text from outside, indented, in lines that fit the screen. */
void show_print_text(const struct show *s, const char *text);
/* All cases, each with its verdict. */
void show_print_table(const struct show *s);

#endif
