/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of drills, and of what they try on the restored platform. */
#include "config/keys.intern.h"

#define TRIAL(field)   offsetof(struct trial_config, field)
#define REQUEST(field) offsetof(struct request_config, field)

static const char *const sets[] = { "newest", "proven", NULL };

static const struct key_row rows[] = {
	{ .path = "drill", .type = KEY_MAP, .help = "How drills are made." },
	{ .path = "drill.plans",
	  .type = KEY_PATH,
	  .offset = TOP(drill_plans),
	  .otherwise = "only the built-in plan, monthly",
	  .help = "A directory with drill plans of your own, each a file NAME.yaml. muster drill "
		  "plan monthly --yaml shows how one is written; one called monthly.yaml takes "
		  "the place of the one that is built in." },
	{ .path = "drill.announcement",
	  .type = KEY_PATH,
	  .offset = TOP(drill_announcement),
	  .otherwise = "a built-in text",
	  .help = "A file with the text of announcements of drills, see "
		  "muster-drill-announce(1)." },
	{ .path = "drill.sets",
	  .type = KEY_CHOICE,
	  .offset = TOP(drill_sets),
	  .built_in = "newest",
	  .choices = sets,
	  .help = "Which backup set of a component a drill restores: the newest that no run has "
		  "found bad, as in a disaster; or the newest that a verification found sound or a "
		  "restore has proven. Sets that are passed over are told as a deviation; where "
		  "none is left, the newest is taken. A scenario may withhold further ones." },
	{ .path = "drill.test_alert",
	  .type = KEY_WORDS,
	  .offset = TOP(drill_alert.to),
	  .otherwise = "none",
	  .help = "The receivers that a drill sends a test alert, each of which must take it." },
	{ .path = "drill.alert_arrived",
	  .type = KEY_ARGV,
	  .offset = TOP(drill_alert.arrived),
	  .otherwise = "what a receiver's server answers must do",
	  .help = "A program and its arguments that exits with 0 when the test alert has arrived "
		  "where people look. It is run again until it does; the environment variable "
		  "MUSTER_ALERT is what stands in the alert's title." },
	{ .path = "drill.alert_within",
	  .type = KEY_DURATION,
	  .offset = TOP(drill_alert.within_ns),
	  .built_in = "2m",
	  .minimum = 1,
	  .maximum = DAY,
	  .help = "How long the test alert may take to arrive." },
	{ .path = "drill.smoke",
	  .type = KEY_MAP,
	  .otherwise = "none",
	  .help = "Tests that show soon whether the restored platform works at all, each under a "
		  "name "
		  "of its own. They run in the sandbox, where the restored servers and the "
		  "deployed "
		  "services are, and nothing else is." },
	{ .path = KEY_TRIAL, .type = KEY_MAP, .help = "One test: a command, or requests by HTTP." },
	{ .path = KEY_TRIAL ".command",
	  .type = KEY_ARGV,
	  .offset = TRIAL(command),
	  .otherwise = "none",
	  .help = "A program and its arguments that must exit with 0, with variables. No shell "
		  "reads it. It must be "
		  "the system's, or be among the files of a service." },
	{ .path = KEY_TRIAL ".expect",
	  .type = KEY_CONTENT,
	  .offset = TRIAL(expect),
	  .built_in = "",
	  .otherwise = "anything",
	  .help = "What the command must write, on either of its outputs: a text that is in it, or "
		  "a "
		  "condition of all of it without the last line's end." },
	{ .path = KEY_TRIAL ".env",
	  .type = KEY_VARIABLES,
	  .offset = TRIAL(env),
	  .otherwise = "those of the sandbox alone",
	  .help = "Variables of the command and of the requests, as in components.*.deploy.env." },
	{ .path = KEY_TRIAL ".within",
	  .type = KEY_DURATION,
	  .offset = TRIAL(within_ns),
	  .built_in = "1min",
	  .minimum = 1,
	  .maximum = DAY,
	  .help = "How long it may take." },
	{ .path = KEY_TRIAL ".http",
	  .type = KEY_REQUESTS,
	  .offset = TRIAL(request),
	  .otherwise = "none",
	  .help = "Requests, which are sent one after the other as long as what is expected "
		  "holds." },
	{ .path = KEY_REQUEST, .type = KEY_MAP, .help = "One request, an item of that list." },
	{ .path = KEY_REQUEST ".method",
	  .type = KEY_TEXT,
	  .offset = REQUEST(method),
	  .built_in = "",
	  .otherwise = "GET, with a body POST",
	  .help = "Its method." },
	{ .path = KEY_REQUEST ".url",
	  .type = KEY_TEMPLATE,
	  .offset = REQUEST(url),
	  .otherwise = "required",
	  .help = "Its URL. ${NAME} stands for what an earlier request saved, or for a variable." },
	{ .path = KEY_REQUEST ".headers",
	  .type = KEY_TEMPLATES,
	  .offset = REQUEST(headers),
	  .otherwise = "Content-Type: application/json with a body",
	  .help = "Headers by their names, with variables." },
	{ .path = KEY_REQUEST ".body",
	  .type = KEY_TEMPLATE,
	  .offset = REQUEST(body),
	  .built_in = "",
	  .otherwise = "none",
	  .help = "What is sent, with variables." },
	{ .path = KEY_REQUEST ".expect", .type = KEY_MAP, .help = "What the answer must be." },
	{ .path = KEY_REQUEST ".expect.status",
	  .type = KEY_NUMBER16,
	  .offset = REQUEST(expect.status),
	  .otherwise = "any of 200 to 299",
	  .minimum = 100,
	  .maximum = 599,
	  .help = "Its HTTP status." },
	{ .path = KEY_REQUEST ".expect.body",
	  .type = KEY_CONTENT,
	  .offset = REQUEST(expect.body),
	  .built_in = "",
	  .otherwise = "anything",
	  .help = "A text that is in its body, or a condition of it." },
	{ .path = KEY_REQUEST ".expect.headers",
	  .type = KEY_CONTENTS,
	  .offset = REQUEST(expect.headers),
	  .otherwise = "any",
	  .help = "Its headers by their names: what each must be, or a condition." },
	{ .path = KEY_REQUEST ".expect.json",
	  .type = KEY_FIELDS,
	  .offset = REQUEST(expect.json),
	  .otherwise = "any",
	  .help = "Members of its body, a JSON document, such as result.items.0.id: what each must "
		  "be, "
		  "or a condition. \"= nonempty\" is the text." },
	{ .path = KEY_REQUEST ".save",
	  .type = KEY_SAVED,
	  .offset = REQUEST(save),
	  .otherwise = "nothing",
	  .help = "Variables for later requests by their names: the member of the JSON document "
		  "that "
		  "each is." },
	{ .path = KEY_REQUEST ".within",
	  .type = KEY_DURATION,
	  .offset = REQUEST(within_ns),
	  .otherwise = "it is sent once",
	  .maximum = DAY,
	  .help = "How long it is sent again until all that is expected holds." },
	{ .path = "drill.workflows",
	  .type = KEY_MAP,
	  .otherwise = "none",
	  .help = "What the platform is there for, tried from end to end, each under a name of its "
		  "own "
		  "and with the keys of drill.smoke." },
	{ .path = "drill.monitoring",
	  .type = KEY_MAP,
	  .otherwise = "none",
	  .help = "How to see that the restored platform can be watched, such as that its metrics "
		  "answer, each under a name of its own and with the keys of drill.smoke." },
};

const struct key_table keys_drill = KEY_TABLE(rows);
