/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of backup sets: is one there, whole, described, of one moment, recent, often enough. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/timezone.h"
#include "plan/verify.intern.h"

static bool holds_component(const struct backup_set *set, const struct component_config *c)
{
	for (size_t i = 0; i < set->file_count; i++) {
		if (set->file[i].component == c && set->file[i].kind != PART_MANIFEST)
			return true;
	}
	return false;
}

static int choose_set(struct verification *v, struct verify_target *t, struct error *err)
{
	if (v->request->set) {
		struct backup_set *set = catalogue_find(&v->catalogue, v->request->set);

		if (!set) {
			(void)error_set(err, ERROR_NOT_FOUND, "no backup set \"%s\" in %s",
					v->request->set, v->config->repository);
			return error_hint(err, "`muster backup list` shows the sets");
		}
		t->set = holds_component(set, t->component) ? set : NULL;
		return 0;
	}
	for (size_t i = 0; i < v->catalogue.set_count && !t->set; i++) {
		if (holds_component(&v->catalogue.set[i], t->component))
			t->set = &v->catalogue.set[i];
	}
	return 0;
}

static int check_exists(struct plan_run *run, const struct verification *v,
			const struct verify_target *t, struct error *err)
{
	struct question q = {
		.id = CHECK_EXISTS,
		.component = t->component,
		.expected = "a backup",
		.found = t->set ? t->set->id : "none",
		.hint = "run `muster backup`, or correct `backups:` of this component"
	};

	if (t->set)
		return judge(run, &q, true, err, "the newest backup is in set %s", t->set->id);
	if (v->request->set)
		return judge(run, &q, false, err, "set %s holds no backup of it", v->request->set);
	return judge(run, &q, false, err, "no backup in %s",
		     v->request->run.offsite ? v->config->offsite.url : t->component->backups.path);
}

static const struct verify_file *file_of(const struct verification *v, const struct backup_file *f)
{
	for (size_t i = 0; i < v->file_count; i++) {
		if (v->file[i].file == f)
			return &v->file[i];
	}
	return NULL;
}

/* A set is several targets' at once: its own checks are made for the first of them. */
static bool first_of_set(const struct verification *v, const struct verify_target *t)
{
	for (const struct verify_target *before = v->target; before < t; before++) {
		if (before->set == t->set)
			return false;
	}
	return t->set != NULL;
}

static int check_manifest(struct plan_run *run, struct backup_set *set, struct error *err)
{
	CLEANUP(findings_release)
	struct findings findings = FINDINGS_INIT("manifest");
	struct question q = {
		.id = CHECK_MANIFEST,
		.subject = set->manifest_file ? set->manifest_file->relative : set->id,
		.hint = "without one only the files' own checksums are known; `muster "
			"backup` writes one"
	};
	struct error cause = ERROR_INIT;

	if (catalogue_load_manifest(set, &findings, &cause) < 0)
		return judge_error(run, &q, &cause, err);
	if (!set->manifest_file)
		return judge(run, &q, false, err, "set %s has no manifest", set->id);
	if (findings.count) {
		q.hint = "the set cannot be judged by it; compare it with an off-site copy";
		return judge_as(run, &q, findings_verdict(&findings), err,
				"%s (%s at byte %" PRIu64 ")", findings.item[0].message,
				finding_id(findings.item[0].code), findings.item[0].offset);
	}
	return judge(run, &q, true, err, "lists %zu files", set->manifest->file_count);
}

static bool is_target(const struct verification *v, const struct component_config *c)
{
	for (size_t i = 0; i < v->target_count; i++) {
		if (v->target[i].component == c)
			return true;
	}
	return false;
}

static int check_complete(struct plan_run *run, struct verification *v, struct backup_set *set,
			  struct error *err)
{
	struct question q = { .id = CHECK_COMPLETE,
			      .subject = set->id,
			      .expected = "every part",
			      .hint = "`muster backup complete` lists the parts; take a new set" };
	struct missing_part *missing;
	size_t count, told = 0;

	if (catalogue_missing(&v->catalogue, v->config, set, &missing, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!is_target(v, missing[i].component))
			continue;
		q.component = missing[i].component;
		q.found = "missing";
		told++;
		if (judge(run, &q, false, err, "%s is missing", missing[i].name) < 0)
			return -1;
	}
	q.component = NULL;
	q.found = "every part";
	return told ? 0 : judge(run, &q, true, err, "all %zu parts are there", set->file_count);
}

/* When a part was made: its own time in the manifest, else in its name. */
static int64_t part_time(const struct backup_set *set, const struct backup_file *f)
{
	const struct manifest_file *m =
		set->manifest ? manifest_find(set->manifest, f->relative) : NULL;

	return m && m->started_ns ? m->started_ns : f->name_time_ns;
}

/* To the precision that people think in at that distance. */
static int64_t rounded(int64_t ns)
{
	const int64_t minute = 60 * NS_PER_SECOND, hour = 60 * minute;
	int64_t unit = ns >= 48 * hour ? hour : ns >= hour ? minute : NS_PER_SECOND;

	return ns / unit * unit;
}

static int check_agreement(struct plan_run *run, const struct verification *v,
			   const struct backup_set *set, struct error *err)
{
	char spread_text[QUANTITY_TEXT_SIZE], limit_text[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_AGREEMENT, .subject = set->id };
	int64_t earliest = INT64_MAX, latest = INT64_MIN;

	for (size_t i = 0; i < set->file_count; i++) {
		int64_t at = part_time(set, &set->file[i]);

		if (!at || set->file[i].kind == PART_MANIFEST)
			continue;
		earliest = at < earliest ? at : earliest;
		latest = at > latest ? at : latest;
	}
	if (latest < earliest)
		return judge_skipped(run, &q, err, "no part of set %s tells its time", set->id);
	q.expected = quantity_format_duration(v->config->set_tolerance_ns, limit_text);
	q.found = quantity_format_duration(rounded(latest - earliest), spread_text);
	return judge(run, &q, latest - earliest <= v->config->set_tolerance_ns, err,
		     "the parts were made within %s of each other", spread_text);
}

static int descending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* The median of the last few intervals between sets of the component; 0 when there is only one set. */
static int64_t observed_interval(const struct verification *v, const struct component_config *c)
{
	enum { SETS = 9 };
	int64_t interval[SETS], before = 0;
	size_t count = 0;

	for (size_t i = 0; i < v->catalogue.set_count && count < SETS; i++) {
		const struct backup_set *set = &v->catalogue.set[i];

		if (!holds_component(set, c))
			continue;
		if (before)
			interval[count++] = before - set->time_ns;
		before = set->time_ns;
	}
	if (!count)
		return 0;
	qsort(interval, count, sizeof(*interval), descending);
	return interval[count / 2];
}

static int check_rpo(struct plan_run *run, const struct verification *v,
		     const struct verify_target *t, struct error *err)
{
	struct question q = { .id = CHECK_RPO,
			      .component = t->component,
			      .hint = "take sets more often, or archive continuously; a set cannot "
				      "lose less than the time since the one before" };
	int64_t objective = t->component->rpo_ns ? t->component->rpo_ns : v->config->rpo_ns;
	int64_t interval = observed_interval(v, t->component);
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];

	if (!objective)
		return judge_skipped(run, &q, err, "no recovery point objective is configured");
	q.expected = quantity_format_duration(objective, want);
	if (!interval)
		return judge_skipped(run, &q, err, "only one set so far: no interval to judge");
	q.found = quantity_format_duration(rounded(interval), got);
	return judge(run, &q, interval <= objective, err,
		     interval <= objective ? "sets come every %s, objective %s" :
					     "sets come every %s: an objective of %s cannot be met",
		     got, want);
}

int verify_step_catalogue(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;

	if (run_request_note_place(&v->request->run, run, err) < 0 ||
	    run_request_load_catalogue(&v->request->run, &v->catalogue, err) < 0)
		return -1;
	for (size_t i = 0; i < v->target_count; i++) {
		struct verify_target *t = &v->target[i];

		if (!config_has_backups(t->component))
			continue;
		if (choose_set(v, t, err) < 0 || check_exists(run, v, t, err) < 0)
			return -1;
		if (first_of_set(v, t) && (check_manifest(run, t->set, err) < 0 ||
					   check_complete(run, v, t->set, err) < 0 ||
					   check_agreement(run, v, t->set, err) < 0))
			return -1;
		if (t->set && check_rpo(run, v, t, err) < 0)
			return -1;
	}
	return 0;
}

/* A set without a manifest takes its time from what its contents say, when they do. */
static int refine_time(const struct verification *v, struct backup_set *set, struct error *err)
{
	CLEANUP(cleanup_zone)
	struct zone *zone = NULL;
	int64_t earliest = INT64_MAX;

	if (timezone_open(v->config->timezone, &zone, err) < 0)
		return -1;
	for (size_t i = 0; i < set->file_count && set->time_source != SET_TIME_MANIFEST; i++) {
		const struct verify_file *f = file_of(v, &set->file[i]);
		int64_t at = f ? f->judged.inspection.reading.content_time_ns : 0;

		if (at && f->judged.inspection.reading.local_time)
			at = timezone_to_utc(zone, at / NS_PER_SECOND) * NS_PER_SECOND;
		if (at && at < earliest)
			earliest = at;
	}
	if (earliest != INT64_MAX) {
		set->time_ns = earliest;
		set->time_source = SET_TIME_CONTENT;
	}
	return 0;
}

static int check_age(struct plan_run *run, const struct verify_target *t, struct error *err)
{
	enum { CLOCK_SKEW_S = 300 };
	int64_t age = clock_wall_ns() - t->set->time_ns, limit = t->component->backups.max_age_ns;
	char age_text[QUANTITY_TEXT_SIZE], limit_text[QUANTITY_TEXT_SIZE];
	char when[CLOCK_RFC3339_SIZE];
	struct question q = { .id = CHECK_AGE,
			      .component = t->component,
			      .subject = t->set->id,
			      .hint = "no newer set was taken: look at the job that runs `muster "
				      "backup`" };

	(void)clock_format_rfc3339(t->set->time_ns, when);
	q.expected = quantity_format_duration(limit, limit_text);
	if (age < -CLOCK_SKEW_S * NS_PER_SECOND) {
		q.found = when;
		q.hint = "compare the clocks and time zones of this host and of the one that took "
			 "it";
		return judge(run, &q, false, err, "the set claims to be of the future: %s", when);
	}
	age = age < 0 ? 0 : age;
	q.found = quantity_format_duration(rounded(age), age_text);
	return judge(run, &q, age <= limit, err, "taken %s ago, at %s by its %s; limit %s",
		     age_text, when, set_time_source_name(t->set->time_source), limit_text);
}

int verify_step_times(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;

	for (size_t i = 0; i < v->target_count; i++) {
		if (!v->target[i].set)
			continue;
		if (first_of_set(v, &v->target[i]) && refine_time(v, v->target[i].set, err) < 0)
			return -1;
		if (check_age(run, &v->target[i], err) < 0)
			return -1;
	}
	return 0;
}
