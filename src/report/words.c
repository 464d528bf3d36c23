/* SPDX-License-Identifier: Apache-2.0 */
#include "report/words.h"

#include <stdio.h>
#include <string.h>

static const char restore_test[] = "restore-test", drill[] = "drill";

const char *words_title(const struct run *run)
{
	static const struct {
		const char *kind, *title;
	} titles[] = { { "verify", "Daily Backup Verification" },
		       { "verify-offsite", "Verification of the Off-site Copy" },
		       { "verify-set", "Verification of One Backup Set" },
		       { "backup", "Backup" },
		       { "copy", "Copy of a Backup" },
		       { restore_test, "Weekly Restore Test" },
		       { "restore-plan", "Plan of a Restore Test" },
		       { drill, "Drill" } };

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		if (strcmp(titles[i].kind, run->kind) == 0)
			return titles[i].title;
	}
	return run->kind;
}

const char *words_status(enum verdict v)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = "SKIPPED", [VERDICT_PASS] = "PASSED",
		[VERDICT_WARN] = "WARNINGS",   [VERDICT_ERROR] = "ERROR (could not tell)",
		[VERDICT_FAIL] = "FAILED",
	};

	return words[v];
}

const char *words_line(enum verdict v)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = "skipped", [VERDICT_PASS] = "pass", [VERDICT_WARN] = "warning",
		[VERDICT_ERROR] = "ERROR",     [VERDICT_FAIL] = "FAIL",
	};

	return words[v];
}

bool words_is_told_apart(const struct run *run, const struct run_note *n)
{
	/* of those that end in a space, the beginning */
	static const char *const names[] = { "plan",
					     "plan.yaml",
					     "scenario",
					     "mode",
					     "timezone",
					     "T0",
					     "objective.rto",
					     "objective.rpo",
					     "participant ",
					     "offsite",
					     "next drill",
					     "isolation",
					     "deviation",
					     "skipped ",
					     "asks ",
					     "engine",
					     "set",
					     "file ",
					     "objective",
					     "recovery point",
					     "recovery point none",
					     "server version" };

	if (!*n->component && strcmp(n->name, RUN_NOTE_PAUSED) == 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i]);

		if (strcmp(run->kind, drill) != 0)
			return false;
		if (names[i][len - 1] == ' ' ? strncmp(n->name, names[i], len) == 0 :
					       strcmp(n->name, names[i]) == 0)
			return true;
	}
	return false;
}

bool words_has_notes(const struct run *run)
{
	for (size_t i = 0; i < run->note_count; i++) {
		if (!words_is_told_apart(run, &run->note[i]))
			return true;
	}
	return false;
}

bool words_is_restore_test(const struct run *run)
{
	return strcmp(run->kind, restore_test) == 0;
}

static const char *sentence_of_restore_test(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return "The backup was restored, and what came back is what it holds";
	case VERDICT_WARN:
		return "The backup was restored; what came back is what it holds, but somebody "
		       "should look at the warnings";
	case VERDICT_ERROR:
		return "The test could not be carried out as a whole: this says nothing about the "
		       "backup, and proves nothing";
	case VERDICT_FAIL:
		return "The backup did not pass: do not count on it before the failures below are "
		       "understood";
	case VERDICT_SKIPPED:
		break;
	}
	return "Nothing was tested, so nothing is proven";
}

static const char *sentence_of_checks(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return "Every check that ran held";
	case VERDICT_WARN:
		return "Nothing failed, but somebody should look at the warnings";
	case VERDICT_ERROR:
		return "Something could not be checked: this says nothing about the backup, and "
		       "proves nothing";
	case VERDICT_FAIL:
		return "At least one check failed";
	case VERDICT_SKIPPED:
		break;
	}
	return "Nothing was checked";
}

const char *words_sentence(const struct run *run)
{
	if (!run->finished_ns)
		return "The run is still under way";
	return words_is_restore_test(run) ? sentence_of_restore_test(run->verdict) :
					    sentence_of_checks(run->verdict);
}

const char *words_troubles(enum verdict gravest)
{
	return gravest == VERDICT_WARN ? "What to look at" : "What did not hold";
}

const char *words_kind(enum fact_kind kind, char out[32])
{
	(void)snprintf(out, 32, "%s", fact_kind_words(kind)->array);
	for (char *p = out; *p; p++)
		*p = *p == '_' ? ' ' : *p;
	return out;
}

const char *words_count(enum fact_kind kind)
{
	const char *word = fact_kind_words(kind)->count_key;

	return word ? word : "count";
}

const char *words_step(const struct run_step *step)
{
	return step->title && *step->title ? step->title : step->id;
}
