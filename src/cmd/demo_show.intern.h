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
	char mail_path[SHOW_PATH]; /* of the first damage; "" when there is none */
	char why_no_mail[1024];
};

/* A copy of the backups, with a configuration for it. */
struct show_copy {
	char repository[SHOW_PATH + 16], state[SHOW_PATH + 16], settings[SHOW_PATH + 16];
	char mail[SHOW_PATH + 16]; /* directory of the mails that were sent of it */
};

/* `words` end with NULL. Prints the command line, runs it. */
MUST_CHECK int show_run(const struct show *s, const char *const *words, const char *settings,
			struct trial *t, struct error *err);
/* The same, of a request. */
MUST_CHECK int show_run_heard(const struct show *s, const struct trial_request *request,
			      struct trial *t, struct error *err);
/* Enters a case's report, which lies in the state directory `state`, into the show's. */
MUST_CHECK int show_keep_report(struct show *s, const struct show_case *c, const char *state,
				struct error *err);
/* What lies where in a copy's directory `root`. */
void show_name_copy(const char *root, struct show_copy *out);
/* Copies the backups to damaged/ID and configures it. */
MUST_CHECK int show_copy_backups(const struct show *s, const char *id, struct show_copy *out,
				 struct error *err);
/* A configuration of the live platform with another repository. */
MUST_CHECK int show_configure(const struct show *s, const struct show_copy *copy,
			      struct error *err);

/* The path of a file that outlives the platform: $TMPDIR/muster-demo-WHAT-UID.EXTENSION. */
void show_kept_path(char out[SHOW_PATH], const char *what, const char *extension);

/* The texts of all reports that were kept: $TMPDIR/muster-demo-WHAT-UID.txt. */
MUST_CHECK int show_save_report(struct show *s, const char *what, struct error *err);

/* The backup of the live platform, with a copy where there is a bucket. */
MUST_CHECK int show_backup(struct show *s, struct error *err);
/* The mail that was sent of a copy: kept, its head and first lines shown; or why there is none. */
MUST_CHECK int show_mail(struct show *s, const struct show_copy *copy, struct error *err);
/* A row that tells how new the data is, before the backup. */
MUST_CHECK int show_canary(struct show *s, struct error *err);
/* The bucket for copies, where there is a server for it; else their cases are left out. */
MUST_CHECK int show_offsite_prepare(struct show *s, struct error *err);
/* The sound set's copy, read from where it is. */
MUST_CHECK int show_offsite_verify(struct show *s, struct error *err);
/* The restore tests: of the sound set, of its copy, and of the altered one. */
MUST_CHECK int show_restores(struct show *s, struct error *err);

/* A copy of the backups whose dump is of an altered database, and what was altered. */
MUST_CHECK int show_alter(struct show *s, struct show_copy *copy, struct error *err);
/* Such a copy was restored: each alteration must have been named. */
void show_judge_altered(struct show_case *c);
/* The reason why nothing can be restored on this machine, which `step` told; NULL: it can. */
const json_t *show_no_sandbox(const struct trial *t, const char *step);
/* Keeps that reason for the end, after saying `what`. */
void show_note_not_run(struct show *s, const char *what, const json_t *reason);
/* What muster demo --drill shows instead; the exit code, or -1. */
MUST_CHECK int demo_drill(struct show *s, bool keep, struct error *err);

/* Nothing of this is printed with --json. */
__attribute__((format(printf, 2, 3))) void show_say(const struct show *s, const char *fmt, ...);
/* The verdict and the exit code. */
void show_print_verdict(const struct show *s, const struct trial *t);
/* "name: message", indented; nothing when it is NULL. */
void show_print_check(const struct show *s, const json_t *check);
/* The same, and a line with what was expected and found. */
void show_print_difference(const struct show *s, const json_t *check);
/* A line from outside, indented; one that does not fit the screen is wrapped. */
void show_print_line(const struct show *s, const char *line);
/* Text from outside, indented, in lines that fit the screen. */
void show_print_text(const struct show *s, const char *text);
/* At most `max` lines of a text, which is cut up; "..." when there are more. */
void show_print_lines(const struct show *s, char *text, size_t max);
/* All cases, each with its verdict. */
void show_print_table(const struct show *s);

#endif
