/* SPDX-License-Identifier: Apache-2.0 */
/* What came back held against what the backup holds, and against what its source held. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/restore_test.intern.h"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the proof of a restore");
}

static const unsigned kinds_of[ENGINE_COUNT] = {
	[ENGINE_POSTGRESQL] = 1U << FACT_TABLE | 1U << FACT_SEQUENCE | 1U << FACT_LARGE_OBJECTS |
			      1U << FACT_EXTENSION,
	[ENGINE_REDIS] = 1U << FACT_DATABASE | 1U << FACT_KEYSPACE,
	[ENGINE_RABBITMQ] = 1U << FACT_BROKER_OBJECTS,
};

static bool same_fingerprint(const struct fact *a, const struct fact *b)
{
	return a->fingerprint.low == b->fingerprint.low &&
	       a->fingerprint.high == b->fingerprint.high;
}

/* What the engine is in doubt of proves when it is equal, and proves nothing when it is not. */
static int forget_doubtful(struct plan_run *run, const struct restore_file *f,
			   struct restored_part *part, struct error *err)
{
	const struct facts *backup = &f->judged.inspection.reading.facts;
	size_t forgotten = 0;
	struct question q = { .id = CHECK_PROVEN,
			      .component = f->judged.component,
			      .subject = f->judged.subject,
			      .hint = "muster backup pins these settings; for dumps of others, "
				      "dump with PGTZ=UTC and the server's built-in bytea_output "
				      "and lc_monetary, by -Fc" };

	for (size_t i = 0; i < part->facts.count; i++) {
		struct fact *r = &part->facts.item[i];
		const struct fact *b = facts_find(backup, r->kind, r->scope, r->name);

		if (!b || !(b->known & r->known & MEASURE_FINGERPRINT) || same_fingerprint(b, r) ||
		    b->count != r->count ||
		    !facts_find(&part->doubtful, r->kind, r->scope, r->name))
			continue;
		r->known &= ~(unsigned)(MEASURE_FINGERPRINT | MEASURE_BYTES);
		forgotten++;
	}
	if (!forgotten)
		return 0;
	return judge_as(run, &q, VERDICT_WARN, err,
			"of %zu tables only the rows could be counted: their text depends on "
			"settings, or on the order of inherited columns, that the backup does not "
			"tell",
			forgotten);
}

/* Of --schema-only, --exclude-table-data: nothing of the backup's is missing in it. */
static bool is_bare(const struct facts *backup, const struct fact *restored)
{
	if (facts_find(backup, restored->kind, restored->scope, restored->name))
		return false;
	return restored->kind == FACT_SEQUENCE ||
	       ((restored->kind == FACT_TABLE || restored->kind == FACT_LARGE_OBJECTS) &&
		restored->known & MEASURE_COUNT && !restored->count);
}

/* Tables and sequences whose content the backup does not hold came back as definitions only. */
static int set_bare_aside(struct plan_run *run, const struct restore_file *f,
			  struct restored_part *part, struct error *err)
{
	const struct facts *backup = &f->judged.inspection.reading.facts;
	struct question q = { .id = CHECK_PROVEN,
			      .component = f->judged.component,
			      .subject = f->judged.subject };
	size_t tables = 0, kept = 0;

	for (size_t i = 0; i < part->facts.count; i++) {
		if (is_bare(backup, &part->facts.item[i]))
			tables += part->facts.item[i].kind == FACT_TABLE;
		else
			part->facts.item[kept++] = part->facts.item[i];
	}
	part->facts.count = kept;
	if (!tables)
		return 0;
	return judge_as(run, &q, VERDICT_WARN, err,
			"the backup holds no rows of %zu tables, which came back empty", tables);
}

static int compare(struct plan_run *run, const struct restore_target *t, const char *subject,
		   enum facts_mode mode, struct facts *expected, struct facts *found,
		   struct error *err)
{
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_PROVEN),
		.component = t->component->name,
		.subject = subject,
		.mode = mode,
		.kinds = kinds_of[t->engine],
		.severity = judge_severity(CHECK_PROVEN, t->component),
	};

	if (facts_compare(expected, found, &policy, &checks) < 0)
		return no_memory(err);
	return plan_checks(run, &checks, err);
}

static int record(struct plan_run *run, const struct restore_target *t,
		  const struct restore_file *f, struct facts *facts, uint64_t size,
		  struct error *err)
{
	return plan_facts(run, t->component->name, part_kind_id(f->judged.kind), f->judged.database,
			  f->judged.set, size, facts, err);
}

/* Source and restored server directly too, where the manifest tells of the source. */
static int compare_with_source(struct plan_run *run, const struct restore_target *t,
			       const struct restore_file *f, struct facts *restored,
			       struct error *err)
{
	struct facts *source = f->judged.expected ? judged_file_facts(&f->judged) : NULL;

	if (!source || source->side != FACTS_SOURCE)
		return 0;
	if (record(run, t, f, source, 0, err) < 0)
		return -1;
	return compare(run, t, "", FACTS_SAME_SNAPSHOT, source, restored, err);
}

/* A database that was read back has its large objects, if none. */
static int skip_part(struct plan_run *run, const struct restore_target *t,
		     const struct restore_file *f, struct error *err)
{
	const struct check skipped = {
		.name = check_name(CHECK_PROVEN),
		.component = t->component->name,
		.subject = f->judged.subject,
		.verdict = VERDICT_SKIPPED,
		.message = "not compared: it was not restored",
		.required = true,
	};

	return plan_check(run, &skipped, err);
}

static int compare_with_backup(struct plan_run *run, const struct restore_target *t,
			       struct restore_file *f, struct restored_part *part,
			       struct error *err)
{
	if (compare(run, t, f->judged.alone ? "" : f->judged.subject, FACTS_EQUAL,
		    &f->judged.inspection.reading.facts, &part->facts, err) < 0)
		return -1;
	return record(run, t, f, &part->facts, 0, err);
}

/* What is set aside the first time is not there a second time. */
static int prove_part(struct plan_run *run, const struct restore_target *t, size_t i,
		      enum restore_side side, struct error *err)
{
	struct restore_file *f = &t->file[i];
	struct restored_part *part = &t->report.restored.part[i];

	if (f->judged.kind == PART_GLOBALS)
		return 0;
	if (t->engine == ENGINE_POSTGRESQL && !part->facts.count)
		return side == RESTORE_AGAINST_BACKUP ? skip_part(run, t, f, err) : 0;
	if (t->engine == ENGINE_POSTGRESQL &&
	    (set_bare_aside(run, f, part, err) < 0 || forget_doubtful(run, f, part, err) < 0))
		return -1;
	return side == RESTORE_AGAINST_BACKUP ? compare_with_backup(run, t, f, part, err) :
						compare_with_source(run, t, f, &part->facts, err);
}

int restore_compare(struct plan_run *run, struct restore_target *t, enum restore_side side,
		    struct error *err)
{
	int rc = 0;

	(void)pthread_mutex_lock(&t->proving);
	for (size_t i = 0; rc == 0 && i < t->file_count; i++)
		rc = prove_part(run, t, i, side, err);
	(void)pthread_mutex_unlock(&t->proving);
	return rc;
}

static int note_all(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	const struct restored *r = &t->report.restored;
	const char *name = t->component->name;

	if (r->server_version[0] &&
	    plan_note(run, name, "server version", r->server_version, err) < 0)
		return -1;
	if (r->program_version[0] &&
	    plan_note(run, name, "program version", r->program_version, err) < 0)
		return -1;
	if (r->complaints.len && plan_note(run, name, "complaints", r->complaints.ptr, err) < 0)
		return -1;
	for (size_t i = 0; i < r->note_count; i++) {
		if (plan_note(run, name, r->note[i].name, r->note[i].value, err) < 0)
			return -1;
	}
	return 0;
}

static int note_time(struct plan_run *run, const struct restore_target *t, const char *name,
		     int64_t ns, struct error *err)
{
	char took[32];

	(void)snprintf(took, sizeof(took), "%.3f s", (double)ns / (double)NS_PER_SECOND);
	return plan_note(run, t->component->name, name, took, err);
}

/* How long each part of it took: what the reader of a report may add up. */
static int note_times(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	char name[48];

	if (note_time(run, t, "server up after", t->report.server_ns, err) < 0)
		return -1;
	for (int i = 0; i < RESTORE_PHASE_COUNT; i++) {
		int64_t took_ns = t->report.restored.took_ns[i];

		(void)snprintf(name, sizeof(name), "time to %s",
			       restore_phase_name((enum restore_phase)i));
		if (took_ns && note_time(run, t, name, took_ns, err) < 0)
			return -1;
	}
	return 0;
}

int restore_note(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	return note_all(run, t, err) < 0 ? -1 : note_times(run, t, err);
}

int64_t restore_objective_of(const struct restore_target *t)
{
	return t->component->rto_ns ? t->component->rto_ns : RESTORE_RTO_NS;
}

/* From the sandbox's beginning until the proof is done. */
static int judge_time(struct plan_run *run, const struct restore_target *t, struct error *err)
{
	int64_t objective = restore_objective_of(t);
	int64_t actual = clock_monotonic_ns() - t->began_ns;
	char want[QUANTITY_TEXT_SIZE], got[QUANTITY_TEXT_SIZE];
	struct question q = { .id = CHECK_RECOVERY_TIME,
			      .component = t->component,
			      .expected = quantity_format_duration(objective, want),
			      .found = quantity_format_duration(actual, got),
			      .hint = "more --jobs, faster disks, a smaller backup, or another "
				      "objective" };

	return judge(run, &q, actual <= objective, err, "restored and proven in %s, objective %s",
		     got, want);
}

static int prove(struct plan_run *run, struct restore_target *t, struct error *err)
{
	if (!restore_has_reported(t) && restore_listen(run, t, RESTORE_PHASE_COUNT, err) < 0)
		return -1;
	if (restore_compare(run, t, RESTORE_AGAINST_BACKUP, err) < 0 ||
	    restore_compare(run, t, RESTORE_AGAINST_SOURCE, err) < 0 ||
	    restore_note(run, t, err) < 0)
		return -1;
	return judge_time(run, t, err);
}

int restore_step_prove(struct plan_run *run, void *subject, struct error *err)
{
	struct restore_target *t = restore_target_of(run, subject);
	struct question q = { .id = CHECK_PROVEN, .component = t->component };

	if (!t->file_count)
		return 0;
	if (!t->restored)
		return judge_skipped(run, &q, err, "not tried: the backup is not sound");
	return restore_keep_cause(t, prove(run, t, err), err);
}
