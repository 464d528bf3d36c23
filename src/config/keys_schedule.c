/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of what is to happen when. */
#include "config/keys.intern.h"

#define ITEM(field) offsetof(struct schedule_config, field)

static const char *const kinds[] = { "verify",   "backup", "restore-test", "drill", "assessment",
				     "exercise", NULL };
static const char *const picks[] = { "latest", "random", "oldest", NULL };

static const struct key_row rows[] = {
	{ .path = "schedules",
	  .type = KEY_MAP,
	  .otherwise = "daily-verify, weekly-restore-test, monthly-drill, quarterly-assessment, "
		       "annual-exercise",
	  .help = "What is to happen when, each under a name of its own. One that is set replaces "
		  "all that are built in." },
	{ .path = "schedules.*", .type = KEY_MAP, .help = "One schedule." },
	{ .path = "schedules.*.run",
	  .type = KEY_CHOICE,
	  .offset = ITEM(run),
	  .otherwise = "required",
	  .choices = kinds,
	  .help = "What runs." },
	{ .path = "schedules.*.when",
	  .type = KEY_CALENDAR,
	  .offset = ITEM(when),
	  .otherwise = "required",
	  .help = "When: an expression of systemd.time(7), such as \"Thu *-*-1..7 10:00\" for each "
		  "month's first Thursday, or the five fields of cron. muster schedule test shows "
		  "what it means." },
	{ .path = "schedules.*.timezone",
	  .type = KEY_ZONE,
	  .offset = ITEM(zone),
	  .otherwise = "platform.timezone",
	  .help = "The zone in which it is read, when the expression names none." },
	{ .path = "schedules.*.components",
	  .type = KEY_WORDS,
	  .offset = ITEM(components),
	  .otherwise = "all",
	  .help = "The components that take part." },
	{ .path = "schedules.*.pick",
	  .type = KEY_CHOICE,
	  .offset = ITEM(pick),
	  .built_in = "latest",
	  .choices = picks,
	  .help = "Which backup set a restore test takes." },
	{ .path = "schedules.*.plan",
	  .type = KEY_TEXT,
	  .offset = ITEM(plan),
	  .built_in = "monthly",
	  .help = "The plan of a drill: see muster drill plan." },
	{ .path = "schedules.*.run_within",
	  .type = KEY_DURATION,
	  .offset = ITEM(run_within_ns),
	  .built_in = "6h",
	  .minimum = MINUTE,
	  .help = "How long after its time a run may begin; then it is missed." },
	{ .path = "schedules.*.stale_after",
	  .type = KEY_DURATION,
	  .offset = ITEM(stale_ns),
	  .otherwise = "twice the longest interval between its times",
	  .minimum = MINUTE,
	  .help = "With no success newer than this, what it proves is stale, which is an alert." },
	{ .path = "schedules.*.enabled",
	  .type = KEY_SWITCH,
	  .offset = ITEM(enabled),
	  .built_in = "true",
	  .help = "false keeps it in the list without times." },
};

const struct key_table keys_schedule = KEY_TABLE(rows);
