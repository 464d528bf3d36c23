/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the show: restore tests, and the row by which they tell how new the data is. */
#include <string.h>

#include "cmd/demo_show.intern.h"
#include "base/file.h"
#include "cmd/interrupt.h"

static const char *const canary_words[] = { "canary", NULL };
static const char *const all_words[] = { "restore-test", NULL };
static const char *const offsite_words[] = { "restore-test", "--offsite", NULL };
static const char *const postgres_words[] = { "restore-test", "postgres-main", NULL };

int show_canary(struct show *s, struct error *err)
{
	CLEANUP(trial_release)
	struct trial canary = { 0 };
	size_t i;
	const json_t *row;

	if (show_run(s, canary_words, s->platform.settings, &canary, err) < 0)
		return -1;
	json_array_foreach (json_object_get(canary.document, "rows"), i, row) {
		char line[256];

		(void)snprintf(line, sizeof(line), "%s %s database %s", trial_text(row, "at"),
			       trial_text(row, "component"), trial_text(row, "database"));
		show_print_text(s, line);
	}
	return 0;
}

const json_t *show_no_sandbox(const struct trial *t, const char *step)
{
	if (t->exit_code != EXIT_CODE_REFUSED)
		return NULL;
	return trial_check(
		t, &(struct trial_wanted){ .name = "step", .verdict = "error", .subject = step });
}

void show_note_not_run(struct show *s, const char *what, const json_t *reason)
{
	const char *hint = trial_text(reason, "hint");

	(void)snprintf(s->why_not_run, sizeof(s->why_not_run), "%s%s%s",
		       trial_text(reason, "message"), *hint ? "; " : "", hint);
	show_say(s, "  %s, exit code %d\n", what, EXIT_CODE_REFUSED);
	show_print_text(s, s->why_not_run);
}

/* What only a restore test can tell: how long each takes, and what would be lost. */
static void print_objectives(const struct show *s, const struct show_case *c)
{
	bool first = c == &s->item[CASE_RESTORED]; /* what would be lost is the same of the copy */
	size_t i;
	const json_t *check;

	json_array_foreach (json_object_get(c->trial.document, "checks"), i, check) {
		const char *name = trial_text(check, "name");
		char line[512];

		if (strcmp(name, "recovery-time") != 0 &&
		    (!first || strcmp(name, "recovery-point") != 0))
			continue;
		(void)snprintf(line, sizeof(line), "%s %s: %s", trial_text(check, "component"),
			       name, trial_text(check, "message"));
		show_print_text(s, line);
	}
}

/* The sound set, or its copy. */
static int restore_whole(struct show *s, struct show_case *c, const char *const *words,
			 struct error *err)
{
	const json_t *reason;
	char state[SHOW_PATH];

	(void)snprintf(state, sizeof(state), "%s/state", s->platform.directory);
	if (show_run(s, words, s->platform.settings, &c->trial, err) < 0 ||
	    show_keep_report(s, c, state, err) < 0)
		return -1;
	reason = show_no_sandbox(&c->trial, "seal");
	if (reason) {
		for (size_t i = CASE_RESTORED; i < CASES; i++)
			s->item[i].not_run = true;
		show_note_not_run(s, "the restore tests cannot be run on this machine", reason);
		return 0;
	}
	c->as_expected = c->trial.exit_code == EXIT_CODE_PASS;
	show_print_verdict(s, &c->trial);
	if (c->as_expected)
		print_objectives(s, c);
	else
		show_print_check(s, trial_check(&c->trial, &(struct trial_wanted){ 0 }));
	return 0;
}

/* The altered database is backed up to a repository of its own, of which nothing stays. */
static int make_altered(const struct show *s, struct show_copy *copy, struct error *err)
{
	char root[SHOW_PATH];
	struct show_copy scratch;

	(void)snprintf(root, sizeof(root), "%s/scratch", s->platform.directory);
	show_name_copy(root, &scratch);
	if (show_copy_backups(s, "altered", copy, err) < 0 ||
	    file_make_directories(scratch.repository, 0700, err) < 0 ||
	    show_configure(s, &scratch, err) < 0 ||
	    alter_dump(&(struct alter_request){ .postgres = &s->platform.server[ENGINE_POSTGRESQL],
						.settings = scratch.settings,
						.scratch = scratch.repository,
						.repository = copy->repository,
						.stop_requested = interrupt_requested },
		       err) < 0)
		return -1;
	return file_remove_tree(root, err);
}

void show_judge_altered(struct show_case *c)
{
	c->as_expected = c->trial.exit_code == EXIT_CODE_FAIL;
	for (size_t i = 0; i < ALTERATION_COUNT; i++) {
		const struct alteration *a = &alteration_list[i];

		c->named[i] = trial_check(
			&c->trial, &(struct trial_wanted){ .name = a->check, .words = a->named });
		c->as_expected = c->as_expected && c->named[i];
	}
}

int show_alter(struct show *s, struct show_copy *copy, struct error *err)
{
	show_say(s, "\nIn a copy of the backups: the dump is of a database that was altered, and\n"
		    "the manifest agrees with the file. In the altered database:\n");
	for (size_t i = 0; i < ALTERATION_COUNT; i++)
		show_print_text(s, alteration_list[i].done);
	if (make_altered(s, copy, err) < 0)
		return error_context(err, "alter a copy of the backups");
	return 0;
}

static int restore_altered(struct show *s, struct error *err)
{
	struct show_case *c = &s->item[CASE_ALTERED];
	struct show_copy copy;

	if (show_alter(s, &copy, err) < 0)
		return -1;
	if (show_run(s, postgres_words, copy.settings, &c->trial, err) < 0 ||
	    show_keep_report(s, c, copy.state, err) < 0)
		return -1;
	show_judge_altered(c);
	show_print_verdict(s, &c->trial);
	for (size_t i = 0; i < ALTERATION_COUNT; i++)
		show_print_difference(s, c->named[i]);
	return 0;
}

int show_restores(struct show *s, struct error *err)
{
	s->item[CASE_RESTORED].done = "nothing";
	s->item[CASE_ALTERED].done = "three alterations before the dump";
	show_say(s, "\nThe sound set, restored into empty servers in sealed sandboxes:\n");
	if (restore_whole(s, &s->item[CASE_RESTORED], all_words, err) < 0)
		return -1;
	if (s->item[CASE_RESTORED].not_run)
		return 0;
	if (!s->item[CASE_OFFSITE_RESTORED].left_out) {
		show_say(s, "\nThe same of its copy in S3, straight from there:\n");
		if (restore_whole(s, &s->item[CASE_OFFSITE_RESTORED], offsite_words, err) < 0)
			return -1;
	}
	return restore_altered(s, err);
}
