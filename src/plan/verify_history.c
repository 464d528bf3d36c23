/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said against earlier sets: sizes that jump, tables that vanish, counts that fall. */
#include <stdlib.h>
#include <string.h>

#include "plan/verify.intern.h"

enum { EARLIER_SETS = 10 };

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median_size(const struct earlier_file *earlier, size_t count)
{
	uint64_t sizes[EARLIER_SETS];

	for (size_t i = 0; i < count; i++)
		sizes[i] = earlier[i].size;
	qsort(sizes, count, sizeof(*sizes), ascending);
	return sizes[count / 2];
}

static int check_size_trend(struct plan_run *run, const struct verify_file *f,
			    const struct earlier_file *earlier, size_t count, struct error *err)
{
	char got[QUANTITY_TEXT_SIZE], want[QUANTITY_TEXT_SIZE];
	double allowed = f->target->component->thresholds.size_change, change;
	struct question q = {
		.id = CHECK_SIZE_TREND,
		.component = f->target->component,
		.subject = f->file->relative,
		.hint = "if the platform really changed that much, the next sets will "
			"agree; thresholds.size_change sets the share"
	};
	uint64_t usual;

	if (!count)
		return judge_skipped(run, &q, err, "no earlier set was verified");
	usual = median_size(earlier, count);
	q.expected = quantity_format_size(usual, want);
	q.found = quantity_format_size(f->judged.inspection.size, got);
	change = usual ? ((double)f->judged.inspection.size - (double)usual) / (double)usual : 0;
	return judge(run, &q, change <= allowed && change >= -allowed, err,
		     "%s, %+.0f %% against the median of %zu earlier sets (%s)", got, 100 * change,
		     count, want);
}

static int check_plausible(struct plan_run *run, struct verify_file *f,
			   struct earlier_file *earlier, size_t count, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const struct component_config *c = f->target->component;
	struct question q = { .id = CHECK_PLAUSIBLE, .component = c, .subject = f->file->relative };
	struct facts_policy policy = { .check_name = check_name(CHECK_PLAUSIBLE),
				       .component = c->name,
				       .subject = f->file->relative,
				       .mode = FACTS_PLAUSIBLE,
				       .count_drop = c->thresholds.count_drop,
				       .kinds = 1U << FACT_TABLE | 1U << FACT_LARGE_OBJECTS |
						1U << FACT_DATABASE | 1U << FACT_BROKER_OBJECTS,
				       .severity = judge_severity(CHECK_PLAUSIBLE, c) };

	if (!count || !earlier[0].facts.count)
		return judge_skipped(run, &q, err, "no earlier set was verified");
	if (facts_compare(&earlier[0].facts, &f->judged.inspection.reading.facts, &policy,
			  &checks) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to compare the facts of %s",
				 f->file->path);
	return plan_checks(run, &checks, err);
}

static bool carries_data(enum part_kind kind)
{
	return kind == PART_DUMP || kind == PART_RDB || kind == PART_DEFINITIONS;
}

static int check_against_history(struct plan_run *run, struct verification *v,
				 struct verify_file *f, struct error *err)
{
	struct earlier_file *earlier = NULL;
	size_t count = 0;
	int rc;

	if (history_earlier_files(v->request->run.history, f->target->component->name,
				  part_kind_id(f->file->kind), f->file->database,
				  f->target->set->id, EARLIER_SETS, &earlier, &count, err) < 0)
		return -1;
	rc = check_size_trend(run, f, earlier, count, err);
	if (rc == 0)
		rc = check_plausible(run, f, earlier, count, err);
	for (size_t i = 0; i < count; i++)
		facts_release(&earlier[i].facts);
	free(earlier);
	return rc;
}

int verify_step_history(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;

	for (size_t i = 0; i < v->file_count; i++) {
		struct verify_file *f = &v->file[i];

		if (!carries_data(f->file->kind) || f->judged.inspection.error.kind != ERROR_NONE)
			continue;
		if (check_against_history(run, v, f, err) < 0)
			return -1;
	}
	return 0;
}
