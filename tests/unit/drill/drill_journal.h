/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole monthly drill, written into a history as the one that carries it out and the people
 * around it write it. Minutes are of the drill's clock: T0 is 0.
 */
#ifndef DRILL_JOURNAL_H
#define DRILL_JOURNAL_H

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "drill/record.h"
#include "history/entry.h"

/* 2026-12-03T10:05:00Z */
#define STAGED_T0     (INT64_C(1796292300) * NS_PER_SECOND)
#define STAGED_MINUTE (60 * NS_PER_SECOND)
#define STAGED_ID     "20261203T094500Z-d1d1"

struct stage {
	char directory[64];
	struct history *h;
	struct run run;
	struct entries entries;
	struct drill_record record;
	struct error err;
	const char *plan; /* text of another plan than the built-in one; NULL */
	const char *id;   /* another run's; NULL */
	int64_t later_ns; /* than this drill it is held, when it is another one */
	int times;        /* as fast as told, from T0 on; 0: as told */
};

static inline void stage_must(struct stage *s, int rc)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "staged drill: %s\n", s->err.message);
	abort();
}

static inline const char *stage_id(const struct stage *s)
{
	return s->id ? s->id : STAGED_ID;
}

static inline int64_t staged_at(double minute)
{
	return STAGED_T0 + (int64_t)(minute * (double)STAGED_MINUTE);
}

static inline int64_t stage_hurry(const struct stage *s, int64_t ns)
{
	return s->times ? ns / s->times : ns;
}

static inline void stage_tell(struct stage *s, struct event event)
{
	event.run = stage_id(s);
	event.at_ns = STAGED_T0 + stage_hurry(s, event.at_ns - STAGED_T0) + s->later_ns;
	if (event.type == EVENT_STEP_FINISHED || event.type == EVENT_RUN_FINISHED)
		event.duration_ns = stage_hurry(s, event.duration_ns);
	stage_must(s, event_send(history_sink(s->h), &event, &s->err));
}

static inline void stage_note_at(struct stage *s, const char *component, const char *name,
				 const char *text, double minute)
{
	stage_tell(s, (struct event){ .type = EVENT_NOTE,
				      .at_ns = staged_at(minute),
				      .component = component,
				      .subject = name,
				      .text = text });
}

static inline void stage_note(struct stage *s, const char *component, const char *name,
			      const char *text)
{
	stage_note_at(s, component, name, text, -19);
}

/* A negative length: it is not finished. */
static inline void stage_step(struct stage *s, const char *id, double from, double minutes,
			      enum verdict verdict)
{
	stage_tell(s, (struct event){ .type = EVENT_STEP_STARTED,
				      .at_ns = staged_at(from),
				      .step = id,
				      .text = id });
	if (minutes >= 0)
		stage_tell(s, (struct event){ .type = EVENT_STEP_FINISHED,
					      .at_ns = staged_at(from + minutes),
					      .step = id,
					      .verdict = verdict,
					      .duration_ns = staged_at(minutes) - STAGED_T0 });
}

/* `step`: that yielded it; NULL: none is told. */
static inline void stage_check_of(struct stage *s, const char *step, enum check_id id,
				  const char *component, enum verdict verdict, const char *message)
{
	const struct check check = { .name = check_name(id),
				     .component = component,
				     .subject = "",
				     .verdict = verdict,
				     .message = message };

	stage_tell(s, (struct event){ .type = EVENT_CHECK,
				      .at_ns = staged_at(100),
				      .step = step,
				      .component = *component ? component : NULL,
				      .check = &check });
}

static inline void stage_check(struct stage *s, enum check_id id, const char *component,
			       enum verdict verdict, const char *message)
{
	stage_check_of(s, NULL, id, component, verdict, message);
}

static inline int64_t stage_entry(struct stage *s, struct entry e, double minute)
{
	int64_t number = 0;

	e.author = e.author ? e.author : "ann";
	e.recorded_ns = STAGED_T0 + stage_hurry(s, staged_at(minute) - STAGED_T0) + s->later_ns;
	e.at_ns = e.at_ns ? e.at_ns + s->later_ns : e.recorded_ns;
	stage_must(s, history_entry_add(s->h, stage_id(s), &e, &number, &s->err));
	return number;
}

/* A person does it, and says so when it is done. */
static inline void stage_tick(struct stage *s, const char *id, double from, double until)
{
	stage_step(s, id, from, until - from, VERDICT_PASS);
	(void)stage_entry(s, (struct entry){ .kind = ENTRY_TICK, .step = id }, until);
}

/* A moment as a note has it. */
static inline void stage_time(struct stage *s, const char *component, const char *name,
			      double minute)
{
	char text[CLOCK_RFC3339_SIZE];

	stage_note(s, component, name, clock_format_rfc3339(staged_at(minute) + s->later_ns, text));
}

static inline void stage_components(struct stage *s)
{
	static const struct {
		const char *name, *engine, *objective, *version, *file;
	} rows[] = {
		{ "database", "postgresql", "3600", "15.8",
		  "file postgres/orchestrator_20261203_060000.dump.gz" },
		{ "cache", "redis", "1800", "7.0.15", "file redis/dump_20261203_060000.rdb.gz" },
		{ "queue", "rabbitmq", "2700", "3.10.8",
		  "file rabbitmq/definitions_20261203_060000.json.gz" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		stage_note(s, rows[i].name, "engine", rows[i].engine);
		stage_note(s, rows[i].name, "set", "20261203_060000");
		stage_note(s, rows[i].name, rows[i].file,
			   "123456 sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
			   "7852b855");
		stage_note(s, rows[i].name, "objective", rows[i].objective);
		stage_note(s, rows[i].name, "server version", rows[i].version);
	}
	stage_time(s, "database", "recovery point", -245);
	stage_time(s, "cache", "recovery point", -245 + 1.0 / 6);
	stage_note(s, "queue", "recovery point none", "definitions have no time of their own");
}

/* What is known before the first step. */
static inline void stage_begin(struct stage *s)
{
	stage_tell(s, (struct event){ .type = EVENT_RUN_STARTED,
				      .at_ns = staged_at(-20),
				      .kind = "drill",
				      .platform = "orchestrator",
				      .subject = "muster drill start monthly" });
	stage_note(s, NULL, "plan", "monthly");
	stage_note(s, NULL, "plan.yaml", s->plan ? s->plan : drill_plan_built_in("monthly"));
	stage_note(s, NULL, "scenario", "data-center-loss");
	stage_note(s, NULL, "mode", "people");
	stage_note(s, NULL, "timezone", "UTC");
	stage_note(s, NULL, "objective.rto", "7200");
	stage_note(s, NULL, "objective.rpo", "21600");
	stage_note(s, NULL, "offsite", "yes");
	stage_note(s, NULL, "isolation",
		   "the sandbox could reach none of the 9 doors that were tried");
	stage_note(s, NULL, "participant coordinator", "Ann Smith");
	stage_note(s, NULL, "participant dba", "Bob <bob@example.com>");
	stage_note(s, NULL, "next drill", "2027-01-07");
	stage_components(s);
}

/* T-20 to T0. */
static inline void stage_prepare(struct stage *s)
{
	stage_tick(s, "participants", -20, -15);
	stage_tick(s, "channels", -20, -14);
	stage_tick(s, "scribe", -20, -13);
	stage_step(s, "backups", -20, 2, VERDICT_PASS);
	stage_step(s, "empty", -18, 1, VERDICT_PASS);
	stage_tick(s, "go", -13, 0);
	stage_time(s, NULL, "T0", 0);
}

/* One step of muster's, at its time. */
struct staged_step {
	const char *id;
	double from, minutes;
	enum verdict verdict;
};

/* PostgreSQL takes 65 of its 60 minutes, the platform all of its 120. */
static const struct staged_step staged_steps[] = {
	{ "available", 0, 5, VERDICT_PASS },
	{ "restore-postgresql", 5, 65, VERDICT_FAIL },
	{ "restore-redis", 5, 20, VERDICT_PASS },
	{ "statistics", 25, 1, VERDICT_PASS },
	{ "restore-rabbitmq", 5, 30, VERDICT_PASS },
	{ "definitions", 35, 2, VERDICT_PASS },
	{ "messages", 35, 3, VERDICT_PASS },
	{ "rows", 70, 4, VERDICT_PASS },
	{ "sound", 70, 3, VERDICT_PASS },
	{ "replication", 70, 5, VERDICT_PASS },
	{ "baseline", 75, 3, VERDICT_PASS },
	{ "deploy", 75, 10, VERDICT_PASS },
	{ "health", 85, 3, VERDICT_PASS },
	{ "smoke", 88, 9, VERDICT_PASS },
	{ "workflows", 88, 8, VERDICT_PASS },
	{ "monitoring", 88, 7, VERDICT_PASS },
	{ "logs", 97, 22, VERDICT_PASS },
	{ "recovery-time", 119, 1, VERDICT_PASS },
};
enum { STAGED_STEPS = sizeof(staged_steps) / sizeof(*staged_steps) };

/* Those that begin before that minute; what ends after it is under way. */
static inline void stage_recover_until(struct stage *s, double minute)
{
	if (minute > 2)
		stage_tick(s, "acknowledge", 0, 2);
	if (minute > 3)
		stage_tick(s, "failure", 0, 3);
	for (int i = 0; i < STAGED_STEPS; i++) {
		const struct staged_step *step = &staged_steps[i];

		if (step->from < minute)
			stage_step(s, step->id, step->from,
				   step->from + step->minutes <= minute ? step->minutes : -1,
				   step->verdict);
	}
}

/* But one that a test tells otherwise. */
static inline void stage_checks(struct stage *s, enum check_id but)
{
	static const struct {
		enum check_id id;
		const char *component, *message;
	} rows[] = {
		{ CHECK_RESTORED, "database", "12 tables were restored" },
		{ CHECK_PROVEN, "database", "12 tables equal what was backed up" },
		{ CHECK_CONSTRAINTS, "database", "no row violates a constraint" },
		{ CHECK_REPLICATION, "database", "a standby streams" },
		{ CHECK_RESTORED, "cache", "500 keys were restored" },
		{ CHECK_PROVEN, "cache", "500 keys equal what was backed up" },
		{ CHECK_RESTORED, "queue", "9 objects were restored" },
		{ CHECK_PROVEN, "queue", "9 objects equal what was backed up" },
		{ CHECK_ROUND_TRIP, "queue", "a message passed through each of 4 queues" },
		{ CHECK_DEPLOYED, "api", "the service runs" },
		{ CHECK_HEALTH, "api", "healthy after 2 s" },
		{ CHECK_SMOKE, "", "the smoke test passed" },
		{ CHECK_WORKFLOW, "", "a task went through" },
		{ CHECK_MONITORING, "", "a test alert arrived" },
		{ CHECK_APP_LOG, "api", "no error in 100 lines" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].id != but)
			stage_check(s, rows[i].id, rows[i].component, VERDICT_PASS,
				    rows[i].message);
	}
}

static inline void stage_judgement(struct stage *s)
{
	stage_check(s, CHECK_OBJECTIVE, "database", VERDICT_FAIL,
		    "the restore took 1h5m; its objective is 1h");
	stage_check(s, CHECK_RECOVERY_TIME, "", VERDICT_PASS, "recovered in 2h of 2h");
	stage_check(s, CHECK_RECOVERY_POINT, "", VERDICT_PASS, "4h5m would be lost of 6h");
}

/* All after the validation, and the end. */
static inline void stage_finish(struct stage *s, enum verdict verdict)
{
	stage_tick(s, "operational", 120, 124);
	stage_tick(s, "all-clear", 124, 126);
	stage_step(s, "cleanup", 126, 1, VERDICT_PASS);
	stage_step(s, "metrics", 126, 1, VERDICT_PASS);
	stage_tick(s, "issues", 126, 140);
	stage_tick(s, "lessons", 126, 141);
	stage_tick(s, "follow-up", 126, 142);
	stage_tell(s, (struct event){ .type = EVENT_RUN_FINISHED,
				      .at_ns = staged_at(142),
				      .duration_ns = staged_at(142) - staged_at(-20),
				      .verdict = verdict });
}

/* The next day, when the run is over. */
static inline void stage_review(struct stage *s)
{
	static const char *const ids[] = { "meeting", "went-well", "improvements", "actions",
					   "procedures" };

	for (int i = 0; i < 5; i++)
		(void)stage_entry(s, (struct entry){ .kind = ENTRY_TICK, .step = ids[i] },
				  1500 + i);
}

/* What people enter. */
static inline void stage_words(struct stage *s)
{
	int64_t wrong;

	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_PARTICIPANT, .role = "scribe", .text = "Eve" },
		-18);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_ISSUE,
					  .step = "restore-postgresql",
					  .text = "restore of the indexes was slow",
					  .severity = ENTRY_SEVERITY_MEDIUM,
					  .resolution = "waited",
					  .action = 1 },
			  60);
	wrong = stage_entry(s, (struct entry){ .kind = ENTRY_NOTE, .text = "disk at 80%" }, 62);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_NOTE,
					  .text = "disk at 60%",
					  .reason = "read the wrong line",
					  .supersedes = wrong },
			  63);
	(void)stage_entry(s,
			  (struct entry){ .kind = ENTRY_DEVIATION,
					  .text = "the phone was used, as chat was down" },
			  64);
	(void)stage_entry(
		s,
		(struct entry){ .kind = ENTRY_WENT_WELL, .text = "Redis was back in 20 minutes" },
		1500);
	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_IMPROVEMENT, .text = "restore with more jobs" },
		1501);
	(void)stage_entry(
		s, (struct entry){ .kind = ENTRY_LESSON, .text = "indexes take most of the time" },
		1502);
}

/* Everything. */
static inline void stage_whole(struct stage *s)
{
	stage_begin(s);
	stage_prepare(s);
	stage_recover_until(s, 1000);
	stage_checks(s, CHECK_ID_COUNT);
	stage_judgement(s);
	stage_words(s);
	stage_finish(s, VERDICT_FAIL);
	stage_review(s);
}

#endif
