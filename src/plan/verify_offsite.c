/* SPDX-License-Identifier: Apache-2.0 */
/* The copy that is kept elsewhere: can it be reached, is all of each set there, in time, readable, protected. */
#include <string.h>

#include "base/clock.h"
#include "plan/verify_offsite.intern.h"

/* The end of the backup, from which the copy has its time. */
static int64_t backup_end(const struct backup_set *set)
{
	int64_t end = set->time_ns;

	if (set->manifest && set->manifest->finished_ns)
		return set->manifest->finished_ns;
	for (size_t i = 0; i < set->file_count; i++) {
		if (set->file[i].mtime_ns > end)
			end = set->file[i].mtime_ns;
	}
	return end;
}

/* The manifest comes last: with it the copy claims to be whole. */
static bool claims_to_be_whole(const struct offsite_verification *o, const struct verify_target *t)
{
	for (size_t i = 0; i < o->count && t->set->manifest_file; i++) {
		if (o->item[i].target->set == t->set &&
		    strcmp(o->item[i].relative, t->set->manifest_file->relative) == 0)
			return o->item[i].there;
	}
	return false;
}

static int judge_missing(const struct offsite_verification *o, const struct offsite_item *item,
			 struct error *err)
{
	struct question q = { .id = CHECK_OFFSITE,
			      .component = item->target->component,
			      .subject = item->relative,
			      .expected = "there",
			      .found = "missing",
			      .hint = "`muster backup copy` writes the set there" };
	int64_t until = backup_end(item->target->set) + o->v->config->offsite.within_ns;
	char when[CLOCK_RFC3339_SIZE];

	if (clock_wall_ns() >= until || claims_to_be_whole(o, item->target))
		return judge(o->run, &q, false, err, "s3://%s/%s is missing", o->offsite.bucket,
			     item->key);
	return judge_as(o->run, &q, VERDICT_WARN, err,
			"s3://%s/%s is not there yet; it may arrive until %s", o->offsite.bucket,
			item->key, clock_format_rfc3339(until, when));
}

static int judge_size(const struct offsite_verification *o, const struct offsite_item *item,
		      struct error *err)
{
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_OFFSITE,
			      .component = item->target->component,
			      .subject = item->relative,
			      .expected = want,
			      .found = got,
			      .hint = "the copy is another file: `muster backup copy` writes the "
				      "set again" };

	(void)snprintf(want, sizeof(want), "%llu bytes", (unsigned long long)item->file.size);
	(void)snprintf(got, sizeof(got), "%llu bytes", (unsigned long long)item->stat.size);
	return judge(o->run, &q, false, err, "s3://%s/%s has %s, the set's file %s",
		     o->offsite.bucket, item->key, got, want);
}

static int check_there(struct offsite_verification *o, const struct verify_target *t,
		       struct error *err)
{
	struct question q = { .id = CHECK_OFFSITE,
			      .component = t->component,
			      .subject = t->set->id };
	char size[QUANTITY_TEXT_SIZE];
	size_t files = 0, whole = 0;
	uint64_t bytes = 0;

	for (size_t i = 0; i < o->count; i++) {
		const struct offsite_item *item = &o->item[i];

		if (item->target != t)
			continue;
		files++;
		if (!item->there && judge_missing(o, item, err) < 0)
			return -1;
		if (item->there && item->stat.size != item->file.size &&
		    judge_size(o, item, err) < 0)
			return -1;
		whole += offsite_item_is_whole(item, t);
		bytes += item->file.size;
	}
	if (whole != files)
		return 0;
	return judge(o->run, &q, true, err, "all %zu files are there, %s", files,
		     quantity_format_size(bytes, size));
}

static int64_t rounded(int64_t ns)
{
	return ns / NS_PER_SECOND * NS_PER_SECOND;
}

static int check_age(struct offsite_verification *o, const struct verify_target *t,
		     struct error *err)
{
	int64_t end = backup_end(t->set), latest = 0, limit = o->v->config->offsite.within_ns;
	char took[QUANTITY_TEXT_SIZE], most[QUANTITY_TEXT_SIZE], when[CLOCK_RFC3339_SIZE];
	struct question q = { .id = CHECK_OFFSITE_AGE,
			      .component = t->component,
			      .subject = t->set->id,
			      .hint = "look at what uploads the sets, or allow more in "
				      "offsite.within" };

	for (size_t i = 0; i < o->count; i++) {
		const struct offsite_item *item = &o->item[i];

		if (item->target == t && item->there && item->stat.modified_ns > latest) {
			latest = item->stat.modified_ns;
			q.subject = item->relative;
		}
	}
	if (!latest)
		return judge_skipped(o->run, &q, err, "nothing of the set is there");
	q.expected = quantity_format_duration(limit, most);
	q.found = quantity_format_duration(latest > end ? rounded(latest - end) : 0, took);
	return judge(o->run, &q, latest - end <= limit, err,
		     "the last file arrived %s after the backup, at %s; limit %s", took,
		     clock_format_rfc3339(latest, when), most);
}

static int check_class(struct offsite_verification *o, const struct verify_target *t,
		       struct error *err)
{
	struct question q = { .id = CHECK_OFFSITE_CLASS,
			      .component = t->component,
			      .expected = "readable at once",
			      .hint = "a restore would wait for hours: keep the newest sets in a "
				      "class that is readable at once" };
	size_t files = 0, archived = 0;

	for (size_t i = 0; i < o->count; i++) {
		const struct offsite_item *item = &o->item[i];

		if (item->target != t || !item->there)
			continue;
		files++;
		if (!item->stat.archived)
			continue;
		archived++;
		q.subject = item->relative;
		q.found = *item->stat.storage_class ? item->stat.storage_class : "an archive";
		if (judge(o->run, &q, false, err,
			  "it lies in %s, and must be brought back from there before it can be "
			  "read",
			  q.found) < 0)
			return -1;
	}
	q.subject = t->set->id;
	q.found = q.expected;
	if (!files)
		return judge_skipped(o->run, &q, err, "nothing of the set is there");
	return archived ? 0 : judge(o->run, &q, true, err, "%zu files can be read at once", files);
}

static int judge_unlocked(struct offsite_verification *o, const struct offsite_item *item,
			  struct error *err)
{
	const struct s3_stat *stat = &item->stat;
	const struct offsite_config *config = &o->v->config->offsite;
	char found[64], until[CLOCK_RFC3339_SIZE], span[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_OFFSITE_PROTECTION,
			      .component = item->target->component,
			      .subject = item->relative,
			      .expected = config->lock,
			      .found = found,
			      .hint = "who has the keys can remove it: copy with `muster backup "
				      "copy`, or give the bucket a default retention" };

	if (*stat->lock_mode)
		(void)snprintf(found, sizeof(found), "%s until %s", stat->lock_mode,
			       clock_format_rfc3339(stat->lock_until_ns, until));
	else
		(void)snprintf(found, sizeof(found), "no lock");
	return judge(
		o->run, &q, false, err, "its object lock is not the one required: %s, not %s%s%s",
		found, config->lock, config->lock_for_ns ? " for " : "",
		config->lock_for_ns ? quantity_format_duration(config->lock_for_ns, span) : "");
}

static int check_locks(struct offsite_verification *o, const struct verify_target *t,
		       struct error *err)
{
	const struct offsite_config *config = &o->v->config->offsite;
	struct question q = { .id = CHECK_OFFSITE_PROTECTION,
			      .component = t->component,
			      .subject = t->set->id };
	size_t files = 0, locked = 0;

	if (strcmp(config->lock, "none") == 0)
		return 0;
	for (size_t i = 0; i < o->count; i++) {
		const struct offsite_item *item = &o->item[i];

		if (item->target != t || !item->there)
			continue;
		files++;
		if (offsite_is_locked(config, &item->stat))
			locked++;
		else if (judge_unlocked(o, item, err) < 0)
			return -1;
	}
	if (!files)
		return judge_skipped(o->run, &q, err, "nothing of the set is there");
	return locked < files ? 0 : judge(o->run, &q, true, err, "%zu files are locked", files);
}

static int check_versioning(struct offsite_verification *o, struct error *err)
{
	const struct offsite_config *config = &o->v->config->offsite;
	struct question q = { .id = CHECK_OFFSITE_PROTECTION,
			      .subject = config->url,
			      .expected = "versions are kept",
			      .hint = "turn versioning on: without it, who overwrites a file "
				      "destroys it" };
	struct s3_bucket bucket = { 0 };
	struct error why = ERROR_INIT;

	if (!config->versioning && strcmp(config->lock, "none") == 0)
		return judge_skipped(o->run, &q, err,
				     "neither offsite.versioning nor offsite.lock asks for any");
	if (!config->versioning)
		return 0;
	if (s3_bucket_status(o->offsite.s3, &bucket, &why) < 0)
		return judge_error(o->run, &q, &why, err);
	q.found = bucket.versioning ? q.expected : "no versions are kept";
	return judge(o->run, &q, bucket.versioning, err, "in bucket %s %s", o->offsite.bucket,
		     q.found);
}

static int skip_all(struct offsite_verification *o, struct error *err)
{
	for (size_t i = 0; i < o->v->target_count; i++) {
		const struct verify_target *t = &o->v->target[i];
		struct question q = { .id = CHECK_OFFSITE, .component = t->component };

		if (!t->set)
			continue;
		q.subject = t->set->id;
		if (judge_skipped(o->run, &q, err, "the off-site copy cannot be looked at") < 0)
			return -1;
	}
	return 0;
}

/* What the server says of each file. `why`: of an answer that says nothing of the copy. */
static int look(struct offsite_verification *o, struct error *why)
{
	for (size_t i = 0; i < o->count; i++) {
		struct offsite_item *item = &o->item[i];
		struct error answer = ERROR_INIT;

		if (plan_may_go_on(o->run, why) < 0)
			return -1;
		item->there = s3_stat(o->offsite.s3, item->key, &item->stat, &answer) == 0;
		if (!item->there && answer.kind != ERROR_NOT_FOUND) {
			*why = answer;
			return -1;
		}
	}
	return 0;
}

static int check_target(struct offsite_verification *o, const struct verify_target *t,
			struct error *err)
{
	if (check_there(o, t, err) < 0 || check_age(o, t, err) < 0 || check_class(o, t, err) < 0 ||
	    check_locks(o, t, err) < 0)
		return -1;
	return verify_offsite_content(o, t, err);
}

static int check_all(struct offsite_verification *o, struct error *err)
{
	struct question q = { .id = CHECK_OFFSITE_REACHABLE, .subject = o->v->config->offsite.url };
	struct error why = ERROR_INIT;

	if (offsite_open(&o->v->config->offsite, o->run->stop_requested, &o->offsite, &why) == 0 &&
	    verify_offsite_list(o, err) < 0)
		return -1;
	if (why.kind != ERROR_NONE || look(o, &why) < 0) {
		if (why.kind != ERROR_INTERRUPTED && why.kind != ERROR_NOMEM)
			return judge_error(o->run, &q, &why, err) < 0 ? -1 : skip_all(o, err);
		*err = why;
		return -1;
	}
	if (judge(o->run, &q, true, err, "the bucket answers") < 0 || check_versioning(o, err) < 0)
		return -1;
	for (size_t i = 0; i < o->v->target_count; i++) {
		if (o->v->target[i].set && check_target(o, &o->v->target[i], err) < 0)
			return -1;
	}
	return 0;
}

int verify_step_offsite(struct plan_run *run, void *subject, struct error *err)
{
	struct verification *v = subject;
	struct offsite_verification o = { .v = v, .run = run, .arena = &v->arena };
	int rc = v->file_count ? check_all(&o, err) : 0;

	offsite_close(&o.offsite);
	return rc;
}
