/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drill as its journal tells it: what its run recorded and what people entered, held against
 * its plan. A pure function of these and of "now", which matters only while the drill lasts.
 * Reports, metrics and the live view render it, and judge nothing of their own.
 */
#ifndef DRILL_RECORD_H
#define DRILL_RECORD_H

#include "base/timezone.h"
#include "drill/drill_plan.h"
#include "drill/outcome.h"
#include "model/entry.h"
#include "model/run.h"

/* Times are of the wall clock, 0 when there is none; durations are -1 when there is none. */
struct drill_record_step {
	const struct drill_step *plan;
	enum drill_step_state state;
	enum verdict verdict; /* of one that ended */
	int64_t begin_ns, end_ns;
	int64_t duration_ns;       /* of one that is not done, so far */
	int64_t overrun_ns;        /* by how much it exceeds its objective; 0: not */
	int64_t expected_end_ns;   /* its end, or when it is to be expected */
	const struct entry *entry; /* by which somebody ticked or refused it; NULL */
	const char *why; /* of one that is skipped, was cut short or waits; "" = nothing to say */
	/* nobody was asked, as the drill is automatic or people wait no more; or nothing was to be done */
	bool left_out;
	bool interrupted; /* the drill was ended while it was under way: it has not failed by itself */
	bool asks;        /* it failed, and somebody is to say whether the drill goes on */
};

struct drill_record_phase {
	const struct drill_phase *plan;
	enum drill_outcome milestone;
	int64_t begin_ns, end_ns; /* of its first step; of its last, when all were carried out */
	int64_t expected_end_ns;
	size_t ended; /* how many of its steps have */
	/* one of its steps that did not do what it is for, so that its milestone is not met; NULL */
	const struct drill_record_step *short_of;
	const char *why; /* how that one fell short, in words; "" = none did */
};

struct drill_record_file {
	const char *path, *size, *sha256; /* relative to the repository; "" = not told */
};

struct drill_record_component {
	const char *name, *engine, *set, *version; /* "" = not told; of the server */
	const struct drill_record_step *restore;   /* the step that restores it; NULL */
	int64_t objective_ns, actual_ns;           /* objective 0: none; actual -1: not measured */
	enum drill_outcome objective;
	int64_t point_ns;     /* the newest moment that is in its data; 0: not told */
	const char *no_point; /* why there is none; "" */
	struct drill_record_file *file;
	size_t file_count;
};

/* An objective of the platform's. */
struct drill_measure {
	int64_t objective_ns, actual_ns; /* objective 0: none; actual -1: not measured */
	enum drill_outcome outcome;
};

struct drill_participant {
	const char *role, *title, *name; /* role: id; title: the plan's, else the id */
};

struct drill_interval {
	int64_t begin_ns, end_ns; /* of one that lasts: now */
	bool lasts;
	const struct entry *entry;
};

struct drill_record {
	struct arena arena;
	const struct run *run; /* borrowed until the release, as the entries are */
	const struct entries *entries;
	struct drill_plan plan;
	struct zone *zone;
	const char *scenario, *mode, *zone_name, *isolation, *next_drill; /* "" = not told */
	bool offsite, aborted, over; /* over: the run has an end */
	enum drill_record_state state;
	enum verdict verdict;           /* so far; the worst of the run's and of the criteria's */
	const char *sentence;           /* of it all */
	int64_t now_ns;                 /* the run's end when it is over */
	int64_t t0_ns;                  /* 0: has not come */
	int64_t held_ns;                /* never subtracted from anything */
	struct drill_record_step *step; /* as in the plan, plan.step_count of them */
	struct drill_record_phase *phase;
	struct drill_record_component *component;
	struct drill_participant *participant;
	struct drill_interval *hold;
	/* of notes, and attempts that were superseded; those that people entered are entries */
	const char **deviation;
	size_t component_count, participant_count, hold_count, deviation_count;
	struct drill_measure rto, rpo;
	/* the first by whose failure the validation did not pass; NULL: none so far */
	const struct drill_record_step *unvalidated;
	/* why the platform is not validated, also when a service ended before it was; "": it is, or may yet be */
	const char *not_validated;
	const struct drill_record_step *validated; /* with whose end the recovery time ends */
	int64_t point_ns,
		skew_ns; /* the oldest of the components' points, 0: none; to the newest, -1 */
	struct drill_criterion criterion[DRILL_CRITERION_COUNT];
};

/*
 * Into zeroed `out`. ERROR_IO: the run is no drill, or its plan cannot be read; then nothing is
 * kept.
 */
MUST_CHECK int drill_record_build(const struct run *run, const struct entries *entries,
				  int64_t now_ns, struct drill_record *out, struct error *err);
void drill_record_release(struct drill_record *r);

/* Of a component: its service ended by itself, or its standby is behind, in words, when the note was written. */
#define DRILL_NOTE_ENDED "ended by itself"
/* Why a platform is not recovered, whatever its plan's steps came to. */
#define DRILL_RESTORES_NOTHING "the plan restores nothing"
/* The deviation of a drill that was resumed before its recovery had been judged. */
#define DRILL_DOES_AGAIN                                                                           \
	"the process that carried the drill was gone; muster drill resume "                        \
	"did again what was lost with its sandbox, while the clock ran on"
/*
 * The first such end until that time (0: until now), of the sandbox that counts: what ended with
 * an earlier one is started anew. NULL: there is none.
 */
const struct run_note *drill_record_ended(const struct run *run, int64_t until_ns);

/* Did a step not do what it is for? One for which nobody was asked is not counted. */
bool drill_step_fell_short(const struct drill_record_step *s);

/* How long a step took before: for what is to be expected. */
struct drill_duration {
	const char *step; /* id */
	int64_t ns;
};
/* Foresee again the ends of what is not done, by earlier durations where there are some, else by objectives. */
void drill_record_expect(struct drill_record *r, const struct drill_duration *earlier,
			 size_t count);

/* From T0 until then, which is not before it: `*out` is that time of the drill's clock. False: it has none. */
bool drill_record_t(const struct drill_record *r, int64_t wall_ns, int64_t *out);

/* Of those of a kind that nothing replaces, the next: `*at` begins as 0. NULL: there is none. */
const struct entry *drill_record_entry(const struct drill_record *r, enum entry_kind kind,
				       size_t *at);
/* Does a hold last? Also of a drill whose process is gone. */
static inline bool drill_record_is_held(const struct drill_record *r)
{
	return r->hold_count && r->hold[r->hold_count - 1].lasts;
}

/* The name of who has that role; NULL: nobody said so. */
const char *drill_record_holder(const struct drill_record *r, const char *role);

/* "2026-12-03T11:05:00+01:00": in the drill's zone, whole seconds. Returns `out`. */
enum { DRILL_TIME_SIZE = sizeof("2026-12-03T11:05:00+01:00") };
char *drill_time_format(const struct drill_record *r, int64_t wall_ns, char out[DRILL_TIME_SIZE]);
/* "11:05:00", with the day before it when that is not the one on which the drill began. */
char *drill_time_of_day(const struct drill_record *r, int64_t wall_ns, char out[DRILL_TIME_SIZE]);

#endif
