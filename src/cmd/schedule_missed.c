/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule missed: the times that passed with no run, and why. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "cmd/schedule_state.h"
#include "model/json.h"

struct options {
	const char *since;
};

static const struct option_row option_rows[] = {
	{ .name = "since",
	  .type = OPTION_STRING,
	  .metavar = "TIME",
	  .summary = "only times from this one on, or not longer ago than that",
	  .help = "As RFC 3339 writes it, \"2027-03-01T00:00:00Z\", or a duration, \"30d\".",
	  .offset = offsetof(struct options, since) },
	{ 0 },
};

static const struct listing_column columns[] = {
	{ .title = "TIME" },
	{ .title = "SCHEDULE" },
	{ .title = "RUNS", .spare = 1 },
	{ .title = "TIMES", .right = true },
	{ .title = "REASON", .gives_width = true },
};

static int read_since(const char *since, int64_t now_ns, int64_t *out, struct error *err)
{
	int64_t age_ns;

	*out = 0;
	if (!since || clock_parse_rfc3339(since, out) == 0)
		return 0;
	if (quantity_parse_duration(since, &age_ns) == 0) {
		*out = now_ns - age_ns;
		return 0;
	}
	return error_set(err, ERROR_USAGE,
			 "--since %.60s: a time such as 2027-03-01T00:00:00Z or a duration such as "
			 "30d was expected",
			 since);
}

static bool is_asked_for(const struct invocation *inv, const char *schedule)
{
	for (size_t i = 0; i < inv->argument_count; i++) {
		if (strcmp(inv->argument[i], schedule) == 0)
			return true;
	}
	return inv->argument_count == 0;
}

static int by_time(const void *a, const void *b)
{
	const struct missed *x = a, *y = b;

	if (x->at_ns != y->at_ns)
		return x->at_ns < y->at_ns ? -1 : 1;
	return strcmp(x->schedule, y->schedule);
}

/* Those that the next run will record are missed all the same. */
static int gather(const struct config *config, int64_t now_ns, int64_t since_ns,
		  struct missed_list *out, struct error *err)
{
	struct missed_filter filter = { .since_ns = since_ns };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(schedule_states_release)
	struct schedule_states states = { .count = 0 };

	if (history_open_read(config->state_dir, &h, err) < 0 ||
	    history_missed(h, &filter, out, err) < 0 ||
	    schedule_states_learn(config, h, now_ns, &states, err) < 0)
		return -1;
	for (size_t i = 0; i < states.found.count; i++) {
		const struct missed *found = &states.found.item[i];
		struct missed m = *found;

		if (found->at_ns < since_ns)
			continue;
		m.schedule = strdup(found->schedule);
		m.kind = strdup(found->kind);
		m.reason = strdup(found->reason);
		if (missed_list_add(out, &m, err) < 0)
			return -1;
	}
	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), by_time);
	return 0;
}

static int print(const struct invocation *inv, const struct missed_list *list, struct error *err)
{
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };
	char time[CLOCK_RFC3339_SIZE];
	size_t rows = 0;
	int rc = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct missed *m = &list->item[i];

		if (!is_asked_for(inv, m->schedule))
			continue;
		listing_text(&l, clock_format_rfc3339(m->at_ns, time));
		listing_text(&l, m->schedule);
		listing_text(&l, m->kind);
		listing_number(&l, true, (unsigned long long)m->times);
		listing_text(&l, m->reason);
		rows++;
	}
	if (rows)
		rc = listing_print(&l, err);
	else
		(void)fputs("nothing was missed\n", inv->out);
	listing_release(&l);
	return rc;
}

static json_t *row_to_json(const struct missed *m)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "schedule", text_to_json(m->schedule)) &&
	    member_put(o, "run", text_to_json(m->kind)) &&
	    member_put(o, "time", time_to_json(m->at_ns)) &&
	    member_put(o, "times", json_integer(m->times)) &&
	    member_put(o, "reason", text_to_json(m->reason)) &&
	    member_put(o, "noticed", m->noticed_ns ? time_to_json(m->noticed_ns) : json_null()))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct missed_list *missed,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < missed->count; i++)
		if (is_asked_for(inv, missed->item[i].schedule) &&
		    json_array_append_new(list, row_to_json(&missed->item[i])) < 0)
			return document_no_memory(err);
	return document_print_list(inv->out, "schedule-missed", "missed", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(missed_list_release)
	struct missed_list list = { 0 };
	int64_t now_ns = clock_wall_ns(), since_ns;
	int rc;

	if (read_since(options->since, now_ns, &since_ns, err) < 0 ||
	    configuration_load(inv, &config, err) < 0 ||
	    gather(&config, now_ns, since_ns, &list, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &list, err) : print(inv, &list, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command schedule_missed_command = {
	.name = "missed",
	.summary = "list the times that passed with no run, and why",
	.description =
		"A schedule's time is missed when no run of its kind, about all its components, "
		"began within run_within after it: nothing was running, another run held the lock "
		"of a component, a run left one out, or it began late. A time in a pause is not. "
		"Times count from when muster first saw the schedule as it is now: one that is new "
		"or was changed has missed nothing. They are recorded by the next command that "
		"records anything, and shown before that.\n\n"
		"TIMES is more than 1 for the first of a gap in which more than 1000 were missed: "
		"it stands for all before it. NAME may be that of a schedule that is no longer "
		"configured.\n\n"
		"With --json the document muster.schedule-missed/v1 holds missed[] of schedule, "
		"run, time, times, reason and noticed (null: not recorded yet).",
	.arguments = "[NAME...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = option_rows,
	.options_size = sizeof(struct options),
	.examples = "muster schedule missed --since 30d",
	.run = run,
};
