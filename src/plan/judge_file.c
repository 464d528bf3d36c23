/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/judge_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/quantity.h"

static struct question question(const struct judged_file *f, enum check_id id)
{
	return (struct question){ .id = id, .component = f->component, .subject = f->subject };
}

static int check_size(struct plan_run *run, const struct judged_file *f, struct error *err)
{
	uint64_t least = f->component->backups.min_size;
	char got[QUANTITY_TEXT_SIZE], want[QUANTITY_TEXT_SIZE];
	struct question q = question(f, CHECK_SIZE);

	if (f->kind == PART_GLOBALS || f->kind == PART_MANIFEST)
		return 0;
	q.expected = quantity_format_size(least, want);
	q.found = quantity_format_size(f->inspection.size, got);
	return judge(run, &q, f->inspection.size > 0 && f->inspection.size >= least, err,
		     "%s (%" PRIu64 " bytes), at least %s wanted", got, f->inspection.size, want);
}

/* Beside the manifest of a component's backup, a file of it that the manifest does not list is a stranger. */
static int check_unlisted(struct plan_run *run, const struct judged_file *f, struct error *err)
{
	const struct manifest *m = f->manifest;
	struct question q = question(f, CHECK_HASH);

	q.expected = "listed in the manifest";
	q.found = "not listed";
	for (size_t i = 0; i < m->file_count; i++) {
		if (strcmp(m->file[i].component, f->component->name) != 0)
			continue;
		q.hint = "it was renamed, or added after the set was taken; look for the set that "
			 "it belongs to";
		return judge(run, &q, false, err,
			     "the set's manifest does not list it: nothing says what was written");
	}
	q.id = CHECK_MANIFEST;
	q.hint = "take the component's backup with `muster backup`, to have it judged against its "
		 "source";
	return judge(run, &q, false, err, "the set's manifest says nothing of this component");
}

static int check_hash(struct plan_run *run, const struct judged_file *f, struct error *err)
{
	char want[SHA256_TEXT_SIZE], got[SHA256_TEXT_SIZE];
	struct question q = question(f, CHECK_HASH);
	bool same;

	if (f->kind == PART_MANIFEST)
		return 0;
	if (!f->expected && !f->manifest)
		return judge_skipped(run, &q, err, "the set has no manifest");
	if (!f->expected)
		return check_unlisted(run, f, err);
	if (strcmp(f->expected->path, f->subject) != 0)
		return judge_skipped(run, &q, err, "the manifest tells the hash of %s only",
				     f->expected->path);
	q.hint = "the file is not the one that was written; look for another copy";
	if (f->inspection.size != f->expected->size) {
		(void)snprintf(want, sizeof(want), "%" PRIu64 " bytes", f->expected->size);
		(void)snprintf(got, sizeof(got), "%" PRIu64 " bytes", f->inspection.size);
		q.expected = want;
		q.found = got;
		return judge(run, &q, false, err, "%s is not the size that was written",
			     f->subject);
	}
	q.expected = sha256_format(f->expected->sha256, want);
	q.found = sha256_format(f->inspection.sha256, got);
	same = memcmp(f->inspection.sha256, f->expected->sha256, 32) == 0;
	return judge(run, &q, same, err,
		     same ? "unchanged since it was written (SHA-256)" :
			    "changed since it was written: another SHA-256");
}

static enum format format_of_part(enum part_kind kind)
{
	static const enum format of[PART_KIND_COUNT] = {
		[PART_DUMP] = FORMAT_PG_ARCHIVE, [PART_SQL] = FORMAT_PG_SQL,
		[PART_GLOBALS] = FORMAT_PG_SQL,  [PART_MANIFEST] = FORMAT_MANIFEST,
		[PART_RDB] = FORMAT_RDB,         [PART_DEFINITIONS] = FORMAT_DEFINITIONS,
	};
	return of[kind];
}

/* The worst of a layer's findings, as one check. */
static int judge_findings(struct plan_run *run, const struct question *q,
			  const struct findings *found, struct error *err)
{
	enum verdict worst = findings_verdict(found);
	const struct finding *first = NULL;
	char others[48] = "";

	for (size_t i = 0; i < found->count && !first; i++) {
		if (finding_verdict(found->item[i].code) == worst)
			first = &found->item[i];
	}
	if (!first)
		return judge_as(run, q, worst, err, "no memory to keep what was found");
	if (found->count + found->dropped > 1)
		(void)snprintf(others, sizeof(others), " (and %" PRIu64 " more findings)",
			       found->count + found->dropped - 1);
	if (worst == VERDICT_FAIL)
		worst = judge_severity(q->id, q->component);
	return judge_as(run, q, worst, err, "%s at byte %" PRIu64 " of the %s: %s%s",
			finding_id(first->code), first->offset, first->layer, first->message,
			others);
}

static int check_compression(struct plan_run *run, const struct judged_file *f, struct error *err)
{
	struct question q = question(f, CHECK_COMPRESSION);
	char content[QUANTITY_TEXT_SIZE];

	q.hint = "the file is damaged; look for another copy, and at the disk it lies on";
	if (f->inspection.envelope.count)
		return judge_findings(run, &q, &f->inspection.envelope, err);
	if (f->inspection.codec == CODEC_NONE && f->kind == PART_MANIFEST)
		return 0;
	if (f->inspection.codec == CODEC_NONE)
		return judge_skipped(run, &q, err, "the file is not compressed");
	return judge(run, &q, true, err,
		     "%" PRIu64 " member%s, %s unpacked, checksums and lengths right",
		     f->inspection.members, f->inspection.members == 1 ? "" : "s",
		     quantity_format_size(f->inspection.reading.content_bytes, content));
}

static const struct fact *database_in(const struct judged_file *f)
{
	return facts_find(&f->inspection.reading.facts, FACT_SETTING, "", "database");
}

static bool of_another_database(const struct judged_file *f)
{
	const struct fact *named = f->kind == PART_DUMP ? database_in(f) : NULL;

	return named && named->value[0] && f->database[0] && strcmp(named->value, f->database) != 0;
}

static int check_format(struct plan_run *run, const struct judged_file *f, struct error *err)
{
	enum format want = format_of_part(f->kind);
	const struct reading *r = &f->inspection.reading;
	struct question q = question(f, CHECK_FORMAT);

	q.expected = format_description(want);
	q.found = format_description(r->format);
	q.hint = "a restore from it would fail or lose data; look for another copy";
	if (!f->alone && r->format != want && r->format != FORMAT_UNKNOWN)
		return judge(run, &q, false, err, "it is a %s, not a %s",
			     format_description(r->format), format_description(want));
	if (r->findings.count || r->findings.no_memory)
		return judge_findings(run, &q, &r->findings, err);
	if (!r->finished)
		return judge(run, &q, false, err, "the %s does not come to its end",
			     format_description(want));
	if (of_another_database(f)) {
		q.expected = f->database;
		q.found = database_in(f)->value;
		q.hint = "the file was renamed, or the job that writes it names another database";
		return judge(run, &q, false, err, "it is a dump of database \"%s\", not of \"%s\"",
			     q.found, q.expected);
	}
	return judge(run, &q, true, err, "a sound %s", format_description(r->format));
}

/* Kinds that the manifest speaks of, and those that a file of this part cannot be without. */
static unsigned kinds_expected(const struct judged_file *f, const struct facts *expected)
{
	static const unsigned always[PART_KIND_COUNT] = {
		[PART_DUMP] = 1U << FACT_TABLE,
		[PART_SQL] = 1U << FACT_TABLE,
		[PART_RDB] = 1U << FACT_DATABASE | 1U << FACT_KEYSPACE,
		[PART_DEFINITIONS] = 1U << FACT_BROKER_OBJECTS,
	};
	unsigned kinds = always[f->kind];

	for (size_t i = 0; i < expected->count; i++)
		kinds |= 1U << expected->item[i].kind;
	return kinds;
}

/* The plain SQL of a set is rendered from its archive, so it holds what the archive should. */
struct facts *judged_file_facts(const struct judged_file *f)
{
	const struct manifest *m = f->manifest;

	if (!f->expected || f->expected->facts || f->kind != PART_SQL)
		return f->expected ? f->expected->facts : NULL;
	for (size_t i = 0; i < m->file_count; i++) {
		const struct manifest_file *other = &m->file[i];

		if (other->kind == PART_DUMP &&
		    strcmp(other->component, f->expected->component) == 0 &&
		    strcmp(other->database, f->expected->database) == 0)
			return other->facts;
	}
	return NULL;
}

/* Of many differences, the first says what to do. */
static void advise(struct checks *checks, const char *hint)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (checks->item[i].verdict <= VERDICT_PASS)
			continue;
		checks->item[i].hint = hint;
		return;
	}
}

static int check_facts(struct plan_run *run, struct judged_file *f, struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct question q = question(f, CHECK_FACTS);
	struct facts_policy policy = { .check_name = check_name(CHECK_FACTS),
				       .component = f->component->name,
				       .subject = f->subject,
				       .mode = FACTS_SAME_SNAPSHOT,
				       .severity = judge_severity(CHECK_FACTS, f->component) };

	struct facts *expected;

	if (f->kind != PART_DUMP && f->kind != PART_SQL && f->kind != PART_RDB &&
	    f->kind != PART_DEFINITIONS)
		return 0;
	if (!f->expected)
		return judge_skipped(run, &q, err, "no manifest says what it should hold");
	expected = judged_file_facts(f);
	if (!expected && f->kind == PART_SQL)
		return judge_skipped(run, &q, err, "the manifest does not say what it should hold");
	if (!expected) {
		q.expected = "facts in the manifest";
		q.found = "none";
		q.hint = "the manifest was changed, or not written by muster; take a new set";
		return judge(run, &q, false, err,
			     "the manifest lists the file but not what it should hold");
	}
	policy.kinds = kinds_expected(f, expected);
	if (expected->side != FACTS_SOURCE)
		policy.mode = FACTS_EQUAL;
	if (facts_compare(expected, &f->inspection.reading.facts, &policy, &checks) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to compare the facts of %s",
				 f->subject);
	advise(&checks, "it is not what was backed up: restore from another set (`muster backup "
			"list` shows them), and take a new one");
	return plan_checks(run, &checks, err);
}

int judge_file(struct plan_run *run, struct judged_file *f, struct error *err)
{
	struct question readable = question(f, CHECK_READABLE);

	if (f->inspection.error.kind != ERROR_NONE)
		return judge_error(run, &readable, &f->inspection.error, err);
	if (!f->alone && (check_size(run, f, err) < 0 || check_hash(run, f, err) < 0))
		return -1;
	if (check_compression(run, f, err) < 0 || check_format(run, f, err) < 0 ||
	    (!f->alone && check_facts(run, f, err) < 0))
		return -1;
	return plan_facts(run, f->component->name, part_kind_id(f->kind), f->database, f->set,
			  f->inspection.size, &f->inspection.reading.facts, err);
}

/* One that is decoded may bear a further suffix since. */
static const struct manifest_file *find_expected(const struct backup_set *set,
						 const struct backup_file *file)
{
	const struct manifest *m = set->manifest;
	const struct manifest_file *found = m ? manifest_find(m, file->relative) : NULL;

	for (size_t i = 0; m && !found && i < m->file_count; i++) {
		if (file->component->backups.decode.count &&
		    strncmp(file->relative, m->file[i].path, strlen(m->file[i].path)) == 0)
			found = &m->file[i];
	}
	return found;
}

struct judged_file judged_file_of(const struct backup_set *set, const struct backup_file *file)
{
	return (struct judged_file){ .component = file->component,
				     .set = set->id,
				     .subject = file->relative,
				     .kind = file->kind,
				     .database = file->database,
				     .manifest = set->manifest,
				     .expected = find_expected(set, file) };
}

int judged_source_of(const struct backup_file *file, struct arena *a,
		     const struct inspect_source **out, struct error *err)
{
	struct inspect_source *source;

	*out = NULL;
	if (!file->copy)
		return 0;
	source = arena_alloc(a, sizeof(*source));
	if (!source)
		return error_set(err, ERROR_NOMEM, "no memory for %s", file->path);
	*source = (struct inspect_source){ .config = &file->copy->config->s3,
					   .bucket = file->copy->bucket,
					   .key = file->key,
					   .size = file->size,
					   .mtime_ns = file->mtime_ns };
	*out = source;
	return 0;
}

static void report_progress(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	struct plan_run *run = cookie;
	struct error ignored = ERROR_INIT;

	/* a renderer's business only: PROGRESS is not journalled, so it cannot fail the run */
	if (plan_progress(run, path, done, total, &ignored) < 0)
		error_clear(&ignored);
}

struct inspect_options judged_inspect_options(struct plan_run *run, const struct config *config)
{
	return (struct inspect_options){ .jobs = config->jobs,
					 .memory_max = config->inspect.memory_max,
					 .time_max_ns = config->inspect.time_max_ns,
					 .expansion_max = config->inspect.expansion_max,
					 .progress = report_progress,
					 .stop_requested = run->stop_requested,
					 .cookie = run,
					 .deadline_ns = run->deadline_ns };
}
